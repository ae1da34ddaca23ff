"""The reminder of a guild: a friendly line once a week, also where several processes look."""

from __future__ import annotations

import logging
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import aiohttp
import discord
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock, snowflake_at
from bot.i18n import phrases_in
from bot.roster import Roster
from bot.views.retro import WRITE, reminder_message
from reports.period import at_local, zone_of
from storage.claims import RETRO
from storage.errors import StoreUnavailable
from storage.records import ClaimState, GuildSettings, ReportClaim
from storage.retrospectives import RetroReminder
from storage.store import Store

log = logging.getLogger(__name__)

EVERY: Final = timedelta(minutes=1)
LATE: Final = timedelta(hours=3)
"""A reminder that could not be posted for so long is left out: it would come at an odd hour."""

LEASE: Final = timedelta(minutes=10)
_WEEK: Final = 7


def due_moment(settings: GuildSettings, now: datetime) -> datetime | None:
    """Return the moment of the reminder that is due, in UTC; ``None`` while none is.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
    """
    reminder = settings.retro.reminder
    if reminder is None:
        return None
    zone = zone_of(settings.timezone)
    today = now.astimezone(zone).date()
    back = (today.weekday() - reminder.weekday) % _WEEK
    for days in (back, back + _WEEK):
        day = today - timedelta(days)
        moment = at_local(day, reminder.hour, zone) + timedelta(minutes=reminder.minute)
        moment = moment.astimezone(UTC)
        if moment <= now:
            fresh = moment >= reminder.since and now - moment < LATE
            return moment if fresh else None
    return None


class Reminders:
    """Looks every minute whether somebody is to be reminded.

    Args:
        store: Where reminders are claimed.
        roster: The settings of the guilds.
        clock: The time.
        owner: Names this process in claims.
    """

    def __init__(self, store: Store, roster: Roster, clock: Clock, owner: str = "") -> None:
        self._store = store
        self._roster = roster
        self._clock = clock
        self._owner = owner or secrets.token_hex(8)
        self._client: discord.Client | None = None
        self._jobs = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None}
        )

    def attach(self, client: discord.Client) -> None:
        """Post through this client from now on."""
        self._client = client

    def detach(self, client: discord.Client) -> None:
        """Do not post through this client any more."""
        if self._client is client:
            self._client = None

    def start(self) -> None:
        """Look from now on."""
        self._jobs.start()
        seconds = EVERY.total_seconds()
        self._jobs.add_job(self.post_everywhere, "interval", seconds=seconds, max_instances=1)

    def stop(self) -> None:
        """Stop; harmless when not started."""
        if self._jobs.running:
            self._jobs.shutdown(wait=False)

    async def post_everywhere(self) -> int:
        """Post every reminder that is due; return how many were posted."""
        return sum([await self.post_due(settings) for settings in self._roster.guilds()])

    async def post_due(self, settings: GuildSettings) -> bool:
        """Post the reminder of a guild if it is due; what fails is logged and tried again."""
        now = self._clock.now()
        reminder, moment = settings.retro.reminder, due_moment(settings, now)
        if reminder is None or moment is None or self._client is None:
            return False
        key = f"{RETRO}{moment:%Y-%m-%dT%H:%M}"
        try:
            claim = await self._store.claim_report(
                settings.guild_id, key, self._owner, now=now, until=now + LEASE
            )
            if claim is None:
                return False
            return await self._post(self._client, settings, reminder, moment, claim)
        except StoreUnavailable as error:
            log.warning("a reminder of guild %d waits: %s", settings.guild_id, error)
        except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
            log.warning("a reminder of guild %d was not sent: %s", settings.guild_id, error)
        return False

    async def _post(
        self,
        client: discord.Client,
        settings: GuildSettings,
        reminder: RetroReminder,
        moment: datetime,
        claim: ReportClaim,
    ) -> bool:
        place = _place(client, settings.guild_id, reminder.channel_id)
        if place is None:
            log.warning("guild %d: the reminder has no place", settings.guild_id)
            await self._store.finish_report(replace(claim, state=ClaimState.SKIPPED))
            return False
        if claim.attempt > 1 and await _stands(client, place, moment):
            await self._finish(claim, place.id, 0)
            return False
        roles = [discord.Object(reminder.role_id)] if reminder.role_id is not None else False
        message = await place.send(
            view=reminder_message(
                reminder.channel_id, reminder.role_id, phrases_in(settings.language)
            ),
            nonce=f"{settings.guild_id:x}-{moment:%m%d%H%M}"[-25:],
            allowed_mentions=discord.AllowedMentions(everyone=False, users=False, roles=roles),
        )
        await self._finish(claim, place.id, message.id)
        return True

    async def _finish(self, claim: ReportClaim, channel_id: int, message_id: int) -> None:
        done = replace(
            claim, state=ClaimState.POSTED, channel_id=channel_id, message_id=message_id or None
        )
        await self._store.finish_report(done)


def _place(client: discord.Client, guild_id: int, channel_id: int) -> discord.TextChannel | None:
    """Return the channel, if the bot may write there."""
    guild = client.get_guild(guild_id)
    channel = guild.get_channel(channel_id) if guild else None
    if guild is None or not isinstance(channel, discord.TextChannel):
        return None
    may = channel.permissions_for(guild.me)
    return channel if may.view_channel and may.send_messages else None


async def _stands(client: discord.Client, place: discord.TextChannel, moment: datetime) -> bool:
    """Tell whether a process that died posted it before it could say so."""
    me = client.user.id if client.user else 0
    if not place.permissions_for(place.guild.me).read_message_history:
        return True  # One that is missing does less harm than one that stands there twice.
    since = discord.Object(snowflake_at(moment))
    async for message in place.history(limit=None, after=since):
        if message.author.id == me and WRITE in str([c.to_dict() for c in message.components]):
            return True
    return False
