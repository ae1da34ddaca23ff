"""Texts in, one JSON object a line out: what ``nunchi classify`` reads and writes.

A line of input is a line of output, in the same order. A line that cannot be read, broken JSON or
a row without a text, becomes ``{"line": 3, "error": "..."}`` in its place, so that the two sides
stay aligned; the header of a table, and blank lines in JSONL, TSV and CSV, are no lines of input.
"""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from pathlib import PurePath
from typing import Any, Final

from classifiers.classifier import Classifier
from classifiers.errors import ClassifierError
from classifiers.heads import head_of
from classifiers.wire import as_object, short


class Form(StrEnum):
    """How texts stand in a file."""

    AUTO = "auto"
    LINES = "lines"
    JSONL = "jsonl"
    TSV = "tsv"
    CSV = "csv"


FORMS_OF_NAMES: Final = {
    ".jsonl": Form.JSONL,
    ".ndjson": Form.JSONL,
    ".tsv": Form.TSV,
    ".csv": Form.CSV,
}
"""What the end of a file's name tells; only the name can tell CSV, for many a line has commas."""


class InputUnreadable(ClassifierError):
    """The file as a whole cannot be read: it is torn, or has no column of the wanted name."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of input.

    Attributes:
        number: Its place in the file; the first line is 1.
        text: What it says, or ``None`` when it cannot be read.
        problem: Why it cannot be read.
    """

    number: int
    text: str | None
    problem: str = ""


def read_lines(
    source: Iterable[str], form: Form = Form.AUTO, column: str = "text"
) -> Iterator[Line]:
    """Yield the lines of a source, read as they are asked for.

    ``AUTO`` decides by the first line: a JSON object is JSONL, tab-separated names with the column
    are the header of a TSV, anything else is plain lines.

    Raises:
        InputUnreadable: The header of a TSV or CSV has no such column.
    """
    if form is Form.CSV:
        yield from _comma_separated(source, column)
        return
    lines = (line.rstrip("\r\n") for line in source)
    first = next(lines, None)
    if first is None:
        return
    chosen = _form_of(first, column) if form is Form.AUTO else form
    if chosen is Form.TSV:
        yield from _tab_separated(first.split("\t"), lines, column)
    elif chosen is Form.JSONL:
        yield from _json_lines(chain([first], lines), column)
    else:
        yield from (Line(at, text) for at, text in enumerate(chain([first], lines), start=1))


def form_of(name: str) -> Form:
    """Return the form that the name of a file tells, such as ``chat.csv.gz``, or ``AUTO``."""
    return FORMS_OF_NAMES.get(PurePath(name.removesuffix(".gz")).suffix, Form.AUTO)


async def judged_lines(
    classifier: Classifier,
    lines: Iterable[Line],
    *,
    head: str | None = None,
    echo: bool = False,
    batch: int | None = None,
) -> AsyncIterator[list[dict[str, Any]]]:
    """Yield the verdicts batch by batch, in order; never holds more than a batch.

    Args:
        classifier: A started classifier.
        lines: What ``read_lines`` yields.
        head: Add the probabilities of this head.
        echo: Add the text.
        batch: Lines a batch, at most what the classifier takes, which is also the default.

    Raises:
        InvalidOption: The classifier has no such head.
        ClassificationFailed: The classifier could not judge a batch.
    """
    if head is not None:
        head_of(classifier, head)
    size = min(batch or classifier.info.max_batch, classifier.info.max_batch)
    waiting = iter(lines)
    while taken := list(islice(waiting, size)):
        yield await _judged(classifier, taken, head, echo=echo)


def as_json(value: dict[str, Any]) -> bytes:
    """Return one line of JSON in UTF-8; a broken surrogate pair stays escaped."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


async def _judged(
    classifier: Classifier, lines: Sequence[Line], head: str | None, *, echo: bool
) -> list[dict[str, Any]]:
    texts = [line.text for line in lines if line.text is not None]
    verdicts = [as_object(each) for each in await classifier.classify(texts)] if texts else []
    if texts and head is not None:
        for verdict, probabilities in zip(
            verdicts, await _of_head(classifier, head, texts), strict=True
        ):
            verdict["head_probabilities"] = probabilities
    if echo:
        for verdict, text in zip(verdicts, texts, strict=True):
            verdict["text"] = text
    remaining = iter(verdicts)
    return [_refusal(line) if line.text is None else next(remaining) for line in lines]


async def _of_head(
    classifier: Classifier, name: str, texts: Sequence[str]
) -> list[dict[str, float]]:
    headed, head = head_of(classifier, name)
    rows = await headed.classify_head(name, texts)
    return [dict(zip(head.labels, map(short, row.tolist()), strict=True)) for row in rows]


def _refusal(line: Line) -> dict[str, Any]:
    return {"line": line.number, "error": line.problem}


def _form_of(first: str, column: str) -> Form:
    if _object_in(first):
        return Form.JSONL
    names = first.split("\t")
    return Form.TSV if column in names and len(names) > 1 else Form.LINES


def _json_lines(lines: Iterable[str], column: str) -> Iterator[Line]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        row = _object_in(line)
        if row is None:
            yield Line(number, None, "not a JSON object")
        elif not isinstance(row.get(column), str):
            yield Line(number, None, f"no text in {column!r}")
        else:
            yield Line(number, row[column])


def _tab_separated(header: Sequence[str], lines: Iterable[str], column: str) -> Iterator[Line]:
    at = _place_of(column, header)
    for number, line in enumerate(lines, start=2):
        fields = line.split("\t")
        if fields != [""]:
            yield _row(number, fields, at, len(header))


def _comma_separated(source: Iterable[str], column: str) -> Iterator[Line]:
    # Late, because its package brings every reader of labelled data along.
    from classifiers.training.datasets.tables import LONGEST_FIELD  # noqa: PLC0415

    csv.field_size_limit(LONGEST_FIELD)
    rows = csv.reader(source)
    try:
        header = next(rows, None)
        if header is None:
            return
        at = _place_of(column, header)
        for fields in rows:
            if fields:
                yield _row(rows.line_num, fields, at, len(header))
    except csv.Error as error:
        msg = f"line {rows.line_num} is no CSV: {error}"
        raise InputUnreadable(msg) from error


def _place_of(column: str, header: Sequence[str]) -> int:
    if column in header:
        return header.index(column)
    msg = f"the first line names no column {column!r}; it has: {', '.join(header)}"
    raise InputUnreadable(msg)


def _row(number: int, fields: Sequence[str], at: int, width: int) -> Line:
    if len(fields) == width:
        return Line(number, fields[at])
    return Line(number, None, f"{len(fields)} columns instead of {width}")


def _object_in(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
