"""`/mood me`: off until chosen, for the member's eyes only, and gone at once when they say so."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean

import pytest

from bot.sandbox import Interaction, Member, Sandbox, point_discord_at
from bot.views import buttons, own_mood, privacy
from bot.views.report_buttons import MY_MOOD
from reports.wording.numbers import signed
from storage.records import AlertSettings, Batch, MessageRecord, ReportSchedule
from tests.bot.commands.town import Town, World, bot_at, founded, part
from tests.support.store_records import record

pytestmark = pytest.mark.asyncio(loop_scope="module")

GLAD = "I am so glad to be here, this is wonderful"


async def talked(town: Town, who: Member, count: int = 3) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    for _ in range(count):
        await town.guild.say(who, town.general, GLAD)
    await town.heard()


async def chosen(town: Town, who: Member) -> Interaction:
    """Choose to see one's own mood."""
    return await town.press(await town.run(who, "mood me"), own_mood.SHOW)


def pseudonym(town: Town, who: Member) -> bytes:
    return town.services.roster.author(town.guild.id, who.id)


async def kept(town: Town, who: Member) -> list[MessageRecord]:
    pages = town.services.store.author_records(town.guild.id, pseudonym(town, who))
    return [each async for page in pages for each in page]


async def lived(town: Town, who: Member, days: Sequence[int], each: int = 4) -> None:
    """Let a member have written on days ago, without typing all of it."""
    records = []
    for ago in days:
        for number in range(each):
            moment = datetime.now(UTC) - timedelta(days=ago, seconds=number)
            draft = record(number, guild_id=town.guild.id, author=pseudonym(town, who))
            identifier = town.server.world.mint(moment)
            records.append(replace(draft, message_id=identifier, created_at=moment))
    await town.services.store.apply(Batch(tuple(records)))


async def test_it_is_off_until_chosen(town: Town) -> None:
    await talked(town, town.member)
    shown = await town.run(town.member, "mood me")
    assert shown.ephemeral
    assert "This is off until you choose it." in shown.text
    assert not shown.files
    assert "+0." not in shown.text
    assert part(shown.message, own_mood.SHOW)["label"] == "Show me my own mood"


async def test_figures_are_those_of_the_records(town: Town) -> None:
    await talked(town, town.member, 2)
    await lived(town, town.member, range(1, 40))
    shown = await chosen(town, town.member)
    assert shown.ephemeral
    week: dict[object, list[float]] = {}
    for each in await kept(town, town.member):
        if (datetime.now(UTC).date() - each.created_at.date()).days < 7:
            week.setdefault(each.created_at.date(), []).append(each.valence)
    mood = fmean(fmean(values) for values in week.values())
    assert f"Seven days **{signed(mood)}**" in shown.text
    today = week[datetime.now(UTC).date()]
    assert f"**{signed(fmean(today))}** · 2 messages" in shown.text
    assert "Your usual mood" in shown.text
    assert "33 earlier days" in shown.text
    assert "▇" in shown.text
    (picture,) = shown.files
    assert picture.content.startswith(b"\x89PNG")
    assert (picture.description or "").startswith("Of 40 days with messages")


async def test_in_korean(korean_town: Town) -> None:
    town = korean_town
    await lived(town, town.member, range(30))
    shown = await chosen(town, town.member)
    assert "뚜렷한 변화는 없는 한 주예요" in shown.text
    assert "이번 주 글은 평소와 뚜렷이 다르지 않아요(" in shown.text
    assert "메시지 4개" in shown.text
    assert "이 답은 나에게만 보여요." in shown.text
    assert part(shown.message, buttons.EXPORT)["label"] == "내 데이터 내려받기"


async def test_nobody_else_sees_it_and_others_do_not_change_it(town: Town) -> None:
    await lived(town, town.member, range(20))
    before = await chosen(town, town.member)
    await lived(town, town.admin, range(20), each=9)
    after = await town.run(town.member, "mood me")
    assert after.text == before.text
    other = await town.run(town.admin, "mood me")
    assert "This is off until you choose it." in other.text
    assert town.server.posts(town.general) == []


