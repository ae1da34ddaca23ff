"""Watches the channels of guilds that asked for it, and tells their moderators of a shift once.

An alert is claimed in the store before it is sent, as reports are. The claim names the channel and
the moment; what was before the last alert of a channel counts no more, so that neither a restart
nor another process tells of the same shift again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import aiohttp
import discord

from bot.alerts_place import Obstacle, obstacle_in
from bot.clock import Clock, snowflake_at
from bot.i18n import phrases_in
from bot.roster import Roster
from bot.views import alerts as views
from classifiers.errors import NunchiError
from reports.alerts import Shift, Watch, find_shifts, watch_at
from storage.claims import ALERT
from storage.errors import StoreUnavailable
from storage.records import AlertSettings, ClaimState, GuildSettings, ReportClaim
from storage.store import Store

log = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=10)
"""How long a process may take to send before another takes over; sending gives up before."""

SENDING: Final = 120.0
"""Seconds after which an alert that is not through is given up, well inside the lease."""

RESUMED_FOR: Final = timedelta(days=7)
"""An alert that was claimed and not finished is taken up again for so long."""

_MOMENT: Final = "%Y-%m-%dT%H%M"
_TOLD: Final = f"{ALERT}told-"
_NOBODY: Final = discord.AllowedMentions.none()
_UNSENT: Final = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)


class AlertWatch:
    """Looks for shifts, and sends the alerts.

    Args:
        store: Where the records and claims are.
        roster: The settings of the guilds.
        clock: The time.
        owner: Names this process in claims.
    """

    def __init__(self, store: Store, roster: Roster, clock: Clock, owner: str) -> None:
        self._store = store
        self._roster = roster
        self._clock = clock
        self._owner = owner
        self._client: discord.Client | None = None
        self._busy: set[int] = set()
        self._done: dict[int, tuple[datetime, AlertSettings]] = {}

    def attach(self, client: discord.Client) -> None:
        """Send through this client from now on."""
        self._client = client

    def detach(self, client: discord.Client) -> None:
        """Do not send through this client any more."""
        if self._client is client:
            self._client = None

    async def check_everywhere(self) -> int:
        """Check every guild; return how many alerts were sent."""
        sent = 0
        for settings in self._roster.guilds():
            sent += await self.check(settings.guild_id)
        return sent

    async def check(self, guild_id: int) -> int:
        """Check a guild, unless it was checked since the last quarter of a day ended.

        Whatever fails is logged and tried again at the next call.

        Returns:
            How many alerts were sent.
        """
        settings = self._roster.settings(guild_id)
        if settings is None or not settings.alerts.are_on(self._clock.now()):
            return 0
        guild = self._client.get_guild(guild_id) if self._client else None
        if guild is None or guild.unavailable or guild_id in self._busy:
            return 0
        self._busy.add(guild_id)
        try:
            return await self._checked(guild, settings)
        except NunchiError as error:
            log.warning("the alerts of guild %d wait: %s", guild_id, error)
            return 0
        finally:
            self._busy.discard(guild_id)

    async def _checked(self, guild: discord.Guild, settings: GuildSettings) -> int:
        obstacle = obstacle_in(guild, settings.alerts.channel_id or 0)
        if obstacle is not None:
            await self._tell_once(guild, settings, obstacle)
            return 0
        watch = watch_at(self._clock.now(), settings.timezone)
        if self._done.get(guild.id) == (watch.until, settings.alerts):
            return 0
        claims = await self._store.alert_claims(guild.id)
        shifts = await find_shifts(self._store, settings, watch, _last_alerts(claims))
        outcomes = [await self._alert(guild, shift, watch, claims) for shift in shifts]
        if None not in outcomes:
            self._done[guild.id] = (watch.until, settings.alerts)
        return outcomes.count(True)

    async def _alert(
        self, guild: discord.Guild, shift: Shift, watch: Watch, claims: Sequence[ReportClaim]
    ) -> bool | None:
        """Tell of a shift; return whether it was done here, ``None`` when it did not go through."""
        settings = self._roster.settings(guild.id)
        if settings is None or not settings.alerts.are_on(self._clock.now()):
            return False
        place = guild.get_channel(settings.alerts.channel_id or 0)
        if not isinstance(place, discord.TextChannel) or obstacle_in(guild, place.id):
            return None
        begun = _begun(claims, shift.channel_id, self._clock.now())
        period = begun or _period(shift, watch)
        claim = await self._claim(guild.id, period)
        if claim is None:
            return False
        try:
            async with asyncio.timeout(SENDING):
                message_id = None
                if begun is not None or claim.attempt > 1:
                    message_id = await self._earlier(place, claim, shift)
                if message_id is None:
                    layout = views.alert(shift, guild.id, phrases_in(settings.language))
                    nonce = f"{shift.channel_id:x}{period[-8:]}"
                    sent = await place.send(view=layout, allowed_mentions=_NOBODY, nonce=nonce)
                    message_id = sent.id
        except _UNSENT as error:
            log.warning("an alert of guild %d was not sent (%s)", guild.id, type(error).__name__)
            with suppress(StoreUnavailable):
                await self._store.release_report(claim)
            return None
        done = replace(claim, state=ClaimState.POSTED, channel_id=place.id, message_id=message_id)
        return await self._store.finish_report(done)

    async def _earlier(
        self, place: discord.TextChannel, claim: ReportClaim, shift: Shift
    ) -> int | None:
        """Return the alert that an earlier try sent before it could record it."""
        if not place.permissions_for(place.guild.me).read_message_history:
            return None
        since = discord.Object(snowflake_at(_moment(claim) or shift.until))
        async for message in place.history(limit=None, after=since, oldest_first=True):
            if message.author.id == place.guild.me.id and _is_about(message, shift.channel_id):
                return message.id
        return None

    async def _tell_once(
        self, guild: discord.Guild, settings: GuildSettings, obstacle: Obstacle
    ) -> None:
        """Tell whoever switched alerts on that they cannot be sent: once, whatever follows."""
        alerts = settings.alerts
        since = f"{alerts.since:{_MOMENT}}" if alerts.since else ""
        period = f"{_TOLD}{obstacle.channel_id}-{since}"
        claim = await self._claim(guild.id, period)
        if claim is None or self._client is None:
            return
        say = phrases_in(settings.language)
        log.warning("guild %d: alerts cannot be sent where they should go", guild.id)
        # Recorded first: a message that cannot be sent must not be tried for ever.
        await self._store.finish_report(replace(claim, state=ClaimState.SKIPPED))
        if alerts.switched_on_by is None:
            return
        text = views.stuck(discord.utils.escape_markdown(guild.name), obstacle.said(say), say)
        try:
            person = await self._client.create_dm(discord.Object(alerts.switched_on_by))
            await person.send(text, allowed_mentions=_NOBODY)
        except _UNSENT as error:
            log.warning("guild %d: nobody could be told (%s)", guild.id, type(error).__name__)

    async def _claim(self, guild_id: int, period: str) -> ReportClaim | None:
        now = self._clock.now()
        return await self._store.claim_report(
            guild_id, period, self._owner, now=now, until=now + LEASE
        )


def _period(shift: Shift, watch: Watch) -> str:
    return f"{ALERT}{shift.channel_id}-{watch.until:{_MOMENT}}"


def _channel(claim: ReportClaim) -> int | None:
    """Return which channel an alert was about, or ``None`` for a claim of another kind."""
    name = claim.period.removeprefix(ALERT).partition("-")[0]
    return int(name) if name.isdecimal() else None


def _moment(claim: ReportClaim) -> datetime | None:
    name = claim.period.removeprefix(ALERT).partition("-")[2]
    return datetime.strptime(name, _MOMENT).replace(tzinfo=UTC) if _channel(claim) else None


def _last_alerts(claims: Sequence[ReportClaim]) -> Mapping[int, datetime]:
    """Return channel id -> the last alert that was sent."""
    last: dict[int, datetime] = {}
    for claim in claims:
        channel_id, moment = _channel(claim), _moment(claim)
        if channel_id and moment and claim.state is not ClaimState.CLAIMED:
            last[channel_id] = max(moment, last.get(channel_id, moment))
    return last


def _begun(claims: Sequence[ReportClaim], channel_id: int, now: datetime) -> str | None:
    """Return the period of an alert that some process began to send and did not finish."""
    for claim in claims:
        moment = _moment(claim)
        if claim.state is ClaimState.CLAIMED and _channel(claim) == channel_id and moment:
            return claim.period if now - moment < RESUMED_FOR else None
    return None


def _is_about(message: discord.Message, channel_id: int) -> bool:
    layout = discord.ui.LayoutView.from_message(message, timeout=None)
    parts = list(layout.walk_children())
    words = [part.content for part in parts if isinstance(part, discord.ui.TextDisplay)]
    alert = any(getattr(part, "custom_id", None) == views.QUIET for part in parts)
    return alert and any(f"<#{channel_id}>" in each for each in words)
