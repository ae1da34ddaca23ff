"""Keyed hashing of author ids: records can be grouped by author, and name nobody.

Without the key a pseudonym cannot be traced to a member, and the same member has unrelated
pseudonyms in two guilds. Losing the key orphans every record and opt-out: back it up.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from struct import Struct
from typing import Final

from storage.errors import KeyUnusable
from storage.records import PSEUDONYM_BYTES

KEY_BYTES: Final = 32
CACHE_SIZE: Final = 4096

_pack: Final = Struct(">QQ").pack


class Pseudonymiser:
    """Turns a member of a guild into a pseudonym.

    Args:
        key: ``KEY_BYTES`` secret bytes.

    Raises:
        KeyUnusable: The key has another length.
    """

    def __init__(self, key: bytes) -> None:
        _check(key, "the pseudonym key")
        self._key = key
        self._remembered: Callable[[int, int], bytes] = lru_cache(CACHE_SIZE)(self._hash)

    def author(self, guild_id: int, user_id: int) -> bytes:
        """Return HMAC-SHA256 of the two ids as 64-bit numbers, cut to ``PSEUDONYM_BYTES``."""
        return self._remembered(guild_id, user_id)

    def _hash(self, guild_id: int, user_id: int) -> bytes:
        return hmac.digest(self._key, _pack(guild_id, user_id), "sha256")[:PSEUDONYM_BYTES]


def load_or_create_key(path: Path) -> bytes:
    """Return the key in a file; the first caller, of all processes, makes it.

    The file appears complete or not at all, and only its owner may read it.

    Raises:
        KeyUnusable: The file cannot be read or written, or holds something else.
    """
    try:
        if not path.exists():
            _create(path)
        key = path.read_bytes()
    except OSError as error:
        msg = f"the pseudonym key {path} cannot be used: {error.strerror or error}"
        raise KeyUnusable(msg) from error
    _check(key, f"the pseudonym key {path}")
    return key


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        # A link fails when the name is taken, where a rename would replace the winner's key.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()


def _check(key: bytes, what: str) -> None:
    if len(key) != KEY_BYTES:
        msg = f"{what} must be {KEY_BYTES} bytes long, not {len(key)}: restore it from a backup"
        raise KeyUnusable(msg)