async def test_every_answer_is_for_the_member_alone(town: Town) -> None:
    await lived(town, town.member, range(3))
    asked = await town.run(town.member, "mood me")
    shown = await town.press(asked, own_mood.SHOW)
    how = await shown.click(own_mood.HOW)
    exported = await shown.click(buttons.EXPORT)
    hidden = await town.press(shown, own_mood.HIDE)
    assert all(each.ephemeral for each in (asked, shown, how, exported, hidden))
    assert "median of your own earlier days" in how.text
    assert town.services.classifier.info.model in how.text


async def test_few_messages_are_said_to_be_few(town: Town) -> None:
    await lived(town, town.member, [1], each=2)
    shown = await chosen(town, town.member)
    assert "2 messages on 1 day are too few" in shown.text


async def test_a_week_without_messages(town: Town) -> None:
    shown = await chosen(town, town.member)
    assert "A week without messages" in shown.text
    assert "Quiet days are fine." in shown.text
    assert not shown.files


async def test_taking_the_choice_back_holds_at_once(town: Town) -> None:
    await lived(town, town.member, range(5))
    shown = await chosen(town, town.member)
    gone = await town.press(shown, own_mood.HIDE)
    assert gone.text.startswith("Your own mood is not shown to you any more.")
    again = await town.run(town.member, "mood me")
    assert "This is off until you choose it." in again.text
    assert len(await kept(town, town.member)) == 20


async def test_an_opt_out_wipes_it_at_once(town: Town) -> None:
    await lived(town, town.member, range(5))
    shown = await chosen(town, town.member)
    out = await town.press(shown, privacy.OPT_OUT)
    assert "20 records were deleted." in out.text
    assert out.ephemeral
    refused = await town.run(town.member, "mood me")
    assert refused.ephemeral
    assert "You have opted out, so none of your messages is measured" in refused.text
    assert "perfectly fine" in refused.text
    back = await town.press(refused, privacy.OPT_IN)
    assert back.text.startswith("Welcome back.")
    offered = await town.run(town.member, "mood me")
    assert "This is off until you choose it." in offered.text


async def test_an_old_button_does_not_overrule_an_opt_out(town: Town) -> None:
    asked = await town.run(town.member, "mood me")
    await town.run(town.member, "privacy opt-out")
    shown = await town.press(asked, own_mood.SHOW)
    assert "You have opted out" in shown.text
    await town.run(town.member, "privacy opt-in")
    assert "This is off" in (await town.run(town.member, "mood me")).text


async def test_erasure_wipes_it_at_once(town: Town) -> None:
    await lived(town, town.member, range(5))
    await chosen(town, town.member)
    asked = await town.run(town.member, "privacy delete")
    await town.press(asked, privacy.DELETE_CONFIRMED)
    assert "This is off" in (await town.run(town.member, "mood me")).text
    assert "A week without messages" in (await chosen(town, town.member)).text


async def test_erasure_takes_a_name_out_of_the_settings(town: Town) -> None:
    alerts, report = AlertSettings(switched_on_by=town.admin.id), ReportSchedule(planned_by=7)
    await town.services.roster.change(
        town.guild.id, lambda settings: replace(settings, alerts=alerts, report=report)
    )
    asked = await town.run(town.admin, "privacy delete")
    await town.press(asked, privacy.DELETE_CONFIRMED)
    assert town.settings.alerts.switched_on_by is None
    assert town.settings.report.planned_by == 7


async def test_the_export_is_complete_and_exact(town: Town) -> None:
    await talked(town, town.member, 4)
    await talked(town, town.admin, 2)
    await lived(town, town.member, range(3))
    shown = await chosen(town, town.member)
    exported = await shown.click(buttons.EXPORT)
    assert "16 records and your choices in this server" in exported.text
    (file,) = exported.files
    document = json.loads(file.content)
    stored = {each.message_id: each for each in await kept(town, town.member)}
    assert document["records_total"] == len(stored) == 16
    assert {int(each["message_id"]) for each in document["records"]} == set(stored)
    for each in document["records"]:
        original = stored[int(each["message_id"])]
        assert each["valence"] == original.valence
        assert each["created_at"] == original.created_at.isoformat(timespec="milliseconds")
        assert (int(each["channel_id"]), each["language"], each["model"]) == (
            original.channel_id,
            original.language,
            original.model,
        )
        assert repr(list(each["probabilities"].values())) == repr(
            [None if math.isnan(value) else value for value in original.probabilities]
        )
    assert document["settings"]["own_mood_since"] is not None
    assert GLAD not in file.content.decode()


