"""Adds to a report what the weeks before it tell: turning point, good stretch, year, look ahead."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from classifiers.correction import ShareCorrection
from reports.bootstrap import generator_for
from reports.daily import Past, Scans, look_back
from reports.forecast import SEASONAL, ahead_of, forecaster_of
from reports.history import Ahead
from reports.report import WeeklyReport
from reports.stretch import stretch_of
from reports.turning import turning_of
from reports.usual import usual_of
from reports.year import year_of
from storage.records import GuildSettings


async def in_retrospect(
    store: Scans,
    settings: GuildSettings,
    report: WeeklyReport,
    *,
    correction: ShareCorrection | None = None,
    forecast: str = SEASONAL,
) -> WeeklyReport:
    """Return the report with what its past tells; arithmetic runs in a thread.

    Args:
        store: Where the records are.
        settings: Timezone and minimum group of the guild.
        report: A hidden one stays as it is.
        correction: How the shares of the present classifier are corrected, if that is of use.
        forecast: ``seasonal`` or ``lstm``.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
        StoreUnavailable: The store cannot be reached.
        ValueError: There is no such forecast.
    """
    if report.hidden:
        return report
    past = await look_back(store, settings, report.week, report.messages, correction=correction)
    return await asyncio.to_thread(told, report, past, forecast)


def told(report: WeeklyReport, past: Past, forecast: str = SEASONAL) -> WeeklyReport:
    """Return the report with what a past tells; a week that is not over is not held to whole ones.

    Raises:
        ValueError: There is no such forecast.
    """
    chance = generator_for(report.guild_id, f"{report.week.key}:turning")
    return replace(
        report,
        turning=turning_of(past, chance),
        stretch=stretch_of(past),
        year=year_of(past),
        usual=None if report.partial else usual_of(past),
        ahead=None if report.partial else _ahead(past, forecast),
    )


def _ahead(past: Past, forecast: str) -> Ahead | None:
    forecaster = forecaster_of(forecast)
    return None if forecaster is None else ahead_of(past, forecaster)
