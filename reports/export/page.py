"""A report as one HTML page that needs nothing else: no script, no request, no font to install.

The policy in its head forbids everything but the one style sheet, which it names by its hash, and
the letters within it. Pictures come in both themes, and the reader's preference chooses.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports.cards import Card
from reports.export.observation import Observation, Section
from reports.export.sections import USUAL_RANGES
from reports.export.story import Story
from reports.export.webfont import font_faces
from reports.fonts import FontBook
from reports.wording.exports import ExportWords, export_words
from reports.wording.numbers import MINUS, signed

_IDS: Final = re.compile(r'(\bid="|url\(#|href="#)')
_TAG: Final = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table."""

    label: str
    cells: tuple[str, ...]
    clear: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A section as a table; columns that would be empty are left out."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A card in every theme."""

    name: str
    alt_text: str
    svgs: tuple[Markup, ...]


def page_of(
    story: Story, server_name: str, cards: Mapping[str, Sequence[Card]], fonts: FontBook
) -> str:
    """Return the page of a report; the same report gives the same page.

    Args:
        story: What to show; of a hidden period the page says why it is hidden.
        server_name: Any text, or none.
        cards: Theme (``dark``, ``light``) -> its pictures, the same ones in both.
        fonts: What the pictures were measured with.

    Raises:
        UnknownLanguage: There is no wording in that language.
    """
    words = export_words(story.language)
    facts = {
        "story": story,
        "title": server_name or words.page_title,
        "pictures": _pictures(cards),
        "tables": [_table(each, words) for each in story.sections if each.on_page],
        "words": words,
        "method": words.method.format(minimum=story.minimum_group),
    }
    template = _environment().get_template("page.html.jinja")
    sheet = files("reports.export").joinpath("page.css").read_text(encoding="utf-8")
    bare = template.render(facts, policy="", style="")
    style = sheet + font_faces(unescape(_TAG.sub(" ", bare)), fonts)
    # Ours: a file of the package, and encoded fonts.
    return template.render(facts, policy=_policy(style), style=Markup(style))  # noqa: S704


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("reports.export", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _pictures(cards: Mapping[str, Sequence[Card]]) -> list[Picture]:
    themes = tuple(cards)
    rows = zip(*cards.values(), strict=True)
    return [
        Picture(
            row[0].name,
            row[0].alt_text,
            tuple(_inline(card, theme) for theme, card in zip(themes, row, strict=True)),
        )
        for row in rows
    ]


def _inline(card: Card, theme: str) -> Markup:
    """Return a picture as part of a page: its own ids, and named by the caption below it."""
    own = _IDS.sub(rf"\g<1>{theme}-{card.name}-", card.svg)
    named = f'role="img" class="{theme}" aria-labelledby="words-{card.name}"'
    return Markup(own.replace('role="img"', named, 1))  # noqa: S704 -- the canvas escapes texts


def _table(section: Section, words: ExportWords) -> Table:
    ranges = any(each.low is not None for each in section.observations)
    people = any(each.n is not None for each in section.observations)
    shown = (True, True, ranges, people)
    what, value, interval, crowd = words.columns
    if section.name == USUAL_RANGES:
        interval = words.usual_range
    heads = zip((what, value, interval, crowd), shown, strict=True)
    columns = tuple(head for head, wanted in heads if wanted)
    rows = (
        Row(
            each.label,
            tuple(
                cell for cell, wanted in zip(_cells(each, words), shown[1:], strict=True) if wanted
            ),
            bool(each.clear),
        )
        for each in section.observations
    )
    return Table(section.name, section.title, columns, tuple(rows))


def _cells(each: Observation, words: ExportWords) -> tuple[str, str, str]:
    low, high = each.low, each.high
    bounds = (
        ""
        if low is None or high is None
        else _shown(low, each.unit, words) + words.joint + _shown(high, each.unit, words)
    )
    return _shown(each.value, each.unit, words), bounds, "" if each.n is None else f"{each.n:,}"


def _shown(value: float, unit: str, words: ExportWords) -> str:
    if unit == "valence_error":
        return f"{value:.3f}"
    if unit == "valence":
        return signed(value)
    if unit == "share":
        return f"{value:.1%}"
    if unit == "share_change":
        return f"{value * 100:+.1f}{words.unit(unit)}".replace("-", MINUS)
    return f"{value:,}{words.unit(unit, value)}"