async def test_ten_thousand_messages(town: Town) -> None:
    await lived(town, town.member, range(40), each=250)
    shown = await chosen(town, town.member)
    assert "Seven days **" in shown.text
    assert "1,750 messages" in shown.text
    exported = await shown.click(buttons.EXPORT)
    assert "10,000 records" in exported.text
    (file,) = exported.files
    assert file.filename.endswith(".json.gz")


async def test_an_export_that_is_too_large_for_one_file(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 16 * 1024
    monkeypatch.setattr("bot.sandbox.interactions.ATTACHMENT_SIZE_LIMIT", limit)
    await lived(town, town.member, range(40), each=50)
    shown = await chosen(town, town.member)
    exported = await shown.click(buttons.EXPORT)
    parts = json.loads(gzip.decompress(exported.files[0].content))["parts"]
    assert parts > 1
    await town.server.wait_until(lambda: len(exported.files) == parts)
    assert f"Part {parts} of {parts}" in exported.text
    assert exported.ephemeral
    assert all(len(file.content) <= limit for file in exported.files)
    documents = [json.loads(gzip.decompress(file.content)) for file in exported.files]
    stored = {each.message_id for each in await kept(town, town.member)}
    sent = [int(each["message_id"]) for document in documents for each in document["records"]]
    assert len(sent) == 2000
    assert set(sent) == stored


async def test_my_data_tells_how_many_records_there_are(town: Town) -> None:
    await talked(town, town.member, 3)
    (notice,) = town.server.posts(town.general)
    shown = await town.guild.click(town.member, notice, buttons.MY_DATA)
    assert shown.ephemeral
    assert "• 3 records of messages" in shown.text
    exported = await shown.click(buttons.EXPORT)
    assert "3 records and your choices" in exported.text
    nothing = await town.guild.click(town.admin, notice, buttons.MY_DATA)
    assert "records of messages" not in nothing.text


async def test_the_button_under_a_report(town: Town) -> None:
    await lived(town, town.member, range(3))
    await chosen(town, town.member)
    await town.run(town.admin, "report now")
    await town.server.flush()
    (post, *_) = town.server.posts(town.general)
    mine = await town.guild.click(town.member, post, MY_MOOD)
    theirs = await town.guild.click(town.admin, post, MY_MOOD)
    assert mine.ephemeral
    assert theirs.ephemeral
    assert "Seven days **" in mine.text
    assert "This is off until you choose it." in theirs.text


async def test_too_many_questions_at_once(town: Town) -> None:
    for _ in range(5):
        await town.run(town.member, "mood me")
    reply = await town.run(town.member, "mood me")
    assert reply.ephemeral
    assert "That was quick." in reply.text


async def test_a_restart_keeps_the_choice_and_the_buttons(tmp_path: Path) -> None:
    async with Sandbox() as server:
        server.add_guild("Home")
        with point_discord_at(server):
            async with bot_at(server, tmp_path) as application:
                before = await founded(World(server, application), "en-US")
                await lived(before, before.member, range(5))
                shown = await chosen(before, before.member)
            async with bot_at(server, tmp_path) as application:
                town = Town(
                    server,
                    application,
                    before.guild,
                    before.general,
                    before.admin,
                    before.member,
                )
                again = await town.run(town.member, "mood me")
                assert "Seven days **" in again.text
                gone = await town.press(shown, own_mood.HIDE)
                assert gone.text.startswith("Your own mood is not shown")
                assert "This is off" in (await town.run(town.member, "mood me")).text
