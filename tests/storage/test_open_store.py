from __future__ import annotations

import sys
from pathlib import Path

import pytest

from storage.errors import DriverMissing, InvalidStoreUrl
from storage.mongodb import MongoStore
from storage.open import open_store, redact
from storage.sqlite import SqliteStore
from storage.store import Store


async def test_a_relative_file_and_its_folder_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_store("sqlite:///data/my%20store.sqlite3") as store:
        await store.ping()
    assert (tmp_path / "data" / "my store.sqlite3").is_file()


async def test_an_absolute_file(tmp_path: Path) -> None:
    async with open_store(f"sqlite:///{tmp_path}/a.sqlite3") as store:
        assert isinstance(store, SqliteStore)
    assert (tmp_path / "a.sqlite3").is_file()


def test_nothing_happens_before_it_is_entered(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/a.sqlite3")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "/var/lib/nunchi.sqlite3",
        "postgresql://user:s3cret@host/db",
        "sqlite:",
        "sqlite://",
        "sqlite:///",
        "sqlite:///folder/",
        "sqlite://host/file.sqlite3",
        "sqlite:///:memory:",
        "sqlite:///file.sqlite3?mode=ro",
        "mongodb://",
        "mongodb://user:s3cret@host:port/db",
        "mongodb://user:s3cr@t@host/db",
        "mongodb://user:s3cret@host/db?driver=mongoengine",
        "mongodb://user:s3cret@host/a$b?w=1",
        "mongodb://user:s3cret@host/db?tls=perhaps",
        "mongodb://user:s3cret@host/db?noSuchOption=1",
        "mongodb://[::1/db",
    ],
)
def test_what_cannot_be_understood_is_one_line_without_secrets(url: str) -> None:
    with pytest.raises(InvalidStoreUrl) as caught:
        open_store(url)
    shown = str(caught.value)
    assert shown
    assert "\n" not in shown
    assert "s3cr" not in shown
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:///data/nunchi.sqlite3", "sqlite:///data/nunchi.sqlite3"),
        ("mongodb://host/db", "mongodb://host/db"),
        ("mongodb://user:pw@a,b:1/db?w=1", "mongodb://***@a,b:1/db?w=1"),
        ("mongodb+srv://user:p@s/w?x@host/db", "mongodb+srv://***@host/db"),
        ("user:pw@host", "***@host"),
        (
            "mongodb://h/?tlsCertificateKeyFilePassword=pw&w=1&proxyPassword=pw",
            "mongodb://h/?tlsCertificateKeyFilePassword=***&w=1&proxyPassword=***",
        ),
        (
            "mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:pw",
            "mongodb://h/?authMechanismProperties=***",
        ),
    ],
)
def test_redacting(url: str, shown: str) -> None:
    assert redact(url) == shown


@pytest.mark.parametrize(
    "url",
    [
        "mongodb://127.0.0.1:1/db",
        "mongodb://127.0.0.1:1",
        "mongodb://a,b:27018/db?replicaSet=rs&driver=motor&w=1",
        "MONGODB://h/db?driver=pymongo",
        "mongodb+srv://cluster.example/db?driver=motor",
    ],
)
def test_mongodb_addresses(url: str) -> None:
    store: Store = open_store(url)
    assert isinstance(store, MongoStore)


@pytest.mark.parametrize(
    ("module", "option", "extra"),
    [("pymongo", "", "mongodb"), ("motor", "?driver=motor", "motor")],
)
def test_a_missing_driver_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, module: str, option: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(DriverMissing, match=rf"nunchi-bot\[{extra}\]"):
        open_store(f"mongodb://host/db{option}")
