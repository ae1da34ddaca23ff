"""Makes reports, and posts each planned one exactly once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import aiohttp
import discord

from bot.attempts import PATIENT_AFTER, Attempts
from bot.bright_links import BrightLinks
from bot.clock import Clock
from bot.delivery import (
    Place,
    Rendered,
    deliver,
    history_is_open,
    nonce_of,
    open_thread,
    posted_before,
)
from bot.due import Planned, due_periods
from bot.report_place import Obstacle, Places, Trouble
from bot.roster import Roster
from bot.studio import Studio
from bot.trouble import Herald
from bot.views.channel_names import channel_names
from classifiers.correction import ShareCorrection
from classifiers.errors import NunchiError
from reports.forecast import SEASONAL
from reports.monthly import Period, StretchReport
from reports.period import Week
from reports.report import WeeklyReport
from reports.shown import shown_report, shown_stretch
from storage.errors import StoreUnavailable
from storage.records import ClaimState, GuildSettings, ReportClaim
from storage.store import Store

log = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=10)
"""How long a process may take to post before another takes over; sending gives up before."""

SENDING: Final = 300.0
"""Seconds after which a post that is not through is given up, well inside the lease."""

AT_ONCE: Final = 4
"""Guilds whose reports are posted at the same time: one that is slow keeps few others waiting."""

_UNSENT = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)


class Reporter:
    """Computes and renders reports; posts the planned ones that are due.

    Args:
        store: Where the records and claims are.
        roster: The settings of the guilds.
        studio: Draws.
        clock: The time.
        owner: Names this process in claims.
        grace: How long a missed report stays due.
        correction: How the shares of the classifier in use are corrected, if that is known.
        forecast: How a report looks at the next week: ``seasonal`` or ``lstm``.
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
        *,
        forecast: str = SEASONAL,
    ) -> None:
        self._store = store
        self._roster = roster
        self._studio = studio
        self._clock = clock
        self._owner = owner
        self._grace = grace
        self._correction = correction
        self._forecast = forecast
        self._client: discord.Client | None = None
        self._busy: set[int] = set()
        self._unrecorded: dict[tuple[int, str], tuple[int, int]] = {}
        self._attempts = Attempts()
        self._places = Places()
        self._herald = Herald(store, clock, owner)
        self._bright = BrightLinks(store, roster)

    def attach(self, client: discord.Client) -> None:
        """Post through this client from now on."""
        self._client = client

    def detach(self, client: discord.Client) -> None:
        """Do not post through this client any more."""
        if self._client is client:
            self._client = None

    async def report(
        self, guild_id: int, period: Period, due: datetime | None = None
    ) -> WeeklyReport | StretchReport:
        """Return the report of any period of a guild, as it may be shown.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        settings = self._roster.settings(guild_id) or GuildSettings(guild_id)
        now, correction = self._clock.now(), self._correction
        if isinstance(period, Week):
            return await shown_report(
                self._store,
                settings,
                period,
                now=now,
                due=due,
                correction=correction,
                forecast=self._forecast,
            )
        return await shown_stretch(
            self._store, settings, period, now=now, due=due, correction=correction
        )

    async def render(
        self,
        guild_id: int,
        period: Period,
        language: str | None = None,
        due: datetime | None = None,
        *,
        place_id: int | None = None,
    ) -> Rendered:
        """Compute the report of a period and draw its pictures.

        Args:
            guild_id: Discord snowflake.
            period: What the report is about.
            language: ``ko`` or ``en``; the guild's if not given.
            due: When it should have appeared.
            place_id: The channel or thread it is for; without it nothing is linked.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        settings = self._roster.settings(guild_id) or GuildSettings(guild_id)
        spoken = language or settings.language
        report = await self.report(guild_id, period, due)
        guild = self._client.get_guild(guild_id) if self._client else None
        if isinstance(report, StretchReport):
            drawn = await self._studio.draw_stretch(
                report,
                theme=settings.theme,
                language=spoken,
                server_name=guild.name if guild else "",
            )
            return Rendered(report, spoken, drawn)
        pictures = await self._studio.draw(
            report,
            theme=settings.theme,
            language=spoken,
            server_name=guild.name if guild else "",
            channels=channel_names(guild, settings) if guild else None,
        )
        links: tuple[str, ...] = ()
        if guild is not None and place_id is not None and not report.hidden:
            # Last of all, so that a choice that was just taken back is seen.
            links = await self._bright.find(guild, settings, report.week, place_id)
        return Rendered(report, spoken, pictures, links)

    def retry(self, guild_id: int) -> None:
        """Try again at once: the settings of a guild have changed."""
        self._attempts.retry(guild_id)

    async def record(self, guild_id: int, key: str, channel_id: int, message_id: int) -> None:
        """Remember a report that somebody asked for; it has been posted already.

        Raises:
            StoreUnavailable: It is not in the list of past reports then.
        """
        claim = await self._claim(guild_id, key)
        if claim is not None:
            done = replace(
                claim, state=ClaimState.POSTED, channel_id=channel_id, message_id=message_id
            )
            await self._store.finish_report(done)

    # Planned posts

    async def post_everywhere(self) -> int:
        """Post what is due in any guild; return how many reports were posted."""
        turn = asyncio.Semaphore(AT_ONCE)

        async def post(guild_id: int) -> int:
            async with turn:
                return await self.post_due(guild_id)

        guilds = [settings.guild_id for settings in self._roster.guilds()]
        return sum(await asyncio.gather(*map(post, guilds)))

    async def post_due(self, guild_id: int) -> int:
        """Post what is due in a guild; return how many reports were posted.

        Whatever fails is logged and tried again at a later call.
        """
        settings = self._roster.settings(guild_id)
        if settings is None or self._client is None or guild_id in self._busy:
            return 0
        if not self._attempts.may_try(guild_id, self._clock.now()):
            return 0
        self._busy.add(guild_id)
        try:
            return await self._post_periods(self._client, settings)
        except NunchiError as error:
            log.warning("the report of guild %d waits: %s", guild_id, error)
            return 0
        finally:
            self._busy.discard(guild_id)

    async def _post_periods(self, client: discord.Client, settings: GuildSettings) -> int:
        periods = due_periods(settings, self._clock.now(), self._grace)
        if not periods:
            return 0
        claims = await self._store.report_claims(settings.guild_id)
        finished = {claim.period for claim in claims if claim.state is not ClaimState.CLAIMED}
        posted = 0
        for period, due in periods:
            if period.key not in finished:
                posted += await self._post(client, settings, period, due, claims)
        return posted

    async def _post(
        self,
        client: discord.Client,
        settings: GuildSettings,
        period: Planned,
        due: datetime,
        claims: Sequence[ReportClaim],
    ) -> bool:
        try:
            place = await self._places.find(client, settings, self._clock.now())
        except _UNSENT as error:
            log.warning("guild %d: the report channel is not known: %s", settings.guild_id, error)
            return False
        if place is None:
            return False
        if isinstance(place, Obstacle):
            await self._herald.tell(client, settings, place, period, claims)
            return False
        claim = await self._claim(settings.guild_id, period.key)
        if claim is None:
            return False
        job = _Job(client, settings, period, due, place, claim)
        failures = 0
        try:
            return await self._post_claimed(job, claims)
        except _UNSENT as error:
            failures = await self._give_back(claim, error)
        if failures >= PATIENT_AFTER:
            obstacle = Obstacle(Trouble.REFUSED)
            await self._herald.tell(client, settings, obstacle, period, claims)
        return False

    async def _post_claimed(self, job: _Job, claims: Sequence[ReportClaim]) -> bool:
        """Post what is claimed, unless an earlier try did, or may have.

        Raises:
            discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError: It did not work.
        """
        settings, claim = job.settings, job.claim
        known = self._unrecorded.get((claim.guild_id, claim.period))
        if known is not None:
            return await self._finish(claim, *known)
        if not self._attempts.all_refused(claim):
            if history_is_open(job.place):
                found = await posted_before(
                    job.client, job.place, job.period, job.due, settings.language
                )
                if found is not None:
                    return await self._finish(claim, job.place.id, found)
            elif not self._attempts.nonce_holds(claim, self._clock.now()):
                return await self._skip_in_doubt(job, claims)
        rendered = await self.render(
            settings.guild_id, job.period, due=job.due, place_id=job.place.id
        )
        if rendered.report.messages == 0:
            await self._store.finish_report(replace(claim, state=ClaimState.SKIPPED))
            return False
        return await self._send(job, rendered, claims)

    async def _skip_in_doubt(self, job: _Job, claims: Sequence[ReportClaim]) -> bool:
        # Nobody can look whether it is there. A report that is missing can be had with
        # `/report now`; one that stands there twice cannot be unseen.
        await self._store.finish_report(replace(job.claim, state=ClaimState.SKIPPED))
        self._attempts.succeeded(job.claim)
        obstacle = Obstacle(Trouble.UNSURE, ("read_message_history",))
        await self._herald.tell(job.client, job.settings, obstacle, job.period, claims)
        return False

    async def _claim(self, guild_id: int, key: str) -> ReportClaim | None:
        now = self._clock.now()
        return await self._store.claim_report(
            guild_id, key, self._owner, now=now, until=now + LEASE
        )

    async def _send(self, job: _Job, rendered: Rendered, claims: Sequence[ReportClaim]) -> bool:
        settings = job.settings
        claim = await self._claim(settings.guild_id, job.period.key)
        if claim is None:
            return False
        files = job.place.permissions_for(job.place.guild.me).attach_files
        nonce = nonce_of(settings.guild_id, job.period)
        async with asyncio.timeout(SENDING):
            message = await deliver(job.place, rendered, nonce, files=files)
        posted = await self._finish(claim, job.place.id, message.id)
        if settings.report.thread:
            await open_thread(message, job.period, settings.language)
        await self._herald.repaired(settings.guild_id, claims)
        return posted

    async def _give_back(self, claim: ReportClaim, error: Exception) -> int:
        """Let go of a claim; return how many tries in a row have failed in its guild."""
        log.warning("the report of guild %d was not sent (%s); trying again", claim.guild_id, error)
        with suppress(StoreUnavailable):
            await self._store.release_report(claim)
        return self._attempts.failed(claim, error, self._clock.now())

    async def _finish(self, claim: ReportClaim, channel_id: int, message_id: int) -> bool:
        key = (claim.guild_id, claim.period)
        self._attempts.succeeded(claim)
        # Kept until it is recorded: while the claim is ours, nobody would look for the post.
        self._unrecorded[key] = (channel_id, message_id)
        done = replace(claim, state=ClaimState.POSTED, channel_id=channel_id, message_id=message_id)
        recorded = await self._store.finish_report(done)
        del self._unrecorded[key]
        return recorded


@dataclass(frozen=True, slots=True)
class _Job:
    """One planned report that this process is posting."""

    client: discord.Client
    settings: GuildSettings
    period: Planned
    due: datetime
    place: Place
    claim: ReportClaim
