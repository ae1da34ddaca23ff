"""What of a week goes beyond the sums of the whole server: its hours, channels and coverage."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from reports.collectors import ChannelSums, Coverage, HourSums
from reports.grouping import milliseconds
from reports.hours import HOURS
from reports.mood_sums import MoodSums
from reports.period import DAYS, Week, local_edges
from storage.records import MessageColumns


@dataclass(frozen=True, slots=True, eq=False)
class Details:
    """What the week holds.

    Attributes:
        hours: By person and ``day * 24 + hour``.
        by_channel: By person and ``place * 7 + day``.
        channels: The channel of each place.
        messages: How many messages are kept, classified or not.
        classified: How many of them were classified.
        first: When the first of them was written, in milliseconds since the Unix epoch.
    """

    hours: MoodSums
    by_channel: MoodSums
    channels: tuple[int, ...]
    messages: int
    classified: int
    first: int | None = None


class DetailSums:
    """Collects the details of a week in one scan."""

    def __init__(self, week: Week, zone: ZoneInfo) -> None:
        """Collect a week by the clocks of a timezone."""
        hours = milliseconds(local_edges(week.monday, DAYS, HOURS, zone))
        self._hours = HourSums(hours)
        self._channels = ChannelSums(milliseconds(local_edges(week.monday, DAYS, 1, zone)))
        self._coverage = Coverage(int(hours[0]), int(hours[-1]))

    def take(self, columns: MessageColumns) -> None:
        """Let each collector take a batch."""
        for collector in (self._hours, self._channels, self._coverage):
            collector.take(columns)

    def details(self) -> Details:
        """Return what was collected."""
        return Details(
            self._hours.sums(),
            self._channels.sums(),
            self._channels.channels,
            self._coverage.messages,
            self._coverage.classified,
            self._coverage.first,
        )
