"""What the bot needs in each channel, and what for; a new feature adds its needs here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import discord

from bot.i18n import mark
from storage.records import GuildSettings
from storage.retrospectives import ChannelKind


@dataclass(frozen=True, slots=True)
class Need:
    """A permission that is needed in a channel.

    Attributes:
        permission: As discord.py calls it.
        purpose: What for; a sentence of the catalogues.
        optional: Whether things work without it, only less nicely.
        shown_as: Key of ``bot.command_errors.PERMISSION_NAMES``; empty for ``permission``.
    """

    permission: str
    purpose: str
    optional: bool = False
    shown_as: str = ""

    @property
    def name(self) -> str:
        """Key of ``bot.command_errors.PERMISSION_NAMES``."""
        return self.shown_as or self.permission


@dataclass(frozen=True, slots=True)
class Shortage:
    """What the bot lacks in a channel.

    Attributes:
        channel_id: Discord snowflake.
        needs: What is lacking; empty when the channel is gone, or out of sight.
    """

    channel_id: int
    needs: tuple[Need, ...]


SEE: Final = Need("view_channel", mark("to see what is written there"))
READ: Final = Need("read_message_history", mark("to read what was written while I was away"))
TELL: Final = Need("send_messages", mark("to post the notice to its members"))
TELL_IN_POST: Final = Need("send_messages", TELL.purpose, shown_as="create_posts")
PIN: Final = Need("pin_messages", mark("to pin the notice"), optional=True)
PIN_POST: Final = Need("manage_threads", PIN.purpose, optional=True)
SEE_REPORT: Final = Need("view_channel", mark("to post the report"))
POST: Final = Need("send_messages", SEE_REPORT.purpose)
PICTURES: Final = Need("attach_files", mark("for the pictures of the report"))
FIND: Final = Need(
    "read_message_history",
    mark("to find a report again after a fault, so that none is posted twice"),
)
THREAD: Final = Need("create_public_threads", mark("to open a thread under each report"))
ALERT: Final = Need("send_messages", mark("to tell the moderators of a sudden shift"))
SEE_ALERTS: Final = Need("view_channel", ALERT.purpose)
ASK: Final = Need("send_messages", mark("to ask members how they are"))
SEE_ASKED: Final = Need("view_channel", ASK.purpose)
REMIND: Final = Need("send_messages", mark("to remind of the retrospective"))
SEE_REMINDED: Final = Need("view_channel", REMIND.purpose)
AS_AUTHOR: Final = Need(
    "manage_webhooks",
    mark("to post a retrospective in its author's name"),
    optional=True,
)


def shortages(guild: discord.Guild, settings: GuildSettings) -> list[Shortage]:
    """Return what the bot lacks to do all that it is asked to, channel by channel."""
    needed: dict[int, list[Need]] = {}
    for channel_id, needs in _wanted(guild, settings):
        needed.setdefault(channel_id, []).extend(needs)
    found = (_shortage(guild, channel_id, needs) for channel_id, needs in needed.items())
    return [shortage for shortage in found if shortage is not None]


def _wanted(
    guild: discord.Guild, settings: GuildSettings
) -> Iterator[tuple[int, tuple[Need, ...]]]:
    for each in settings.channels:
        if isinstance(guild.get_channel(each.channel_id), discord.ForumChannel):
            yield each.channel_id, (SEE, READ, TELL_IN_POST, PIN_POST)
        else:
            yield each.channel_id, (SEE, READ, TELL, PIN)
        if each.kind is ChannelKind.RETROSPECTIVE:
            yield each.channel_id, (AS_AUTHOR,)
    yield from _wanted_for_posts(settings)


def _wanted_for_posts(settings: GuildSettings) -> Iterator[tuple[int, tuple[Need, ...]]]:
    report = settings.report
    if report.channel_id is not None:
        threads = (THREAD,) if report.thread else ()
        yield report.channel_id, (SEE_REPORT, POST, PICTURES, FIND, *threads)
    if settings.alerts.channel_id is not None:
        yield settings.alerts.channel_id, (SEE_ALERTS, ALERT)
    if settings.checkins.channel_id is not None:
        yield settings.checkins.channel_id, (SEE_ASKED, ASK)
    if settings.retro.reminder is not None:
        yield settings.retro.reminder.channel_id, (SEE_REMINDED, REMIND)


def _shortage(guild: discord.Guild, channel_id: int, needs: list[Need]) -> Shortage | None:
    channel = guild.get_channel(channel_id)
    if channel is None:
        return Shortage(channel_id, ())
    may = channel.permissions_for(guild.me)
    lacking = tuple(need for need in needs if not _granted(may, need))
    return Shortage(channel_id, lacking) if lacking else None


def _granted(may: discord.Permissions, need: Need) -> bool:
    return bool(getattr(may, need.permission))
