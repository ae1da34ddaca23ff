"""Korean."""

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
from reports.wording.calendar import weekdays
from reports.wording.contract import Labels
from reports.wording.counts import korean_counts
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
from reports.wording.particles import attached
from reports.wording.shifts import shift_of
from reports.wording.turned import turned_ko

_UNITS: Final = MappingProxyType({"minute": "분", "hour": "시간", "day": "일"})
_DAY_PARTS: Final = ("새벽", "오전", "오후", "저녁")


class Korean:
    """Sentences in polite everyday Korean (해요체)."""

    labels: Labels = Labels(
        mood="기분 지수",
        mix="감정 구성",
        this_week="이번 주",
        usual="평소",
        whole_week="한 주",
        steady="평소와 비슷해요",
        no_baseline="비교할 지난 주가 아직 없어요",
        not_compared="분류기가 바뀌어 비교하지 않았어요",
        no_emotions="이 분류기는 유쾌함과 불쾌함만 구별하고, 감정의 종류는 나누지 않아요",
        rejudged="지난 주들은 다른 분류기가 판정해서, 차이의 일부는 그 때문일 수 있어요",
    )
    emotions: Mapping[Emotion, str] = MappingProxyType(
        {
            Emotion.ANGER: "분노",
            Emotion.DISGUST: "혐오",
            Emotion.FEAR: "불안",
            Emotion.JOY: "기쁨",
            Emotion.SADNESS: "슬픔",
            Emotion.SURPRISE: "놀람",
            Emotion.HURT: "상처",
            Emotion.EMBARRASSMENT: "당황",
            Emotion.NEUTRAL: "중립",
        }
    )

    @property
    def weekdays(self) -> tuple[str, ...]:
        """Return "월" to "일"."""
        return weekdays("ko", short=True)

    def date_range(self, week: Week) -> str:
        """Return such as "11월 9일 – 15일"."""
        first, last = week.monday, week.sunday
        if first.year != last.year:
            return f"{first.year}년 {_day(first)} – {last.year}년 {_day(last)}"
        if first.month != last.month:
            return f"{_day(first)} – {_day(last)}"
        return f"{_day(first)} – {last.day}일"

    def when(self, span: Span, *, short: bool = False) -> str:
        """Return such as "목요일 저녁", or "목 저녁"."""
        day = self.weekdays[span.day] + ("" if short else "요일")
        return day if span.whole_day else f"{day} {_DAY_PARTS[span.part]}"

    def headline(self, report: WeeklyReport) -> str:
        """Return what kind of week it was."""
        if report.hidden:
            return "조용히 지나간 한 주였어요" if not report.partial else "아직 조용한 한 주예요"
        if report.change is None:
            dates = self.date_range(report.week)
            return "이 서버의 첫 주간 리포트예요" if report.first else f"{dates}의 기분이에요"
        return self._finding(report)

    def sentence(self, report: WeeklyReport) -> str:
        """Return the one sentence that sums the week up honestly."""
        if report.hidden or report.mood is None:
            return _hidden(report.messages, report.minimum_group)
        if report.change is None or report.baseline is None:
            return (
                f"기분 지수는 {signed(report.mood.value)}{_interval(report.mood)}이고, "
                "비교할 지난 주는 아직 없어요."
            )
        return _compared(report, report.mood, report.baseline, report.change)

    def lines(self, report: WeeklyReport) -> tuple[str, ...]:
        """Return the numbers, one finding a line."""
        if report.hidden or report.mood is None:
            return ()
        lines = [
            korean_counts(report.messages, report.people),
            f"기분 지수 {signed(report.mood.value)}{_interval(report.mood)}",
        ]
        if report.baseline is not None and report.change is not None:
            lines.append(
                f"평소 {signed(report.baseline.mood)} · 차이 {signed(report.change.value)}"
                f"{_interval(report.change)}"
            )
        lines += [self.labels.rejudged] if report.rejudged else []
        lines += self._emotions(report)
        return (*lines, *self._extremes(report), *self._hidden_days(report))

    def late(self, delay: timedelta) -> str:
        """Return the note on a late report."""
        count, unit = rounded_delay(delay)
        return f"예정보다 {count}{_UNITS[unit]} 늦게 전해 드려요."

    def comparison(self, report: WeeklyReport) -> str:
        """Return the usual mood and the change."""
        if report.baseline is None or report.change is None:
            return self.labels.no_baseline
        usual, change = signed(report.baseline.mood), signed(report.change.value)
        return f"평소 {usual} · 차이 {change}"

    def moved(self, share: EmotionShare) -> tuple[str, str]:
        """Return the change of an emotion's share."""
        shift, name = shift_of(share), self.emotions[share.emotion]
        return f"{name} {shift.points}%p", f"평소 {shift.before}, 이번 주 {shift.after}"

    def partly(self, telling: float) -> str:
        """Return for which part of the messages emotions are known."""
        return f"감정 구성은 감정까지 판정한 메시지 {part(telling)}만으로 냈어요"

    def mood_note(self, report: WeeklyReport) -> str:
        """Return how to read the card on moods."""
        if not report.points:
            return f"하루에 {report.minimum_group}명이 안 되어 한 주 전체만 보여 드려요"
        parts = ["띠: 95% 구간"]
        if report.baseline is not None:
            parts.append(f"점선: 지난 {report.baseline.weeks}주 평균")
        return " · ".join([*parts, *self._shaded(report)])

    def mix_note(self, report: WeeklyReport) -> str:
        """Return how to read the card on emotions."""
        if not report.points:
            return f"하루에 {report.minimum_group}명이 안 되어 한 주 전체만 보여 드려요"
        parts = ["위로 갈수록 유쾌한 감정", *self._shaded(report)]
        if is_partly(report.telling):
            parts.append(f"메시지의 {part(report.telling)}만으로 냄")
        return " · ".join(parts)

    def mood_alt(self, report: WeeklyReport) -> str:
        """Return the card on moods in words."""
        facts = [f"{self.headline(report)}.", self.sentence(report)]
        facts += [f"{self.labels.rejudged}."] if report.rejudged else []
        if report.low is not None and report.high is not None:
            facts.append(
                f"가장 낮은 때는 {self.when(report.low.span)}({signed(report.low.mood.value)}), "
                f"가장 높은 때는 {self.when(report.high.span)}({signed(report.high.mood.value)})."
            )
        facts += [f"{line}." for line in self._hidden_days(report)]
        facts.append(f"{self.date_range(report.week)}의 기분 지수 그래프.")
        return " ".join(facts)

    def mix_alt(self, report: WeeklyReport) -> str:
        """Return the card on emotions in words."""
        known = [f"{self.emotions[s.emotion]} {_share(s)}" for s in largest(report.shares, 9)]
        finding = self._moved(report)
        facts = [finding + "." if finding else "", f"한 주의 감정 구성: {', '.join(known)}."]
        if is_partly(report.telling):
            facts.append(self.partly(report.telling) + ".")
        facts.append(f"{self.date_range(report.week)}의 감정 비율 그래프.")
        return " ".join(fact for fact in facts if fact)

    def summary_headline(self, summary: MoodSummary) -> str:
        """Return what the mood is like."""
        if summary.hidden or summary.mood is None:
            return "아직 조용해요"
        if not summary.mood.excludes(0.0):
            return "밝음과 어두움이 고르게 섞여 있어요"
        return "대체로 밝은 분위기예요" if summary.mood.value > 0 else "조금 가라앉은 분위기예요"

    def summary_lines(self, summary: MoodSummary) -> tuple[str, ...]:
        """Return the numbers of a summary."""
        if summary.hidden or summary.mood is None:
            return ()
        top = [f"{self.emotions[s.emotion]} {_share(s)}" for s in largest(summary.shares, 3)]
        lines = [
            korean_counts(summary.messages, summary.people),
            f"기분 지수 {signed(summary.mood.value)}{_interval(summary.mood)}",
            f"가장 많은 감정: {', '.join(top)}" if top else self.labels.no_emotions,
        ]
        if top and is_partly(summary.telling):
            lines.append(self.partly(summary.telling))
        return tuple(lines)

    def summary_sentence(self, summary: MoodSummary) -> str:
        """Return the mood index, or why it is hidden."""
        if summary.hidden or summary.mood is None:
            return _hidden(summary.messages, summary.minimum_group)
        mood = attached(signed(summary.mood.value), "이에요/예요")
        return f"기분 지수는 {mood}{_interval(summary.mood)}."

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
            return "감정 구성은 분류기가 바뀌어 평소와 비교하지 않았어요"
        if share is None or share.share is None or share.usual is None:
            return "감정 구성은 평소와 뚜렷한 차이가 없어요"
        shift = shift_of(share)
        return f"가장 달라진 감정: {self.emotions[share.emotion]} {shift.before} → {shift.after}"

    def _finding(self, report: WeeklyReport) -> str:
        """Return the most certain change of a week, or that there is none."""
        if report.changed:
            return _partial_headline(report) if report.partial else _headline(report)
        if report.most_changed is not None:
            name = self.emotions[report.most_changed.emotion]
            noun = None if report.partial else "한 주였어요"
            return emotion_moved(report.most_changed, name, noun)
        if report.turning is not None:
            return turned_ko(report.turning)
        return _partial_headline(report) if report.partial else _headline(report)

    def _extremes(self, report: WeeklyReport) -> list[str]:
        low, high = report.low, report.high
        lines = []
        if low is not None and low.clear:
            lines.append(f"가장 낮았던 때: {self.when(low.span)} {signed(low.mood.value)}")
        if high is not None and high.clear:
            lines.append(f"가장 높았던 때: {self.when(high.span)} {signed(high.mood.value)}")
        return lines

    def _hidden_days(self, report: WeeklyReport) -> list[str]:
        if not report.hidden_days:
            return []
        if not report.points:
            return ["하루하루는 쓴 사람이 적어 숨겼어요"]
        days = "·".join(self.weekdays[day] for day in report.hidden_days)
        return [f"{days}요일은 쓴 사람이 적어 숨겼어요"]

    def _shaded(self, report: WeeklyReport) -> list[str]:
        return ["빗금: 사람이 적어 숨김"] if report.hidden_days else []


