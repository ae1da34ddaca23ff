"""When, where and how much: what a report says beyond the whole server's figures.

Channels are known by id; whoever renders a report gives a function that names them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from reports.coverage import WeekCoverage
from reports.errors import UnknownLanguage
from reports.period import Week
from reports.report import WeeklyReport
from reports.when import Stretch, When
from reports.where import Beside, Channel, Where
from reports.wording.numbers import is_partly, part, signed
from reports.wording.places_en import EnglishPlaces
from reports.wording.places_ko import KoreanPlaces

Naming = Callable[[int], str]
"""Gives a channel's name, or mention, for its id."""

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_JOINER: Final = "\u200d"
"""Joins emoji into one."""

MOST_NAMED: Final = 5
"""Channels that one line names; the others are counted."""


class PlaceWords(Protocol):
    """One language."""

    when: str
    where: str
    deleted: str
    private: str
    no_stretch: str
    no_hours: str
    no_channel: str
    unpleasant: str
    pleasant: str
    server: str

    def hour(self, hour: int) -> str:
        """Return the label of an hour."""
        ...

    def stretch(self, stretch: Stretch, *, short: bool = False) -> str:
        """Return when a stretch is."""
        ...

    def extreme(self, stretch: Stretch, *, high: bool) -> str:
        """Return a line on the brightest or lowest stretch, with its interval."""
        ...

    def stands_out(self, *, high: bool) -> str:
        """Return what a stretch beside its time is: the brightest, or the lowest."""
        ...

    def beside(self, beside: Beside, names: Sequence[str], more: int) -> str:
        """Return which channels lie above or below the whole server."""
        ...

    def all_alike(self, channels: int) -> str:
        """Return that no channel stands out."""
        ...

    def counted(self, above: int, below: int) -> str:
        """Return how many channels lie above and below the server, shortly."""
        ...

    def hidden_channels(self, count: int) -> str:
        """Return that channels are hidden."""
        ...

    def not_listed(self, count: int) -> str:
        """Return that there is no room for some channels."""
        ...

    def classified(self, part: str) -> str:
        """Return which part of the messages was classified."""
        ...

    def since(self, moment: datetime) -> str:
        """Return when the bot began to listen, a local moment."""
        ...

    def when_note(self, minimum_group: int) -> str:
        """Return how to read the card on hours."""
        ...

    def where_note(self, hidden: int) -> str:
        """Return how to read the card on channels."""
        ...

    def when_chart(self, week: Week) -> str:
        """Return what the card on hours is."""
        ...

    def where_chart(self, week: Week) -> str:
        """Return what the card on channels is."""
        ...


def place_words(language: str) -> PlaceWords:
    """Return the words of a language.

    Raises:
        UnknownLanguage: There are none.
    """
    if language == "ko":
        return KoreanPlaces()
    if language == "en":
        return EnglishPlaces()
    msg = f"reports are written in ko or en, not in {language!r}"
    raise UnknownLanguage(msg)


def naming(channels: Mapping[int, str | None] | None, language: str) -> Naming:
    """Return what names channels: a channel that is not among those known was deleted.

    Args:
        channels: Name by id, ``None`` for one that not every reader may know of; ``None`` for all
            where names are not known, which leaves the ends of ids.
        language: ``ko`` or ``en``.
    """
    if channels is None:
        return lambda channel_id: f"#…{channel_id % 10_000:04d}"
    words = place_words(language)

    def name_of(channel_id: int) -> str:
        if channel_id not in channels:
            return words.deleted
        name = channels[channel_id]
        return words.private if name is None else f"#{_visible(name)}"

    return name_of


def _visible(name: str) -> str:
    """Return a name without what nobody sees: it may turn the text around, or break a picture."""
    return "".join(c for c in name if c == _JOINER or unicodedata.category(c) not in _INVISIBLE)


def when_lines(report: WeeklyReport, language: str) -> tuple[str, ...]:
    """Return the findings on hours, one a line; nothing where no hour is shown."""
    words = place_words(language)
    return () if report.when is None or report.when.empty else _findings(report.when, words)


def where_lines(report: WeeklyReport, language: str, name: Naming) -> tuple[str, ...]:
    """Return the findings on channels, one a line; nothing where there is only one channel.

    Args:
        report: What to say.
        language: ``ko`` or ``en``.
        name: Gives the name of a channel, or a mention of it.
    """
    where = report.where
    if where is None or len(where.channels) + where.hidden < 2:
        return ()
    words = place_words(language)
    lines = []
    for beside in (Beside.ABOVE, Beside.BELOW):
        those = where.those(beside)
        if those:
            lines.append(_named(beside, those, name, words))
    if not lines and len(where.channels) > 1:
        lines.append(words.all_alike(len(where.channels)))
    return (*lines, *([words.hidden_channels(where.hidden)] if where.hidden else []))


def coverage_lines(report: WeeklyReport, language: str) -> tuple[str, ...]:
    """Return what part of the week is not covered, one finding a line; nothing for all of it."""
    if report.coverage is None:
        return ()
    return _coverage(report.coverage, ZoneInfo(report.timezone), place_words(language))


def when_alt(report: WeeklyReport, when: When, language: str) -> str:
    """Return the card on hours in words, the finding first."""
    words = place_words(language)
    findings = [words.no_hours] if when.empty else list(_findings(when, words))
    return " ".join([*(f"{line}." for line in findings), words.when_chart(report.week)])


def where_alt(report: WeeklyReport, where: Where, language: str, name: Naming) -> str:
    """Return the card on channels in words, the finding first."""
    words = place_words(language)
    findings = where_lines(report, language, name)
    moods = ", ".join(
        f"{name(each.channel_id)} {signed(each.mood.value)}" for each in where.channels
    )
    lines = [f"{line}." for line in findings]
    lines.append(words.where_chart(report.week))
    return " ".join([*lines, *([f"{moods}."] if moods else [])])


def _findings(when: When, words: PlaceWords) -> tuple[str, ...]:
    found = [
        words.extreme(stretch, high=high)
        for stretch, high in ((when.brightest, True), (when.lowest, False))
        if stretch is not None
    ]
    return tuple(found) or (words.no_stretch,)


def _named(beside: Beside, channels: Sequence[Channel], name: Naming, words: PlaceWords) -> str:
    named = [f"{name(each.channel_id)} {signed(each.mood.value)}" for each in channels]
    return words.beside(beside, named[:MOST_NAMED], len(named[MOST_NAMED:]))


def _coverage(coverage: WeekCoverage, zone: ZoneInfo, words: PlaceWords) -> tuple[str, ...]:
    lines = []
    if is_partly(coverage.classified):
        lines.append(words.classified(part(coverage.classified)))
    if coverage.since is not None:
        lines.append(words.since(coverage.since.astimezone(zone)))
    return tuple(lines)
