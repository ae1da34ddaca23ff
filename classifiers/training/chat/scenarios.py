"""The scenarios of the chat corpus, and which part each belongs to.

Parts are cut by scenario, so that no line of the test part has a sibling in training. Of the ten
scenarios of the first nine topics the last two are ``test``, the one before is ``dev``, the others
``train``. The topics that came later have no ``test``, which stays what it was: their last
scenario is ``dev``, the others are ``train``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SCENARIOS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "study": (
            "exam-results", "study-group", "homework", "lecture", "thesis",
            "presentation", "exchange-student", "library", "coding-camp", "language-learning",
        ),
        "work": (
            "deadline", "job-interview", "boss", "coworker", "pay",
            "overtime", "meeting", "promotion", "layoffs", "first-day",
        ),
        "games": (
            "ranked-match", "raid", "gacha", "teammate", "new-release",
            "speedrun", "server-down", "tournament", "trade", "board-game",
        ),
        "family": (
            "parents", "siblings", "pet", "wedding", "grandparents",
            "moving-out", "newborn", "holidays", "chores", "family-argument",
        ),
        "health": (
            "sleep", "gym", "dentist", "hospital", "diet",
            "cold-flu", "injury", "mental-load", "checkup", "allergy",
        ),
        "code": (
            "deploy", "bug", "code-review", "refactor", "merge-conflict",
            "outage", "tests", "new-library", "pair-programming", "open-source",
        ),
        "food": (
            "delivery", "cooking", "restaurant", "cafe", "late-night-snack",
            "spicy-food", "baking", "convenience-store", "leftovers", "vegetarian",
        ),
        "love": (
            "crush", "date", "breakup", "anniversary", "confession",
            "long-distance", "dating-app", "jealousy", "proposal", "friend-zone",
        ),
        "news": (
            "weather", "sports", "economy", "accident", "science",
            "celebrity", "prices", "transport", "local-event", "space",
        ),
    }
)  # fmt: skip
"""Slugs by topic, in the order that decides the parts; never reorder, never insert."""

LATER: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "friends": (
            "group-chat", "birthday", "plans", "secret", "quarrel",
            "reunion", "roommate", "party", "rumour", "borrowing",
        ),
        "daily": (
            "morning", "commute", "laundry", "weekend", "neighbours",
            "lost-things", "bills", "small-wins", "queue", "evening",
        ),
        "reactions": (
            "greeting", "agreement", "one-word", "laughter", "crying",
            "grumbling", "disbelief", "check-in", "goodnight", "replies",
        ),
        "hobbies": (
            "music", "series", "books", "drawing", "photography",
            "crafts", "concert", "team-sport", "collecting", "streaming",
        ),
        "community": (
            "rules", "newcomers", "moderation", "events", "bots",
            "voice-chat", "spam", "feedback", "roles", "milestones",
        ),
        "retrospective": (
            "weekly-review", "goals", "study-log", "burnout", "habit",
            "mentor", "team-project", "gratitude", "mistakes", "next-week",
        ),
        "money": (
            "shopping", "refund", "rent", "savings", "scam",
            "subscription", "stocks", "gifts", "second-hand", "payday",
        ),
        "travel": (
            "airport", "hotel", "luggage", "train", "road-trip",
            "camping", "visa", "sightseeing", "beach", "homecoming",
        ),
        "school": (
            "teachers", "classmates", "club", "dorm", "scholarship",
            "graduation", "entrance", "seating", "cafeteria", "field-trip",
        ),
        "tech": (
            "phone-update", "laptop", "wifi", "printer", "keyboard",
            "ai-tools", "password", "backup", "app", "data-loss",
        ),
        "home": (
            "cleaning", "plants", "noise", "insects", "furniture",
            "heating", "leak", "parcels", "visitors", "mould",
        ),
        "self": (
            "looks", "mood", "memory", "birthday-alone", "future",
            "regret", "confidence", "illness", "dreams", "compliments",
        ),
        "faces": ("alone", "in-a-line"),
    }
)  # fmt: skip
"""Slugs of the later topics, in the order that decides the parts."""

DEV_AT: Final = -3
TEST_FROM: Final = -2


def split_of(scenario: str) -> str:
    """Return ``train``, ``dev`` or ``test`` for a ``topic/slug``.

    Raises:
        KeyError: There is no such scenario.
    """
    return _SPLITS[scenario]


def _splits() -> dict[str, str]:
    splits: dict[str, str] = {}
    for topic, slugs in SCENARIOS.items():
        splits |= {f"{topic}/{slug}": "train" for slug in slugs[:DEV_AT]}
        splits[f"{topic}/{slugs[DEV_AT]}"] = "dev"
        splits |= {f"{topic}/{slug}": "test" for slug in slugs[TEST_FROM:]}
    for topic, slugs in LATER.items():
        splits |= {f"{topic}/{slug}": "train" for slug in slugs[:-1]}
        splits[f"{topic}/{slugs[-1]}"] = "dev"
    return splits


_SPLITS: Final = _splits()
