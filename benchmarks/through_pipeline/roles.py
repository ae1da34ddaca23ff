"""The processes of the pipeline benchmark: the loopback Discord, the bare client, the bot.

Kept apart from the program, whose module every worker imports again: a worker of the bot must not
load what only the benchmark needs.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import discord
import psutil

import bot.application
from bot.application import Application, opened, serve
from bot.clock import SystemClock
from bot.sandbox.connect import point_discord_at
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from storage.records import Batch
from through_pipeline.trivial import load as load_trivial

CHANNELS = 20
MEMBERS = 100
TEXTS = (
    "오늘 회고 쓰면서 정말 뿌듯했어요 ㅎㅎ",
    "배포가 또 실패했다... 너무 지친다 ㅠㅠ",
    "내일 스터디 몇 시에 시작하나요?",
    "the build is green again, thank you so much!",
    "I am worried that we will not make the deadline",
    "ㅋㅋㅋㅋ 이거 진짜 웃기다",
    "see you at nine in the voice channel",
    "이 부분이 이해가 안 돼서 당황스럽네요",
)
SLICE = 0.005


# The loopback Discord, in its own process


def server_process(pipe: Connection) -> None:
    """Serve until told to stop."""
    asyncio.run(_serve_discord(pipe))


async def _serve_discord(pipe: Connection) -> None:
    loop = asyncio.get_running_loop()
    async with Sandbox(strict=False, replay_limit=100_000) as server:
        guild = server.add_guild("Benchmark")
        channels = [guild.add_channel(f"channel-{number}") for number in range(CHANNELS)]
        members = [guild.add_member(f"member-{number}") for number in range(MEMBERS)]
        pipe.send((server.base_url, guild.id, [channel.id for channel in channels]))
        while True:
            command, count, rate = await loop.run_in_executor(None, pipe.recv)
            if command == "stop":
                return
            if command == "wait":
                await server.wait_ready(60)
                pipe.send(None)
                continue
            sent: list[tuple[int, float]] = []
            started = time.monotonic()
            for number in range(count):
                if rate and number % max(1, int(rate * SLICE)) == 0:
                    await asyncio.sleep(max(0.0, started + number / rate - time.monotonic()))
                before = time.monotonic()
                message = await guild.say(
                    members[number % MEMBERS],
                    channels[number % CHANNELS],
                    TEXTS[number % len(TEXTS)],
                )
                sent.append((message.id, before))
            pipe.send(sent)


# The client that only counts


class CountingClient(discord.Client):
    """What discord.py alone can do."""

    def __init__(self) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True, guild_messages=True, message_content=True),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
        )
        self.counted = 0
        self.last = 0.0

    async def on_message(self, message: discord.Message) -> None:
        self.counted += 1
        self.last = time.monotonic()


def counting_process(pipe: Connection, base_url: str) -> None:
    """Count until told to stop."""
    asyncio.run(_count(pipe, base_url))


async def _count(pipe: Connection, base_url: str) -> None:
    loop = asyncio.get_running_loop()
    with point_discord_at(base_url):
        client = CountingClient()
        running = asyncio.create_task(client.start("sandbox-token"))
        while True:
            command, count = await loop.run_in_executor(None, pipe.recv)
            if command == "stop":
                break
            if command == "ready":
                await client.wait_until_ready()
                pipe.send(None)
                continue
            while client.counted < count:
                await asyncio.sleep(0.02)
            pipe.send(client.last)
        await client.close()
        await asyncio.gather(running, return_exceptions=True)


# The bot


class StoredTimes:
    """Notes when each batch was in the store, by wrapping the store's ``apply``."""

    def __init__(self, application: Application) -> None:
        self.times: dict[int, float] = {}
        self.keep = False
        self.count = 0
        self.last = 0.0
        self._apply: Callable[..., Any] = application.services.store.apply
        application.services.store.apply = self._timed  # type: ignore[method-assign]

    async def _timed(self, batch: Batch) -> int:
        written: int = await self._apply(batch)
        self.last = time.monotonic()
        self.count += len(batch.upserts)
        if self.keep:
            self.times.update((record.message_id, self.last) for record in batch.upserts)
        return written


def bot_process(pipe: Connection, settings: dict[str, Any], trivial: bool) -> None:
    """Run the whole bot until told to stop."""
    if trivial:
        bot.application.load = load_trivial  # type: ignore[assignment]
    asyncio.run(_run_bot(pipe, Settings(**settings)))


async def _run_bot(pipe: Connection, settings: Settings) -> None:
    with point_discord_at(settings.discord_api or ""):
        async with opened(settings, SystemClock()) as application:
            stored = StoredTimes(application)
            serving = asyncio.create_task(serve(application, "sandbox-token"))
            await _obey(pipe, application, stored, serving)
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)


async def _obey(
    pipe: Connection, application: Application, stored: StoredTimes, serving: asyncio.Task[None]
) -> None:
    loop = asyncio.get_running_loop()
    lags: list[float] = []
    ticking = asyncio.create_task(_tick(lags))
    while not serving.done():
        command, count = await loop.run_in_executor(None, pipe.recv)
        if command == "stop":
            break
        if command == "ready":
            while not application.connected():
                await asyncio.sleep(0.05)
            assert application.client is not None
            await asyncio.sleep(0.2)
            await application.client.catchup.finished()
            pipe.send(None)
        elif command == "memory":
            pipe.send(_memory())
        elif command == "keep":
            stored.keep = bool(count)
            stored.times.clear()
            lags.clear()
            pipe.send(None)
        elif command == "expect":
            while stored.count < count:
                await asyncio.sleep(0.02)
            await application.services.pipeline.drained()
            pipe.send((stored.last, dict(stored.times), list(lags)))
        elif command == "counters":
            counters = application.services.pipeline.counters
            pipe.send((counters.received, counters.stored, counters.overflowed))
    ticking.cancel()


async def _tick(lags: list[float]) -> None:
    while True:
        before = time.monotonic()
        await asyncio.sleep(SLICE)
        lags.append(time.monotonic() - before - SLICE)


def _memory() -> float:
    """Resident memory of this process and its workers, MiB."""
    this = psutil.Process()
    return sum(each.memory_info().rss for each in (this, *this.children(True))) / 2**20
