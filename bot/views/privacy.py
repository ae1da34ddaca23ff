"""What a member reads about their own data, and the buttons that change it."""

from __future__ import annotations

from typing import Any, Final

import discord

from bot.i18n import Phrases
from bot.views.buttons import bright_button, export_button
from bot.views.layout import Layout, row, text
from reports.own_data import OwnData

OPT_OUT: Final = "nunchi:privacy:opt-out"
OPT_IN: Final = "nunchi:privacy:opt-in"
DELETE: Final = "nunchi:privacy:delete"
DELETE_CONFIRMED: Final = "nunchi:privacy:delete-confirmed"
KEEP: Final = "nunchi:privacy:keep"


def my_data(*, refused: bool, records: int, say: Phrases) -> Layout:
    """Return what is kept about a member, and what they can do about it.

    Args:
        refused: Whether the member has opted out.
        records: How many records are kept about the member.
        say: The reader's language.
    """
    if refused:
        state = say("You have opted out: none of your messages is measured, and nothing is kept.")
        buttons = row(_button(OPT_IN, say("Opt in")), export_button(say))
        return Layout(text("### " + say("My data"), state), buttons)
    count = say.plural(
        "{count} record is kept about you now.", "{count} records are kept about you now.", records
    )
    return Layout(
        text(
            "### " + say("My data"),
            say(
                "For each of your messages in the chosen channels we keep numbers for nine "
                "emotions, the channel and the time, under a code instead of your name. "
                "No text is kept."
            ),
            f"**{count}**",
        ),
        row(
            _button(OPT_OUT, say("Opt out"), discord.ButtonStyle.primary),
            export_button(say),
            bright_button(say),
            _button(DELETE, say("Delete my data")),
        ),
    )


def exported(data: OwnData, number: int, say: Phrases) -> Layout:
    """Return the message that carries one file of an export.

    Args:
        data: The export.
        number: Which of its files, from 0.
        say: The reader's language.
    """
    file = discord.ui.File[Any](f"attachment://{data.files[number].name}")
    if number:
        part = say("Part {number} of {count}", number=number + 1, count=len(data.files))
        return Layout(text(part), file)
    count = say.plural(
        "{count} record and your choices in this server, complete and exactly as they are kept.",
        "{count} records and your choices in this server, complete and exactly as they are kept.",
        data.records,
    )
    several = (
        say.plural("It comes in {count} file.", "It comes in {count} files.", len(data.files))
        if len(data.files) > 1
        else ""
    )
    return Layout(
        text("### " + say("Everything kept about you"), count, several),
        file,
        text("-# " + say("Only you see this. The file holds no text of yours: none is kept.")),
    )


def confirm_deletion(say: Phrases) -> Layout:
    """Return the question before everything about a member is deleted."""
    return Layout(
        text(
            say("Delete everything kept about you in this server? This cannot be undone."),
            say("New messages are still measured afterwards, unless you opt out as well."),
        ),
        row(
            _button(DELETE_CONFIRMED, say("Delete my data"), discord.ButtonStyle.danger),
            _button(KEEP, say("Cancel")),
        ),
    )


def opted_out(removed: int, say: Phrases) -> Layout:
    """Return the answer to an opt-out."""
    return Layout(
        text(
            say("You have opted out. Your messages are no longer measured."),
            _removed(removed, say),
        ),
        row(_button(OPT_IN, say("Opt in"))),
    )


def opted_in(*, was_refused: bool, say: Phrases) -> Layout:
    """Return the answer to an opt-in."""
    if was_refused:
        line = say("Welcome back. Your messages are measured from now on; older ones are not.")
    else:
        line = say("You never opted out, so nothing changes. Thank you for taking part.")
    return Layout(text(line), row(_button(OPT_OUT, say("Opt out"))))


def deleted(removed: int, say: Phrases) -> Layout:
    """Return the answer to a deletion."""
    return Layout(
        text(
            _removed(removed, say),
            say("New messages are still measured, unless you opt out as well."),
        ),
        row(_button(OPT_OUT, say("Opt out"))),
    )


def kept(say: Phrases) -> Layout:
    """Return the answer to a deletion that was called off."""
    return Layout(text(say("Nothing was deleted.")))


def _removed(count: int, say: Phrases) -> str:
    if count == 0:
        return say("There was nothing to delete.")
    gone = say.plural("{count} record was deleted.", "{count} records were deleted.", count)
    kept = say(
        "Reports that were shown keep their totals of the whole server; none is of a person."
    )
    return f"{gone}\n-# {kept}"


def _button(
    custom_id: str,
    label: str,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
) -> discord.ui.Button[Any]:
    return discord.ui.Button(label=label, custom_id=custom_id, style=style)
