"""Keyed hashing of author ids: records can be grouped by author, and name nobody.

Without the key a pseudonym cannot be traced to a member, and the same member has unrelated
pseudonyms in two guilds. Losing the key orphans every record and opt-out: back it up.

Nobody keeps the ids of members, so a pseudonym cannot be computed anew for another key. A new key
wraps instead: it hashes the pseudonym that the keys before it made, and all keys stay in the ring.
Whoever has only the earlier keys cannot compute what is stored any more.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from struct import Struct
from typing import Final

from storage.errors import KeyUnusable
from storage.records import PSEUDONYM_BYTES

KEY_BYTES: Final = 32
CACHE_SIZE: Final = 4096

MOST_KEYS: Final = 64
"""Keys in a ring: a new one every year, for longer than Discord will last."""

_FINGERPRINT: Final = b"nunchi key fingerprint"
_FINGERPRINT_BYTES: Final = 8

_pack: Final = Struct(">QQ").pack


class KeyRing:
    """The keys of the pseudonyms, oldest first. Its text shows fingerprints only.

    Args:
        keys: At least one; each of ``KEY_BYTES`` secret bytes.

    Raises:
        KeyUnusable: A key has another length, or there are none, or too many.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not 1 <= len(keys) <= MOST_KEYS:
            msg = f"there must be 1 to {MOST_KEYS} pseudonym keys, not {len(keys)}"
            raise KeyUnusable(msg)
        for key in keys:
            _check(key, "the pseudonym key")
        self._keys = tuple(keys)

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def first(self) -> bytes:
        """The oldest key, from which keys for other purposes may follow."""
        return self._keys[0]

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self.fingerprints())})"

    def fingerprints(self) -> tuple[str, ...]:
        """Return what tells the first key from others, then the first two, and so on.

        They may be shown: no key follows from them.
        """
        return tuple(
            _grouped(hmac.digest(b"".join(self._keys[:count]), _FINGERPRINT, "sha256"))
            for count in range(1, len(self._keys) + 1)
        )

    def wrapped(self, author: bytes, version: int) -> bytes:
        """Return the pseudonym under all keys that was made with the first ``version``."""
        for key in self._keys[version:]:
            author = hmac.digest(key, author, "sha256")[:PSEUDONYM_BYTES]
        return author

    def pseudonymiser(self, version: int) -> Pseudonymiser:
        """Return what makes the pseudonyms of the first ``version`` keys."""
        return Pseudonymiser(*self._keys[:version])


class Pseudonymiser:
    """Turns a member of a guild into a pseudonym.

    Args:
        key: ``KEY_BYTES`` secret bytes.
        later: The keys that wrap what the one before made, oldest first.

    Raises:
        KeyUnusable: A key has another length.
    """

    def __init__(self, key: bytes, *later: bytes) -> None:
        for each in (key, *later):
            _check(each, "the pseudonym key")
        self._key = key
        self._later = later
        self._remembered: Callable[[int, int], bytes] = lru_cache(CACHE_SIZE)(self._hash)

    def author(self, guild_id: int, user_id: int) -> bytes:
        """Return HMAC-SHA256 of the two ids as 64-bit numbers, cut to ``PSEUDONYM_BYTES``.

        Each later key makes the HMAC of what came before, cut to the same length.
        """
        return self._remembered(guild_id, user_id)

    def ever(self, guild_id: int, user_id: int) -> tuple[bytes, ...]:
        """Return what ``author`` returned under the first key, under the first two, and so on.

        For what stands outside of the store, where no change of the keys can reach it.
        """
        found = [hmac.digest(self._key, _pack(guild_id, user_id), "sha256")[:PSEUDONYM_BYTES]]
        for key in self._later:
            found.append(hmac.digest(key, found[-1], "sha256")[:PSEUDONYM_BYTES])
        return tuple(found)

    def _hash(self, guild_id: int, user_id: int) -> bytes:
        return self.ever(guild_id, user_id)[-1]


def load_or_create_key(path: Path) -> bytes:
    """Return the first key in a file; the first caller, of all processes, makes it.

    Raises:
        KeyUnusable: The file cannot be read or written, or holds something else.
    """
    return load_or_create_keys(path)[0]


def load_or_create_keys(path: Path) -> tuple[bytes, ...]:
    """Return the keys in a file, oldest first; the first caller, of all processes, makes one.

    The file appears complete or not at all, and only its owner may read it.

    Raises:
        KeyUnusable: The file cannot be read or written, or holds something else.
    """
    with _usable(path):
        if not path.exists():
            create_secret(path, secrets.token_bytes(KEY_BYTES))
        content = path.read_bytes()
    count, rest = divmod(len(content), KEY_BYTES)
    if rest or not 1 <= count <= MOST_KEYS:
        msg = (
            f"the pseudonym key {path} must be {KEY_BYTES} bytes long, or a multiple of that, "
            f"not {len(content)}: restore it from a backup"
        )
        raise KeyUnusable(msg)
    return tuple(content[at : at + KEY_BYTES] for at in range(0, len(content), KEY_BYTES))


def add_key(path: Path) -> tuple[bytes, ...]:
    """Put a new key at the end of a file, and return all; the file is the old or the new one.

    Raises:
        KeyUnusable: The file cannot be read or written, or holds as many as it may.
    """
    keys = (*load_or_create_keys(path), secrets.token_bytes(KEY_BYTES))
    KeyRing(keys)  # refuses one too many
    with _usable(path):
        draft = write_draft(path, b"".join(keys))
        draft.replace(path)
        sync_folder(path.parent)
    return keys


def create_secret(path: Path, content: bytes) -> None:
    """Create a file for its owner only, complete or not at all; an earlier one stays.

    Raises:
        OSError: It cannot be written.
    """
    draft = write_draft(path, content)
    try:
        # A link fails when the name is taken, where a rename would replace the winner's key.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
    sync_folder(path.parent)


def write_draft(path: Path, content: bytes) -> Path:
    """Write a file beside another one, for its owner only, and return where.

    Raises:
        OSError: It cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system knows how to."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _usable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        msg = f"the pseudonym key {path} cannot be used: {error.strerror or error}"
        raise KeyUnusable(msg) from error


def _grouped(digest: bytes) -> str:
    text = digest[:_FINGERPRINT_BYTES].hex()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def _check(key: bytes, what: str) -> None:
    if len(key) != KEY_BYTES:
        msg = f"{what} must be {KEY_BYTES} bytes long, not {len(key)}: restore it from a backup"
        raise KeyUnusable(msg)
