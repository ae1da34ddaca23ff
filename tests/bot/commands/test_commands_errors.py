from __future__ import annotations

import logging
import re

import aiohttp
import discord
import pytest
from discord import app_commands

from bot.command_errors import Refusal, describe
from bot.sandbox import Interaction, Permission
from bot.sandbox.errors import InteractionFailedError
from classifiers.errors import ClassificationFailed
from storage.errors import SchemaTooNew, StorageError, StoreUnavailable
from tests.bot.commands.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "what somebody wrote in confidence"
TRACES = re.compile(r"Traceback|Error\b|Exception|\.py|discord\.|storage\.|bot\.")


class Broken(Exception):
    """An error that nobody expects."""


async def _silent(interaction: discord.Interaction) -> None:
    """Fail after a first answer."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    raise StoreUnavailable(SECRET)


async def _unknown(interaction: discord.Interaction) -> None:
    try:
        raise KeyError(SECRET)
    except KeyError as error:
        raise Broken(SECRET) from error


async def _forbidden(interaction: discord.Interaction) -> None:
    assert interaction.guild is not None
    hidden = discord.utils.get(interaction.guild.text_channels, name="hidden")
    assert hidden is not None
    await hidden.send("hello")


async def _not_found(interaction: discord.Interaction) -> None:
    channel = interaction.channel
    assert isinstance(channel, discord.TextChannel)
    await channel.fetch_message(1)


async def _bad_request(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("x" * 2001)


async def _store(interaction: discord.Interaction) -> None:
    raise StoreUnavailable(SECRET)


async def _classifier(interaction: discord.Interaction) -> None:
    raise ClassificationFailed(SECRET)


async def _other_of_ours(interaction: discord.Interaction) -> None:
    raise SchemaTooNew(SECRET)


async def _refused(interaction: discord.Interaction) -> None:
    raise Refusal("Only on Sundays.")


async def _not_here(interaction: discord.Interaction) -> None:
    raise app_commands.NoPrivateMessage


async def _changed(interaction: discord.Interaction) -> None:
    raise app_commands.CommandNotFound("x", [])


async def _timeout(interaction: discord.Interaction) -> None:
    raise TimeoutError(SECRET)


async def _cut_off(interaction: discord.Interaction) -> None:
    raise aiohttp.ServerDisconnectedError(SECRET)


async def _signature(interaction: discord.Interaction) -> None:
    assert isinstance(interaction.command, app_commands.Command)
    raise app_commands.CommandSignatureMismatch(interaction.command)


async def _transform(interaction: discord.Interaction) -> None:
    kind = discord.AppCommandOptionType.string
    raise app_commands.TransformerError(SECRET, kind, app_commands.Transformer())


async def _transform_without_store(interaction: discord.Interaction) -> None:
    kind = discord.AppCommandOptionType.string
    error = app_commands.TransformerError(SECRET, kind, app_commands.Transformer())
    raise error from StoreUnavailable(SECRET)


async def _slow(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("too late")


COMMANDS = {
    "silent": _silent,
    "unknown": _unknown,
    "forbidden": _forbidden,
    "not-found": _not_found,
    "bad-request": _bad_request,
    "store": _store,
    "classifier": _classifier,
    "other": _other_of_ours,
    "refused": _refused,
    "not-here": _not_here,
    "changed": _changed,
    "timeout": _timeout,
    "cut-off": _cut_off,
    "signature": _signature,
    "transform": _transform,
    "transform-store": _transform_without_store,
    "slow": _slow,
}


async def fail(town: Town, name: str) -> Interaction:
    """Add a command to the bot that fails in one way, and use it."""
    client = town.application.client
    assert client is not None
    if client.tree.get_command("fail") is None:
        group = app_commands.Group(name="fail", description="Fails")
        for each, callback in COMMANDS.items():
            group.add_command(
                app_commands.Command(name=each, description="Fails", callback=callback)
            )
        client.tree.add_command(group)
        await client.tree.sync()
    return await town.run(town.member, f"fail {name}")


@pytest.mark.parametrize(
    ("name", "english", "korean"),
    [
        ("store", "The storage is not answering. Nothing is lost", "저장소가 응답하지 않아요."),
        ("silent", "The storage is not answering.", "저장소가 응답하지 않아요."),
        ("classifier", "The emotion classifier is not", "감정 분류기가 응답하지 않아요."),
        ("not-found", "What this is about is gone", "대상이 없어졌어요."),
        ("bad-request", "Discord did not take my answer.", "디스코드가 답을 받지 않았어요."),
        ("timeout", "Discord did not take my answer.", "디스코드가 답을 받지 않았어요."),
        ("cut-off", "Discord did not take my answer.", "디스코드가 답을 받지 않았어요."),
        ("signature", "This command has just changed.", "이 명령어가 방금 바뀌었어요."),
        ("transform", "I could not read one of the values.", "읽지 못한 값이 있어요."),
        ("transform-store", "The storage is not answering.", "저장소가 응답하지 않아요."),
        ("refused", "Only on Sundays.", "Only on Sundays."),
        ("not-here", "This works in a server only.", "서버 안에서만 쓸 수 있어요."),
        ("changed", "This command has just changed.", "이 명령어가 방금 바뀌었어요."),
        ("other", "That could not be done just now.", "지금은 할 수 없었어요."),
        ("unknown", "Sorry, something went wrong", "죄송해요, 제 쪽에서 문제가 생겼어요."),
    ],
)
async def test_every_error_is_answered_to_its_user_only(
    town: Town, caplog: pytest.LogCaptureFixture, name: str, english: str, korean: str
) -> None:
    for locale, expected in (("en-GB", english), ("ko", korean)):
        town.member.locale = locale
        reply = await fail(town, name)
        assert reply.text.startswith(expected)
        assert reply.ephemeral
        assert not TRACES.search(reply.text)
        assert SECRET not in reply.text
    assert SECRET not in caplog.text


async def test_forbidden_by_discord(town: Town) -> None:
    hidden = town.guild.add_channel("hidden")
    await hidden.set_permissions(town.guild.me, deny=Permission.SEND_MESSAGES)
    await town.server.flush()
    reply = await fail(town, "forbidden")
    assert reply.ephemeral
    assert reply.text.startswith("Discord does not let me do that here.")


async def test_an_unexpected_error_has_a_reference_that_is_logged(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    reply = await fail(town, "unknown")
    found = re.search(r"`([0-9a-f]{8})`", reply.text)
    assert found is not None
    assert f"fail unknown failed, reference {found[1]}" in caplog.text
    assert "Broken" in caplog.text
    assert "caused by builtins.KeyError" in caplog.text
    assert "raise KeyError(SECRET)" in caplog.text


async def test_an_answer_that_comes_too_late(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    await fail(town, "refused")
    before, town.server.interactions.deadline = town.server.interactions.deadline, 0.0
    try:
        with pytest.raises(InteractionFailedError):
            await fail(town, "slow")
        await town.server.wait_until(lambda: "expired" in caplog.text)
    finally:
        town.server.interactions.deadline = before
    assert "an interaction expired before it was answered" in caplog.text


async def test_an_answer_that_discord_does_not_take(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    route = "POST /interactions/{interaction_id}/{interaction_token}/callback"
    town.server.fail(route, status=400, code=50035)
    with pytest.raises(InteractionFailedError):
        await fail(town, "store")
    assert "an error could not be answered: HTTP 400, code 50035" in caplog.text


async def test_the_connection_breaks_while_an_error_is_answered(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    await fail(town, "refused")
    route = "POST /interactions/{interaction_id}/{interaction_token}/callback"
    town.server.abort(route, times=None)
    try:
        await fail(town, "store")
        await town.server.wait_until(lambda: "could not be answered: " in caplog.text)
    finally:
        town.server.clear_faults(route)


async def test_the_store_goes_away_and_comes_back(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    path = town.services.settings.data_dir / "store.sqlite3"
    away = path.with_suffix(".away")
    path.rename(away)
    try:
        for command in ("privacy opt-in", "mood server"):
            reply = await town.run(town.member, command)
            assert reply.ephemeral
            assert reply.text.startswith("The storage is not answering.")
        panel = await town.run(town.admin, "setup")
        reply = await (await panel.select("nunchi:setup:hour", "10:00")).changed()
        assert "The storage is not answering." in reply.text
    finally:
        away.rename(path)
    reply = await town.run(town.member, "privacy opt-in")
    assert reply.text.startswith("You have not opted out")


async def test_administrators_may_loosen_a_command_but_not_its_check(town: Town) -> None:
    definitions = town.server.world.commands.scope(None)
    loosened = {each["name"]: each["default_member_permissions"] for each in definitions}
    for each in definitions:
        each["default_member_permissions"] = None
    try:
        for command, options in {
            "setup": {},
            "monitor add": {"channel": town.general},
            "monitor remove": {"channel": town.general.mention},
            "monitor list": {},
            "report now": {},
            "report preview": {},
            "report schedule": {"hour": 3},
            "report pause": {},
            "report history": {},
        }.items():
            reply = await town.run(town.member, command, **options)
            assert reply.ephemeral
            assert reply.text.startswith("You need this permission for that: Manage Server. Ask ")
    finally:
        for each in definitions:
            each["default_member_permissions"] = loosened[each["name"]]
    assert town.services.roster.settings(town.guild.id) is None


async def test_a_server_that_is_still_loading(town: Town) -> None:
    await town.guild.set_available(False)
    await town.server.flush()
    reply = await town.run(town.admin, "monitor list")
    assert reply.text.startswith("I am just connecting to this server.")
    reply = await town.run(town.member, "privacy opt-out")
    assert "Your messages are no longer measured." in reply.text
    await town.guild.set_available(True)


async def test_a_description_of_an_error_ends() -> None:
    error: StorageError = StorageError("1")
    for _ in range(50):
        following = StorageError("x")
        following.__cause__ = error
        error = following
    assert describe(error).count("storage.errors.StorageError") == 8
