"""The report of a month, or of any run of days, as a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import discord

from bot.i18n import Phrases, phrases_in
from bot.views.layout import MAX_CONTENT, Item, Layout, bar, rule, shortened, text
from bot.views.report import PictureCard, ReportMessage, gallery_files, report_title
from bot.views.report_buttons import report_buttons
from reports.monthly import StretchReport
from reports.wording import wording_of
from reports.wording.stretches import (
    emotion_rows,
    mood_lines,
    stretch_headline,
    stretch_lines,
    stretch_sentence,
)

_OPENING_LIMIT: Final = 1200
_FACTS_LIMIT: Final = 1500
_BARS_LIMIT: Final = 700
_PLAIN_FACTS_LIMIT: Final = 800
_BRIGHT, _CALM, _LOW = 0xEFA32B, 0x6B7280, 0x3369E7


def stretch_message(
    report: StretchReport, cards: Sequence[PictureCard], language: str
) -> ReportMessage:
    """Return the message of a month or a run of days in ``ko`` or ``en``."""
    say = phrases_in(language)
    files = gallery_files(cards)
    parts: list[Item] = [text(shortened(_opening(report, say), _OPENING_LIMIT))]
    if files:
        parts.append(discord.ui.MediaGallery(*map(discord.MediaGalleryItem, files)))
    facts = _facts(mood_lines(report, language), _FACTS_LIMIT)
    parts += [text(shown) for shown in (facts, _bars(report, say)) if shown]
    parts += [rule(), text(_small_print(report, say)), report_buttons(report.period, say)]
    return ReportMessage(Layout(*parts, accent=_accent(report)), files)


def stretch_text(report: StretchReport, language: str) -> str:
    """Return the same as plain text of at most 2000 characters."""
    say = phrases_in(language)
    facts = _facts(stretch_lines(report, language), _PLAIN_FACTS_LIMIT)
    lines = [shortened(_opening(report, say), MAX_CONTENT - 1200), facts, _small_print(report, say)]
    lines.append("-# " + say("Opt out at any time: `/privacy opt-out`."))
    return shortened("\n".join(line for line in lines if line), MAX_CONTENT)


def _opening(report: StretchReport, say: Phrases) -> str:
    language = say.language
    late = None if report.late_by is None else wording_of(language).late(report.late_by)
    lines = [
        "-# " + report_title(report.period, say),
        *([f"-# {late}"] if late else []),
        f"## {stretch_headline(report, language)}",
        stretch_sentence(report, language),
    ]
    return "\n".join(lines)


def _bars(report: StretchReport, say: Phrases) -> str:
    rows = [
        line if share is None else f"`{bar(share)}` {line}"
        for share, line in emotion_rows(report, say.language)
    ]
    return shortened("\n".join(rows), _BARS_LIMIT)


def _facts(lines: Sequence[str], limit: int) -> str:
    return shortened("\n".join(f"• {line}" for line in lines), limit)


def _small_print(report: StretchReport, say: Phrases) -> str:
    return "-# " + say(
        "Estimated by a program, for the whole server; never for one person, never for fewer than "
        "{minimum} people. Times in {timezone}.",
        minimum=report.minimum_group,
        timezone=report.timezone,
    )


def _accent(report: StretchReport) -> int:
    if not report.changed or report.change is None:
        return _CALM
    return _BRIGHT if report.change.value > 0 else _LOW
