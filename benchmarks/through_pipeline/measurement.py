"""Measures the pipeline: runs both clients in turn and puts the figures together."""

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
from pathlib import Path
from typing import Any

import discord
import numpy as np

from storage.open import open_store
from storage.records import GuildSettings, MonitoredChannel
from through_pipeline.roles import bot_process, counting_process, server_process


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

    def bot(self, classifier: str = "embedded") -> tuple[Partner, str]:
        self.runs += 1
        url = f"sqlite:///{self.folder / f'run{self.runs}.sqlite3'}"
        asyncio.run(self._monitor_all(url))
        settings = {
            "discord_token": "sandbox-token",
            "store": url,
            "data_dir": self.folder,
            "discord_api": self.base_url,
            "classifier": "embedded" if classifier == "trivial" else classifier,
        }
        client = Partner(bot_process, settings, classifier == "trivial")
        client.ask("ready", 0)
        return client, url

    async def _monitor_all(self, url: str) -> None:
        since = discord.utils.time_snowflake(discord.utils.utcnow())
        channels = tuple(MonitoredChannel(each, since) for each in self.channel_ids)
        async with open_store(url) as store:
            await store.save_settings(GuildSettings(self.guild_id, channels=channels))

    def throughput(self, classifier: str) -> tuple[float, dict[str, int]]:
        client, url = self.bot(classifier)
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
    bare: list[float] = []
    rates: dict[str, list[float]] = {"trivial": [], "embedded": [], "lexicon": []}
    checks, slow, fast = [], [], []
    for run in range(options.runs):
        bare.append(bench.bare())
        for classifier, figures in rates.items():
            rate, check = bench.throughput(classifier)
            figures.append(rate)
            checks.append(check)
        slow.append(bench.latency(200, options.seconds))
        fast.append(bench.latency(1000, options.seconds))
        last = {name: round(figures[-1]) for name, figures in rates.items()}
        print(f"run {run + 1}: bare {bare[-1]:.0f}/s, bot {last}, {check}", file=sys.stderr)
    idle, grown = bench.memory()
    bench.server.stop("stop", 0, 0)
    median = statistics.median

    def ratio(name: str) -> float:
        pairs = zip(rates[name], bare, strict=True)
        return round(median([mine / theirs for mine, theirs in pairs]), 3)

    return {
        "messages_per_second": round(median(rates["trivial"])),
        "bare_messages_per_second": round(median(bare)),
        "ratio_to_bare_client": ratio("trivial"),
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
        "embedded_messages_per_second": round(median(rates["embedded"])),
        "embedded_ratio_to_bare_client": ratio("embedded"),
        "lexicon_messages_per_second": round(median(rates["lexicon"])),
        "lexicon_ratio_to_bare_client": ratio("lexicon"),
        "runs": options.runs,
        "cores": os.cpu_count(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Measure the pipeline against a client that only counts."
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--burst", type=int, default=20_000)
    parser.add_argument("--growth", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(options, Path(folder))))
