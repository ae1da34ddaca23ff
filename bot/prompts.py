"""Lines that are posted at a set time: at most once, also where several processes look.

What is to be posted, and when, is told by *sources*: functions of a guild's settings and the time.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import aiohttp
import discord
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock, snowflake_at
from bot.roster import Roster
from reports.errors import UnknownTimezone
from reports.period import at_local, zone_of
from storage.errors import StoreUnavailable
from storage.records import ClaimState, GuildSettings, ReportClaim
from storage.store import Store

log = logging.getLogger(__name__)

EVERY: Final = timedelta(minutes=1)
LATE: Final = timedelta(hours=3)
"""A line that could not be posted for so long is left out: it would come at an odd hour."""

LEASE: Final = timedelta(minutes=10)
_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Prompt:
    """A line that is due.

    Attributes:
        key: Names it among the claims of its guild: its kind and moment; at most once each.
        moment: When it was due; UTC.
        channel_id: Where it is posted.
        view: Makes what is posted.
        mark: Stands in a custom id of it, so that it is found again.
        roles: Ids of roles that are pinged because somebody chose them.
    """

    key: str
    moment: datetime
    channel_id: int
    view: Callable[[], discord.ui.LayoutView]
    mark: str
    roles: tuple[int, ...] = ()


Source = Callable[[GuildSettings, datetime], Prompt | None]
"""Returns what is due in a guild at a moment, or ``None``."""


def last_moment(
    settings: GuildSettings,
    now: datetime,
    weekday: int | None,
    time: tuple[int, int],
    since: datetime | None,
) -> datetime | None:
    """Return when a line was last due, in UTC; ``None`` where that is too long ago, or too early.

    Args:
        settings: Whose timezone counts.
        now: The present moment, aware.
        weekday: 0 is Monday; ``None`` for every day.
        time: Hour and minute.
        since: Nothing that was due before this moment is posted.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
    """
    zone = zone_of(settings.timezone)
    today = now.astimezone(zone).date()
    back = 0 if weekday is None else (today.weekday() - weekday) % _WEEK
    for days in (back, back + (1 if weekday is None else _WEEK)):
        day = today - timedelta(days)
        moment = (at_local(day, time[0], zone) + timedelta(minutes=time[1])).astimezone(UTC)
        if moment <= now:
            fresh = (since is None or moment >= since) and now - moment < LATE
            return moment if fresh else None
    return None


def next_moment(
    settings: GuildSettings, now: datetime, weekday: int | None, time: tuple[int, int]
) -> datetime:
    """Return when a line is due next, in UTC; see ``last_moment``.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
    """
    zone = zone_of(settings.timezone)
    today = now.astimezone(zone).date()
    ahead = 0 if weekday is None else (weekday - today.weekday()) % _WEEK
    step = 1 if weekday is None else _WEEK
    days = (today + timedelta(ahead), today + timedelta(ahead + step))
    moments = [at_local(day, time[0], zone) + timedelta(minutes=time[1]) for day in days]
    return moments[0] if moments[0] > now else moments[1]


class Prompts:
    """Looks every minute what is due.

    Args:
        store: Where lines are claimed.
        roster: The settings of the guilds.
        clock: The time.
        sources: What may be due.
        owner: Names this process in claims.
    """

    def __init__(
        self,
        store: Store,
        roster: Roster,
        clock: Clock,
        sources: Iterable[Source],
        owner: str = "",
    ) -> None:
        self._store = store
        self._roster = roster
        self._clock = clock
        self._sources = tuple(sources)
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
        """Post everything that is due; return how many lines were posted."""
        return sum([await self.post_due(settings) for settings in self._roster.guilds()])

    async def post_due(self, settings: GuildSettings) -> int:
        """Post what is due in a guild; what fails is logged and tried again."""
        now = self._clock.now()
        try:
            due = [source(settings, now) for source in self._sources]
        except UnknownTimezone as error:
            log.warning("guild %d: %s", settings.guild_id, error)
            return 0
        return sum([await self._posted(settings.guild_id, each) for each in due if each])

    async def _posted(self, guild_id: int, prompt: Prompt) -> bool:
        client, now = self._client, self._clock.now()
        if client is None:
            return False
        try:
            claim = await self._store.claim_report(
                guild_id, prompt.key, self._owner, now=now, until=now + LEASE
            )
            return claim is not None and await self._post(client, prompt, claim)
        except StoreUnavailable as error:
            log.warning("a line of guild %d waits: %s", guild_id, error)
        except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
            log.warning("a line of guild %d was not sent: %s", guild_id, error)
        return False

    async def _post(self, client: discord.Client, prompt: Prompt, claim: ReportClaim) -> bool:
        place = _place(client, claim.guild_id, prompt.channel_id)
        if place is None:
            log.warning("guild %d: %s has no place", claim.guild_id, prompt.key)
            await self._store.finish_report(replace(claim, state=ClaimState.SKIPPED))
            return False
        if claim.attempt > 1 and await _stands(client, place, prompt):
            await self._finish(claim, place.id, None)
            return False
        roles = [discord.Object(role_id) for role_id in prompt.roles]
        message = await place.send(
            view=prompt.view(),
            nonce=_nonce(claim),
            allowed_mentions=discord.AllowedMentions(
                everyone=False, users=False, roles=roles or False
            ),
        )
        await self._finish(claim, place.id, message.id)
        return True

    async def _finish(self, claim: ReportClaim, channel_id: int, message_id: int | None) -> None:
        done = replace(claim, state=ClaimState.POSTED, channel_id=channel_id, message_id=message_id)
        await self._store.finish_report(done)


def _place(client: discord.Client, guild_id: int, channel_id: int) -> discord.TextChannel | None:
    """Return the channel, if the bot may write there."""
    guild = client.get_guild(guild_id)
    channel = guild.get_channel(channel_id) if guild else None
    if guild is None or not isinstance(channel, discord.TextChannel):
        return None
    may = channel.permissions_for(guild.me)
    return channel if may.view_channel and may.send_messages else None


async def _stands(client: discord.Client, place: discord.TextChannel, prompt: Prompt) -> bool:
    """Tell whether a process that died posted it before it could say so."""
    me = client.user.id if client.user else 0
    if not place.permissions_for(place.guild.me).read_message_history:
        return True  # One that is missing does less harm than one that stands there twice.
    since = discord.Object(snowflake_at(prompt.moment))
    async for message in place.history(limit=None, after=since):
        if message.author.id == me and prompt.mark in str(
            [each.to_dict() for each in message.components]
        ):
            return True
    return False


def _nonce(claim: ReportClaim) -> str:
    """Return the same for every try of one line, and another for every other: 25 characters."""
    return hashlib.sha256(f"{claim.guild_id}:{claim.period}".encode()).hexdigest()[:25]
