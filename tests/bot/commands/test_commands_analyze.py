from __future__ import annotations

import pytest

from tests.bot.commands.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_text_is_read_and_not_kept(town: Town) -> None:
    reply = await town.run(town.member, "analyze text", text="I am so happy, what a great day")
    assert reply.ephemeral
    assert reply.text.startswith("### Joy · ")
    assert "positive (+0." in reply.text
    assert "**happy**" in reply.text
    assert "English · embedded@" in reply.text
    for name in ("Anger", "Disgust", "Fear", "Sadness", "Surprise", "Hurt", "Neutral"):
        assert f" {name}" in reply.text
    assert await town.records() == 0


async def test_in_korean(korean_town: Town) -> None:
    town = korean_town
    reply = await town.run(town.member, "analyze text", text="오늘 너무 화가 나고 짜증나")
    assert "### 분노" in reply.text
    assert "부정적 (−0." in reply.text
    assert "이렇게 읽은 까닭" in reply.text


async def test_words_that_move_nothing(town: Town) -> None:
    reply = await town.run(town.member, "analyze text", text="12:30")
    assert "No single word or sign moved the verdict." in reply.text


@pytest.mark.parametrize(
    "text", ["https://example.org/a", "<@123456789012345678>", "...", "\u200b"]
)
async def test_nothing_to_read(town: Town, text: str) -> None:
    reply = await town.run(town.member, "analyze text", text=text)
    assert reply.ephemeral
    assert reply.text.startswith("There is nothing to read in it")


async def test_a_very_long_text(town: Town) -> None:
    text = ("very happy and so sad, *really* `angry` @everyone " * 90)[:4000]
    reply = await town.run(town.member, "analyze text", text=text)
    assert "What moved the verdict" in reply.text
    assert reply.text.count("• **") == 8
    assert len(reply.text) <= 4000


async def test_ones_own_message(korean_town: Town) -> None:
    town = korean_town
    message = await town.guild.say(town.member, town.general, "정말 고마워요! 행복해요")
    reply = await town.guild.use_context_menu(town.member, "Analyze emotion", message)
    assert reply.ephemeral
    assert "### 기쁨" in reply.text


async def test_the_message_of_somebody_else(town: Town) -> None:
    message = await town.guild.say(town.member, town.general, "I feel terrible")
    reply = await town.guild.use_context_menu(town.admin, "Analyze emotion", message)
    assert reply.ephemeral
    assert reply.text.startswith("I read messages only for the people who wrote them")
    assert "Sadness" not in reply.text


async def test_ones_own_picture_without_words(town: Town) -> None:
    message = await town.guild.say(town.member, town.general, "https://example.org/cat.png")
    reply = await town.guild.use_context_menu(town.member, "Analyze emotion", message)
    assert reply.text.startswith("There is nothing to read in it")


async def test_a_limit_for_eager_people(town: Town) -> None:
    for _ in range(5):
        await town.run(town.member, "analyze text", text="fine")
    reply = await town.run(town.member, "analyze text", text="fine")
    assert reply.text.startswith("That was quick.")
