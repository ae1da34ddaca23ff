"""What is said, where, and how it was heard. All frozen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.companion.crisis import Crisis
from bot.companion.occasions import Occasion
from classifiers.emotion import Emotion


class Setting(StrEnum):
    """The kind of place where somebody speaks to the bot."""

    COMMAND = "command"
    CHANNEL = "channel"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation goes on; what is said in one place is not known in another.

    Attributes:
        setting: The kind of place.
        place_id: The server of a command, the channel of a mention, 0 for direct messages.
    """

    setting: Setting
    place_id: int = 0

    @property
    def private(self) -> bool:
        """Whether only the person and the bot read along."""
        return self.setting is not Setting.CHANNEL


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something that somebody said to the bot.

    Attributes:
        user_id: Discord snowflake.
        place: Where.
        text: As it was typed.
        language: ``ko`` or ``en``: to answer in where the words do not tell.
        measured: False for somebody who opted out of measurement: no word is kept then, not even
            in memory.
    """

    user_id: int
    place: Place
    text: str
    language: str
    measured: bool = True


@dataclass(frozen=True, slots=True)
class Heard:
    """What was understood.

    Attributes:
        words: What was said, without markup, mentions and links.
        language: ``ko`` or ``en``.
        emotion: ``None`` when the classifier is not sure.
        intense: Whether it was said with force.
        occasion: What is done by saying it, where that is more than telling.
    """

    words: str
    language: str
    emotion: Emotion | None
    intense: bool
    occasion: Occasion | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot says.

    Attributes:
        text: A reply; empty in a crisis, when the help is said instead.
        language: ``ko`` or ``en``.
        crisis: What spoke for a crisis, if anything did.
        first: Whether it opens a conversation.
        careful: Whether a helpline belongs into the small print: after a crisis in this private
            conversation, or where what was heard is heavy. The rules for a crisis miss some.
        urgent: Whether an emergency number belongs there: violence, or a body in trouble.
    """

    text: str
    language: str
    crisis: Crisis | None = None
    first: bool = False
    careful: bool = False
    urgent: bool = False
