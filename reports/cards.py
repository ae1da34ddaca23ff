"""The pictures of a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reports.fonts import FontBook
from reports.report import WeeklyReport
from reports.svg.mix import mix_card
from reports.svg.mood import mood_card
from reports.svg.theme import Theme, theme_of
from reports.svg.usual import usual_card
from reports.svg.when import when_card
from reports.svg.where import where_card
from reports.svg.year import year_card
from reports.wording import Wording, wording_of
from reports.wording.past import past_wording
from reports.wording.past_contract import PastWording
from reports.wording.places import naming, when_alt, where_alt

ALT_LIMIT: Final = 1024
"""Discord's limit for the description of a picture."""


@dataclass(frozen=True, slots=True)
class Card:
    """One picture.

    Attributes:
        name: ``mood``, ``mix``, ``when``, ``where``, ``usual`` or ``year``; also the stem of its
            file.
        svg: 1100 x 700, opaque.
        alt_text: The picture in words, the finding first, at most 1024 characters.
    """

    name: str
    svg: str
    alt_text: str


def cards(
    report: WeeklyReport,
    *,
    theme: str,
    language: str,
    server_name: str,
    fonts: FontBook,
    channels: Mapping[int, str | None] | None = None,
) -> tuple[Card, ...]:
    """Return the pictures of a report, in the order of reading; none for a hidden week.

    There is no card on emotions where the classifier knows sentiments only, none on hours where all
    are hidden, and none on channels where there is only one, or all are hidden. Usual ranges and
    the year need some weeks before.

    Args:
        report: What to show.
        theme: ``dark`` or ``light``.
        language: ``ko`` or ``en``.
        server_name: Any text; what no font can draw is left out, and what is too long ellipsised.
        fonts: What to draw with; give the same to the ``PictureWorker``.
        channels: Name of each channel that exists, by id, or ``None`` for one that not every reader
            may know of; ``None`` for all where names are not known.

    Raises:
        UnknownLanguage: There is no wording in that language.
    """
    if report.hidden or report.mood is None:
        return ()
    words, colours, name = wording_of(language), theme_of(theme), fonts.drawable(server_name)
    mood = mood_card(report, report.mood, colours, words, fonts, name)
    drawn = [Card("mood", mood, _shortened(words.mood_alt(report)))]
    if report.tells_emotions:
        mix = mix_card(report, colours, words, fonts, name)
        drawn.append(Card("mix", mix, _shortened(words.mix_alt(report))))
    if report.when is not None and not report.when.empty:
        svg = when_card(report, report.when, colours, words, fonts, name, language)
        drawn.append(Card("when", svg, _shortened(when_alt(report, report.when, language))))
    if report.where is not None and report.where.telling:
        say = naming(channels, language)
        svg = where_card(
            report, report.where, report.mood, colours, words, fonts, name, (language, say)
        )
        drawn.append(Card("where", svg, _shortened(where_alt(report, report.where, language, say))))
    drawn += _past_cards(report, colours, (words, past_wording(language)), fonts, name)
    return tuple(drawn)


def _past_cards(
    report: WeeklyReport,
    colours: Theme,
    words: tuple[Wording, PastWording],
    fonts: FontBook,
    name: str,
) -> list[Card]:
    """Return the pictures of what the weeks before tell."""
    drawn = []
    if report.usual is not None:
        svg = usual_card(report, report.usual, colours, words, fonts, name)
        drawn.append(Card("usual", svg, _shortened(words[1].usual_alt(report.usual))))
    if report.year is not None:
        svg = year_card(report.year, colours, words, fonts, name)
        drawn.append(Card("year", svg, _shortened(words[1].year_alt(report.year))))
    return drawn


def _shortened(text: str) -> str:
    return text if len(text) <= ALT_LIMIT else text[: ALT_LIMIT - 1] + "…"
