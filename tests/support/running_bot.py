"""The real bot against the loopback Discord: in this process, or in one that can be killed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.application import Application, opened, serve
from bot.clock import Clock, SystemClock
from bot.sandbox.channels import Channel
from bot.sandbox.connect import point_discord_at
from bot.sandbox.guilds import Guild
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from storage.open import open_store
from storage.records import GuildSettings, MonitoredChannel, ReportSchedule
from storage.store import Store
from tests.support.processes import unmeasured

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2100, 1, 1, tzinfo=UTC)

PATIENCE = 90.0
"""Seconds: only what never comes fails, however busy the machine is."""


def settings_for(server: Sandbox, folder: Path, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "discord_token": server.token,
        "discord_api": server.base_url,
        "store": f"sqlite:///{folder / 'bot.sqlite3'}",
        "data_dir": folder,
        # Most guilds of the tests are made without having been set up.
        "welcome": "off",
        **changes,
    }
    return Settings(**values)


async def monitor(
    url: str, guild: Guild, channels: Sequence[Channel], **changes: Any
) -> GuildSettings:
    """Write the settings of a guild into a store, as ``/setup`` would."""
    chosen = GuildSettings(
        guild.id, channels=tuple(MonitoredChannel(each.id, 0) for each in channels)
    )
    chosen = replace(chosen, **changes)
    async with open_store(url) as store:
        await store.save_settings(chosen)
    return chosen


def scheduled(channel: Channel, **changes: Any) -> ReportSchedule:
    return ReportSchedule(channel_id=channel.id, since=LONG_AGO, **changes)


SERVING = "the bot of the test"


@asynccontextmanager
async def running(
    settings: Settings, clock: Clock | None = None, *, caught_up: bool = True
) -> AsyncIterator[Application]:
    """Run the bot in this process; it is ready, and has closed its gaps, when this yields.

    With ``caught_up`` false the gaps may still be open.
    """
    with pytest.MonkeyPatch.context() as patch, point_discord_at(settings.discord_api or ""):
        # Here the guilds come at once, so there is no need to wait a second for more.
        patch.setattr("bot.client.READY_AFTER", 0.1)
        async with opened(settings, clock or SystemClock()) as application:
            assert settings.discord_token is not None
            token = settings.discord_token.get_secret_value()
            serving = asyncio.create_task(serve(application, token), name=SERVING)
            try:
                await until_ready(application, serving)
                if caught_up:
                    await settled(application)
                yield application
            finally:
                serving.cancel()
                await asyncio.gather(serving, return_exceptions=True)
            if not serving.cancelled() and (error := serving.exception()) is not None:
                raise error


async def until_ready(application: Application, serving: asyncio.Task[None]) -> None:
    await until(lambda: serving.done() or application.connected())
    if serving.done():
        serving.result()


async def settled(application: Application) -> None:
    """Return when no gap is open and everything received is stored."""
    client = application.client
    assert client is not None
    await asyncio.sleep(0.05)
    await asyncio.wait_for(client.catchup.finished(), PATIENCE)
    await asyncio.wait_for(application.services.pipeline.drained(), PATIENCE)


async def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """Wait for a plain or an asynchronous condition."""
    async with asyncio.timeout(seconds):
        while True:
            answer = condition()
            if asyncio.iscoroutine(answer):
                answer = await answer
            if answer:
                return
            await asyncio.sleep(0.02)


async def until_ended() -> None:
    """Wait until the bot of ``running`` has ended by itself."""
    (serving,) = (task for task in asyncio.all_tasks() if task.get_name() == SERVING)
    await asyncio.wait([serving], timeout=PATIENCE)


async def stored_ids(store: Store, guild_id: int) -> list[int]:
    ids: list[int] = []
    async for columns in store.scan(guild_id, LONG_AGO, FAR_AHEAD):
        ids += columns.message_id.tolist()
    return ids


class BotProcess:
    """``nunchi run`` in a process of its own."""

    def __init__(self, settings: Settings, **environment: str) -> None:
        assert settings.discord_token is not None
        self.environment = {
            **unmeasured(),
            "DISCORD_TOKEN": settings.discord_token.get_secret_value(),
            "NUNCHI_DISCORD_API": settings.discord_api or "",
            "NUNCHI_STORE": settings.store.get_secret_value(),
            "NUNCHI_DATA_DIR": str(settings.data_dir),
            "NUNCHI_CLASSIFIER": settings.classifier,
            "NUNCHI_WELCOME": settings.welcome,
            "PYTHONWARNINGS": "ignore",
            **environment,
        }
        self.process: asyncio.subprocess.Process | None = None

    @property
    def log(self) -> str:
        """Everything that all its runs wrote."""
        return self._log_file.read_text("utf-8", errors="replace")

    @property
    def _log_file(self) -> Path:
        return Path(self.environment["NUNCHI_DATA_DIR"]) / "output.txt"

    async def start(self) -> None:
        with self._log_file.open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                "run",
                env=self.environment,
                cwd=self.environment["NUNCHI_DATA_DIR"],
                stdout=output,
                stderr=output,
            )

    async def kill(self) -> None:
        """Kill it as a power cut would."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), PATIENCE)


def ago(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)
