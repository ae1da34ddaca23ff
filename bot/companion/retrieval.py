"""Which topic somebody speaks of: TF-IDF over character n-grams, word by word.

Character n-grams match what Korean particles and English endings do to a word ("시험이", "exams").
A word of the message is compared with the words of a topic, never the whole message, so that a
long one is not diluted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

SIZES: Final = (1, 2, 3, 4)
MOST_WORDS: Final = 80
WORD: Final = re.compile(r"[^\W_]+")

Matrix = npt.NDArray[np.float32]


def grams(word: str) -> Counter[str]:
    """Return the n-grams of a word with its beginning marked; endings are left open."""
    marked = "^" + word.lower()
    return Counter(
        marked[start : start + size]
        for size in SIZES
        for start in range(len(marked) - size + 1)
        if marked[start : start + size] != "^"
    )


class TopicIndex:
    """Similarity of a message to several topics.

    Args:
        topics: The words of each topic; an empty one is similar to nothing.
    """

    def __init__(self, topics: Sequence[Sequence[str]]) -> None:
        self._count = len(topics)
        words = [(row, grams(word)) for row, topic in enumerate(topics) for word in topic]
        seen = Counter(gram for _, counted in words for gram in counted)
        self._columns = {gram: column for column, gram in enumerate(seen)}
        weights = [np.log((1 + len(words)) / (1 + count)) + 1 for count in seen.values()]
        self._weights = np.array(weights, np.float32)
        self._rows = np.array([row for row, _ in words], np.intp)
        self._words = np.stack([self._vector(counted) for _, counted in words])
        self._lengths = np.array([len(word) for topic in topics for word in topic], np.intp)

    def similar(self, text: str) -> Matrix:
        """Return the likeness of a text to each topic, in [0, 1]: that of its likest word."""
        found = np.zeros(self._count, np.float32)
        words = list(dict.fromkeys(WORD.findall(text)))[:MOST_WORDS]
        if not words:
            return found
        asked = np.stack([self._vector(grams(word)) for word in words])
        # "over" is no "overtime": endings make a word longer, and hardly ever shorter.
        lengths = np.array([len(word) for word in words], np.intp)
        whole = lengths[None, :] >= self._lengths[:, None] - 1
        alike = np.where(whole & (lengths[None, :] > 1), self._words @ asked.T, 0.0)
        np.maximum.at(found, self._rows, alike.max(axis=1))
        return found

    def _vector(self, counted: Counter[str]) -> Matrix:
        vector = np.zeros(len(self._columns), np.float32)
        unknown = 0
        for gram, count in counted.items():
            column = self._columns.get(gram)
            if column is None:
                unknown += count
            else:
                vector[column] = count * self._weights[column]
        # What no topic holds makes a word less alike, at the weight of a rare n-gram.
        length = np.sqrt(float(vector @ vector) + unknown * float(self._weights.max()) ** 2 / 4)
        return np.asarray(vector / length if length else vector, np.float32)
