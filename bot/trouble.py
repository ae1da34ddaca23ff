"""Tells the people in charge that reports cannot be posted: once, until that has changed.

What was told is in the store, as claims beside those of the reports: several processes tell
together once, and a restart tells nothing again. A claim ``trouble-N-channel`` stands for what was
told, ``repaired-N`` for the first post that went through afterwards.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import aiohttp
import discord

from bot.clock import Clock
from bot.i18n import phrases_in
from bot.report_place import Obstacle, Trouble
from bot.views.trouble import trouble_text
from reports.monthly import Period
from storage.records import ClaimState, GuildSettings, ReportClaim
from storage.store import Store

log = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=10)
TELLING: Final = 30.0
"""Seconds after which a place that does not take the message is given up."""

TELL_AGAIN: Final = timedelta(hours=1)
"""How long nobody is told after a try that may have failed by accident."""

TOLD: Final = "trouble-"
REPAIRED: Final = "repaired-"

_UNSENT = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)
User = discord.Object
_NOBODY: Final = discord.AllowedMentions.none()


def is_report(claim: ReportClaim) -> bool:
    """Return whether a claim is that of a report, and not of something that was told."""
    return not claim.period.startswith((TOLD, REPAIRED))


class Herald:
    """Tells of trouble with the reports of a guild.

    Args:
        store: Where it is kept what was told.
        clock: The time.
        owner: Names this process in claims.
    """

    def __init__(self, store: Store, clock: Clock, owner: str) -> None:
        self._store = store
        self._clock = clock
        self._owner = owner
        self._not_before: dict[int, datetime] = {}

    async def tell(
        self,
        client: discord.Client,
        settings: GuildSettings,
        obstacle: Obstacle,
        period: Period,
        claims: Sequence[ReportClaim],
    ) -> None:
        """Tell of an obstacle, unless it was told already and never repaired since.

        Raises:
            StoreUnavailable: Nothing was told.
        """
        name = _name(settings, obstacle, period, claims)
        if any(claim.period == name and claim.state is not ClaimState.CLAIMED for claim in claims):
            return
        now = self._clock.now()
        if now < self._not_before.get(settings.guild_id, now):
            return
        claim = await self._claimed(settings.guild_id, name)
        if claim is None:
            return
        guild = client.get_guild(settings.guild_id)
        text = trouble_text(
            obstacle,
            settings,
            period,
            guild.name if guild else "",
            phrases_in(settings.language),
        )
        message, refused = await _sent(client, settings, text)
        log.warning(
            "guild %d: the report cannot be posted (%s); %s",
            settings.guild_id,
            obstacle.trouble,
            "nobody could be told" if message is None else "the administrators were told",
        )
        if message is None and not refused:
            self._not_before[settings.guild_id] = now + TELL_AGAIN
            await self._store.release_report(claim)
            return
        done = replace(claim, state=ClaimState.SKIPPED)
        if message is not None:
            place = (message.channel.id, message.id)
            done = replace(claim, state=ClaimState.POSTED, channel_id=place[0], message_id=place[1])
        await self._store.finish_report(done)

    async def repaired(self, guild_id: int, claims: Sequence[ReportClaim]) -> None:
        """Note that a report went through, so that the next trouble is told again.

        Raises:
            StoreUnavailable: It was not noted; the next report notes it.
        """
        count = _repairs(claims)
        if not any(claim.period.startswith(f"{TOLD}{count:04d}-") for claim in claims):
            return
        claim = await self._claimed(guild_id, f"{REPAIRED}{count:04d}")
        if claim is not None:
            await self._store.finish_report(replace(claim, state=ClaimState.SKIPPED))

    async def _claimed(self, guild_id: int, name: str) -> ReportClaim | None:
        now = self._clock.now()
        return await self._store.claim_report(
            guild_id, name, self._owner, now=now, until=now + LEASE
        )


def _repairs(claims: Sequence[ReportClaim]) -> int:
    return sum(claim.period.startswith(REPAIRED) for claim in claims)


def _name(
    settings: GuildSettings, obstacle: Obstacle, period: Period, claims: Sequence[ReportClaim]
) -> str:
    if obstacle.trouble is Trouble.UNSURE:
        return f"{TOLD}{period.key}"
    return f"{TOLD}{_repairs(claims):04d}-{settings.report.channel_id or 0:x}"


async def _sent(
    client: discord.Client, settings: GuildSettings, text: str
) -> tuple[discord.Message | None, bool]:
    """Send a text to the first place that takes it.

    Returns:
        The message, and whether every place refused it for good.
    """
    refused = True
    for place in _places(client, settings):
        try:
            async with asyncio.timeout(TELLING):
                target = await client.create_dm(place) if isinstance(place, User) else place
                return await target.send(text, allowed_mentions=_NOBODY), False
        except _UNSENT as error:
            log.info("guild %d: not told there: %s", settings.guild_id, type(error).__name__)
            refused = refused and isinstance(error, discord.Forbidden | discord.NotFound)
    return None, refused


def _places(
    client: discord.Client, settings: GuildSettings
) -> Iterator[User | discord.TextChannel]:
    """Yield where to tell, the most discreet first.

    That is the one who planned the reports, then the channel in which Discord itself writes to the
    moderators of a community, then the channel for system messages.
    """
    if settings.report.planned_by is not None:
        yield User(settings.report.planned_by)
    guild = client.get_guild(settings.guild_id)
    for channel in (guild.public_updates_channel, guild.system_channel) if guild else ():
        if channel is not None and channel.permissions_for(channel.guild.me).send_messages:
            yield channel
