"""TLS and passwords on the way to MongoDB: what the real drivers check, and what they never say."""

from __future__ import annotations

import asyncio
import gc
import logging
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus

import pytest
import trustme

from storage.errors import InvalidStoreUrl, StoreUnavailable
from storage.open import is_exposed, open_store, redact
from storage.records import Batch
from tests.storage.test_mongodb_store import ids
from tests.support.mongodb_gate import Gate
from tests.support.mongodb_server import fresh_database
from tests.support.store_records import record

DRIVERS = ("pymongo", "motor")
PASSWORD = "p@ss/w:ör%d?"
SECRET = quote_plus(PASSWORD)
PATIENCE = "serverSelectionTimeoutMS=1000"
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning",
    "ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning",
    # asyncio forgets the transport of a handshake that the other side breaks off.
    "ignore:Exception ignored in. <function _S:pytest.PytestUnraisableExceptionWarning",
    "ignore:unclosed transport:ResourceWarning",
)


@pytest.fixture(autouse=True)
def own_garbage() -> Iterator[None]:
    yield
    gc.collect()


@pytest.fixture
def port(mongodb_address: str) -> int:
    return int(mongodb_address.rpartition(":")[2].partition("/")[0].partition("?")[0])


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def server_side(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def address(gate: Gate, *options: str, who: str = "") -> str:
    query = "&".join((PATIENCE, *options))
    return f"mongodb://{who}127.0.0.1:{gate.port}/{fresh_database()}?{query}"


async def use(url: str) -> None:
    async with open_store(url) as store:
        await store.apply(Batch((record(1), record(2))))
        assert await ids(store) == [1, 2]


@pytest.fixture(params=DRIVERS)
def driver(request: pytest.FixtureRequest) -> str:
    return f"driver={request.param}"


async def test_a_certificate_of_the_named_authority_is_accepted(
    port: int, authority: trustme.CA, ca_file: Path, driver: str
) -> None:
    async with Gate(port, tls=server_side(authority)).opened() as gate:
        await use(address(gate, driver, "tls=true", f"tlsCAFile={ca_file}"))


async def test_an_unknown_authority_is_refused(
    port: int, authority: trustme.CA, driver: str
) -> None:
    async with Gate(port, tls=server_side(authority)).opened() as gate:
        with pytest.raises(StoreUnavailable, match=r"(?i)certificate"):
            await use(address(gate, driver, "tls=true"))


async def test_another_authority_is_refused(port: int, ca_file: Path, driver: str) -> None:
    async with Gate(port, tls=server_side(trustme.CA())).opened() as gate:
        with pytest.raises(StoreUnavailable, match=r"(?i)certificate"):
            await use(address(gate, driver, "tls=true", f"tlsCAFile={ca_file}"))


async def test_a_certificate_for_another_host_is_refused(
    port: int, authority: trustme.CA, ca_file: Path, driver: str
) -> None:
    async with Gate(port, tls=server_side(authority, "mongo.example")).opened() as gate:
        with pytest.raises(StoreUnavailable, match=r"(?i)certificate|mismatch"):
            await use(address(gate, driver, "tls=true", f"tlsCAFile={ca_file}"))


async def test_a_certificate_file_that_is_missing_is_named_without_the_password(
    port: int, driver: str
) -> None:
    async with Gate(port).opened() as gate:
        url = address(
            gate, driver, "tls=true", "tlsCAFile=/no/such/ca.pem", who=f"nunchi:{SECRET}@"
        )
        with pytest.raises(InvalidStoreUrl, match=r"/no/such/ca\.pem") as refused:
            await use(url)
    assert_hidden(str(refused.value))


async def test_the_right_password_opens_also_over_tls(
    port: int, authority: trustme.CA, ca_file: Path, driver: str
) -> None:
    guarded = Gate(port, tls=server_side(authority), user="nunchi", password=PASSWORD)
    async with guarded.opened() as gate:
        await use(
            address(
                gate,
                driver,
                "tls=true",
                f"tlsCAFile={ca_file}",
                "authMechanism=SCRAM-SHA-256",
                who=f"nunchi:{SECRET}@",
            )
        )
    await until_closed(gate)
    assert gate.let_in > 0


async def test_a_wrong_password_is_one_line_without_it(
    port: int, driver: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with Gate(port, user="nunchi", password=PASSWORD).opened() as gate:
        who = f"nunchi:{SECRET}-wrong@"
        url = address(gate, driver, "authMechanism=SCRAM-SHA-256", who=who)
        with pytest.raises(StoreUnavailable, match="Authentication failed") as refused:
            await use(url)
    assert_hidden(str(refused.value) + caplog.text + redact(url))
    await until_closed(gate)
    assert gate.turned_away > 0


async def test_without_a_password_nothing_is_read(port: int, driver: str) -> None:
    async with Gate(port, user="nunchi", password=PASSWORD).opened() as gate:
        with pytest.raises(StoreUnavailable, match="authentication"):
            await use(address(gate, driver))


def asking_for_certificates(authority: trustme.CA) -> ssl.SSLContext:
    context = server_side(authority)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def certificate(authority: trustme.CA, name: str, folder: Path) -> Path:
    """Return a file with a key and its certificate, as ``tlsCertificateKeyFile`` wants it."""
    path = folder / f"{name}.pem"
    made = authority.issue_cert("client.example", common_name=name)
    made.private_key_and_cert_chain_pem.write_to_path(str(path))
    return path


X509 = ("tls=true", "authMechanism=MONGODB-X509", "authSource=$external")


async def test_a_certificate_of_its_own_opens_instead_of_a_password(
    port: int, authority: trustme.CA, ca_file: Path, tmp_path: Path, driver: str
) -> None:
    own = certificate(authority, "nunchi", tmp_path)
    guarded = Gate(port, tls=asking_for_certificates(authority), subject="nunchi")
    async with guarded.opened() as gate:
        await use(
            address(gate, driver, *X509, f"tlsCAFile={ca_file}", f"tlsCertificateKeyFile={own}")
        )
    await until_closed(gate)
    assert gate.let_in > 0


async def test_the_certificate_of_somebody_else_does_not_open(
    port: int, authority: trustme.CA, ca_file: Path, tmp_path: Path, driver: str
) -> None:
    other = certificate(authority, "somebody", tmp_path)
    guarded = Gate(port, tls=asking_for_certificates(authority), subject="nunchi")
    async with guarded.opened() as gate:
        url = address(gate, driver, *X509, f"tlsCAFile={ca_file}", f"tlsCertificateKeyFile={other}")
        with pytest.raises(StoreUnavailable, match="Authentication failed"):
            await use(url)


async def test_without_a_certificate_of_its_own_the_handshake_ends(
    port: int, authority: trustme.CA, ca_file: Path, driver: str
) -> None:
    guarded = Gate(port, tls=asking_for_certificates(authority), subject="nunchi")
    async with guarded.opened() as gate:
        with pytest.raises(StoreUnavailable):
            await use(address(gate, driver, *X509, f"tlsCAFile={ca_file}"))
    assert gate.let_in == 0


def assert_hidden(text: str) -> None:
    assert SECRET not in text
    assert PASSWORD not in text
    assert "w:ör" not in text


async def until_closed(gate: Gate) -> None:
    """Conversations are counted when their connections end."""
    async with asyncio.timeout(60):
        while not gate.let_in + gate.turned_away:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("url", "exposed"),
    [
        ("sqlite:///x", False),
        ("mongodb://127.0.0.1:27017/x", False),
        ("mongodb://me:p%40ss@localhost,[::1]:5/x?appname=tls", False),
        ("mongodb://%2Ftmp%2Fmongodb-27017.sock/x", False),
        ("mongodb://me:pass@db.example/x", True),
        ("mongodb://localhost@db.example", True),
        ("mongodb://localhost,db.example/x?tls=false", True),
        ("mongodb://db.example/x?w=1&TLS=true", False),
        ("mongodb+srv://db.example/x", False),
    ],
)
def test_who_sends_records_in_the_clear_is_told(url: str, *, exposed: bool) -> None:
    assert is_exposed(url) is exposed
