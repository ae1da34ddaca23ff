"""The words for sentiments and languages; those for emotions belong to the reports."""

from __future__ import annotations

from typing import Final

from bot.i18n import Phrases, mark
from classifiers.emotion import Sentiment

SENTIMENT_NAMES: Final = {
    Sentiment.NEGATIVE: mark("negative"),
    Sentiment.NEUTRAL: mark("balanced"),
    Sentiment.POSITIVE: mark("positive"),
}
LANGUAGE_NAMES: Final = {
    "ko": mark("Korean"),
    "en": mark("English"),
    "ja": mark("Japanese"),
    "zh": mark("Chinese"),
    "und": mark("language unknown"),
}


def sentiment_name(sentiment: Sentiment, say: Phrases) -> str:
    """Return the name of a sentiment."""
    return say(SENTIMENT_NAMES[sentiment])


def language_name(code: str, say: Phrases) -> str:
    """Return the name of a language, or its code where we have no name."""
    return say(LANGUAGE_NAMES[code]) if code in LANGUAGE_NAMES else code
