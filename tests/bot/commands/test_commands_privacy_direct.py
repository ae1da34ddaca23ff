"""`/privacy` in every place: what is kept, receipts, and direct messages, also after leaving."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.receipts import Receipts
from bot.sandbox import Interaction
from bot.sandbox.components import walk
from bot.sandbox.errors import CommandNotFoundError
from bot.views import privacy
from bot.views.buttons import EXPORT
from tests.bot.commands.town import Town, part

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def talked(town: Town, count: int = 3) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    for _ in range(count):
        await town.guild.say(town.member, town.general, "I am so glad to be here")
    await town.heard()


async def directly(town: Town, command: str) -> Interaction:
    return await town.run(
        town.member, f"privacy {command}", where=town.server.direct_channel(town.member)
    )


async def chosen_in(asked: Interaction, town: Town, action: str) -> Interaction:
    """Choose the town in the select menu of servers, and wait for what follows."""
    menu = privacy.SERVER.format(action=action)
    return await (await asked.select(menu, str(town.guild.id))).changed()


def offered(asked: Interaction) -> dict[str, str]:
    """Return label and value of the servers on offer."""
    options = [each for each in walk(asked.message.components) if "options" in each]
    return {each["label"]: each["value"] for part in options for each in part["options"]}


async def test_status_counts_by_kind_and_says_for_how_long(town: Town) -> None:
    await talked(town)
    await town.run(town.member, "privacy opt-in")
    now = datetime.now(UTC)
    await town.services.privacy.show_own_mood(town.guild.id, town.member.id, now)
    await town.services.privacy.allow_links(town.guild.id, town.member.id, now)
    shown = await town.run(town.member, "privacy status")
    assert shown.ephemeral
    for line in (
        "• 3 records of messages",
        "• your choice to see your own mood",
        "• your choice that reports may link to your joyful messages",
        "• that you agreed to be measured",
        "Each record is deleted 365 days after the message was written.",
        "measures everybody who does not opt out",
        "at least 5 people",
    ):
        assert line in shown.text, line
    day = int((now + timedelta(days=365)).timestamp())
    assert any(abs(int(stamp) - day) < 60 for stamp in re.findall(r"<t:(\d+):D>", shown.text))


async def test_status_in_korean_of_somebody_about_whom_nothing_is_kept(korean_town: Town) -> None:
    shown = await korean_town.run(korean_town.member, "privacy status")
    assert "• 없음" in shown.text
    assert "개인정보 처리방침" in str(shown.message.components)


async def test_status_in_a_thread(town: Town) -> None:
    await talked(town, 1)
    thread = await town.guild.add_thread(town.general, "aside", town.member)
    await town.guild.say(town.member, thread, "so happy in here")
    await town.heard()
    shown = await town.run(town.member, "privacy status", where=thread)
    assert shown.ephemeral
    assert "• 2 records of messages" in shown.text


async def test_an_administrator_reads_where_their_name_stands_and_gets_it_off(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    shown = await town.run(town.admin, "privacy status")
    assert "your name at 1 change of a setting" in shown.text
    assert "the administrators see which settings you changed" in shown.text
    done = await town.run(town.admin, "privacy opt-out")
    assert "your name at 1 change of a setting" in done.text
    assert await town.services.store.changes_by(town.guild.id, town.admin.id) == []
    assert await town.services.store.count_changes(town.guild.id) == 1, "the change itself stays"


async def test_the_buttons_of_the_status_do_what_the_commands_do(town: Town) -> None:
    await talked(town, 1)
    shown = await town.run(town.member, "privacy status")
    policy = await shown.click(privacy.POLICY)
    assert policy.ephemeral
    assert "Privacy policy in short" in policy.text
    exported = await shown.click(EXPORT)
    assert [file.filename for file in exported.files] == [
        f"nunchi-my-data-{datetime.now(UTC):%Y-%m-%d}.json"
    ]
    done = await town.press(shown, privacy.OPT_OUT)
    assert "1 record was deleted." in done.text


async def test_export_by_command_holds_every_kind(town: Town) -> None:
    await talked(town, 2)
    await town.run(town.member, "privacy opt-in")
    reply = await town.run(town.member, "privacy export")
    assert reply.ephemeral
    document = json.loads(reply.files[0].content)
    assert document["records_total"] == 2
    assert len(document["consents"]) == 1
    assert document["settings"]["agreed_to_be_measured_at"] == document["consents"][0]["at"]
    assert document["settings_changed"] == []


# Receipts


async def test_a_receipt_says_what_when_and_what_remains(town: Town) -> None:
    await talked(town)
    await town.run(town.admin, "setup", timezone="Asia/Seoul")
    done = await town.run(town.member, "privacy opt-out")
    assert done.ephemeral
    assert "### Receipt of your opt-out" in done.text
    assert f"Server {town.guild.name} (`{town.guild.id}`)" in done.text
    assert "3 records were deleted." in done.text
    assert "A keyed hash of you in this server" in done.text
    found = re.search(r"When: (\S+ \S+) \(Asia/Seoul\) = (\S+ \S+) UTC", done.text)
    assert found is not None
    seoul, world = (datetime.fromisoformat(each) for each in found.groups())
    assert seoul - world == timedelta(hours=9)
    assert abs(world.replace(tzinfo=UTC) - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_receipt_as_a_file_can_be_verified_and_names_nobody(town: Town) -> None:
    await talked(town)
    done = await town.run(town.member, "privacy opt-out")
    saved = await done.click("Save as a file")
    assert saved.ephemeral
    (file,) = saved.files
    assert re.fullmatch(r"nunchi-receipt-[A-Z2-7-]{19}\.txt", file.filename)
    content = file.content.decode()
    assert "Receipt of your opt-out" in content
    assert "3 records were deleted." in content
    key = town.services.settings.key_file.read_bytes()
    assert Receipts(key).confirms(content)
    assert not Receipts(key).confirms(content.replace("records:3", "records:4"))
    assert not Receipts(bytes(32)).confirms(content)
    author = town.services.roster.author(town.guild.id, town.member.id)
    for secret in (str(town.member.id), town.member.name, author.hex()):
        assert secret not in content


async def test_two_receipts_of_one_person_have_nothing_in_common(town: Town) -> None:
    first = await town.run(town.member, "privacy opt-out")
    second = await town.run(town.member, "privacy opt-out")
    numbers = [re.search(r"Receipt number: `(.+)`", each.text)[1] for each in (first, second)]
    assert len(set(numbers)) == 2
    assert not set(numbers[0].split("-")) & set(numbers[1].split("-"))
    assert "There was nothing to delete." in second.text


# Direct messages


async def test_in_a_direct_message_a_server_is_chosen_first(town: Town) -> None:
    await talked(town)
    asked = await directly(town, "status")
    assert asked.ephemeral
    assert offered(asked) == {town.guild.name: str(town.guild.id)}
    shown = await chosen_in(asked, town, "status")
    assert f"My data in {town.guild.name}" in shown.text
    assert "• 3 records of messages" in shown.text


async def test_somebody_who_left_can_still_export_and_delete(town: Town) -> None:
    await talked(town)
    await town.guild.remove_member(town.member)
    asked = await directly(town, "export")
    exported = await (
        await asked.select(privacy.SERVER.format(action="export"), str(town.guild.id))
    ).settle()
    await town.server.wait_until(lambda: bool(exported.files), 60)
    assert json.loads(exported.files[0].content)["records_total"] == 3
    sure = await chosen_in(await directly(town, "delete"), town, "delete")
    assert f"In {town.guild.name}" in sure.text
    done = await town.press(sure, "Delete my data")
    assert "3 records were deleted." in done.text
    assert await town.records() == 0
    saved = await done.click("Save as a file")
    assert "Receipt of your deletion" in saved.files[0].content.decode()


async def test_opting_out_and_in_from_a_direct_message(town: Town) -> None:
    await talked(town, 1)
    done = await chosen_in(await directly(town, "opt-out"), town, "opt-out")
    assert "1 record was deleted." in done.text
    assert town.services.privacy.is_refused(town.guild.id, town.member.id)
    back = await town.press(done, "Opt in")
    assert "Welcome back." in back.text
    assert not town.services.privacy.is_refused(town.guild.id, town.member.id)
    again = await town.press(back, "Opt out")
    assert "Receipt of your opt-out" in again.text
    # The refusal is what is kept now, so the server is still on offer.
    in_again = await chosen_in(await directly(town, "opt-in"), town, "opt-in")
    assert "Welcome back." in in_again.text


async def test_the_policy_and_a_second_thought_in_a_direct_message(town: Town) -> None:
    await talked(town, 1)
    shown = await chosen_in(await directly(town, "policy"), town, "policy")
    assert town.guild.name in shown.text
    sure = await chosen_in(await directly(town, "delete"), town, "delete")
    kept = await town.press(sure, "Cancel")
    assert kept.text == "Nothing was deleted."
    assert await town.records() == 1


async def test_nothing_kept_anywhere_is_an_answer_too(town: Town) -> None:
    asked = await directly(town, "status")
    assert asked.ephemeral
    assert "Nothing is kept about you in any server where I am." in asked.text


async def test_other_people_and_servers_are_not_on_offer(town: Town) -> None:
    await talked(town, 1)
    stranger = town.guild.add_member("Noa")
    place = town.server.direct_channel(stranger)
    asked = await town.run(stranger, "privacy status", where=place)
    assert "Nothing is kept about you" in asked.text


async def test_commands_of_a_server_are_not_offered_in_direct_messages(town: Town) -> None:
    with pytest.raises(CommandNotFoundError):
        await town.run(town.member, "mood server", where=town.server.direct_channel(town.member))


async def test_many_servers_come_in_pages(town: Town) -> None:
    consent, when = town.services.store.consent, datetime.now(UTC)
    number = privacy.SERVERS + 3
    for each in range(number):
        guild = town.server.add_guild(f"Village {each:02}")
        author = town.services.roster.author(guild.id, town.member.id)
        await consent(guild.id, author, when)
    await town.server.flush()
    client = town.application.client
    await town.server.wait_until(
        lambda: sum(each.name.startswith("Village") for each in client.guilds) == number
    )
    asked = await directly(town, "status")
    labels = list(offered(asked))
    assert len(labels) == privacy.SERVERS + 1
    assert labels[-1] == "More servers…"
    menu = privacy.SERVER.format(action="status")
    more = await (await asked.select(menu, "More servers…")).changed()
    assert list(offered(more)) == ["Village 24", "Village 25", "Village 26", "More servers…"]
    shown = await (await more.select(menu, "Village 25")).changed()
    assert "My data in Village 25" in shown.text


async def test_a_button_with_a_strange_server_reveals_and_changes_nothing(town: Town) -> None:
    await talked(town, 1)
    shown = await chosen_in(await directly(town, "status"), town, "status")
    button = part(shown.message, f"nunchi:privacy:at:{town.guild.id}:opt-out")
    button["custom_id"] = "nunchi:privacy:at:12345:opt-out"
    done = await town.press(shown, button["custom_id"])
    assert "There was nothing to delete." in done.text
    button = part(done.message, "nunchi:privacy:at:12345:opt-in")
    button["custom_id"] = f"nunchi:privacy:at:{town.guild.id}:of-a-version-to-come"
    told = await town.press(done, button["custom_id"])
    assert "• 1 record of a message" in told.text
    assert await town.records() == 1


async def test_a_server_that_the_bot_has_left_is_on_offer_while_it_keeps_something(
    town: Town,
) -> None:
    await talked(town, 2)
    place = town.server.direct_channel(town.member)
    await town.guild.kick_bot()
    client = town.application.client
    await town.server.wait_until(lambda: client.get_guild(town.guild.id) is None)
    asked = await town.run(town.member, "privacy status", where=place)
    assert offered(asked) == {f"Server {town.guild.id}": str(town.guild.id)}
    shown = await chosen_in(asked, town, "status")
    assert "• 2 records of messages" in shown.text
    done = await town.press(shown, "Opt out")
    assert "2 records were deleted." in done.text
    assert (await town.services.privacy.status(town.guild.id, town.member.id)).counts == {}
