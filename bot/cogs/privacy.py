"""`/privacy` and the buttons under public posts: what members decide about their own data.

All of it works in a direct message as well, where the member chooses a server first: somebody who
has left a server can still see, take and delete what is kept about them.
"""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from re import Match
from typing import Any, Final

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.cogs.answers import NOBODY, answer, guild_id_of, guild_of
from bot.cogs.listening import settings_of
from bot.command_errors import Refusal
from bot.i18n import Phrases, phrases_for
from bot.receipts import Receipt
from bot.services import Services
from bot.views import privacy as views
from bot.views.buttons import EXPORT, METHOD, MY_DATA
from bot.views.layout import Layout
from bot.views.listeners import ButtonEar, Handler, Listener, ValueEar, pattern_ear
from bot.views.notice import method
from bot.views.place import PATTERN, PREFIX, Place
from bot.views.policy import Operator, policy
from bot.views.receipt import SAVE, receipt_file_name, receipt_message, receipt_text
from storage.errors import StoreUnavailable
from storage.records import GuildSettings

View = Callable[[discord.Interaction, Place], Awaitable[Layout]]
"""Does something for whoever asks, about one server, and returns what to say."""

_NO_LIMIT: Final = 10 * 1024 * 1024
"""Bytes of a file that Discord takes anywhere."""


