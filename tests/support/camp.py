"""A guild to talk in, and what the bot keeps of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.application import Application
from bot.clock import Clock
from bot.sandbox.channels import Channel
from bot.sandbox.entities import Member
from bot.sandbox.guilds import Guild
from bot.sandbox.messages import Message
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from classifiers.classifier import load
from classifiers.prediction import Prediction
from storage.records import MonitoredChannel
from storage.sqlite import SqliteStore
from storage.store import Store
from tests.support.running_bot import (
    FAR_AHEAD,
    LONG_AGO,
    monitor,
    settings_for,
    settled,
    stored_ids,
    until,
)

HAPPY = (
    "오늘 진짜 최고였어 ㅎㅎ",
    "so happy today, great work!",
    "정말 뿌듯하고 행복해",
    "this is wonderful, I love it",
)
SAD = (
    "오늘 너무 슬프다 ㅠㅠ",
    "I hate this, terrible day",
    "화가 난다 진짜 짜증나",
    "awful, sad and lonely",
)


@dataclass
class Camp:
    """One guild, one monitored channel, one member."""

    server: Sandbox
    guild: Guild
    channel: Channel
    member: Member
    settings: Settings

    @property
    def url(self) -> str:
        return self.settings.store.get_secret_value()

    @property
    def database(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))

    async def say(self, text: str, place: Channel | None = None, **options: Any) -> Message:
        return await self.guild.say(self.member, place or self.channel, text, **options)

    async def listen(self, application: Application, *channels: Channel) -> None:
        """Let the running bot listen to exactly these channels."""
        chosen = tuple(MonitoredChannel(each.id, 0) for each in channels)
        await application.services.roster.change(
            self.guild.id, lambda settings: replace(settings, channels=chosen)
        )
        await settled(application)

    async def expect(self, application: Application, messages: Sequence[Message]) -> None:
        """Wait until exactly these messages are stored."""
        store = application.services.store

        async def complete() -> bool:
            return len(await stored_ids(store, self.guild.id)) == len(messages)

        await self.server.flush()
        await settled(application)
        await until(complete)
        assert await stored_ids(store, self.guild.id) == sorted(each.id for each in messages)

    def rows(self, columns: str = "id") -> list[tuple[Any, ...]]:
        """Read the records of the guild from the file of the store, oldest first."""
        query = f"SELECT {columns} FROM message WHERE guild = ? ORDER BY id"
        with sqlite3.connect(self.database) as connection:
            found = connection.execute(query, (self.guild.id,)).fetchall()
        connection.close()
        return found


async def pitch(server: Sandbox, folder: Path, **changes: Any) -> Camp:
    """Make a guild whose channel is monitored by a bot that is not started yet."""
    guild = server.add_guild("Camp")
    channel = guild.add_channel("general")
    member = guild.add_member("Haru")
    settings = settings_for(server, folder, **changes)
    await monitor(settings.store.get_secret_value(), guild, [channel])
    return Camp(server, guild, channel, member, settings)


async def pitch_beside(application: Application, server: Sandbox) -> Camp:
    """Make another guild for a bot that runs already."""
    guild = server.add_guild("Camp")
    channel = guild.add_channel("general")
    member = guild.add_member("Haru")
    camp = Camp(server, guild, channel, member, application.services.settings)
    await server.flush()
    await camp.listen(application, channel)
    return camp


async def stored_scores(store: Store, guild_id: int) -> dict[int, np.ndarray]:
    """Return message id -> nine probabilities and the valence; fails when an id comes twice."""
    scores: dict[int, np.ndarray] = {}
    async for columns in store.scan(guild_id, LONG_AGO, FAR_AHEAD):
        table = np.column_stack([columns.probabilities, columns.valence])
        for message_id, row in zip(columns.message_id.tolist(), table, strict=True):
            assert message_id not in scores
            scores[message_id] = row
    return scores


async def verdicts(texts: Sequence[str]) -> dict[str, np.ndarray]:
    """Return what the default classifier says of each text, as ``stored_scores`` does."""
    classifier = load(Settings.model_fields["classifier"].default)
    await classifier.start()
    try:
        judged = await classifier.classify(texts)
    finally:
        await classifier.close()
    return {text: _scores(each) for text, each in zip(texts, judged, strict=True)}


def _scores(prediction: Prediction) -> np.ndarray:
    return np.array([*prediction.probabilities, prediction.valence], dtype=np.float32)


def same_scores(one: np.ndarray, other: np.ndarray) -> bool:
    """Tell whether two verdicts are the same; in another batch the last digits may differ."""
    return np.allclose(one, other, atol=1e-5, equal_nan=True)


def is_classified(scores: np.ndarray) -> bool:
    return not np.isnan(scores[:-1]).any()


def be_impatient(patch: pytest.MonkeyPatch) -> None:
    """Let stores give up on a locked file soon, so that nobody waits five seconds for it."""
    patch.setattr("storage.open.SqliteStore", partial(SqliteStore, busy_timeout=0.4))


@contextmanager
def locked(database: Path | str) -> Iterator[None]:
    """Let another process write to a database for a while."""
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def missing_table(database: Path, table: str) -> Iterator[None]:
    """Let reads fail as well, which a lock does not."""
    connection = sqlite3.connect(database)
    connection.execute(f"ALTER TABLE {table} RENAME TO aside")
    try:
        yield
    finally:
        connection.execute(f"ALTER TABLE aside RENAME TO {table}")
        connection.close()


class SandboxTime(Clock):
    """Lets the bot live in the time of its Discord."""

    def __init__(self, server: Sandbox) -> None:
        self._server = server

    def now(self) -> datetime:
        return self._server.clock.now()
