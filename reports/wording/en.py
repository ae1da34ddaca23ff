"""English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from classifiers.emotion import Emotion
from reports.bootstrap import Estimate
from reports.period import Week
from reports.report import Baseline, EmotionShare, MoodSummary, WeeklyReport
from reports.spans import Span
from reports.wording.calendar import months, number, weekdays
from reports.wording.contract import Labels
from reports.wording.counts import english_counts
from reports.wording.numbers import (
    interval,
    is_partly,
    is_tight,
    largest,
    part,
    percent,
    rounded_delay,
    signed,
)
from reports.wording.shifts import shift_of
from reports.wording.turned import turned_en

_DAY_PARTS: Final = ("night", "morning", "afternoon", "evening")


class English:
    """Plain, short English."""

    labels: Labels = Labels(
        mood="Mood index",
        mix="Emotion mix",
        this_week="this week",
        usual="usual",
        whole_week="Week",
        steady="much as usual",
        no_baseline="no earlier weeks yet",
        not_compared="not compared: new classifier",
        no_emotions="This classifier tells pleasant from unpleasant, not single emotions",
        rejudged="Another classifier judged the weeks before, which may be part of the change",
    )
    emotions: Mapping[Emotion, str] = MappingProxyType(
        {emotion: emotion.value.capitalize() for emotion in Emotion}
    )

    @property
    def weekdays(self) -> tuple[str, ...]:
        """Return "Mon" to "Sun"."""
        return weekdays("en", short=True)

    def date_range(self, week: Week) -> str:
        """Return such as "9 – 15 November"."""
        first, last = week.monday, week.sunday
        if first.year != last.year:
            return f"{_day(first)} {first.year} – {_day(last)} {last.year}"
        if first.month != last.month:
            return f"{_day(first)} – {_day(last)}"
        return f"{first.day} – {_day(last)}"

    def when(self, span: Span, *, short: bool = False) -> str:
        """Return such as "Thursday evening", or "Thu evening"."""
        day = self.weekdays[span.day] if short else weekdays("en")[span.day]
        return day if span.whole_day else f"{day} {_DAY_PARTS[span.part]}"

    def headline(self, report: WeeklyReport) -> str:
        """Return what kind of week it was."""
        if report.hidden:
            return "A quiet week so far" if report.partial else "A quiet week"
        if report.change is None:
            dates = self.date_range(report.week)
            return "This server's first weekly report" if report.first else f"The mood of {dates}"
        return self._finding(report)

    def sentence(self, report: WeeklyReport) -> str:
        """Return the one sentence that sums the week up honestly."""
        if report.hidden or report.mood is None:
            return _hidden(report.messages, report.minimum_group)
        if report.change is None or report.baseline is None:
            return (
                f"The mood index is {signed(report.mood.value)} {_interval(report.mood)}; "
                "there are no earlier weeks to compare it with yet."
            )
        return _compared(report, report.mood, report.baseline, report.change)

    def lines(self, report: WeeklyReport) -> tuple[str, ...]:
        """Return the numbers, one finding a line."""
        if report.hidden or report.mood is None:
            return ()
        lines = [
            english_counts(report.messages, report.people),
            f"Mood index {signed(report.mood.value)} {_interval(report.mood)}",
        ]
        if report.baseline is not None and report.change is not None:
            lines.append(
                f"Usual {signed(report.baseline.mood)} · change {signed(report.change.value)} "
                f"{_interval(report.change)}"
            )
        lines += [self.labels.rejudged] if report.rejudged else []
        lines += self._emotions(report)
        return (*lines, *self._extremes(report), *self._hidden_days(report))

    def late(self, delay: timedelta) -> str:
        """Return the note on a late report."""
        count, unit = rounded_delay(delay)
        return f"This report is {_plural(count, unit)} late."

    def comparison(self, report: WeeklyReport) -> str:
        """Return the usual mood and the change."""
        if report.baseline is None or report.change is None:
            return self.labels.no_baseline
        usual, change = signed(report.baseline.mood), signed(report.change.value)
        return f"usual {usual} · change {change}"

    def moved(self, share: EmotionShare) -> tuple[str, str]:
        """Return the change of an emotion's share."""
        shift = shift_of(share)
        unit = "pt" if shift.points[1:] == "1" else "pts"
        name = self.emotions[share.emotion]
        return f"{name} {shift.points} {unit}", f"usual {shift.before}, now {shift.after}"

    def partly(self, telling: float) -> str:
        """Return for which part of the messages emotions are known."""
        return f"Emotions: from {part(telling)} of the messages, the only ones judged for them"

    def mood_note(self, report: WeeklyReport) -> str:
        """Return how to read the card on moods."""
        if not report.points:
            return f"only the whole week: fewer than {report.minimum_group} people each day"
        parts = ["band: 95% interval"]
        if report.baseline is not None:
            weeks = report.baseline.weeks
            parts.append("dots: last week" if weeks == 1 else f"dots: {weeks}-week average")
        return " · ".join([*parts, *self._shaded(report)])

    def mix_note(self, report: WeeklyReport) -> str:
        """Return how to read the card on emotions."""
        if not report.points:
            return f"only the whole week: fewer than {report.minimum_group} people each day"
        parts = ["the higher, the more pleasant", *self._shaded(report)]
        if is_partly(report.telling):
            parts.append(f"from {part(report.telling)} of the messages")
        return " · ".join(parts)

    def mood_alt(self, report: WeeklyReport) -> str:
        """Return the card on moods in words."""
        facts = [f"{self.headline(report)}.", self.sentence(report)]
        facts += [f"{self.labels.rejudged}."] if report.rejudged else []
        if report.low is not None and report.high is not None:
            facts.append(
                f"Lowest on {self.when(report.low.span)} ({signed(report.low.mood.value)}), "
                f"highest on {self.when(report.high.span)} ({signed(report.high.mood.value)})."
            )
        facts += [f"{line}." for line in self._hidden_days(report)]
        facts.append(f"Chart of the mood index, {self.date_range(report.week)}.")
        return " ".join(facts)

    def mix_alt(self, report: WeeklyReport) -> str:
        """Return the card on emotions in words."""
        known = [f"{self.emotions[s.emotion]} {_share(s)}" for s in largest(report.shares, 9)]
        finding = self._moved(report)
        facts = [finding + "." if finding else "", f"Emotions of the week: {', '.join(known)}."]
        if is_partly(report.telling):
            facts.append(self.partly(report.telling) + ".")
        facts.append(f"Chart of the shares of emotions, {self.date_range(report.week)}.")
        return " ".join(fact for fact in facts if fact)

    def summary_headline(self, summary: MoodSummary) -> str:
        """Return what the mood is like."""
        if summary.hidden or summary.mood is None:
            return "Quiet so far"
        if not summary.mood.excludes(0.0):
            return "Bright and dark in balance"
        return "Mostly bright" if summary.mood.value > 0 else "A little heavy"

    def summary_lines(self, summary: MoodSummary) -> tuple[str, ...]:
        """Return the numbers of a summary."""
        if summary.hidden or summary.mood is None:
            return ()
        top = [f"{self.emotions[s.emotion]} {_share(s)}" for s in largest(summary.shares, 3)]
        lines = [
            english_counts(summary.messages, summary.people),
            f"Mood index {signed(summary.mood.value)} {_interval(summary.mood)}",
            f"Most frequent: {', '.join(top)}" if top else self.labels.no_emotions,
        ]
        if top and is_partly(summary.telling):
            lines.append(self.partly(summary.telling))
        return tuple(lines)

    def summary_sentence(self, summary: MoodSummary) -> str:
        """Return the mood index, or why it is hidden."""
        if summary.hidden or summary.mood is None:
            return _hidden(summary.messages, summary.minimum_group)
        return f"The mood index is {signed(summary.mood.value)} {_interval(summary.mood)}."

    def _emotions(self, report: WeeklyReport) -> list[str]:
        if not report.tells_emotions:
            return [self.labels.no_emotions]
        lines = [self._moved(report)] if report.baseline is not None else []
        return [*lines, self.partly(report.telling)] if is_partly(report.telling) else lines

    def _moved(self, report: WeeklyReport) -> str:
        share = report.most_changed
        if report.baseline is None:
            return ""
        if not report.compares_emotions:
            return "Emotions are not compared with usual: another classifier judged them"
        if share is None or share.share is None or share.usual is None:
            return "No emotion's share clearly differs from usual"
        shift = shift_of(share)
        return f"Changed most: {self.emotions[share.emotion]}, {shift.before} → {shift.after}"

    def _finding(self, report: WeeklyReport) -> str:
        """Return the most certain change of a week, or that there is none."""
        so_far = " so far" if report.partial else ""
        share, turning = report.most_changed, report.turning
        if report.changed and report.change is not None:
            kind = "brighter" if report.change.value > 0 else "heavier"
            over = f"A {kind} week than usual"
            return f"{kind.capitalize()} than usual so far" if report.partial else over
        if share is not None:
            shift = shift_of(share)
            return f"{more_or_less(share)} than usual{so_far}: {shift.before} → {shift.after}"
        return turned_en(turning) if turning is not None else f"No clear change from usual{so_far}"

    def _extremes(self, report: WeeklyReport) -> list[str]:
        low, high = report.low, report.high
        lines = []
        if low is not None and low.clear:
            lines.append(f"Low point: {self.when(low.span)}, {signed(low.mood.value)}")
        if high is not None and high.clear:
            lines.append(f"High point: {self.when(high.span)}, {signed(high.mood.value)}")
        return lines

    def _hidden_days(self, report: WeeklyReport) -> list[str]:
        if not report.hidden_days:
            return []
        if not report.points:
            return ["Single days are hidden because few people wrote"]
        days = ", ".join(self.weekdays[day] for day in report.hidden_days)
        return [f"Hidden because few people wrote: {days}"]

    def _shaded(self, report: WeeklyReport) -> list[str]:
        return ["hatched: too few people"] if report.hidden_days else []


