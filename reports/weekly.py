"""The weekly report of a guild, and its mood over any other stretch of time, from a store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

import numpy as np

from classifiers.correction import ShareCorrection
from reports.analysis import BASELINE_WEEKS, mood_summary, weekly_report
from reports.blocks import blocks_of, monday_of, whole
from reports.checkins.week import checkin_week
from reports.collectors import Collector, Sums
from reports.daily import look_back
from reports.details import DetailSums
from reports.forecast import SEASONAL
from reports.grouping import milliseconds
from reports.judges import Judges
from reports.mood_sums import MoodSums
from reports.period import DAYS, Week, local_edges, zone_of
from reports.report import MoodSummary, WeeklyReport
from reports.retro.week import retro_week
from reports.retrospect import in_retrospect
from reports.spans import PARTS
from storage.records import GuildSettings, MessageColumns

__all__ = ["MoodSummary", "Scanner", "WeeklyReport", "compute", "last_days", "summary"]

LATE_AFTER: Final = timedelta(minutes=30)
"""A report that appears this long after it was due says so."""


class Scanner(Protocol):
    """The part of a store that reports need."""

    def scan(self, guild_id: int, start: datetime, end: datetime) -> AsyncIterator[MessageColumns]:
        """Yield the records of a guild created in [start, end), by time."""
        ...


async def compute(
    store: Scanner,
    settings: GuildSettings,
    week: Week,
    *,
    now: datetime,
    due: datetime | None = None,
    correction: ShareCorrection | None = None,
    forecast: str = SEASONAL,
) -> WeeklyReport:
    """Compute the report of a week; arithmetic runs in a thread, the event loop stays free.

    The same records always give the same report, to the last digit.

    Args:
        store: Where the records are.
        settings: Timezone and minimum group of the guild.
        week: Which week.
        now: The present moment, aware.
        due: When the report should have appeared, for the note on a late one.
        correction: How the shares of the present classifier are corrected; records of other models
            are not.
        forecast: How the next week is looked at: ``seasonal`` or ``lstm``.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
        StoreUnavailable: The store cannot be reached.
    """
    zone = zone_of(settings.timezone)
    first = week.previous(BASELINE_WEEKS).monday
    edges = local_edges(first, (BASELINE_WEEKS + 1) * DAYS, PARTS, zone)
    usable = usable_of(correction)
    judges = Judges(round(edges[BASELINE_WEEKS * DAYS * PARTS].timestamp() * 1000))
    sums, details = Sums(milliseconds(edges), usable), DetailSums(week, zone)
    await collect(store, settings.guild_id, edges, [judges.count, sums.take, details.take])
    late = now - due if due is not None and now - due >= LATE_AFTER else None
    partial = now < week.bounds(zone)[1]
    gathered = await asyncio.to_thread(sums.gathered)
    wrote = gathered.cells.messages[gathered.cells.bin >= BASELINE_WEEKS * DAYS * PARTS]
    # The store is read while a thread computes what the report says of its own week.
    looking = asyncio.create_task(
        look_back(store, settings, week, round(float(wrote.sum())), correction=usable)
    )
    try:
        report = await asyncio.to_thread(
            lambda: weekly_report(
                gathered,
                settings,
                week,
                partial=partial,
                late_by=late,
                correction=usable,
                details=details.details(),
            )
        )
        report = replace(report, rejudged=report.baseline is not None and judges.changed)
        if report.hidden:
            return report
        past = await looking
    finally:  # Also for a hidden week, or when something failed: nothing is left running.
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
    report = await in_retrospect(
        store, settings, report, correction=usable, forecast=forecast, past=past
    )
    return replace(
        report,
        retro=await retro_week(store, settings, week),
        checkins=await checkin_week(store, settings, week, lambda: _person_days(sums)),
    )


async def summary(
    store: Scanner,
    settings: GuildSettings,
    start: datetime,
    end: datetime,
    *,
    correction: ShareCorrection | None = None,
) -> MoodSummary:
    """Compute the mood of [start, end), aware moments; see ``compute``.

    Raises:
        ValueError: ``end`` does not lie after ``start``.
        UnknownTimezone: The guild's timezone means nothing here.
        StoreUnavailable: The store cannot be reached.
    """
    if end <= start:
        msg = f"the end {end.isoformat()} must lie after the start {start.isoformat()}"
        raise ValueError(msg)
    zone = zone_of(settings.timezone)
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    midnights = local_edges(first, (last - first).days + 1, 1, zone)
    edges = (start, *(edge for edge in midnights if start < edge < end), end)
    usable = usable_of(correction)
    sums = Sums(milliseconds(edges), usable)
    await collect(store, settings.guild_id, edges, [sums.take])
    return await asyncio.to_thread(
        lambda: mood_summary(sums.gathered(), settings, start, end, usable)
    )


async def last_days(
    store: Scanner,
    settings: GuildSettings,
    days: int,
    *,
    now: datetime,
    correction: ShareCorrection | None = None,
) -> MoodSummary:
    """Compute the mood of whole local days and of today, in runs with enough people.

    See ``reports.blocks``: a day with few people counts together with its neighbours, or not at all
    where they are not asked for.

    Args:
        store: Where the records are.
        settings: Timezone and minimum group of the guild.
        days: How many whole days before today.
        now: The present moment, aware.
        correction: As in ``summary``.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
        StoreUnavailable: The store cannot be reached.
    """
    zone = zone_of(settings.timezone)
    today = now.astimezone(zone).date()
    start = today - timedelta(days)
    first = monday_of(start)
    count = (today - first).days + 1
    edges = (*local_edges(first, count, 1, zone)[:-1], now)
    usable = usable_of(correction)
    sums = Sums(milliseconds(edges), usable)
    await collect(store, settings.guild_id, edges, [sums.take])

    def told() -> MoodSummary:
        gathered = sums.gathered()
        runs = blocks_of(gathered.cells, count, settings.minimum_group, count - 1)
        chosen = whole(gathered, runs, (start - first).days, days + 1)
        made = mood_summary(chosen, settings, edges[(start - first).days], now, usable)
        if not made.hidden:
            return made
        some = gathered.cells.where(gathered.cells.bin >= (start - first).days)
        return replace(made, messages=round(float(some.messages.sum())), people=some.people)

    return await asyncio.to_thread(told)


def _person_days(sums: Sums) -> MoodSums:
    """Return the measured valence of the week by person and day, 0 to 6."""
    cells = sums.gathered().cells
    bins = np.arange((BASELINE_WEEKS + 1) * DAYS * PARTS)
    days = np.where(bins < BASELINE_WEEKS * DAYS * PARTS, -1, bins // PARTS - BASELINE_WEEKS * DAYS)
    return MoodSums(cells.author, cells.bin, cells.messages, cells.valence).into(days)


def usable_of(correction: ShareCorrection | None) -> ShareCorrection | None:
    """Return a correction that may be applied, or ``None``."""
    return correction if correction is not None and correction.usable else None


async def collect(
    store: Scanner,
    guild_id: int,
    edges: tuple[datetime, ...],
    collectors: Sequence[Collector],
) -> None:
    """Scan the store in the loop; a thread reduces each batch while the next one is read."""
    reducing: asyncio.Task[None] | None = None
    try:
        async for columns in store.scan(guild_id, edges[0], edges[-1]):
            if reducing is not None:
                await reducing
            reducing = asyncio.create_task(asyncio.to_thread(_take, columns, collectors))
    finally:  # Also when reading failed or was cancelled: nothing is left running.
        if reducing is not None:
            await reducing


def _take(columns: MessageColumns, collectors: Sequence[Collector]) -> None:
    for collector in collectors:
        collector(columns)
