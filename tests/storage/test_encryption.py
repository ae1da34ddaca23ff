"""Encryption of the embedded store: what is in the files, and the way there and back."""

from __future__ import annotations

import stat
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from storage.errors import DriverMissing, KeyUnusable, StoreInUse, StoreUnavailable
from storage.open import open_store
from storage.records import Batch, GuildSettings
from storage.sqlite_cipher import check_file, convert, is_plain
from storage.store import Store
from tests.support.store_records import FIRST_ID, GUILD, START, author, record

KEY = bytes(range(32))
OTHER = KEY[::-1]
END = START.replace(year=2030)
MODEL = "a-model-of-its-own@7"
SCORES = struct.pack("<f", 0.123456)
ROWS = 200


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "nunchi.sqlite3"


def store_at(path: Path, key: bytes | None) -> Store:
    return open_store(f"sqlite:///{path}", key=key)


def batch() -> Batch:
    chances = (0.123456, *[0.1] * 8)
    return Batch(
        tuple(record(number, model=MODEL, probabilities=chances) for number in range(ROWS))
    )


async def fill(path: Path, key: bytes | None) -> None:
    async with store_at(path, key) as store:
        await store.apply(batch())
        await store.save_settings(GuildSettings(GUILD, timezone="Asia/Seoul"))
        await store.opt_out(GUILD, author(77), START)


async def stored(store: Store) -> Sequence[int]:
    pages = [page async for page in store.scan(GUILD, START, END)]
    return [int(number) - FIRST_ID for page in pages for number in page.message_id]


async def assert_whole(path: Path, key: bytes | None) -> None:
    async with store_at(path, key) as store:
        assert await stored(store) == list(range(ROWS))
        assert await store.settings(GUILD) == GuildSettings(GUILD, timezone="Asia/Seoul")
        assert await store.opted_out(GUILD) == {author(77)}


def readable(folder: Path) -> set[str]:
    """Return which of our values stand in the clear in any file of a folder."""
    raw = b"".join(file.read_bytes() for file in folder.iterdir())
    wanted = {
        "pseudonym": author(1),
        "opt-out": author(77),
        "model": MODEL.encode(),
        "scores": SCORES,
        "settings": b"Asia/Seoul",
        "schema": b"CREATE TABLE",
    }
    return {name for name, value in wanted.items() if value in raw}


async def test_nothing_is_readable_in_the_files_while_it_is_open(path: Path) -> None:
    async with store_at(path, KEY) as store:
        await store.apply(batch())
        await store.save_settings(GuildSettings(GUILD, timezone="Asia/Seoul"))
        assert path.with_name(f"{path.name}-wal").stat().st_size > 0
        assert readable(path.parent) == set()
        await store.opt_out(GUILD, author(77), START)
    assert readable(path.parent) == set()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    await assert_whole(path, KEY)


async def test_the_same_values_are_readable_without_encryption(path: Path) -> None:
    """What the test before looks for would be found."""
    await fill(path, None)
    assert len(readable(path.parent)) == 6


async def test_another_key_is_named_as_the_reason(path: Path) -> None:
    await fill(path, KEY)
    with pytest.raises(KeyUnusable, match="another key") as refused:
        await assert_whole(path, OTHER)
    assert OTHER.hex() not in str(refused.value)
    await assert_whole(path, KEY)


async def test_a_missing_key_is_named_as_the_reason(path: Path) -> None:
    await fill(path, KEY)
    with pytest.raises(KeyUnusable, match="NUNCHI_STORE_KEY"):
        await assert_whole(path, None)


async def test_a_key_for_a_plain_file_is_no_silent_clear_text(path: Path) -> None:
    await fill(path, None)
    with pytest.raises(KeyUnusable, match="nunchi store encrypt"):
        await assert_whole(path, KEY)


async def test_there_and_back_again(path: Path) -> None:
    await fill(path, None)
    steps: list[str] = []
    assert convert(path, None, KEY, steps.append) == ROWS + 3
    assert steps == ["copying", "comparing", "replacing"]
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert readable(path.parent) == set()
    await assert_whole(path, KEY)
    convert(path, KEY, None)
    assert is_plain(path)
    await assert_whole(path, None)


async def test_what_stood_in_the_plain_file_is_overwritten(path: Path) -> None:
    await fill(path, None)
    with path.open("rb") as before:
        convert(path, None, KEY)
        assert not before.read().strip(b"\0")


HOLD = """
import asyncio, sys
from storage.open import open_store

async def hold():
    async with open_store("sqlite:///" + sys.argv[1]):
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)

asyncio.run(hold())
"""


async def test_a_file_in_use_is_left_alone(path: Path) -> None:
    """By another process: within one, the locks of a file tell nothing."""
    await fill(path, None)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(StoreInUse, match="stop the bot"):
            convert(path, None, KEY)
        holder.stdin.close()
    await assert_whole(path, None)


async def test_a_wrong_key_converts_nothing(path: Path) -> None:
    await fill(path, KEY)
    before = path.read_bytes()
    with pytest.raises(KeyUnusable):
        convert(path, OTHER, None)
    assert path.read_bytes() == before


@pytest.mark.parametrize("step", ["copying", "comparing", "replacing"])
async def test_interrupted_at_any_step_the_old_file_is_whole(path: Path, step: str) -> None:
    await fill(path, None)

    def dies(reached: str) -> None:
        if reached == step:
            raise SystemError("the power failed")

    with pytest.raises(SystemError):
        convert(path, None, KEY, dies)
    await assert_whole(path, None)
    convert(path, None, KEY)
    await assert_whole(path, KEY)


CONVERT = """
import sys
from pathlib import Path
from storage.sqlite_cipher import convert
print("ready", flush=True)
convert(Path(sys.argv[1]), None, bytes(range(32)))
"""


@pytest.mark.kill
async def test_killed_at_any_moment_the_file_is_the_old_or_the_new_one(path: Path) -> None:
    await fill(path, None)
    for delay in (0.0, 0.004, 0.01, 0.02, 0.04):
        process = subprocess.Popen(
            [sys.executable, "-c", CONVERT, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        process.kill()
        process.wait()
        process.stdout.close()
        await assert_whole(path, None if is_plain(path) else KEY)
        if not is_plain(path):
            convert(path, KEY, None)
    convert(path, None, KEY)
    assert readable(path.parent) == set()


async def test_a_damaged_page_is_noticed(path: Path) -> None:
    """Every page carries a checksum: whoever changes the file cannot change what is in it."""
    await fill(path, KEY)
    content = bytearray(path.read_bytes())
    for place in range(4096 + 100, len(content), 4096):
        content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises((StoreUnavailable, KeyUnusable)):
        await assert_whole(path, KEY)


async def test_a_key_of_another_length_is_refused(path: Path) -> None:
    with pytest.raises(KeyUnusable, match="32 bytes"):
        await fill(path, b"short")


def test_a_file_that_is_not_there_is_fine(path: Path) -> None:
    check_file(path, KEY)
    assert is_plain(path) is None


async def test_without_the_extra_a_plain_store_works_and_a_key_says_what_to_install(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.sqlite_cipher.find_spec", lambda _: None)
    await fill(path, None)
    await assert_whole(path, None)
    with pytest.raises(DriverMissing, match=r"nunchi-bot\[encryption\]"):
        convert(path, None, KEY)
    with pytest.raises(DriverMissing):
        await fill(path.with_name("other.sqlite3"), KEY)
    await assert_whole(path, None)
