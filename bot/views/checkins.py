"""The question how members are, what follows a click on a face, and the administrators' choice."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import discord

from bot.i18n import Phrases, mark
from bot.views.buttons import METHOD, MY_DATA
from bot.views.layout import Layout, row, text
from bot.views.times import WEEKDAYS
from storage.checkins import FACES, CheckinSettings

FACE_ID: Final = "nunchi:checkin"
FACE: Final = rf"{FACE_ID}:(?P<name>\d{{8}}T\d{{4}}):(?P<face>[1-{FACES}])"

SIGNS: Final = ("😢", "🙁", "😐", "🙂", "😄")
NAMES: Final = (
    mark("Bad"),
    mark("Not so good"),
    mark("So-so"),
    mark("Good"),
    mark("Very good"),
)
"""From the saddest to the happiest: a name each, so that nothing hangs on seeing a face."""


def question(name: str, minimum_group: int, say: Phrases, *, weekly: bool) -> Layout:
    """Return what is posted.

    Args:
        name: Of the question; stands in its buttons.
        minimum_group: Fewer people are never told of.
        say: The guild's language.
        weekly: Whether it asks for the week instead of today.
    """
    asked = say("How was your week?") if weekly else say("How are you today?")
    return Layout(
        text(
            f"## {asked}",
            say(
                "Nobody sees what you choose. The weekly report tells the mean of at least "
                "{minimum} people.",
                minimum=minimum_group,
            ),
        ),
        row(*(_face(name, number, say) for number in range(FACES, 0, -1))),
        row(
            discord.ui.Button[Any](label=say("My data / opt out"), custom_id=MY_DATA),
            discord.ui.Button[Any](label=say("How is this measured?"), custom_id=METHOD),
        ),
    )


def _face(name: str, number: int, say: Phrases) -> discord.ui.Button[Any]:
    return discord.ui.Button(
        label=say(NAMES[number - 1]),
        emoji=SIGNS[number - 1],
        custom_id=f"{FACE_ID}:{name}:{number}",
    )


def noted(face: int, say: Phrases) -> Layout:
    """Return what a member sees who chose a face."""
    return Layout(
        text(
            say("Noted: {face}.", face=f"{SIGNS[face - 1]} **{say(NAMES[face - 1])}**"),
            say("Another click replaces it. It is kept under a pseudonym, without your name."),
        )
    )


def chosen_line(chosen: CheckinSettings, next_time: datetime | None, say: Phrases) -> str:
    """Return one sentence on what administrators chose."""
    if chosen.channel_id is None:
        return say("There are no check-ins. `/checkin on` starts them.")
    hour = f"{chosen.hour:02d}:00"
    where = f"<#{chosen.channel_id}>"
    if chosen.weekday is None:
        line = say("I ask in {channel} every day at {hour}.", channel=where, hour=hour)
    else:
        line = say(
            "I ask in {channel} every {weekday} at {hour}.",
            channel=where,
            weekday=say(WEEKDAYS[chosen.weekday]),
            hour=hour,
        )
    if next_time is None:
        return line
    return f"{line} {say('Next: {time}', time=discord.utils.format_dt(next_time, 'F'))}"
