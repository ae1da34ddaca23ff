"""The notice in a channel: what it says, its pin, its buttons, and how it is kept true."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.sandbox import Permission, Sandbox, point_discord_at
from bot.sandbox.messages import Message, MessageType
from bot.sandbox.permissions import BOT_INVITE
from bot.views import buttons
from bot.views import setup as panel
from bot.views import setup_pages as pages
from bot.views.setup import Page
from storage.open import open_store
from storage.records import ConsentMode, GuildSettings
from tests.bot.commands.town import Town, World, bot_at, founded, part

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def notice(town: Town) -> Message:
    await town.run(town.admin, "monitor add", channel=town.general)
    (found,) = town.server.posts(town.general)
    return found


async def says(town: Town, message: Message, words: str) -> None:
    await town.server.wait_until(lambda: words in message.text)


async def choose_privacy(town: Town, select: str, value: str) -> None:
    shown = await town.run(town.admin, "settings", page=Page.PRIVACY.value)
    await town.choose(shown, select, value)


async def test_it_says_what_is_done_what_is_not_and_who_sees_what(town: Town) -> None:
    text = (await notice(town)).text
    for words in (
        "estimates the emotion of each message",
        "No text is kept",
        "nobody's mood is shown to others",
        "nothing is said about fewer than 5 people",
        "Your own mood is shown to you alone",
        "The numbers are deleted after 365 days.",
        "If you delete a message, its numbers are deleted too.",
        "`/privacy opt-out`",
    ):
        assert words in text


async def test_it_is_pinned_and_the_line_about_that_is_taken_away(town: Town) -> None:
    await town.guild.set_bot_permissions(BOT_INVITE | Permission.PIN_MESSAGES)
    await town.server.flush()
    found = await notice(town)
    assert found.pinned
    kinds = [message.kind for message in town.general.history]
    assert MessageType.PINNED not in kinds
    await town.run(town.admin, "monitor remove", channel=town.general.mention)
    assert not found.pinned


async def test_it_stands_without_a_pin_where_that_is_not_allowed(town: Town) -> None:
    assert not (await notice(town)).pinned
    other = town.guild.add_channel("other")
    await town.guild.set_bot_permissions(BOT_INVITE | Permission.PIN_MESSAGES)
    await town.server.flush()
    route = "PUT /channels/{channel_id}/messages/pins/{message_id}"
    town.server.fail(route, status=400, code=30003)
    reply = await town.run(town.admin, "monitor add", channel=other)
    assert reply.text == f"I listen to <#{other.id}> from now on."
    assert not town.server.posts(other)[0].pinned


async def test_a_button_opts_out_for_whoever_presses_and_leaves_the_notice(town: Town) -> None:
    found = await notice(town)
    before = found.text
    await town.guild.say(town.member, town.general, "What a lovely day")
    await town.heard()
    assert await town.records() == 1
    reply = await town.guild.click(town.member, found, buttons.NOTICE_OPT_OUT)
    assert reply.ephemeral
    assert "You have opted out." in reply.text
    assert await town.records() == 0
    mine = await town.guild.click(town.member, found, buttons.MY_DATA)
    assert mine.ephemeral
    assert found.text == before


async def test_it_follows_what_is_chosen_about_privacy(town: Town) -> None:
    found = await notice(town)
    await choose_privacy(town, pages.RETENTION, "30 days")
    await says(town, found, "deleted after 30 days")
    await choose_privacy(town, pages.MINIMUM, "10 people or more")
    await says(town, found, "fewer than 10 people")
    shown = await town.run(town.admin, "settings")
    await town.choose(shown, panel.LANGUAGE, "한국어")
    await says(town, found, "30일 뒤에 지워요")
    assert len(town.server.posts(town.general)) == 1


async def test_it_asks_first_where_members_agree_one_by_one(town: Town) -> None:
    found = await notice(town)
    guild, privacy = town.guild.id, town.services.privacy
    await privacy.change_consent_mode(guild, ConsentMode.EXPLICIT)
    await says(town, found, "Nothing of yours is measured until you agree")
    assert part(found, buttons.NOTICE_OPT_IN)["label"] == "Opt in"
    reply = await town.guild.click(town.member, found, buttons.NOTICE_OPT_IN)
    assert reply.ephemeral
    await town.guild.say(town.member, town.general, "What a lovely day")
    await town.guild.say(town.admin, town.general, "Nobody asked me")
    await town.heard()
    assert await town.records() == 1
    await privacy.change_consent_mode(guild, ConsentMode.NOTICE)
    await says(town, found, "You can opt out at any time")


async def test_it_tells_of_alerts_while_they_are_on(town: Town) -> None:
    found = await notice(town)
    mods = town.guild.add_channel("moderators")
    await mods.set_permissions(town.guild.everyone, deny=Permission.VIEW_CHANNEL)
    await mods.set_permissions(
        town.guild.me, allow=Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES
    )
    await town.server.flush()
    await town.run(town.admin, "alerts on", channel=mods)
    await says(town, found, "Moderators are told")
    await town.run(town.admin, "alerts off")
    await town.server.wait_until(lambda: "Moderators are told" not in found.text)


async def test_one_that_was_deleted_is_posted_anew_when_something_changes(town: Town) -> None:
    await (await notice(town)).delete()
    await choose_privacy(town, pages.RETENTION, "90 days")
    await town.server.wait_until(lambda: bool(town.server.posts(town.general)))
    (anew,) = town.server.posts(town.general)
    assert "deleted after 90 days" in anew.text

    async def remembered() -> bool:
        return town.settings.channels[0].notice_id == anew.id

    await town.server.wait_until(remembered)


async def test_one_of_an_older_version_is_renewed_at_the_start(tmp_path: Path) -> None:
    async with Sandbox() as server:
        with point_discord_at(server):
            async with bot_at(server, tmp_path) as application:
                town = await founded(World(server, application), "en-US")
                found = await notice(town)
                known = town.settings
            async with open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}") as store:
                await store.save_settings(_of_an_older_version(known))
            found.components = []  # said less
            async with bot_at(server, tmp_path) as application:
                await says(town, found, "365 days")

                async def remembered() -> bool:
                    settings = application.services.roster.settings(town.guild.id)
                    return settings == known

                await server.wait_until(remembered)
            found.components = []  # nothing has changed since, so nothing is edited
            async with bot_at(server, tmp_path) as application:
                await application.services.roster.load()
                second = server.add_guild("Other")
                await server.wait_until(
                    lambda: bool(server.posts(server.direct_channel(second.owner)))
                )
                assert found.text == ""


def _of_an_older_version(settings: GuildSettings) -> GuildSettings:
    channels = tuple(replace(each, notice_terms=None) for each in settings.channels)
    return replace(settings, channels=channels)
