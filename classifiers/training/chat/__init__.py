"""A corpus of labelled chat lines of our own, Korean and English; see ``GUIDE.md`` beside it."""

from __future__ import annotations

from classifiers.training.chat.corpus import (
    ChatLine,
    CorpusError,
    chat_dataset,
    load_chat,
    read_lines,
)
from classifiers.training.chat.scenarios import LATER, SCENARIOS, split_of

__all__ = [
    "LATER",
    "SCENARIOS",
    "ChatLine",
    "CorpusError",
    "chat_dataset",
    "load_chat",
    "read_lines",
    "split_of",
]
