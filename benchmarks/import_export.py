"""A large DiscordChatExporter export through ``nunchi import``: speed, memory, and kills.

An export is made in a temporary folder and imported twice, by the command itself, in a process of
its own: once in peace, and once killed (``kill -9``) at random moments and started again each time.
Both stores must then hold every message that people wrote exactly once. Memory is that of the
command with its worker processes, sampled 20 times a second; the peak of the command alone is the
kernel's. Prints one JSON object.

    python benchmarks/import_export.py [--messages 1000000] [--kills 10] [--classifier embedded]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from bot.clock import TIMESTAMP_SHIFT, snowflake_at
from storage.open import open_store
from storage.records import GuildSettings, MonitoredChannel

GUILD, CHANNEL = 1_000_000, 2_000_000
WORDS = [
    "오늘",
    "진짜",
    "최고였어",
    "힘들다",
    "ㅠㅠ",
    "고마워",
    "배고파",
    "점심",
    "뭐",
    "먹지",
    "코드",
    "리뷰",
    "부탁해요",
    "배포",
    "됐나요",
    "ㅋㅋㅋ",
    "today",
    "was",
    "great",
    "I",
    "love",
    "it",
    "why",
    "is",
    "this",
    "broken",
    "again",
    "so",
    "sad",
    "lonely",
    "happy",
    "work",
    "deploy",
    "lunch",
    "thanks",
]
BOTS_EVERY = 20
SECONDS_APART = 20


def written(number: int, first: int, rng: random.Random) -> dict[str, Any]:
    identifier = first + ((number * SECONDS_APART * 1000) << TIMESTAMP_SHIFT) + number % 4096
    user = rng.randrange(300)
    return {
        "id": str(identifier),
        "type": "Reply" if number % 5 == 0 else "Default",
        "timestamp": "2026-01-02T03:04:05.678+09:00",
        "timestampEdited": None,
        "callEndedTimestamp": None,
        "isPinned": False,
        "content": " ".join(rng.choices(WORDS, k=rng.randint(2, 14))),
        "author": {
            "id": str(3_000_000 + user),
            "name": f"someone{user}",
            "discriminator": "0000",
            "nickname": f"Someone {user}",
            "color": None,
            "isBot": number % BOTS_EVERY == 0,
            "roles": [{"id": "5", "name": "Members", "color": "#ffffff", "position": 3}],
            "avatarUrl": "https://cdn.discordapp.com/embed/avatars/0.png",
        },
        "attachments": [],
        "embeds": [],
        "stickers": [],
        "reactions": [],
        "mentions": [],
        "inlineEmojis": [],
    }


def make_export(path: Path, messages: int, first: int) -> list[int]:
    """Write the export; return the ids of what people wrote, ascending."""
    rng, people = random.Random(6), []
    with path.open("w", encoding="utf-8") as file:
        guild = {"id": str(GUILD), "name": "Large", "iconUrl": ""}
        channel = {"id": str(CHANNEL), "type": "GuildTextChat", "name": "general", "topic": None}
        file.write(f'{{\n"guild": {json.dumps(guild)},\n"channel": {json.dumps(channel)},\n')
        file.write('"dateRange": {"after": null, "before": null},\n"messages": [')
        for number in range(messages):
            message = written(number, first, rng)
            file.write(",\n" if number else "\n")
            file.write(json.dumps(message, ensure_ascii=False, indent=2))
            if not message["author"]["isBot"]:
                people.append(int(message["id"]))
        file.write(f'\n],\n"messageCount": {messages}\n}}\n')
    return people


async def set_up(database: Path) -> None:
    async with open_store(f"sqlite:///{database}") as store:
        monitored = MonitoredChannel(CHANNEL, since=(1 << 62))
        await store.save_settings(
            GuildSettings(GUILD, channels=(monitored,), retention_days=36_500)
        )


class Run:
    """``nunchi import`` in a process group of its own."""

    def __init__(self, folder: Path, export: Path, classifier: str) -> None:
        environment = {
            **os.environ,
            "NUNCHI_STORE": f"sqlite:///{folder / 'nunchi.sqlite3'}",
            "NUNCHI_DATA_DIR": str(folder),
            "NUNCHI_CLASSIFIER": classifier,
        }
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "import", str(export)],
            env=environment,
            cwd=Path(__file__).parents[1],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.peak = self.peak_alone = 0

    def sample(self) -> None:
        with contextlib.suppress(psutil.Error):
            command = psutil.Process(self.process.pid)
            family = [command, *command.children(recursive=True)]
            self.peak = max(self.peak, sum(each.memory_info().rss for each in family))
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{self.process.pid}/status").read_text("utf-8")
            for line in status.splitlines():
                if line.startswith("VmHWM"):
                    self.peak_alone = int(line.split()[1]) * 1024

    def wait(self, seconds: float = 36_000) -> bool:
        """Wait for the end; return whether it came in time."""
        end = time.perf_counter() + seconds
        while self.process.poll() is None and time.perf_counter() < end:
            self.sample()
            time.sleep(0.05)
        return self.process.poll() is not None

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def output(self) -> str:
        """Return what it told, and why where it failed."""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        told, failed = self.process.stdout.read(), self.process.stderr.read()
        return told if self.process.returncode == 0 else told + failed


def stored(database: Path) -> list[int]:
    """Return the id of each record; none can be there twice, it is the key."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM message ORDER BY id")]


def fresh(folder: Path, name: str) -> Path:
    place = folder / name
    place.mkdir()
    asyncio.run(set_up(place / "nunchi.sqlite3"))
    return place


def measured(folder: Path, messages: int, kills: int, classifier: str) -> dict[str, Any]:
    export = folder / "export.json"
    begin = datetime.now(UTC) - timedelta(seconds=messages * SECONDS_APART + 86_400)
    people = make_export(export, messages, snowflake_at(begin))
    calm = fresh(folder, "calm")
    run = Run(calm, export, classifier)
    run.wait()
    seconds = time.perf_counter() - run.began
    calm_output = run.output()
    harsh = fresh(folder, "harsh")
    rng, peak = random.Random(), run.peak
    killed: list[float] = []
    while True:
        again = Run(harsh, export, classifier)
        patience = rng.uniform(0.5, 2 * seconds / (kills + 1)) if len(killed) < kills else 36_000
        ended = again.wait(patience)
        peak = max(peak, again.peak)
        if ended:
            break
        again.kill()
        killed.append(round(patience, 2))
    calm_ids, harsh_ids = (stored(place / "nunchi.sqlite3") for place in (calm, harsh))
    return {
        "messages": messages,
        "by_people": len(people),
        "export_mb": round(export.stat().st_size / 1e6),
        "classifier": classifier,
        "seconds": round(seconds, 1),
        "messages_per_second": round(messages / seconds),
        "peak_mb_with_workers": round(peak / 1e6, 1),
        "peak_mb_command": round(run.peak_alone / 1e6, 1),
        "kills": len(killed),
        "killed_after_seconds": killed,
        "calm_every_message_once": calm_ids == people,
        "killed_every_message_once": harsh_ids == people,
        "told": calm_output.splitlines(),
        "told_after_kills": again.output().splitlines(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--classifier", default="embedded")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder), asked.messages, asked.kills, asked.classifier)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
