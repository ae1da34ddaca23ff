"""What only the SQLite store promises: files, processes, disks and versions."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from storage.errors import SchemaTooNew, StoreUnavailable
from storage.packing import EPOCH
from storage.records import Batch, Deletion, GuildSettings, Watermark
from storage.sqlite import SqliteStore
from storage.sqlite_schema import MIGRATIONS, migrate
from tests.support.store_records import CHANNEL, FIRST_ID, GUILD, START, author, record

FAR = START.replace(year=2030)
BATCH = 25
KILLS = 8


async def ids(store: SqliteStore) -> list[int]:
    pages = [page async for page in store.scan(GUILD, EPOCH, FAR)]
    return [int(number) - FIRST_ID for page in pages for number in page.message_id]


def batch(number: int) -> Batch:
    first = number * BATCH
    records = tuple(map(record, range(first, first + BATCH)))
    return Batch(records, (), (Watermark(GUILD, CHANNEL, records[-1].message_id),))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store" / "nunchi.sqlite3"


class TestVersions:
    @pytest.fixture
    def old_file(self, path: Path) -> Path:
        """A file of the first version, with one guild."""
        path.parent.mkdir()
        connection = sqlite3.connect(path)
        migrate(connection, MIGRATIONS[:1])
        connection.execute("INSERT INTO settings VALUES (5, '{\"guild_id\": 5}')")
        connection.commit()
        connection.close()
        return path

    async def test_an_older_file_is_brought_forward(self, old_file: Path) -> None:
        newer = (*MIGRATIONS, ("ALTER TABLE message ADD COLUMN mood TEXT", "DELETE FROM opt_out"))
        async with SqliteStore(old_file, migrations=newer) as store:
            assert await store.settings(5) == GuildSettings(5)
            assert await store.apply(batch(0)) == BATCH
        async with SqliteStore(old_file, migrations=newer) as store:
            assert len(await ids(store)) == BATCH

    async def test_a_newer_file_is_refused(self, old_file: Path) -> None:
        async with SqliteStore(old_file, migrations=(*MIGRATIONS, ())):
            pass
        with pytest.raises(SchemaTooNew, match="newer version"):
            async with SqliteStore(old_file):
                pass

    async def test_a_migration_that_fails_changes_nothing(self, old_file: Path) -> None:
        broken = (*MIGRATIONS, ("DROP TABLE settings", "NONSENSE"))
        with pytest.raises(StoreUnavailable, match="NONSENSE"):
            async with SqliteStore(old_file, migrations=broken):
                pass
        async with SqliteStore(old_file) as store:
            assert await store.settings(5) == GuildSettings(5)


class TestFiles:
    async def test_only_the_owner_reads_it(self, path: Path) -> None:
        async with SqliteStore(path) as store:
            await store.apply(batch(0))
            modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
            assert modes == {0o600}

    async def test_it_is_written_ahead(self, path: Path) -> None:
        async with SqliteStore(path):
            connection = sqlite3.connect(path)
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            connection.close()

    async def test_a_file_of_another_kind(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(b"this is no database at all" * 100)
        with pytest.raises(StoreUnavailable, match="not a database"):
            async with SqliteStore(path):
                pass

    async def test_a_place_that_cannot_be(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("not a folder", "utf-8")
        with pytest.raises(StoreUnavailable, match="cannot be created") as caught:
            async with SqliteStore(tmp_path / "file" / "nunchi.sqlite3"):
                pass
        assert "\n" not in str(caught.value)

    async def test_a_folder_is_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(StoreUnavailable, match="unable to open"):
            async with SqliteStore(tmp_path):
                pass

    async def test_opened_for_the_first_time_by_many_at_once(self, path: Path) -> None:
        async def use(number: int) -> int:
            async with SqliteStore(path) as store:
                return await store.apply(batch(number))

        assert await asyncio.gather(*map(use, range(6))) == [BATCH] * 6


class TestTrouble:
    async def test_a_disk_that_comes_back(self, path: Path) -> None:
        async with SqliteStore(path) as store:
            await store.apply(batch(0))
            away = path.parent.rename(path.parent.with_name("away"))
            for _ in range(2):
                with pytest.raises(StoreUnavailable, match="put it back"):
                    await store.apply(batch(1))
                with pytest.raises(StoreUnavailable, match="put it back"):
                    await ids(store)
            away.rename(path.parent)
            await store.ping()
            await store.apply(batch(1))
            assert await ids(store) == list(range(2 * BATCH))

    async def test_a_file_that_vanished_is_not_made_anew(self, path: Path) -> None:
        async with SqliteStore(path) as store:
            path.unlink()
            with pytest.raises(StoreUnavailable, match="moved or replaced"):
                await store.apply(batch(0))
            assert not path.exists()

    async def test_another_file_in_its_place_is_not_touched(self, path: Path) -> None:
        backup = path.with_name("backup.sqlite3")
        async with SqliteStore(backup) as store:
            await store.apply(batch(3))
        async with SqliteStore(path) as store:
            await store.apply(batch(0))
            backup.replace(path)
            for _ in range(2):
                with pytest.raises(StoreUnavailable, match="moved or replaced"):
                    await store.apply(batch(4))

    async def test_a_connection_that_failed_is_opened_again(self, path: Path) -> None:
        async with SqliteStore(path) as store:
            other = sqlite3.connect(path)
            other.execute("ALTER TABLE watermark RENAME TO aside")
            with pytest.raises(StoreUnavailable, match="no such table"):
                await store.apply(batch(0))
            other.execute("ALTER TABLE aside RENAME TO watermark")
            other.close()
            assert await store.apply(batch(0)) == BATCH
            assert await ids(store) == list(range(BATCH))

    async def test_a_lock_that_is_held_too_long(self, path: Path) -> None:
        async with SqliteStore(path, busy_timeout=0.1) as store:
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnavailable, match="locked"):
                await store.apply(batch(0))
            assert await ids(store) == []  # reading goes on
            other.execute("ROLLBACK")
            assert await store.apply(batch(0)) == BATCH
            other.close()

    async def test_a_damaged_file(self, path: Path) -> None:
        async with SqliteStore(path) as store:
            for number in range(40):
                await store.apply(batch(number))
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * (size - 4096))
        with pytest.raises(StoreUnavailable, match="malformed"):
            async with SqliteStore(path) as store:
                await store.delete_author(GUILD, author(1), START)

    async def test_a_mistake_of_ours_is_not_taken_for_trouble(self, path: Path) -> None:
        broken = record(1, language=None)
        async with SqliteStore(path) as store:
            with pytest.raises(sqlite3.IntegrityError):
                await store.apply(Batch((record(0), broken)))
            assert await ids(store) == []


WRITER = f"""
import asyncio, sys
from pathlib import Path
from storage.sqlite import SqliteStore
sys.path.insert(0, sys.argv[2])
from tests.storage.test_sqlite_store import batch

