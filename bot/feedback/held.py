"""Readings that can still be judged: in memory, for a quarter of an hour, and not many."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from classifiers.classifier import Evidence
from classifiers.emotion import Emotion
from classifiers.prediction import Prediction

HELD_FOR: Final = timedelta(minutes=15)
MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading, as it was told to the author of the text.

    Attributes:
        guild_id: Where.
        user_id: Who wrote the text, and reads this.
        message_id: The message, or the interaction in which the text was typed.
        text: The text; it is kept nowhere unless its author adds it to the training set.
        judged: What the classifier said.
        told: What the author was told: the same, or what the guild's feedback makes of it.
        evidence: Why; ``None`` from a classifier that cannot explain.
        at: When.
        corrected: What the author says it is; ``None`` before they said anything.
        given: Whether the author added the text to the training set.
    """

    guild_id: int
    user_id: int
    message_id: int
    text: str
    judged: Prediction
    told: Prediction
    evidence: tuple[Evidence, ...] | None
    at: datetime
    corrected: Emotion | None = None
    given: bool = False


class HeldReadings:
    """Readings by a name that stands in their buttons."""

    def __init__(self) -> None:
        self._readings: OrderedDict[str, Reading] = OrderedDict()

    def __len__(self) -> int:
        return len(self._readings)

    def hold(self, reading: Reading) -> str:
        """Keep a reading and return its name; the oldest go when there are too many."""
        self._drop_old(reading.at)
        name = secrets.token_urlsafe(9)
        self._readings[name] = reading
        while len(self._readings) > MOST:
            self._readings.popitem(last=False)
        return name

    def get(self, name: str, user_id: int, now: datetime) -> Reading | None:
        """Return a reading to whom it was told; ``None`` when it is gone, or somebody else's."""
        self._drop_old(now)
        reading = self._readings.get(name)
        return reading if reading is not None and reading.user_id == user_id else None

    def put(self, name: str, reading: Reading) -> None:
        """Replace a reading that is still held."""
        if name in self._readings:
            self._readings[name] = reading

    def _drop_old(self, now: datetime) -> None:
        while self._readings:
            name, oldest = next(iter(self._readings.items()))
            if now - oldest.at < HELD_FOR:
                return
            del self._readings[name]
