"""The application commands that the bot has registered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.sandbox.api_error import invalid_form
from bot.sandbox.errors import CommandNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.snowflakes import SnowflakeMint

# Limits of the developer documentation, "Application Commands".
MAX_OPTIONS = 25
MAX_DESCRIPTION = 100
_NAME = re.compile(r"[-_'\w]{1,32}")


class CommandType:
    """Kinds of commands."""

    SLASH = 1
    USER = 2
    MESSAGE = 3


class OptionType:
    """Kinds of options of a slash command."""

    SUBCOMMAND = 1
    GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    ATTACHMENT = 11


class CommandRegistry:
    """Commands by scope: a guild's id, or None for global ones."""

    def __init__(self, mint: SnowflakeMint) -> None:
        self._mint = mint
        self._scopes: dict[int | None, list[JsonObject]] = {}

    def replace(
        self, application_id: int, guild_id: int | None, definitions: list[JsonObject]
    ) -> list[JsonObject]:
        """Overwrite a scope; a command keeps its id while name and kind stay.

        Raises:
            ApiError: 400, a definition breaks Discord's rules.
        """
        for position, definition in enumerate(definitions):
            _validate(definition, str(position))
        ids = {_key(known): known["id"] for known in self.scope(guild_id)}
        self._scopes[guild_id] = [
            self._registered(definition, application_id, guild_id, ids)
            for definition in definitions
        ]
        return self.scope(guild_id)

    def scope(self, guild_id: int | None) -> list[JsonObject]:
        """The commands of one scope."""
        return self._scopes.get(guild_id, [])

    def find(self, name: str, kind: int, guild_id: int | None) -> JsonObject:
        """A command as a member of the guild sees it: the guild's own first.

        Raises:
            CommandNotFoundError: There is none.
        """
        for command in (*self.scope(guild_id), *self.scope(None)):
            if _key(command) == (name, kind):
                return command
        known = sorted(command["name"] for command in self.scope(None) + self.scope(guild_id))
        raise CommandNotFoundError(f"no command {name!r} of type {kind}; the bot has {known}")

    def _registered(
        self,
        definition: JsonObject,
        application_id: int,
        guild_id: int | None,
        ids: dict[tuple[str, int], str],
    ) -> JsonObject:
        scope = {} if guild_id is None else {"guild_id": str(guild_id)}
        return {
            "type": CommandType.SLASH,
            "description": "",
            "options": [],
            "default_member_permissions": None,
            "nsfw": False,
            **definition,
            "id": ids.get(_key(definition)) or str(self._mint()),
            "application_id": str(application_id),
            "version": str(self._mint()),
            **scope,
        }


def _key(command: JsonObject) -> tuple[str, int]:
    return command["name"], command.get("type", CommandType.SLASH)


def _validate(definition: JsonObject, path: str) -> None:
    if definition.get("type", CommandType.SLASH) != CommandType.SLASH:
        _require(1 <= len(definition["name"]) <= 32, f"{path}.name", "Must be 1 to 32 in length")
        return
    for part in _parts(definition):
        name = part["name"]
        well_formed = _NAME.fullmatch(name) is not None and name == name.lower()
        _require(well_formed, f"{path}.name", "Command name is invalid")
        length = len(part.get("description", ""))
        _require(
            1 <= length <= MAX_DESCRIPTION, f"{path}.description", "Must be 1 to 100 in length"
        )
        _validate_options(part.get("options") or [], path)


def _validate_options(options: list[JsonObject], path: str) -> None:
    _require(len(options) <= MAX_OPTIONS, f"{path}.options", "Must be 25 or fewer in number")
    names = {option["name"] for option in options}
    _require(len(names) == len(options), f"{path}.options", "Option names must be unique")
    required = [bool(option.get("required")) for option in options]
    ordered = required == sorted(required, reverse=True)
    _require(ordered, f"{path}.options", "Required options must be placed before non-required")


def _parts(definition: JsonObject) -> Iterator[JsonObject]:
    yield definition
    for option in definition.get("options") or ():
        yield from _parts(option)


def _require(condition: bool, field: str, reason: str) -> None:
    if not condition:
        raise invalid_form(field, reason)
