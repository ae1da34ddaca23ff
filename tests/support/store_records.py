"""Records for tests of what is stored: valid, different from one another, and reproducible."""

from __future__ import annotations

import hashlib
import math
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.records import PSEUDONYM_BYTES, MessageRecord

GUILD = 7_000_000_000_000_000_001
CHANNEL = 7_000_000_000_000_000_002
THREAD = 7_000_000_000_000_000_003
START = datetime(2026, 11, 2, tzinfo=UTC)
FIRST_ID = 1_200_000_000_000_000_000


def author(number: int) -> bytes:
    """Return a pseudonym."""
    return hashlib.sha256(str(number).encode()).digest()[:PSEUDONYM_BYTES]


def record(number: int, **changes: Any) -> MessageRecord:
    """Return the record of message ``FIRST_ID + number``, one second after the one before.

    Every third knows only some classes, so that its vector has NaN.
    """
    absent = math.nan if number % 3 == 0 else 0.25
    values: dict[str, Any] = {
        "message_id": FIRST_ID + number,
        "guild_id": GUILD,
        "channel_id": CHANNEL,
        "thread_id": None,
        "author": author(number % 5),
        "created_at": START + timedelta(seconds=number),
        "edited_at": None,
        "language": "ko" if number % 2 else "und",
        "probabilities": (0.5, 0.25, 0.0, absent, 0.0, 0.0, 0.0, 0.0, 0.0),
        "valence": (number % 21 - 10) / 10,
        "model": "lexicon@1",
    }
    return MessageRecord(**{**values, **changes})
