"""How far a file was read, and what became of its messages: kept in the store between runs."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Final

from bot.clock import Clock
from storage.readings import Reading
from storage.store import Store

SAVE_EVERY: Final = 1.0
"""Seconds after which the place is kept again: the most that a killed run has to repeat."""


class Left(StrEnum):
    """Why a message is left out."""

    UNREADABLE = "unreadable"
    NOT_HUMAN = "not_human"
    EARLIER = "earlier"
    EXPIRED = "expired"
    HEARD = "heard"
    REFUSED = "refused"


@dataclass(slots=True)
class Tally:
    """What became of the messages of a file, over all runs.

    Attributes:
        read: How many messages were read.
        taken: How many are kept now, or would be.
        wordless: Those among them that say nothing in words, such as a picture alone.
        left: How many were left out, by reason.
        trouble: Why the file could not be read to its end, or "".
        resumed: At how many messages this run went on; 0 for the beginning.
    """

    read: int = 0
    taken: int = 0
    wordless: int = 0
    left: Counter[str] = field(default_factory=Counter)
    trouble: str = ""
    resumed: int = 0

    def add(self, other: Tally) -> None:
        """Count the messages of another file as well."""
        self.read += other.read
        self.taken += other.taken
        self.wordless += other.wordless
        self.left += other.left

    def copy(self) -> Tally:
        """Return a copy that does not change any more."""
        return replace(self, left=Counter(self.left))


class KeptPlace:
    """How far one file is, kept in the store."""

    def __init__(self, store: Store, guild_id: int, key: str, clock: Clock) -> None:
        self.key = key
        self.tally = Tally()
        self.position = 0
        self.finished = False
        self._store = store
        self._guild_id = guild_id
        self._clock = clock
        self._saved = time.monotonic()

    async def load(self) -> None:
        """Take what an earlier run has left."""
        found = await self._store.reading(self._guild_id, self.key)
        if found is None:
            return
        document: dict[str, Any] = json.loads(found.document)
        self.position, self.finished = document["position"], document["finished"]
        self.tally = Tally(**document["tally"])
        self.tally.left = Counter(self.tally.left)
        self.tally.resumed = self.tally.read

    async def reached(self, position: int, tally: Tally, *, ended: bool) -> None:
        """Keep the place, if it is time; what stands before it is in the store."""
        now = time.monotonic()
        if not ended and now - self._saved < SAVE_EVERY:
            return
        counts = {each.name: getattr(tally, each.name) for each in fields(tally)}
        document = {"position": position, "finished": ended, "tally": counts}
        reading = Reading(self._guild_id, self.key, json.dumps(document), self._clock.now())
        await self._store.save_reading(reading)
        self._saved = now
