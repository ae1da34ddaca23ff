from __future__ import annotations

import pytest

from bot.views import buttons, privacy
from tests.bot.commands.town import Town, part

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def talked(town: Town, count: int = 3) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    for _ in range(count):
        await town.guild.say(town.member, town.general, "I am so glad to be here")
    await town.guild.say(town.admin, town.general, "Welcome, everybody")
    await town.heard()
    assert await town.records() == count + 1


async def test_opt_out_holds_at_once_and_counts(town: Town) -> None:
    await talked(town)
    reply = await town.run(town.member, "privacy opt-out")
    assert reply.ephemeral
    assert "Your messages are no longer measured." in reply.text
    assert "3 records were deleted." in reply.text
    await town.guild.say(town.member, town.general, "Nobody measures this")
    await town.heard()
    assert await town.records() == 1


async def test_opt_out_twice_in_korean(korean_town: Town) -> None:
    town = korean_town
    await talked(town, 1)
    reply = await town.run(town.member, "privacy opt-out")
    assert "기록 1개를 지웠어요." in reply.text
    reply = await town.run(town.member, "privacy opt-out")
    assert "지울 기록이 없었어요." in reply.text


async def test_opt_in_again(town: Town) -> None:
    await talked(town, 1)
    await town.run(town.member, "privacy opt-out")
    reply = await town.run(town.member, "privacy opt-in")
    assert reply.text.startswith("Welcome back.")
    await town.guild.say(town.member, town.general, "Here I am again")
    await town.heard()
    assert await town.records() == 2


async def test_opt_in_of_somebody_who_never_left(town: Town) -> None:
    reply = await town.run(town.member, "privacy opt-in")
    assert reply.ephemeral
    assert reply.text.startswith("You have not opted out")


async def test_delete_asks_first(town: Town) -> None:
    await talked(town)
    asked = await town.run(town.member, "privacy delete")
    assert "This cannot be undone." in asked.text
    assert await town.records() == 4
    done = await town.press(asked, privacy.DELETE_CONFIRMED)
    assert "3 records were deleted." in done.text
    assert await town.records() == 1
    await town.guild.say(town.member, town.general, "Still measured")
    await town.heard()
    assert await town.records() == 2


async def test_delete_can_be_called_off(town: Town) -> None:
    await talked(town)
    asked = await town.run(town.member, "privacy delete")
    done = await town.press(asked, "Cancel")
    assert done.text == "Nothing was deleted."
    assert await town.records() == 4


async def test_buttons_of_the_notice(town: Town) -> None:
    await talked(town, 2)
    (notice,) = town.server.posts(town.general)
    shown = await town.guild.click(town.member, notice, buttons.MY_DATA)
    assert shown.ephemeral
    assert "No text is kept." in shown.text
    done = await town.press(shown, privacy.OPT_OUT)
    assert done.ephemeral
    assert "2 records were deleted." in done.text
    back = await town.press(done, privacy.OPT_IN)
    assert back.text.startswith("Welcome back.")
    assert notice.text.startswith("### Nunchi listens")


async def test_my_data_of_somebody_who_left(town: Town) -> None:
    await talked(town, 1)
    await town.run(town.member, "privacy opt-out")
    (notice,) = town.server.posts(town.general)
    shown = await town.guild.click(town.member, notice, buttons.MY_DATA)
    said = "You have opted out: none of your messages is measured, and nothing is kept."
    assert said in shown.text
    assert part(shown.message, privacy.OPT_IN)["label"] == "Opt in"


async def test_deleting_from_the_notice(town: Town) -> None:
    await talked(town, 2)
    (notice,) = town.server.posts(town.general)
    shown = await town.guild.click(town.member, notice, buttons.MY_DATA)
    asked = await town.press(shown, privacy.DELETE)
    done = await town.press(asked, privacy.DELETE_CONFIRMED)
    assert "2 records were deleted." in done.text


async def test_how_is_this_measured(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    (notice,) = town.server.posts(town.general)
    town.member.locale = "ko"
    shown = await town.guild.click(town.member, notice, buttons.METHOD)
    assert shown.ephemeral
    assert "어떻게 측정하나요?" in shown.text
    assert town.services.classifier.info.model in shown.text
    assert "5명보다 적은" in shown.text


async def test_status_where_nothing_is_listened_to(town: Town) -> None:
    shown = await town.run(town.member, "privacy status")
    assert "I listen to no channel of this server now, so none of your messages" in shown.text
    await town.run(town.admin, "monitor add", channel=town.general)
    shown = await town.run(town.member, "privacy status")
    assert "Your messages are measured." in shown.text
    await town.run(town.admin, "monitor remove", channel=town.general.mention)
    shown = await town.run(town.member, "privacy status")
    assert "Your messages are measured." not in shown.text


async def test_opting_in_twice_claims_nothing_about_before(town: Town) -> None:
    await town.run(town.member, "privacy opt-out")
    await town.run(town.member, "privacy opt-in")
    again = await town.run(town.member, "privacy opt-in")
    assert "You have not opted out, so nothing changes." in again.text
    assert "never" not in again.text


async def test_what_the_store_refused_is_not_called_done(town: Town) -> None:
    await talked(town, 1)
    asked = await town.run(town.member, "privacy delete")
    path = town.services.settings.data_dir / "store.sqlite3"
    away = path.with_suffix(".away")
    path.rename(away)
    try:
        refused = await town.press(asked, privacy.DELETE_CONFIRMED)
        assert "so this is not done yet: not everything of yours is deleted." in refused.text
        refused = await town.run(town.member, "privacy opt-out")
        assert "so this is not done yet: not everything of yours is deleted." in refused.text
        assert "Nothing is lost" not in refused.text
    finally:
        away.rename(path)
    done = await town.run(town.member, "privacy opt-out")
    assert "1 record was deleted." in done.text
