"""A bounded queue with two doors: live items never wait, items of the history do."""

from __future__ import annotations

import asyncio
from collections import deque

from bot.incoming import Item


class Inbox:
    """First in, first out; at most ``limit`` live items, and half of that from the history."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._items: deque[Item] = deque()
        self._filled = asyncio.Event()
        self._drained = asyncio.Event()

    def __len__(self) -> int:
        return len(self._items)

    @property
    def crowded(self) -> bool:
        """Whether live items had better wait: three quarters of the queue are taken."""
        return 4 * len(self._items) >= 3 * self._limit

    async def room(self) -> None:
        """Return once the queue is less than half full."""
        while len(self._items) >= max(1, self._limit // 2):
            self._drained.clear()
            await self._drained.wait()

    def offer(self, item: Item, *, urgent: bool = False) -> bool:
        """Add an item now; return False, and drop it, when the queue is full.

        Urgent items, which cannot be found again as easily, have as much room once more.
        """
        if len(self._items) >= (2 * self._limit if urgent else self._limit):
            return False
        self._items.append(item)
        self._filled.set()
        return True

    async def put(self, item: Item) -> None:
        """Add an item once the queue is less than half full, so that live items have room."""
        await self.room()
        self._items.append(item)
        self._filled.set()

    def wake(self) -> None:
        """Let ``take`` return even though nothing was added."""
        self._filled.set()

    async def take(self, most: int, patience: float) -> list[Item]:
        """Wait for the first item, then up to ``patience`` seconds for ``most``.

        Returns an empty list after ``wake``.
        """
        await self._filled.wait()
        if 0 < len(self._items) < most:
            await asyncio.sleep(patience)
        taken = [self._items.popleft() for _ in range(min(most, len(self._items)))]
        if not self._items:
            self._filled.clear()
        self._drained.set()
        return taken
