"""Reports that stay as they were shown once somebody has left.

A report computed before an opt-out, minus the same report computed after it, is what that person
contributed. So the figures of a report are kept when it is shown. While nobody has left the guild
since, it is computed anew, because messages may have arrived late; once somebody has, the kept
figures are the report for ever, however it is asked for. They are aggregates over at least the
minimum group, with no record and no pseudonym in them.

A period that is not over has another report every local day; within a day, the same holds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol, TypeVar

from pydantic import ConfigDict, TypeAdapter

from classifiers.correction import ShareCorrection
from reports.forecast import SEASONAL
from reports.monthly import DayRange, Month, Period, StretchReport, compute_stretch
from reports.period import Week, zone_of
from reports.report import MoodSummary, WeeklyReport
from reports.weekly import LATE_AFTER, Scanner, compute, last_days
from storage.records import GuildSettings
from storage.shown import Shown

Report = TypeVar("Report", WeeklyReport, StretchReport, MoodSummary)

_FINITE: Final = ConfigDict(ser_json_inf_nan="constants")


class Shelf(Scanner, Protocol):
    """The part of a store that reports which stay need; see ``storage.store.Store``."""

    async def departures(self, guild_id: int) -> int:
        """Return how many times somebody's records were erased."""
        ...

    async def shown(self, guild_id: int, key: str) -> Shown | None:
        """Return figures that were shown."""
        ...

    async def show(self, offered: Shown) -> Shown:
        """Keep figures unless others stand; return what is kept."""
        ...


async def shown_report(
    store: Shelf,
    settings: GuildSettings,
    week: Week,
    *,
    now: datetime,
    due: datetime | None = None,
    correction: ShareCorrection | None = None,
    forecast: str = SEASONAL,
) -> WeeklyReport:
    """Return the report of a week as it may be shown; see ``reports.weekly.compute``.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
        StoreUnavailable: The store cannot be reached.
    """
    fresh = partial(
        compute, store, settings, week, now=now, correction=correction, forecast=forecast
    )
    report = await _shown(store, settings, week, now, (WeeklyReport, fresh))
    if _too_few(report, settings):
        report = WeeklyReport(
            report.guild_id,
            report.week,
            report.timezone,
            report.messages,
            report.people,
            settings.minimum_group,
            hidden=True,
            partial=report.partial,
        )
    return replace(report, late_by=_late(now, due))


async def standing_week(store: Shelf, settings: GuildSettings, week: Week) -> WeeklyReport | None:
    """Return the report of a week that is over, if it was shown and somebody has left since.

    Then nothing else may be said of that week, whatever is still kept of it.

    Raises:
        StoreUnavailable: The store cannot be reached.
    """
    departures = await store.departures(settings.guild_id)
    report = await _standing(store, settings, week.key, departures, WeeklyReport)
    if report is None or not _too_few(report, settings):
        return report
    return replace(report, hidden=True)


async def shown_stretch(
    store: Shelf,
    settings: GuildSettings,
    period: Month | DayRange,
    *,
    now: datetime,
    due: datetime | None = None,
    correction: ShareCorrection | None = None,
) -> StretchReport:
    """Return the report of a stretch as it may be shown; see ``reports.monthly.compute_stretch``.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
        StoreUnavailable: The store cannot be reached.
    """
    fresh = partial(compute_stretch, store, settings, period, now=now, correction=correction)
    report = await _shown(store, settings, period, now, (StretchReport, fresh))
    if _too_few(report, settings):
        report = replace(
            report,
            minimum_group=settings.minimum_group,
            hidden=True,
            mood=None,
            before=None,
            change=None,
            shares=(),
            runs=(),
            year=None,
        )
    return replace(report, late_by=_late(now, due))


async def shown_summary(
    store: Shelf,
    settings: GuildSettings,
    days: int,
    *,
    now: datetime,
    correction: ShareCorrection | None = None,
) -> MoodSummary:
    """Return the mood of today and of whole local days before it, as it may be shown.

    Args:
        store: Where the records are, and what was shown.
        settings: Of the guild.
        days: How many whole days before today.
        now: The present moment, aware.
        correction: As in ``reports.weekly.last_days``.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
        StoreUnavailable: The store cannot be reached.
    """
    zone = zone_of(settings.timezone)
    today = now.astimezone(zone).date()
    key = f"mood-{days}@{today}"
    departures = await store.departures(settings.guild_id)
    figures = await _standing(store, settings, key, departures, MoodSummary)
    if figures is None:
        fresh = await last_days(store, settings, days, now=now, correction=correction)
        figures = await _kept(store, fresh, key, now, departures)
    if _too_few(figures, settings):
        small = replace(figures, hidden=True, mood=None, shares=())
        return replace(small, minimum_group=settings.minimum_group)
    return figures


async def _shown(
    store: Shelf,
    settings: GuildSettings,
    period: Period,
    now: datetime,
    way: tuple[type[Report], Callable[[], Awaitable[Report]]],
) -> Report:
    """Return the kept report of a period if somebody has left since, else a fresh one, kept."""
    kind, fresh = way
    key, ends = _name(settings, period, now)
    departures = await store.departures(settings.guild_id)
    standing = await _standing(store, settings, key, departures, kind)
    return standing or await _kept(store, await fresh(), key, ends, departures)


def _too_few(report: Report, settings: GuildSettings) -> bool:
    """Return whether a server asks for more people by now than a report has."""
    return not report.hidden and report.people < settings.minimum_group


def _name(settings: GuildSettings, period: Period, now: datetime) -> tuple[str, datetime]:
    """Return the key under which a report is kept, and the end of its period."""
    zone = zone_of(settings.timezone)
    ends = period.bounds(zone)[1]
    day = f"@{now.astimezone(zone).date()}" if now < ends else ""
    return period.key + day, ends


def _late(now: datetime, due: datetime | None) -> timedelta | None:
    return now - due if due is not None and now - due >= LATE_AFTER else None


async def _standing(
    store: Shelf, settings: GuildSettings, key: str, departures: int, kind: type[Report]
) -> Report | None:
    """Return a kept report if somebody has left since."""
    kept = await store.shown(settings.guild_id, key)
    if kept is None or kept.departures == departures:
        return None
    return _read(kept.document, kind)


async def _kept(store: Shelf, fresh: Report, key: str, ends: datetime, departures: int) -> Report:
    """Keep a report; return the one that may be shown."""
    document = _adapter(type(fresh)).dump_json((fresh,)).decode()
    kept = await store.show(Shown(fresh.guild_id, key, ends, departures, document))
    return fresh if kept.document == document else _read(kept.document, type(fresh))


def _read(document: str, kind: type[Report]) -> Report:
    report: Report = _adapter(kind).validate_json(document)[0]
    return report


def _adapter(kind: type[object]) -> TypeAdapter[tuple[Any]]:
    # In a tuple: a dataclass of its own would take no configuration.
    form: Any = tuple[kind]  # type: ignore[valid-type]
    return TypeAdapter(form, config=_FINITE)
