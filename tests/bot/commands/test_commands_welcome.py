"""The welcome to a server: once, to whoever can set the bot up, and how few clicks follow it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bot.sandbox import Channel, Permission, Sandbox, point_discord_at
from bot.sandbox.components import walk
from bot.sandbox.messages import Message
from bot.sandbox.permissions import BOT_INVITE
from bot.views import setup as panel
from storage.claims import WELCOME
from storage.open import open_store
from storage.records import GuildSettings
from tests.bot.commands.town import bot_at


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Sandbox]:
    """A Discord in which the bot is about to find servers that it joined while it was away."""
    async with Sandbox() as server:
        with point_discord_at(server):
            yield server


async def told(server: Sandbox, place: Channel) -> Message:
    await server.wait_until(lambda: bool(server.posts(place)))
    (message,) = server.posts(place)
    return message


async def test_set_up_from_the_welcome_takes_three_clicks(server: Sandbox, tmp_path: Path) -> None:
    guild = server.add_guild("Camp", locale="ko")
    general = guild.add_channel("general")
    admin = guild.add_member("Ada", administrator=True, locale="ko")
    async with bot_at(server, tmp_path) as application:
        message = await told(server, general)
        assert message.text.startswith("### 안녕하세요, 눈치예요")
        assert message.text.count("• ") == 3
        shown = await guild.click(admin, message, "설정하기")
        assert shown.ephemeral
        shown = await (await shown.select(panel.CHANNELS, general)).changed()
        shown = await (await shown.select(panel.REPORT_CHANNEL, general)).changed()
        assert "✅" in shown.text
        settings = application.services.roster.settings(guild.id)
        assert settings is not None
        assert (settings.language, settings.timezone) == ("ko", "Asia/Seoul")
        assert application.services.schedule.next_time(guild.id) is not None


async def test_members_may_not_set_up(server: Sandbox, tmp_path: Path) -> None:
    guild = server.add_guild("Camp")
    general = guild.add_channel("general")
    member = guild.add_member("Mina")
    async with bot_at(server, tmp_path) as application:
        refused = await guild.click(member, await told(server, general), "Set up")
        assert refused.ephemeral
        assert "Manage Server" in refused.text
        assert application.services.roster.settings(guild.id) is None


async def test_whoever_added_the_bot_is_told_directly(server: Sandbox, tmp_path: Path) -> None:
    guild = server.add_guild("Camp", bot_permissions=BOT_INVITE | Permission.VIEW_AUDIT_LOG)
    general = guild.add_channel("general")
    guild.added_by = guild.add_member("Ada", administrator=True)
    async with bot_at(server, tmp_path):
        message = await told(server, server.direct_channel(guild.added_by))
    assert "I am in **Camp** now." in message.text
    (link,) = (each["url"] for each in walk(message.components) if each.get("url"))
    assert link.endswith(f"/channels/{guild.id}/{general.id}")
    assert not server.posts(general)
    assert not server.posts(server.direct_channel(guild.owner))


async def test_the_channel_for_such_news_is_preferred(server: Sandbox, tmp_path: Path) -> None:
    guild = server.add_guild("Camp")
    general, guild.system_channel = guild.add_channel("general"), guild.add_channel("news")
    async with bot_at(server, tmp_path):
        await told(server, guild.system_channel)
    assert not server.posts(general)


async def test_the_next_place_is_tried_where_one_refuses(server: Sandbox, tmp_path: Path) -> None:
    guild = server.add_guild("Camp")
    general, guild.system_channel = guild.add_channel("general"), guild.add_channel("news")
    server.fail("POST /channels/{channel_id}/messages", status=403, code=50013)
    async with bot_at(server, tmp_path):
        await told(server, general)
    assert not server.posts(guild.system_channel)


async def test_the_owner_is_told_where_the_bot_may_not_write(
    server: Sandbox, tmp_path: Path
) -> None:
    silent = Permission.VIEW_CHANNEL
    guild = server.add_guild("Camp", everyone=silent, bot_permissions=silent)
    general = guild.add_channel("general")
    async with bot_at(server, tmp_path):
        await told(server, server.direct_channel(guild.owner))
    assert not server.posts(general)


async def test_nobody_can_be_told(server: Sandbox, tmp_path: Path) -> None:
    guild = server.add_guild("Camp")
    general = guild.add_channel("general")
    server.fail("POST /channels/{channel_id}/messages", status=403, code=50007, times=2)
    async with bot_at(server, tmp_path) as application:
        services = application.services

        async def given_up() -> bool:
            now = services.clock.now()
            claim = await services.store.claim_report(guild.id, WELCOME, "test", now=now, until=now)
            return claim is None

        await server.wait_until(lambda: _asked(server, "POST /users/@me/channels"))
        await server.wait_until(given_up)
        assert not await services.store.report_claims(guild.id), "it is no report"
    assert not server.posts(general)
    assert not server.posts(server.direct_channel(guild.owner))


async def test_it_is_said_once_ever(server: Sandbox, tmp_path: Path) -> None:
    guild = server.add_guild("Camp")
    general = guild.add_channel("general")
    async with bot_at(server, tmp_path):
        await told(server, general)
        await guild.set_available(False)
        await guild.set_available(True)
        await server.flush()
    async with bot_at(server, tmp_path):
        second = server.add_guild("Other")
        await told(server, server.direct_channel(second.owner))
    assert len(server.posts(general)) == 1


async def test_a_server_that_was_set_up_before_needs_no_welcome(
    server: Sandbox, tmp_path: Path
) -> None:
    guild = server.add_guild("Camp")
    general = guild.add_channel("general")
    async with open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}") as store:
        await store.save_settings(GuildSettings(guild.id))
    async with bot_at(server, tmp_path):
        second = server.add_guild("Other")
        await told(server, server.direct_channel(second.owner))
    assert not server.posts(general)


async def test_trouble_of_discord_leaves_it_for_the_next_start(
    server: Sandbox, tmp_path: Path
) -> None:
    guild = server.add_guild("Camp")
    general = guild.add_channel("general")
    server.fail("POST /channels/{channel_id}/messages", status=400, code=1, times=2)
    async with bot_at(server, tmp_path):
        await server.wait_until(lambda: _asked(server, "POST /users/@me/channels"))
        second = server.add_guild("Other")
        await told(server, server.direct_channel(second.owner))
    assert not server.posts(general)
    async with bot_at(server, tmp_path):
        await told(server, general)


def _asked(server: Sandbox, route: str) -> bool:
    return any(request.route == route for request in server.requests)
