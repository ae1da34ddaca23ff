"""A member's own mood: shown to that member only, and only after they chose to see it."""

from __future__ import annotations

import logging

import discord

from bot.cogs.answers import NOBODY, answer, guild_of
from bot.cogs.listening import settings_of
from bot.i18n import phrases_for
from bot.services import Services
from bot.views import own_mood as views
from bot.views.listeners import ButtonEar, Listener
from bot.views.report import PictureCard
from reports.errors import ReportError
from reports.personal import OwnMood
from storage.records import ConsentMode

log = logging.getLogger(__name__)


class OwnMoodDesk:
    """Answers ``/mood me`` and its buttons; every answer is for the one who asks, about them."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def listener(self) -> Listener:
        """Return what hears the buttons, to be registered once."""
        return Listener(
            ButtonEar(views.SHOW, self._show_clicked),
            ButtonEar(views.HIDE, self._hide_clicked),
            ButtonEar(views.HOW, self._how_clicked),
        )

    async def show(self, interaction: discord.Interaction) -> None:
        """Answer with the member's own mood, or with how to switch that on."""
        guild_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        message = await self._message(interaction)
        await interaction.followup.send(
            view=message.view, files=message.files, ephemeral=True, allowed_mentions=NOBODY
        )

    async def _show_clicked(self, interaction: discord.Interaction) -> None:
        guild = guild_of(interaction)
        await interaction.response.defer()
        now = self._services.clock.now()
        await self._services.privacy.show_own_mood(guild.id, interaction.user.id, now)
        await _replace(interaction, await self._message(interaction))

    async def _hide_clicked(self, interaction: discord.Interaction) -> None:
        guild = guild_of(interaction)
        await interaction.response.defer()
        await self._services.privacy.hide_own_mood(guild.id, interaction.user.id)
        hidden = views.OwnMessage(views.hidden(phrases_for(interaction)), [])
        await _replace(interaction, hidden)

    async def _how_clicked(self, interaction: discord.Interaction) -> None:
        model = self._services.classifier.info.model
        await answer(interaction, views.own_mood_method(model, phrases_for(interaction)))

    async def _message(self, interaction: discord.Interaction) -> views.OwnMessage:
        """Return what the member may see now."""
        guild, say = guild_of(interaction), phrases_for(interaction)
        privacy, user_id = self._services.privacy, interaction.user.id
        choices = await privacy.choices(guild.id, user_id)
        if choices.refused:
            return views.OwnMessage(views.not_measured(say), [])
        settings = settings_of(guild, self._services)
        if settings.consent is ConsentMode.EXPLICIT and choices.consented_at is None:
            return views.OwnMessage(views.not_agreed(say), [])
        if choices.personal_since is None:
            return views.OwnMessage(views.offer(say), [])
        own = await privacy.own_mood(settings, user_id, self._services.clock.now())
        picture = await self._picture(own, settings.theme, say.language)
        return views.own_mood_message(own, picture, say)

    async def _picture(self, own: OwnMood, theme: str, language: str) -> PictureCard | None:
        try:
            return await self._services.studio.draw_own_year(own, theme=theme, language=language)
        except ReportError as error:
            log.warning("the picture of a member's year cannot be drawn: %s", error)
            return None


async def _replace(interaction: discord.Interaction, message: views.OwnMessage) -> None:
    await interaction.edit_original_response(
        view=message.view, attachments=message.files, allowed_mentions=NOBODY
    )
