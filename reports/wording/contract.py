"""What every language can say of a report.

Sentences are composed from the facts of a report; none is said without a number behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from classifiers.emotion import Emotion
from reports.period import Week
from reports.report import EmotionShare, MoodSummary, WeeklyReport
from reports.spans import Span


@dataclass(frozen=True, slots=True)
class Labels:
    """Words of the pictures that never change.

    Attributes:
        mood: Title of the card on moods.
        mix: Title of the card on emotions.
        this_week: The curve of the week.
        usual: The curve of the weeks before.
        whole_week: The bar of the whole week.
        steady: In place of a change when none is clear.
        no_baseline: In place of a comparison when there is nothing to compare with.
        not_compared: In place of a change when the weeks before were judged by another classifier.
        no_emotions: In place of shares when the classifier knows sentiments only.
        rejudged: Beside a change when the weeks before were judged by another classifier.
    """

    mood: str
    mix: str
    this_week: str
    usual: str
    whole_week: str
    steady: str
    no_baseline: str
    not_compared: str
    no_emotions: str
    rejudged: str


class Wording(Protocol):
    """One language."""

    @property
    def labels(self) -> Labels:
        """Words of the pictures."""
        ...

    @property
    def emotions(self) -> Mapping[Emotion, str]:
        """Name of each emotion."""
        ...

    @property
    def weekdays(self) -> tuple[str, ...]:
        """Short names from Monday."""
        ...

    def date_range(self, week: Week) -> str:
        """Return the dates of a week, such as "9 – 15 November"."""
        ...

    def when(self, span: Span, *, short: bool = False) -> str:
        """Return the weekday of a span, with the part of the day unless it is all of it."""
        ...

    def headline(self, report: WeeklyReport) -> str:
        """Return what kind of week it was, without a full stop."""
        ...

    def sentence(self, report: WeeklyReport) -> str:
        """Return the one sentence that sums the week up honestly."""
        ...

    def lines(self, report: WeeklyReport) -> tuple[str, ...]:
        """Return the numbers, one finding a line; nothing for a hidden week."""
        ...

    def late(self, delay: timedelta) -> str:
        """Return the note on a late report."""
        ...

    def comparison(self, report: WeeklyReport) -> str:
        """Return the usual mood and the change, or that there is nothing to compare with."""
        ...

    def moved(self, share: EmotionShare) -> tuple[str, str]:
        """Return the change of an emotion's share: name with points, and before with after."""
        ...

    def partly(self, telling: float) -> str:
        """Return for which part of the messages, in (0, 1), emotions are known."""
        ...

    def mood_note(self, report: WeeklyReport) -> str:
        """Return how to read the card on moods, shortest first thing first."""
        ...

    def mix_note(self, report: WeeklyReport) -> str:
        """Return how to read the card on emotions."""
        ...

    def mood_alt(self, report: WeeklyReport) -> str:
        """Return the card on moods in words, the finding first."""
        ...

    def mix_alt(self, report: WeeklyReport) -> str:
        """Return the card on emotions in words, the finding first."""
        ...

    def summary_headline(self, summary: MoodSummary) -> str:
        """Return what the mood of any stretch of time is like."""
        ...

    def summary_lines(self, summary: MoodSummary) -> tuple[str, ...]:
        """Return the numbers of a summary; nothing when it is hidden."""
        ...

    def summary_sentence(self, summary: MoodSummary) -> str:
        """Return the mood index of a summary as a sentence, or why it is hidden."""
        ...