def _day(day: date) -> str:
    return f"{day.day} {months('en')[day.month - 1]}"


def _plural(count: int, noun: str) -> str:
    return f"{number(count, 'en')} {noun}" + ("" if count == 1 else "s")


def _interval(estimate: Estimate) -> str:
    return f"(95% interval {interval(estimate, ' to ')})"


def _share(share: EmotionShare) -> str:
    return percent(share.share.value) if share.share is not None else ""


def more_or_less(share: EmotionShare) -> str:
    """Return such as "More joy" or "Less joy"; what is neutral is no noun of its own."""
    word = "neutral talk" if share.emotion is Emotion.NEUTRAL else share.emotion.value
    return f"{'More' if (share.change or 0.0) > 0 else 'Less'} {word}"


def _compared(report: WeeklyReport, mood: Estimate, baseline: Baseline, change: Estimate) -> str:
    now, usual = signed(mood.value), signed(baseline.mood)
    other = report.most_changed is not None or report.turning is not None
    index = "Over the whole week the mood index" if other else "The mood index"
    if not report.changed and (change.clears(0.0) or is_tight(change)):
        return f"{index} is {now}, much the same as the usual {usual} {_interval(change)}."
    if not report.changed:
        return (
            f"{index} is {now}; its difference of {signed(change.value)} from the usual "
            f"{usual} is one that chance can make {_interval(change)}."
        )
    way = "above" if change.value > 0 else "below"
    return (
        f"The mood index is {now}, {abs(change.value):.2f} {way} the usual {usual} "
        f"{_interval(change)}."
    )


def _hidden(messages: int, minimum_group: int) -> str:
    if messages == 0:
        return "There were no messages to listen to."
    return (
        f"Fewer than {minimum_group} people wrote, so the numbers stay hidden and nobody's mood "
        "can be guessed."
    )
