"""Everything that is kept about one member of a guild, as files of JSON for that member.

Each file is complete in itself: ``format``, ``version``, the ids, ``part`` of ``parts``, what the
member decided (``settings``), everything of ``storage.personal_data.PERSONAL`` under its name,
what they changed as an administrator (``settings_changed``), how many records there are in all
(``records_total``) and the ``records`` of the file, oldest first within a page. Numbers are as they
are stored; ``null`` is a class that the classifier could not see.

A member may have written anything from nothing to millions of messages, so records are taken page
by page and kept compressed: members of a gzip file may follow one another (RFC 1952, section 2.2),
and together they decompress into one document.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from classifiers.emotion import EMOTIONS
from storage.audit import SettingChange
from storage.named import names_in
from storage.records import NO_MODEL, Choices, GuildSettings, MessageRecord
from storage.retrospectives import RetroSection

FORMAT: Final = "nunchi-own-data"
VERSION: Final = 2

PLAIN_BYTES: Final = 512 * 1024
"""What is not larger than this stays readable text, without compression."""

_FRAME_ROOM: Final = 2048
"""Bytes kept free for what surrounds the records of a compressed file, beyond the frame itself."""

_CHUNK: Final = 256
"""Records of one compressed piece: the smaller, the closer files come to their limit."""


class OwnDataStore(Protocol):
    """The part of a store that knows about one member."""

    def author_records(
        self, guild_id: int, author: bytes
    ) -> AsyncIterator[Sequence[MessageRecord]]:
        """Yield all records of one author in pages, in no particular order."""
        ...

    async def choices(self, guild_id: int, author: bytes) -> Choices:
        """Return what an author decided, as it is kept now."""
        ...

    async def author_rows(
        self, guild_id: int, author: bytes
    ) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return everything kept about an author but the records, as JSON can carry it."""
        ...

    async def changes_by(self, guild_id: int, user_id: int) -> Sequence[SettingChange]:
        """Return what one user changed in a guild's settings, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class OwnFile:
    """One file of an export.

    Attributes:
        name: File name, ending in ``.json`` or ``.json.gz``.
        content: The bytes.
    """

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OwnData:
    """Everything that is kept about one member of a guild.

    Attributes:
        records: How many records of messages the files hold together.
        files: At least one, each within the limit.
    """

    records: int
    files: tuple[OwnFile, ...]


@dataclass(slots=True)
class _Part:
    """The records of one file, as text without compression and as gzip members."""

    plain: list[bytes] = field(default_factory=list)
    packed: list[bytes] = field(default_factory=list)
    plain_size: int = 0
    packed_size: int = 0


async def own_data(
    store: OwnDataStore,
    settings: GuildSettings,
    user_id: int,
    author: bytes,
    *,
    now: datetime,
    limit: int,
) -> OwnData:
    """Collect everything that is kept about a member; packing runs in a thread.

    Args:
        store: Where it is kept.
        settings: Of the guild; they may name the member as who planned the reports.
        user_id: The member.
        author: The member's pseudonym; records of no other author are read.
        now: When the member asked, aware.
        limit: The largest size of a file, in bytes.

    Raises:
        StoreUnavailable: The store cannot be reached.
    """
    guild_id = settings.guild_id
    choices = await store.choices(guild_id, author)
    rows = await store.author_rows(guild_id, author)
    changes = await store.changes_by(guild_id, user_id)
    head: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": _moment(now),
        "guild_id": str(guild_id),
        "user_id": str(user_id),
        "pseudonym": author.hex(),
        "settings": {**_choices(choices), **_roles(settings, user_id)},
        **rows,
        "settings_changed": [_change(each) for each in changes],
    }
    room = limit - len(_head(head, 0, 0, 0)) - _FRAME_ROOM
    parts, total = [_Part()], 0
    async for page in store.author_records(guild_id, author):
        total += len(page)
        await asyncio.to_thread(_add, parts, page, room)
    return OwnData(total, await asyncio.to_thread(_files, head, parts, total, now, limit))


def record_document(record: MessageRecord) -> Mapping[str, Any]:
    """Return a record as JSON can carry it; ids are text, for they exceed what JavaScript holds."""
    return {
        "message_id": str(record.message_id),
        "channel_id": str(record.channel_id),
        "thread_id": None if record.thread_id is None else str(record.thread_id),
        "created_at": _moment(record.created_at),
        "edited_at": _moment(record.edited_at),
        "language": record.language,
        "probabilities": _shares(record.probabilities),
        "valence": record.valence,
        "model": None if record.model == NO_MODEL else record.model,
        **({"sections": [_section(each) for each in record.sections]} if record.sections else {}),
    }


def _section(section: RetroSection) -> Mapping[str, Any]:
    return {
        "section": section.section,
        "form": section.form,
        "sentences": section.sentences,
        "probabilities": _shares(section.probabilities),
        "valence": section.valence,
    }


def _shares(probabilities: Sequence[float]) -> Mapping[str, float | None]:
    return {
        emotion.value: None if math.isnan(value) else value
        for emotion, value in zip(EMOTIONS, probabilities, strict=True)
    }


def _roles(settings: GuildSettings, user_id: int) -> Mapping[str, bool]:
    """Return for what the settings of a guild name a user."""
    named = {place: by == user_id for place, by in names_in(settings).items()}
    return {
        "planned_the_reports": named.pop("report.planned_by"),
        "switched_on_the_alerts": named.pop("alerts.switched_on_by"),
        **{place: True for place, is_theirs in named.items() if is_theirs},
    }


def _choices(choices: Choices) -> Mapping[str, Any]:
    return {
        "own_mood_since": _moment(choices.personal_since),
        "joyful_messages_linkable_since": _moment(choices.linked_since),
        "agreed_to_be_measured_at": _moment(choices.consented_at),
        "opted_out": choices.refused,
        "opted_out_or_erased_at": _moment(choices.refused_at),
        "never_taken_until": _moment(choices.refused_until),
    }


def _change(change: SettingChange) -> Mapping[str, Any]:
    return {
        "at": _moment(change.at),
        "setting": change.setting,
        "before": change.before,
        "after": change.after,
    }


def _add(parts: list[_Part], page: Sequence[MessageRecord], room: int) -> None:
    """Add a page of records, beginning a new part where one is full."""
    for start in range(0, len(page), _CHUNK):
        records = sorted(page[start : start + _CHUNK], key=_age)
        text = b",\n".join(_json(record_document(record)) for record in records)
        packed = gzip.compress(text, mtime=0)
        if parts[-1].packed and parts[-1].packed_size + len(packed) > room:
            parts.append(_Part())
        _extend(parts, text, packed)


def _extend(parts: list[_Part], text: bytes, packed: bytes) -> None:
    part = parts[-1]
    if part.packed:
        text_before, packed_before = b",\n", gzip.compress(b",\n", mtime=0)
        part.packed.append(packed_before)
        part.packed_size += len(packed_before)
        text = text_before + text
    part.packed.append(packed)
    part.packed_size += len(packed)
    part.plain_size += len(text)
    if len(parts) == 1 and part.plain_size <= PLAIN_BYTES:
        part.plain.append(text)
    else:
        part.plain.clear()  # it will be compressed; nothing is held twice


def _files(
    head: Mapping[str, Any], parts: Sequence[_Part], total: int, now: datetime, limit: int
) -> tuple[OwnFile, ...]:
    stem = f"nunchi-my-data-{now:%Y-%m-%d}"
    tail = b"\n]}\n"
    if len(parts) == 1 and parts[0].plain_size <= PLAIN_BYTES:
        whole = _head(head, 1, 1, total) + b"".join(parts[0].plain) + tail
        if len(whole) <= limit:
            return (OwnFile(f"{stem}.json", whole),)
    files = []
    for number, part in enumerate(parts, start=1):
        opening = gzip.compress(_head(head, number, len(parts), total), mtime=0)
        content = opening + b"".join(part.packed) + gzip.compress(tail, mtime=0)
        name = f"{stem}.json.gz" if len(parts) == 1 else f"{stem}-{number}of{len(parts)}.json.gz"
        files.append(OwnFile(name, content))
    return tuple(files)


def _head(head: Mapping[str, Any], part: int, parts: int, total: int) -> bytes:
    """Return everything before the records of a file."""
    whole = _json({**head, "records_total": total, "part": part, "parts": parts})
    return whole[:-1] + b',"records":[\n'


def _json(value: Mapping[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8")


def _age(record: MessageRecord) -> tuple[datetime, int]:
    return record.created_at, record.message_id


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds")
