"""Adds to a report what the weeks before it tell: turning point, good stretch, year, look ahead."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

from classifiers.correction import ShareCorrection
from classifiers.worker import spawned_worker
from reports.bootstrap import generator_for
from reports.daily import Past, Scans, look_back
from reports.forecast import FEWEST_WEEKS, SEASONAL, installed, looked_ahead
from reports.history import Ahead
from reports.rasterise import prepare
from reports.report import WeeklyReport
from reports.stretch import stretch_of
from reports.turning import turning_of
from reports.usual import usual_of
from reports.year import year_of
from storage.records import GuildSettings

log = logging.getLogger(__name__)


async def in_retrospect(
    store: Scans,
    settings: GuildSettings,
    report: WeeklyReport,
    *,
    correction: ShareCorrection | None = None,
    forecast: str = SEASONAL,
    past: Past | None = None,
) -> WeeklyReport:
    """Return the report with what its past tells; arithmetic runs in a thread.

    Args:
        store: Where the records are.
        settings: Timezone and minimum group of the guild.
        report: A hidden one stays as it is.
        correction: How the shares of the present classifier are corrected, if that is of use.
        forecast: ``seasonal`` or ``lstm``.
        past: What a look back found; looked for if not given.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
        StoreUnavailable: The store cannot be reached.
        ValueError: There is no such forecast.
    """
    if report.hidden:
        return report
    if past is None:
        past = await look_back(store, settings, report.week, report.messages, correction=correction)
    report = await asyncio.to_thread(told, report, past)
    return report if report.partial else replace(report, ahead=await _ahead(past, forecast))


def told(report: WeeklyReport, past: Past) -> WeeklyReport:
    """Return the report with what a past tells; a week that is not over is not held to whole ones.

    The look ahead is not part of it: see ``forecast.looked_ahead``.
    """
    chance = generator_for(report.guild_id, f"{report.week.key}:turning")
    return replace(
        report,
        turning=turning_of(past, chance),
        stretch=stretch_of(past),
        year=year_of(past, partial=report.partial),
        usual=None if report.partial else usual_of(past),
    )


async def _ahead(past: Past, forecast: str) -> Ahead | None:
    """Look ahead in a process of its own, which takes the memory of its framework with it."""
    if past.told + 1 < FEWEST_WEEKS:
        return None
    if not installed(forecast):
        log.info("no look ahead: the extra for forecast=%s is not installed", forecast)
        return None
    pool = spawned_worker(prepare)
    try:
        # Starting a process takes a few milliseconds of system calls: not in the loop.
        future = await asyncio.to_thread(pool.submit, looked_ahead, past, forecast)
        return await asyncio.wrap_future(future)
    except (BrokenProcessPool, OSError) as error:
        log.warning("no look ahead this week: its process ended (%s)", error)
        return None
    finally:
        await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)
