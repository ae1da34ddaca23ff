"""How many messages and people there were, as far as it may be told.

Exact numbers in two reports would tell how much somebody wrote who opted out between them.
"""

from __future__ import annotations

from reports.coverage import rounded_messages, rounded_people
from reports.wording.calendar import number


def counts_line(messages: int, people: int, language: str) -> str:
    """Return how many messages and people there were, in ``ko`` or ``en``."""
    counts = korean_counts if language == "ko" else english_counts
    return counts(messages, people)


def english_counts(messages: int, people: int) -> str:
    """Return such as "About 2,400 messages · 45 people or more", or "12 messages · 6 people"."""
    about = "About " if rounded_messages(messages) >= 100 else ""
    or_more = " or more" if rounded_people(people) >= 10 else ""
    messages, people = rounded_messages(messages), rounded_people(people)
    written = "1 message" if messages == 1 else f"{about}{number(messages, 'en')} messages"
    return f"{written} · " + (
        "1 person" if people == 1 else f"{number(people, 'en')} people{or_more}"
    )


def korean_counts(messages: int, people: int) -> str:
    """Return such as "메시지 약 2,400개 · 45명 이상", or "메시지 12개 · 6명"."""
    about = "약 " if rounded_messages(messages) >= 100 else ""
    or_more = " 이상" if rounded_people(people) >= 10 else ""
    messages, people = rounded_messages(messages), rounded_people(people)
    return f"메시지 {about}{number(messages, 'ko')}개 · {number(people, 'ko')}명{or_more}"
