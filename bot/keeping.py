"""Where the keys are, and the store that they open: set from outside, or files in the data folder.

A key of the store that is just being taken into use, or out of it, waits under another name until
the file of the database has followed: whichever of the two steps is interrupted, they fit.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bot.errors import StartFailed
from bot.settings import Settings
from storage.errors import KeyUnusable
from storage.open import file_of, open_store
from storage.pseudonym import KEY_BYTES, KeyRing, load_or_create_keys
from storage.sqlite_cipher import is_plain
from storage.store import Store

STORE_KEY: Final = "store.key"
WAITING_KEY: Final = "store.key.new"


def ring_of(settings: Settings) -> KeyRing:
    """Return the keys of the pseudonyms; where none is set, the first call makes a file.

    Raises:
        KeyUnusable: The file cannot be read or written, or holds something else.
    """
    given = settings.given_keys()
    return KeyRing(given or load_or_create_keys(settings.key_file))


def store_of(settings: Settings, url: str | None = None) -> Store:
    """Return the store, not connected yet: use it with ``async with``.

    Args:
        settings: Where it is, and its key.
        url: Another address than the one that is set.

    Raises:
        InvalidStoreUrl: The address cannot be understood.
        DriverMissing: The store needs an extra that is not installed.
        KeyUnusable: The file with its key cannot be read.
    """
    address = url or settings.store.get_secret_value()
    file = file_of(address)
    return open_store(address, key=store_key(settings, file) if file else None)


def require_database(url: str) -> None:
    """Refuse the address of an embedded store that is not there: reading must not make one.

    Raises:
        InvalidStoreUrl: The address cannot be understood.
        StartFailed: There is no such file.
    """
    file = file_of(url)
    if file is not None and not file.is_file():
        msg = f"there is no database {file}; name the bot's own by --store or NUNCHI_STORE"
        raise StartFailed(msg)


def store_key(settings: Settings, file: Path) -> bytes | None:
    """Return what a database file is, or will be, encrypted with; ``None`` for nothing.

    Raises:
        KeyUnusable: The file with the key cannot be read.
    """
    given = settings.given_store_key()
    if given is not None:
        return given
    for name in (STORE_KEY, WAITING_KEY):
        path = settings.data_dir / name
        if path.exists() and (name == STORE_KEY or is_plain(file) is False):
            return read_key(path)
    return None


def read_key(path: Path) -> bytes:
    """Return the key of the store in a file.

    Raises:
        KeyUnusable: It cannot be read, or is none.
    """
    try:
        key = path.read_bytes()
    except OSError as error:
        msg = f"the key of the store {path} cannot be read: {error.strerror or error}"
        raise KeyUnusable(msg) from error
    if len(key) != KEY_BYTES:
        msg = f"the key of the store {path} must be {KEY_BYTES} bytes long: restore a backup of it"
        raise KeyUnusable(msg)
    return key
