"""What a member reads about their own data, and the buttons that change it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import discord

from bot.i18n import Phrases
from bot.privacy import OwnStatus
from bot.views.buttons import EXPORT, bright_button
from bot.views.kept import kinds
from bot.views.layout import Item, Layout, plain, row, shortened, text
from bot.views.place import Place
from reports.own_data import OwnData
from storage.records import ConsentMode, GuildSettings

OPT_OUT: Final = "nunchi:privacy:opt-out"
OPT_IN: Final = "nunchi:privacy:opt-in"
DELETE: Final = "nunchi:privacy:delete"
DELETE_CONFIRMED: Final = "nunchi:privacy:delete-confirmed"
KEEP: Final = "nunchi:privacy:keep"
POLICY: Final = "nunchi:privacy:policy"
STATUS: Final = "nunchi:privacy:status"

SERVER: Final = "nunchi:privacy:server:{action}"
"""Custom id of the select menu of servers, in a direct message."""

MORE: Final = "page:"
"""Value of the option that shows further servers, with the number of the page behind it."""

SERVERS: Final = 24
"""Servers of one page; one option is left for the next page."""

_NAME_LENGTH: Final = 90


def my_data(status: OwnStatus, settings: GuildSettings, place: Place, say: Phrases) -> Layout:
    """Return what is kept about a member, and what they can do about it.

    Args:
        status: What is kept, and what they decided.
        settings: Of the server.
        place: The server.
        say: The reader's language.
    """
    lines = kinds(status.counts, say)
    return Layout(
        text("### " + _title(place, say), _state(status, settings, say)),
        text(
            "**" + say("Kept about you now") + "**",
            *(f"• {line}" for line in lines or [say("nothing")]),
            *_refusal(status, say),
            *_what_records_are(status, say),
        ),
        text(
            "**" + say("For how long") + "**",
            *_how_long(status, settings, say),
        ),
        text(
            "**" + say("Who sees what") + "**",
            "• "
            + say(
                "Nobody in the server but you sees anything about you, not even the administrators."
            ),
            *_office(status, say),
            "• "
            + say(
                "Everybody sees the mood of the whole server, and only where at least {count} "
                "people have a part in it.",
                count=settings.minimum_group,
            ),
        ),
        row(*_choices(status, settings, place, say)),
    )


def _title(place: Place, say: Phrases) -> str:
    if place.name is None:
        return say("My data")
    return say("My data in {server}", server=_named(place.name))


def _state(status: OwnStatus, settings: GuildSettings, say: Phrases) -> str:
    explicit = settings.consent is ConsentMode.EXPLICIT
    if status.choices.refused:
        if status.counts:
            return say("You have opted out: none of your messages is measured.")
        return say("You have opted out: none of your messages is measured, and nothing is kept.")
    if not settings.channels or settings.left_at is not None:
        return say(
            "I listen to no channel of this server now, so none of your messages is measured."
        )
    if not explicit:
        return say(
            "This server tells its members and measures everybody who does not opt out. "
            "Your messages are measured."
        )
    if status.choices.consented_at is None:
        return say(
            "This server asks each member first. You have not agreed, so none of your messages "
            "is measured."
        )
    return say(
        "This server asks each member first. You agreed on {day}, and what you wrote since then "
        "is measured.",
        day=_day(status.choices.consented_at),
    )


def _what_records_are(status: OwnStatus, say: Phrases) -> list[str]:
    if not status.kept.records:
        return []
    return [
        "-# "
        + say(
            "For each of your messages in the chosen channels we keep numbers for nine "
            "emotions, the channel and the time, under a code instead of your name. "
            "No text is kept."
        )
    ]


def _office(status: OwnStatus, say: Phrases) -> list[str]:
    if not status.changes:
        return []
    return ["• " + say("Only this: the administrators see which settings you changed.")]


def _refusal(status: OwnStatus, say: Phrases) -> list[str]:
    if not status.kept.refused:
        return []
    return [
        "-# "
        + say(
            "Beside that, a keyed hash of you is kept with the time of your opt-out or deletion, "
            "so that what you refused is never read in again."
        )
    ]


def _how_long(status: OwnStatus, settings: GuildSettings, say: Phrases) -> list[str]:
    lines = [
        "• "
        + say.plural(
            "Each record is deleted {count} day after the message was written.",
            "Each record is deleted {count} days after the message was written.",
            settings.retention_days,
        )
    ]
    if status.kept.since is not None:
        gone = status.kept.since + timedelta(days=settings.retention_days)
        lines.append(
            "• "
            + say(
                "Your oldest is of {first} and goes on {last}.",
                first=_day(status.kept.since),
                last=_day(gone),
            )
        )
    lines.append("• " + say("Your choices are kept until you change them."))
    return lines


def _choices(
    status: OwnStatus, settings: GuildSettings, place: Place, say: Phrases
) -> Sequence[Item]:
    asked = settings.consent is ConsentMode.EXPLICIT and status.choices.consented_at is None
    export = _button(place, EXPORT, say("Export my data"))
    policy = _button(place, POLICY, say("Privacy policy"))
    delete = _button(place, DELETE, say("Delete my data"))
    if status.choices.refused:
        return [_button(place, OPT_IN, say("Opt in")), export, policy]
    if asked:
        agree = _button(place, OPT_IN, say("Opt in"), discord.ButtonStyle.primary)
        return [agree, _button(place, OPT_OUT, say("Opt out")), export, delete, policy]
    opt_out = _button(place, OPT_OUT, say("Opt out"), discord.ButtonStyle.primary)
    # The choice about links belongs to the server itself, where its posts are.
    bright = [] if place.direct else [bright_button(say)]
    return [opt_out, export, *bright, delete, policy]


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


def confirm_deletion(settings: GuildSettings, place: Place, say: Phrases) -> Layout:
    """Return the question before everything about a member is deleted."""
    if settings.consent is ConsentMode.EXPLICIT:
        after = say("That you agreed is deleted too: nothing is measured until you agree again.")
    else:
        after = say("New messages are still measured afterwards, unless you opt out as well.")
    return Layout(
        text(
            _where(place, say),
            say("Delete everything kept about you in this server? This cannot be undone."),
            after,
        ),
        row(
            _button(place, DELETE_CONFIRMED, say("Delete my data"), discord.ButtonStyle.danger),
            _button(place, KEEP, say("Cancel")),
        ),
    )


def opted_in(
    *, was_refused: bool, was_agreed: bool, settings: GuildSettings, place: Place, say: Phrases
) -> Layout:
    """Return the answer to an opt-in.

    Args:
        was_refused: There was an opt-out.
        was_agreed: The member had agreed before.
        settings: Of the server.
        place: The server.
        say: The reader's language.
    """
    explicit = settings.consent is ConsentMode.EXPLICIT
    if was_refused:
        lines = [say("Welcome back. Your messages are measured from now on; older ones are not.")]
    elif explicit and not was_agreed:
        lines = [say("Thank you. Your messages are measured from now on; older ones are not.")]
    elif explicit:
        lines = [say("You had agreed already, so nothing changes. Thank you for taking part.")]
    else:
        lines = [
            say("You have not opted out, so nothing changes. Thank you for taking part."),
            say("That you agree is kept, in case this server begins to ask each member."),
        ]
    return Layout(text(_where(place, say), *lines), row(_button(place, OPT_OUT, say("Opt out"))))


def kept(say: Phrases) -> Layout:
    """Return the answer to a deletion that was called off."""
    return Layout(text(say("Nothing was deleted.")))


def choose_server(
    action: str, servers: Sequence[tuple[int, str | None]], page: int, say: Phrases
) -> Layout:
    """Return the choice of a server, for a member who asks in a direct message.

    Args:
        action: What is to be done there, such as ``status``.
        servers: Id and name of each; no name for one that the bot cannot see any more.
        page: Which page of them, from 0.
        say: The reader's language.
    """
    if not servers:
        return Layout(
            text(
                say("Nothing is kept about you in any server where I am."),
                say("To decide before that, use `/privacy` in the server itself."),
            )
        )
    shown = servers[page * SERVERS : (page + 1) * SERVERS] or servers[:SERVERS]
    options = [
        discord.SelectOption(
            label=shortened(name or say("Server {number}", number=guild_id), _NAME_LENGTH),
            value=str(guild_id),
        )
        for guild_id, name in shown
    ]
    if len(servers) > SERVERS:
        following = page + 1 if (page + 1) * SERVERS < len(servers) else 0
        options.append(discord.SelectOption(label=say("More servers…"), value=f"{MORE}{following}"))
    return Layout(
        text(
            say("Which server is it about?"),
            "-# " + say("These are the servers where something is kept about you."),
        ),
        row(
            discord.ui.Select(
                custom_id=SERVER.format(action=action),
                placeholder=say("Choose a server"),
                options=options,
            )
        ),
    )


def _where(place: Place, say: Phrases) -> str:
    if place.name is None:
        return ""
    return "### " + say("In {server}", server=_named(place.name))


def _named(name: str) -> str:
    return plain(shortened(name, _NAME_LENGTH))


def _day(moment: datetime) -> str:
    return discord.utils.format_dt(moment, "D")


def _button(
    place: Place,
    custom_id: str,
    label: str,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
) -> discord.ui.Button[Any]:
    return discord.ui.Button(label=label, custom_id=place.custom_id(custom_id), style=style)
