"""Judging a reading of one's own words, giving the text, and what moderators see of it."""

from __future__ import annotations

import pytest

from bot.sandbox import Interaction, MissingPermissionError
from bot.sandbox.components import walk
from classifiers.emotion import EMOTIONS, Emotion
from tests.bot.commands.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

HAPPY = "I am so happy, what a great day"


async def judged(town: Town, text: str = HAPPY) -> Interaction:
    return await town.run(town.member, "analyze text", text=text)


def options(shown: Interaction) -> set[str]:
    return {
        option["value"]
        for message in shown.messages
        for part in walk(message.components)
        for option in part.get("options", ())
    }


def select_of(shown: Interaction) -> str:
    ids = [
        part["custom_id"]
        for message in shown.messages
        for part in walk(message.components)
        if part["type"] == 3
    ]
    return str(ids[0])


async def test_right(town: Town) -> None:
    reply = await judged(town)
    assert "Is that right?" in reply.text
    after = await town.press(reply, "Right")
    assert "Thank you. Kept: you say it is **Joy**." in after.text
    (given,) = await town.services.store.feedback(town.guild.id)
    assert (given.predicted, given.corrected, given.text) == ("joy", "joy", None)
    assert given.author == town.services.roster.author(town.guild.id, town.member.user.id)
    assert given.probabilities[EMOTIONS.index(Emotion.JOY)] > 0.5
    assert HAPPY not in repr(given)


async def test_a_server_that_chose_nothing_yet_is_known_from_its_first_feedback_on(
    korean_town: Town,
) -> None:
    """What is kept is swept, exported and forgotten server by server, of those that are known."""
    town = korean_town
    store = town.services.store
    assert await store.settings(town.guild.id) is None
    await town.press(await judged(town, "오늘 너무 행복해요"), "맞아요")
    settings = await store.settings(town.guild.id)
    assert settings is not None
    assert (settings.language, settings.timezone) == ("ko", "Asia/Seoul")
    assert settings.channels == ()
    assert await store.count_changes(town.guild.id) == 0


async def test_not_quite_and_a_second_thought(town: Town) -> None:
    shown = await town.press(await judged(town), "Not quite…")
    assert len(options(shown)) == 9
    shown = await town.choose(shown, select_of(shown), "sadness")
    assert "you say it is **Sadness**" in shown.text
    shown = await town.press(shown, "Change")
    shown = await town.choose(shown, select_of(shown), "surprise")
    (given,) = await town.services.store.feedback(town.guild.id)
    assert (given.predicted, given.corrected) == ("joy", "surprise")
    shown = await town.press(shown, "Take it back")
    assert "Is that right?" in shown.text
    assert await town.services.store.feedback(town.guild.id) == []


async def test_a_text_is_kept_only_by_a_second_step_and_as_its_author_sends_it(
    town: Town,
) -> None:
    shown = await town.press(await judged(town, "Mina says: so happy today"), "Right")
    asked = await shown.click("Add my text…")
    assert asked.modal is not None
    assert "under a pseudonym" in str(asked.modal)
    assert (await town.services.store.feedback(town.guild.id))[0].text is None
    sent = await (await asked.submit_modal(text="so happy today")).changed()
    assert "in the training set" in sent.text
    assert "The text was not stored" not in sent.text
    (given,) = await town.services.store.feedback(town.guild.id)
    assert given.text == "so happy today"
    await town.press(sent, "Take both back")
    assert await town.services.store.feedback(town.guild.id) == []


async def test_under_the_menu_of_ones_own_message(korean_town: Town) -> None:
    town = korean_town
    message = await town.guild.say(town.member, town.general, "정말 고마워요! 행복해요")
    reply = await town.guild.use_context_menu(town.member, "Analyze emotion", message)
    after = await town.press(reply, "맞아요")
    assert "**기쁨**" in after.text
    (given,) = await town.services.store.feedback(town.guild.id)
    assert given.message_id == message.id
    assert given.language == "ko"


async def test_who_opted_out_is_not_kept(town: Town) -> None:
    reply = await judged(town)
    await town.run(town.member, "privacy opt-out")
    clicked = await town.press(reply, "Right")
    assert "You have opted out" in clicked.text
    assert await town.services.store.feedback(town.guild.id) == []


async def test_feedback_goes_with_the_rest_of_ones_data(town: Town) -> None:
    await town.press(await judged(town), "Right")
    await town.run(town.member, "privacy opt-out")
    assert await town.services.store.feedback(town.guild.id) == []


async def test_moderators_see_too_few_people_first_and_members_nothing(town: Town) -> None:
    await town.press(await judged(town), "Right")
    shown = await town.run(town.admin, "feedback status")
    assert shown.ephemeral
    assert "Not enough people have judged a reading yet: 1 of 5." in shown.text
    assert "agree" not in shown.text.split("Recalibration")[0].replace("Feedback", "")
    with pytest.raises(MissingPermissionError):
        await town.run(town.member, "feedback status")


async def test_moderators_see_rates_of_enough_people(town: Town) -> None:
    for number in range(5):
        member = town.guild.add_member(f"Judge {number}")
        reply = await town.run(member, "analyze text", text=HAPPY)
        if number < 4:
            await town.press(reply, "Right")
        else:
            shown = await town.press(reply, "Not quite…")
            await town.choose(shown, select_of(shown), "neutral")
    shown = await town.run(town.admin, "feedback status")
    assert "**80%** of 5 judgements agree" in shown.text
    assert "read as Joy: 80% of 5" in shown.text
    tried = await town.press(shown, "Try to recalibrate")
    assert "It takes 100 judgements by 8 people to try; there are 5 so far." in tried.text
