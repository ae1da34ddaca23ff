"""The weekly report as a message: the finding in words first, then the pictures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import discord

from bot.i18n import Phrases, phrases_in
from bot.views.buttons import public_buttons
from bot.views.layout import MAX_ALT_TEXT, MAX_CONTENT, Item, Layout, rule, shortened, text
from reports import wording
from reports.report import WeeklyReport

_FACTS_LIMIT: Final = 2500
_PLAIN_FACTS_LIMIT: Final = 1000
_BRIGHT, _CALM, _LOW = 0xEFA32B, 0x6B7280, 0x3369E7


@dataclass(frozen=True, slots=True)
class PictureCard:
    """One picture of a report.

    Attributes:
        name: File name, unique within the report, such as ``mood.png``.
        png: The picture.
        alt_text: What it shows, the finding first.
    """

    name: str
    png: bytes
    alt_text: str


@dataclass(frozen=True, slots=True)
class ReportMessage:
    """What is sent, once: the files are read while sending."""

    view: discord.ui.LayoutView
    files: list[discord.File]


def report_message(
    report: WeeklyReport, cards: Sequence[PictureCard], language: str
) -> ReportMessage:
    """Return the message of a report in ``ko`` or ``en``.

    At most ten cards fit into one message.
    """
    say = phrases_in(language)
    files = [_file(card) for card in cards]
    parts: list[Item] = [text(*_opening(report, say))]
    if files:
        parts.append(discord.ui.MediaGallery(*map(discord.MediaGalleryItem, files)))
    facts = _facts(report, say, _FACTS_LIMIT)
    if facts:
        parts.append(text(facts))
    parts += [rule(), text(_small_print(report, say)), public_buttons(say)]
    return ReportMessage(Layout(*parts, accent=_accent(report)), files)


def report_text(report: WeeklyReport, language: str) -> str:
    """Return the report as plain text of at most 2000 characters, without pictures or buttons."""
    say = phrases_in(language)
    facts = _facts(report, say, _PLAIN_FACTS_LIMIT)
    lines = [*_opening(report, say), *([facts] if facts else []), _small_print(report, say)]
    lines.append("-# " + say("Opt out at any time: `/privacy opt-out`."))
    return shortened("\n".join(lines), MAX_CONTENT)


def _opening(report: WeeklyReport, say: Phrases) -> list[str]:
    # A post is found again by the key of its week, should it never have been recorded.
    dates = wording.date_range(report.week, say.language)
    late = wording.late_note(report, say.language)
    return [
        "-# " + say("Weekly report {week}, {dates}", week=report.week.key, dates=dates),
        f"## {wording.headline(report, say.language)}",
        wording.sentence(report, say.language),
        *([f"-# {late}"] if late else []),
    ]


def _facts(report: WeeklyReport, say: Phrases, limit: int) -> str:
    lines = wording.lines(report, say.language)
    return shortened("\n".join(f"• {line}" for line in lines), limit)


def _small_print(report: WeeklyReport, say: Phrases) -> str:
    return "-# " + say(
        "Estimated by a program, for the whole server; never for one person, never for fewer than "
        "{minimum} people. Times in {timezone}.",
        minimum=report.minimum_group,
        timezone=report.timezone,
    )


def _file(card: PictureCard) -> discord.File:
    alt_text = shortened(card.alt_text, MAX_ALT_TEXT)
    return discord.File(io.BytesIO(card.png), filename=card.name, description=alt_text)


def _accent(report: WeeklyReport) -> int:
    """Return the colour of the edge: it takes a side only where the change is clear."""
    if not report.changed or report.change is None:
        return _CALM
    return _BRIGHT if report.change.value > 0 else _LOW
