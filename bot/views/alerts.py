"""What moderators read about a shift of a channel's mood, and about alerts as such."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import discord

from bot.i18n import Phrases, mark
from bot.views.layout import Layout, row, rule, text
from reports.alerts import HISTORY_DAYS, QUIET_WEEKS, STRETCH_DAYS, Shift
from reports.wording.numbers import signed

QUIET: Final = "nunchi:alerts:quiet"
OFF: Final = "nunchi:alerts:off"
HOW: Final = "nunchi:alerts:how"

EVERYBODY_READS: Final = mark(
    "Everybody can read {channel}. Choose a channel that only moderators can read."
)


def alert(shift: Shift, guild_id: int, say: Phrases) -> Layout:
    """Return the alert about a channel."""
    values = {
        "channel": f"<#{shift.channel_id}>",
        "began": f"<t:{int(shift.began.timestamp())}:f>",
        "size": signed(shift.size),
        "low": signed(shift.low),
        "high": signed(shift.high),
    }
    if shift.size > 0:
        finding = say("The mood in {channel} rose suddenly and has stayed higher.", **values)
    else:
        finding = say("The mood in {channel} fell suddenly and has stayed lower.", **values)
    return Layout(
        text(f"### {finding}"),
        text(
            say(
                "Since about {began} it differs by **{size}** from what is usual there "
                "(95% range {low} to {high}, on a scale from −1 to +1).",
                **values,
            ),
            say.plural(
                "{count} person wrote since then; each counts once a quarter of a day, and the "
                "shift remains whoever is left out.",
                "{count} people wrote since then; each counts once a quarter of a day, and the "
                "shift remains whoever is left out.",
                shift.people,
            ),
            say(
                "In a channel where nothing happens, such an alert is rarer than one in {weeks} "
                "weeks.",
                weeks=QUIET_WEEKS,
            ),
        ),
        rule(),
        text("-# " + _limits(say)),
        row(
            discord.ui.Button(label=say("Go to the channel"), url=_address(guild_id, shift)),
            _button(QUIET, say("Quiet for a week")),
            _button(OFF, say("Switch alerts off")),
            _button(HOW, say("How this works")),
        ),
    )


def how(say: Phrases, minimum_group: int) -> Layout:
    """Return how alerts work, and what they cannot say."""
    return Layout(
        text(
            "### " + say("How alerts work"),
            say(
                "After each quarter of a day I compare a channel with its own weeks before: its "
                "weekdays, its hours, and the usual mood of those who write. Small differences in "
                "one direction add up (a cumulative sum, CUSUM) until chance is no good "
                "explanation any more."
            ),
            say(
                "People count, not messages. Quarters with fewer than {minimum} people are not "
                "judged, and a shift that one single person carries is none. It lasts a day at "
                "least, begins within the last {days} days, and needs {history} days of history "
                "before them.",
                minimum=minimum_group,
                days=STRETCH_DAYS,
                history=HISTORY_DAYS,
            ),
            say(
                "After an alert the new mood counts as the usual one, so a shift is told once; "
                "the channel is judged again when there is enough history of it."
            ),
            _limits(say),
        ),
    )


def quieted(until: datetime, say: Phrases) -> str:
    """Return the answer to the wish for quiet."""
    return say("No alerts until {moment}.", moment=f"<t:{int(until.timestamp())}:f>")


def switched_off(say: Phrases) -> str:
    """Return the answer after alerts were switched off."""
    return say("Alerts are off. Switch them on again with `/alerts on`.")


def switched_on(channel_id: int, say: Phrases) -> str:
    """Return the answer after alerts were switched on."""
    return "\n".join(
        [
            say("Alerts go to {channel} from now on.", channel=f"<#{channel_id}>"),
            say(
                "Whoever can read that channel reads them. They are about channels, never about "
                "a person."
            ),
        ]
    )


def status(
    channel_id: int | None, quiet_until: datetime | None, obstacle: str | None, say: Phrases
) -> str:
    """Return whether alerts are on.

    Args:
        channel_id: Where they go; ``None`` when they are off.
        quiet_until: Until when none is sent, if that is still to come.
        obstacle: Why they cannot be sent, in words, or ``None``.
        say: The reader's language.
    """
    if channel_id is None:
        return say("Alerts are off. Switch them on with `/alerts on`.")
    lines = [say("Alerts go to {channel}.", channel=f"<#{channel_id}>")]
    if quiet_until is not None:
        lines.append(quieted(quiet_until, say))
    if obstacle is not None:
        lines.append("⚠️ " + obstacle)
    return "\n".join(lines)


def unreachable(channel_id: int, say: Phrases) -> str:
    """Return that the bot cannot write where alerts go."""
    return say(
        "I cannot write in {channel}: it is gone, or I lack View Channel or Send Messages there.",
        channel=f"<#{channel_id}>",
    )


def public(channel_id: int, say: Phrases) -> str:
    """Return that everybody can read where alerts go."""
    return say(EVERYBODY_READS, channel=f"<#{channel_id}>")


def stuck(server: str, obstacle: str, say: Phrases) -> str:
    """Return the message to whoever switched alerts on, when they cannot be sent any more."""
    return "\n".join(
        [
            say("Alerts of {server} cannot be sent.", server=server),
            obstacle,
            say("Choose another channel with `/alerts on`. I tell you this only once."),
        ]
    )


def not_a_moderator(say: Phrases) -> str:
    """Return the answer to somebody who may not decide about alerts."""
    return say("Alerts are for moderators: you need Manage Server or Manage Messages.")


def _limits(say: Phrases) -> str:
    return say(
        "This is about the channel as a whole. It does not say why or who, and it is no verdict "
        "on anybody: sad news looks like a quarrel. Read before you act."
    )


def _address(guild_id: int, shift: Shift) -> str:
    return f"https://discord.com/channels/{guild_id}/{shift.channel_id}"


def _button(custom_id: str, label: str) -> discord.ui.Button[Any]:
    return discord.ui.Button(label=label, custom_id=custom_id)
