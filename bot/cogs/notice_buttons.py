"""The buttons under a notice that decide at once; the answer is for whoever pressed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import discord

from bot.cogs.answers import answer, guild_id_of
from bot.cogs.privacy import PrivacyDesk
from bot.views.buttons import NOTICE_OPT_IN, NOTICE_OPT_OUT
from bot.views.layout import Layout
from bot.views.listeners import ButtonEar, Listener


class NoticeDesk:
    """Does what a member decides under a notice, which stays as it is for everybody else."""

    def __init__(self, desk: PrivacyDesk) -> None:
        self._desk = desk

    def listener(self) -> Listener:
        """Return what hears the buttons, to be registered once."""
        return Listener(
            ButtonEar(NOTICE_OPT_OUT, self._opt_out_clicked),
            ButtonEar(NOTICE_OPT_IN, self._opt_in_clicked),
        )

    async def _opt_out_clicked(self, interaction: discord.Interaction) -> None:
        await _decided(interaction, self._desk.opt_out)

    async def _opt_in_clicked(self, interaction: discord.Interaction) -> None:
        await _decided(interaction, self._desk.opt_in)


async def _decided(
    interaction: discord.Interaction,
    decide: Callable[[discord.Interaction], Awaitable[Layout]],
) -> None:
    guild_id_of(interaction)
    await interaction.response.defer(ephemeral=True, thinking=True)
    await answer(interaction, await decide(interaction))
