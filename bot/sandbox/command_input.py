"""The input form of a slash command: checks options and resolves what they point at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.channels import Channel
from bot.sandbox.commands import OptionType
from bot.sandbox.entities import Member, Role
from bot.sandbox.errors import CommandInputError
from bot.sandbox.messages import Message, StoredFile
from bot.sandbox.permissions import channel_permissions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.guilds import Guild
    from bot.sandbox.jsontypes import JsonObject

_PYTHON_TYPES: dict[int, tuple[type, ...]] = {
    OptionType.STRING: (str,),
    OptionType.INTEGER: (int,),
    OptionType.BOOLEAN: (bool,),
    OptionType.USER: (Member,),
    OptionType.CHANNEL: (Channel,),
    OptionType.ROLE: (Role,),
    OptionType.MENTIONABLE: (Member, Role),
    OptionType.NUMBER: (int, float),
    OptionType.ATTACHMENT: (StoredFile,),
}
_POINTERS = frozenset(
    {
        OptionType.USER,
        OptionType.CHANNEL,
        OptionType.ROLE,
        OptionType.MENTIONABLE,
        OptionType.ATTACHMENT,
    }
)


class Resolved:
    """The `resolved` part of an interaction: objects that its options name by id."""

    def __init__(self, guild: Guild, channel: Channel) -> None:
        self._guild = guild
        self._channel = channel
        self.payload: JsonObject = {}

    def part(self) -> JsonObject:
        """`resolved` for an interaction's data; nothing at all when it would be empty."""
        return {"resolved": self.payload} if self.payload else {}

    def add(self, value: object) -> int:
        """Resolve any object that an option can point at and return its id.

        Raises:
            CommandInputError: Nothing that Discord can point at.
        """
        match value:
            case Member():
                return self.add_member(value)
            case Channel():
                permissions = str(channel_permissions(self._guild.me, value))
                return self._put(
                    "channels", value.id, value.payload() | {"permissions": permissions}
                )
            case Role():
                return self._put("roles", value.id, value.payload())
            case StoredFile():
                return self._put("attachments", value.id, value.payload())
        raise CommandInputError(f"an option cannot point at {value!r}")

    def add_member(self, member: Member) -> int:
        """Resolve a member: the user, and the member with the channel's permissions."""
        permissions = str(channel_permissions(member, self._channel))
        self._put("members", member.id, member.partial() | {"permissions": permissions})
        return self._put("users", member.id, member.user.payload())

    def add_message(self, message: Message) -> int:
        """Resolve a message."""
        return self._put("messages", message.id, message.payload())

    def _put(self, kind: str, identifier: int, payload: JsonObject) -> int:
        self.payload.setdefault(kind, {})[str(identifier)] = payload
        return identifier


def fill_options(
    definitions: list[JsonObject],
    given: Mapping[str, Any],
    resolved: Resolved,
    focused: str | None = None,
) -> list[JsonObject]:
    """The `options` of an interaction.

    Raises:
        CommandInputError: Unknown or missing options, a value of the wrong type or range.
    """
    known = {definition["name"]: definition for definition in definitions}
    surplus = sorted(set(given) - set(known))
    if surplus:
        raise CommandInputError(f"unknown options {surplus}; the command has {sorted(known)}")
    missing = [name for name, one in known.items() if one.get("required") and name not in given]
    if missing and focused is None:
        raise CommandInputError(f"missing options {missing}")
    return [_option(known[name], given[name], resolved, name == focused) for name in given]


def _option(
    definition: JsonObject,
    value: object,
    resolved: Resolved,
    focused: bool,
) -> JsonObject:
    option: JsonObject = {"name": definition["name"], "type": definition["type"]}
    if focused:
        # While typing, Discord sends the text as it stands, whatever the option's type.
        return option | {"value": value, "focused": True}
    return option | {"value": _checked(definition, value, resolved)}


def _checked(definition: JsonObject, value: object, resolved: Resolved) -> object:
    kind, name = definition["type"], definition["name"]
    if definition.get("choices"):
        return _chosen(definition, value)
    expected = _PYTHON_TYPES[kind]
    if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
        raise CommandInputError(f"option {name!r} (type {kind}) cannot take {value!r}")
    if kind in _POINTERS:
        _check_channel_type(definition, value)
        return str(resolved.add(value))
    _check_range(definition, value)
    return value


def _check_channel_type(definition: JsonObject, value: object) -> None:
    allowed = definition.get("channel_types")
    if allowed and isinstance(value, Channel) and value.kind not in allowed:
        raise CommandInputError(f"option {definition['name']!r} takes channel types {allowed}")


def _chosen(definition: JsonObject, value: object) -> object:
    for choice in definition["choices"]:
        if value in (choice["value"], choice["name"]):
            return choice["value"]
    values = [choice["value"] for choice in definition["choices"]]
    raise CommandInputError(f"option {definition['name']!r} takes one of {values}")


def _check_range(definition: JsonObject, value: object) -> None:
    size = len(value) if isinstance(value, str) else value
    suffix = "length" if isinstance(value, str) else "value"
    low, high = definition.get(f"min_{suffix}"), definition.get(f"max_{suffix}")
    if not isinstance(size, int | float):
        return
    if (low is not None and size < low) or (high is not None and size > high):
        raise CommandInputError(f"option {definition['name']!r} must be within {low} and {high}")
