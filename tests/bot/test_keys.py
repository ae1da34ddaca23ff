"""``nunchi keys`` and ``nunchi store``, as an operator uses them."""

from __future__ import annotations

import asyncio
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import nunchi
from bot.doctor import machine, parts
from bot.doctor.finding import Speaker, Status
from bot.keeping import ring_of, store_of
from bot.sandbox.server import Sandbox
from bot.settings import Settings, load_settings
from storage.errors import KeyUnusable
from storage.leases import AT_WORK, EVERYWHERE, Lease
from storage.records import Batch, GuildSettings, MonitoredChannel
from tests.support.camp import HAPPY, pitch
from tests.support.running_bot import running, settings_for
from tests.support.store_records import GUILD, START, record

KEY = "k" * 32


@pytest.fixture
def place(tmp_path: Path) -> dict[str, str]:
    return {"NUNCHI_DATA_DIR": str(tmp_path)}


def ask(place: dict[str, str], *words: str) -> Result:
    bare = {name: None for name in os.environ if name.startswith("NUNCHI_")}
    env_file = Path(place["NUNCHI_DATA_DIR"]) / ".env"
    env_file.touch()
    arguments = ["--env-file", str(env_file), *words]
    return CliRunner().invoke(nunchi, arguments, env={**bare, **place})


def settings_at(place: dict[str, str]) -> Settings:
    return load_settings(None, place)


def fill(place: dict[str, str]) -> bytes:
    """Write a record as the bot would, and return its pseudonym."""

    async def write() -> bytes:
        settings = settings_at(place)
        async with store_of(settings) as store:
            ring = ring_of(settings)
            author = ring.pseudonymiser(await store.adopt_keys(ring)).author(GUILD, 4)
            await store.save_settings(GuildSettings(GUILD))
            await store.apply(Batch((record(1, author=author), record(2, author=author))))
            await store.opt_out(GUILD, ring.pseudonymiser(1).author(GUILD, 5), START)
            return author

    return asyncio.run(write())


def kept(place: dict[str, str], user: int) -> int:
    """Return how many records the bot would find of a user."""

    async def count() -> int:
        settings = settings_at(place)
        async with store_of(settings) as store:
            ring = ring_of(settings)
            names = ring.pseudonymiser(await store.adopt_keys(ring))
            refused = await store.opted_out(GUILD)
            assert refused == {names.author(GUILD, 5)}
            return await store.count_author(GUILD, names.author(GUILD, user))

    return asyncio.run(count())


def at_work(place: dict[str, str]) -> None:
    async def take() -> None:
        now = datetime.now(UTC)
        async with store_of(settings_at(place)) as store:
            lease = Lease(EVERYWHERE, f"{AT_WORK}x", "x", now + timedelta(minutes=1))
            assert await store.take_lease(lease, now)

    asyncio.run(take())