def _day(day: date) -> str:
    return f"{day.month}월 {day.day}일"


def _interval(estimate: Estimate) -> str:
    return f"(95% 구간 {interval(estimate, ' ~ ')})"


def _share(share: EmotionShare) -> str:
    return percent(share.share.value) if share.share is not None else ""


def emotion_moved(share: EmotionShare, name: str, noun: str | None) -> str:
    """Return such as "기쁨이 29%에서 24%로 줄어든 한 주였어요".

    Args:
        share: Of the emotion.
        name: What it is called.
        noun: What the time was, with its verb; ``None`` while it is not over.
    """
    shift, more = shift_of(share), (share.change or 0.0) > 0
    moved = f"{attached(name, '이/가')} {shift.before}에서 {shift.after}로"
    if noun is None:
        return f"지금까지는 {moved} {'늘었어요' if more else '줄었어요'}"
    return f"{moved} {'늘어난' if more else '줄어든'} {noun}"


def _headline(report: WeeklyReport) -> str:
    if not report.changed or report.change is None:
        return "평소와 뚜렷한 차이가 없는 한 주였어요"
    return f"평소보다 {'밝은' if report.change.value > 0 else '가라앉은'} 한 주였어요"


def _partial_headline(report: WeeklyReport) -> str:
    if not report.changed or report.change is None:
        return "지금까지는 평소와 뚜렷한 차이가 없어요"
    return f"지금까지는 평소보다 {'밝아요' if report.change.value > 0 else '가라앉아 있어요'}"


def _compared(report: WeeklyReport, mood: Estimate, baseline: Baseline, change: Estimate) -> str:
    now = attached(signed(mood.value), "으로/로")
    usual = f"평소({signed(baseline.mood)})"
    other = report.most_changed is not None or report.turning is not None
    index = "한 주 전체의 기분 지수는" if other else "기분 지수는"
    if not report.changed and (change.clears(0.0) or is_tight(change)):
        return f"{index} {now}, {usual}와 거의 같아요(차이의 95% 구간 {interval(change, ' ~ ')})."
    if not report.changed:
        difference = attached(signed(change.value), "은/는")
        return (
            f"{index} {now}, {usual}와의 차이 {difference} "
            f"우연히 생길 수 있는 크기예요{_interval(change)}."
        )
    way = "높아요" if change.value > 0 else "낮아요"
    return f"기분 지수는 {now}, {usual}보다 {abs(change.value):.2f} {way}{_interval(change)}."


def _hidden(messages: int, minimum_group: int) -> str:
    if messages == 0:
        return "이 기간에는 들은 메시지가 없어요."
    people = f"{minimum_group}명"
    return f"이야기한 사람이 {people}보다 적어서, 누구의 마음도 드러나지 않도록 숫자를 숨겼어요."
