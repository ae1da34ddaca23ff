"""The privacy policy in short: what holds in this very server, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import discord

from bot.i18n import Phrases
from bot.views.layout import Item, Layout, plain, row, shortened, text
from bot.views.place import Place
from storage.records import ConsentMode, GuildSettings

_CONTACT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs the bot, and what it does with messages here.

    Attributes:
        contact: How the operator is reached, or ``None`` when they did not say.
        policy_url: The operator's full policy, or ``None``.
        model: The classifier and its version.
        image_model: The image classifier and its version, where pictures are looked at.
        sends_to: The host outside this network that texts are sent to, if they are.
    """

    contact: str | None
    policy_url: str | None
    model: str
    image_model: str | None = None
    sends_to: str | None = None


def policy(operator: Operator, settings: GuildSettings, place: Place, say: Phrases) -> Layout:
    """Return the policy.

    Args:
        operator: Who runs the bot.
        settings: Of the server that it is about.
        place: That server.
        say: The reader's language.
    """
    parts = (
        (say("Who is responsible"), _responsible(operator, say)),
        (say("What is read, and what is kept"), _read(operator, say)),
        (say("Why, and by what right"), _why(settings, say)),
        (say("For how long"), _how_long(settings, say)),
        (say("Who sees it"), _who(settings, say)),
        (say("What you can do"), _rights(say)),
    )
    title = "## " + say("Privacy policy in short")
    server = [plain(shortened(place.name, 90))] if place.name else []
    items: list[Item] = [text(title, *server)]
    items += [text(f"**{name}**", *(f"• {line}" for line in lines)) for name, lines in parts]
    if operator.policy_url is not None:
        link: discord.ui.Button[Any] = discord.ui.Button(
            label=say("The operator's full policy"), url=operator.policy_url
        )
        items.append(row(link))
    return Layout(*items)


def _responsible(operator: Operator, say: Phrases) -> list[str]:
    if operator.contact is None:
        return [
            say("Whoever runs this bot; they have set no contact. Ask the server's administrators.")
        ]
    contact = plain(shortened(operator.contact, _CONTACT_LENGTH))
    return [say("Whoever runs this bot: {contact}.", contact=contact)]


def _read(operator: Operator, say: Phrases) -> list[str]:
    lines = [
        say(
            "{model} reads each message in the chosen channels once and estimates nine emotions; "
            "the text is then forgotten.",
            model=f"`{operator.model}`",
        ),
    ]
    if operator.image_model is not None:
        lines.append(
            say("Attached pictures are read once by {model}.", model=f"`{operator.image_model}`")
        )
    if operator.sends_to is None:
        lines.append(say("Text and pictures do not leave the machines of the operator."))
    else:
        lines.append(
            say(
                "For that, the text leaves the operator's machines: it is sent to {host}.",
                host=f"`{operator.sends_to}`",
            )
        )
    lines.append(
        say(
            "Kept are numbers for nine emotions, the channel and the time, under a keyed hash "
            "instead of your name; and what you choose or say yourself through my buttons."
        )
    )
    return lines


def _why(settings: GuildSettings, say: Phrases) -> list[str]:
    purpose = say("For a report on the mood of the whole server, and for nothing else.")
    if settings.consent is ConsentMode.EXPLICIT:
        return [purpose, say("By your consent: nobody is measured before they agree.")]
    return [
        purpose,
        say(
            "Members are told by a notice in each channel, and everybody can object at any time "
            "with an opt-out."
        ),
    ]


def _how_long(settings: GuildSettings, say: Phrases) -> list[str]:
    return [
        say.plural(
            "Each record is deleted {count} day after the message was written.",
            "Each record is deleted {count} days after the message was written.",
            settings.retention_days,
        ),
        say("If you delete a message, its numbers are deleted too."),
    ]


def _who(settings: GuildSettings, say: Phrases) -> list[str]:
    return [
        say(
            "Everybody sees the mood of the whole server, and only where at least {count} "
            "people have a part in it.",
            count=settings.minimum_group,
        ),
        say("Your own mood is shown to you alone, and only if you ask for it."),
        say("Nothing is sold, used for advertising, or used to decide anything about you."),
    ]


def _rights(say: Phrases) -> list[str]:
    return [
        say("See what is kept: {command}.", command="`/privacy status`"),
        say("Take a copy of all of it: {command}.", command="`/privacy export`"),
        say("Have it deleted: {command}.", command="`/privacy delete`"),
        say(
            "Object for good, or withdraw your consent: {command}.",
            command="`/privacy opt-out`",
        ),
        say("All of it works in a direct message to me too, also after you left the server."),
        say("You can also complain to the data protection authority where you live."),
    ]