class TestRotation:
    def test_everybody_is_found_under_the_new_key(self, place: dict[str, str]) -> None:
        old = fill(place)
        done = ask(place, "keys", "rotate")
        assert done.exit_code == 0, done.output
        assert "3 rows have a new pseudonym (message 2, opt_out 1)" in done.output
        assert kept(place, 4) == 2
        folder = Path(place["NUNCHI_DATA_DIR"])
        assert old not in b"".join(each.read_bytes() for each in folder.glob("nunchi*"))
        assert (folder / "pseudonym.key").stat().st_size == 64
        assert stat.S_IMODE((folder / "pseudonym.key").stat().st_mode) == 0o600

    def test_only_fingerprints_are_shown(self, place: dict[str, str]) -> None:
        fill(place)
        ask(place, "keys", "rotate")
        shown = ask(place, "keys", "show").output
        ring = ring_of(settings_at(place))
        assert [line.split()[1] for line in shown.splitlines()[1:]] == list(ring.fingerprints())
        assert "in force" in shown.splitlines()[-1]
        assert "wrapped by the next" in shown
        content = (Path(place["NUNCHI_DATA_DIR"]) / "pseudonym.key").read_bytes()
        assert content[:32].hex() not in shown
        assert content[32:].hex() not in shown

    def test_a_bot_at_work_stands_in_the_way(self, place: dict[str, str]) -> None:
        fill(place)
        at_work(place)
        refused = ask(place, "keys", "rotate")
        assert refused.exit_code == 69
        assert "stop the bot" in refused.output
        assert kept(place, 4) == 2
        assert (Path(place["NUNCHI_DATA_DIR"]) / "pseudonym.key").stat().st_size == 32

    def test_a_key_of_the_environment_is_followed_by_one_of_the_environment(
        self, place: dict[str, str]
    ) -> None:
        place["NUNCHI_PSEUDONYM_KEY"] = KEY
        fill(place)
        refused = ask(place, "keys", "rotate")
        assert refused.exit_code == 78
        assert "NUNCHI_PSEUDONYM_NEW_KEYS" in refused.output
        place["NUNCHI_PSEUDONYM_NEW_KEYS"] = "n" * 32
        assert kept(place, 4) == 2  # it waits
        assert ask(place, "keys", "rotate").exit_code == 0
        assert kept(place, 4) == 2
        del place["NUNCHI_PSEUDONYM_NEW_KEYS"]
        with pytest.raises(KeyUnusable):
            kept(place, 4)

    def test_without_a_store_there_is_nothing_to_rotate(self, place: dict[str, str]) -> None:
        assert "no database" in ask(place, "keys", "rotate").output
        assert "no pseudonym key yet" in ask(place, "keys", "show").output


class TestEncryption:
    def test_there_and_back(self, place: dict[str, str]) -> None:
        author = fill(place)
        folder = Path(place["NUNCHI_DATA_DIR"])
        done = ask(place, "store", "encrypt")
        assert done.exit_code == 0, done.output
        assert author not in (folder / "nunchi.sqlite3").read_bytes()
        assert stat.S_IMODE((folder / "store.key").stat().st_mode) == 0o600
        assert kept(place, 4) == 2
        assert "already" in ask(place, "store", "encrypt").output
        assert ask(place, "store", "decrypt").exit_code == 0
        assert {each.name for each in folder.iterdir()} == {
            ".env",
            "nunchi.sqlite3",
            "pseudonym.key",
        }
        assert kept(place, 4) == 2

    def test_with_a_key_of_the_environment(self, place: dict[str, str]) -> None:
        fill(place)
        keyed = {**place, "NUNCHI_STORE_KEY": "s" * 32}
        with pytest.raises(KeyUnusable, match="nunchi store encrypt"):
            kept(keyed, 4)
        assert ask(keyed, "store", "encrypt").exit_code == 0
        assert kept(keyed, 4) == 2
        with pytest.raises(KeyUnusable, match="NUNCHI_STORE_KEY"):
            kept(place, 4)
        assert not (Path(place["NUNCHI_DATA_DIR"]) / "store.key").exists()
        assert "Unset" in ask(keyed, "store", "decrypt").output
        assert kept(place, 4) == 2

    def test_a_bot_at_work_stands_in_the_way(self, place: dict[str, str]) -> None:
        fill(place)
        at_work(place)
        refused = ask(place, "store", "encrypt")
        assert (refused.exit_code, "stop the bot" in refused.output) == (69, True)
        assert kept(place, 4) == 2

    def test_killed_between_the_file_and_its_key(self, place: dict[str, str]) -> None:
        """The database is encrypted already, and the key has not got its name yet; and back."""
        fill(place)
        ask(place, "store", "encrypt")
        folder = Path(place["NUNCHI_DATA_DIR"])
        (folder / "store.key").rename(folder / "store.key.new")
        assert kept(place, 4) == 2
        assert ask(place, "store", "encrypt").exit_code == 0
        assert (folder / "store.key").exists()
        assert kept(place, 4) == 2

    def test_a_server_encrypts_by_itself(self, place: dict[str, str]) -> None:
        place["NUNCHI_STORE"] = "mongodb://127.0.0.1:1/x"
        assert "docs/storage.md" in ask(place, "store", "encrypt").output

    async def test_the_doctor_warns_of_a_server_that_is_reached_in_the_clear(self) -> None:
        say = Speaker("en")
        far = settings_at({"NUNCHI_STORE": "mongodb://me:hunter2@db.example/x"})
        finding = await machine.encryption(far, say)
        assert (finding.status, "tls=true" in finding.advice) == (Status.WARN, True)
        near = settings_at({"NUNCHI_STORE": "mongodb://127.0.0.1/x"})
        assert (await machine.encryption(near, say)).status is Status.OK

    async def test_the_doctor_sees_it(self, place: dict[str, str]) -> None:
        settings, say = settings_at(place), Speaker("en")
        await asyncio.to_thread(fill, place)
        assert "nunchi store encrypt" in (await machine.encryption(settings, say)).detail
        await asyncio.to_thread(ask, place, "store", "encrypt")
        assert (await machine.encryption(settings, say)).detail.endswith("encrypted")
        assert (await parts.store(settings, say)).status is Status.OK
        key = settings.data_dir / "store.key"
        key.chmod(0o644)
        assert (await machine.encryption(settings, say)).status is Status.WARN
        key.unlink()
        lost = await parts.store(settings, say)
        assert lost.status is Status.FAIL
        assert "Restore NUNCHI_STORE_KEY" in lost.advice


