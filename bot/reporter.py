"""Makes reports, and posts each weekly one exactly once."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import aiohttp
import discord

from bot.clock import Clock
from bot.delivery import Place, Rendered, deliver, nonce_of, posted_before, sendable
from bot.due import due_weeks
from bot.roster import Roster
from bot.studio import Studio
from classifiers.correction import ShareCorrection
from classifiers.errors import NunchiError
from reports.period import Week
from reports.weekly import compute
from storage.errors import StoreUnavailable
from storage.records import ClaimState, GuildSettings, ReportClaim
from storage.store import Store

log = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=10)
"""How long a process may take to post before another takes over; sending gives up before."""

SENDING: Final = 300.0
"""Seconds after which a post that is not through is given up, well inside the lease."""

_UNSENT = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)


class Reporter:
    """Computes and renders reports; posts the weekly ones that are due.

    Args:
        store: Where the records and claims are.
        roster: The settings of the guilds.
        studio: Draws.
        clock: The time.
        owner: Names this process in claims.
        grace: How long a missed week stays due.
        correction: How the shares of the classifier in use are corrected, if that is known.
    """

    def __init__(
        self,
        store: Store,
        roster: Roster,
        studio: Studio,
        clock: Clock,
        owner: str,
        grace: timedelta,
        correction: ShareCorrection | None = None,
    ) -> None:
        self._store = store
        self._roster = roster
        self._studio = studio
        self._clock = clock
        self._owner = owner
        self._grace = grace
        self._correction = correction
        self._client: discord.Client | None = None
        self._busy: set[int] = set()
        self._unrecorded: dict[tuple[int, str], tuple[int, int]] = {}

    def attach(self, client: discord.Client) -> None:
        """Post through this client from now on."""
        self._client = client

    def detach(self, client: discord.Client) -> None:
        """Do not post through this client any more."""
        if self._client is client:
            self._client = None

    async def render(
        self, guild_id: int, week: Week, language: str | None = None, due: datetime | None = None
    ) -> Rendered:
        """Compute the report of a guild's week and draw its pictures.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        settings = self._roster.settings(guild_id) or GuildSettings(guild_id)
        spoken = language or settings.language
        report = await compute(
            self._store,
            settings,
            week,
            now=self._clock.now(),
            due=due,
            correction=self._correction,
        )
        guild = self._client.get_guild(guild_id) if self._client else None
        pictures = await self._studio.draw(
            report,
            theme=settings.theme,
            language=spoken,
            server_name=guild.name if guild else "",
        )
        return Rendered(report, spoken, pictures)

    # Weekly posts

    async def post_everywhere(self) -> int:
        """Post what is due in any guild; return how many reports were posted."""
        posted = 0
        for settings in self._roster.guilds():
            posted += await self.post_due(settings.guild_id)
        return posted

    async def post_due(self, guild_id: int) -> int:
        """Post what is due in a guild; return how many reports were posted.

        Whatever fails is logged and tried again at the next call.
        """
        settings = self._roster.settings(guild_id)
        if settings is None or self._client is None or guild_id in self._busy:
            return 0
        self._busy.add(guild_id)
        try:
            return await self._post_weeks(self._client, settings)
        except NunchiError as error:
            log.warning("the report of guild %d waits: %s", guild_id, error)
            return 0
        finally:
            self._busy.discard(guild_id)

    async def _post_weeks(self, client: discord.Client, settings: GuildSettings) -> int:
        weeks = due_weeks(settings, self._clock.now(), self._grace)
        if not weeks:
            return 0
        finished = {
            claim.period
            for claim in await self._store.report_claims(settings.guild_id)
            if claim.state is not ClaimState.CLAIMED
        }
        outcomes = [
            await self._post_week(client, settings, week, due)
            for week, due in weeks
            if week.key not in finished
        ]
        return sum(outcomes)

    async def _post_week(
        self, client: discord.Client, settings: GuildSettings, week: Week, due: datetime
    ) -> bool:
        channel = sendable(client, settings)
        if channel is None:
            log.warning("guild %d: the report channel is gone or closed", settings.guild_id)
            return False
        claim = await self._claim(settings.guild_id, week)
        if claim is None:
            return False
        try:
            earlier = await self._earlier_post(client, channel, claim, due, settings.language)
        except _UNSENT as error:
            return await self._give_back(claim, error)
        if earlier is not None:
            return await self._finish(claim, *earlier)
        rendered = await self.render(settings.guild_id, week, due=due)
        if rendered.report.messages == 0:
            await self._store.finish_report(replace(claim, state=ClaimState.SKIPPED))
            return False
        return await self._send(channel, rendered, week)

    async def _earlier_post(
        self,
        client: discord.Client,
        channel: Place,
        claim: ReportClaim,
        due: datetime,
        language: str,
    ) -> tuple[int, int] | None:
        """Return channel and message of a post that was made, and not recorded."""
        known = self._unrecorded.get((claim.guild_id, claim.period))
        if known is not None or claim.attempt == 1:
            return known
        week = Week.parse(claim.period)
        message_id = await posted_before(client, channel, week, due, language)
        return None if message_id is None else (channel.id, message_id)

    async def _claim(self, guild_id: int, week: Week) -> ReportClaim | None:
        now = self._clock.now()
        return await self._store.claim_report(
            guild_id, week.key, self._owner, now=now, until=now + LEASE
        )

    async def _send(self, channel: Place, rendered: Rendered, week: Week) -> bool:
        guild_id = rendered.report.guild_id
        claim = await self._claim(guild_id, week)
        if claim is None:
            return False
        try:
            async with asyncio.timeout(SENDING):
                message = await deliver(channel, rendered, nonce_of(guild_id, week))
        except _UNSENT as error:
            return await self._give_back(claim, error)
        return await self._finish(claim, channel.id, message.id)

    async def _give_back(self, claim: ReportClaim, error: Exception) -> bool:
        log.warning("the report of guild %d was not sent (%s); trying again", claim.guild_id, error)
        with suppress(StoreUnavailable):
            await self._store.release_report(claim)
        return False

    async def _finish(self, claim: ReportClaim, channel_id: int, message_id: int) -> bool:
        key = (claim.guild_id, claim.period)
        # Kept until it is recorded: while the claim is ours, nobody would look for the post.
        self._unrecorded[key] = (channel_id, message_id)
        done = replace(claim, state=ClaimState.POSTED, channel_id=channel_id, message_id=message_id)
        recorded = await self._store.finish_report(done)
        del self._unrecorded[key]
        return recorded
