"""What a guild chose about conversations with the bot."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CompanionSettings:
    """Whether the bot answers members who speak to it.

    Attributes:
        talk: Whether ``/talk`` and mentions are answered; both only ever answer who speaks.
        mentions: Whether a mention is answered in the channel as well.
        country: ISO 3166-1 code for helplines, in capitals; ``None`` leaves it to timezone and
            language.
    """

    talk: bool = True
    mentions: bool = True
    country: str | None = None
