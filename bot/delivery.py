"""Putting a weekly report into a channel, and finding one that is there already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import discord

from bot.clock import snowflake_at
from bot.views.report import PictureCard, ReportMessage, report_message, report_text
from reports.period import Week
from reports.report import WeeklyReport
from reports.wording import date_range
from storage.records import GuildSettings

Place = discord.TextChannel | discord.Thread


@dataclass(frozen=True, slots=True)
class Rendered:
    """A report with its pictures, ready to be sent any number of times."""

    report: WeeklyReport
    language: str
    cards: tuple[PictureCard, ...]

    def message(self) -> ReportMessage:
        """Return the message with fresh files: Discord's client closes them when it sends."""
        return report_message(self.report, self.cards, self.language)

    @property
    def text(self) -> str:
        """The report in plain text, where files are not permitted."""
        return report_text(self.report, self.language)


def nonce_of(guild_id: int, week: Week) -> str:
    """Return the nonce of a weekly post: the same for every try, at most 25 characters."""
    return f"{guild_id:x}-{week.key}"[-25:]


def sendable(client: discord.Client, settings: GuildSettings) -> Place | None:
    """Return the report channel of a guild when the bot may write there."""
    guild = client.get_guild(settings.guild_id)
    channel = guild.get_channel_or_thread(settings.report.channel_id or 0) if guild else None
    if guild is None or not isinstance(channel, Place):
        return None
    may = channel.permissions_for(guild.me)
    in_thread = isinstance(channel, discord.Thread)
    return channel if (may.send_messages_in_threads if in_thread else may.send_messages) else None


async def deliver(channel: Place, rendered: Rendered, nonce: str) -> discord.Message:
    """Post a report, as plain text where files are not permitted.

    Raises:
        discord.HTTPException: Discord refuses.
    """
    if not channel.permissions_for(channel.guild.me).attach_files:
        return await channel.send(rendered.text, nonce=nonce)
    message = rendered.message()
    return await channel.send(view=message.view, files=message.files, nonce=nonce)


async def posted_before(
    client: discord.Client,
    channel: Place,
    week: Week,
    due: datetime,
    language: str,
) -> int | None:
    """Return the weekly post that an earlier try made before it could record it.

    Where the history is closed there is nothing to find: a second post is better than none.

    Raises:
        discord.HTTPException: Discord does not answer as it should; try again.
    """
    if not channel.permissions_for(channel.guild.me).read_message_history:
        return None
    me = client.user.id if client.user else 0
    since = discord.Object(snowflake_at(due))
    async for message in channel.history(limit=None, after=since, oldest_first=True):
        if message.author.id == me and carries(message, week, language):
            return message.id
    return None


def carries(message: discord.Message, week: Week, language: str) -> bool:
    """Tell whether a message is the report of a week: by its files, or by the dates it names."""
    named = any(week.key in attachment.filename for attachment in message.attachments)
    return named or date_range(week, language) in _text_of(message)


def _text_of(message: discord.Message) -> str:
    layout = discord.ui.LayoutView.from_message(message, timeout=None)
    shown = [
        part.content for part in layout.walk_children() if isinstance(part, discord.ui.TextDisplay)
    ]
    return "\n".join([message.content, *shown])
