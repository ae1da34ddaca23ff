"""What members decide holds at once and for good, and what they write is kept nowhere."""

from __future__ import annotations

import asyncio
import logging
import os
import stat
import sys

import pytest

from bot.sandbox.events import Intent
from bot.sandbox.server import Sandbox
from storage.errors import StoreUnavailable
from tests.support.camp import HAPPY, SAD, be_impatient, locked, pitch, pitch_beside
from tests.support.running_bot import BotProcess, ago, running, settled, until

CANARY = "zyzzogeton"
HISTORY = "GET /channels/{channel_id}/messages"
TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.s3cr3t-part_of-the_token"


@pytest.fixture
async def server():
    async with Sandbox() as running_server:
        yield running_server


@pytest.fixture
async def camp(server, tmp_path):
    return await pitch(server, tmp_path)


async def others_say(camp, text=HAPPY[0]):
    other = camp.guild.add_member("Mina")
    return await camp.guild.say(other, camp.channel, text)


async def run_privacy(camp, command):
    return await camp.guild.run_command(camp.member, f"privacy {command}", channel=camp.channel)


async def test_an_opt_out_forgets_at_once_and_holds_for_messages_edits_and_catch_up(camp):
    async with running(camp.settings) as application:
        mine, theirs = await camp.say(HAPPY[0]), await others_say(camp)
        await camp.expect(application, [mine, theirs])
        await run_privacy(camp, "opt-out")
        await camp.expect(application, [theirs])
        await camp.say(SAD[0])
        await mine.edit(SAD[1])
        await camp.expect(application, [theirs])
    await camp.say(SAD[2])
    await mine.edit(SAD[3])
    later = await others_say(camp)
    async with running(camp.settings) as application:
        await camp.expect(application, [theirs, later])


async def test_an_opt_out_holds_for_messages_that_are_being_read_from_the_past(server, camp):
    for n in range(250):
        await camp.say(HAPPY[n % 4])
    theirs = await others_say(camp)
    server.delay(HISTORY, 0.4, times=None)
    async with running(camp.settings, caught_up=False) as application:
        await until(lambda: len(camp.rows()) >= 100)
        await run_privacy(camp, "opt-out")
        server.clear_faults()
        await camp.expect(application, [theirs])


async def test_after_an_opt_in_new_messages_count_and_old_ones_stay_away(camp):
    async with running(camp.settings) as application:
        await camp.say(HAPPY[0])
        await run_privacy(camp, "opt-out")
        await camp.say(SAD[0])
        await camp.server.flush()
        await settled(application)
        await run_privacy(camp, "opt-in")
        mine = await camp.say(HAPPY[1])
        await camp.expect(application, [mine])


async def test_a_deletion_forgets_the_past_and_the_future_counts(camp):
    async with running(camp.settings) as application:
        mine, theirs = await camp.say(HAPPY[0]), await others_say(camp)
        await camp.expect(application, [mine, theirs])
        asked = await run_privacy(camp, "delete")
        await camp.expect(application, [mine, theirs])
        await asked.click("Delete my data")
        await until(lambda: camp.rows() == [(theirs.id,)])
        later = await camp.say(HAPPY[1])
        await camp.expect(application, [theirs, later])


async def test_what_was_deleted_is_not_caught_up_again(camp):
    """Catch-up reads the last two seconds before its mark twice."""
    async with running(camp.settings) as application:
        mine, theirs = await camp.say(HAPPY[0]), await others_say(camp)
        await camp.expect(application, [mine, theirs])
        receipt = await application.services.privacy.delete(camp.guild.id, camp.member.id)
        assert receipt.counts == {"records": 1}
        await camp.expect(application, [theirs])
    later = await others_say(camp)
    mine = await camp.say(HAPPY[2])
    async with running(camp.settings) as application:
        await camp.expect(application, [theirs, later, mine])


async def test_an_opt_out_holds_in_memory_while_the_store_is_away(camp, monkeypatch):
    be_impatient(monkeypatch)
    async with running(camp.settings) as application:
        mine = await camp.say(HAPPY[0])
        await camp.expect(application, [mine])
        privacy = application.services.privacy
        with locked(camp.database):
            with pytest.raises(StoreUnavailable):
                await privacy.opt_out(camp.guild.id, camp.member.id)
            assert privacy.is_refused(camp.guild.id, camp.member.id)
            await camp.say(SAD[0])
        theirs = await others_say(camp)
        await camp.expect(application, [mine, theirs])
        assert (await privacy.opt_out(camp.guild.id, camp.member.id)).counts == {"records": 1}
        await camp.expect(application, [theirs])


