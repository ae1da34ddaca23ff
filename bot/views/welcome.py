"""The first message in a server: what Nunchi does, what it does not do, and how to begin."""

from __future__ import annotations

import discord

from bot.i18n import Phrases
from bot.views.layout import Layout, plain, row, shortened, text
from bot.views.setup import OPEN

_NAME_LIMIT = 100


def welcome(say: Phrases) -> Layout:
    """Return the welcome in a channel of the server."""
    return Layout(
        text("### " + say("Hello, I am Nunchi"), *_lines(say)),
        row(
            discord.ui.Button(
                label=say("Set up"), custom_id=OPEN, style=discord.ButtonStyle.primary
            )
        ),
        text(
            "-# "
            + say("Only people with Manage Server can set me up; the panel is shown to them alone.")
        ),
    )


def direct_welcome(server: str, address: str, say: Phrases) -> Layout:
    """Return the welcome in a direct message, in which no channels could be chosen.

    Args:
        server: The name of the server.
        address: A link into it.
        say: The server's language.
    """
    name = plain(shortened(server, _NAME_LIMIT))
    return Layout(
        text(
            "### " + say("Hello, I am Nunchi"),
            say("I am in **{server}** now.", server=name),
            *_lines(say),
        ),
        text(say("To begin, open the server and type `/setup`. It takes a minute.")),
        row(discord.ui.Button(label=say("Open the server"), url=address)),
    )


def _lines(say: Phrases) -> list[str]:
    lines = (
        say("I estimate the mood of the channels you choose, and post one honest report a week."),
        say("I keep no text, and I show nobody's mood to others."),
        say("Until I am set up I read nothing."),
    )
    return [f"• {line}" for line in lines]
