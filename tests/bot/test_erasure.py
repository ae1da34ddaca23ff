"""Refusing and erasing by Discord commands, proved on the bytes that a store keeps afterwards."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bson
import pytest
from pymongo import MongoClient

from bot.importing.importer import Wishes
from bot.importing.run import files_in, import_files
from bot.sandbox.messages import Message
from bot.sandbox.server import Sandbox
from bot.views import privacy
from storage.open import open_store
from storage.records import ConsentMode, Feedback
from tests.support.camp import HAPPY, SAD, Camp, pitch
from tests.support.exports import document, exported, write
from tests.support.mongodb_server import any_server, fresh_database, store_url
from tests.support.running_bot import ago, monitor, running, settled, stored_ids

pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture(scope="module")
def mongodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with any_server(tmp_path_factory.mktemp("mongodb")) as address:
        yield address


@pytest.fixture
async def server() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running_server:
        yield running_server


@pytest.fixture(params=["sqlite", "mongodb"])
async def camp(request: pytest.FixtureRequest, server: Sandbox, tmp_path: Path) -> Camp:
    if request.param == "sqlite":
        return await pitch(server, tmp_path)
    url = store_url(request.getfixturevalue("mongodb"), fresh_database(), "")
    return await pitch(server, tmp_path, store=url)


def kept_bytes(camp: Camp) -> bytes:
    """Return everything that the store keeps: its files, or its documents as they travel."""
    if camp.url.startswith("sqlite"):
        files = sorted(camp.database.parent.glob(f"{camp.database.name}*"))
        assert camp.database in files
        return b"".join(path.read_bytes() for path in files)
    client: MongoClient[dict[str, object]] = MongoClient(camp.url)
    base = client.get_default_database()
    documents = [one for name in base.list_collection_names() for one in base[name].find()]
    client.close()
    return b"".join(map(bson.encode, documents))


def spellings(number: int) -> list[bytes]:
    """Return how a store may write an id: as text, in either order of bytes, as SQLite's key."""
    head = [number >> 8 >> 7 * place & 0x7F | 0x80 for place in range(7, -1, -1)]
    return [
        str(number).encode(),
        number.to_bytes(8, "big"),
        number.to_bytes(8, "little"),
        bytes([*head, number & 0xFF]),
    ]


def pseudonyms(author: bytes) -> list[bytes]:
    return [author, author.hex().encode(), urlsafe_b64encode(author).rstrip(b"=")]


async def leave_traces(camp: Camp, application) -> list[Message]:
    """Let a member who is an administrator too leave something of every kind."""
    admins = camp.guild.add_role("Organisers", camp.guild.everyone.permissions | 1 << 5)
    await camp.guild.set_member_roles(camp.member, [admins])
    messages = [await camp.say(HAPPY[n % 4]) for n in range(60)]
    await settled(application)
    services, now = application.services, datetime.now(UTC)
    await camp.guild.run_command(camp.member, "privacy opt-in", channel=camp.channel)
    await camp.guild.run_command(
        camp.member, "report schedule", {"channel": camp.channel}, channel=camp.channel
    )
    author = services.roster.author(camp.guild.id, camp.member.id)
    await services.privacy.show_own_mood(camp.guild.id, camp.member.id, now)
    await services.privacy.allow_links(camp.guild.id, camp.member.id, now)
    said = Feedback(camp.guild.id, messages[0].id, author, "joy", "anger", "words@1", now)
    await services.store.add_feedback(said)
    other = camp.guild.add_member("Mina")
    for n in range(60):
        await camp.guild.say(other, camp.channel, SAD[n % 4])
    await camp.server.flush()
    await settled(application)
    return messages


@pytest.mark.parametrize("how", ["opt-out", "delete"])
async def test_nothing_of_an_erased_member_is_left_but_the_keyed_hash(camp: Camp, how: str) -> None:
    async with running(camp.settings) as application:
        messages = await leave_traces(camp, application)
        services = application.services
        author = services.roster.author(camp.guild.id, camp.member.id)
        before = kept_bytes(camp)
        assert any(each in before for each in spellings(camp.member.id)), "as who planned reports"
        for message in messages:
            assert any(each in before for each in spellings(message.id))
        told = await camp.guild.run_command(camp.member, f"privacy {how}", channel=camp.channel)
        if how == "delete":
            told = await (await told.click(privacy.DELETE_CONFIRMED)).changed()
        for line in (
            "60 records were deleted.",
            "your choice to see your own mood",
            "your choice that reports may link to your joyful messages",
            "that you agreed to be measured",
            "1 opinion on a result",
            "your name in 1 setting of the server",
            "your name at",
        ):
            assert line in told.text, line
        after = kept_bytes(camp)
        status = await services.privacy.status(camp.guild.id, camp.member.id)
        assert (status.counts, status.kept.refused) == ({}, True)
    for content in (after, kept_bytes(camp)):
        hashes = sum(content.count(each) for each in pseudonyms(author))
        # MongoDB's documents carry it in their key as well.
        assert hashes == (1 if camp.url.startswith("sqlite") else 2)
        for number in (camp.member.id, *(message.id for message in messages)):
            assert not any(each in content for each in spellings(number))
        assert camp.member.name.encode() not in content
    async with running(camp.settings) as application:
        assert len(await stored_ids(application.services.store, camp.guild.id)) == 60


