"""What only the MongoDB store promises: servers that die, credentials and versions."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator

import pytest
from bson.int64 import Int64
from pymongo import AsyncMongoClient

from storage.errors import InvalidStoreUrl, SchemaTooNew, StoreUnavailable
from storage.mongodb import MongoStore
from storage.mongodb_schema import MIGRATIONS, Database
from storage.open import open_store
from storage.packing import EPOCH
from storage.records import FOREVER, Batch, GuildSettings, Watermark
from storage.store import Store
from tests.support.mongodb_server import (
    MongoServer,
    free_port,
    fresh_database,
    running_server,
    store_url,
)
from tests.support.store_records import CHANNEL, FIRST_ID, GUILD, START, author, record

FAR = START.replace(year=2030)
# When a server dies while Motor's threads connect to it, now and then the driver drops a socket
# without closing it, which Python reports when the garbage is collected.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
)

DRIVERS = ("pymongo", "motor")
PATIENCE = "serverSelectionTimeoutMS=500"


@pytest.fixture(autouse=True)
def own_garbage() -> Iterator[None]:
    """Collect here what this module drops, where the filter above applies."""
    yield
    gc.collect()


async def ids(store: Store) -> list[int]:
    pages = [page async for page in store.scan(GUILD, EPOCH, FAR)]
    return [int(number) - FIRST_ID for page in pages for number in page.message_id]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    with running_server(tmp_path_factory.mktemp("mongodb")) as running:
        yield running


@pytest.fixture
def database(mongodb_address: str) -> str:
    return store_url(mongodb_address, fresh_database())


@pytest.mark.parametrize("driver", DRIVERS)
class TestTrouble:
    async def test_a_server_that_dies_and_comes_back(
        self, server: MongoServer, driver: str
    ) -> None:
        url = server.url(f"died_{driver}", f"{PATIENCE}&driver={driver}")
        async with open_store(url) as store:
            await store.apply(Batch((record(1),)))
            server.kill()
            begun = time.monotonic()
            with pytest.raises(StoreUnavailable) as caught:
                await store.apply(Batch((record(2),)))
            with pytest.raises(StoreUnavailable):
                await ids(store)
            assert time.monotonic() - begun < 5
            assert "\n" not in str(caught.value)
            server.start()
            assert await store.apply(Batch((record(2),))) == 1
            assert await ids(store) == [1, 2]

    @pytest.mark.kill
    async def test_batches_that_are_tried_again_arrive_once(
        self, server: MongoServer, driver: str
    ) -> None:
        url = server.url(f"again_{driver}", f"{PATIENCE}&driver={driver}")
        refusals = 0
        size, count = 20, 60

        async def keep_trying(store: Store, batch: Batch) -> None:
            nonlocal refusals
            for _ in range(100):
                try:
                    await store.apply(batch)
                except StoreUnavailable:
                    refusals += 1
                    await asyncio.sleep(0.05)
                else:
                    return

        async def write(store: Store) -> None:
            for first in range(0, size * count, size):
                records = tuple(map(record, range(first, first + size)))
                mark = Watermark(GUILD, CHANNEL, records[-1].message_id)
                await keep_trying(store, Batch(records, (), (mark,)))

        async with open_store(url) as store:
            writing = asyncio.create_task(write(store))
            for _ in range(3):
                await asyncio.sleep(0.15)
                await asyncio.to_thread(server.restart)
            await writing
            assert await ids(store) == list(range(size * count))
            assert await store.watermarks(GUILD) == {CHANNEL: FIRST_ID + size * count - 1}
        assert refusals

    async def test_nobody_there_at_the_start(self, driver: str) -> None:
        place = f"127.0.0.1:{free_port()}"
        store = open_store(f"mongodb://me:s3cret@{place}/db?{PATIENCE}&driver={driver}")
        begun = time.monotonic()
        with pytest.raises(StoreUnavailable, match=place) as caught:
            async with store:
                pass
        assert time.monotonic() - begun < 3
        shown = str(caught.value)
        assert "s3cret" not in shown
        assert "\n" not in shown
        assert len(shown) < 250


class TestVersions:
    async def test_an_older_database_is_brought_forward(self, database: str) -> None:
        async def add_a_field(opened: Database) -> None:
            await opened["messages"].update_many({}, {"$set": {"m": "newer@1"}})

        async with MongoStore(database, driver="pymongo") as store:
            await store.apply(Batch((record(1),)))
        newer = (*MIGRATIONS, add_a_field)
        for _ in range(2):
            async with MongoStore(database, driver="pymongo", migrations=newer) as store:
                (page,) = [page async for page in store.scan(GUILD, EPOCH, FAR)]
                assert page.models == ("newer@1",)

    async def test_a_newer_database_is_refused(self, database: str) -> None:
        async def nothing(opened: Database) -> None:
            del opened

        newer = (*MIGRATIONS, nothing)
        async with MongoStore(database, driver="pymongo", migrations=newer) as store:
            await store.save_settings(GuildSettings(GUILD))
        with pytest.raises(SchemaTooNew, match="newer version"):
            async with open_store(database):
                pass


class TestOptOuts:
    async def test_what_a_dead_process_left_behind_goes_at_the_next_start(
        self, database: str
    ) -> None:
        async with MongoStore(database, driver="pymongo") as store:
            await store.apply(Batch((record(1), record(2))))
            await store.opt_out(GUILD, author(3), START)
            # As if the process had died between writing this batch and looking again.
            await store.apply(Batch((record(6), record(3, author=author(4)))))
            client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(database)
            leftovers = client.get_default_database()["messages"]
            stored = await leftovers.find_one({"_id": record(6).message_id})
            assert stored is not None
            optouts = client.get_default_database()["optouts"]
            refusal = {"g": stored["g"], "a": stored["a"], "u": Int64(FOREVER)}
            await optouts.insert_one({"_id": f"{stored['g']}:{stored['a']}", **refusal})
            await client.close()
        async with open_store(database) as reopened:
            assert await ids(reopened) == [2, 3]


@pytest.mark.parametrize("driver", DRIVERS)
async def test_without_a_name_the_database_is_ours(server: MongoServer, driver: str) -> None:
    async with open_store(f"mongodb://127.0.0.1:{server.port}/?driver={driver}") as store:
        await store.save_settings(GuildSettings(GUILD, theme=driver))
    async with open_store(server.url("nunchi")) as named:
        assert await named.settings(GUILD) == GuildSettings(GUILD, theme=driver)


async def test_an_srv_address_without_a_name_is_unavailable() -> None:
    store = open_store("mongodb+srv://me:s3cret@cluster.invalid/db")
    with pytest.raises((StoreUnavailable, InvalidStoreUrl)) as caught:
        async with store:
            pass
    assert "s3cret" not in str(caught.value)
