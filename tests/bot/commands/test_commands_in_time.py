"""Every answer begins before the store has answered: Discord waits for three seconds only.

The store stands still until every interaction is answered or deferred. Nothing is timed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.sandbox import Interaction, Member, Message
from bot.sandbox.components import ComponentType, walk
from bot.sandbox.interactions import Dialogue
from bot.sandbox.invocation import ask_choices, choose, press, run_on_message, run_slash
from bot.sandbox.replies import answer_to
from storage.sqlite_connection import SqliteConnection
from tests.bot.commands.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE = 60.0
"""Seconds: only what never answers fails, however slow the machine is."""


class Gate:
    """A store that can be made to stand still."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()


@pytest_asyncio.fixture(loop_scope="module")
async def gate(monkeypatch: pytest.MonkeyPatch, town: Town) -> AsyncIterator[Gate]:
    found, run = Gate(), SqliteConnection.run

    async def gated(self: SqliteConnection, *args: Any, **kwargs: Any) -> object:
        await found.open.wait()
        return await run(self, *args, **kwargs)

    monkeypatch.setattr(SqliteConnection, "run", gated)
    before = town.server.interactions.deadline
    town.server.interactions.deadline = PATIENCE
    yield found
    found.open.set()
    town.server.interactions.deadline = before


async def all_begin(town: Town, gate: Gate, dialogues: list[tuple[str, Dialogue]]) -> None:
    """Wait until each is answered or deferred while the store stands still, then for the rest."""
    waiting = [each.acknowledged.wait() for _, each in dialogues]
    try:
        await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE / 4)
    except TimeoutError:
        late = [name for name, each in dialogues if each.callback is None]
        pytest.fail(f"answered only after the store: {late}")
    finally:
        gate.open.set()
    await asyncio.gather(*(answer_to(each, PATIENCE) for _, each in dialogues))
    await town.server.flush()


async def settled_town(town: Town) -> None:
    await town.run(town.admin, "monitor add", channel=town.general)
    await town.run(town.admin, "monitor kind", channel=town.general, kind="retrospective")
    await town.run(town.admin, "report schedule", channel=town.general)


async def test_every_command(town: Town, gate: Gate) -> None:
    await settled_town(town)
    other = town.guild.add_channel("other")
    await town.server.flush()
    written = await town.guild.say(town.admin, town.general, "What a lovely day. I am happy.")
    await town.heard()
    gate.open.clear()
    options: dict[str, dict[str, object]] = {
        "setup": {"timezone": "Seoul"},
        "monitor add": {"channel": other},
        "monitor remove": {"channel": town.general.mention},
        "monitor kind": {"channel": town.general, "kind": "plain"},
        "monitor backfill": {"channel": town.general},
        "analyze text": {"text": "I am happy"},
        "report schedule": {"hour": 7},
        "alerts on": {"channel": other},
        "companion country": {"country": "KR"},
        "retro form": {"form": "kpt", "channel": town.general},
        "retro remind": {"weekday": 1, "at": "17:30"},
        "talk": {"words": "I had a long day"},
    }
    dialogues = [
        (name, run_slash(town.admin, name, town.general, options.get(name, {})))
        for name in commands(town)
    ]
    dialogues += [
        (name, run_on_message(town.admin, name, written))
        for name in ("Analyze emotion", "Retrospective arc")
    ]
    assert len(dialogues) > 35
    await all_begin(town, gate, dialogues)


def commands(town: Town) -> list[str]:
    found = []
    for command in town.server.world.commands.scope(None):
        if command["type"] == 1:
            below = [each["name"] for each in command["options"] if each["type"] == 1]
            found += [f"{command['name']} {name}" for name in below] or [command["name"]]
    return found


async def test_every_suggestion(town: Town, gate: Gate) -> None:
    await settled_town(town)
    gate.open.clear()
    asked = [
        ("report now", {"period": ""}),
        ("report pause", {"until": ""}),
        ("report schedule", {"timezone": "seo"}),
        ("setup", {"timezone": "seo"}),
        ("companion country", {"country": "k"}),
        ("monitor remove", {"channel": ""}),
        ("monitor backfill", {"since": ""}),
        ("retro remind", {"at": "1"}),
    ]
    dialogues = [
        (name, ask_choices(town.admin, name, town.general, typed)) for name, typed in asked
    ]
    await all_begin(town, gate, dialogues)


async def test_every_button_and_menu(town: Town, gate: Gate) -> None:
    await settled_town(town)
    await town.run(town.admin, "report now", period="this")
    await town.run(town.admin, "checkin on", channel=town.general)
    shown = [
        await town.run(town.admin, name)
        for name in ("setup", "help", "privacy status", "mood me", "report history")
    ]
    shown += [
        await town.run(town.admin, "settings", page=page)
        for page in ("privacy", "extras", "history")
    ]
    shown.append(await town.run(town.admin, "analyze text", text="I am happy today"))
    messages = [message for each in shown for message in each.messages]
    messages += town.server.posts(town.general)
    await town.heard()
    gate.open.clear()
    dialogues = [used for message in messages for used in uses(town.admin, message)]
    assert len(dialogues) > 30
    await all_begin(town, gate, dialogues)


def uses(who: Member, message: Message) -> list[tuple[str, Dialogue]]:
    """Press every button of a message, and choose the first option of every menu."""
    found = []
    for part in walk(message.components):
        name = part.get("custom_id", "")
        if part.get("disabled") or not name:
            continue
        if part["type"] == ComponentType.BUTTON:
            found.append((name, press(who, message, name)))
        elif part["type"] == ComponentType.STRING_SELECT:
            found.append((name, choose(who, message, name, [part["options"][0]["value"]])))
    return found


async def test_the_gate_holds(town: Town, gate: Gate) -> None:
    """The proof of the others: with the store standing still, nothing that needs it is finished."""
    gate.open.clear()
    dialogue = run_slash(town.admin, "privacy status", town.general, {})
    await asyncio.wait_for(dialogue.acknowledged.wait(), PATIENCE)
    assert not dialogue.answered.is_set()
    gate.open.set()
    assert isinstance(await answer_to(dialogue, PATIENCE), Interaction)
