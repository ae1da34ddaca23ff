"""Clicks that nothing listens to get a sentence, not "the application did not respond"."""

from __future__ import annotations

import pytest

from bot.sandbox import Interaction, Message, invocation
from bot.sandbox.components import ComponentType, walk
from bot.sandbox.replies import answer_to
from tests.bot.commands.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def pressed(town: Town, message: Message, custom_id: str) -> Interaction:
    button = next(part for part in walk(message.components) if part["type"] == ComponentType.BUTTON)
    forged = button | {"custom_id": custom_id}
    return await answer_to(invocation.use(town.member, message, forged, {}))


@pytest.mark.parametrize(
    "custom_id",
    ["nunchi:of-old", "x", "nunchi:report:details:2026-W99:0", "nunchi:feedback:right:"],
)
async def test_a_button_of_an_older_version(town: Town, custom_id: str) -> None:
    shown = await town.run(town.member, "analyze text", text="so happy today")
    (message,) = shown.messages
    answered = await pressed(town, message, custom_id)
    assert answered.ephemeral
    assert answered.text


async def test_a_dialog_from_before_a_restart(town: Town) -> None:
    shown = await town.run(town.member, "analyze text", text="so happy today")
    data = {"custom_id": "dialog-of-old", "components": []}
    sent = invocation.submit(town.member, town.general, data, shown.messages[0])
    answered = await answer_to(sent)
    assert answered.ephemeral
    assert "open it again" in answered.text


async def test_in_korean(korean_town: Town) -> None:
    shown = await korean_town.run(korean_town.member, "analyze text", text="정말 기뻐요")
    answered = await pressed(korean_town, shown.messages[0], "nunchi:of-old")
    assert "예전 버전의 버튼이에요" in answered.text
