"""Puts the texts of many requests together into batches, fairly, with a bounded queue."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from classifiers.errors import ClassificationFailed, ClassifierError

log = logging.getLogger(__name__)

Item = TypeVar("Item")
Answer = TypeVar("Answer")

LONGEST_RETRY: Final = 60
"""Seconds after which a client that was sent away may come again, at most."""


class QueueFull(ClassifierError):
    """No room for the texts of a request now.

    Attributes:
        retry_after: Whole seconds until there should be, from 1 to 60.
    """

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many texts are waiting; try again in {retry_after} s")
        self.retry_after = retry_after


class QueueClosed(ClassifierError):
    """The server is stopping and takes nothing new."""


class BatchBroken(ClassificationFailed):
    """The classifier failed in a way that no classifier should; the details are in the log."""


@dataclass(eq=False, slots=True)
class _Waiting(Generic[Item, Answer]):
    """One request: its items up to ``taken`` are with the classifier already."""

    items: Sequence[Item]
    arrived: float
    done: asyncio.Future[list[Answer]]
    taken: int = 0
    answers: dict[int, Answer] = field(default_factory=dict)

    @property
    def left(self) -> int:
        return len(self.items) - self.taken


class Batcher(Generic[Item, Answer]):
    """Judges one batch at a time; what arrives meanwhile becomes the next one.

    A batch starts when it is full, or when its first item has waited long enough. The requests
    that wait share a batch evenly, so that a large one delays a small one by one batch at most.
    The items of a request whose caller gave up leave the queue.
    """

    def __init__(
        self,
        judge: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]],
        *,
        max_batch: int,
        max_wait: float,
        max_queue: int,
        observe: Callable[[int, float], None],
    ) -> None:
        """Prepare, without starting.

        Args:
            judge: Returns an answer an item, in order.
            max_batch: Items a batch.
            max_wait: Seconds that the first item of a batch waits for others.
            max_queue: Items that may wait.
            observe: Told the size and the seconds of each batch that was judged.
        """
        self._judge = judge
        self._max_batch = max_batch
        self._max_wait = max_wait
        self._max_queue = max_queue
        self._observe = observe
        self._waiting: deque[_Waiting[Item, Answer]] = deque()
        self._queued = 0
        self._failures = 0
        self._pace = 0.0
        self._closing = False
        self._arrival = asyncio.Event()
        self._full = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None

    @property
    def queued(self) -> int:
        """How many items wait."""
        return self._queued

    @property
    def failures(self) -> int:
        """How many batches failed since the last one that did not."""
        return self._failures

    def start(self) -> None:
        """Start to judge."""
        self._worker = asyncio.get_running_loop().create_task(self._work(), name="batcher")

    def hurry(self) -> None:
        """From now on, let no batch wait to be filled."""
        self._max_wait = 0
        self._full.set()

    async def close(self) -> None:
        """Take nothing new, judge what waits, and stop."""
        self._closing = True
        self._arrival.set()
        self._full.set()
        if self._worker is not None:
            await self._worker

    async def submit(self, items: Sequence[Item]) -> list[Answer]:
        """Return an answer an item, in order.

        Raises:
            QueueFull: There is no room.
            QueueClosed: ``close`` was called.
            ClassificationFailed: A batch with some of the items failed.
        """
        if self._closing:
            msg = "the server is stopping"
            raise QueueClosed(msg)
        if not items:
            return []
        if self._queued + len(items) > self._max_queue:
            raise QueueFull(self._retry_after())
        loop = asyncio.get_running_loop()
        request: _Waiting[Item, Answer] = _Waiting(items, loop.time(), loop.create_future())
        self._waiting.append(request)
        self._queued += len(items)
        self._arrival.set()
        if self._queued >= self._max_batch:
            self._full.set()
        try:
            return await request.done
        finally:
            self._forget(request)

    def _forget(self, request: _Waiting[Item, Answer]) -> None:
        """Take what is left of a request that failed, or was given up, out of the queue."""
        if request.left:
            with suppress(ValueError):
                self._waiting.remove(request)
                self._queued -= request.left

    def _retry_after(self) -> int:
        return min(max(1, math.ceil(self._queued * self._pace)), LONGEST_RETRY)

    async def _work(self) -> None:
        while self._waiting or not self._closing:
            await self._gathered()
            parts = self._next()
            if parts:
                await self._judged(parts)

    async def _gathered(self) -> None:
        """Wait until a batch is full, or its first item has waited long enough."""
        if not self._waiting and not self._closing:
            self._arrival.clear()
            await self._arrival.wait()
        if not self._waiting or self._closing or self._queued >= self._max_batch:
            return
        remaining = self._waiting[0].arrived + self._max_wait - asyncio.get_running_loop().time()
        if remaining > 0:
            self._full.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(remaining):
                    await self._full.wait()

    def _next(self) -> list[tuple[_Waiting[Item, Answer], range]]:
        """Take the next batch from the queue: which items of which request."""
        parts = []
        room = self._max_batch
        while room and self._waiting:
            share = max(1, room // len(self._waiting))
            request = self._waiting.popleft()
            if request.done.done():  # failed; whoever asked has not been woken yet
                self._queued -= request.left
                request.taken = len(request.items)
                continue
            part = range(request.taken, request.taken + min(share, request.left))
            parts.append((request, part))
            request.taken = part.stop
            room -= len(part)
            self._queued -= len(part)
            if request.left:
                self._waiting.append(request)
        return parts

    async def _judged(self, parts: list[tuple[_Waiting[Item, Answer], range]]) -> None:
        items = [request.items[at] for request, part in parts for at in part]
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            answers = await self._answers(items)
        except ClassifierError as error:
            self._failures += 1
            for request, _ in parts:
                if not request.done.done():
                    request.done.set_exception(error)
            return
        taken = loop.time() - started
        self._failures = 0
        self._pace = taken / len(items) if not self._pace else self._smoothed(taken / len(items))
        self._observe(len(items), taken)
        remaining = iter(answers)
        for request, part in parts:
            request.answers.update((at, next(remaining)) for at in part)
            if len(request.answers) == len(request.items) and not request.done.done():
                request.done.set_result([request.answers[at] for at in range(len(request.items))])

    def _smoothed(self, pace: float) -> float:
        return 0.9 * self._pace + 0.1 * pace

    async def _answers(self, items: Sequence[Item]) -> Sequence[Answer]:
        try:
            answers = await self._judge(items)
        except ClassifierError as error:
            log.warning("a batch of %d texts failed: %s", len(items), error)
            raise
        except Exception as error:
            # The boundary to backends that are not ours: the batch fails, the server lives on.
            # Only the kind is logged, for the error's own words may hold a text.
            log.error("a batch of %d texts broke with %s", len(items), type(error).__name__)
            msg = "the classifier broke; the log of the server has the kind of error"
            raise BatchBroken(msg) from error
        if len(answers) != len(items):
            msg = f"the classifier gave {len(answers)} answers for {len(items)} texts"
            raise ClassificationFailed(msg)
        return answers
