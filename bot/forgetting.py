"""What was deleted a moment ago, so that a copy still on its way is not stored after all."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final, TypeVar

from bot.incoming import Incoming

K = TypeVar("K")
V = TypeVar("V")

REMEMBERED: Final = 100_000
"""Deleted ids kept in memory: far more than can be on their way (queue and one page a reader)."""


class Forgotten:
    """Deleted messages, containers and guilds, and authors erased up to a message."""

    def __init__(self) -> None:
        self._messages: OrderedDict[int, None] = OrderedDict()
        self._containers: OrderedDict[int, None] = OrderedDict()
        self._guilds: OrderedDict[int, None] = OrderedDict()
        self._authors: OrderedDict[tuple[int, bytes], int] = OrderedDict()

    def messages(self, message_ids: Iterable[int]) -> None:
        """Remember deleted messages."""
        for message_id in message_ids:
            _remember(self._messages, message_id, None)

    def container(self, container_id: int) -> None:
        """Remember a deleted channel or thread."""
        _remember(self._containers, container_id, None)

    def guild(self, guild_id: int) -> None:
        """Remember a guild that the bot has left."""
        _remember(self._guilds, guild_id, None)

    def joined(self, guild_id: int) -> None:
        """A guild that was left is back."""
        self._guilds.pop(guild_id, None)

    def author(self, guild_id: int, author: bytes, up_to: int) -> None:
        """Remember an author whose messages up to a snowflake were erased."""
        _remember(self._authors, (guild_id, author), up_to)

    def covers(self, item: Incoming, author: bytes) -> bool:
        """Tell whether a message on its way must not be stored."""
        return (
            item.message_id in self._messages
            or item.channel_id in self._containers
            or item.container_id in self._containers
            or item.guild_id in self._guilds
            or self._authors.get((item.guild_id, author), 0) >= item.message_id
        )


def _remember(ids: OrderedDict[K, V], key: K, value: V) -> None:
    ids[key] = value
    if len(ids) > REMEMBERED:
        ids.popitem(last=False)
