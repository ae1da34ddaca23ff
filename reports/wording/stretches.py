"""Months and runs of days in words, in Korean and English."""

from __future__ import annotations

from datetime import date
from typing import Final

from reports.bootstrap import Estimate
from reports.monthly import DayRange, Month, Period, StretchReport
from reports.period import Week
from reports.report import most_changed
from reports.wording import date_range, emotion_name, no_emotions, partly_note, wording_of
from reports.wording.calendar import months, number
from reports.wording.counts import counts_line
from reports.wording.en import more_or_less
from reports.wording.ko import emotion_moved
from reports.wording.numbers import interval, is_tight, largest, percent, signed
from reports.wording.particles import attached
from reports.wording.shifts import shift_of

_TOP: Final = 5


def period_name(period: Period, language: str) -> str:
    """Return the dates of any period: "9 – 15 November", "November 2026", "1 – 10 November"."""
    if isinstance(period, Week):
        return date_range(period, language)
    if isinstance(period, Month):
        if language == "ko":
            return f"{period.year}년 {period.month}월"
        return f"{months('en')[period.month - 1]} {period.year}"
    return _days(period, language)


def stretch_headline(report: StretchReport, language: str) -> str:
    """Return what kind of stretch it was, without a full stop."""
    korean, month = language == "ko", isinstance(report.period, Month)
    if korean:
        noun = "한 달" if month else "며칠"
        so_far = "지금까지는 " if report.partial else ""
        if report.hidden:
            return f"{so_far}조용한 {noun}{_was(report)}"
        return so_far + _korean_headline(report, noun + _was(report))
    so_far = " so far" if report.partial else ""
    if report.hidden:
        return ("A quiet month" if month else "Quiet days") + so_far
    return _english_headline(report) + so_far


def stretch_sentence(report: StretchReport, language: str) -> str:
    """Return the one sentence that sums a stretch up, or why it is hidden."""
    if report.mood is None or report.hidden:
        return _hidden(report, language)
    mood = report.mood
    if language == "ko":
        if report.change is None:
            index = attached(signed(mood.value), "이에요/예요")
            return f"기분 지수는 {index}{_range(mood, language)}. 아직 견줄 앞선 기간이 없어요."
        now = attached(signed(mood.value), "으로/로")
        return f"기분 지수는 {now}, {_before_ko(report)}{_korean_change(report, report.change)}."
    index = f"The mood index is {signed(mood.value)}"
    if report.change is None:
        return f"{index}{_range(mood, language)}; there is nothing before to compare it with yet."
    return f"{index}, {_english_change(report, report.change)}."


def stretch_lines(report: StretchReport, language: str) -> tuple[str, ...]:
    """Return the numbers with their intervals, one finding a line; nothing for a hidden one."""
    rows = (text for _, text in emotion_rows(report, language))
    return (*mood_lines(report, language), *rows)


def mood_lines(report: StretchReport, language: str) -> tuple[str, ...]:
    """Return the numbers but for those of emotions."""
    if report.hidden or report.mood is None:
        return ()
    korean = language == "ko"
    lines = [
        counts_line(report.messages, report.people, language),
        _index(report.mood, language),
    ]
    if report.before is not None and report.change is not None:
        before, change = ("이전", "차이") if korean else ("Before", "change")
        lines.append(
            f"{before} {signed(report.before.value)} · {change} {signed(report.change.value)}"
            f"{_range(report.change, language)}"
        )
    lines += [wording_of(language).labels.rejudged] if report.rejudged else []
    return tuple(lines)


def _index(mood: Estimate, language: str) -> str:
    name = "기분 지수" if language == "ko" else "Mood index"
    return f"{name} {signed(mood.value)}{_range(mood, language)}"


def emotion_rows(report: StretchReport, language: str) -> tuple[tuple[float | None, str], ...]:
    """Return the largest shares, each with its line; a note has no share."""
    if report.hidden or report.mood is None:
        return ()
    top = largest(report.shares, _TOP)
    if not top:
        return ((None, no_emotions(language)),)
    rows: list[tuple[float | None, str]] = []
    for each in top:
        if each.share is None:
            continue
        name, share = emotion_name(each.emotion, language), each.share
        span = f"{percent(share.low)}–{percent(share.high)}"
        line = f"{name} {percent(share.value)} ({span})"
        if each.clear and each.usual is not None:
            shift = shift_of(each)
            line += f" · {shift.before} → {shift.after}"
        rows.append((share.value, line))
    note = partly_note(report.telling, language)
    return (*rows, *([(None, note)] if note else []))


