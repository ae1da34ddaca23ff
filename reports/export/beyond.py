"""Figures of a report beyond its own totals: hours, channels, and what earlier weeks tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from reports.export.observation import Observation, rounded
from reports.export.words import DAY_NAMES, Words
from reports.report import WeeklyReport
from reports.when import Stretch
from reports.where import Beside

Figures = Iterator[Observation]


def hours(report: WeeklyReport, words: Words) -> Figures:
    """Yield the hours that are shown, by day."""
    for each in report.when.hours if report.when is not None else ():
        if each.mood is not None:
            label = f"{words.report.weekdays[each.day]} {each.hour:02d}"
            key = f"{DAY_NAMES[each.day]}/{each.hour:02d}"
            yield Observation.of(key, label, each.mood, "valence")


def best_hours(report: WeeklyReport, words: Words) -> Figures:
    """Yield the stretches of hours that clearly stand out."""
    if report.when is None:
        return
    for key, stretch in (("brightest", report.when.brightest), ("lowest", report.when.lowest)):
        if stretch is not None:
            label = f"{words.export.label(key)}: {_hours(stretch, words)}"
            place = f"{DAY_NAMES[stretch.day]}/{stretch.first:02d}-{stretch.end:02d}"
            yield Observation.estimated(
                f"{key}/{place}", label, stretch.mood, "valence", clear=True
            )


def channels(report: WeeklyReport, words: Words) -> Figures:
    """Yield the channels that are shown; by id, because this is no ranking."""
    where = report.where
    if where is None or len(where.channels) + where.hidden < 2:
        return
    for each in where.channels:
        key, clear = str(each.channel_id), each.beside is not Beside.ALIKE
        yield Observation.estimated(
            key, words.channel(each.channel_id), each.mood, "valence", clear=clear
        )


def turning(report: WeeklyReport, words: Words) -> Figures:
    """Yield the run of days that stands out most."""
    found, label = report.turning, words.export.label
    if found is None:
        return
    monday = report.week.monday
    days = days_key(monday + timedelta(found.first), monday + timedelta(found.last))
    for key, mood in (("mood", found.mood), ("usual", found.usual)):
        yield Observation.of(f"{days}/{key}", f"{label(key)}, {days}", mood, "valence")
    # Of the moods as they are told: three figures beside each other agree.
    apart = rounded(found.mood, "valence") - rounded(found.usual, "valence")
    yield Observation.of(
        f"{days}/change", f"{label('change')}, {days}", apart, "valence", clear=True
    )
    yield Observation.counted(f"{days}/once_in", label("once_in"), found.once_in, "weeks")


def good_stretch(report: WeeklyReport, words: Words) -> Figures:
    """Yield the longest run of days that were better than usual."""
    found, label = report.stretch, words.export.label
    if found is None:
        return
    days = days_key(found.first, found.last)
    yield Observation.counted(f"{days}/days", f"{label('length')}, {days}", found.days, "days")
    for key, mood in (("mood", found.mood), ("usual", found.usual)):
        yield Observation.of(f"{days}/{key}", f"{label(key)}, {days}", mood, "valence")
    longest = label("longest_in")
    yield Observation.counted(f"{days}/longest_in", longest, found.longest_in, "weeks")


def usual_ranges(report: WeeklyReport, words: Words) -> Figures:
    """Yield this week's shares; their low and high are the ends of what is usual."""
    for each in report.usual.ranges if report.usual is not None else ():
        share = each.shares[-1]
        if share is not None:
            label, clear = words.report.emotions[each.emotion], bool(each.outside)
            found = Observation.of(str(each.emotion), label, share, "share", clear=clear)
            yield found.between(each.low, each.high)


def earlier_shares(report: WeeklyReport, words: Words) -> Figures:
    """Yield the shares of every week that the usual ranges come from."""
    for each in report.usual.ranges if report.usual is not None else ():
        for back, share in enumerate(reversed(each.shares)):
            if share is not None:
                week = report.week.previous(back).key
                label = f"{week}, {words.report.emotions[each.emotion]}"
                yield Observation.of(f"{week}/{each.emotion}", label, share, "share")


def ahead(report: WeeklyReport, words: Words) -> Figures:
    """Yield the range that is expected of the next week, and how well it would have held."""
    found, label = report.ahead, words.export.label
    if found is None:
        return
    week = report.week.previous(-1).key
    for key, value, unit in (
        ("low", found.low, "valence"),
        ("high", found.high, "valence"),
        ("level", found.level, "share"),
        ("held", found.held, "share"),
        ("error", found.error, "valence_error"),
        ("naive_error", found.naive, "valence_error"),
    ):
        yield Observation.of(f"{week}/{key}", label(f"ahead_{key}"), value, unit)
    yield Observation.counted(f"{week}/weeks", label("ahead_weeks"), found.weeks, "weeks")


def _hours(stretch: Stretch, words: Words) -> str:
    return f"{words.report.weekdays[stretch.day]} {stretch.first:02d}–{stretch.end:02d}"


def days_key(first: date, last: date) -> str:
    """Return the key of a day, or of a run of days."""
    return first.isoformat() if first == last else f"{first.isoformat()}--{last.isoformat()}"
