"""What retrospectives look like in Discord: the dialog, buttons, answers and the reminder."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import discord

from bot.command_errors import answer_error
from bot.i18n import Phrases
from bot.views.layout import Layout, row, rule, text
from bot.views.report import PictureCard, gallery_files
from bot.views.times import WEEKDAYS
from reports.retro.arc import Arc
from reports.retro.forms import FREE, Form
from reports.retro.values import Participation
from reports.wording.retro import form_name, heading, participation_line
from reports.wording.retro_arc import arc_headline, arc_lines
from storage.records import GuildSettings
from storage.retrospectives import RetroReminder

WRITE: Final = "nunchi:retro:write"
ARC: Final = "nunchi:retro:arc:"
DROP: Final = "nunchi:retro:drop:"

MOST: Final = 4000
"""Characters of a field, as many as Discord allows."""

_LABEL_LIMIT: Final = 45

Submitted = Callable[[discord.Interaction, Sequence[str]], Awaitable[None]]
Edit = Callable[[GuildSettings], GuildSettings]


class RetroModal(discord.ui.Modal):
    """One field a section; none is required, but together they must not be empty.

    Args:
        form: What to ask for.
        language: ``ko`` or ``en``, of the labels.
        say: The reader's language.
        submitted: Gets the answers, in the order of the form's sections.
    """

    def __init__(self, form: Form, language: str, say: Phrases, submitted: Submitted) -> None:
        super().__init__(title=say("Write a retrospective"), timeout=3600)
        self._submitted = submitted
        self._fields: list[discord.ui.TextInput[Any]] = []
        for section in form.sections:
            title = say("Retrospective") if section == FREE else heading(section, language)
            field: discord.ui.TextInput[Any] = discord.ui.TextInput(
                custom_id=section,
                style=discord.TextStyle.paragraph,
                max_length=MOST,
                required=False,
            )
            # Said once, above the first field: all five places of a dialog may be fields.
            hint = None if self._fields else _hint(form, say)
            self._fields.append(field)
            label = discord.ui.Label[Any](
                text=title[:_LABEL_LIMIT], description=hint, component=field
            )
            self.add_item(label)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Hand the answers on."""
        await self._submitted(interaction, [field.value for field in self._fields])

    async def on_error(  # type: ignore[override]  # as in the library's own Modal
        self, interaction: discord.Interaction, error: Exception
    ) -> None:
        """Answer an error like that of a command."""
        await answer_error(interaction, error)


def _hint(form: Form, say: Phrases) -> str:
    if len(form.sections) == 1:
        return say("It is posted in the channel, in your name.")
    return say("It is posted in the channel, in your name. Leave out what you like.")


def own_post_buttons(custom_id: str, say: Phrases) -> discord.ui.View:
    """Return what stands under a post that the bot made for somebody."""
    view = discord.ui.View(timeout=None)
    view.add_item(
        discord.ui.Button(
            label=say("Delete my post"),
            style=discord.ButtonStyle.secondary,
            custom_id=custom_id,
        )
    )
    # A stopped view is sent like any other, and the client keeps no trace of it.
    view.stop()
    return view


def written(url: str, arc_id: str, say: Phrases, *, measured: bool) -> Layout:
    """Return that a post stands, with a button to its arc."""
    lines = [say("Your retrospective is posted: {link}", link=url)]
    if not measured:
        lines.append(say("You have opted out, so it is not measured."))
    lines.append("-# " + say("The button under it deletes it; only you can press it."))
    button: discord.ui.Button[Any] = discord.ui.Button(label=say("Show its arc"), custom_id=arc_id)
    return Layout(text(*lines), row(button))


def confirm_delete(custom_id: str, say: Phrases) -> Layout:
    """Ask before a post is deleted."""
    button: discord.ui.Button[Any] = discord.ui.Button(
        label=say("Delete it"), style=discord.ButtonStyle.danger, custom_id=custom_id
    )
    question = say("Delete this post, and what was measured of it? This cannot be undone.")
    return Layout(text(question), row(button))


def done(sentence: str) -> Layout:
    """Return a layout of one sentence, to replace another."""
    return Layout(text(sentence))


def arc_message(
    arc: Arc, picture: PictureCard | None, say: Phrases
) -> tuple[Layout, list[discord.File]]:
    """Return the arc of a post for its author: the finding in words, then the picture."""
    files = gallery_files([picture] if picture else [])
    parts: list[discord.ui.Item[Any]] = [
        text(f"### {arc_headline(arc, say.language)}", *arc_lines(arc, say.language))
    ]
    if files:
        parts.append(discord.ui.MediaGallery(*map(discord.MediaGalleryItem, files)))
    note = say("Only you see this. A program estimated it, sentence by sentence; nothing is kept.")
    return Layout(*parts, rule(), text(f"-# {note}")), files


def reminder_message(channel_id: int, role_id: int | None, say: Phrases) -> Layout:
    """Return the friendly line, with a button that opens the dialog."""
    button: discord.ui.Button[Any] = discord.ui.Button(
        label=say("Write"), style=discord.ButtonStyle.primary, custom_id=f"{WRITE}:{channel_id}"
    )
    lines = [
        f"<@&{role_id}>" if role_id is not None else "",
        say("🌿 It is time to look back: how was your week? A few lines are enough."),
    ]
    return Layout(text(*lines), row(button))


def reminder_state(reminder: RetroReminder | None, timezone: str, say: Phrases) -> str:
    """Return whether and when people are reminded."""
    if reminder is None:
        return say("No reminder is set. Choose a weekday and a time to set one.")
    sentence = say(
        "I remind people in {channel} every {weekday} at {time} ({timezone}).",
        channel=f"<#{reminder.channel_id}>",
        weekday=say(WEEKDAYS[reminder.weekday]),
        time=f"{reminder.hour:02d}:{reminder.minute:02d}",
        timezone=timezone,
    )
    if reminder.role_id is None:
        return f"{sentence} " + say("Nobody is pinged.")
    return f"{sentence} " + say("It pings {role}.", role=f"<@&{reminder.role_id}>")


def form_state(channel_id: int, form: str, say: Phrases) -> str:
    """Return the form of a channel."""
    name = form_name(form, say.language)
    return say("The form of {channel} is now: {form}", channel=f"<#{channel_id}>", form=name)


def participation_message(
    now: Participation | None, before: Participation | None, minimum: int, say: Phrases
) -> str:
    """Return how many take part, this week and last week."""
    lines = []
    if now is not None:
        lines.append(participation_line(now, say.language) + ".")
    if before is not None:
        rate = f"{before.rate:.0%}"
        lines.append(say("In the week before it was {rate}.", rate=rate))
    if not lines:
        lines.append(
            say(
                "Fewer than {minimum} people wrote a retrospective in the last four weeks, so I "
                "say nothing about how many take part.",
                minimum=minimum,
            )
        )
    return "\n".join(lines)
