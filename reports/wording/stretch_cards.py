"""The words of the pictures of a month or a run of days, in Korean and English."""

from __future__ import annotations

from datetime import date

from reports.monthly import Month, StretchReport
from reports.report import EmotionShare
from reports.stretch_runs import StretchRun
from reports.wording import emotion_name
from reports.wording.calendar import months
from reports.wording.numbers import largest, percent, signed
from reports.wording.shifts import shift_of
from reports.wording.stretches import stretch_sentence

_TOP = 3


def mood_title(report: StretchReport, language: str) -> str:
    """Return the title of the card on moods."""
    month = isinstance(report.period, Month)
    if language == "ko":
        return "한 달의 기분" if month else "이 기간의 기분"
    return "Mood over the month" if month else "Mood over these days"


def mood_caption(report: StretchReport, language: str) -> str:
    """Return what the mood is compared with."""
    if report.before is None or report.change is None:
        return nothing_before(language)
    before, change = signed(report.before.value), signed(report.change.value)
    if language == "ko":
        return f"이전 {before} · 차이 {change}"
    return f"before {before} · change {change}"


def nothing_before(language: str) -> str:
    """Return that there is nothing to compare with."""
    return "견줄 앞선 기간이 없어요" if language == "ko" else "nothing before to compare with"


def mix_caption(share: EmotionShare | None, language: str) -> str:
    """Return the change of a share, or that none is clear."""
    if share is None or share.share is None or share.usual is None:
        return "뚜렷한 변화는 없어요" if language == "ko" else "no clear change"
    shift = shift_of(share)
    if language == "ko":
        return f"앞선 기간 {shift.before}, 이 기간 {shift.after}"
    return f"before {shift.before}, now {shift.after}"


def mood_note(report: StretchReport, language: str) -> str:
    """Return how to read the card on moods."""
    korean = language == "ko"
    parts = (
        ["선: 하루의 기분", "띠: 95% 구간"] if korean else ["line: each day", "band: 95% interval"]
    )
    if report.before is not None:
        parts.append("점선: 앞선 기간" if korean else "dots: before")
    if any(run.first != run.last for run in report.runs):
        parts.append("사람이 적은 날은 묶었어요" if korean else "few people: days joined")
    note = " · ".join(parts)
    return note[0].upper() + note[1:]


def mix_note(report: StretchReport, language: str) -> str:
    """Return how to read the card on emotions."""
    korean = language == "ko"
    note = (
        "막대: 이 기간 · 가는 선: 95% 구간"
        if korean
        else "Bar: this time · thin line: 95% interval"
    )
    if any(each.usual is not None for each in report.shares):
        note += " · 세로 선: 앞선 기간" if korean else " · upright line: the time before"
    return note


def mood_alt(report: StretchReport, language: str) -> str:
    """Return the card on moods in words, the finding first."""
    highest, lowest = max(report.runs, key=_mood), min(report.runs, key=_mood)
    if language == "ko":
        ends = f"가장 밝은 날은 {run_label(highest, 'ko')}({signed(_mood(highest))}), "
        ends += f"가장 가라앉은 날은 {run_label(lowest, 'ko')}({signed(_mood(lowest))})이에요."
    else:
        ends = f"Brightest on {run_label(highest, 'en')} ({signed(_mood(highest))}), "
        ends += f"lowest on {run_label(lowest, 'en')} ({signed(_mood(lowest))})."
    return f"{stretch_sentence(report, language)} {ends}"


def mix_alt(report: StretchReport, language: str) -> str:
    """Return the card on emotions in words, the finding first."""
    told = ", ".join(
        f"{emotion_name(each.emotion, language)} {percent(each.share.value)}"
        for each in largest(report.shares, _TOP)
        if each.share is not None
    )
    if language == "ko":
        return f"감정의 비율을 큰 것부터 적으면 {told}예요."
    return f"Shares of emotions, the largest first: {told}."


def day_label(day: date, language: str) -> str:
    """Return a day without its year, short enough for an axis."""
    if language == "ko":
        return f"{day.month}월 {day.day}일"
    return f"{day.day} {months('en', short=True)[day.month - 1]}"


def run_label(run: StretchRun, language: str) -> str:
    """Return the days of a run."""
    first = day_label(run.first, language)
    if run.first == run.last:
        return first
    if run.first.month != run.last.month:
        return f"{first} – {day_label(run.last, language)}"
    if language == "ko":
        return f"{first}–{run.last.day}일"
    return f"{run.first.day}–{day_label(run.last, 'en')}"


def _mood(run: StretchRun) -> float:
    return run.mood.value
