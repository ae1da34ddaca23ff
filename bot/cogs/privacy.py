"""`/privacy` and the buttons under public posts: what members decide about their own data."""

from __future__ import annotations

import io

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.cogs.answers import NOBODY, answer, guild_id_of, guild_of
from bot.cogs.listening import settings_of
from bot.i18n import phrases_for
from bot.services import Services
from bot.views import privacy as views
from bot.views.buttons import EXPORT, METHOD, MY_DATA
from bot.views.layout import Layout
from bot.views.listeners import ButtonEar, Listener
from bot.views.notice import method


class PrivacyDesk:
    """Does what a member asks for, and says what was done."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def listener(self) -> Listener:
        """Return what hears the buttons, to be registered once."""
        return Listener(
            ButtonEar(MY_DATA, self.my_data_clicked),
            ButtonEar(METHOD, self._method_clicked),
            ButtonEar(EXPORT, self._export_clicked),
            ButtonEar(views.OPT_OUT, self._opt_out_clicked),
            ButtonEar(views.OPT_IN, self._opt_in_clicked),
            ButtonEar(views.DELETE, self._delete_clicked),
            ButtonEar(views.DELETE_CONFIRMED, self._deletion_confirmed),
            ButtonEar(views.KEEP, self._deletion_cancelled),
        )

    async def opt_out(self, interaction: discord.Interaction) -> Layout:
        """Refuse the member who asks."""
        guild_id, say = guild_id_of(interaction), phrases_for(interaction)
        removed = await self._services.privacy.opt_out(guild_id, interaction.user.id)
        return views.opted_out(removed, say)

    async def opt_in(self, interaction: discord.Interaction) -> Layout:
        """Accept the member who asks."""
        guild_id, say = guild_id_of(interaction), phrases_for(interaction)
        was_refused = await self._services.privacy.opt_in(guild_id, interaction.user.id)
        return views.opted_in(was_refused=was_refused, say=say)

    async def delete(self, interaction: discord.Interaction) -> Layout:
        """Forget the member who asks."""
        guild_id, say = guild_id_of(interaction), phrases_for(interaction)
        removed = await self._services.privacy.delete(guild_id, interaction.user.id)
        return views.deleted(removed, say)

    async def my_data_clicked(self, interaction: discord.Interaction) -> None:
        """Show members what they may decide about their own data."""
        guild_id, say = guild_id_of(interaction), phrases_for(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        privacy, user_id = self._services.privacy, interaction.user.id
        refused = privacy.is_refused(guild_id, user_id)
        records = 0 if refused else await privacy.records(guild_id, user_id)
        await answer(interaction, views.my_data(refused=refused, records=records, say=say))

    async def _export_clicked(self, interaction: discord.Interaction) -> None:
        guild, say = guild_of(interaction), phrases_for(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        data = await self._services.privacy.own_data(
            settings_of(guild, self._services),
            interaction.user.id,
            now=self._services.clock.now(),
            limit=interaction.filesize_limit,
        )
        for number, file in enumerate(data.files):
            await interaction.followup.send(
                view=views.exported(data, number, say),
                file=discord.File(io.BytesIO(file.content), file.name),
                ephemeral=True,
                allowed_mentions=NOBODY,
            )

    async def _method_clicked(self, interaction: discord.Interaction) -> None:
        minimum_group = settings_of(guild_of(interaction), self._services).minimum_group
        model = self._services.classifier.info.model
        pictures = self._services.pictures
        view = method(
            minimum_group,
            model,
            phrases_for(interaction),
            image_model=pictures.model if pictures else None,
            sends_to=self._services.classifier.info.sends_to,
        )
        await answer(interaction, view)

    async def _opt_out_clicked(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await _replace(interaction, await self.opt_out(interaction))

    async def _opt_in_clicked(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await _replace(interaction, await self.opt_in(interaction))

    async def _delete_clicked(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await _replace(interaction, views.confirm_deletion(phrases_for(interaction)))

    async def _deletion_confirmed(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await _replace(interaction, await self.delete(interaction))

    async def _deletion_cancelled(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await _replace(interaction, views.kept(phrases_for(interaction)))


@app_commands.guild_only()
class PrivacyCog(
    commands.GroupCog,
    group_name="privacy",
    group_description=locale_str("Decide about your own data in this server"),
):
    """The commands of a member about their own data."""

    def __init__(self, desk: PrivacyDesk) -> None:
        self._desk = desk

    @app_commands.command(
        name="opt-out", description=locale_str("Stop measuring my messages and delete my data")
    )
    async def opt_out(self, interaction: discord.Interaction) -> None:
        """Refuse at once."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await answer(interaction, await self._desk.opt_out(interaction))

    @app_commands.command(
        name="opt-in", description=locale_str("Measure my messages again from now on")
    )
    async def opt_in(self, interaction: discord.Interaction) -> None:
        """Accept again."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await answer(interaction, await self._desk.opt_in(interaction))

    @app_commands.command(
        name="delete", description=locale_str("Delete everything kept about me in this server")
    )
    async def delete(self, interaction: discord.Interaction) -> None:
        """Ask before deleting."""
        guild_id_of(interaction)
        await answer(interaction, views.confirm_deletion(phrases_for(interaction)))


async def _replace(interaction: discord.Interaction, view: Layout) -> None:
    # Pictures of what stood there before go with it.
    await interaction.edit_original_response(view=view, attachments=[], allowed_mentions=NOBODY)