async def write(first, count):
    async with SqliteStore(Path(sys.argv[1])) as store:
        for number in range(first, first + count):
            assert await store.apply(batch(number)) == {BATCH}
            print(number, flush=True)

asyncio.run(write(int(sys.argv[3]), int(sys.argv[4])))
"""


def writer(path: Path, first: int, count: int) -> subprocess.Popen[str]:
    root = str(Path(__file__).parents[2])
    arguments = [str(path), root, str(first), str(count)]
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, *arguments], stdout=subprocess.PIPE, text=True
    )


class TestProcesses:
    async def test_two_write_one_file(self, path: Path) -> None:
        count = 60
        writers = [writer(path, first, count) for first in (0, count)]
        for process in writers:
            await asyncio.to_thread(process.communicate, timeout=60)
            assert process.returncode == 0
        async with SqliteStore(path) as store:
            assert await ids(store) == list(range(2 * count * BATCH))
            newest = FIRST_ID + 2 * count * BATCH - 1
            assert await store.watermarks(GUILD) == {CHANNEL: newest}

    @pytest.mark.kill
    async def test_kill_9_loses_no_acknowledged_batch_and_leaves_no_half(self, path: Path) -> None:
        chance = random.Random(5)
        acknowledged: set[int] = set()
        for turn in range(KILLS):
            process = writer(path, turn * 100_000, 100_000)
            assert process.stdout is not None
            acknowledged.add(int(process.stdout.readline()))
            time.sleep(chance.uniform(0, 0.2))
            process.kill()
            acknowledged.update(map(int, process.communicate()[0].split()))
        async with SqliteStore(path) as store:
            present = await ids(store)
            marks = await store.watermarks(GUILD)
        batches = {number // BATCH for number in present}
        assert len(acknowledged) > KILLS
        assert acknowledged <= batches
        assert len(present) == len(batches) * BATCH
        assert marks == {CHANNEL: FIRST_ID + max(batches) * BATCH + BATCH - 1}


@pytest.mark.parametrize(
    ("batch_written", "level"),
    [
        (Batch((record(1),), watermarks=(Watermark(GUILD, CHANNEL, FIRST_ID),)), 1),
        (Batch((record(1),), (Deletion(GUILD, (FIRST_ID,)),)), 2),
    ],
    ids=["additions", "deletions"],
)
async def test_only_additions_do_not_wait_for_the_disk(
    tmp_path: Path, batch_written: Batch, level: int
) -> None:
    async with SqliteStore(tmp_path / "store.sqlite3") as store:
        await store.apply(batch_written)
        assert await synchronous(store) == level
        await store.opt_out(GUILD, author(1), START)
        assert await synchronous(store) == 2


async def synchronous(store: SqliteStore) -> int:
    assert store._writer is not None
    level: int = await store._writer.run(
        lambda connection: connection.execute("PRAGMA synchronous").fetchone()[0]
    )
    return level
