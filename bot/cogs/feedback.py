"""The buttons under a reading, and `/feedback` for those who run the server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from re import Match
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.cogs.answers import NOBODY, answer, guild_id_of, guild_of, require_manager
from bot.cogs.listening import default_settings
from bot.command_errors import Refusal, answer_error
from bot.feedback.desk import FeedbackDesk
from bot.feedback.held import Reading
from bot.i18n import Phrases, phrases_for
from bot.services import Services
from bot.views import feedback as views
from bot.views.layout import Layout
from bot.views.listeners import (
    ButtonEar,
    Listener,
    chosen_values,
    pattern_ear,
    select_pattern_ear,
)
from classifiers.emotion import Emotion
from reports.recalibrating import Trial

Sent = Callable[[discord.Interaction, str], Awaitable[None]]


class Giving(discord.ui.Modal):
    """Where an author gives a text, as they want it kept."""

    def __init__(self, held: Reading, say: Phrases, sent: Sent) -> None:
        title, explanation, self._field = views.giving(held, say)
        super().__init__(title=title)
        self._sent = sent
        self.add_item(discord.ui.TextDisplay(explanation))
        self.add_item(discord.ui.Label(text=say("Your text"), component=self._field))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Hand the text on."""
        await self._sent(interaction, self._field.value)

    async def on_error(  # type: ignore[override]
        self, interaction: discord.Interaction, error: Exception
    ) -> None:
        """Answer an error like that of a command."""
        await answer_error(interaction, error)


class FeedbackButtons:
    """Hears what authors think of readings."""

    def __init__(self, desk: FeedbackDesk, services: Services) -> None:
        self._desk = desk
        self._services = services

    def ears(self) -> list[type[discord.ui.DynamicItem[Any]]]:
        """Return what hears the buttons, to be registered once."""
        return [
            pattern_ear(views.RIGHT, self._right),
            pattern_ear(views.WRONG, self._wrong),
            pattern_ear(views.GIVE, self._give),
            pattern_ear(views.UNDO, self._undo),
            select_pattern_ear(views.CHOICE, self._chosen),
        ]

    async def _right(self, interaction: discord.Interaction, match: Match[str]) -> None:
        held, say = self._held(interaction, match["name"]), phrases_for(interaction)
        if held.told.label is None:
            raise Refusal(say("This model names no emotions, so there is nothing to judge."))
        await interaction.response.defer()
        await self._keep(interaction, match["name"], held.told.label)

    async def _wrong(self, interaction: discord.Interaction, match: Match[str]) -> None:
        held, say = self._held(interaction, match["name"]), phrases_for(interaction)
        await interaction.response.defer()
        await _show(interaction, views.reading(held, match["name"], say, asking=True))

    async def _chosen(self, interaction: discord.Interaction, match: Match[str]) -> None:
        self._held(interaction, match["name"])
        (value,) = chosen_values(interaction)
        await interaction.response.defer()
        await self._keep(interaction, match["name"], Emotion(value))

    async def _give(self, interaction: discord.Interaction, match: Match[str]) -> None:
        name = match["name"]
        held, say = self._held(interaction, name), phrases_for(interaction)
        if held.corrected is None:
            raise Refusal(_gone(say))

        async def sent(submitted: discord.Interaction, text: str) -> None:
            label = self._held(submitted, name).corrected
            if label is None:
                raise Refusal(_gone(phrases_for(submitted)))
            await submitted.response.defer()
            await self._keep(submitted, name, label, text)

        await interaction.response.send_modal(Giving(held, say, sent))

    async def _undo(self, interaction: discord.Interaction, match: Match[str]) -> None:
        held, say = self._held(interaction, match["name"]), phrases_for(interaction)
        await interaction.response.defer()
        back = await self._desk.withdraw(match["name"], held)
        await _show(interaction, views.reading(back, match["name"], say))

    async def _keep(
        self,
        interaction: discord.Interaction,
        name: str,
        emotion: Emotion,
        text: str | None = None,
    ) -> None:
        say = phrases_for(interaction)
        await self._know(guild_of(interaction))
        held = await self._desk.judge(name, self._held(interaction, name), emotion, text)
        if held is None:
            raise Refusal(
                say(
                    "You have opted out, so nothing is kept of you, feedback neither. "
                    "`/privacy opt-in` changes that."
                )
            )
        await _show(interaction, views.reading(held, name, say))

    async def _know(self, guild: discord.Guild) -> None:
        """Let a server that chose nothing yet be known: what is kept is swept server by server."""
        roster = self._services.roster
        if roster.settings(guild.id) is None:
            await roster.change(
                guild.id, lambda found: found, default_settings(guild, self._services)
            )

    def _held(self, interaction: discord.Interaction, name: str) -> Reading:
        held = self._desk.held(name, interaction.user.id)
        if held is None:
            raise Refusal(_gone(phrases_for(interaction)))
        return held


class FeedbackPanel:
    """What moderators see of feedback, and its two buttons."""

    def __init__(self, desk: FeedbackDesk) -> None:
        self._desk = desk

    def listener(self) -> Listener:
        """Return what hears the buttons, to be registered once."""
        return Listener(
            ButtonEar(views.TRY, self._try),
            ButtonEar(views.STOP, self._stop),
            check=require_manager,
        )

    async def shown(self, guild_id: int, say: Phrases, tried: Trial | None = None) -> Layout:
        """Return the panel with what holds now."""
        found = await self._desk.agreement(guild_id)
        return views.status(found, self._desk.used(guild_id), say, tried)

    async def _try(self, interaction: discord.Interaction) -> None:
        guild_id, say = guild_id_of(interaction), phrases_for(interaction)
        await interaction.response.defer()
        tried = await self._desk.recalibrate(guild_id, by=interaction.user.id)
        await _show(interaction, await self.shown(guild_id, say, tried))

    async def _stop(self, interaction: discord.Interaction) -> None:
        guild_id, say = guild_id_of(interaction), phrases_for(interaction)
        await interaction.response.defer()
        await self._desk.read_as_shipped(guild_id, by=interaction.user.id)
        await _show(interaction, await self.shown(guild_id, say))


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class FeedbackCog(
    commands.GroupCog,
    group_name="feedback",
    group_description=locale_str("See what members think of how they are read"),
):
    """For those who run the server."""

    def __init__(self, panel: FeedbackPanel) -> None:
        self._panel = panel

    @app_commands.command(
        name="status", description=locale_str("See how often members agree with their readings")
    )
    async def status(self, interaction: discord.Interaction) -> None:
        """Show agreement and recalibration."""
        require_manager(interaction)
        guild_id, say = guild_id_of(interaction), phrases_for(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await answer(interaction, await self._panel.shown(guild_id, say))


async def _show(interaction: discord.Interaction, view: Layout) -> None:
    await interaction.edit_original_response(view=view, allowed_mentions=NOBODY)


def _gone(say: Phrases) -> str:
    return say("This reading can no longer be judged. Have the text read again.")
