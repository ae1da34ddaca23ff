"""What a check says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.settings import Settings


class Status(StrEnum):
    """How grave a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check, in the reader's language.

    Attributes:
        name: What was looked at.
        status: ``fail`` keeps the bot, or its reports, from working.
        detail: What was seen.
        advice: What to do about it; empty when nothing is to be done.
    """

    name: str
    status: Status
    detail: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Chooses between the Korean and the English form of a sentence.

    Attributes:
        language: ``ko`` or ``en``.
    """

    language: str

    def __call__(self, korean: str, english: str) -> str:
        """Return the form in the reader's language."""
        return korean if self.language == "ko" else english


Check = Callable[[Settings, Speaker], Awaitable[Finding]]
