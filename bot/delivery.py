"""Putting a report into a channel, and finding one that is there already."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import discord

from bot.clock import snowflake_at
from bot.i18n import phrases_in
from bot.views.layout import shortened
from bot.views.report import (
    PictureCard,
    ReportMessage,
    report_message,
    report_text,
    report_title,
)
from bot.views.stretch import stretch_message, stretch_text
from reports.monthly import Period, StretchReport
from reports.period import Week
from reports.report import WeeklyReport
from reports.wording import date_range

log = logging.getLogger(__name__)

Place = discord.TextChannel | discord.Thread

_NOBODY: Final = discord.AllowedMentions.none()
_WEEK_OF_MINUTES: Final = 10080
_NAME_LIMIT: Final = 100
_TOO_LARGE: Final = 413
_NOT_TAKEN: Final = frozenset({50035, 40005})
"""Discord's codes for a message that it does not take as it is: malformed, or too large."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A report with its pictures, ready to be sent any number of times.

    Attributes:
        report: What it says.
        language: ``ko`` or ``en``.
        cards: Its pictures.
        links: To joyful messages, where the guild and their authors want that.
    """

    report: WeeklyReport | StretchReport
    language: str
    cards: tuple[PictureCard, ...]
    links: tuple[str, ...] = ()

    @property
    def period(self) -> Period:
        """What the report is about."""
        report = self.report
        return report.period if isinstance(report, StretchReport) else report.week

    def message(self) -> ReportMessage:
        """Return the message with fresh files: Discord's client closes them when it sends."""
        if isinstance(self.report, StretchReport):
            return stretch_message(self.report, self.cards, self.language)
        return report_message(self.report, self.cards, self.language, self.links)

    @property
    def text(self) -> str:
        """The report in plain text, where files are not permitted."""
        if isinstance(self.report, StretchReport):
            return stretch_text(self.report, self.language)
        return report_text(self.report, self.language, self.links)


def nonce_of(guild_id: int, period: Period) -> str:
    """Return the nonce of a planned post: the same for every try, at most 25 characters."""
    return f"{guild_id:x}-{period.key}"[-25:]


async def deliver(
    channel: discord.abc.Messageable, rendered: Rendered, nonce: str, *, files: bool
) -> discord.Message:
    """Post a report, as plain text where files are not permitted or its layout is not taken.

    Args:
        channel: Where.
        rendered: What.
        nonce: Posts the same only once within a few minutes.
        files: Whether the bot may attach files there.

    Raises:
        discord.HTTPException: Discord refuses.
    """
    if files:
        message = rendered.message()
        try:
            return await channel.send(
                view=message.view, files=message.files, nonce=nonce, allowed_mentions=_NOBODY
            )
        except discord.HTTPException as error:
            if error.status != _TOO_LARGE and error.code not in _NOT_TAKEN:
                raise
            log.warning("a report goes out as plain text: HTTP %s, %s", error.status, error.code)
    return await channel.send(rendered.text, nonce=nonce, allowed_mentions=_NOBODY)


async def open_thread(message: discord.Message, period: Period, language: str) -> bool:
    """Open a thread for the talk under a report; return whether there is one now.

    Where the bot may not, or Discord refuses, the report stands without.
    """
    channel, guild = message.channel, message.guild
    if not isinstance(channel, discord.TextChannel) or guild is None:
        return False
    if not channel.permissions_for(guild.me).create_public_threads:
        log.warning("guild %d: no thread, the permission is missing", guild.id)
        return False
    name = shortened(report_title(period, phrases_in(language)), _NAME_LIMIT)
    try:
        await message.create_thread(name=name, auto_archive_duration=_WEEK_OF_MINUTES)
    except discord.HTTPException as error:
        log.warning("guild %d: no thread, HTTP %s, %s", guild.id, error.status, error.code)
        return False
    return True


def history_is_open(channel: Place) -> bool:
    """Tell whether the bot could find a post of its own again."""
    return channel.permissions_for(channel.guild.me).read_message_history


async def posted_before(
    client: discord.Client,
    channel: Place,
    period: Period,
    due: datetime,
    language: str,
) -> int | None:
    """Return the planned post that an earlier try made before it could record it.

    Raises:
        discord.HTTPException: Discord does not answer as it should; try again.
    """
    me = client.user.id if client.user else 0
    since = discord.Object(snowflake_at(due))
    async for message in channel.history(limit=None, after=since, oldest_first=True):
        if message.author.id == me and carries(message, period, language):
            return message.id
    return None


def carries(message: discord.Message, period: Period, language: str) -> bool:
    """Tell whether a message is the report of a period: by its files, or by what it names."""
    if any(period.key in attachment.filename for attachment in message.attachments):
        return True
    text = _text_of(message)
    return any(name in text for name in _names(period, language))


def _names(period: Period, language: str) -> Sequence[str]:
    return (period.key, *([date_range(period, language)] if isinstance(period, Week) else []))


def _text_of(message: discord.Message) -> str:
    layout = discord.ui.LayoutView.from_message(message, timeout=None)
    shown = [
        part.content for part in layout.walk_children() if isinstance(part, discord.ui.TextDisplay)
    ]
    return "\n".join([message.content, *shown])
