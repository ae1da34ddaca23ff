"""Retrospectives on their way through the pipeline: text in, moods of sections out.

A post may be longer than a message, so that its author's next messages continue it. Where the last
one left off is remembered in memory for a while; after a restart the store tells it.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, NamedTuple, Protocol

from bot.clock import TIMESTAMP_SHIFT
from bot.incoming import Incoming, Item
from bot.judge import Judge
from bot.retro.headings import heading_of
from bot.retro.parse import Carried, Post, parse
from classifiers.prediction import Prediction
from storage.errors import StoreUnavailable
from storage.records import GuildSettings
from storage.retrospectives import ChannelKind, RetroSection
from storage.store import Store

log = logging.getLogger(__name__)

CONTINUES: Final = timedelta(minutes=7)
"""Between two messages of one post, at most."""

_GAP: Final = round(CONTINUES.total_seconds() * 1000) << TIMESTAMP_SHIFT
"""The same in snowflakes."""

_CONTAINERS: Final = 2_000
"""Places of which the last post is remembered."""

_CHATTER: Final = 15
"""Without a heading, a shorter text than this continues no post: it is an answer to somebody."""

_FREE_SENTENCES: Final = 3
_FREE_LENGTH: Final = 100
"""From so many sentences, or characters, on a text without headings is a post in free form."""

_MOST_SENTENCES: Final = 300
"""Of one message; more do not fit into 4000 characters of anything that people write."""


class Guilds(Protocol):
    """What a reader asks of a ``Roster``."""

    def is_retrospective(self, channel_id: int) -> bool:
        """Tell whether a channel is for retrospectives."""
        ...

    def settings(self, guild_id: int) -> GuildSettings | None:
        """Return what a guild chose."""
        ...

    def author(self, guild_id: int, user_id: int) -> bytes:
        """Return the pseudonym of a user."""
        ...


class OneGuild:
    """A guild whose history is read again, without the keys of its pseudonyms.

    So a message is not joined to one that was read long before it.
    """

    def __init__(self, settings: GuildSettings) -> None:
        self._settings = settings
        self._retro = {
            each.channel_id for each in settings.channels if each.kind is ChannelKind.RETROSPECTIVE
        }

    def is_retrospective(self, channel_id: int) -> bool:
        """Tell whether a channel is for retrospectives."""
        return channel_id in self._retro

    def settings(self, guild_id: int) -> GuildSettings | None:
        """Return what the guild chose."""
        return self._settings if guild_id == self._settings.guild_id else None

    def author(self, guild_id: int, user_id: int) -> bytes:
        """Return what is nobody's pseudonym."""
        del guild_id, user_id
        return b""


