from __future__ import annotations

import pytest

from bot.views import buttons
from tests.bot.commands.town import Town, part

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINES = ("I love this, thank you all!", "This is great news", "오늘 너무 행복해 ㅎㅎ")


async def crowd(town: Town, people: int) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    for number in range(people):
        member = town.guild.add_member(f"Member {number}")
        for line in LINES:
            await town.guild.say(member, town.general, line)
    await town.heard()


async def test_the_mood_of_a_server(town: Town) -> None:
    await crowd(town, 6)
    reply = await town.run(town.member, "mood server")
    assert reply.ephemeral
    assert f"The mood of {town.guild.name}" in reply.text
    assert "The last 7 days · 18 messages · 6 people" in reply.text
    assert "Mood **+0." in reply.text
    assert "▇" in reply.text
    assert "Joy (" in reply.text


async def test_in_korean_and_in_public(korean_town: Town) -> None:
    town = korean_town
    await crowd(town, 5)
    town.member.locale = "en-US"
    reply = await town.run(town.member, "mood server", days=1, public=True)
    assert not reply.ephemeral
    assert "지난 1일 · 메시지 15개 · 5명" in reply.text
    assert part(reply.message, buttons.MY_DATA)["label"] == "내 데이터 / 측정 거부"


async def test_too_few_people_are_hidden(town: Town) -> None:
    await crowd(town, 4)
    reply = await town.run(town.member, "mood server", days=30)
    assert "Fewer than 5 people wrote in the last 30 days." in reply.text
    assert "Mood **" not in reply.text
    assert "▇" not in reply.text


async def test_nothing_was_measured(korean_town: Town) -> None:
    reply = await korean_town.run(korean_town.member, "mood server", days=90)
    assert "지난 90일 동안 측정한 메시지가 없어요." in reply.text


async def test_too_many_questions_at_once(korean_town: Town) -> None:
    town = korean_town
    for _ in range(5):
        await town.run(town.member, "mood server")
    reply = await town.run(town.member, "mood server")
    assert reply.ephemeral
    assert "조금 빨라요." in reply.text
