"""`/settings`: the pages of the panel, who may use them, and the history of changes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.sandbox import Interaction, Permission
from bot.sandbox.errors import CommandNotFoundError, MissingPermissionError
from bot.sandbox.jsontypes import JsonObject
from bot.views import setup as panel
from bot.views import setup_pages as pages
from bot.views.setup import Page, page_id
from storage.audit import SettingChange
from storage.records import Batch
from tests.bot.commands.town import Town, chosen, part
from tests.support.store_records import record

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def turned(town: Town, page: Page) -> Interaction:
    return await town.press(await town.run(town.admin, "settings"), page_id(page))


def button(shown: Interaction, custom_id: str) -> JsonObject:
    return part(shown.message, custom_id)


async def test_settings_is_the_same_panel_with_what_holds(town: Town) -> None:
    shown = await town.run(town.admin, "setup", timezone="Asia/Seoul")
    shown = await town.choose(shown, panel.CHANNELS, town.general)
    await town.choose(shown, panel.REPORT_CHANNEL, town.general)
    shown = await town.run(town.admin, "settings")
    assert shown.ephemeral
    assert chosen(shown.message, panel.CHANNELS) == [str(town.general.id)]
    assert (
        f"1 channel · <#{town.general.id}>, Monday 09:00 (Asia/Seoul) · "
        "Everybody, unless they opt out · kept for 365 days · 5 people or more"
    ) in shown.text


@pytest.mark.parametrize("page", Page)
async def test_settings_opens_at_a_page(korean_town: Town, page: Page) -> None:
    town = korean_town
    shown = await town.run(town.admin, "settings", page=page.value)
    assert button(shown, page_id(page))["disabled"]
    others = [each for each in Page if each is not page]
    assert not any(button(shown, page_id(each)).get("disabled") for each in others)
    assert any("가" <= letter <= "힣" for letter in shown.text)


async def test_privacy_is_chosen(town: Town) -> None:
    shown = await turned(town, Page.PRIVACY)
    assert chosen(shown.message, pages.CONSENT) == ["notice"]
    shown = await town.choose(shown, pages.RETENTION, "90 days")  # nothing is older: no question
    shown = await town.choose(shown, pages.MINIMUM, "8 people or more")
    assert (town.settings.retention_days, town.settings.minimum_group) == (90, 8)
    assert chosen(shown.message, pages.RETENTION) == ["90"]
    assert chosen(shown.message, pages.MINIMUM) == ["8"]
    smallest = min(int(each["value"]) for each in part(shown.message, pages.MINIMUM)["options"])
    assert smallest == 5


async def test_every_switch_is_turned_on_and_off_again(town: Town) -> None:
    shown = await turned(town, Page.EXTRAS)
    for key in ("monthly", "thread", "bright"):
        shown = await town.press(shown, pages.switch_id(key, on=True))
        shown = await town.press(shown, pages.switch_id(key, on=False))
        shown = await town.press(shown, pages.switch_id(key, on=True))
    report = town.settings.report
    assert report.monthly_since is not None
    assert report.thread
    assert report.bright


async def test_a_click_on_an_old_panel_never_does_the_opposite(town: Town) -> None:
    shown = await turned(town, Page.EXTRAS)
    other = await turned(town, Page.EXTRAS)
    await town.press(shown, pages.switch_id("thread", on=True))
    await town.press(other, pages.switch_id("thread", on=True))
    assert town.settings.report.thread


async def test_alerts_are_switched_on_where_their_channel_is_chosen(town: Town) -> None:
    shown = await turned(town, Page.EXTRAS)
    assert button(shown, pages.switch_id("alerts", on=True))["disabled"]
    assert "`/alerts on`" in shown.text
    mods = town.guild.add_channel("moderators")
    await mods.set_permissions(town.guild.everyone, deny=Permission.VIEW_CHANNEL)
    await mods.set_permissions(
        town.guild.me, allow=Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES
    )
    await town.server.flush()
    await town.run(town.admin, "alerts on", channel=mods)
    shown = await turned(town, Page.EXTRAS)
    await town.press(shown, pages.switch_id("alerts", on=False))
    assert town.settings.alerts.channel_id is None


# Who may


async def test_whoever_manages_the_server_may_and_nobody_else(town: Town) -> None:
    role = town.guild.add_role("Managers", Permission.MANAGE_GUILD)
    manager = town.guild.add_member("Ben", roles=[role])
    thread = await town.guild.add_thread(town.general, "talk", town.admin)
    await town.server.flush()
    for who in (town.guild.owner, town.admin, manager):
        shown = await town.run(who, "settings", where=thread)
        assert shown.ephemeral
        await town.choose(shown, panel.HOUR, "10:00")
    assert town.settings.report.hour == 10
    for command in ("settings", "setup"):
        with pytest.raises(MissingPermissionError):
            await town.run(town.member, command)
        with pytest.raises(CommandNotFoundError):
            await town.run(town.admin, command, where=town.server.direct_channel(town.admin))


async def test_a_permission_that_is_gone_is_gone_for_open_panels_too(town: Town) -> None:
    role = town.guild.add_role("Managers", Permission.MANAGE_GUILD)
    manager = town.guild.add_member("Ben", roles=[role])
    await town.server.flush()
    basics = await town.run(manager, "settings")
    extras = await town.run(manager, "settings", page="extras")
    history = await town.run(manager, "settings", page="history")
    await town.guild.set_member_roles(manager, [])
    for refused in (
        await basics.select(panel.HOUR, "10:00"),
        await basics.select(panel.CHANNELS, town.general),
        await basics.click(panel.CHECK),
        await basics.click(panel.PREVIEW),
        await history.click(page_id(Page.PRIVACY)),
        await extras.click(pages.switch_id("thread", on=True)),
    ):
        assert refused.ephemeral or refused.followups
        assert "Manage Server" in refused.text
    assert town.services.roster.settings(town.guild.id) is None


# Two at once


async def test_what_another_administrator_added_meanwhile_stays(town: Town) -> None:
    other, third = town.guild.add_channel("other"), town.guild.add_channel("third")
    ben = town.guild.add_member("Ben", administrator=True)
    await town.server.flush()
    shown = await town.choose(
        await town.run(town.admin, "setup"), panel.CHANNELS, town.general, third
    )
    await town.choose(await town.run(ben, "settings"), panel.CHANNELS, town.general, third, other)
    # Ada's panel still shows two channels; she takes one of them away.
    await town.choose(shown, panel.CHANNELS, town.general)
    assert town.monitored == {town.general.id, other.id}


async def test_two_at_once_lose_nothing(town: Town) -> None:
    ben = town.guild.add_member("Ben", administrator=True)
    await town.server.flush()
    one, two = await asyncio.gather(town.run(town.admin, "setup"), town.run(ben, "settings"))
    privacy = await town.press(two, page_id(Page.PRIVACY))
    await asyncio.gather(
        town.choose(one, panel.WEEKDAY, "Friday"),
        town.choose(privacy, pages.MINIMUM, "6 people or more"),
        town.choose(one, panel.HOUR, "18:00"),
        town.choose(privacy, pages.RETENTION, "30 days"),
    )
    settings = town.settings
    assert (settings.report.weekday, settings.report.hour) == (4, 18)
    assert (settings.minimum_group, settings.retention_days) == (6, 30)
    told = {(each.setting, each.by) for each in await town.services.store.changes(town.guild.id)}
    assert told == {
        ("report.weekday", town.admin.id),
        ("report.hour", town.admin.id),
        ("minimum_group", ben.id),
        ("retention_days", ben.id),
    }


# Channels that go or change


async def test_a_channel_that_is_deleted_between_looking_and_clicking(town: Town) -> None:
    doomed = town.guild.add_channel("doomed")
    await town.server.flush()
    shown = await town.run(town.admin, "setup")
    await doomed.delete()
    await town.server.flush()
    shown = await town.choose(shown, panel.CHANNELS, town.general, doomed)
    assert town.monitored == {town.general.id}
    assert f"<#{doomed.id}>: I need View Channel." in shown.text
    shown = await town.choose(shown, panel.REPORT_CHANNEL, town.general)
    await town.general.rename("lobby")
    await town.server.flush()
    shown = await town.choose(shown, panel.HOUR, "12:00")
    assert "✅ Everything is in place." in shown.text


# What members will read, and permissions


async def test_the_notice_is_previewed_in_the_words_of_the_server(korean_town: Town) -> None:
    town = korean_town
    shown = await turned(town, Page.PRIVACY)
    await town.choose(shown, pages.RETENTION, "180일")
    shown = await town.run(town.admin, "settings")
    preview = await shown.click(panel.PREVIEW)
    assert preview.ephemeral
    assert "멤버가 읽게 될 안내" in preview.text
    assert "180일 뒤에 지워요" in preview.text
    assert not town.server.posts(town.general)


async def test_each_missing_permission_is_named_with_what_it_is_for(town: Town) -> None:
    report = await town.closed_channel("reports", denied=Permission.ATTACH_FILES)
    shown = await town.choose(await town.run(town.admin, "setup"), panel.CHANNELS, town.general)
    shown = await town.choose(shown, panel.REPORT_CHANNEL, report)
    await town.general.set_permissions(town.guild.me, deny=Permission.READ_MESSAGE_HISTORY)
    await town.server.flush()
    checked = await shown.click(panel.CHECK)
    assert checked.ephemeral
    here, there = f"<#{town.general.id}>", f"<#{report.id}>"
    assert (
        f"{here}: **Read Message History**, to read what was written while I was away."
        in checked.text
    )
    assert f"{there}: **Attach Files**, for the pictures of the report." in checked.text
    assert f"{here}: **Pin Messages**, to pin the notice." in checked.text
    assert "Send Messages" not in checked.text
    await town.choose(shown, panel.REPORT_CHANNEL, town.general)
    checked = await shown.click(panel.CHECK)
    assert checked.text.count("Read Message History") == 1, "with both of its purposes"
    await town.choose(shown, panel.REPORT_CHANNEL, report)
    for channel in (town.general, report):
        await channel.set_permissions(town.guild.me, allow=Permission.PIN_MESSAGES)
    await town.server.flush()
    checked = await shown.click(panel.CHECK)
    assert checked.text == "### Permissions\n✅ I have everything that I need."
    await report.delete()
    await town.server.flush()
    checked = await shown.click(panel.CHECK)
    assert f"{there}: gone, or hidden from me." in checked.text


# The history


async def test_the_history_says_who_changed_what_in_words(town: Town) -> None:
    shown = await town.run(town.admin, "setup")
    shown = await town.choose(shown, panel.CHANNELS, town.general)
    shown = await town.choose(shown, panel.REPORT_CHANNEL, town.general)
    shown = await town.choose(shown, panel.WEEKDAY, "Tuesday")
    shown = await town.press(shown, page_id(Page.EXTRAS))
    shown = await town.press(shown, pages.switch_id("thread", on=True))
    shown = await town.press(shown, page_id(Page.HISTORY))
    who = f"<@{town.admin.id}>"
    lines = [line for line in shown.text.splitlines() if line.startswith("• ")]
    assert [line.split(", ", 1)[1] for line in lines] == [
        f"{who}: **Threads**: Off → On",
        f"{who}: **Day of the report**: Monday → Tuesday",
        f"{who}: **Channel of the report**: – → <#{town.general.id}>",
        f"{who}: **<#{town.general.id}>**: – → listened to",
    ]
    assert shown.message is not None
    assert shown.message.allowed_mentions == {"parse": []}


async def test_the_history_is_turned_page_by_page(korean_town: Town) -> None:
    town = korean_town
    for hour in range(12):
        await town.run(town.admin, "report schedule", hour=hour)
    shown = await town.run(town.admin, "settings", page="history")
    assert "11:00" in shown.text
    assert "→ 00:00" not in shown.text
    shown = await town.press(shown, "더 이전")
    assert "→ 00:00" in shown.text
    assert button(shown, "nunchi:setup:history:2")["disabled"]
    shown = await town.press(shown, "더 최근")
    assert "10:00 → 11:00" in shown.text


async def aged(town: Town, days: int) -> None:
    """Let somebody have written some days ago."""
    written = town.services.clock.now() - timedelta(days=days)
    message_id = town.server.world.mint(written)
    old = record(1, guild_id=town.guild.id, message_id=message_id, created_at=written)
    await town.services.store.apply(Batch(upserts=(old,)))


async def test_a_shorter_time_that_deletes_is_asked_about_first(town: Town) -> None:
    await aged(town, 100)
    shown = await turned(town, Page.PRIVACY)
    asked = await town.choose(shown, pages.RETENTION, "90 days")
    assert "### Keep numbers for 90 days only?" in asked.text
    assert "for good" in asked.text
    # Nothing is said of it before somebody answers.
    assert town.services.roster.settings(town.guild.id) is None
    back = await town.press(asked, "Cancel")
    assert chosen(back.message, pages.RETENTION) == ["365"]
    asked = await town.choose(back, pages.RETENTION, "90 days")
    done = await town.press(asked, "Delete what is older")
    assert chosen(done.message, pages.RETENTION) == ["90"]
    assert town.settings.retention_days == 90
    # Back to a longer time is nothing to ask about.
    await town.choose(done, pages.RETENTION, "180 days")
    assert town.settings.retention_days == 180


async def test_the_question_in_korean(korean_town: Town) -> None:
    await aged(korean_town, 40)
    shown = await turned(korean_town, Page.PRIVACY)
    asked = await korean_town.choose(shown, pages.RETENTION, "30")
    assert "### 수치를 30일만 보관할까요?" in asked.text


async def test_who_lost_the_permission_does_not_shorten_it(town: Town) -> None:
    await aged(town, 100)
    deputy = town.guild.add_member("Dee")
    role = town.guild.add_role("Deputies", permissions=Permission.MANAGE_GUILD)
    deputy.roles.append(role)
    shown = await town.run(deputy, "settings", page=Page.PRIVACY.value)
    asked = await town.choose(shown, pages.RETENTION, "30 days")
    deputy.roles.remove(role)
    refused = await asked.click("Delete what is older")
    assert "Manage Server" in refused.text
    assert town.services.roster.settings(town.guild.id) is None


async def test_a_page_that_retention_took_is_the_last_one_that_is_left(town: Town) -> None:
    for hour in range(12):
        await town.run(town.admin, "report schedule", hour=hour)
    shown = await town.run(town.admin, "settings", page="history")
    later = town.services.clock.now() + timedelta(days=1)
    await town.services.store.delete_before(town.guild.id, later)
    shown = await town.press(shown, "Older")
    assert "Nothing was changed yet." in shown.text


async def test_who_has_their_data_deleted_is_no_longer_named(town: Town) -> None:
    await town.run(town.admin, "report schedule", hour=3)
    await town.services.privacy.delete(town.guild.id, town.admin.id)
    shown = await town.run(town.admin, "settings", page="history")
    assert "nobody named: **Hour of the report**: 09:00 → 03:00" in shown.text
    assert f"<@{town.admin.id}>" not in shown.text


async def test_what_has_no_name_is_shown_as_it_is_kept(town: Town) -> None:
    await town.run(town.admin, "report schedule", hour=3)
    odd = SettingChange(
        town.guild.id, town.services.clock.now(), town.admin.id, "later.idea", None, "**x**" * 50
    )
    strange = replace(odd, setting="report.weekday", before="someday", after="0")
    await town.services.store.save_settings(town.settings, [odd, strange])
    shown = await town.run(town.admin, "settings", page="history")
    assert "**`later.idea`**: – → \\*\\*x" in shown.text
    assert "…" in shown.text
    assert "**Day of the report**: someday → Monday" in shown.text
