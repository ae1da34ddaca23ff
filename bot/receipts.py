"""Receipts of erasures: what was deleted, and when, on a slip that its holder alone keeps.

Nothing of a receipt is stored, and nothing of the person is on it: server, moment, what was asked
for, and how much of what was deleted. Its number is half chance and half a keyed hash of just that
(HMAC-SHA256 under a key that follows from the pseudonym key), so that the operator can tell a
receipt that this bot wrote from one that it did not, without a list of receipts. The number says
nothing about its holder, and two receipts of one person have nothing in common.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import b32decode, b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

OPT_OUT: Final = "opt-out"
DELETE: Final = "delete"

_PURPOSE: Final = b"nunchi receipt 1"
_SALT_BYTES: Final = 3
_SEAL_BYTES: Final = 7
_LINE: Final = re.compile(
    r"nunchi-receipt/1 guild=(?P<guild>\d{1,20}) at=(?P<at>\d{1,15}) what=(?P<what>opt-out|delete)"
    r" deleted=(?P<deleted>[a-z_]+:\d+(?:,[a-z_]+:\d+)*|-)"
    r" number=(?P<number>[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})"
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a member is told about an erasure.

    Attributes:
        guild_id: Discord snowflake.
        at: When it was done, aware.
        what: ``OPT_OUT`` or ``DELETE``.
        counts: What was deleted -> how many entries; those with none are left out.
        number: Four groups of four letters and digits.
    """

    guild_id: int
    at: datetime
    what: str
    counts: Mapping[str, int]
    number: str

    @property
    def line(self) -> str:
        """The receipt in one line, which ``Receipts.confirms`` reads."""
        return f"{_statement(self.guild_id, _stamp(self.at), self.what, self.counts)}{self.number}"


class Receipts:
    """Writes receipts, and tells its own from others.

    Args:
        secret: The bot's secret; only what follows from it is used.
    """

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, _PURPOSE, "sha256")

    def issue(self, guild_id: int, at: datetime, what: str, counts: Mapping[str, int]) -> Receipt:
        """Return a receipt; nothing of it is kept."""
        statement = _statement(guild_id, _stamp(at), what, counts)
        salt = secrets.token_bytes(_SALT_BYTES)
        return Receipt(guild_id, at, what, counts, self._number(salt, statement))

    def confirms(self, text: str) -> bool:
        """Return whether a text holds the line of a receipt that was issued under this secret."""
        return any(self._is_ours(found) for found in _LINE.finditer(text))

    def _is_ours(self, found: re.Match[str]) -> bool:
        statement = found.group().removesuffix(found["number"])
        digits = found["number"].replace("-", "")
        expected = self._number(_salt_of(digits), statement).replace("-", "")
        return hmac.compare_digest(digits.encode(), expected.encode())

    def _number(self, salt: bytes, statement: str) -> str:
        seal = hmac.digest(self._key, salt + statement.encode(), "sha256")[:_SEAL_BYTES]
        digits = b32encode(salt + seal).decode("ascii")
        return "-".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def _statement(guild_id: int, stamp: int, what: str, counts: Mapping[str, int]) -> str:
    deleted = ",".join(f"{name}:{count}" for name, count in sorted(counts.items()) if count)
    return (
        f"nunchi-receipt/1 guild={guild_id} at={stamp} what={what} deleted={deleted or '-'} number="
    )


def _stamp(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _salt_of(digits: str) -> bytes:
    return b32decode(digits)[:_SALT_BYTES]