class PrivacyDesk:
    """Does what a member asks for, and says what was done."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._views: Mapping[str, View] = {
            views.STATUS: self._status,
            views.OPT_OUT: self._opt_out,
            views.OPT_IN: self._opt_in,
            views.DELETE: self._sure,
            views.DELETE_CONFIRMED: self._delete,
            views.KEEP: self._kept,
            views.POLICY: self._policy,
        }

    def listener(self) -> Listener:
        """Return what hears the buttons, to be registered once."""
        return Listener(
            ButtonEar(MY_DATA, self.my_data_clicked),
            ButtonEar(METHOD, self._method_clicked),
            *(ButtonEar(each, self._heard(each)) for each in (*self._views, EXPORT, SAVE)),
        )

    def servers(self) -> Listener:
        """Return what hears the select menus of servers, to be registered once."""
        asked = (*COMMANDS, EXPORT)
        return Listener(
            *(
                ValueEar(views.SERVER.format(action=_short(each)), self._chosen(each))
                for each in asked
            )
        )

    def ears(self) -> type[discord.ui.DynamicItem[discord.ui.Button[Any]]]:
        """Return what hears the buttons in direct messages, to be registered once."""
        return pattern_ear(PATTERN, self._direct_clicked)

    async def asked(self, interaction: discord.Interaction, custom_id: str) -> None:
        """Answer a command: at once in a server, after the choice of one in a direct message.

        Args:
            interaction: The command.
            custom_id: Of the button that does the same.
        """
        await interaction.response.defer(ephemeral=True, thinking=True)
        if interaction.guild_id is None:
            await answer(interaction, await self._offer(interaction, custom_id, 0))
            return
        place = Place(interaction.guild_id)
        if custom_id == EXPORT:
            await self._export(interaction, place)
        else:
            await answer(interaction, await self._views[custom_id](interaction, place))

    async def my_data_clicked(self, interaction: discord.Interaction) -> None:
        """Show members what they may decide about their own data."""
        await self.asked(interaction, views.STATUS)

    async def opt_out(self, interaction: discord.Interaction) -> Layout:
        """Refuse the member who asks, in the server where they ask."""
        return await self._opt_out(interaction, Place(guild_id_of(interaction)))

    async def opt_in(self, interaction: discord.Interaction) -> Layout:
        """Accept the member who asks, in the server where they ask."""
        return await self._opt_in(interaction, Place(guild_id_of(interaction)))

    # What can be asked for

    async def _status(self, interaction: discord.Interaction, place: Place) -> Layout:
        status = await self._services.privacy.status(place.guild_id, interaction.user.id)
        settings = await self._settings(interaction, place)
        return views.my_data(status, settings, place, phrases_for(interaction))

    async def _opt_out(self, interaction: discord.Interaction, place: Place) -> Layout:
        with _saying_what_is_not_done(phrases_for(interaction)):
            receipt = await self._services.privacy.opt_out(place.guild_id, interaction.user.id)
        return await self._receipt(interaction, place, receipt)

    async def _opt_in(self, interaction: discord.Interaction, place: Place) -> Layout:
        privacy, user_id = self._services.privacy, interaction.user.id
        choices = await privacy.choices(place.guild_id, user_id)
        was_refused = await privacy.opt_in(place.guild_id, user_id)
        return views.opted_in(
            was_refused=was_refused,
            was_agreed=choices.consented_at is not None,
            settings=await self._settings(interaction, place),
            place=place,
            say=phrases_for(interaction),
        )

    async def _sure(self, interaction: discord.Interaction, place: Place) -> Layout:
        settings = await self._settings(interaction, place)
        return views.confirm_deletion(settings, place, phrases_for(interaction))

    async def _delete(self, interaction: discord.Interaction, place: Place) -> Layout:
        with _saying_what_is_not_done(phrases_for(interaction)):
            receipt = await self._services.privacy.delete(place.guild_id, interaction.user.id)
        return await self._receipt(interaction, place, receipt)

    async def _receipt(
        self, interaction: discord.Interaction, place: Place, receipt: Receipt
    ) -> Layout:
        """Return what to say, with the name of the server: a slip is read far from it, later."""
        settings = await self._settings(interaction, place)
        named = replace(place, name=_name_of(interaction, place.guild_id))
        return receipt_message(receipt, settings, named, phrases_for(interaction))

    async def _kept(self, interaction: discord.Interaction, place: Place) -> Layout:
        del place
        return views.kept(phrases_for(interaction))

    async def _policy(self, interaction: discord.Interaction, place: Place) -> Layout:
        services = self._services
        operator = Operator(
            services.settings.operator_contact,
            services.settings.policy_url,
            services.classifier.info.model,
            services.pictures.model if services.pictures else None,
            services.classifier.info.sends_to,
        )
        settings = await self._settings(interaction, place)
        return policy(operator, settings, place, phrases_for(interaction))

    async def _export(self, interaction: discord.Interaction, place: Place) -> None:
        data = await self._services.privacy.own_data(
            await self._settings(interaction, place),
            interaction.user.id,
            now=self._services.clock.now(),
            limit=interaction.filesize_limit or _NO_LIMIT,
        )
        say = phrases_for(interaction)
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

    async def _save(self, interaction: discord.Interaction) -> None:
        """Hand the receipt on the screen over as a file; nothing of it was kept."""
        assert interaction.message is not None
        content = receipt_text(interaction.message)
        await interaction.response.send_message(
            file=discord.File(io.BytesIO(content.encode()), receipt_file_name(content)),
            ephemeral=True,
            allowed_mentions=NOBODY,
        )

    # Clicks

    def _heard(self, custom_id: str) -> Handler:
        async def heard(interaction: discord.Interaction) -> None:
            await self._clicked(interaction, custom_id, Place(guild_id_of(interaction)))

        return heard

    async def _direct_clicked(self, interaction: discord.Interaction, match: Match[str]) -> None:
        guild_id = int(match["guild"])
        place = Place(guild_id, _name_of(interaction, guild_id), direct=True)
        await self._clicked(interaction, PREFIX + match["action"], place)

    async def _clicked(
        self, interaction: discord.Interaction, custom_id: str, place: Place
    ) -> None:
        if custom_id == SAVE:
            await self._save(interaction)
        elif custom_id == EXPORT:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await self._export(interaction, place)
        elif custom_id == views.POLICY:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await answer(interaction, await self._policy(interaction, place))
        else:
            await interaction.response.defer()
            # A button of a version to come says what holds, which is the kindest of answers.
            view = self._views.get(custom_id, self._status)
            await _replace(interaction, await view(interaction, place))

    # Direct messages

    def _chosen(self, custom_id: str) -> Callable[[discord.Interaction, str], Awaitable[None]]:
        async def chosen(interaction: discord.Interaction, value: str) -> None:
            await interaction.response.defer()
            if value.startswith(views.MORE):
                page = int(value.removeprefix(views.MORE))
                await _replace(interaction, await self._offer(interaction, custom_id, page))
                return
            guild_id = int(value)
            place = Place(guild_id, _name_of(interaction, guild_id), direct=True)
            if custom_id == EXPORT:
                await self._export(interaction, place)
            else:
                view = await self._views[custom_id](interaction, place)
                await _replace(interaction, view)

        return chosen

    async def _offer(self, interaction: discord.Interaction, custom_id: str, page: int) -> Layout:
        here = [guild.id for guild in interaction.client.guilds]
        known = await self._services.privacy.known_in(here, interaction.user.id)
        servers = [(guild_id, _name_of(interaction, guild_id)) for guild_id in known]
        servers.sort(key=lambda server: (server[1] is None, (server[1] or "").casefold()))
        return views.choose_server(_short(custom_id), servers, page, phrases_for(interaction))

    async def _settings(self, interaction: discord.Interaction, place: Place) -> GuildSettings:
        guild = interaction.client.get_guild(place.guild_id)
        if guild is not None:
            return settings_of(guild, self._services)
        # A server that the bot has left: what holds there is what the store still says.
        stored = await self._services.store.settings(place.guild_id)
        return stored or GuildSettings(place.guild_id)


COMMANDS: Final = (
    views.STATUS,
    views.OPT_OUT,
    views.OPT_IN,
    views.DELETE,
    views.POLICY,
)


@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
class PrivacyCog(
    commands.GroupCog,
    group_name="privacy",
    group_description=locale_str("Decide about your own data"),
):
    """The commands of a member about their own data."""

    def __init__(self, desk: PrivacyDesk) -> None:
        self._desk = desk

    @app_commands.command(
        name="status", description=locale_str("See what is kept about me, and for how long")
    )
    async def status(self, interaction: discord.Interaction) -> None:
        """Show what is kept."""
        await self._desk.asked(interaction, views.STATUS)

    @app_commands.command(
        name="opt-out", description=locale_str("Stop measuring my messages and delete my data")
    )
    async def opt_out(self, interaction: discord.Interaction) -> None:
        """Refuse at once."""
        await self._desk.asked(interaction, views.OPT_OUT)

    @app_commands.command(
        name="opt-in", description=locale_str("Agree that my messages are measured from now on")
    )
    async def opt_in(self, interaction: discord.Interaction) -> None:
        """Accept, or accept again."""
        await self._desk.asked(interaction, views.OPT_IN)

    @app_commands.command(
        name="export", description=locale_str("Take a copy of everything kept about me")
    )
    async def export(self, interaction: discord.Interaction) -> None:
        """Hand everything over."""
        await self._desk.asked(interaction, EXPORT)

    @app_commands.command(
        name="delete", description=locale_str("Delete everything kept about me in this server")
    )
    async def delete(self, interaction: discord.Interaction) -> None:
        """Ask before deleting."""
        await self._desk.asked(interaction, views.DELETE)

    @app_commands.command(
        name="policy", description=locale_str("Read what happens with my data, in short")
    )
    async def policy(self, interaction: discord.Interaction) -> None:
        """Show the policy of this server."""
        await self._desk.asked(interaction, views.POLICY)


@contextmanager
def _saying_what_is_not_done(say: Phrases) -> Iterator[None]:
    """Refuse with what holds: that messages are read again later is no comfort here."""
    try:
        yield
    except StoreUnavailable as error:
        raise Refusal(
            say(
                "The storage is not answering, so this is not done yet: not everything of yours "
                "is deleted. Please try this again in a minute."
            )
        ) from error


def _name_of(interaction: discord.Interaction, guild_id: int) -> str | None:
    guild = interaction.client.get_guild(guild_id)
    return guild.name if guild is not None else None


def _short(custom_id: str) -> str:
    return custom_id.removeprefix(PREFIX)


async def _replace(interaction: discord.Interaction, view: Layout) -> None:
    # Pictures of what stood there before go with it.
    await interaction.edit_original_response(view=view, attachments=[], allowed_mentions=NOBODY)
