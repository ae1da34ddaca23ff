"""Reports a large week, in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import sys
import time
from datetime import UTC, datetime, timedelta

import numpy as np
from communities import WEEK, correction
from communities.community import FIRST_CHANNEL, GUILD, pseudonym

from reports.bright import bright_moments
from reports.cards import cards
from reports.fonts import FontBook
from reports.period import zone_of
from reports.picture import PictureWorker
from reports.weekly import compute
from storage.open import open_store
from storage.records import GuildSettings, ReportSchedule
from storage.store import Store

from .filling import CHANNELS

_TICK = 0.001
_LOOK_AHEAD = ("statsmodels", "tensorflow")
_WITH_LINKS = GuildSettings(GUILD, report=ReportSchedule(bright=True))


class Loop:
    """Measures how late the event loop is."""

    def __init__(self) -> None:
        self.stalls: list[float] = []

    async def watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_TICK)
            self.stalls.append((time.perf_counter() - before - _TICK) * 1000)

    @property
    def worst(self) -> float:
        return max(self.stalls, default=0.0)


def measure(url: str) -> dict[str, float]:
    """Return ``messages, data_s, pictures_s, loop_stall_ms, rss_mb`` and more."""
    for module in _LOOK_AHEAD:  # Not in a default installation: the extra is not measured.
        sys.modules[module] = None  # type: ignore[assignment]
    return asyncio.run(_measure(url))


async def _measure(url: str) -> dict[str, float]:
    known, fonts = correction(np.random.default_rng(0)), FontBook.load()
    now = datetime.combine(WEEK.monday + timedelta(days=7), datetime.min.time(), UTC)
    loop = Loop()
    async with open_store(url) as store, PictureWorker(fonts) as worker:
        await worker.render('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
        watching = asyncio.create_task(loop.watch())
        started, working = time.perf_counter(), time.process_time()
        report = await compute(store, GuildSettings(GUILD), WEEK, now=now, correction=known)
        counted, worked = time.perf_counter(), time.process_time()
        names: dict[int, str | None] = {
            CHANNELS + FIRST_CHANNEL + each: f"channel-{each}" for each in range(25)
        }
        drawn = await asyncio.to_thread(
            lambda: cards(
                report,
                theme="dark",
                language="en",
                server_name="Scale",
                fonts=fonts,
                channels=names,
            )
        )
        sizes = [len(await worker.render(card.svg)) for card in drawn]
        ended = time.perf_counter()
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        used = peak_mb(resource.RUSAGE_SELF)
        bright = await _seconds_of_bright_moments(store)
    return {
        "messages": report.messages,
        "data_s": round(counted - started, 3),
        "data_cpu_s": round(worked - working, 3),
        "pictures_s": round(ended - counted, 3),
        "loop_stall_ms": round(loop.worst, 1),
        "loop_stall_ms_p99": round(float(np.quantile(loop.stalls, 0.99)), 1),
        "rss_mb": round(used, 1),
        "rss_pictures_mb": round(peak_mb(resource.RUSAGE_CHILDREN), 1),
        "cards": len(sizes),
        "bright_s": round(bright, 3),
    }


async def _seconds_of_bright_moments(store: Store) -> float:
    """Return how long it takes to find joyful messages where ten authors agreed to be linked."""
    start, end = WEEK.bounds(zone_of("UTC"))
    async for columns in store.scan(GUILD, start, end):
        for author in np.unique(columns.author)[:10].tolist():
            await store.allow_links(GUILD, pseudonym(author), start)
        break
    begun = time.perf_counter()
    await bright_moments(store, _WITH_LINKS, WEEK)
    return time.perf_counter() - begun


def peak_mb(whose: int) -> float:
    """Return the largest memory that was resident; the kernel counts in KiB, macOS in bytes."""
    return resource.getrusage(whose).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