async def test_what_people_write_is_nowhere_in_the_store(camp, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    for name in ("discord", "aiohttp", "asyncio"):
        logging.getLogger(name).setLevel(logging.INFO)  # as bot.logs does: they quote events
    async with running(camp.settings) as application:
        message = await camp.say(f"I love {CANARY}, so happy")
        await camp.expect(application, [message])
        await message.edit(f"I hate {CANARY}")
        await camp.server.send_raw("MESSAGE_CREATE", {"id": "1", "content": CANARY})
        await until(lambda: camp.server.gateway_counts["identify"] >= 2)
        await camp.expect(application, [message])
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert camp.database in files
        for path in files:
            assert CANARY.encode() not in path.read_bytes(), path.name
    assert CANARY.encode() not in camp.database.read_bytes()
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("discord")]
    assert not [line for line in ours if CANARY in line]


async def test_what_people_write_is_nowhere_in_the_log_of_a_process(camp, tmp_path):
    bot = BotProcess(camp.settings, NUNCHI_LOG_LEVEL="DEBUG")
    try:
        await bot.start()
        await camp.server.wait_ready(30)
        message = await camp.say(f"I love {CANARY}, so happy")
        await until(lambda: len(camp.rows()) == 1)
        await message.edit(f"I hate {CANARY}")
        await camp.server.send_raw("MESSAGE_CREATE", {"id": "1", "content": CANARY})
        await until(lambda: camp.server.gateway_counts["identify"] >= 2)
        assert await bot.stop() == 0
    finally:
        await bot.kill()
    assert bot.log
    assert CANARY not in bot.log
    assert str(camp.server.token) not in bot.log
    assert str(camp.member.id) not in bot.log


async def test_the_store_and_the_pseudonym_key_are_for_the_owner_only(camp, tmp_path):
    async with running(camp.settings):
        modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("bot.sqlite3*")}
    assert modes == {0o600}
    key = tmp_path / "pseudonym.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    async with running(camp.settings):
        pass
    assert key.read_bytes() == before


async def test_one_person_is_two_strangers_in_two_guilds(server, camp):
    async with running(camp.settings) as application:
        second = await pitch_beside(application, server)
        twin = second.guild.add_member("Haru", user=camp.member.user)
        await camp.say(HAPPY[0])
        await camp.say(HAPPY[1])
        await second.guild.say(twin, second.channel, HAPPY[0])
        await until(lambda: len(camp.rows()) == 2 and len(second.rows()) == 1)
        receipt = await application.services.privacy.opt_out(camp.guild.id, camp.member.id)
        assert receipt.counts == {"records": 2}
        assert len(second.rows()) == 1, "an opt-out is for one guild"
    first, other = camp.rows("author"), second.rows("author")
    assert set(first).isdisjoint(other)


async def test_an_author_is_stored_as_a_pseudonym(camp):
    async with running(camp.settings) as application:
        mine, theirs = await camp.say(HAPPY[0]), await others_say(camp)
        await camp.expect(application, [mine, theirs])
    (one,), (two,) = camp.rows("author")
    assert one != two
    assert len(one) == 16
    content = camp.database.read_bytes()
    assert camp.member.id.to_bytes(8, "big") not in content
    assert str(camp.member.id).encode() not in content


# Secrets


async def end_of_run(folder, **variables) -> tuple[int, str]:
    kept = {name: value for name, value in os.environ.items() if "NUNCHI_" not in name}
    environment = {**kept, "DISCORD_TOKEN": TOKEN, "NUNCHI_LOG_LEVEL": "DEBUG", **variables}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 40)
    assert process.returncode is not None
    return process.returncode, output.decode()


@pytest.mark.parametrize(
    ("case", "code"), [("token", 77), ("intent", 76), ("setting", 78), ("store", 69)]
)
async def test_a_run_that_fails_says_why_in_one_line_and_keeps_its_secrets(tmp_path, case, code):
    password = "hunter2-secret"
    async with Sandbox("another" if case == "token" else TOKEN) as server:
        if case == "intent":
            server.granted_intents = Intent.NONE
        variables = {"NUNCHI_DISCORD_API": server.base_url}
        if case == "setting":
            variables["NUNCHI_QUEUE_SIZE"] = "many"
        if case == "store":
            variables["NUNCHI_STORE"] = f"mongodb://user:{password}@127.0.0.1:1/nunchi"
        got, output = await end_of_run(tmp_path, **variables)
    assert got == code
    assert output.splitlines()[-1].startswith("nunchi: ")
    assert "Traceback" not in output
    for secret in (TOKEN, TOKEN.rpartition(".")[2], password):
        assert secret not in output


async def test_old_records_are_read_again_only_from_those_who_agree(camp):
    await camp.say(HAPPY[0], at=ago(hours=3))
    theirs = await others_say(camp)
    async with running(camp.settings, caught_up=False) as application:
        await application.services.privacy.opt_out(camp.guild.id, camp.member.id)
        await camp.expect(application, [theirs])
