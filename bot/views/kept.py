"""What is kept about a member, and what was deleted of it, kind by kind and in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from bot.i18n import Phrases
from bot.privacy import CHANGES, ROLES

Words = Callable[[Phrases, int], str]


def _records(say: Phrases, count: int) -> str:
    return say.plural("{count} record of a message", "{count} records of messages", count)


def _own_mood(say: Phrases, count: int) -> str:
    del count
    return say("your choice to see your own mood")


def _links(say: Phrases, count: int) -> str:
    del count
    return say("your choice that reports may link to your joyful messages")


def _consents(say: Phrases, count: int) -> str:
    del count
    return say("that you agreed to be measured")


def _feedback(say: Phrases, count: int) -> str:
    return say.plural("{count} opinion on a result", "{count} opinions on results", count)


def _checkins(say: Phrases, count: int) -> str:
    return say.plural("{count} answer to a check-in", "{count} answers to check-ins", count)


def _roles(say: Phrases, count: int) -> str:
    return say.plural(
        "your name in {count} setting of the server",
        "your name in {count} settings of the server",
        count,
    )


def _changes(say: Phrases, count: int) -> str:
    return say.plural(
        "your name at {count} change of a setting",
        "your name at {count} changes of settings",
        count,
    )


WORDS: Final[Mapping[str, Words]] = {
    "records": _records,
    "own_mood": _own_mood,
    "links": _links,
    "consents": _consents,
    "feedback": _feedback,
    "checkins": _checkins,
    ROLES: _roles,
    CHANGES: _changes,
}
"""How each kind of ``storage.personal_data.PERSONAL`` is called; a test wants all of them."""


def kinds(counts: Mapping[str, int], say: Phrases) -> list[str]:
    """Return a line for each kind of which there is something, in a fixed order."""
    return [words(say, counts[name]) for name, words in WORDS.items() if counts.get(name)]