def test_a_server_is_forgotten_without_a_trace(place: dict[str, str]) -> None:
    author = fill(place)
    assert ask(place, "store", "forget-guild", str(GUILD)).exit_code == 1  # nobody said yes
    assert kept(place, 4) == 2
    done = ask(place, "store", "forget-guild", str(GUILD), "--yes")
    assert "2 records" in done.output
    assert kept(place, 4) == 0
    folder = Path(place["NUNCHI_DATA_DIR"])
    assert author not in b"".join(each.read_bytes() for each in folder.glob("nunchi*"))


async def test_a_running_bot_is_seen_and_a_stopped_one_is_not(tmp_path: Path) -> None:
    async with Sandbox() as server:
        camp = await pitch(server, tmp_path)
        place = {
            "NUNCHI_DATA_DIR": str(tmp_path),
            "NUNCHI_STORE": camp.url,
        }
        async with running(camp.settings) as application:
            await camp.expect(application, [await camp.say(HAPPY[0])])
            refused = await asyncio.to_thread(ask, place, "keys", "rotate")
            assert "stop the bot" in refused.output
        before = camp.rows("author")
        assert (await asyncio.to_thread(ask, place, "keys", "rotate")).exit_code == 0
        assert camp.rows("author") != before
        async with running(camp.settings) as application:
            roster = application.services.roster
            author = roster.author(camp.guild.id, camp.member.id)
            assert await application.services.store.count_author(camp.guild.id, author) == 1


async def test_a_bot_works_on_an_encrypted_store_and_leaves_nothing_readable(
    tmp_path: Path,
) -> None:
    async with Sandbox() as server:
        camp = await pitch(server, tmp_path)
        camp.database.unlink()
        settings = settings_for(server, tmp_path, store_key="s" * 32)
        async with store_of(settings) as store:
            channel = MonitoredChannel(camp.channel.id, 0)
            await store.save_settings(GuildSettings(camp.guild.id, channels=(channel,)))
        async with running(settings) as application:
            messages = [await camp.say(text) for text in HAPPY]
            await camp.expect(application, messages)
            author = application.services.roster.author(camp.guild.id, camp.member.id)
            model = application.services.classifier.info.model
            raw = b"".join(each.read_bytes() for each in tmp_path.glob("bot.sqlite3*"))
            assert len(raw) > 4096
            assert author not in raw
            assert model.encode() not in raw
            assert b"CREATE TABLE" not in raw
        async with running(settings) as application:
            await camp.expect(application, messages)
