"""Sessions: the numbered stream of events that one client follows, and can resume."""

from __future__ import annotations

import json
import secrets
from collections import deque
from typing import TYPE_CHECKING

from bot.sandbox.events import Event, Intent

if TYPE_CHECKING:
    from bot.sandbox.gateway.connection import Connection

_SHARD_SHIFT = 22
"""Shard formula of the developer documentation, "Sharding": (guild_id >> 22) % count."""


class Encoded:
    """An event whose payload is turned into JSON once for all sessions."""

    def __init__(self, event: Event) -> None:
        self.event = event
        self._full: str | None = None
        self._redacted: str | None = None

    def body(self, intents: int) -> str:
        """The payload as a session with these intents may see it."""
        redacted = self.event.redacted
        if redacted is not None and not intents & Intent.MESSAGE_CONTENT.value:
            if self._redacted is None:
                self._redacted = json.dumps(redacted)
            return self._redacted
        if self._full is None:
            self._full = json.dumps(self.event.data)
        return self._full


class Session:
    """One identified client; survives its socket until too much was missed."""

    def __init__(self, intents: int, shard: tuple[int, int], replay_limit: int) -> None:
        self.id = secrets.token_hex(16)
        self.intents = intents
        self.shard = shard
        self.sequence = 0
        self.acknowledged = 0
        self.connection: Connection | None = None
        self._replay: deque[tuple[int, str]] = deque()
        self._replay_limit = replay_limit

    def wants(self, event: Event) -> bool:
        """Whether intents and shard let this event through."""
        needed = event.intent.value
        if needed and not self.intents & needed:
            return False
        index, count = self.shard
        if event.guild_id is None:
            return index == 0
        return count == 1 or (event.guild_id >> _SHARD_SHIFT) % count == index

    def dispatch(self, encoded: Encoded) -> None:
        """Number an event, keep it for a resume, and send it when somebody listens."""
        self.dispatch_raw(encoded.event.name, encoded.body(self.intents))

    def dispatch_raw(self, name: str, body: str) -> None:
        """As `dispatch`, with a payload that is JSON text already."""
        self.sequence += 1
        frame = f'{{"op":0,"t":{json.dumps(name)},"s":{self.sequence},"d":{body}}}'
        self._replay.append((self.sequence, frame))
        if len(self._replay) > self._replay_limit:
            self._replay.popleft()
        if self.connection is not None:
            self.connection.send(frame)

    def acknowledge(self, sequence: int | None) -> None:
        """Drop what a heartbeat says has arrived."""
        if sequence is None:
            return
        self.acknowledged = sequence
        while self._replay and self._replay[0][0] <= sequence:
            self._replay.popleft()

    @property
    def lost(self) -> bool:
        """Whether more was missed than is kept, so that nobody can resume any more."""
        return self.connection is None and len(self._replay) >= self._replay_limit

    def missed(self, sequence: int) -> list[str] | None:
        """The frames after `sequence`, or None when they are not all kept."""
        if sequence > self.sequence or self.acknowledged > sequence:
            return None
        kept_from = self._replay[0][0] if self._replay else self.sequence + 1
        if sequence + 1 < kept_from:
            return None
        return [frame for number, frame in self._replay if number > sequence]