class _Last(NamedTuple):
    """The newest message of a place, if it is part of a post."""

    message_id: int
    user_id: int
    left_off: Carried | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A message that is part of a retrospective."""

    message_id: int
    post: Post


class RetroReader:
    """Finds the retrospectives among messages, and judges them sentence by sentence.

    Args:
        judge: Judges texts.
        roster: Knows which channels are for retrospectives.
        store: Tells where a message of before a restart left off.
    """

    def __init__(self, judge: Judge, roster: Guilds, store: Store) -> None:
        self.judge = judge
        self._roster = roster
        self._store = store
        self._last: OrderedDict[int, _Last] = OrderedDict()
        self._turn = asyncio.Lock()

    async def pieces(self, items: Iterable[Item], wanted: Sequence[Incoming]) -> list[Piece]:
        """Return the messages that are retrospectives, or parts of one.

        Args:
            items: Everything in the order in which it came; who else wrote ends a post.
            wanted: The messages that may be measured.
        """
        allowed = {item.message_id for item in wanted}
        found = []
        async with self._turn:  # fair, so that batches stay in order
            for item in items:
                if isinstance(item, Incoming) and self._roster.is_retrospective(item.channel_id):
                    piece = await self._piece(item, measured=item.message_id in allowed)
                    found += [] if piece is None else [piece]
        return found

    async def judged(self, pieces: Sequence[Piece]) -> dict[int, tuple[RetroSection, ...]]:
        """Return message id -> sections of posts, in the order of each post."""
        told = [
            (piece.message_id, piece.post.form, section, sentence)
            for piece in pieces
            for section, sentence in piece.post.sentences()[:_MOST_SENTENCES]
        ]
        predictions = await self.judge.predictions([sentence for *_, sentence in told])
        found: dict[tuple[int, str, str], list[Prediction]] = {}
        for (message_id, form, section, _), prediction in zip(told, predictions, strict=True):
            if prediction is not None:
                found.setdefault((message_id, form, section), []).append(prediction)
        result: dict[int, tuple[RetroSection, ...]] = {}
        for (message_id, form, section), said in found.items():
            before = result.get(message_id, ())
            result[message_id] = (*before, mean_section(section, form, said))
        return result

    async def _piece(self, item: Incoming, *, measured: bool) -> Piece | None:
        """Return a message as part of a post, and remember where it leaves off."""
        carried = await self._carried(item) if measured else None
        hint = self._hint(item)
        post = parse(item.text or "", hint=hint, carried=carried) if measured else None
        if post is not None and not _is_post(item, post, carried):
            post = None
        known = self._last.get(item.container_id)
        if known is None or known.message_id <= item.message_id:
            left_off = None if post is None else post.ends_in
            self._last[item.container_id] = _Last(item.message_id, item.user_id, left_off)
            self._last.move_to_end(item.container_id)
            if len(self._last) > _CONTAINERS:
                self._last.popitem(last=False)
        return None if post is None else Piece(item.message_id, post)

    def _hint(self, item: Incoming) -> str | None:
        settings = self._roster.settings(item.guild_id)
        return settings.retro.form_of(item.channel_id) if settings else None

    async def _carried(self, item: Incoming) -> Carried | None:
        """Return where the message before left off, if this one may continue it."""
        text = item.text or ""
        first = next((line for line in text.splitlines() if line.strip()), "")
        headed = heading_of(first) is not None
        if not headed and len(text.strip()) < _CHATTER:
            return None
        last = self._last.get(item.container_id)
        if last is not None and last.message_id < item.message_id:
            near = item.message_id - last.message_id <= _GAP
            return last.left_off if near and last.user_id == item.user_id else None
        try:
            return await self._stored(item)
        except StoreUnavailable as error:
            log.warning("a message is read without the one before it: %s", error)
            return None

    async def _stored(self, item: Incoming) -> Carried | None:
        """Ask the store: after a restart, and for an edit of what is not the newest message."""
        first = max(item.message_id - _GAP, 0)
        ids = await self._store.versions(
            item.guild_id, item.container_id, first, item.message_id - 1
        )
        if not ids:
            return None
        before = await self._store.records(item.guild_id, [max(ids)])
        author = self._roster.author(item.guild_id, item.user_id)
        for record in before:
            if record.author == author and record.sections:
                return Carried(record.sections[-1].form, record.sections[-1].section)
        return None


def _is_post(item: Incoming, post: Post, carried: Carried | None) -> bool:
    """Tell a retrospective from talk about one."""
    if post.certain or carried is not None:
        return True
    answered = item.thread_id is not None and item.message_id != item.thread_id
    if answered:
        return False
    if item.thread_id is not None:
        return True
    long = len(post.text.strip()) >= _FREE_LENGTH
    return long or len(post.sentences()) >= _FREE_SENTENCES


def mean_section(section: str, form: str, said: Sequence[Prediction]) -> RetroSection:
    """Return the section whose sentences were judged so; at least one."""
    probabilities = tuple(
        _mean([each.probabilities[place] for each in said])
        for place in range(len(said[0].probabilities))
    )
    valence = math.fsum(each.valence for each in said) / len(said)
    return RetroSection(section, form, len(said), probabilities, valence)


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return math.fsum(known) / len(known) if known else math.nan


def texts_of(pieces: Mapping[int, str], hint: str | None) -> list[Piece]:
    """Return the messages of one post, by id, each continuing the one before."""
    found: list[Piece] = []
    for message_id in sorted(pieces):
        carried = found[-1].post.ends_in if found else None
        found.append(Piece(message_id, parse(pieces[message_id], hint=hint, carried=carried)))
    return found
