"""Which commands a guild's administrators have taken away, or granted, under Integrations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.channels import Channel
    from bot.sandbox.entities import Member
    from bot.sandbox.jsontypes import JsonObject

ROLE, USER, CHANNEL = 1, 2, 3


class CommandOverrides:
    """Overrides by guild, then by command or application, then by (kind, id) of whom or where."""

    def __init__(self) -> None:
        self._known: dict[int, dict[int, dict[tuple[int, int], bool]]] = {}

    def put(self, guild_id: int, subject: int, kind: int, target: int, *, allowed: bool) -> None:
        """Allow or deny a command, or all by the application's id, to or in `target`.

        A role of the guild's own id is everybody; a channel of that id less one is every channel.
        """
        self._known.setdefault(guild_id, {}).setdefault(subject, {})[kind, target] = allowed

    def payloads(self, guild_id: int, application_id: int) -> list[JsonObject]:
        """The answer of the API."""
        return [
            {
                "id": str(subject),
                "application_id": str(application_id),
                "guild_id": str(guild_id),
                "permissions": [
                    {"id": str(target), "type": kind, "permission": allowed}
                    for (kind, target), allowed in entries.items()
                ],
            }
            for subject, entries in self._known.get(guild_id, {}).items()
        ]

    def denies(self, member: Member, channel: Channel, command: int, application: int) -> bool:
        """Whether a member, no administrator, may not use a command in a channel."""
        guild = member.guild
        place = channel.parent if channel.thread and channel.parent else channel
        levels = [self._known.get(guild.id, {}).get(each, {}) for each in (command, application)]
        where = (_first(level, CHANNEL, [place.id], guild.id - 1) for level in levels)
        roles = [role.id for role in member.roles]
        who = (
            level.get((USER, member.id), _first(level, ROLE, roles, guild.id)) for level in levels
        )
        return _decided(where) is False or _decided(who) is False


def _first(
    level: dict[tuple[int, int], bool], kind: int, targets: list[int], everything: int
) -> bool | None:
    """What is said of some targets, one that is allowed first, else of everything."""
    found = [level[kind, each] for each in targets if each != everything and (kind, each) in level]
    return any(found) if found else level.get((kind, everything))


def _decided(answers: Iterator[bool | None]) -> bool | None:
    return next((answer for answer in answers if answer is not None), None)
