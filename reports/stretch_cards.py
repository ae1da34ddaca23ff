"""The pictures of a month or a run of days."""

from __future__ import annotations

from reports.cards import ALT_LIMIT, Card
from reports.fonts import FontBook
from reports.monthly import StretchReport
from reports.svg.stretch_mix import stretch_mix_card
from reports.svg.stretch_mood import stretch_mood_card
from reports.svg.theme import theme_of
from reports.svg.year import year_card
from reports.wording import wording_of
from reports.wording.past import past_wording
from reports.wording.stretch_cards import mix_alt, mood_alt
from reports.wording.stretches import period_name


def stretch_cards(
    report: StretchReport, *, theme: str, language: str, server_name: str, fonts: FontBook
) -> tuple[Card, ...]:
    """Return the pictures of a month or a run of days; none for a hidden one.

    There is no card on moods where there is one run of days only, none on emotions where the
    classifier knows sentiments only, and none of the year under four weeks of history.

    Args:
        report: What to show.
        theme: ``dark`` or ``light``.
        language: ``ko`` or ``en``.
        server_name: Any text; what no font can draw is left out.
        fonts: What to draw with; give the same to the ``PictureWorker``.

    Raises:
        UnknownLanguage: There is no wording in that language.
    """
    if report.hidden or report.mood is None:
        return ()
    words, colours, name = wording_of(language), theme_of(theme), fonts.drawable(server_name)
    dates = period_name(report.period, language)
    subtitle = f"{dates} · {name}" if name else dates
    drawn = []
    if len(report.runs) > 1:
        svg = stretch_mood_card(report, report.mood, colours, language, fonts, subtitle)
        drawn.append(Card("mood", svg, mood_alt(report, language)[:ALT_LIMIT]))
    if any(each.share is not None for each in report.shares):
        svg = stretch_mix_card(report, colours, language, words, fonts, subtitle)
        drawn.append(Card("mix", svg, mix_alt(report, language)[:ALT_LIMIT]))
    if report.year is not None:
        past = past_wording(language)
        svg = year_card(report.year, colours, (words, past), fonts, name)
        drawn.append(Card("year", svg, past.year_alt(report.year)[:ALT_LIMIT]))
    return tuple(drawn)
