"""What happens when somebody clicks on a button under a report, however old it is."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from re import Match
from typing import Any, Final

import discord

from bot.cogs.answers import NOBODY, answer, guild_of, require_manager
from bot.cogs.listening import settings_of
from bot.command_errors import Refusal
from bot.i18n import Phrases, phrases_for
from bot.services import Services
from bot.trouble import is_report
from bot.views.channels import covered_channels
from bot.views.details import AnyReport, details_view
from bot.views.listeners import ButtonEar, Listener, pattern_ear
from bot.views.report_buttons import (
    CHANNELS_PATTERN,
    DETAILS_PATTERN,
    HISTORY_PATTERN,
    MY_MOOD,
    TURN_PATTERN,
)
from bot.views.report_history import history_view
from reports.errors import InvalidPeriod
from reports.monthly import parse_period
from reports.report import WeeklyReport
from reports.where import Where
from storage.records import ClaimState, ReportClaim

KEPT_FOR: Final = timedelta(minutes=10)
"""How long a computed report serves further clicks."""

KEPT: Final = 32
"""So many computed reports are held in memory."""

Ear = type[discord.ui.DynamicItem[discord.ui.Button[Any]]]
MyMood = Callable[[discord.Interaction], Awaitable[None]]


class ReportDesk:
    """Answers the buttons under reports; every answer is for the one who clicked.

    Args:
        services: What the bot has.
        my_mood: Answers with the clicker's own mood.
    """

    def __init__(self, services: Services, my_mood: MyMood) -> None:
        self._services = services
        self._my_mood = my_mood
        self._reports: OrderedDict[tuple[int, str], tuple[datetime, AnyReport]] = OrderedDict()
        self._computing = asyncio.Lock()

    def ears(self) -> tuple[Ear, ...]:
        """Return what hears the buttons that carry a period or a page, to be registered once."""
        return (
            pattern_ear(DETAILS_PATTERN, self._details_clicked),
            pattern_ear(CHANNELS_PATTERN, self._channels_clicked),
            pattern_ear(TURN_PATTERN, self._page_turned),
            pattern_ear(HISTORY_PATTERN, self._history_turned),
        )

    def listener(self) -> Listener:
        """Return what hears the other button, to be registered once."""
        return Listener(ButtonEar(MY_MOOD, self._my_mood))

    async def history(self, interaction: discord.Interaction, page: int) -> discord.ui.LayoutView:
        """Return a page of the past reports.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        guild = guild_of(interaction)
        claims = await self._services.store.report_claims(guild.id)
        return history_view(guild.id, past_reports(claims), page, phrases_for(interaction))

    async def _details_clicked(self, interaction: discord.Interaction, match: Match[str]) -> None:
        guild, say = guild_of(interaction), phrases_for(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        report = await self._report(guild.id, match["key"], say)
        bright = settings_of(guild, self._services).report.bright
        shown = _for_reader(interaction, guild, report)
        await answer(interaction, details_view(shown, 0, say, bright=bright))

    async def _page_turned(self, interaction: discord.Interaction, match: Match[str]) -> None:
        guild, say = guild_of(interaction), phrases_for(interaction)
        await interaction.response.defer()
        report = _for_reader(interaction, guild, await self._report(guild.id, match["key"], say))
        bright = settings_of(guild, self._services).report.bright
        view = details_view(report, int(match["page"]), say, bright=bright)
        await interaction.edit_original_response(view=view, allowed_mentions=NOBODY)

    async def _channels_clicked(self, interaction: discord.Interaction, match: Match[str]) -> None:
        guild, say = guild_of(interaction), phrases_for(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        report = await self._report(guild.id, match["key"], say)
        settings = settings_of(guild, self._services)
        known = [each.channel_id for each in settings.channels]
        seen = [channel_id for channel_id in known if _sees(interaction, guild, channel_id)]
        where = report.where if isinstance(report, WeeklyReport) else None
        shown = _only(where, seen) if where is not None else None
        await answer(interaction, covered_channels(seen, len(known) - len(seen), shown, say))

    async def _history_turned(self, interaction: discord.Interaction, match: Match[str]) -> None:
        require_manager(interaction)
        await interaction.response.defer()
        view = await self.history(interaction, int(match["page"]))
        await interaction.edit_original_response(view=view, allowed_mentions=NOBODY)

    async def _report(self, guild_id: int, key: str, say: Phrases) -> AnyReport:
        """Return a report; one that was computed a moment ago is not computed again.

        Raises:
            Refusal: There is no such period; only an altered button names one.
            StoreUnavailable: The store does not answer.
        """
        try:
            period, now = parse_period(key), self._services.clock.now()
        except InvalidPeriod as error:
            raise Refusal(
                say("This belongs to an older version of me. Please use the command again.")
            ) from error
        # One after the other: a crowd that clicks on a new report computes it once.
        async with self._computing:
            made, report = self._reports.get((guild_id, key), (now, None))
            if report is None or not timedelta() <= now - made < KEPT_FOR:
                report = await self._services.reporter.report(guild_id, period)
                self._reports[guild_id, key] = (now, report)
                self._reports.move_to_end((guild_id, key))
            while len(self._reports) > KEPT:
                self._reports.popitem(last=False)
            return report


def past_reports(claims: Sequence[ReportClaim]) -> list[ReportClaim]:
    """Return the finished reports among claims, newest first."""
    finished = [
        claim
        for claim in claims
        if is_report(claim) and claim.state is not ClaimState.CLAIMED and _is_known(claim)
    ]
    return sorted(finished, key=lambda claim: (claim.until, claim.period), reverse=True)


def _is_known(claim: ReportClaim) -> bool:
    try:
        parse_period(claim.period)
    except InvalidPeriod:
        return False
    return True


def _sees(interaction: discord.Interaction, guild: discord.Guild, channel_id: int) -> bool:
    channel, reader = guild.get_channel(channel_id), interaction.user
    if channel is None or not isinstance(reader, discord.Member):
        return False
    return channel.permissions_for(reader).view_channel


def _for_reader(
    interaction: discord.Interaction, guild: discord.Guild, report: AnyReport
) -> AnyReport:
    """Return a report without the channels that its reader may not see."""
    if not isinstance(report, WeeklyReport) or report.where is None:
        return report
    named = [each.channel_id for each in report.where.channels]
    seen = [channel_id for channel_id in named if _sees(interaction, guild, channel_id)]
    return replace(report, where=_only(report.where, seen))


def _only(where: Where, seen: Sequence[int]) -> Where:
    return replace(
        where, channels=tuple(each for each in where.channels if each.channel_id in seen)
    )
