"""Judging again what another classifier judged, from Discord's history.

It works beside a bot that runs, or without one. It writes no watermark, never adds a record and
never replaces one that carries a later edit, so that the bot and it cannot undo each other's work:
what is deleted or refused while it works stays gone. What is done carries the new model's name,
and that is all it needs to go on after an interruption.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from bot.history import PAGE, Container
from bot.incoming import Incoming
from bot.judge import Judge
from bot.pictures.viewer import PictureViewer
from bot.reclassify_history import PastMessages, Unreadable
from bot.retro.reading import RetroReader
from storage.records import NO_MODEL, Batch, Deletion, MessageColumns, Verdict
from storage.retrospectives import RetroSection
from storage.store import Store

CHUNK: Final = 5_000
"""Messages of a channel that are looked up in its threads at once."""

Ids = npt.NDArray[np.int64]


class Span(NamedTuple):
    """What is judged again.

    Attributes:
        guild_id: Discord snowflake.
        channel_ids: Monitored channels; their threads are part of them.
        start: First moment, aware.
        end: First moment after it, aware.
    """

    guild_id: int
    channel_ids: tuple[int, ...]
    start: datetime
    end: datetime


@dataclass(slots=True)
class Outcome:
    """What became of the messages that another classifier had judged.

    Attributes:
        found: How many there were.
        rejudged: They carry the new verdict.
        overtaken: Edited, deleted or refused by others while this worked.
        gone: Not in Discord's history any more, and therefore forgotten.
        silent: Nothing was said of them: their text is empty by now, or the classifier failed.
        unreadable: In channels or threads that the bot cannot read.
    """

    found: int = 0
    rejudged: int = 0
    overtaken: int = 0
    gone: int = 0
    silent: int = 0
    unreadable: int = 0


class Reclassifier:
    """Walks through the history where the store names another model."""

    def __init__(
        self,
        store: Store,
        past: PastMessages,
        judge: Judge,
        model: str,
        advance: Callable[[int], None],
        pictures: PictureViewer | None = None,
        retro: RetroReader | None = None,
    ) -> None:
        """Prepare.

        Args:
            store: Where the records are.
            past: Discord's history.
            judge: The present classifier, started.
            model: Its name and version.
            advance: Told how many more of the messages are dealt with.
            pictures: Looks at pictures beside words, if the bot does.
            retro: Reads retrospectives section by section.
        """
        self._store = store
        self._past = past
        self._judge = judge
        self._current = {NO_MODEL, model}
        if pictures is not None:
            self._current |= {pictures.model, f"{model}+{pictures.model}"}
        self._advance = advance
        self._pictures = pictures
        self._retro = retro

    async def outdated(self, span: Span) -> dict[int, Ids]:
        """Return channel id -> ids of messages that another model judged, sorted, int64[n].

        Raises:
            StoreUnavailable: The store does not answer.
        """
        found: dict[int, list[Ids]] = defaultdict(list)
        async for columns in self._store.scan(span.guild_id, span.start, span.end):
            others = _of_others(columns, self._current)
            for channel_id in span.channel_ids:
                found[channel_id].append(
                    columns.message_id[others & (columns.channel_id == channel_id)]
                )
        joined = {channel_id: np.sort(np.concatenate(ids)) for channel_id, ids in found.items()}
        return {channel_id: ids for channel_id, ids in joined.items() if len(ids)}

    async def run(self, span: Span, outdated: dict[int, Ids]) -> Outcome:
        """Judge them again, a channel after the other, from the oldest message on.

        Raises:
            StoreUnavailable: The store does not answer; what is done is kept.
            StartFailed: Discord does not answer; what is done is kept.
        """
        outcome = Outcome(sum(map(len, outdated.values())))
        for channel_id, ids in outdated.items():
            try:
                containers = await self._past.containers(span.guild_id, channel_id, span.start)
            except Unreadable:
                containers = []
            for first in range(0, len(ids), CHUNK):
                await self._chunk(containers, ids[first : first + CHUNK].tolist(), outcome)
        return outcome

    async def _chunk(
        self, containers: Iterable[Container], ids: Sequence[int], outcome: Outcome
    ) -> None:
        left = set(ids)
        for container in containers:
            here = await self._store.versions(
                container.guild_id, container.container_id, ids[0], ids[-1]
            )
            theirs = sorted(left.intersection(here))
            left.difference_update(theirs)
            if theirs:
                await self._container(container, theirs, outcome)
        outcome.unreadable += len(left)
        self._advance(len(left))

    async def _container(self, container: Container, ids: list[int], outcome: Outcome) -> None:
        """Judge some messages of one container again, page by page."""
        while ids:
            try:
                page = await self._past.page(container, ids[0])
            except Unreadable:
                outcome.unreadable += len(ids)
                self._advance(len(ids))
                return
            read = {item.message_id: item for item in page}
            end = page[-1].message_id if len(page) == PAGE else ids[-1]
            due = [message_id for message_id in ids if message_id <= end]
            await self._rejudge(container, [read[each] for each in due if each in read], outcome)
            await self._forget(container, [each for each in due if each not in read], outcome)
            self._advance(len(due))
            ids = ids[len(due) :]

    async def _rejudge(
        self, container: Container, items: Sequence[Incoming], outcome: Outcome
    ) -> None:
        sections = await self._sections(items)
        predictions = await self._judge.predictions([item.text or "" for item in items])
        if self._pictures is not None:
            predictions = await self._pictures.added(items, predictions, _still_wanted)
        verdicts = [
            Verdict(
                item.message_id,
                item.edited_at,
                prediction.language,
                prediction.probabilities,
                prediction.valence,
                prediction.model,
                sections.get(item.message_id),
            )
            for item, prediction in zip(items, predictions, strict=True)
            if prediction is not None
        ]
        written = await self._store.rejudge(container.guild_id, verdicts)
        outcome.rejudged += written
        outcome.overtaken += len(verdicts) - written
        outcome.silent += len(items) - len(verdicts)

    async def _sections(self, items: Sequence[Incoming]) -> dict[int, tuple[RetroSection, ...]]:
        if self._retro is None:
            return {}
        worded = [item for item in items if item.text is not None]
        return await self._retro.judged(await self._retro.pieces(items, worded))

    async def _forget(self, container: Container, ids: Sequence[int], outcome: Outcome) -> None:
        """Follow deletions that nobody reported."""
        if ids:
            gone = Deletion(container.guild_id, tuple(ids))
            await self._store.apply(Batch(deletions=(gone,)))
            outcome.gone += len(ids)


def _of_others(columns: MessageColumns, current: Collection[str]) -> npt.NDArray[np.bool_]:
    """Return which messages were judged by none of the present models, bool[n]."""
    others = np.array([each not in current for each in columns.models], np.bool_)
    found: npt.NDArray[np.bool_] = others[columns.model]
    return found


def _still_wanted(item: Incoming) -> bool:
    """Look at the pictures of every message: who opts out now has no record to be replaced."""
    del item
    return True
