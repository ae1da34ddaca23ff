"""Filling the options of any command by chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.sandbox import Channel
from bot.sandbox.commands import OptionType
from bot.sandbox.jsontypes import JsonObject
from storm.scene import Scene, Somewhere

BRANCHES = (OptionType.SUBCOMMAND, OptionType.GROUP)
GIVEN = 0.6
"""How often an option is given that could be left out."""

SLOW = {"report now": 0.15, "report preview": 0.15, "mood me": 0.4, "monitor backfill": 0.3}
"""Commands that draw pictures or read history, and how often they are taken nevertheless."""


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command down to its last subcommand."""

    name: str
    options: tuple[JsonObject, ...]


def slash_commands(definitions: list[JsonObject]) -> list[Command]:
    """Return every command that can be typed."""
    return [
        command
        for definition in definitions
        if definition.get("type", 1) == 1
        for command in _unfolded(definition["name"], definition)
    ]


def menus(definitions: list[JsonObject]) -> list[str]:
    """Return the entries of a message's menu."""
    return [each["name"] for each in definitions if each.get("type", 1) == 3]


def _unfolded(name: str, definition: JsonObject) -> Iterator[Command]:
    options = definition.get("options") or []
    if any(option["type"] in BRANCHES for option in options):
        for option in options:
            yield from _unfolded(f"{name} {option['name']}", option)
    else:
        yield Command(name, tuple(options))


def filled(command: Command, scene: Scene, somewhere: Somewhere) -> dict[str, object]:
    """Return options as Discord's form would let them through."""
    return {
        option["name"]: _value(option, scene, somewhere)
        for option in command.options
        if option.get("required") or scene.draw.random() < GIVEN
    }


def _value(option: JsonObject, scene: Scene, somewhere: Somewhere) -> object:
    draw, kind = scene.draw, option["type"]
    if option.get("choices"):
        return draw.choice(option["choices"])["value"]
    if kind == OptionType.ATTACHMENT:
        channel = somewhere.places[0]
        return somewhere.guild.world.store_file(channel, "a.txt", scene.text().encode())
    makers: dict[int, Callable[[], object]] = {
        OptionType.STRING: lambda: _text(option, scene),
        OptionType.INTEGER: lambda: int(_number(option, scene)),
        OptionType.NUMBER: lambda: float(_number(option, scene)),
        OptionType.BOOLEAN: lambda: draw.random() < 0.5,
        OptionType.CHANNEL: lambda: _channel(option, scene, somewhere),
        OptionType.ROLE: lambda: draw.choice(somewhere.guild.roles),
    }
    return makers.get(kind, lambda: draw.choice(somewhere.everybody))()


def _number(option: JsonObject, scene: Scene) -> float:
    low, high = option.get("min_value", -(2**31)), option.get("max_value", 2**31)
    return float(scene.draw.choice((low, high, scene.draw.randint(int(low), int(high)))))


def _text(option: JsonObject, scene: Scene) -> str:
    low, high = option.get("min_length", 0), option.get("max_length", 6000)
    text: str = scene.text()[:high]
    return text + "x" * int(low - len(text))


def _channel(option: JsonObject, scene: Scene, somewhere: Somewhere) -> Channel:
    """Return a channel of an allowed kind, deleted ones among them."""
    allowed = option.get("channel_types")
    known = [*somewhere.guild.channels, *somewhere.guild.threads, *somewhere.gone[-3:]]
    fitting = [each for each in known if not allowed or each.kind in allowed]
    return scene.draw.choice(fitting or somewhere.guild.channels)
