"""Figures as CSV (RFC 4180): one row a figure, for spreadsheets and BI tools."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from reports.export.observation import Observation, Section

COLUMNS: Final = ("section", "key", "value", "low", "high", "n", "unit", "clear", "period")

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A text that begins with one of these may be run as a formula by a spreadsheet (OWASP, "CSV
Injection"); names of channels are other people's texts."""


def as_csv(tables: Iterable[tuple[str, Iterable[Section]]], *, bom: bool = False) -> bytes:
    """Return figures as CSV in UTF-8, lines ending in CRLF.

    A text that a spreadsheet could take for a formula gets an apostrophe in front.

    Args:
        tables: Periods, such as ``2026-W46``, with their sections.
        bom: Begin with a byte order mark, without which Excel takes UTF-8 for something else.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for period, sections in tables:
        for section in sections:
            writer.writerows(_row(period, section.name, each) for each in section.observations)
    return out.getvalue().encode("utf-8-sig" if bom else "utf-8")


def _row(period: str, section: str, each: Observation) -> tuple[str, ...]:
    return (
        _text(section),
        _text(each.key),
        _number(each.value),
        _number(each.low),
        _number(each.high),
        _number(each.n),
        _text(each.unit),
        "" if each.clear is None else str(each.clear).lower(),
        _text(period),
    )


def _number(value: float | None) -> str:
    """Return a number with a point, whatever the machine's locale; empty for none."""
    return "" if value is None else str(value)


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
