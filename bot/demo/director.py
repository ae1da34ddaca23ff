"""Directs one demo: what happens when, to the server, to the connection and to the bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from bot.application import Application, opened, serve
from bot.demo.commands import DemoCommands
from bot.demo.scenario import Scenario, Turn
from bot.demo.script import Action
from bot.demo.summary import Summary
from bot.demo.transcript import TRANSCRIPT, Transcript
from bot.demo.words import Words
from bot.demo.world import DemoWorld
from bot.errors import StartFailed
from bot.exporting import Looks, Place, export_report
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from reports.errors import NothingToExport
from reports.period import Week
from storage.store import Store

READY_WITHIN: Final = 30.0
DROP_AT, STOP_AT, START_AT = 0.5, 0.65, 0.7
"""Parts of the way at which the connection is cut, and the bot is stopped and started."""

BEFORE_DUE: Final = timedelta(seconds=2)
REPORT_HOUR: Final = 9
TICK: Final = 0.05


class Director:
    """Plays one scenario from beginning to end."""

    def __init__(
        self, server: Sandbox, scenario: Scenario, folder: Path, console: Console, words: Words
    ) -> None:
        self._server = server
        self._scenario = scenario
        self._console = console
        self._words = words
        self._world = DemoWorld(server, scenario)
        self._transcript = Transcript(
            f"nunchi demo: {scenario.server}", scenario.timezone, server.world.channels
        )
        self._commands = DemoCommands(self._world, scenario, self._transcript)
        self._settings = Settings.model_validate(
            {
                "discord_token": server.token,
                "discord_api": server.base_url,
                "data_dir": folder,
                "language": scenario.language,
                "timezone": scenario.timezone.key,
                # An export may leap over months while the bot is stopped.
                "catchup_max_age_days": 365,
            }
        )
        self._restarts = 0
        self._breaks = 0

    async def direct(self, out: Path) -> Summary:
        """Play everything; return the figures."""
        scenario = self._scenario
        self._console.print(
            self._words.opening.format(
                server=scenario.server,
                members=len(scenario.members),
                channels=len(scenario.channels),
            )
        )
        cuts = [int(part * len(scenario.turns)) for part in (DROP_AT, STOP_AT, START_AT)]
        first, second, third, last = _split(scenario.turns, cuts)
        with _progress(self._console) as bar:
            task = bar.add_task(self._words.replaying, total=len(scenario.turns))
            async with self._bot():
                await self._commands.set_up(self._now())
                await self._play(first, bar, task)
                await self._cut()
                await self._play(second, bar, task)
                await self._reconnected()
            self._tell(self._words.stopped)
            await self._play(third, bar, task, alone=True)
            self._restarts += 1
            async with self._bot() as application:
                self._tell(self._words.started)
                await self._play(last, bar, task)
                await self._settle(application)
                await self._commands.look_around(self._now())
                await self._report(application)
                summary = await self._conclude(application.services.store, out)
        return replace(summary, page=await self._page(out))

    @asynccontextmanager
    async def _bot(self) -> AsyncIterator[Application]:
        async with opened(self._settings, self._server.clock) as application:
            serving = asyncio.create_task(serve(application, self._server.token))
            try:
                await _until_connected(application, serving)
                yield application
            finally:
                serving.cancel()
                await asyncio.gather(serving, return_exceptions=True)

    async def _play(
        self, turns: Sequence[Turn], bar: Progress, task: TaskID, *, alone: bool = False
    ) -> None:
        for turn in turns:
            if turn.action is Action.OPT_OUT and not alone:
                self._server.clock.set(turn.at)
                await self._commands.opt_out(turn)
            else:
                await self._world.play(turn)
            bar.advance(task)
            await asyncio.sleep(0)

    async def _cut(self) -> None:
        self._breaks = self._server.gateway_counts["connect"]
        await self._server.drop_connections()
        self._tell(self._words.dropped)

    async def _reconnected(self) -> None:
        counts = self._server.gateway_counts
        await self._server.wait_until(lambda: counts["connect"] > self._breaks, READY_WITHIN)
        await self._server.wait_ready(READY_WITHIN)

    async def _settle(self, application: Application) -> None:
        await self._server.flush(READY_WITHIN)
        client = application.client
        if client is not None:
            await client.catchup.finished()
        await application.services.pipeline.drained()

    async def _report(self, application: Application) -> None:
        """Go to the hour before the report is due, and let the schedule do the rest."""
        await self._commands.schedule_report(self._now(), REPORT_HOUR)
        zone = self._scenario.timezone
        monday = Week.of(self._now(), zone).bounds(zone)[1]
        due = monday + timedelta(hours=REPORT_HOUR)
        before = due - BEFORE_DUE
        self._server.clock.set(before)
        self._tell(self._words.waiting)
        application.services.schedule.refresh(self._world.guild.id)
        running = asyncio.create_task(self._let_time_pass(before))
        try:
            await self._server.wait_until(
                lambda: self._recorded(application.services.store), READY_WITHIN
            )
        finally:
            running.cancel()
        self._tell(self._words.posted)

    async def _let_time_pass(self, begin: datetime) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            # A tick ahead of the machine, so that what is due by its clock is due by ours.
            passed = timedelta(seconds=loop.time() - began + 2 * TICK)
            self._server.clock.set(begin + passed)
            await asyncio.sleep(TICK)

    async def _recorded(self, store: Store) -> bool:
        claims = await store.report_claims(self._world.guild.id)
        return any(claim.message_id is not None for claim in claims)

    async def _conclude(self, store: Store, out: Path) -> Summary:
        pictures = self._save(out)
        guild_id = self._world.guild.id
        stored = await _stored(store, guild_id, self._scenario.turns[0].at, self._now())
        expected = self._world.expected()
        claims = [c for c in await store.report_claims(guild_id) if c.message_id is not None]
        counts = self._server.gateway_counts
        return Summary(
            messages_sent=len(self._world.messages),
            messages_expected=len(expected),
            messages_stored=len(stored),
            missing=len(expected - set(stored)),
            duplicated=len(stored) - len(set(stored) & expected),
            reconnects=counts["connect"] - 1 - self._restarts,
            restarts=self._restarts,
            commands_run=self._commands.run,
            commands_failed=self._commands.failed,
            reports_posted=min(len(claims), len(self._server.posts(self._world.report_channel))),
            pictures=tuple(pictures),
        )

    def _save(self, out: Path) -> list[str]:
        saved: list[str] = []
        for post in self._server.posts(self._world.report_channel):
            for file in post.files:
                (out / file.filename).write_bytes(file.content)
            names = [file.filename for file in post.files]
            self._transcript.post(post.created_at, post, names)
            saved += names
        self._transcript.write(out / TRANSCRIPT)
        return saved

    async def _page(self, out: Path) -> str:
        """Write the week as a page in the reader's language, as ``nunchi report`` does."""
        guild = self._world.guild
        looks = Looks(
            formats=("html",),
            language=self._words.language,
            server_name=guild.name,
            channels={each.id: each.name for each in guild.channels},
        )
        place = Place(self._settings.store.get_secret_value(), guild.id)
        try:
            written = await export_report(self._settings, place, None, looks, out, self._now())
        except NothingToExport:
            return ""
        return written.files[0].name

    def _now(self) -> datetime:
        return self._server.clock.now()

    def _tell(self, text: str) -> None:
        self._console.print(text)
        self._transcript.event(self._now(), text)


async def _until_connected(application: Application, serving: asyncio.Task[None]) -> None:
    async with asyncio.timeout(READY_WITHIN):
        while not application.connected():
            if serving.done():
                serving.result()
                raise StartFailed("the bot ended before it was ready; see demo.log")
            await asyncio.sleep(TICK)


async def _stored(store: Store, guild_id: int, start: datetime, end: datetime) -> list[int]:
    ids: list[int] = []
    margin = timedelta(days=1)
    async for columns in store.scan(guild_id, start - margin, end + margin):
        ids += columns.message_id.tolist()
    return ids


def _split(turns: Sequence[Turn], cuts: Sequence[int]) -> list[Sequence[Turn]]:
    edges = [0, *cuts, len(turns)]
    return [turns[start:end] for start, end in pairwise(edges)]


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
