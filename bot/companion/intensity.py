"""How strongly something was said: by its signs, and by words that make stronger."""

from __future__ import annotations

import re
from typing import Final

from classifiers.emotion import Emotion
from classifiers.prediction import Prediction
from classifiers.text import normalise

STRONG: Final = re.compile(
    r"너무|진짜|정말|완전|엄청|개(?:빡|열|짜증|좋|웃)|존나|ㅈㄴ|겁나|미치|미쳤|죽겠|도저히|제발"
    r"|\b(?:so|very|really|extremely|totally|absolutely|fucking|damn|hell|hate|furious|terrified"
    r"|devastated|heartbroken|ecstatic|thrilled|worst|best|unbearable|never|can'?t)\b",
    re.IGNORECASE,
)
SHOUTED: Final = re.compile(r"\b[A-Z]{3,}\b")
EXCLAIMED: Final = re.compile(r"!{2,}|\?!|!\?")
TEARS: Final = 2
LONG_LAUGHTER: Final = 5
STRONG_VALENCE: Final = 0.65
ENOUGH: Final = 2
"""Signs that make it intense."""


def is_intense(text: str, prediction: Prediction | None) -> bool:
    """Tell whether a text was said with force: at least two signs of it."""
    seen = normalise(text)
    signs = len(STRONG.findall(seen.text))
    signs += bool(EXCLAIMED.search(text)) + bool(SHOUTED.search(text))
    signs += (seen.tears >= TEARS) + (seen.elongations > 0) + (seen.laughter >= LONG_LAUGHTER)
    if prediction is not None and prediction.label not in (None, Emotion.NEUTRAL):
        signs += abs(prediction.valence) >= STRONG_VALENCE
    return signs >= ENOUGH
