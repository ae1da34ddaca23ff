"""What was said a moment ago, in memory only, bounded, and gone after half an hour."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from bot.companion.occasions import LASTING, Occasion
from bot.companion.values import Place
from classifiers.emotion import Emotion

LIFE: Final = 29 * 60.0
"""Seconds that a turn is kept; with the sweep every minute nothing gets older than half an hour."""

MOST_TURNS: Final = 8
MOST_CONVERSATIONS: Final = 2000
LONGEST_WORDS: Final = 600
"""Characters of a turn that are kept for an engine that continues a conversation."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that was said, and the answer.

    Attributes:
        at: Seconds of a clock that never goes back.
        emotion: What was heard; ``None`` when that was not clear.
        words: What was said; ``None`` where no engine needs it, or the person opted out.
        answer: What the bot said; ``None`` likewise.
        occasion: What was done by saying it, beside feeling.
    """

    at: float
    emotion: Emotion | None
    words: str | None = None
    answer: str | None = None
    occasion: Occasion | None = None


@dataclass(slots=True)
class Conversation:
    """One person in one place.

    Attributes:
        turns: The last few.
        used: Replies that were given, the latest last, so that none comes twice.
        careful: Whether a crisis came up.
        touched: When something was last said, in seconds.
    """

    turns: deque[Turn] = field(default_factory=lambda: deque(maxlen=MOST_TURNS))
    used: list[int] = field(default_factory=list)
    careful: bool = False
    touched: float = 0.0

    @property
    def fresh(self) -> bool:
        """Whether nothing was answered yet."""
        return not self.turns

    @property
    def about(self) -> Occasion | None:
        """What the conversation stays about: the last grief or danger that was told in it."""
        return next((t.occasion for t in reversed(self.turns) if t.occasion in LASTING), None)

    @property
    def mood(self) -> Emotion | None:
        """The feeling that was heard last."""
        return next((t.emotion for t in reversed(self.turns) if t.emotion is not None), None)

    def be_careful(self, moment: float) -> None:
        """Note that a crisis came up at a moment."""
        self.careful = True
        self.touched = moment

    def add(self, turn: Turn) -> None:
        """Remember a turn."""
        self.turns.append(turn)
        self.touched = turn.at

    def drop_before(self, moment: float) -> None:
        """Forget turns older than a moment."""
        while self.turns and self.turns[0].at < moment:
            self.turns.popleft()


class Conversations:
    """Every conversation that goes on; the one that was silent longest makes room."""

    def __init__(self, now: Callable[[], float], most: int = MOST_CONVERSATIONS) -> None:
        self._now = now
        self._most = most
        self._kept: OrderedDict[tuple[int, Place], Conversation] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def known(self, user_id: int) -> bool:
        """Tell whether anything is remembered of a person."""
        return any(key[0] == user_id for key in self._kept)

    def of(self, user_id: int, place: Place) -> Conversation:
        """Return the conversation of a person in a place, a new one if there is none."""
        self.sweep()
        key = (user_id, place)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = Conversation(touched=self._now())
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return found

    def sweep(self) -> None:
        """Forget what is too old."""
        oldest = self._now() - LIFE
        for key, conversation in list(self._kept.items()):
            conversation.drop_before(oldest)
            if conversation.touched < oldest:
                del self._kept[key]

    def forget(self, user_id: int, place: Place | None = None) -> bool:
        """Forget what a person said in a place, or anywhere; return whether there was anything."""
        keys = [key for key in self._kept if key[0] == user_id and place in (None, key[1])]
        for key in keys:
            del self._kept[key]
        return bool(keys)
