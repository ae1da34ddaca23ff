"""What managers read about the reading of a channel's history, and what its members read."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import discord

from bot.backfill import Backfill, State
from bot.clock import snowflake_time
from bot.i18n import Phrases
from bot.views.buttons import public_buttons
from bot.views.layout import Layout, bar, row, rule, text

START: Final = "nunchi:backfill:start"
CANCEL: Final = "nunchi:backfill:cancel"


def offer(channel_id: int, since: datetime, until: int, say: Phrases, *, cut: bool) -> Layout:
    """Return what would be read, and the button that begins it.

    Args:
        channel_id: Which channel.
        since: From when on.
        until: The snowflake of the last message that is read.
        say: The reader's language.
        cut: Whether more was asked for than the server keeps.
    """
    shown = {
        "channel": f"<#{channel_id}>",
        "since": _day(since),
        "until": _day(snowflake_time(until)),
    }
    lines = [
        say("I would read what people wrote in {channel} and its public threads.", **shown),
        say("From {since} up to {until}, when I began to listen.", **shown),
    ]
    if cut:
        lines.append(say("Nothing older is kept on this server, so nothing older is read."))
    return Layout(
        text("### " + say("Read the history of a channel"), *lines),
        text(
            "• " + say("It is measured like new messages: no text is kept, only numbers."),
            "• " + say("Who opted out, or has not agreed where that is asked, is left out."),
            "• " + say("I tell the members in the channel when I begin."),
            "• " + say("New messages come first, so this can take a while."),
        ),
        row(
            discord.ui.Button(
                label=say("Read the history"),
                style=discord.ButtonStyle.primary,
                custom_id=f"{START}:{channel_id}:{int(since.timestamp())}",
            )
        ),
    )


def progress(backfill: Backfill, say: Phrases) -> Layout:
    """Return how far a reading is, with the button that ends it while it goes on."""
    place = backfill.place
    count = say.plural("{count} message read", "{count} messages read", place.read)
    percent = int(backfill.share * 100)
    title = "### " + say("History of {channel}", channel=f"<#{place.channel_id}>")
    lines = [f"{bar(backfill.share)} **{percent} %**", count]
    if backfill.state is State.READING:
        if place.after > place.since:
            lines.append(say("Now at {day}.", day=_day(snowflake_time(place.after))))
        if backfill.containers > 1:
            lines.append(
                say(
                    "Channel and threads: {index} of {count}.",
                    index=backfill.index + 1,
                    count=backfill.containers,
                )
            )
    else:
        lines.append(_state(backfill.state, say))
    shown = text(title, *lines)
    return Layout(shown) if backfill.ended else Layout(shown, _cancel(place.channel_id, say))


def moved_on(say: Phrases) -> Layout:
    """Return what the first answer becomes when Discord lets it be edited no more."""
    return Layout(
        text(say("It goes on. Ask how far it is with `/monitor backfill` of the same channel."))
    )


def idle(say: Phrases) -> Layout:
    """Return what an old message becomes when nothing is being read any more."""
    return Layout(text(say("This channel's history is not being read now.")))


def told_members(since: datetime, say: Phrases, *, asked: bool) -> Layout:
    """Return the note to the members of a channel whose history is about to be read.

    Args:
        since: From when on.
        say: The server's language.
        asked: Whether only those are measured who agreed.
    """
    if asked:
        who = say("Only people who had agreed when they wrote are measured.")
    else:
        who = say("If you opted out, you are left out. You can still opt out at any time.")
    return Layout(
        text(
            "### " + say("Nunchi reads back"),
            say(
                "What people wrote here since {since} is measured now as well, for the mood of the "
                "whole server over time.",
                since=_day(since),
            ),
            "• " + say("No text is kept: only numbers, such as 70% joy, and when it was written."),
            f"• {who}",
        ),
        rule(),
        public_buttons(say),
    )


def _state(state: State, say: Phrases) -> str:
    if state is State.WAITING:
        return say("Waiting for its turn: others are being read.")
    if state is State.DONE:
        return say("✅ Done. The next report uses it.")
    if state is State.CANCELLED:
        return say("Stopped. What was read so far is kept.")
    if state is State.UNREADABLE:
        return say("⚠️ I may not read this channel: I need View Channel and Read Message History.")
    return say("Stopped: I do not listen to this channel any more.")


def _cancel(channel_id: int, say: Phrases) -> discord.ui.ActionRow[Any]:
    return row(
        discord.ui.Button(
            label=say("Stop reading"),
            style=discord.ButtonStyle.danger,
            custom_id=f"{CANCEL}:{channel_id}",
        )
    )


def _day(moment: datetime) -> str:
    return f"<t:{int(moment.timestamp())}:D>"
