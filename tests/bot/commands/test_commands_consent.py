"""Asking each member first: the panel, the notice, and what is taken from whom."""

from __future__ import annotations

import asyncio

import pytest

from bot.sandbox import Interaction
from bot.views import privacy, setup_pages
from bot.views.buttons import NOTICE_OPT_IN
from bot.views.consent_change import CONFIRM
from bot.views.setup import Page, page_id
from storage.records import ConsentMode
from tests.bot.commands.town import Town, part

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def talked(town: Town) -> None:
    """Let one agree, and both talk before and after."""
    await town.run(town.admin, "monitor add", channel=town.general)
    await town.guild.say(town.member, town.general, "so happy, before I agreed")
    await town.guild.say(town.admin, town.general, "a wonderful day")
    await town.heard()
    await town.run(town.member, "privacy opt-in")
    await town.guild.say(town.member, town.general, "so happy, after I agreed")
    await town.heard()
    assert await town.records() == 3


async def privacy_page(town: Town) -> Interaction:
    shown = await town.run(town.admin, "setup")
    return await town.press(shown, page_id(Page.PRIVACY))


async def ask_each(town: Town) -> Interaction:
    shown = await town.choose(await privacy_page(town), setup_pages.CONSENT, "explicit")
    return await town.press(shown, CONFIRM)


async def test_the_panel_explains_and_asks_before_it_deletes(town: Town) -> None:
    await talked(town)
    shown = await town.choose(await privacy_page(town), setup_pages.CONSENT, "explicit")
    assert "Measure only those who opt in?" in shown.text
    assert "So far, fewer than 5 people have agreed." in shown.text, "no small groups are counted"
    assert town.settings.consent is ConsentMode.NOTICE
    assert await town.records() == 3
    back = await town.press(shown, "Cancel")
    assert "Whose messages are measured" in back.text
    assert town.settings.consent is ConsentMode.NOTICE


async def test_changing_deletes_at_once_what_nobody_agreed_to(town: Town) -> None:
    await talked(town)
    done = await ask_each(town)
    assert "2 records were deleted." in done.text
    assert town.settings.consent is ConsentMode.EXPLICIT
    assert await town.records() == 1, "what was written after its author agreed"
    (change,) = [
        each
        for each in await town.services.store.changes(town.guild.id)
        if each.setting == "consent"
    ]
    assert (change.by, change.before, change.after) == (town.admin.id, "notice", "explicit")
    back = await town.press(done, "Back to the settings")
    assert "Whose messages are measured" in back.text


async def test_only_those_who_agreed_are_measured(town: Town) -> None:
    await talked(town)
    await ask_each(town)
    await town.guild.say(town.admin, town.general, "I never agreed")
    edited = await town.guild.say(town.admin, town.general, "nor to this")
    await edited.edit("and not after an edit either")
    await town.guild.say(town.member, town.general, "I did, gladly")
    await town.heard()
    assert await town.records() == 2
    status = await town.run(town.admin, "privacy status")
    assert "You have not agreed, so none of your messages is measured." in status.text
    mood = await town.run(town.admin, "mood me")
    assert "This server asks each member first." in mood.text
    agreed = await town.press(status, privacy.OPT_IN)
    assert "Thank you. Your messages are measured from now on; older ones are not." in agreed.text
    await town.guild.say(town.admin, town.general, "now it counts")
    await town.heard()
    assert await town.records() == 3
    await edited.edit("what was written before stays away")
    await town.heard()
    assert await town.records() == 3


async def test_the_notice_asks_and_its_button_agrees(town: Town) -> None:
    await talked(town)
    await ask_each(town)
    (notice,) = town.server.posts(town.general)
    await town.server.wait_until(lambda: "Nothing of yours is measured until" in notice.text, 60)
    newcomer = town.guild.add_member("Noa")
    agreed = await town.guild.click(newcomer, notice, NOTICE_OPT_IN)
    assert agreed.ephemeral
    assert "Thank you." in agreed.text
    await town.guild.say(newcomer, town.general, "hello, so glad")
    await town.heard()
    assert await town.records() == 2


async def test_deleting_takes_the_consent_with_it(town: Town) -> None:
    await talked(town)
    await ask_each(town)
    asked = await town.run(town.member, "privacy delete")
    assert "nothing is measured until you agree again" in asked.text
    done = await town.press(asked, privacy.DELETE_CONFIRMED)
    assert "• that you agreed to be measured" in done.text
    assert "Nothing of yours is measured until you agree again." in done.text
    await town.guild.say(town.member, town.general, "no more of this")
    await town.heard()
    assert await town.records() == 0


async def test_going_back_keeps_refusals_and_takes_nothing_from_between(town: Town) -> None:
    await talked(town)
    await ask_each(town)
    await town.run(town.member, "privacy opt-out")
    between = await town.guild.say(town.admin, town.general, "between, unasked")
    await town.heard()
    shown = await town.choose(await privacy_page(town), setup_pages.CONSENT, "notice")
    assert "Whose messages are measured" in shown.text
    assert town.settings.consent is ConsentMode.NOTICE
    await between.edit("between, and edited afterwards")
    await town.guild.say(town.admin, town.general, "and after")
    await town.guild.say(town.member, town.general, "I still refuse")
    await town.heard()
    assert await town.records() == 1


async def test_members_cannot_change_it_with_an_old_panel(town: Town) -> None:
    await talked(town)
    shown = await town.choose(await privacy_page(town), setup_pages.CONSENT, "explicit")
    reply = await town.guild.click(town.member, shown.message, CONFIRM)
    assert "Manage Server" in reply.text
    assert town.settings.consent is ConsentMode.NOTICE


async def test_two_administrators_at_once(town: Town) -> None:
    await talked(town)
    first = await town.choose(await privacy_page(town), setup_pages.CONSENT, "explicit")
    second = await town.choose(await privacy_page(town), setup_pages.CONSENT, "explicit")
    done = await asyncio.gather(town.press(first, CONFIRM), town.press(second, CONFIRM))
    assert sorted("2 records" in each.text for each in done) == [False, True]
    assert await town.records() == 1


async def test_the_korean_question(korean_town: Town) -> None:
    town = korean_town
    await town.run(town.admin, "monitor add", channel=town.general)
    shown = await town.choose(await privacy_page(town), setup_pages.CONSENT, "explicit")
    assert "동의한 사람만 측정할까요?" in shown.text
    assert part(shown.message, CONFIRM)["label"] == "지우고 한 사람씩 묻기"
