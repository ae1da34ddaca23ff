from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.open import open_store
from storage.store import Store
from tests.support.mongodb_server import any_server, fresh_database, store_url

BACK_ENDS = ("sqlite", "mongodb", "motor")


@pytest.fixture(scope="session")
def mongodb_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with any_server(tmp_path_factory.mktemp("mongodb")) as address:
        yield address


@pytest.fixture(params=BACK_ENDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store of its own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/nunchi.sqlite3"
    server = request.getfixturevalue("mongodb_address")
    driver = "driver=motor" if request.param == "motor" else ""
    return store_url(server, fresh_database(), driver)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with open_store(url) as opened:
        yield opened
