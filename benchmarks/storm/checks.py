"""What must hold after everything that anybody does."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot.sandbox import Guild, Interaction, Member, Permission
from bot.sandbox.interactions import CallbackType
from bot.sandbox.permissions import guild_permissions
from storage.audit import SettingChange
from storage.store import Store

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
LATE_ACTS = 20


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


def runs_it(member: Member) -> bool:
    """Tell whether somebody may manage the server now."""
    return bool(guild_permissions(member) & Permission.MANAGE_GUILD)


def moderates(member: Member) -> bool:
    """Tell whether somebody may manage messages now."""
    return bool(guild_permissions(member) & (Permission.MANAGE_GUILD | Permission.MANAGE_MESSAGES))


class Rights:
    """Watches who changes settings, by the history of changes that the bot itself keeps.

    An act may still take effect after its author lost the right, so who had it a few acts ago may
    have changed something.
    """

    def __init__(self, store: Store, guilds: Sequence[Guild]) -> None:
        self._store = store
        self._guilds = guilds
        self._seen: dict[int, int] = dict.fromkeys((guild.id for guild in guilds), 0)
        self._managed: dict[int, int] = {}
        self._moderated: dict[int, int] = {}
        self._act = 0
        self.changes = 0

    def note(self, guild: Guild) -> None:
        """Note who may do what in a guild before the next act."""
        self._act += 1
        for member in guild.members.values():
            if runs_it(member):
                self._managed[member.id] = self._act
            if moderates(member):
                self._moderated[member.id] = self._act

    async def wrongs(self, guild: Guild) -> list[str]:
        """Return changes since the last look by people who may not make them."""
        count = await self._store.count_changes(guild.id)
        fresh = await self._store.changes(guild.id, limit=max(count - self._seen[guild.id], 0))
        self._seen[guild.id] = count
        self.changes += len(fresh)
        return [
            f"{change.setting} was changed by {guild.members[change.by].user.name}"
            for change in fresh
            if change.by is not None and change.by in guild.members and not self._may(change)
        ]

    def _may(self, change: SettingChange) -> bool:
        held = self._moderated if change.setting.startswith("alerts.") else self._managed
        return self._act - held.get(change.by or 0, -LATE_ACTS) < LATE_ACTS


def wrongs_of(what: str, interaction: Interaction) -> list[str]:
    """Return what is wrong about an interaction that is over.

    Args:
        what: Command or custom id.
        interaction: With its answers.
    """
    wrongs = [f"{what}: {sorry}" for sorry in SORRY if sorry in interaction.text]
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
