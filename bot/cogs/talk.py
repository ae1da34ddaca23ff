"""`/talk`: a conversation that only the person and the bot can read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.cogs.answers import NOBODY, answer
from bot.cogs.listening import settings_of
from bot.command_errors import Refusal, answer_error
from bot.companion.companion import Companion, language_of
from bot.companion.crisis import Crisis
from bot.companion.helplines import Country, Where, country_of, shipped
from bot.companion.values import Place, Setting, Spoken
from bot.i18n import language_of as language_of_locale
from bot.i18n import phrases_for, phrases_in
from bot.services import Services
from bot.views import companion as views
from bot.views.listeners import ButtonEar, Listener
from storage.companion_settings import CompanionSettings

if TYPE_CHECKING:
    pass


class TalkDesk:
    """Answers ``/talk`` and its buttons, privately."""

    def __init__(self, services: Services, companion: Companion) -> None:
        self._services = services
        self._companion = companion

    def listener(self) -> Listener:
        """Return what hears the buttons, to be registered once."""
        return Listener(ButtonEar(views.MORE, self.ask), ButtonEar(views.FORGET, self._forget))

    async def ask(self, interaction: discord.Interaction) -> None:
        """Open the sheet."""
        modal = views.TalkModal(phrases_for(interaction), self._companion.sends_to)
        await interaction.response.send_modal(modal)

    async def talk(self, interaction: discord.Interaction, words: str) -> None:
        """Answer what somebody wrote; a crisis before anything else."""
        spoken = self._spoken(interaction, words)
        crisis = self._companion.crisis_in(words)
        if crisis is not None:
            await self._help(interaction, spoken, crisis)
            return
        self._check(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        said = await self._companion.answer(spoken)
        say = phrases_in(said.language)
        help_ = views.help_beside(said, self._country(interaction, said.language), say)
        shown = views.reply(said, say, sends_to=self._companion.sends_to, help_=help_)
        await answer(interaction, shown)

    async def _help(self, interaction: discord.Interaction, spoken: Spoken, crisis: Crisis) -> None:
        # Neither limits, nor a switch, nor a model, nor the store stand in the way of this.
        say = phrases_in(language_of(spoken))
        country = self._country(interaction, say.language)
        await answer(interaction, views.help_in_crisis(crisis.about, country, say))
        self._companion.be_careful(spoken.user_id, spoken.place)

    def _check(self, interaction: discord.Interaction) -> None:
        say = phrases_for(interaction)
        if not choices_of(interaction.guild, self._services).talk:
            raise Refusal(views.switched_off_here(say))
        wait = self._companion.people.take(interaction.user.id)
        if wait:
            raise Refusal(views.too_fast(wait, say))

    async def _forget(self, interaction: discord.Interaction) -> None:
        self._companion.forget(interaction.user.id)
        await interaction.response.defer()
        view = views.forgotten(phrases_for(interaction))
        await interaction.edit_original_response(view=view, allowed_mentions=NOBODY)

    def _spoken(self, interaction: discord.Interaction, words: str) -> Spoken:
        guild_id, user_id = interaction.guild_id, interaction.user.id
        place = Place(Setting.COMMAND, guild_id or 0)
        refused = guild_id is not None and self._services.privacy.is_refused(guild_id, user_id)
        return Spoken(
            user_id, place, words, language_of_locale(interaction.locale), measured=not refused
        )

    def _country(self, interaction: discord.Interaction, language: str) -> Country | None:
        locales = (str(interaction.guild_locale or ""), str(interaction.locale))
        return help_of(interaction.guild, self._services, locales, language)


class TalkCog(commands.Cog):
    """The command, and the sheets that were filled."""

    def __init__(self, desk: TalkDesk) -> None:
        self._desk = desk

    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    @app_commands.command(
        name="talk", description=locale_str("Talk with me about how you are; only you see it")
    )
    @app_commands.describe(
        words=locale_str("What is on your mind; leave it out to write on a larger sheet")
    )
    async def talk(
        self,
        interaction: discord.Interaction,
        words: app_commands.Range[str, 1, views.LONGEST] | None = None,
    ) -> None:
        """Talk, or ask for a sheet to write on."""
        if words is None:
            await self._desk.ask(interaction)
        else:
            await self._desk.talk(interaction, words)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Hear every sheet by its custom id, also one that was opened before a restart."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: Mapping[str, Any] = {**(interaction.data or {})}
        if data.get("custom_id") != views.MODAL:
            return
        try:
            await self._desk.talk(interaction, written_on(data))
        except Exception as error:  # noqa: BLE001 - the boundary: every error is answered
            await answer_error(interaction, error)


def written_on(data: Mapping[str, Any]) -> str:
    """Return what was written on a sheet, from the interaction's own payload."""
    for part in data.get("components", ()):
        field = part.get("component") or {}
        if field.get("custom_id") == views.WORDS:
            return str(field.get("value") or "")[: views.LONGEST]
    return ""


def help_of(
    guild: discord.Guild | None, services: Services, locales: tuple[str, ...], language: str
) -> Country | None:
    """Return the helplines of the country that a server, or else a person, is most probably in."""
    if guild is None:
        where = Where(locales=locales, language=language)
    else:
        settings = settings_of(guild, services)
        where = Where(settings.companion.country, settings.timezone, locales, language)
    return shipped().of(country_of(where))


def choices_of(guild: discord.Guild | None, services: Services) -> CompanionSettings:
    """Return what a server's administrators chose; everything is on in a direct message."""
    if guild is None or guild.unavailable:
        return CompanionSettings()
    return settings_of(guild, services).companion
