"""`/monitor backfill`: measure what was written in a channel before the bot listened to it."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from re import Match
from typing import Any, Final

import aiohttp
import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.backfill import Backfill, Backfiller
from bot.cogs.answers import NOBODY, answer, guild_of, require_manager
from bot.cogs.listening import READING, Lack, lack_in, settings_of
from bot.cogs.monitor import ListenableChannel
from bot.cogs.notices import Listenable
from bot.command_errors import Refusal
from bot.i18n import Phrases, language_of, mark, phrases_for, phrases_in
from bot.services import Services
from bot.views import backfill as views
from bot.views.layout import Layout
from bot.views.listeners import pattern_ear
from bot.views.setup import missing_line
from storage.audit import SettingChange
from storage.errors import StoreUnavailable
from storage.records import ConsentMode, GuildSettings

logger = logging.getLogger(__name__)

DEFAULT: Final = timedelta(weeks=4)
SPANS: Final = (
    (mark("1 week ago"), timedelta(weeks=1)),
    (mark("4 weeks ago"), DEFAULT),
    (mark("3 months ago"), timedelta(days=91)),
    (mark("1 year ago"), timedelta(days=365)),
)
EDIT_EVERY: Final = 4.0
"""Seconds between two edits of the progress: Discord allows five in five seconds, for all that a
bot writes in a channel."""

TOKEN_LIFE: Final = 14 * 60.0
"""Seconds in which the first answer can be edited: Discord says 15 minutes."""

_UNREACHABLE: Final = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)


class BackfillDesk:
    """Offers, begins, shows and ends the reading of histories."""

    def __init__(self, client: discord.Client, services: Services, backfiller: Backfiller) -> None:
        self._client = client
        self._services = services
        self._backfiller = backfiller
        backfiller.watch(self._resumed)

    def ears(self) -> tuple[type[discord.ui.DynamicItem[Any]], ...]:
        """Return what hears the buttons, on messages of any age."""
        return (
            pattern_ear(rf"{views.START}:(\d+):(\d+)", self._start_clicked),
            pattern_ear(rf"{views.CANCEL}:(\d+)", self._cancel_clicked),
        )

    async def offer(
        self, interaction: discord.Interaction, channel_id: int, since: str | None
    ) -> None:
        """Show what would be read, or how far it is."""
        require_manager(interaction)
        guild, say = guild_of(interaction), phrases_for(interaction)
        running = self._backfiller.running(channel_id)
        if running is not None:
            await self._show(interaction, running, say, edit=False)
            return
        until = self._until(guild, channel_id, say)
        asked = self._moment(since, say)
        begin = self._backfiller.earliest(guild.id, asked)
        if begin >= discord.utils.snowflake_time(until):
            raise Refusal(
                say("I have listened to this channel for longer than that. Choose an earlier date.")
            )
        view = views.offer(channel_id, begin, until, say, cut=begin > asked)
        await answer(interaction, view)

    async def _start_clicked(self, interaction: discord.Interaction, match: Match[str]) -> None:
        require_manager(interaction)
        guild, say = guild_of(interaction), phrases_for(interaction)
        channel_id, stamp = int(match[1]), int(match[2])
        self._until(guild, channel_id, say)
        since = datetime.fromtimestamp(min(stamp, 1 << 32), UTC)
        await interaction.response.defer()
        began = await self._backfiller.begin(
            guild.id,
            channel_id,
            since,
            language=settings_of(guild, self._services).language,
            asked_in=interaction.channel_id or 0,
        )
        backfill = began or self._backfiller.running(channel_id)
        if backfill is None:
            await interaction.edit_original_response(view=views.idle(say))
            return
        if began is not None:
            await self._note(began, interaction.user.id)
            await self._tell_members(guild, channel_id, since)
        await self._show(interaction, backfill, say, edit=True)

    async def _cancel_clicked(self, interaction: discord.Interaction, match: Match[str]) -> None:
        require_manager(interaction)
        guild, say = guild_of(interaction), phrases_for(interaction)
        channel_id = int(match[1])
        running = self._backfiller.running(channel_id)
        if running is not None and running.place.guild_id != guild.id:
            running = None
        await interaction.response.defer()
        stopped = await self._backfiller.cancel(guild.id, channel_id)
        view = views.progress(running, say) if running is not None and stopped else views.idle(say)
        await interaction.edit_original_response(view=view)

    async def _note(self, backfill: Backfill, user_id: int) -> None:
        """Tell who began it where administrators see what was changed."""
        place = backfill.place
        what = {
            "channel_id": place.channel_id,
            "since": _day(discord.utils.snowflake_time(place.since)),
        }
        now = self._services.clock.now()
        await self._services.roster.note(
            SettingChange(place.guild_id, now, user_id, "backfill", None, json.dumps(what))
        )

    def _until(self, guild: discord.Guild, channel_id: int, say: Phrases) -> int:
        """Return the last message of before the bot listened.

        Raises:
            Refusal: It does not listen to the channel, or may not read it.
        """
        until = self._backfiller.until(guild.id, channel_id)
        if until is None:
            raise Refusal(
                say(
                    "I do not listen to {channel}. Begin with `/monitor add`: then its members "
                    "know.",
                    channel=f"<#{channel_id}>",
                )
            )
        lack = lack_in(guild, channel_id, READING)
        if lack is not None:
            raise Refusal(_missing(lack, say))
        return until

    def _moment(self, since: str | None, say: Phrases) -> datetime:
        """Return the moment that somebody chose or typed.

        Raises:
            Refusal: It cannot be read, or lies ahead.
        """
        now = self._services.clock.now()
        if since is None:
            return now - DEFAULT
        try:
            moment = datetime.strptime(since.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
        except ValueError as error:
            raise Refusal(
                say("Choose a date from the list, or write one like {example}.", example=_day(now))
            ) from error
        if moment >= now:
            raise Refusal(say("That day is still to come. Choose one in the past."))
        return moment

    async def suggest(
        self, interaction: discord.Interaction, typed: str
    ) -> Sequence[app_commands.Choice[str]]:
        """Return dates to choose from."""
        say, now = phrases_for(interaction), self._services.clock.now()
        found = [
            app_commands.Choice(name=f"{say(name)} ({_day(now - span)})", value=_day(now - span))
            for name, span in SPANS
        ]
        return [each for each in found if typed.strip().lower() in each.name.lower()]

    # What members are told

    async def _tell_members(self, guild: discord.Guild, channel_id: int, since: datetime) -> None:
        settings = settings_of(guild, self._services)
        place = _readers_of(guild, channel_id, settings)
        if place is None:
            return
        asked = settings.consent is ConsentMode.EXPLICIT
        view = views.told_members(since, phrases_in(settings.language), asked=asked)
        try:
            await place.send(view=view, allowed_mentions=NOBODY)
        except _UNREACHABLE as error:
            logger.info("the members could not be told of a backfill: %s", type(error).__name__)

    # Progress

    async def _show(
        self, interaction: discord.Interaction, backfill: Backfill, say: Phrases, *, edit: bool
    ) -> None:
        view = views.progress(backfill, say)
        if edit:
            await interaction.edit_original_response(view=view)
        else:
            await answer(interaction, view)
        channel_id = backfill.place.channel_id
        self._backfiller.spawn(
            self._follow(interaction, backfill, say, posts=edit),
            f"progress of channel {channel_id}",
        )

    async def _follow(
        self, interaction: discord.Interaction, backfill: Backfill, say: Phrases, *, posts: bool
    ) -> None:
        """Edit the answer while Discord allows it, then a post of our own if that is wanted."""
        end = time.monotonic() + TOKEN_LIFE
        try:
            async for view in _views(backfill, say, end):
                await interaction.edit_original_response(view=view)
            if backfill.ended:
                return
            await interaction.edit_original_response(view=views.moved_on(say))
        except _UNREACHABLE as error:
            # Dismissed by its reader, or Discord is away: the work goes on.
            logger.info("progress cannot be shown: %s", type(error).__name__)
            return
        if posts:
            await self._post(backfill)

    def _resumed(self, backfill: Backfill) -> None:
        channel_id = backfill.place.channel_id
        self._backfiller.spawn(self._post(backfill), f"progress of channel {channel_id}")

    async def _post(self, backfill: Backfill) -> None:
        """Show the progress where it was asked for, if the bot may write there."""
        place = backfill.place
        channel = self._client.get_channel(place.asked_in)
        if backfill.ended or not isinstance(channel, discord.TextChannel | discord.VoiceChannel):
            return
        if lack_in(channel.guild, channel.id, ("view_channel", "send_messages")) is not None:
            return
        say = phrases_in(language_of(place.language))
        try:
            if place.message_id:
                post = channel.get_partial_message(place.message_id)
            else:
                view = views.progress(backfill, say)
                sent = await channel.send(view=view, allowed_mentions=NOBODY, silent=True)
                post = channel.get_partial_message(sent.id)
                await self._backfiller.showed(backfill, sent.id)
            async for view in _views(backfill, say):
                await post.edit(view=view)
        except (*_UNREACHABLE, StoreUnavailable) as error:
            logger.info("progress cannot be shown: %s", type(error).__name__)


def backfill_command(desk: BackfillDesk) -> app_commands.Command[Any, ..., None]:
    """Return the command, to be put into the group `/monitor`."""

    @app_commands.command(
        name="backfill",
        description=locale_str("Measure what was written in a channel before I listened to it"),
    )
    @app_commands.describe(
        channel=locale_str("A channel that Nunchi listens to"),
        since=locale_str("From which day on; four weeks ago unless you choose"),
    )
    async def backfill(
        interaction: discord.Interaction,
        channel: app_commands.Transform[int, ListenableChannel],
        since: str | None = None,
    ) -> None:
        await desk.offer(interaction, channel, since)

    @backfill.autocomplete("since")
    async def suggest(
        interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return list(await desk.suggest(interaction, typed))

    return backfill


async def _views(backfill: Backfill, say: Phrases, end: float = math.inf) -> AsyncIterator[Layout]:
    """Yield what is to be shown, now and as it changes, up to the end of it or of the time."""
    while True:
        # Taken before the look, so that no change between the two is missed.
        changed, ended = backfill.changed, backfill.ended
        yield views.progress(backfill, say)
        left = end - time.monotonic()
        if ended or left <= 0:
            return
        await _set_within(changed, min(left, TOKEN_LIFE))
        await _pause(backfill)


async def _pause(backfill: Backfill) -> None:
    """Return some seconds later; at once when the reading ends."""
    end = time.monotonic() + EDIT_EVERY
    while not backfill.ended and (left := end - time.monotonic()) > 0:
        await _set_within(backfill.changed, left)


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _readers_of(
    guild: discord.Guild, channel_id: int, settings: GuildSettings
) -> discord.abc.Messageable | None:
    """Return where the members of a channel read a note: of a forum, in the post of the notice."""
    channel = guild.get_channel(channel_id)
    if isinstance(channel, discord.ForumChannel):
        listened = {each.channel_id: each.notice_id for each in settings.channels}
        return channel.get_thread(listened.get(channel_id) or 0)
    return channel if isinstance(channel, Listenable) else None


def _missing(lack: Lack, say: Phrases) -> str:
    return missing_line(lack.channel_id, lack.permissions, say)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
