"""Check-ins: asked once, answered with a face, seen by nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.checkins.question import checkin_due
from bot.sandbox import Message, MissingPermissionError, Permission
from bot.sandbox.components import walk
from storage.checkins import CheckinSettings
from storage.records import ConsentMode, GuildSettings
from tests.bot.commands.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

SEOUL = GuildSettings(1, timezone="Asia/Seoul")


async def faces(town: Town) -> list[int]:
    now = datetime.now(UTC)
    day = timedelta(days=1)
    found = await town.services.store.checkins(town.guild.id, now - day, now + day)
    return [int(face) for face in found.face]


async def asked(town: Town, *, since: timedelta = timedelta(hours=2)) -> Message:
    """Let check-ins be due just now, and return the question."""
    now = datetime.now(UTC)
    chosen = CheckinSettings(town.general.id, None, now.hour, now - since)
    await town.services.roster.change(
        town.guild.id,
        lambda settings: replace(settings, timezone="UTC", checkins=chosen),
        GuildSettings(town.guild.id),
    )
    assert await town.services.prompts.post_due(town.settings) == 1
    assert await town.services.prompts.post_due(town.settings) == 0
    (post,) = [each for each in town.server.posts(town.general) if "How are you" in each.text]
    return post


async def test_a_question_is_answered_with_a_face_and_answered_anew(town: Town) -> None:
    post = await asked(town)
    labels = [part["label"] for part in walk(post.components) if part.get("emoji")]
    assert labels == ["Very good", "Good", "So-so", "Not so good", "Bad"]
    first = await town.guild.click(town.member, post, "Good")
    assert first.ephemeral
    assert "Noted: 🙂 **Good**." in first.text
    second = await town.guild.click(town.member, post, "Bad")
    assert "**Bad**" in second.text
    await town.guild.click(town.admin, post, "Very good")
    assert sorted(await faces(town)) == [1, 5]
    # What stands for everybody to read tells of nobody.
    assert "Good" not in post.text
    assert len(town.server.posts(town.general)) == 1


async def test_who_opted_out_is_not_kept(town: Town) -> None:
    post = await asked(town)
    await town.guild.click(town.member, post, "Good")
    await town.run(town.member, "privacy opt-out")
    assert await faces(town) == []
    refused = await town.guild.click(town.member, post, "Good")
    assert refused.ephemeral
    assert "You have opted out" in refused.text
    assert await faces(town) == []


async def test_where_each_is_asked_first_only_who_agreed_is_kept(town: Town) -> None:
    post = await asked(town)
    await town.services.roster.change(
        town.guild.id, lambda found: replace(found, consent=ConsentMode.EXPLICIT)
    )
    refused = await town.guild.click(town.member, post, "Good")
    assert refused.ephemeral
    assert "You have not agreed, so nothing is kept of you" in refused.text
    assert await faces(town) == []
    await town.run(town.member, "privacy opt-in")
    assert "Noted" in (await town.guild.click(town.member, post, "Good")).text
    assert await faces(town) == [4]


async def test_an_old_question_and_one_after_the_end_are_not_answered(town: Town) -> None:
    post = await asked(town)
    await town.run(town.admin, "checkin off")
    late = await town.guild.click(town.member, post, "Good")
    assert "There are no check-ins here any more, so nothing was noted." in late.text
    old = CheckinSettings(town.general.id, None, 0, datetime.now(UTC))
    await town.services.roster.change(town.guild.id, lambda found: replace(found, checkins=old))
    name = f"{datetime.now(UTC) - timedelta(hours=25):%Y%m%dT%H%M}"
    for part in walk(post.components):
        if part.get("emoji"):
            part["custom_id"] = f"nunchi:checkin:{name}:{part['custom_id'][-1]}"
    over = await town.guild.click(town.member, post, "Good")
    assert "This question is over." in over.text
    assert await faces(town) == []


async def test_an_administrator_starts_and_ends_them(town: Town) -> None:
    shown = await town.run(town.admin, "checkin status")
    assert "There are no check-ins." in shown.text
    shown = await town.run(town.admin, "checkin on", weekday=4, hour=17)
    assert f"I ask in {town.general.mention} every Friday at 17:00." in shown.text
    assert "Next: <t:" in shown.text
    assert town.settings.checkins.weekday == 4
    shown = await town.run(town.admin, "checkin on", hour=9)
    assert "every day at 09:00" in shown.text
    shown = await town.run(town.admin, "checkin off")
    assert "There are no check-ins." in shown.text
    assert town.settings.checkins == CheckinSettings()
    with pytest.raises(MissingPermissionError):
        await town.run(town.member, "checkin status")


async def test_a_channel_where_the_bot_may_not_write_is_refused(town: Town) -> None:
    closed = await town.closed_channel("closed", denied=Permission.SEND_MESSAGES)
    refused = await town.run(town.admin, "checkin on", channel=closed)
    assert "I need Send Messages" in refused.text
    assert town.services.roster.settings(town.guild.id) is None or (
        town.settings.checkins.channel_id is None
    )


async def test_a_deleted_channel_does_not_loop(town: Town) -> None:
    gone = town.guild.add_channel("gone")
    now = datetime.now(UTC)
    chosen = CheckinSettings(gone.id, None, now.hour, now - timedelta(hours=2))
    await town.services.roster.change(
        town.guild.id,
        lambda settings: replace(settings, timezone="UTC", checkins=chosen),
        GuildSettings(town.guild.id),
    )
    await gone.delete()
    await town.server.flush()
    assert await town.services.prompts.post_due(town.settings) == 0
    assert await town.services.prompts.post_due(town.settings) == 0


async def test_in_korean(korean_town: Town) -> None:
    town = korean_town
    now = datetime.now(UTC)
    chosen = CheckinSettings(town.general.id, now.weekday(), now.hour, now - timedelta(hours=2))
    await town.services.roster.change(
        town.guild.id,
        lambda settings: replace(settings, language="ko", timezone="UTC", checkins=chosen),
        GuildSettings(town.guild.id),
    )
    await town.services.prompts.post_due(town.settings)
    (post,) = town.server.posts(town.general)
    assert "이번 주는 어땠나요?" in post.text
    answered = await town.guild.click(town.member, post, "그저 그래요")
    assert "그저 그래요" in answered.text
    assert await faces(town) == [3]


async def test_when_a_question_is_due() -> None:
    due = datetime(2026, 11, 13, 9, tzinfo=UTC)  # Friday, 18:00 in Seoul
    since = due - timedelta(days=30)
    for weekday, moment, expected in (
        (None, due - timedelta(seconds=1), None),
        (None, due, due),
        (None, due + timedelta(hours=2), due),
        (None, due + timedelta(hours=4), None),
        (None, due + timedelta(days=1), due + timedelta(days=1)),
        (4, due + timedelta(minutes=1), due),
        (4, due + timedelta(days=1), None),
        (4, due + timedelta(days=7), due + timedelta(days=7)),
    ):
        settings = replace(SEOUL, checkins=CheckinSettings(5, weekday, 18, since))
        found = checkin_due(settings, moment)
        assert (found.moment if found else None) == expected, (weekday, moment)
    late = replace(SEOUL, checkins=CheckinSettings(5, None, 18, due + timedelta(minutes=1)))
    assert checkin_due(late, due + timedelta(minutes=2)) is None
    assert checkin_due(SEOUL, due) is None
