"""Which channels are listened to, what the bot lacks in them, and the notice to their members."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import discord

from bot.clock import snowflake_at
from bot.cogs.notices import Listenable, Renewal, post_notice, renew_notice, withdraw_notice
from bot.i18n import Phrases, language_of, phrases_in
from bot.services import Services
from bot.views.notice import Practice
from storage.records import ConsentMode, GuildSettings, MonitoredChannel
from storage.retrospectives import ChannelKind

logger = logging.getLogger(__name__)

READING: Final = ("view_channel", "read_message_history")
TELLING: Final = ("send_messages",)
"""For the notice: there is no measuring without a word to the members."""

POSTING: Final = ("view_channel", "send_messages", "attach_files")

HOME_TIMEZONES: Final = {
    "ko": "Asia/Seoul",
    "ja": "Asia/Tokyo",
    "zh-TW": "Asia/Taipei",
    "vi": "Asia/Ho_Chi_Minh",
    "th": "Asia/Bangkok",
    "hi": "Asia/Kolkata",
    "tr": "Europe/Istanbul",
    "fi": "Europe/Helsinki",
}
"""The timezone to begin with, for locales of Discord that are at home in one timezone only."""


@dataclass(frozen=True, slots=True)
class Lack:
    """What the bot may not do in a channel although it would need to.

    Attributes:
        channel_id: Discord snowflake.
        permissions: Keys of ``bot.command_errors.PERMISSION_NAMES``; empty when the channel is
            gone or of a kind that cannot be listened to.
    """

    channel_id: int
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Addition:
    """What came of the wish to listen to a channel.

    Attributes:
        channel_id: Discord snowflake.
        refused: Why it was not done, or ``None``.
        added: False when it was refused, or listened to before.
        notice: Why the notice of a channel that was listened to before still fails, or ``None``.
    """

    channel_id: int
    refused: Lack | None = None
    added: bool = False
    notice: Lack | None = None


def default_settings(guild: discord.Guild, services: Services) -> GuildSettings:
    """Return what holds for a guild before its first choice."""
    korean = language_of(guild.preferred_locale) == "ko"
    language = "ko" if korean else services.settings.language
    return GuildSettings(guild.id, language=language, timezone=_timezone(guild, services))


def _timezone(guild: discord.Guild, services: Services) -> str:
    """Return the operator's timezone, or else the one of those who speak the guild's language."""
    chosen = services.settings.timezone
    return chosen if chosen != "UTC" else HOME_TIMEZONES.get(str(guild.preferred_locale), chosen)


def settings_of(guild: discord.Guild, services: Services) -> GuildSettings:
    """Return what a guild chose, or what holds before."""
    return services.roster.settings(guild.id) or default_settings(guild, services)


def lack_in(guild: discord.Guild, channel_id: int, needed: Sequence[str]) -> Lack | None:
    """Return what the bot lacks in a channel, or ``None`` when it has all that is needed."""
    channel = guild.get_channel(channel_id)
    if channel is None:
        return Lack(channel_id, ())
    permissions = channel.permissions_for(guild.me)
    missing = tuple(name for name in needed if not getattr(permissions, name))
    return Lack(channel_id, missing) if missing else None


def reading_lacks(guild: discord.Guild, settings: GuildSettings) -> list[Lack]:
    """Return what the bot lacks to read the channels that it is asked to listen to."""
    lacks = (lack_in(guild, each.channel_id, READING) for each in settings.channels)
    return [lack for lack in lacks if lack is not None]


class Listening:
    """Begins and ends listening; there is no measuring without a word to the members."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._turns: dict[int, asyncio.Lock] = {}

    async def add(
        self, guild: discord.Guild, channel_id: int, *, by: int | None = None
    ) -> Addition:
        """Listen to a channel from now on, and post the notice in it; where that fails, do not.

        Args:
            guild: The server.
            channel_id: Which channel.
            by: The user who wants it.

        Raises:
            StoreUnavailable: Nothing was changed.
        """
        channel = guild.get_channel(channel_id)
        if not isinstance(channel, Listenable):
            return Addition(channel_id, refused=Lack(channel_id, ("view_channel",)))
        default = default_settings(guild, self._services)
        monitored = MonitoredChannel(channel_id, since=self._since(channel))
        async with self._turn(guild.id):
            known = self._services.roster.since(guild.id, channel_id) is not None
            lack = lack_in(guild, channel_id, READING if known else (*READING, *TELLING))
            if lack is not None:
                return Addition(channel_id, refused=_named(lack, channel))
            added = await self._services.roster.add_channel(default, monitored, by=by)
            untold = await self._notify(channel)
            if added and untold is not None:
                await self._services.roster.remove_channel(guild.id, channel_id, by=by)
                return Addition(channel_id, refused=untold)
            return Addition(channel_id, added=added, notice=untold)

    async def remove(self, guild: discord.Guild, channel_id: int, *, by: int | None = None) -> bool:
        """Stop listening to a channel; return False when it was not listened to.

        Raises:
            StoreUnavailable: Nothing was changed.
        """
        channel = guild.get_channel(channel_id)
        async with self._turn(guild.id):
            notice_id = self._notice_id(guild.id, channel_id)
            removed = await self._services.roster.remove_channel(guild.id, channel_id, by=by)
            if removed and notice_id is not None and isinstance(channel, Listenable):
                await withdraw_notice(channel, notice_id, self._words_of(guild))
            return removed

    async def notify(self, guild: discord.Guild) -> list[Lack]:
        """Post the notices that still fail; return where it was not possible."""
        if all(each.notice_id is not None for each in settings_of(guild, self._services).channels):
            return []
        lacks = []
        async with self._turn(guild.id):
            for each in settings_of(guild, self._services).channels:
                channel = guild.get_channel(each.channel_id)
                if isinstance(channel, Listenable):
                    lacks.append(await self._notify(channel))
        return [lack for lack in lacks if lack is not None]

    def is_outdated(self, guild_id: int) -> bool:
        """Return whether a notice of a guild says anything else than what holds now."""
        settings = self._services.roster.settings(guild_id)
        if settings is None:
            return False
        return any(
            each.notice_id is not None
            and each.notice_terms != self.practice(settings, each).terms(settings.language)
            for each in settings.channels
        )

    async def renew(self, guild: discord.Guild) -> None:
        """Let the notices that stand say what holds now; one that is gone is posted anew.

        Raises:
            StoreUnavailable: The rest waits for the next time.
        """
        async with self._turn(guild.id):
            for each in settings_of(guild, self._services).channels:
                channel = guild.get_channel(each.channel_id)
                if isinstance(channel, Listenable) and each.notice_id is not None:
                    await self._renew(channel, each)

    async def _renew(self, channel: Listenable, monitored: MonitoredChannel) -> None:
        settings = settings_of(channel.guild, self._services)
        practice = self.practice(settings, monitored)
        terms = practice.terms(settings.language)
        notice_id = monitored.notice_id
        if notice_id is None or monitored.notice_terms == terms:
            return
        say = phrases_in(settings.language)
        renewal = await renew_notice(channel, notice_id, say, practice)
        if renewal is Renewal.DONE:
            await self._remember(channel, notice_id, terms)
        elif renewal is Renewal.GONE:
            await self._remember(channel, None, None)
            await self._notify(channel)

    def practice(
        self, settings: GuildSettings, channel: MonitoredChannel | None = None
    ) -> Practice:
        """Return what is done with the messages of a guild, in one of its channels if given."""
        services = self._services
        return Practice(
            pictures=services.pictures is not None,
            sends_to=services.classifier.info.sends_to,
            explicit=settings.consent is ConsentMode.EXPLICIT,
            retention_days=settings.retention_days,
            minimum_group=settings.minimum_group,
            alerts=settings.alerts.channel_id is not None,
            retrospective=channel is not None and channel.kind is ChannelKind.RETROSPECTIVE,
        )

    def _turn(self, guild_id: int) -> asyncio.Lock:
        """Return what lets one change after the other happen in a guild: no notice twice."""
        return self._turns.setdefault(guild_id, asyncio.Lock())

    def _words_of(self, guild: discord.Guild) -> Phrases:
        return phrases_in(settings_of(guild, self._services).language)

    def _since(self, channel: Listenable) -> int:
        # The newest id that a forum knows is that of a thread; its posts are older and newer.
        if isinstance(channel, discord.ForumChannel):
            return snowflake_at(self._services.clock.now())
        return channel.last_message_id or 0

    def _notice_id(self, guild_id: int, channel_id: int) -> int | None:
        settings = self._services.roster.settings(guild_id)
        channels = settings.channels if settings else ()
        return next((c.notice_id for c in channels if c.channel_id == channel_id), None)

    async def _notify(self, channel: Listenable) -> Lack | None:
        if self._notice_id(channel.guild.id, channel.id) is not None:
            return None
        lack = lack_in(channel.guild, channel.id, TELLING)
        if lack is not None:
            return _named(lack, channel)
        try:
            settings = settings_of(channel.guild, self._services)
            monitored = (each for each in settings.channels if each.channel_id == channel.id)
            practice = self.practice(settings, next(monitored, None))
            notice_id = await post_notice(channel, phrases_in(settings.language), practice)
        except discord.HTTPException as error:
            logger.warning("a notice was refused: HTTP %s, code %s", error.status, error.code)
            return _named(Lack(channel.id, TELLING), channel)
        await self._remember(channel, notice_id, practice.terms(settings.language))
        return None

    async def _remember(
        self, channel: Listenable, notice_id: int | None, terms: str | None
    ) -> None:
        def edit(settings: GuildSettings) -> GuildSettings:
            channels = tuple(
                replace(each, notice_id=notice_id, notice_terms=terms)
                if each.channel_id == channel.id
                else each
                for each in settings.channels
            )
            return replace(settings, channels=channels)

        await self._services.roster.change(channel.guild.id, edit)


def _named(lack: Lack, channel: Listenable) -> Lack:
    """Call the permission what Discord calls it in this kind of channel."""
    if isinstance(channel, discord.ForumChannel):
        named = ("create_posts" if each in TELLING else each for each in lack.permissions)
        return replace(lack, permissions=tuple(named))
    return lack
