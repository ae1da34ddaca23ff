"""The channels of a week beside the whole server.

In a channel, as in the server, every person counts once a day. A thread's messages are its
channel's.
"""

from __future__ import annotations

import numpy as np

from reports.claims import CHANNELS
from reports.grouping import Flags
from reports.hours import rounded
from reports.mood_sums import MoodSums
from reports.period import DAYS
from reports.report import NOTICEABLE
from reports.statistics import FigureBuilder, Figures
from reports.where import Beside, Channel, Where


class ChannelFigures:
    """Prepares the channels for the resampling that all figures share, and reads its result.

    Args:
        sums: By person and ``place * 7 + day``.
        channels: The channel of each place.
        minimum_group: At least this many people stand behind each channel.
    """

    def __init__(self, sums: MoodSums, channels: tuple[int, ...], minimum_group: int) -> None:
        count = len(channels)
        places = np.arange(count * DAYS, dtype=np.int64) // DAYS
        by_channel = sums.into(places)
        shown = shown_channels(by_channel, count, minimum_group)
        self._channels = [channels[place] for place in np.flatnonzero(shown)]
        self._hidden = int((by_channel.people_by_key(count) > 0).sum() - shown.sum())
        self._sums = sums.where(shown[places[sums.key]])
        columns = np.cumsum(shown) - 1
        self._columns = columns[places]

    def add(self, builder: FigureBuilder) -> None:
        """Add the channels to the figures that are resampled together."""
        if self._channels:
            cells = self._sums.cells()
            builder.add_moods("channels", cells, self._columns[cells.bin], len(self._channels))

    def read(self, figures: Figures) -> Where:
        """Return the channels, compared with the block ``mood`` of the whole server."""
        if not self._channels:
            return Where((), self._hidden)
        differences, clear = figures.clear_differences("channels", "mood", CHANNELS)
        rows = zip(self._channels, figures.estimates("channels"), differences, clear, strict=True)
        channels = [
            Channel(channel, rounded(mood), _beside(float(difference), certain=bool(certain)))
            for channel, mood, difference, certain in rows
            if mood is not None
        ]
        return Where(tuple(sorted(channels, key=_id_of)), self._hidden)


def shown_channels(sums: MoodSums, count: int, minimum_group: int) -> Flags:
    """Return which channels may be shown, bool[count].

    Those with too few people are hidden, and then the smallest of the others, until at least two
    are hidden that have at least ``minimum_group`` people between them: otherwise the server minus
    the channels shown would tell of fewer.

    Args:
        sums: By person and place of the channel.
        count: How many channels there are.
        minimum_group: At least this many people stand behind everything shown.
    """
    group, people = max(minimum_group, 1), sums.people_by_key(count)
    shown: Flags = people >= group
    while shown.any() and not _safe(sums, (people > 0) & ~shown, group):
        shown[np.where(shown, people, np.iinfo(np.int64).max).argmin()] = False
    return shown


def _safe(sums: MoodSums, hidden: Flags, group: int) -> bool:
    count = int(hidden.sum())
    return count == 0 or (count >= 2 and sums.people_under(hidden) >= group)


def _beside(difference: float, *, certain: bool) -> Beside:
    if not certain or abs(difference) < NOTICEABLE:
        return Beside.ALIKE
    return Beside.ABOVE if difference > 0 else Beside.BELOW


def _id_of(channel: Channel) -> int:
    return channel.channel_id