def _korean_headline(report: StretchReport, noun: str) -> str:
    if report.change is None:
        return f"{period_name(report.period, 'ko')}의 기분이에요"
    most = most_changed(report.shares)
    if report.changed:
        return f"그 전보다 {'밝은' if report.change.value > 0 else '가라앉은'} {noun}"
    if most is not None:
        return emotion_moved(most, emotion_name(most.emotion, "ko"), noun)
    return f"그 전과 뚜렷한 차이가 없는 {noun}"


def _was(report: StretchReport) -> str:
    """Return the verb of a stretch that goes on, or is over."""
    return "이에요" if report.partial else "이었어요"


def _english_headline(report: StretchReport) -> str:
    if report.change is None:
        return f"The mood of {period_name(report.period, 'en')}"
    month = isinstance(report.period, Month)
    most = most_changed(report.shares)
    if not report.changed and most is not None:
        shift = shift_of(most)
        than = "in the month before" if month else "before"
        return f"{more_or_less(most)} than {than}: {shift.before} → {shift.after}"
    if not report.changed:
        return "No clear change from the month before" if month else "No clear change from before"
    way = "brighter" if report.change.value > 0 else "more subdued"
    return f"A {way} month than the one before" if month else f"{way.capitalize()} than before"


def _before_ko(report: StretchReport) -> str:
    before = signed(report.before.value) if report.before is not None else ""
    return f"앞선 기간({before})"


def _is_same(report: StretchReport, change: Estimate) -> bool:
    """Return whether a change is known to be too small to speak of."""
    return not report.changed and (change.clears(0.0) or is_tight(change))


def _korean_change(report: StretchReport, change: Estimate) -> str:
    if _is_same(report, change):
        return f"과 거의 같아요(차이의 95% 구간 {interval(change, ' ~ ')})"
    if not change.clears(0.0):
        difference = attached(signed(change.value), "은/는")
        return f"과의 차이 {difference} 우연히 생길 수 있는 크기예요{_range(change, 'ko')}"
    way = "높아요" if change.value > 0 else "낮아요"
    return f"보다 {abs(change.value):.2f} {way}{_range(change, 'ko')}"


def _english_change(report: StretchReport, change: Estimate) -> str:
    days = report.period.days if isinstance(report.period, DayRange) else 0
    before = _plural(days, "day", "days") + " before" if days else "month before"
    usual = f" ({signed(report.before.value)})" if report.before is not None else ""
    if _is_same(report, change):
        return f"much the same as the {before}{usual}{_range(change, 'en')}"
    if not change.clears(0.0):
        return (
            f"and the difference of {signed(change.value)} from the {before}{usual} may be chance"
            f"{_range(change, 'en')}"
        )
    way = "above" if change.value > 0 else "below"
    return f"{abs(change.value):.2f} {way} the {before}{usual}{_range(change, 'en')}"


def _hidden(report: StretchReport, language: str) -> str:
    if language == "ko":
        if report.messages == 0:
            return "이 기간에는 들은 메시지가 없어요."
        return (
            f"이야기한 사람이 {report.minimum_group}명보다 적어서, 누구의 마음도 드러나지 않도록 "
            "숫자를 숨겼어요."
        )
    if report.messages == 0:
        return "No messages were measured in this time."
    return (
        f"Fewer than {report.minimum_group} people wrote, so the numbers are hidden: "
        "nobody's mood should stand out."
    )


def _range(estimate: Estimate, language: str) -> str:
    if language == "ko":
        return f"(95% 구간 {interval(estimate, ' ~ ')})"
    return f" (95% interval {interval(estimate, ' to ')})"


def _plural(count: int, one: str, many: str) -> str:
    return f"{number(count, 'en')} {one if count == 1 else many}"


def _days(days: DayRange, language: str) -> str:
    first, last = days.first, days.last
    years = first.year != last.year
    if language == "ko":
        start, end = _korean_day(first, years=years), _korean_day(last, years=years)
    else:
        start, end = _english_day(first, years=years), _english_day(last, years=years)
    return start if first == last else f"{start} – {end}"


def _korean_day(day: date, *, years: bool) -> str:
    return (f"{day.year}년 " if years else "") + f"{day.month}월 {day.day}일"


def _english_day(day: date, *, years: bool) -> str:
    return f"{day.day} {months('en')[day.month - 1]}" + (f" {day.year}" if years else "")
