"""The rule-based backend: Korean and English lexicons, emoji and emoticons, explained."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from classifiers.classifier import Evidence, ModelInfo, ProcessClassifier
from classifiers.language import detect
from classifiers.lexicon.english import English
from classifiers.lexicon.hits import MODIFIER, Hit
from classifiers.lexicon.scanner import Scanner
from classifiers.lexicon.tables import read_table
from classifiers.lexicon.verdict import probabilities, settle, valence
from classifiers.prediction import Prediction
from classifiers.text import NormalisedText, normalise

INFO: Final = ModelInfo("lexicon", "1", ("ko", "en"), max_batch=256)
FULL_EFFECT: Final = 4.0
"""The strongest word of VADER's scale, which evidence shows as 1."""

PUNCTUATION: Final = frozenset("?!")
"""Signs that are read twice: as surprise here, as emphasis by VADER's rules."""

ENGLISH_WORD: Final = re.compile(r"[A-Za-z]{2}")
NOT_LATIN: Final = re.compile("[^\x00-\x7fÀ-ɏ]+")
VARIANTS: Final = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
"""Variation selectors and skin tones: they change how an emoji looks, not what it says."""


class LexiconPredictor:
    """The synchronous heart: tables loaded once, no state that a text could change."""

    def __init__(self) -> None:
        symbols = list(read_table("symbols"))
        self._scanner = Scanner(read_table("korean"), read_table("modifiers"), symbols)
        self._english = English(read_table("english"))

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return one prediction a text, in order."""
        return [self._predict(text) for text in texts]

    def explain(self, text: str) -> list[Evidence]:
        """Return what moved the verdict on a text, in the order of the text."""
        message = normalise(text)
        return [_evidence(hit) for hit in self._hits(message)]

    def _predict(self, text: str) -> Prediction:
        message = normalise(text)
        hits = self._hits(message)
        pleasantness = valence(hits, message.text)
        return Prediction(
            probabilities(hits, pleasantness), pleasantness, detect(message.text), INFO.model
        )

    def _hits(self, message: NormalisedText) -> list[Hit]:
        text = message.text if message.text.isascii() else VARIANTS.sub("", message.text)
        hits = self._scanner.scan(text)
        if ENGLISH_WORD.search(text):
            latin = _latin_part(text, hits)
            if message.elongations:
                latin = self._english.unstretched(latin)
            hits += self._english.scan(latin)
        return settle(hits, message, text)


class LexiconClassifier(ProcessClassifier):
    """Runs the predictor in a process of its own: pure Python work would hold the GIL."""

    def __init__(self) -> None:
        super().__init__(INFO, worker_predictor)

    async def explain(self, text: str) -> Sequence[Evidence]:
        """Return what moved the verdict on a text, in the order of the text.

        Raises:
            ClassificationFailed: The worker died; it is replaced, so the next call may succeed.
        """
        return await self._run(_explain, text)


@cache
def worker_predictor() -> LexiconPredictor:
    """Return the one predictor of a worker process, loaded at its first use."""
    return LexiconPredictor()


def _explain(text: str) -> list[Evidence]:
    return worker_predictor().explain(text)


def _evidence(hit: Hit) -> Evidence:
    effect = max(-1.0, min(1.0, hit.effect / FULL_EFFECT))
    return Evidence(hit.surface, effect, hit.emotion, hit.rule)


def _latin_part(text: str, hits: Sequence[Hit]) -> str:
    """Blank out what is not English and what was read already; positions stay."""
    for hit in hits:
        if hit.rule != MODIFIER and not PUNCTUATION.issuperset(hit.surface):
            text = text[: hit.start] + " " * (hit.end - hit.start) + text[hit.end :]
    return text if text.isascii() else NOT_LATIN.sub(_blank, text)


def _blank(run: re.Match[str]) -> str:
    return " " * len(run.group())
