"""TSV, CSV and JSONL files with a text and a label in each row, compressed or not."""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from classifiers.training.datasets.errors import DatasetUnreadable
from classifiers.training.datasets.example import Example

LABEL_SEPARATOR: Final = "|"
LABEL_NAMES: Final = ("label", "labels", "rating", "emotion", "sentiment")
"""Columns taken for the label when none is named: the first of these that is there."""

JSON_SUFFIXES: Final = (".jsonl", ".ndjson")
LONGEST_FIELD: Final = 2**24
"""Characters of one CSV field; the standard library's own limit is lower than some comments."""

FORMATS: Final = "FILE.tsv, .csv, .jsonl or .ndjson, each also with .gz"


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a file hold what.

    Attributes:
        text: The column of the text.
        label: The column of the label or labels; ``None`` takes the first of ``LABEL_NAMES``.
        separator: What stands between several labels in one field.
    """

    text: str = "text"
    label: str | None = None
    separator: str = LABEL_SEPARATOR


Row = tuple[int, Mapping[str, Any]]
"""A line number (the first line is 1) and the fields by column."""


def read_table(path: Path, columns: Columns | None = None) -> Iterator[Example]:
    """Yield the examples of a file, in order.

    The suffix tells the format. Tab-separated files know no quoting: a quotation mark is part of
    the text, and a row is a line. Labels of JSON rows may be strings, numbers or lists of them.

    Raises:
        DatasetUnreadable: The file is missing or broken, a column is absent, a row has no label.
    """
    chosen = columns or Columns()
    with _opened(path) as lines:
        for number, row in _rows(path, lines):
            yield _example(path, number, row, chosen)


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    if path.is_dir():
        msg = f"{path} is a folder; name a file in it, such as {path / 'test.tsv'}"
        raise DatasetUnreadable(msg)
    opening = gzip.open if path.suffix == ".gz" else open
    try:
        with opening(path, "rt", encoding="utf-8-sig", newline="") as lines:
            yield lines
    except UnicodeDecodeError as error:
        msg = f"{path} is not UTF-8"
        raise DatasetUnreadable(msg) from error
    except (OSError, EOFError, zlib.error) as error:
        # The text of an OSError would name the file a second time.
        msg = f"cannot read {path}: {getattr(error, 'strerror', None) or error}"
        raise DatasetUnreadable(msg) from error


def _rows(path: Path, lines: Iterable[str]) -> Iterator[Row]:
    suffix = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    if suffix == ".tsv":
        return _tab_separated(path, lines)
    if suffix == ".csv":
        return _comma_separated(path, lines)
    if suffix in JSON_SUFFIXES:
        return _json_lines(path, lines)
    msg = f"cannot tell the format of {path}; name it {FORMATS}"
    raise DatasetUnreadable(msg)


def _tab_separated(path: Path, lines: Iterable[str]) -> Iterator[Row]:
    rows = (line.rstrip("\r\n").split("\t") for line in lines)
    header = next(rows, [])
    for number, fields in enumerate(rows, start=2):
        if fields != [""]:
            yield number, _named(path, number, header, fields)


def _comma_separated(path: Path, lines: Iterable[str]) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(lines, strict=True)
    try:
        header = next(reader, [])
        for fields in reader:
            if fields:
                yield reader.line_num, _named(path, reader.line_num, header, fields)
    except csv.Error as error:
        msg = f"{path}, line {reader.line_num}: {error}"
        raise DatasetUnreadable(msg) from error


def _json_lines(path: Path, lines: Iterable[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            msg = f"{path}, line {number} is no JSON: {error}"
            raise DatasetUnreadable(msg) from error
        if not isinstance(row, dict):
            msg = f"{path}, line {number} must be a JSON object"
            raise DatasetUnreadable(msg)
        yield number, row


def _named(path: Path, number: int, header: list[str], fields: list[str]) -> dict[str, str]:
    if len(fields) != len(header):
        msg = f"{path}, line {number} has {len(fields)} columns instead of {len(header)}"
        raise DatasetUnreadable(msg)
    return dict(zip(header, fields, strict=True))


def _example(path: Path, number: int, row: Mapping[str, Any], columns: Columns) -> Example:
    label = columns.label or next((name for name in LABEL_NAMES if name in row), "label")
    for name in (columns.text, label):
        if name not in row:
            msg = f"{path}, line {number} has no column {name!r}; it has: {', '.join(row)}"
            raise DatasetUnreadable(msg)
    labels = labels_in(row[label], columns.separator)
    if not labels or not isinstance(row[columns.text], str):
        msg = f"{path}, line {number} needs a text and at least one label"
        raise DatasetUnreadable(msg)
    return Example(row[columns.text], labels)


def labels_in(value: object, separator: str = LABEL_SEPARATOR) -> tuple[str, ...]:
    """Return the distinct labels of a field: a string, a number, or a list of them."""
    values = value if isinstance(value, list) else [value]
    names = (str(each).strip() for each in values if each is not None)
    parts = (part.strip() for name in names for part in name.split(separator))
    return tuple(dict.fromkeys(filter(None, parts)))
