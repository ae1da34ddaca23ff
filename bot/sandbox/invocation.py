"""Members using commands and components: builds what Discord would send for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.command_input import Resolved, fill_options
from bot.sandbox.commands import CommandType, OptionType
from bot.sandbox.components import SELECTS, ComponentType, walk
from bot.sandbox.errors import (
    CommandInputError,
    CommandNotFoundError,
    ComponentNotFoundError,
    MissingPermissionError,
)
from bot.sandbox.interactions import Context, InteractionType
from bot.sandbox.permissions import ALL_PERMISSIONS, Permission, channel_permissions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.sandbox.channels import Channel
    from bot.sandbox.entities import Member
    from bot.sandbox.interactions import Dialogue
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.messages import Message

_BRANCHES = (OptionType.SUBCOMMAND, OptionType.GROUP)


def run_slash(
    member: Member, command: str, channel: Channel, options: Mapping[str, Any]
) -> Dialogue:
    """Send a slash command with all its options."""
    data = _slash_data(member, command, channel, options)
    return _open(InteractionType.COMMAND, member, channel, data)


def ask_choices(
    member: Member, command: str, channel: Channel, typed: Mapping[str, Any]
) -> Dialogue:
    """Ask for the choices of the one option in `typed`."""
    data = _slash_data(member, command, channel, typed, focused=next(iter(typed)))
    return _open(InteractionType.AUTOCOMPLETE, member, channel, data)


def run_on_message(member: Member, command: str, target: Message) -> Dialogue:
    """Use a message's context menu."""
    definition = _allowed(member, command, CommandType.MESSAGE, target.channel)
    resolved = Resolved(member.guild, target.channel)
    resolved.add_message(target)
    data = _command_data(definition, resolved) | {"target_id": str(target.id)}
    return _open(InteractionType.COMMAND, member, target.channel, data)


def run_on_member(member: Member, command: str, target: Member, channel: Channel) -> Dialogue:
    """Use a member's context menu."""
    definition = _allowed(member, command, CommandType.USER, channel)
    resolved = Resolved(member.guild, channel)
    resolved.add_member(target)
    data = _command_data(definition, resolved) | {"target_id": str(target.id)}
    return _open(InteractionType.COMMAND, member, channel, data)


def press(member: Member, message: Message, name: str) -> Dialogue:
    """Press a button of a message."""
    button = find_component(message.components, name, {ComponentType.BUTTON})
    return use(member, message, button, {})


def choose(member: Member, message: Message, name: str, values: Sequence[object]) -> Dialogue:
    """Choose `values` in a select menu of a message."""
    select = find_component(message.components, name, SELECTS)
    low, high = select.get("min_values", 1), select.get("max_values", 1)
    if not low <= len(values) <= high:
        raise CommandInputError(f"{name!r} takes {low} to {high} values, got {len(values)}")
    resolved = Resolved(member.guild, message.channel)
    chosen = [_select_value(select, value, resolved) for value in values]
    return use(member, message, select, {"values": chosen, **resolved.part()})


def submit(member: Member, channel: Channel, data: JsonObject, source: Message | None) -> Dialogue:
    """Send a filled modal."""
    return _open(InteractionType.MODAL_SUBMIT, member, channel, data, source)


def find_component(
    components: Sequence[JsonObject], name: str, kinds: frozenset[int] | set[int]
) -> JsonObject:
    """The usable component whose custom id, label or placeholder is `name`.

    Raises:
        ComponentNotFoundError: There is none, or it is disabled or a link.
    """
    candidates = [part for part in walk(components) if part["type"] in kinds]
    for part in candidates:
        if name in (part.get("custom_id"), part.get("label"), part.get("placeholder")):
            if part.get("disabled") or not part.get("custom_id"):
                raise ComponentNotFoundError(f"{name!r} is disabled or only a link")
            return part
    offered = [part.get("label") or part.get("custom_id") for part in candidates]
    raise ComponentNotFoundError(f"nothing called {name!r}; the message offers {offered}")


