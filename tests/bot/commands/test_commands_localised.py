from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.sandbox.jsontypes import JsonObject
from bot.sandbox.permissions import Permission
from tests.bot.commands.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMMANDS = {
    "setup",
    "settings",
    "monitor add",
    "monitor backfill",
    "monitor remove",
    "monitor list",
    "monitor kind",
    "retro write",
    "retro form",
    "retro remind",
    "retro status",
    "mood me",
    "mood server",
    "analyze text",
    "report now",
    "report preview",
    "report schedule",
    "report pause",
    "report history",
    "privacy status",
    "privacy export",
    "privacy policy",
    "privacy opt-out",
    "privacy opt-in",
    "privacy delete",
    "talk",
    "companion on",
    "companion off",
    "companion country",
    "companion status",
    "alerts on",
    "alerts off",
    "alerts status",
    "checkin on",
    "checkin off",
    "checkin status",
    "feedback status",
    "help",
}
FOR_MANAGERS = {"setup", "settings", "monitor", "report", "companion", "checkin", "feedback"}
FOR_MODERATORS = {"alerts"}
ALSO_IN_PRIVATE = {"privacy", "talk", "help"}
MENUS = {"Analyze emotion": "감정 분석", "Retrospective arc": "회고의 흐름"}
SPOKEN_THE_SAME = {"한국어", "English", "KPT"}
"""Proper names, and names of languages in their own."""

LONGEST = 100
"""Characters of a description, and of a choice (Discord's limit)."""

GROUP_OR_SUBCOMMAND = (1, 2)


def parts(definition: JsonObject) -> Iterator[JsonObject]:
    """Yield a command with its subcommands and options."""
    yield definition
    for option in definition.get("options") or ():
        yield from parts(option)


def is_korean(text: str) -> bool:
    return any("가" <= letter <= "힣" for letter in text)


def slash_commands(town: Town) -> list[JsonObject]:
    return [each for each in town.server.world.commands.scope(None) if each["type"] == 1]


async def test_every_command_is_registered(town: Town) -> None:
    found = set()
    for command in slash_commands(town):
        below = [each for each in command["options"] if each["type"] in GROUP_OR_SUBCOMMAND]
        found |= {f"{command['name']} {each['name']}" for each in below} or {command["name"]}
    assert found == COMMANDS


async def test_every_description_is_korean_too_and_short_enough(town: Town) -> None:
    for command in slash_commands(town):
        for part in parts(command):
            korean = part["description_localizations"]["ko"]
            assert korean != part["description"]
            assert is_korean(korean), korean
            assert 1 <= len(part["description"]) <= LONGEST
            assert 1 <= len(korean) <= LONGEST
            assert not part.get("name_localizations"), "what people type is English everywhere"


async def test_commands_are_described_by_sentences_and_options_by_words(town: Town) -> None:
    """One voice: a command says in Korean what it does (…요); an option names what goes in."""
    for command in slash_commands(town):
        for part in parts(command):
            korean = part["description_localizations"]["ko"]
            assert not korean.endswith((".", "니다")), korean
            if part.get("type", 1) in GROUP_OR_SUBCOMMAND:
                assert korean.endswith("요"), korean


async def test_choices_are_korean_too(town: Town) -> None:
    choices = [
        choice
        for command in slash_commands(town)
        for part in parts(command)
        for choice in part.get("choices") or ()
    ]
    assert len(choices) > 30
    for choice in choices:
        if choice["name"] not in SPOKEN_THE_SAME:
            korean = choice["name_localizations"]["ko"]
            assert is_korean(korean), korean
            assert 1 <= len(korean) <= LONGEST


async def test_the_entries_of_the_menu_have_korean_names(town: Town) -> None:
    entries = [each for each in town.server.world.commands.scope(None) if each["type"] != 1]
    found = {each["name"]: each["name_localizations"]["ko"] for each in entries}
    assert found == MENUS


async def test_only_managers_see_the_commands_of_managers(town: Town) -> None:
    for command in slash_commands(town):
        needed = command["default_member_permissions"]
        if command["name"] in FOR_MANAGERS:
            assert int(needed) == Permission.MANAGE_GUILD
        elif command["name"] in FOR_MODERATORS:
            assert int(needed) == Permission.MANAGE_MESSAGES
        else:
            assert needed is None


async def test_commands_are_for_servers_but_those_about_ones_own_data(town: Town) -> None:
    for command in town.server.world.commands.scope(None):
        if command["name"] in ALSO_IN_PRIVATE:
            assert sorted(command["contexts"]) == [0, 1]
        else:
            assert command.get("contexts") == [0] or command.get("dm_permission") is False
