"""What agreeing to be linked means, and the buttons that say yes or no."""

from __future__ import annotations

from typing import Any, Final

import discord

from bot.i18n import Phrases
from bot.views.layout import Layout, row, rule, text
from bot.views.privacy import OPT_IN
from storage.records import Choices

ALLOW: Final = "nunchi:bright:allow"
DENY: Final = "nunchi:bright:deny"


def bright_choice(choices: Choices, *, switched_on: bool, say: Phrases) -> Layout:
    """Return what a member chose about links to their joyful messages, and what it means.

    Args:
        choices: What the member decided.
        switched_on: Whether the guild's reports link to anything at all.
        say: The reader's language.
    """
    title = "### " + say("Bright moments")
    if choices.refused:
        never = say("You have opted out: none of your messages is measured, and none is linked.")
        return Layout(
            text(title, never), row(discord.ui.Button(label=say("Opt in"), custom_id=OPT_IN))
        )
    agreed = choices.linked_since is not None
    return Layout(
        text(
            title,
            say("The weekly report may link to up to three joyful messages of members who agreed."),
            f"**{_state(agreed=agreed, say=say)}**",
        ),
        text(*(f"• {line}" for line in _meaning(say))),
        *_asleep(switched_on=switched_on, say=say),
        row(_button(agreed=agreed, say=say)),
    )


def _state(*, agreed: bool, say: Phrases) -> str:
    if agreed:
        return say("You agreed: my reports may link to joyful messages of yours.")
    return say("You have not agreed: none of your messages is linked.")


def _meaning(say: Phrases) -> list[str]:
    return [
        say(
            "If you agree, a report may carry a link to one message that you write from then on "
            "and that a program takes for joyful. No text and no name stands beside it, but "
            "whoever follows the link sees the message and that you wrote it."
        ),
        say(
            "Only messages that everybody who can read the report can see anyway; none that was "
            "deleted before."
        ),
        say("It is your choice alone, for this server only. Nobody can make it for you."),
        say(
            "You can take it back at any time: from then on no report links to you. Links in "
            "earlier reports stay; if you delete the message, they lead nowhere."
        ),
    ]


def _asleep(*, switched_on: bool, say: Phrases) -> list[discord.ui.Item[Any]]:
    if switched_on:
        return []
    note = say("This server has not switched such links on; your choice counts only if it does.")
    return [rule(), text("-# " + note)]


def _button(*, agreed: bool, say: Phrases) -> discord.ui.Button[Any]:
    if agreed:
        return discord.ui.Button(label=say("Do not link to my messages any more"), custom_id=DENY)
    return discord.ui.Button(label=say("My joyful messages may be linked"), custom_id=ALLOW)
