"""Which classifiers judged the messages of a report.

Two classifiers may call the same texts pleasant to a different degree. So a week that others
judged than those of the weeks before is still compared with them, but the report says so.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np

from storage.records import NO_MODEL, MessageColumns

ALIKE: Final = 0.9
"""The part of two periods that the same classifiers must have judged for them to count as alike."""


class Judges:
    """How many messages each classifier judged, before a moment and from it on."""

    def __init__(self, boundary: int) -> None:
        """Start with no messages.

        Args:
            boundary: Milliseconds since the Unix epoch.
        """
        self._boundary = boundary
        self._before: Counter[str] = Counter()
        self._after: Counter[str] = Counter()

    def count(self, columns: MessageColumns) -> None:
        """Count a batch of messages."""
        later = columns.time >= self._boundary
        places = len(columns.models)
        counts = np.bincount(columns.model + places * later, minlength=2 * places).tolist()
        for counter, side in ((self._before, counts[:places]), (self._after, counts[places:])):
            for model, messages in zip(columns.models, side, strict=True):
                if model != NO_MODEL:
                    counter[model] += messages

    @property
    def changed(self) -> bool:
        """Whether other classifiers judged the later messages than the earlier ones.

        They are alike as far as the shares of the classifiers overlap.
        """
        before, after = self._before.total(), self._after.total()
        if not before or not after:
            return False
        overlap = sum(
            min(count / before, self._after[model] / after) for model, count in self._before.items()
        )
        return overlap < ALIKE