def use(member: Member, message: Message, part: JsonObject, more: JsonObject) -> Dialogue:
    """Use a component as a client would that sends whatever it likes; `more` is what it chose."""
    if message.deleted:
        raise ComponentNotFoundError("the message is deleted")
    data = {
        "component_type": part["type"],
        "custom_id": part["custom_id"],
        "id": part["id"],
        **more,
    }
    return _open(InteractionType.COMPONENT, member, message.channel, data, message)


def _select_value(select: JsonObject, value: object, resolved: Resolved) -> str:
    if select["type"] != ComponentType.STRING_SELECT:
        return str(resolved.add(value))
    for option in select["options"]:
        if value in (option["value"], option["label"]):
            return str(option["value"])
    raise CommandInputError(f"{value!r} is not among the options of the select")


def _slash_data(
    member: Member,
    command: str,
    channel: Channel,
    given: Mapping[str, Any],
    focused: str | None = None,
) -> JsonObject:
    root, *path = command.removeprefix("/").split()
    definition = _allowed(member, root, CommandType.SLASH, channel)
    branch = [definition]
    for name in path:
        branch.append(_child(branch[-1], name, command))
    if any(option["type"] in _BRANCHES for option in branch[-1].get("options") or ()):
        raise CommandNotFoundError(f"/{command} needs a subcommand")
    resolved = Resolved(member.guild, channel)
    options = fill_options(branch[-1].get("options") or [], given, resolved, focused)
    for step in reversed(branch[1:]):
        options = [{"name": step["name"], "type": step["type"], "options": options}]
    return _command_data(definition, resolved) | {"options": options}


def _child(parent: JsonObject, name: str, command: str) -> JsonObject:
    for option in parent.get("options") or ():
        if option["type"] in _BRANCHES and option["name"] == name:
            child: JsonObject = option
            return child
    raise CommandNotFoundError(f"/{command}: no subcommand {name!r}")


def _command_data(definition: JsonObject, resolved: Resolved) -> JsonObject:
    data = {"id": definition["id"], "name": definition["name"], "type": definition["type"]}
    if "guild_id" in definition:
        data["guild_id"] = definition["guild_id"]
    return data | resolved.part()


def _allowed(member: Member, name: str, kind: int, channel: Channel) -> JsonObject:
    if channel.guild is None:
        return _private(member, name, kind)
    definition = member.guild.world.commands.find(name, kind, member.guild.id)
    permissions = channel_permissions(member, channel)
    needed = int(Permission.USE_APPLICATION_COMMANDS | Permission.VIEW_CHANNEL)
    own = definition["default_member_permissions"]
    if own is not None:
        # "0" locks a command for everybody but administrators.
        needed |= int(own) or ALL_PERMISSIONS
    world, is_bound = member.guild.world, permissions != ALL_PERMISSIONS
    taken = is_bound and world.command_overrides.denies(
        member, channel, int(definition["id"]), world.application_id
    )
    if taken or permissions & needed != needed:
        raise MissingPermissionError(f"{member.name} may not run {name!r} here")
    return definition


def _private(member: Member, name: str, kind: int) -> JsonObject:
    """A command as somebody sees it in a direct message with the bot."""
    definition = member.guild.world.commands.find(name, kind, None)
    contexts = definition.get("contexts")
    in_private = definition.get("dm_permission", True) if contexts is None else False
    if not in_private and Context.BOT_DM not in (contexts or ()):
        raise CommandNotFoundError(f"the command {name!r} is not offered in direct messages")
    return definition


def _open(
    kind: int,
    member: Member,
    channel: Channel,
    data: JsonObject,
    source: Message | None = None,
) -> Dialogue:
    world = member.guild.world
    return world.interactions.open(kind, member, channel, data, source)
