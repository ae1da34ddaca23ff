"""`/help`: what this person can do here; the bot's own commands are the measure."""

from __future__ import annotations

import re

import pytest

from bot.sandbox import Channel, Interaction, Member, Message, Permission
from bot.sandbox.components import walk
from bot.sandbox.errors import MissingPermissionError
from bot.views import help as views
from bot.views.layout import MAX_TEXT
from storage.records import ConsentMode
from tests.bot.commands.town import Town, part

pytestmark = pytest.mark.asyncio(loop_scope="module")

OVERRIDES = "GET /applications/{application_id}/guilds/{guild_id}/commands/permissions"
LINK = re.compile(r"</([a-z -]+):(\d+)>")
OWN = {"mood me", "analyze text"} | {
    f"privacy {each}" for each in ("status", "export", "policy", "opt-out", "opt-in", "delete")
}
IN_PRIVATE = {"talk"} | {each for each in OWN if each.startswith("privacy")}


def linked(shown: Interaction) -> set[str]:
    """Return the commands that a page links to; each link must lead to the very command."""
    found = LINK.findall(shown.text)
    ids = {each["name"]: each["id"] for each in shown_commands(shown)}
    assert all(ids[name.split()[0]] == number for name, number in found)
    assert len({name for name, _ in found}) == len(found)
    return {name for name, _ in found}


def shown_commands(shown: Interaction) -> list[dict[str, str]]:
    assert shown.message is not None
    world = shown.message.channel.world
    return world.commands.scope(None)


def buttons(shown: Interaction) -> list[str]:
    assert shown.message is not None
    return [each["label"] for each in walk(shown.message.components) if each["type"] == 2]


def characters(message: Message | None) -> int:
    assert message is not None
    return sum(len(each.get("content", "")) for each in walk(message.components))


def all_commands(town: Town) -> set[str]:
    found = set()
    for command in town.server.world.commands.scope(None):
        if command["type"] == 1:
            below = [each for each in command["options"] if each["type"] == 1]
            found |= {f"{command['name']} {each['name']}" for each in below} or {command["name"]}
    return found


