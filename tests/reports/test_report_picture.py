"""Pictures in a process of their own, also when that process dies."""

from __future__ import annotations

import asyncio
import os
import signal
import zlib
from time import perf_counter

import psutil
import pytest

from reports.errors import PictureFailed
from reports.fonts import FontBook
from reports.picture import PictureWorker
from reports.rasterise import rasterise
from tests.reports.report_samples import drawn, fixed_report

FONTS = FontBook.load(system=False)
SMALL = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    '<rect width="5" height="9"/></svg>'
)
HEAVY = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="4000" height="4000"><filter id="f">'
    + '<feGaussianBlur stdDeviation="90"/>' * 40
    + '</filter><circle cx="2000" cy="2000" r="1500" filter="url(#f)"/></svg>'
)


def children() -> list[psutil.Process]:
    """Return the picture processes, without the tracker of the standard library."""
    found = psutil.Process().children(recursive=True)
    return [child for child in found if "spawn_main" in " ".join(child.cmdline())]


async def test_pictures_are_those_of_the_renderer() -> None:
    async with PictureWorker(FONTS) as worker:
        assert await worker.render(SMALL) == rasterise(SMALL, FONTS.files)
        card = drawn(fixed_report(), "dark", "ko", FONTS)[0]
        assert await worker.render(card.svg) == rasterise(card.svg, FONTS.files)


async def test_the_process_starts_with_the_first_picture_and_ends_with_the_worker() -> None:
    before = len(children())
    async with PictureWorker(FONTS) as worker:
        assert len(children()) == before
        await worker.render(SMALL)
        assert len(children()) == before + 1
    assert len(children()) == before


async def test_what_is_no_picture_is_refused_and_the_next_one_drawn() -> None:
    async with PictureWorker(FONTS) as worker:
        with pytest.raises(PictureFailed, match="could not be rendered"):
            await worker.render("<svg")
        assert await worker.render(SMALL)


async def test_many_at_once() -> None:
    async with PictureWorker(FONTS) as worker:
        pictures = await asyncio.gather(*(worker.render(SMALL) for _ in range(8)))
    assert len({zlib.crc32(picture) for picture in pictures}) == 1


async def test_a_killed_process_is_replaced() -> None:
    async with PictureWorker(FONTS) as worker:
        await worker.render(SMALL)
        for child in children():
            os.kill(child.pid, signal.SIGKILL)
        assert await worker.render(SMALL) == rasterise(SMALL, FONTS.files)


async def test_a_picture_that_kills_twice_is_given_up() -> None:
    async with PictureWorker(FONTS) as worker:
        rendering = asyncio.create_task(worker.render(HEAVY))
        while not rendering.done():
            for child in children():
                os.kill(child.pid, signal.SIGKILL)
            await asyncio.sleep(0.05)
        with pytest.raises(PictureFailed, match="died twice"):
            await rendering
        assert await worker.render(SMALL)


async def test_the_loop_stays_free() -> None:
    card = drawn(fixed_report(), "dark", "ko", FONTS)[1]

    async def tick(stalls: list[float]) -> None:
        while True:
            before = perf_counter()
            await asyncio.sleep(0.005)
            stalls.append(perf_counter() - before - 0.005)

    async with PictureWorker(FONTS) as worker:
        for last in (False, False, False, False, True):
            stalls: list[float] = []
            ticker = asyncio.create_task(tick(stalls))
            for _ in range(3):
                await worker.render(card.svg)
            ticker.cancel()
            # A busy machine holds up any loop now and then; what we hold up stays held up.
            if len(stalls) > 10 and sorted(stalls)[len(stalls) * 9 // 10] < 0.1:
                break
            assert not last, f"{len(stalls)} turns of the loop, {max(stalls):.3f} s at the worst"


async def test_a_worker_that_draws_nothing_starts_nothing() -> None:
    before = len(children())
    async with PictureWorker(FONTS):
        pass
    assert len(children()) == before
