"""Words on check-ins."""

from __future__ import annotations

from reports.bootstrap import Estimate
from reports.checkins.values import CheckinWeek
from reports.report import WeeklyReport
from reports.wording.calendar import number
from reports.wording.numbers import interval, signed


def checkin_lines(report: WeeklyReport, language: str) -> tuple[str, ...]:
    """Return the findings on check-ins, one a line; nothing where nobody answered."""
    found = report.checkins
    if found is None or found.mood is None:
        return ()
    lines = [mood_line(found, found.mood, language)]
    if found.agreement is not None:
        lines.append(agreement_line(found.agreement, language))
    return tuple(lines)


def too_few_line(found: CheckinWeek, language: str) -> str:
    """Return that too few people answered."""
    if language == "ko":
        return f"체크인에 답한 사람이 {found.needed}명보다 적어서 숨겼어요"
    return f"Check-ins are hidden: fewer than {found.needed} people answered"


def mood_line(found: CheckinWeek, mood: Estimate, language: str) -> str:
    """Return the mean of the faces with its interval, beside what is usual."""
    if language == "ko":
        usual = f", 평소 {signed(found.usual)}" if found.usual is not None else ""
        return (
            f"체크인에 답한 약 {number(found.people, 'ko')}명이 고른 기분: "
            f"{signed(mood.value)} ({interval(mood, ' ~ ')}{usual})"
        )
    usual = f", usually {signed(found.usual)}" if found.usual is not None else ""
    return (
        f"About {number(found.people, 'en')} people who checked in say "
        f"{signed(mood.value)} ({interval(mood, ' to ')}{usual})"
    )


def agreement_line(agreement: Estimate, language: str) -> str:
    """Return how far faces and measured mood go together."""
    if language == "ko":
        figures = f"상관 {signed(agreement.value)}, {interval(agreement, ' ~ ')}"
        if agreement.low > 0:
            return f"고른 기분과 측정된 기분은 같은 방향으로 움직여요 ({figures})"
        if agreement.high < 0:
            return f"고른 기분과 측정된 기분이 서로 반대로 움직여요 ({figures})"
        return f"고른 기분과 측정된 기분이 함께 움직이는지는 분명하지 않아요 ({figures})"
    figures = f"correlation {signed(agreement.value)}, {interval(agreement, ' to ')}"
    if agreement.low > 0:
        return f"What people say and what is measured go together ({figures})"
    if agreement.high < 0:
        return f"What people say and what is measured go opposite ways ({figures})"
    return f"Whether what people say and what is measured go together is not clear ({figures})"