async def test_an_opt_out_survives_restarts_rejoining_and_importing_again(
    camp: Camp, tmp_path: Path
) -> None:
    async with running(camp.settings) as application:
        old = [await camp.say(HAPPY[n % 4], at=ago(days=2, minutes=n)) for n in range(3)]
        await camp.say(HAPPY[0])
        await settled(application)
        await camp.guild.run_command(camp.member, "privacy opt-out", channel=camp.channel)
        assert await stored_ids(application.services.store, camp.guild.id) == []
    await camp.say(SAD[0])
    async with running(camp.settings) as application:
        await camp.say(SAD[1])
        await settled(application)
        assert await stored_ids(application.services.store, camp.guild.id) == []
        await camp.guild.remove_member(camp.member)
        again = camp.guild.add_member(camp.member.name, user=camp.member.user)
        await camp.guild.say(again, camp.channel, SAD[2])
        await camp.server.flush()
        await settled(application)
        assert await stored_ids(application.services.store, camp.guild.id) == []
    history = [exported(message.id, HAPPY[0], user=camp.member.id) for message in reversed(old)]
    stranger = exported(old[0].id + 1, SAD[0], user=1234)
    file = write(
        tmp_path / "history.json",
        document([*history, stranger], guild=camp.guild.id, id=str(camp.channel.id)),
    )
    wishes = Wishes(unmonitored=True, overlap=True)
    outcome = await import_files(camp.settings, files_in([file]), wishes, lambda *_: None)
    assert outcome.total.read == 4
    async with open_store(camp.url) as store:
        assert await stored_ids(store, camp.guild.id) == [old[0].id + 1], "the stranger's only"


async def test_what_was_written_before_agreeing_is_never_taken(
    server: Sandbox, tmp_path: Path
) -> None:
    """Catch-up and an import look at everything again, and leave it out all the same."""
    camp = await pitch(server, tmp_path)
    other = camp.guild.add_member("Mina")
    async with running(camp.settings) as application:
        await application.services.privacy.change_consent_mode(camp.guild.id, ConsentMode.EXPLICIT)
        before = [await camp.say(HAPPY[n % 4], at=ago(hours=1, minutes=n)) for n in range(3)]
        await settled(application)
    before.append(await camp.say(HAPPY[1]))
    async with running(camp.settings) as application:
        agreed = await camp.guild.run_command(camp.member, "privacy opt-in", channel=camp.channel)
        assert "Thank you." in agreed.text
        after = await camp.say(HAPPY[2])
        await camp.guild.say(other, camp.channel, SAD[0])
        await camp.expect(application, [after])
    later = await camp.say(HAPPY[3])
    await before[-1].edit("I am happy that this stays away")
    messages = [
        exported(each.id, HAPPY[0], user=camp.member.id) for each in (*before, after, later)
    ]
    file = write(
        tmp_path / "history.json",
        document(messages, guild=camp.guild.id, id=str(camp.channel.id)),
    )
    wishes = Wishes(unmonitored=True, overlap=True)
    await import_files(camp.settings, files_in([file]), wishes, lambda *_: None)
    async with running(camp.settings) as application:
        await camp.expect(application, [after, later])


async def test_a_switch_that_a_crash_interrupted_is_completed(
    server: Sandbox, tmp_path: Path
) -> None:
    camp = await pitch(server, tmp_path)
    async with running(camp.settings) as application:
        await camp.expect(application, [await camp.say(HAPPY[0])])
    # The mode was written, and the process died before it deleted.
    await monitor(camp.url, camp.guild, [camp.channel], consent=ConsentMode.EXPLICIT)
    async with running(camp.settings) as application:
        assert await stored_ids(application.services.store, camp.guild.id) == []


async def test_somebody_who_opted_out_of_one_server_is_measured_in_another(
    server: Sandbox, tmp_path: Path
) -> None:
    camp = await pitch(server, tmp_path)
    async with running(camp.settings) as application:
        roster, day = application.services.roster, datetime.now(UTC) - timedelta(days=1)
        await camp.guild.run_command(camp.member, "privacy opt-out", channel=camp.channel)
        author = roster.author(camp.guild.id + 1, camp.member.id)
        assert roster.accepts(camp.guild.id + 1, author, int(day.timestamp()) << 32)
