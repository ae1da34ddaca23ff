"""How records become compact values, the same in every store.

Times are kept as whole milliseconds since the Unix epoch (what a snowflake carries); the rest of
a finer time is cut off. Scores are ten little-endian float32: nine probabilities in the order of
``classifiers.emotion.EMOTIONS`` (NaN is absent), then the valence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from classifiers.emotion import EMOTIONS
from storage.records import PSEUDONYM_BYTES, MessageColumns, MessageRecord, Verdict, require_utc
from storage.retrospectives import RetroSection, SectionColumns

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)

_SCORES: Final = len(EMOTIONS) + 1
_pack: Final = Struct(f"<{_SCORES}f").pack
_unpack: Final = Struct(f"<{_SCORES}f").unpack
_AUTHOR_PREFIX: Final = 8


def milliseconds(moment: datetime) -> int:
    """Return whole milliseconds since the Unix epoch, rounded down.

    Raises:
        ValueError: ``moment`` is naive.
    """
    if moment.tzinfo is None:
        require_utc(moment)
    return (moment - EPOCH) // MILLISECOND


def optional_milliseconds(moment: datetime | None) -> int | None:
    """Return ``milliseconds(moment)``, or ``None`` for ``None``."""
    return None if moment is None else milliseconds(moment)


def moment_at(stamp: int) -> datetime:
    """Return the moment, in UTC, of milliseconds since the Unix epoch."""
    return EPOCH + timedelta(milliseconds=stamp)


def optional_moment(stamp: int | None) -> datetime | None:
    """Return ``moment_at(stamp)``, or ``None`` for ``None``."""
    return None if stamp is None else moment_at(stamp)


def pack_scores(record: MessageRecord | Verdict | RetroSection) -> bytes:
    """Return the probabilities and the valence as 40 bytes."""
    return _pack(*record.probabilities, record.valence)


def unpack_scores(scores: bytes) -> tuple[tuple[float, ...], float]:
    """Return the probabilities and the valence that ``pack_scores`` wrote."""
    values = _unpack(scores)
    return values[:-1], values[-1]


def columns_of(records: Sequence[MessageRecord]) -> MessageColumns:
    """Return records as columns, by (time, message id)."""
    return ordered_columns(
        message_id=np.array([record.message_id for record in records], dtype=np.int64),
        channel_id=np.array([record.channel_id for record in records], dtype=np.int64),
        author=author_numbers(author_prefixes(record.author for record in records)),
        time=np.array([milliseconds(record.created_at) for record in records], dtype=np.int64),
        scores=b"".join([pack_scores(record) for record in records]),
        models=[record.model for record in records],
    )


def section_columns(rows: Sequence[Sequence[Any]]) -> SectionColumns:
    """Return sections as columns, in the order of the rows.

    Args:
        rows: At least one; message id, channel id, author, time in milliseconds, section, form,
            sentences and the scores that ``pack_scores`` wrote.
    """
    ids, channels, authors, times, sections, forms, sentences, scores = zip(*rows, strict=True)
    table = np.frombuffer(b"".join(scores), "<f4").reshape(-1, _SCORES)
    return SectionColumns(
        message_id=np.array(ids, dtype=np.int64),
        channel_id=np.array(channels, dtype=np.int64),
        author=author_numbers(author_prefixes(authors)),
        time=np.array(times, dtype=np.int64),
        section=tuple(sections),
        form=tuple(forms),
        sentences=np.array(sentences, dtype=np.int64),
        probabilities=table[:, :-1].astype(np.float32),
        valence=table[:, -1].astype(np.float32),
    )


def author_numbers(prefixes: bytes) -> npt.NDArray[np.uint64]:
    """Return uint64[n] from n pseudonym prefixes of eight bytes each, joined."""
    return np.frombuffer(prefixes, ">u8").astype(np.uint64)


def author_prefixes(authors: Iterable[bytes]) -> bytes:
    """Return the first eight bytes of each pseudonym, joined."""
    return b"".join([author[:_AUTHOR_PREFIX] for author in authors])


def joined_author_numbers(authors: bytes) -> npt.NDArray[np.uint64]:
    """Return uint64[n] from n whole pseudonyms, joined."""
    numbers = np.frombuffer(authors, ">u8").reshape(-1, PSEUDONYM_BYTES // _AUTHOR_PREFIX)
    return numbers[:, 0].astype(np.uint64)


def ordered_columns(
    *,
    message_id: npt.NDArray[np.int64],
    channel_id: npt.NDArray[np.int64],
    author: npt.NDArray[np.uint64],
    time: npt.NDArray[np.int64],
    scores: bytes,
    models: Sequence[str],
) -> MessageColumns:
    """Return the columns of n records by (time, message id).

    Args:
        message_id: int64[n].
        channel_id: int64[n].
        author: uint64[n].
        time: int64[n], milliseconds since the Unix epoch.
        scores: What ``pack_scores`` wrote, joined.
        models: The model of each record, or one for all.
    """
    table = np.frombuffer(scores, "<f4").reshape(-1, _SCORES)
    order = _order(time, message_id)
    places = {name: place for place, name in enumerate(sorted(set(models)))}
    model = (
        np.array([places[name] for name in models], dtype=np.int16)
        if len(places) > 1
        else np.zeros(len(time), dtype=np.int16)
    )
    return MessageColumns(
        message_id=message_id[order],
        channel_id=channel_id[order],
        author=author[order],
        time=time[order],
        probabilities=table[order, :-1].astype(np.float32),
        valence=table[order, -1].astype(np.float32),
        model=model[order],
        models=tuple(places),
    )


def _order(
    time: npt.NDArray[np.int64], message_id: npt.NDArray[np.int64]
) -> npt.NDArray[np.intp] | slice:
    """Return what brings records into order by (time, message id): nothing where they are."""
    later = time[1:] > time[:-1]
    if np.all(later | ((time[1:] == time[:-1]) & (message_id[1:] > message_id[:-1]))):
        return slice(None)
    return np.lexsort((message_id, time))
