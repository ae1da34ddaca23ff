"""``nunchi keys`` and ``nunchi store``: what an operator does with keys and with the store."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from bot.errors import SettingsError, StartFailed
from bot.explaining import explained
from bot.keeping import STORE_KEY, WAITING_KEY, read_key, ring_of, store_key, store_of
from bot.settings import Settings, load_settings
from storage.errors import RekeyUnfinished
from storage.keys import refuse_workers
from storage.leases import EVERYWHERE
from storage.open import file_of
from storage.pseudonym import KEY_BYTES, KeyRing, add_key, create_secret, sync_folder
from storage.sqlite_cipher import convert, is_plain
from storage.store import Store


@click.group()
def keys() -> None:
    """Look at the pseudonym keys, or change to a new one."""


@keys.command()
@click.pass_obj
def show(env_file: Path) -> None:
    """Show the fingerprints of the pseudonym keys, never the keys."""
    with explained():
        settings = load_settings(env_file, os.environ)
        for line in asyncio.run(_shown(settings)):
            click.echo(line)


async def _shown(settings: Settings) -> list[str]:
    if settings.given_key() is None and not settings.key_file.exists():
        return ["There is no pseudonym key yet: the first start makes one."]
    ring = ring_of(settings)
    _require_store(settings)
    async with store_of(settings) as store:
        try:
            version = await store.adopt_keys(ring)
        except RekeyUnfinished as error:
            version, trouble = 0, [str(error)]
        else:
            trouble = []
    place = "NUNCHI_PSEUDONYM_KEY" if settings.given_key() else str(settings.key_file)
    lines = [f"{place}: {len(ring)} of {len(ring)} readable"]
    for number, fingerprint in enumerate(ring.fingerprints(), start=1):
        lines.append(f"  {number}  {fingerprint}  {_state(number, version)}")
    return lines + trouble


def _state(number: int, version: int) -> str:
    if number == version:
        return "in force"
    return "wrapped by the next" if number < version else "waits for `nunchi keys rotate`"


@keys.command()
@click.pass_obj
def rotate(env_file: Path) -> None:
    """Bring every pseudonym under a new key; the bot must be stopped.

    It may be interrupted at any moment and run again.
    """
    with explained():
        settings = load_settings(env_file, os.environ)
        ring, counts = asyncio.run(_rotated(settings))
    rows = sum(counts.values())
    click.echo(f"{rows} rows have a new pseudonym ({_by_table(counts)}).")
    click.echo(f"In force: {ring.fingerprints()[-1]}, number {len(ring)} of the ring.")
    click.echo("Back up the ring apart from the store, and delete older backups of the store.")


async def _rotated(settings: Settings) -> tuple[KeyRing, Mapping[str, int]]:
    _require_store(settings)
    async with store_of(settings) as store:
        now = datetime.now(UTC)
        ring = ring_of(settings)
        try:
            version = await store.adopt_keys(ring)
        except RekeyUnfinished:
            version = 0
        # Before there is a new key, so that a refusal leaves everything as it was.
        refuse_workers(await store.leases(EVERYWHERE, now), now)
        if version == len(ring):
            ring = _longer(settings)
        return ring, await store.rekey(ring, now)


def _longer(settings: Settings) -> KeyRing:
    if settings.given_key() is not None:
        msg = (
            "the key is set by NUNCHI_PSEUDONYM_KEY: put a new secret at the end of "
            "NUNCHI_PSEUDONYM_NEW_KEYS (openssl rand -hex 32 makes one), and keep the old ones"
        )
        raise SettingsError(msg)
    return KeyRing(add_key(settings.key_file))


def _by_table(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count) or "nothing kept"


@click.group()
def store() -> None:
    """Encrypt or decrypt the store, or forget a server."""


@store.command()
@click.pass_obj
def encrypt(env_file: Path) -> None:
    """Encrypt the database file in place.

    The bot must be stopped. The key is NUNCHI_STORE_KEY, or else a file store.key that is made in
    the data folder.
    """
    with explained():
        settings = load_settings(env_file, os.environ)
        file = _database(settings)
        if not is_plain(file):
            _settle(settings)
            click.echo(f"{file} is encrypted already.")
            return
        asyncio.run(_nobody_at_work(settings, None))
        rows = convert(file, None, _new_key(settings), _tell)
        _settle(settings)
    click.echo(f"{file}: {rows} rows are encrypted.")
    if settings.given_store_key() is None:
        click.echo(f"Back up {settings.data_dir / STORE_KEY} apart from the database.")


@store.command()
@click.pass_obj
def decrypt(env_file: Path) -> None:
    """Write the database file in the clear again.

    The bot must be stopped.
    """
    with explained():
        settings = load_settings(env_file, os.environ)
        file = _database(settings)
        key, waiting = settings.data_dir / STORE_KEY, settings.data_dir / WAITING_KEY
        if is_plain(file):
            waiting.unlink(missing_ok=True)
            click.echo(f"{file} is not encrypted.")
            return
        old = store_key(settings, file)
        asyncio.run(_nobody_at_work(settings, old))
        if key.exists():
            key.replace(waiting)
        rows = convert(file, old, None, _tell)
        waiting.unlink(missing_ok=True)
    click.echo(f"{file}: {rows} rows are in the clear.")
    if settings.given_store_key() is not None:
        click.echo("Unset NUNCHI_STORE_KEY before the next start.")


@store.command("forget-guild")
@click.argument("guild_id", type=click.IntRange(min=1))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def forget_guild(env_file: Path, guild_id: int, *, yes: bool) -> None:
    """Delete what is kept of a server.

    All of it, except its opt-outs. The bot must be stopped.
    """
    with explained():
        settings = load_settings(env_file, os.environ)
        _require_store(settings)
    if not yes:
        click.confirm(f"Delete everything of the server {guild_id}?", abort=True)
    with explained():
        count = asyncio.run(_forgotten(settings, guild_id))
    click.echo(f"Server {guild_id}: {count} records and everything else but opt-outs are deleted.")


async def _forgotten(settings: Settings, guild_id: int) -> int:
    async with store_of(settings) as opened:
        await _refuse_workers(opened)
        count = await opened.delete_guild(guild_id)
        await opened.scrub()
        return count


def _database(settings: Settings) -> Path:
    file = file_of(settings.store.get_secret_value())
    if file is None:
        msg = "MongoDB encrypts its own files: see docs/storage.md"
        raise SettingsError(msg)
    _require_store(settings)
    return file


def _require_store(settings: Settings) -> None:
    file = file_of(settings.store.get_secret_value())
    if file is not None and is_plain(file) is None:
        msg = f"there is no database {file} yet: the first start makes it"
        raise StartFailed(msg)


async def _nobody_at_work(settings: Settings, key: bytes | None) -> None:
    """Refuse to go on while a bot works, and bring the schema forward."""
    from storage.open import open_store  # noqa: PLC0415 -- with a key of its own

    async with open_store(settings.store.get_secret_value(), key=key) as opened:
        await _refuse_workers(opened)


async def _refuse_workers(opened: Store) -> None:
    now = datetime.now(UTC)
    refuse_workers(await opened.leases(EVERYWHERE, now), now)


def _new_key(settings: Settings) -> bytes:
    given = settings.given_store_key()
    if given is not None:
        return given
    for name in (STORE_KEY, WAITING_KEY):
        path = settings.data_dir / name
        if path.exists():
            return read_key(path)
    waiting = settings.data_dir / WAITING_KEY
    try:
        create_secret(waiting, os.urandom(KEY_BYTES))
    except OSError as error:
        msg = f"the key of the store {waiting} cannot be written: {error.strerror or error}"
        raise StartFailed(msg) from error
    return read_key(waiting)


def _settle(settings: Settings) -> None:
    """Give the key that was taken into use its name."""
    waiting, key = settings.data_dir / WAITING_KEY, settings.data_dir / STORE_KEY
    if waiting.exists() and not key.exists():
        waiting.replace(key)
        sync_folder(settings.data_dir)


def _tell(step: str) -> None:
    click.echo(f"{step} ...", err=True)


KEEPING: Final = (keys, store)
"""The commands of this module, for the ``nunchi`` group."""
