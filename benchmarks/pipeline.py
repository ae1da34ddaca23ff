"""Messages a second through gateway -> classifier -> store, against a client that only counts.

One loopback Discord in a process of its own sends the same messages to both clients, in turn, on
the same machine and in the same run; figures are medians over the runs. Prints one JSON object.

    python benchmarks/pipeline.py [--runs 3] [--burst 20000] [--growth 200000]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import discord
import numpy as np
import psutil

from bot.application import Application, opened, serve
from bot.clock import SystemClock
from bot.sandbox.connect import point_discord_at
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from storage.open import open_store
from storage.records import Batch, GuildSettings, MonitoredChannel

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


def bot_process(pipe: Connection, settings: dict[str, Any]) -> None:
    """Run the whole bot until told to stop."""
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


# The measurement


class Partner:
    """A spawned process and the pipe to it."""

    def __init__(self, target: Callable[..., None], *args: object) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=target, args=(theirs, *args))
        self.process.start()

    def ask(self, *command: object) -> Any:
        self.pipe.send(command)
        if not self.pipe.poll(600):
            raise TimeoutError(command)
        return self.pipe.recv()

    def stop(self, *command: object) -> None:
        self.pipe.send(command)
        self.process.join(30)


class Bench:
    """One loopback Discord, and clients that come and go."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.options = options
        self.folder = folder
        self.server = Partner(server_process)
        self.base_url, self.guild_id, self.channel_ids = self.server.pipe.recv()
        self.runs = 0

    def bare(self) -> float:
        client = Partner(counting_process, self.base_url)
        client.ask("ready", 0)
        sent = self.server.ask("send", self.options.burst, 0)
        last = client.ask("expect", self.options.burst)
        client.stop("stop", 0)
        return float(self.options.burst / (last - sent[0][1]))

    def bot(self) -> tuple[Partner, str]:
        self.runs += 1
        url = f"sqlite:///{self.folder / f'run{self.runs}.sqlite3'}"
        asyncio.run(self._monitor_all(url))
        settings = {
            "discord_token": "sandbox-token",
            "store": url,
            "data_dir": self.folder,
            "classifier": self.options.classifier,
            "discord_api": self.base_url,
        }
        client = Partner(bot_process, settings)
        client.ask("ready", 0)
        return client, url

    async def _monitor_all(self, url: str) -> None:
        since = discord.utils.time_snowflake(discord.utils.utcnow())
        channels = tuple(MonitoredChannel(each, since) for each in self.channel_ids)
        async with open_store(url) as store:
            await store.save_settings(GuildSettings(self.guild_id, channels=channels))

    def throughput(self) -> tuple[float, dict[str, int]]:
        client, url = self.bot()
        sent = self.server.ask("send", self.options.burst, 0)
        last, _, _ = client.ask("expect", self.options.burst)
        overflowed = client.ask("counters", 0)[2]
        client.stop("stop", 0)
        check = asyncio.run(_check(url, self.guild_id, [message_id for message_id, _ in sent]))
        return self.options.burst / (last - sent[0][1]), check | {"overflowed": overflowed}

    def latency(self, rate: int, seconds: float) -> dict[str, float]:
        client, _ = self.bot()
        client.ask("keep", 1)
        count = int(rate * seconds)
        sent = self.server.ask("send", count, rate)
        _, times, lags = client.ask("expect", count)
        client.stop("stop", 0)
        delays = np.array([times[message_id] - before for message_id, before in sent]) * 1000
        return {
            "p50": float(np.percentile(delays, 50)),
            "p99": float(np.percentile(delays, 99)),
            "lag": float(np.percentile(np.array(lags) * 1000, 99)),
        }

    def memory(self) -> tuple[float, float]:
        client, _ = self.bot()
        time.sleep(2)
        idle = client.ask("memory", 0)
        done = 0
        while done < self.options.growth:
            part = min(20_000, self.options.growth - done)
            self.server.ask("send", part, 0)
            done += part
            client.ask("expect", done)
        time.sleep(1)
        grown = client.ask("memory", 0) - idle
        client.stop("stop", 0)
        return idle, grown


async def _check(url: str, guild_id: int, sent: list[int]) -> dict[str, int]:
    stored: list[int] = []
    async with open_store(url) as store:
        for settings in await store.all_settings():
            start = discord.utils.snowflake_time(sent[0] - (60_000 << 22))
            end = discord.utils.snowflake_time(sent[-1] + (60_000 << 22))
            async for columns in store.scan(settings.guild_id, start, end):
                stored += columns.message_id.tolist()
    missing = len(set(sent) - set(stored))
    return {"missing": missing, "duplicated": len(stored) - len(set(stored))}


def measure(options: argparse.Namespace, folder: Path) -> dict[str, object]:
    bench = Bench(options, folder)
    bare, full, checks, slow, fast = [], [], [], [], []
    for run in range(options.runs):
        bare.append(bench.bare())
        rate, check = bench.throughput()
        full.append(rate)
        checks.append(check)
        slow.append(bench.latency(200, options.seconds))
        fast.append(bench.latency(1000, options.seconds))
        print(f"run {run + 1}: bare {bare[-1]:.0f}/s, bot {rate:.0f}/s, {check}", file=sys.stderr)
    idle, grown = bench.memory()
    bench.server.stop("stop", 0, 0)
    median = statistics.median
    ratios = [mine / theirs for mine, theirs in zip(full, bare, strict=True)]
    return {
        "classifier": options.classifier,
        "messages_per_second": round(median(full)),
        "bare_messages_per_second": round(median(bare)),
        "ratio_to_bare_client": round(median(ratios), 3),
        "p50_ms_at_200": round(median([each["p50"] for each in slow]), 1),
        "p99_ms_at_200": round(median([each["p99"] for each in slow]), 1),
        "p50_ms_at_1000": round(median([each["p50"] for each in fast]), 1),
        "p99_ms_at_1000": round(median([each["p99"] for each in fast]), 1),
        "loop_lag_p99_ms": round(median([each["lag"] for each in fast]), 1),
        "rss_idle_mb": round(idle, 1),
        "rss_growth_mb": round(grown, 1),
        "missing": sum(check["missing"] for check in checks),
        "duplicated": sum(check["duplicated"] for check in checks),
        "overflowed": sum(check["overflowed"] for check in checks),
        "runs": options.runs,
        "cores": os.cpu_count(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--burst", type=int, default=20_000)
    parser.add_argument("--growth", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--classifier", default="lexicon")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(options, Path(folder))))


if __name__ == "__main__":
    main()
