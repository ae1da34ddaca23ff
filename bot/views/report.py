"""The weekly report as a message: the finding in words first, then the pictures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import discord

from bot.i18n import Phrases, phrases_in
from bot.views.layout import MAX_ALT_TEXT, MAX_CONTENT, Item, Layout, rule, shortened, text
from bot.views.report_buttons import report_buttons
from reports import wording
from reports.monthly import Month, Period
from reports.period import Week
from reports.report import WeeklyReport
from reports.wording.places import where_lines
from reports.wording.stretches import period_name

MAX_PICTURES: Final = 10
"""Discord's limit of files in one message, and of pictures in one gallery."""

_OPENING_LIMIT: Final = 1200
_FACTS_LIMIT: Final = 2200
_SMALL_PRINT_LIMIT: Final = 500
_PLAIN_OPENING_LIMIT: Final = 700
_PLAIN_FACTS_LIMIT: Final = 800
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


def report_title(period: Period, say: Phrases) -> str:
    """Return what a report is about, with the key by which its post is found again."""
    name = period_name(period, say.language)
    if isinstance(period, Week):
        return say("Weekly report {week}, {dates}", week=period.key, dates=name)
    if isinstance(period, Month):
        return say("Monthly report {month}, {dates}", month=period.key, dates=name)
    return say("Report on {dates}", dates=name)


def report_message(
    report: WeeklyReport,
    cards: Sequence[PictureCard],
    language: str,
    links: Sequence[str] = (),
) -> ReportMessage:
    """Return the message of a report in ``ko`` or ``en``; more than ten pictures do not fit.

    ``links`` lead to at most three joyful messages whose authors agreed.
    """
    say = phrases_in(language)
    files = gallery_files(cards)
    opening = shortened("\n".join(_opening(report, say)), _OPENING_LIMIT)
    parts: list[Item] = [text(opening)]
    if files:
        parts.append(discord.ui.MediaGallery(*map(discord.MediaGalleryItem, files)))
    bright = _bright(links, say)
    facts = _facts(report, say, _FACTS_LIMIT - len(bright))
    if facts:
        parts.append(text(facts))
    if bright:
        parts += [rule(), text(bright)]
    small_print = shortened(_small_print(report, say), _SMALL_PRINT_LIMIT)
    parts += [rule(), text(small_print), report_buttons(report.week, say)]
    return ReportMessage(Layout(*parts, accent=_accent(report)), files)


def report_text(report: WeeklyReport, language: str, links: Sequence[str] = ()) -> str:
    """Return the report as plain text of at most 2000 characters, without pictures or buttons."""
    say = phrases_in(language)
    bright = _bright(links, say)
    facts = _facts(report, say, _PLAIN_FACTS_LIMIT - len(bright))
    opening = shortened("\n".join(_opening(report, say)), _PLAIN_OPENING_LIMIT)
    lines = [opening, *(each for each in (facts, bright) if each), _small_print(report, say)]
    lines.append("-# " + say("Opt out at any time: `/privacy opt-out`."))
    return shortened("\n".join(lines), MAX_CONTENT)


def gallery_files(cards: Sequence[PictureCard]) -> list[discord.File]:
    """Return the pictures as files to send once, with what they show in words."""
    return [_file(card) for card in cards[:MAX_PICTURES]]


def _opening(report: WeeklyReport, say: Phrases) -> list[str]:
    # A post is found again by the key of its week, should it never have been recorded.
    late = wording.late_note(report, say.language)
    return [
        "-# " + report_title(report.week, say),
        *([f"-# {late}"] if late else []),
        f"## {wording.headline(report, say.language)}",
        wording.sentence(report, say.language),
    ]


def _mention(channel_id: int) -> str:
    """Return what Discord shows as the channel's name to those who may know it."""
    return f"<#{channel_id}>"


def _facts(report: WeeklyReport, say: Phrases, limit: int) -> str:
    lines = (*wording.lines(report, say.language), *where_lines(report, say.language, _mention))
    closing = wording.closing(report, say.language)
    end = f"\n*{closing}*" if closing else ""
    return shortened("\n".join(f"• {line}" for line in lines), limit - len(end)) + end


def _bright(links: Sequence[str], say: Phrases) -> str:
    if not links:
        return ""
    why = say("A program took these for joyful; their authors agreed to be linked.")
    return "\n".join([f"**{say('Bright moments')}**", *links, f"-# {why}"])


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
