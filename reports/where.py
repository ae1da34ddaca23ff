"""Where the mood was what, as frozen values; ``reports.channels`` computes them.

Nothing but moods is published of a channel: neither its people nor its messages, from which a
channel that is hidden could be computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from reports.bootstrap import Estimate


class Beside(Enum):
    """How a channel lies to the whole server."""

    ABOVE = "above"
    ALIKE = "alike"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel; its name is known where the report is rendered.

    Attributes:
        channel_id: Discord snowflake; messages of threads belong to their channel.
        mood: Mean valence over the channel's person-days, with its interval; to two digits.
        beside: Above or below the server where that is clear, all channels tested together.
    """

    channel_id: int
    mood: Estimate
    beside: Beside


@dataclass(frozen=True, slots=True)
class Where:
    """The channels of a week.

    Attributes:
        channels: Those that may be shown, by id: this is no ranking.
        hidden: How many others somebody wrote in. They are none, or at least two that have at least
            the minimum group of people between them.
    """

    channels: tuple[Channel, ...]
    hidden: int

    @property
    def telling(self) -> bool:
        """Return whether there is a channel to show beside others."""
        return bool(self.channels) and len(self.channels) + self.hidden > 1

    def those(self, beside: Beside) -> tuple[Channel, ...]:
        """Return the channels that lie so to the server."""
        return tuple(channel for channel in self.channels if channel.beside is beside)