async def test_an_administrator_finds_every_command(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    await town.run(town.admin, "monitor kind", channel=town.general, kind="retrospective")
    shown = await town.run(town.admin, "help")
    assert shown.ephemeral
    assert f"What you can do in {town.guild.name}" in shown.text
    first = linked(shown)
    assert first > OWN
    assert {"talk", "mood server", "retro write", "retro status"} < first
    assert "under Apps: **Analyze emotion** and **Retrospective arc**." in shown.text
    turned = await town.press(shown, views.RUNNING)
    assert "**Post and plan the reports**\n</report now:" in turned.text
    second = linked(turned)
    assert {"setup", "settings", "monitor add", "report now", "alerts on", "retro form"} < second
    # Whatever is added later is found as well.
    assert first | second == all_commands(town) - {"help"}
    assert first & second == set()


@pytest.mark.parametrize("locale", ["en-US", "ko"])
async def test_pages_fit_into_a_message(town: Town, locale: str) -> None:
    town.admin.locale = locale
    await town.run(town.admin, "monitor add", channel=town.general)
    await town.run(town.admin, "monitor kind", channel=town.general, kind="retrospective")
    shown = await town.run(town.admin, "help")
    assert characters(shown.message) <= MAX_TEXT
    turned = await town.press(shown, views.RUNNING)
    assert characters(turned.message) <= MAX_TEXT
    assert "…" not in turned.text


async def test_a_member_finds_nothing_that_is_refused(korean_town: Town) -> None:
    town = korean_town
    await town.run(town.admin, "monitor add", channel=town.general)
    shown = await town.run(town.member, "help")
    assert f"{town.guild.name}에서 할 수 있는 일" in shown.text
    assert linked(shown) == OWN | {"talk", "mood server"}
    assert "내 기분을 나만 봐요" in shown.text
    assert "**감정 분석**" in shown.text
    assert "이 채널을 살펴보고 있어요." in shown.text
    assert "내 메시지는 서버의 분위기에 들어가요." in shown.text
    assert "서버를 관리하는 사람에게" not in buttons(shown)


async def test_whatever_a_member_is_offered_is_not_refused(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    await town.run(town.admin, "monitor kind", channel=town.general, kind="retrospective")
    options = {"analyze text": {"text": "What a day"}, "talk": {"words": "What a day"}}
    for command in sorted(linked(await town.run(town.member, "help"))):
        shown = await town.run(town.member, command, **options.get(command, {}))
        assert shown.modal is not None or shown.ephemeral
        assert "You need this permission" not in shown.text


async def test_commands_for_managers_in_a_group_of_everybody(town: Town) -> None:
    """What `/help` keeps from members is refused to them, and nothing else in these groups."""
    await town.run(town.admin, "monitor add", channel=town.general)
    await town.run(town.admin, "monitor kind", channel=town.general, kind="retrospective")
    offered = linked(await town.run(town.member, "help"))
    assert {"retro write", "retro status"} < offered
    for command, options in (("retro form", {"form": "kpt"}), ("retro remind", {})):
        assert command not in offered
        refused = await town.run(town.member, command, **options)
        assert "You need this permission for that: Manage Server." in refused.text


async def test_a_moderator_finds_the_alerts_and_no_settings(town: Town) -> None:
    moderator = town.guild.add_member("Mo")
    role = town.guild.add_role("Moderators", permissions=Permission.MANAGE_MESSAGES)
    moderator.roles.append(role)
    shown = await town.run(moderator, "help")
    found = linked(await town.press(shown, views.RUNNING))
    assert found == {"alerts on", "alerts off", "alerts status"}


async def test_somebody_who_lost_the_permission_meanwhile(town: Town) -> None:
    deputy = town.guild.add_member("Dee")
    role = town.guild.add_role("Deputies", permissions=Permission.MANAGE_GUILD)
    deputy.roles.append(role)
    shown = await town.run(deputy, "help")
    assert "For those who run the server" in buttons(shown)
    deputy.roles.remove(role)
    turned = await town.press(shown, views.RUNNING)
    assert "setup" not in linked(turned)
    assert "For those who run the server" not in buttons(turned)


async def test_there_and_back(town: Town) -> None:
    shown = await town.run(town.admin, "help")
    before = shown.text
    turned = await town.press(shown, views.RUNNING)
    assert turned.text != before
    assert (await town.press(turned, views.MEMBERS)).text == before


async def test_before_the_set_up(town: Town) -> None:
    shown = await town.run(town.member, "help")
    assert "I am not set up in this server yet, so I read nothing." in shown.text


async def test_in_a_channel_that_is_not_listened_to_and_in_a_thread(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    other = town.guild.add_channel("other")
    await town.server.flush()
    shown = await town.run(town.member, "help", where=other)
    assert "I do not listen to this channel, but to others." in shown.text
    thread = await town.guild.add_thread(town.general, "aside", town.member)
    await town.server.flush()
    shown = await town.run(town.member, "help", where=thread)
    assert "I listen to this channel." in shown.text
    assert linked(shown) > OWN


async def directly(town: Town, who: Member) -> Interaction:
    place: Channel = town.server.direct_channel(who)
    return await town.run(who, "help", where=place)


@pytest.mark.parametrize("role", ["admin", "member"])
async def test_in_a_direct_message(town: Town, role: str) -> None:
    shown = await directly(town, town.admin if role == "admin" else town.member)
    assert "What you can do in this conversation" in shown.text
    assert linked(shown) == IN_PRIVATE
    assert "Analyze emotion" not in shown.text
    assert buttons(shown) == []


async def test_in_a_direct_message_in_korean(korean_town: Town) -> None:
    shown = await directly(korean_town, korean_town.member)
    assert "이 대화에서 할 수 있는 일" in shown.text
    assert linked(shown) == IN_PRIVATE


async def test_what_is_switched_off_is_not_offered(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    assert "Mention me, and I answer in the channel." in (await town.run(town.member, "help")).text
    await town.run(town.admin, "companion off")
    shown = await town.run(town.member, "help")
    assert "talk" not in linked(shown)
    assert "Mention me" not in shown.text


async def test_what_is_posted_is_named_where_the_reader_can_see_it(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    hidden = town.guild.add_channel("staff")
    await hidden.set_permissions(town.member, deny=Permission.VIEW_CHANNEL)
    await town.server.flush()
    await town.run(town.admin, "report schedule", channel=hidden)
    await town.run(town.admin, "checkin on", channel=town.general)
    shown = await town.run(town.member, "help")
    assert f"Check-ins, if you like to answer: <#{town.general.id}>." in shown.text
    assert "weekly report appears" not in shown.text
    shown = await town.run(town.admin, "help")
    assert f"The weekly report appears in <#{hidden.id}>." in shown.text


async def test_who_opted_out_reads_so(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    await town.run(town.member, "privacy opt-out")
    shown = await town.run(town.member, "help")
    assert "You have opted out: none of your messages is measured." in shown.text


async def test_who_has_not_agreed_reads_so(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    await town.services.privacy.change_consent_mode(town.guild.id, ConsentMode.EXPLICIT)
    shown = await town.run(town.member, "help")
    assert "Your messages are not measured, because you have not agreed to it." in shown.text
    await town.run(town.member, "privacy opt-in")
    shown = await town.run(town.member, "help")
    assert "Your messages count for the mood of the server" in shown.text


@pytest.mark.parametrize(
    ("words", "answer"),
    [("help", "shows what you can do here"), ("도움말!", "여기서 할 수 있는 일을 보여 드려요")],
)
async def test_somebody_mentions_the_bot_and_asks_for_help(
    town: Town, words: str, answer: str
) -> None:
    me = town.server.world.bot
    before = len(town.server.posts(town.general))
    await town.guild.say(town.member, town.general, f"<@{me.id}> {words}")
    await town.server.wait_until(lambda: len(town.server.posts(town.general)) > before)
    said = town.server.posts(town.general)[-1].content
    assert answer in said
    assert LINK.search(said)


async def test_links_of_the_operator(town: Town) -> None:
    assert part((await town.run(town.admin, "help")).message, views.RUNNING)
    settings = town.services.settings
    settings.__dict__.update(
        guide_url="https://example.org/guide", policy_url="https://example.org/policy"
    )
    try:
        shown = await town.run(town.member, "help")
    finally:
        settings.__dict__.update(guide_url=None, policy_url=None)
    assert buttons(shown) == ["Guide", "Privacy policy"]


# What a server's administrators took away, or granted, under Integrations

ROLE, USER, CHANNEL = 1, 2, 3


def override(town: Town, name: str | None, kind: int, target: int, *, allowed: bool) -> None:
    """Allow or deny a command, or all of them, as an administrator does in Discord's settings."""
    world = town.server.world
    known = {each["name"]: int(each["id"]) for each in world.commands.scope(None)}
    subject = world.application_id if name is None else known[name]
    world.command_overrides.put(town.guild.id, subject, kind, target, allowed=allowed)


async def offered_and_not_refused(town: Town, who: Member, where: Channel) -> set[str]:
    """Return what `/help` names; what it names, Discord lets through, and nothing else."""
    found = linked(await town.run(who, "help", where=where))
    options = {"analyze text": {"text": "What a day"}, "talk": {"words": "What a day"}}
    for command in sorted({"talk", "mood server", "privacy policy", "analyze text"}):
        run = town.run(who, command, where=where, **options.get(command, {}))
        if command in found:
            await run
        else:
            with pytest.raises(MissingPermissionError):
                await run
    return found


async def test_a_command_that_was_taken_away_from_everybody(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    before = linked(await town.run(town.member, "help"))
    override(town, "talk", ROLE, town.guild.id, allowed=False)
    override(town, "Analyze emotion", ROLE, town.guild.id, allowed=False)
    shown = await town.run(town.member, "help")
    assert linked(shown) == before - {"talk"}
    assert "Analyze emotion" not in shown.text
    assert "Discord did not tell" not in shown.text
    assert await offered_and_not_refused(town, town.member, town.general) == before - {"talk"}
    # Administrators cannot lock themselves out.
    assert "talk" in linked(await town.run(town.admin, "help"))


async def test_a_role_or_a_person_that_keeps_it(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    readers = town.guild.add_role("Readers")
    override(town, "mood", ROLE, town.guild.id, allowed=False)
    override(town, "mood", ROLE, readers.id, allowed=True)
    assert "mood server" not in await offered_and_not_refused(town, town.member, town.general)
    town.member.roles.append(readers)
    assert "mood server" in await offered_and_not_refused(town, town.member, town.general)
    override(town, "mood", USER, town.member.id, allowed=False)
    assert "mood server" not in await offered_and_not_refused(town, town.member, town.general)


async def test_the_bot_in_one_channel_only_but_for_one_command(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    corner = town.guild.add_channel("bots")
    await town.server.flush()
    override(town, None, CHANNEL, town.guild.id - 1, allowed=False)
    override(town, None, CHANNEL, corner.id, allowed=True)
    override(town, "privacy", CHANNEL, town.general.id, allowed=True)
    override(town, "help", CHANNEL, town.general.id, allowed=True)
    here = await offered_and_not_refused(town, town.member, town.general)
    assert here == {each for each in OWN if each.startswith("privacy")}
    there = await offered_and_not_refused(town, town.member, corner)
    assert here < there
    thread = await town.guild.add_thread(corner, "aside", town.member)
    await town.server.flush()
    assert linked(await town.run(town.member, "help", where=thread)) == there


async def test_what_is_granted_in_discord_is_not_named_where_it_is_refused(town: Town) -> None:
    deputy = town.guild.add_member("Deputy")
    override(town, "setup", USER, deputy.id, allowed=True)
    shown = await town.run(deputy, "help")
    assert "For those who run the server" not in buttons(shown)


async def test_where_discord_does_not_tell_the_answer_says_so(town: Town) -> None:
    town.server.fail(OVERRIDES, status=403, code=50001, times=2)
    shown = await town.run(town.admin, "help")
    assert "What you see when you type / counts." in shown.text
    turned = await town.press(shown, views.RUNNING)
    assert "What you see when you type / counts." in turned.text
