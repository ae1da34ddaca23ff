"""What a report says, as frozen values. Pictures and sentences only render them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from classifiers.emotion import Emotion
from reports.bootstrap import Estimate
from reports.checkins.values import CheckinWeek
from reports.coverage import WeekCoverage
from reports.history import Ahead, Stretch, Turning, Usual, Year
from reports.period import Week
from reports.retro.values import RetroWeek
from reports.spans import Span
from reports.when import When
from reports.where import Where

NOTICEABLE: Final = 0.02
"""A mood that moves by less than this has not changed to speak of, however sure we are of it."""

NOTICEABLE_SHARE: Final = 0.01
"""The same for the share of an emotion: one percentage point."""


@dataclass(frozen=True, slots=True)
class EmotionShare:
    """How much of what was written carried one emotion.

    Attributes:
        emotion: Which one.
        share: Estimated share in [0, 1]; ``None`` when the classifier cannot see it.
        usual: Its share in the baseline weeks, or ``None``.
        clear: True when it differs from usual beyond chance, all nine tested together (``claims``).
    """

    emotion: Emotion
    share: Estimate | None
    usual: float | None = None
    clear: bool = False

    @property
    def change(self) -> float | None:
        """Return the share minus the usual share."""
        return None if self.share is None or self.usual is None else self.share.value - self.usual


@dataclass(frozen=True, slots=True)
class Baseline:
    """The four weeks before.

    Attributes:
        mood: Mean valence in [-1, 1].
        weeks: How many of the four weeks had enough people, 1 to 4.
        days: The usual mood of each weekday from Monday, length 7; equal to ``mood`` throughout
            when a weekday has too few people to be told apart.
    """

    mood: float
    weeks: int
    days: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the curve; hidden ones are not here.

    Attributes:
        span: When.
        mood: Mean valence, every person counting once, with its interval.
        shares: Share of each of the nine emotions, summing to 1; NaN is absent, and all of them
            are where too few people were judged for emotions.
        clear: True when it differs from the week's mood beyond chance, all points tested together.
    """

    span: Span
    mood: Estimate
    shares: tuple[float, ...]
    clear: bool

    @property
    def told(self) -> bool:
        """Return whether the shares are known."""
        return not all(math.isnan(share) for share in self.shares)


@dataclass(frozen=True, slots=True)
class WeeklyReport:
    """Everything that a report says; pictures and sentences only render it.

    Attributes:
        guild_id: Discord snowflake.
        week: Which week.
        timezone: IANA name; days and hours are local to it.
        messages: How many messages were measured.
        people: How many people wrote them.
        minimum_group: Fewer people than this are never described.
        hidden: True when fewer people wrote; then every field on moods is empty.
        partial: True when the week was not over.
        mood: Mean valence over person-days, with its interval.
        baseline: The weeks before; ``None`` when none of them had enough people.
        change: Mood minus the baseline's, paired by person.
        shares: The nine emotions in the order of ``EMOTIONS``.
        telling: Part of the messages that were judged for emotions, in [0, 1]. The others were
            judged by a classifier that tells pleasant from unpleasant only, or they come from too
            few people.
        points: The curve, by time.
        hidden_days: Weekdays (0 is Monday) on which somebody wrote but nothing may be shown.
        late_by: How long after it was due the report was made, when that is worth saying.
        rejudged: True when another classifier judged the weeks before, so that a part of the
            change may come from that.
        coverage: How complete the week is.
        when: The hours of the week.
        where: Its channels.
        turning: The days that stand out most from what is usual.
        stretch: The longest run of days that were better than usual.
        ahead: The mood to expect of the next week.
        year: A year in pixels.
        usual: Every emotion against its usual range.
        retro: Its retrospectives, where the guild has a channel for them.
        checkins: What members said of themselves, where they were asked.
    """

    guild_id: int
    week: Week
    timezone: str
    messages: int
    people: int
    minimum_group: int
    hidden: bool
    partial: bool
    mood: Estimate | None = None
    baseline: Baseline | None = None
    change: Estimate | None = None
    shares: tuple[EmotionShare, ...] = ()
    telling: float = 1.0
    points: tuple[Point, ...] = ()
    hidden_days: tuple[int, ...] = ()
    late_by: timedelta | None = None
    rejudged: bool = False
    coverage: WeekCoverage | None = None
    when: When | None = None
    where: Where | None = None
    turning: Turning | None = None
    stretch: Stretch | None = None
    ahead: Ahead | None = None
    year: Year | None = None
    usual: Usual | None = None
    retro: RetroWeek | None = None
    checkins: CheckinWeek | None = None

    @property
    def changed(self) -> bool:
        """Return whether the mood differs from usual beyond chance, and by enough to notice."""
        change = self.change
        return change is not None and change.clears(0.0) and abs(change.value) >= NOTICEABLE

    @property
    def most_changed(self) -> EmotionShare | None:
        """Return the emotion whose share changed most among those that clearly did."""
        return most_changed(self.shares)

    @property
    def first(self) -> bool:
        """Return whether the bot began to listen in this week, so that no report came before."""
        return self.coverage is not None and self.coverage.since is not None

    @property
    def tells_emotions(self) -> bool:
        """Return whether there is a share of any emotion."""
        return any(share.share is not None for share in self.shares)

    @property
    def compares_emotions(self) -> bool:
        """Return whether shares can be compared with usual ones.

        They cannot where the weeks before were judged by another classifier.
        """
        return any(share.change is not None for share in self.shares)

    @property
    def low(self) -> Point | None:
        """Return the lowest point, unless the curve is flat."""
        return min(self.points, key=_mood_of) if self._varies else None

    @property
    def high(self) -> Point | None:
        """Return the highest point, unless the curve is flat."""
        return max(self.points, key=_mood_of) if self._varies else None

    @property
    def _varies(self) -> bool:
        moods = [point.mood.value for point in self.points]
        return len(moods) > 1 and max(moods) - min(moods) >= NOTICEABLE


@dataclass(frozen=True, slots=True)
class MoodSummary:
    """The mood of a guild over any stretch of time.

    Attributes:
        guild_id: Discord snowflake.
        start: First moment, UTC.
        end: First moment after it, UTC.
        messages: How many messages were measured.
        people: How many people wrote them.
        minimum_group: Fewer people than this are never described.
        hidden: True when fewer people wrote; then ``mood`` and ``shares`` are empty.
        mood: Mean valence over person-days, with its interval.
        shares: The nine emotions in the order of ``EMOTIONS``.
        telling: Part of the messages that were judged for emotions, as in ``WeeklyReport``.
    """

    guild_id: int
    start: datetime
    end: datetime
    messages: int
    people: int
    minimum_group: int
    hidden: bool
    mood: Estimate | None = None
    shares: tuple[EmotionShare, ...] = ()
    telling: float = 1.0


def most_changed(shares: tuple[EmotionShare, ...]) -> EmotionShare | None:
    """Return the emotion whose share changed most among those that clearly and noticeably did."""
    clear = [share for share in shares if share.clear]
    most = max(clear, key=_size_of_change, default=None)
    return most if most is not None and _size_of_change(most) >= NOTICEABLE_SHARE else None


def _size_of_change(share: EmotionShare) -> float:
    return abs(share.change or 0.0)


def _mood_of(point: Point) -> float:
    return point.mood.value
