"""What must hold after everything that anybody does."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bot.roster import Roster
from bot.sandbox import Guild, Interaction, Member, Permission
from bot.sandbox.interactions import CallbackType
from bot.sandbox.permissions import guild_permissions
from storage.settings_document import settings_to_document

PERSONAL = frozenset(
    {
        "analyze",
        "audit",
        "checkin",
        "companion",
        "feedback",
        "help",
        "privacy",
        "settings",
        "setup",
        "talk",
    }
)
"""Commands that must never answer where others read."""

LONE = frozenset({"mood me", "report preview", "report schedule", "report history"})
SORRY = ("Sorry, something went wrong", "제 쪽에서 문제가 생겼어요")
OWN_NOTES = ("notice_", "fitted_")


class Overheard(logging.Handler):
    """Keeps what is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note an error."""
        self.lines.append(f"{record.name}: {record.getMessage()}")


@contextmanager
def overhearing() -> Iterator[Overheard]:
    """Listen to errors of the bot, of discord.py and of asyncio."""
    handler = Overheard()
    logging.getLogger().addHandler(handler)
    try:
        yield handler
    finally:
        logging.getLogger().removeHandler(handler)


def chosen_in(roster: Roster, guild: Guild) -> dict[str, Any]:
    """Return what only those who run a server may change."""
    settings = roster.settings(guild.id)
    if settings is None:
        return {}
    document = settings_to_document(settings)
    return {name: value for name, value in _leaves("", document) if not _own(name)}


def _leaves(place: str, document: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(document, dict):
        for name, value in document.items():
            yield from _leaves(f"{place}.{name}", value)
    elif isinstance(document, list):
        for number, value in enumerate(document):
            yield from _leaves(f"{place}.{number}", value)
    else:
        yield place, document


def _own(name: str) -> bool:
    """Tell whether the bot itself keeps a value beside what was chosen."""
    last = name.rpartition(".")[2]
    return last.startswith(OWN_NOTES) or last.endswith("_by") or last == "welcomed"


def runs_it(member: Member) -> bool:
    """Tell whether somebody may manage the server now."""
    return bool(guild_permissions(member) & Permission.MANAGE_GUILD)


def moderates(member: Member) -> bool:
    """Tell whether somebody may manage messages now."""
    return bool(guild_permissions(member) & (Permission.MANAGE_GUILD | Permission.MANAGE_MESSAGES))


def wrongs_of(
    member: Member,
    what: str,
    interaction: Interaction,
    change: set[str],
    *,
    allowed: tuple[bool, bool],
) -> list[str]:
    """Return what is wrong about an interaction that is over.

    Args:
        member: Who did it.
        what: Command or custom id.
        interaction: With its answers.
        change: Names of the settings that differ since before.
        allowed: Whether the member ran the server, and whether they moderated it, before.
    """
    wrongs = [f"{what}: {sorry}" for sorry in SORRY if sorry in interaction.text]
    runs, moderating = allowed
    if change and not runs and not (moderating and all("alerts" in name for name in change)):
        wrongs.append(f"{what}: {member.user.name} changed {sorted(change)}")
    if not _discreet(what, interaction):
        wrongs.append(f"{what}: answered where others read")
    return wrongs


def _discreet(what: str, interaction: Interaction) -> bool:
    if interaction.callback not in (CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE):
        return True
    private = what.split(" ", maxsplit=1)[0] in PERSONAL or what in LONE
    in_guild = [each for each in interaction.messages if each.channel.guild is not None]
    return not private or all(each.ephemeral for each in in_guild)


def mentioning(guild: Guild) -> list[str]:
    """Return posts of the bot that could ping somebody."""
    bot = guild.world.bot
    return [
        f"a post in {channel.name} pings"
        for channel in [*guild.channels, *guild.threads]
        for message in channel.history
        if message.author is bot and (message.mention_everyone or message.mention_roles)
    ]
