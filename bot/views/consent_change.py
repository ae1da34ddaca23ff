"""The question before a server begins to ask each member, and what came of it."""

from __future__ import annotations

from typing import Any, Final

import discord

from bot.i18n import Phrases
from bot.views.layout import Layout, row, text
from bot.views.setup import Page, page_id

CONFIRM: Final = "nunchi:setup:consent:explicit"


def confirm_explicit(agreed: int, minimum_group: int, say: Phrases) -> Layout:
    """Return the question.

    Args:
        agreed: How many members have agreed so far.
        minimum_group: Fewer than this are not counted for the administrators.
        say: The reader's language.
    """
    if agreed < minimum_group:
        so_far = say("So far, fewer than {count} people have agreed.", count=minimum_group)
    else:
        so_far = say.plural(
            "So far, {count} person has agreed.", "So far, {count} people have agreed.", agreed
        )
    change: discord.ui.Button[Any] = discord.ui.Button(
        label=say("Delete, and ask each member"),
        custom_id=CONFIRM,
        style=discord.ButtonStyle.danger,
    )
    back: discord.ui.Button[Any] = discord.ui.Button(
        label=say("Cancel"), custom_id=page_id(Page.PRIVACY)
    )
    return Layout(
        text("### " + say("Measure only those who opt in?")),
        text(
            "• " + say("The numbers of everybody who has not agreed are deleted now, for good."),
            "• " + so_far + " " + say("What they wrote before they agreed is deleted too."),
            "• " + say("From now on nobody is measured before they press the button in a notice."),
            "• " + say("Reports that were shown stay; new ones need enough people again."),
        ),
        row(change, back),
    )


def changed_to_explicit(removed: int, say: Phrases) -> Layout:
    """Return what was done."""
    back: discord.ui.Button[Any] = discord.ui.Button(
        label=say("Back to the settings"), custom_id=page_id(Page.PRIVACY)
    )
    gone = (
        say.plural("{count} record was deleted.", "{count} records were deleted.", removed)
        if removed
        else say("There was nothing to delete.")
    )
    return Layout(
        text(say("From now on only those who opt in are measured."), gone),
        text(say("The notices in the channels ask each member now.")),
        row(back),
    )
