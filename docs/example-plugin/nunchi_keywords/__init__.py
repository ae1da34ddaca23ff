"""A classifier that counts words of a list: the smallest plug-in that is of some use."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from classifiers.plugins import (
    BackendUnavailable,
    Emotion,
    LocalClassifier,
    ModelInfo,
    Options,
    Prediction,
    detect,
    said,
)

BUILT_IN = Path(__file__).with_name("words.tsv")
LABELS = (Emotion.ANGER, Emotion.FEAR, Emotion.JOY, Emotion.SADNESS, Emotion.NEUTRAL)
PLEASANT = {Emotion.JOY: 1.0, Emotion.NEUTRAL: 0.0}


class Keywords(LocalClassifier):
    """Reads lines of ``emotion<TAB>word`` and looks for these words."""

    api_version = 1

    def __init__(self, path: Path, weight: float) -> None:
        super().__init__(ModelInfo("keywords", "unread", ("ko", "en"), LABELS))
        self._path = path
        self._weight = weight
        self._words: list[tuple[Emotion, str]] = []

    def load(self) -> None:
        """Read the words; the version follows from them, so another list is another model."""
        try:
            text = self._path.read_text("utf-8")
            rows = [line.split("\t") for line in text.splitlines() if line.strip()]
            self._words = [(Emotion(emotion), word.lower()) for emotion, word in rows]
        except (OSError, ValueError) as error:
            msg = f"{self._path} cannot be read: it must hold lines of emotion, tab, word"
            raise BackendUnavailable(msg) from error
        version = hashlib.sha256(f"{self._weight}\n{text}".encode()).hexdigest()[:8]
        self.describe(ModelInfo("keywords", version, ("ko", "en"), LABELS))

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Judge each text; runs in a worker thread."""
        return [self._judged(text) for text in texts]

    def _judged(self, text: str) -> Prediction:
        words = said(text).lower()
        found = Counter(emotion for emotion, word in self._words if word in words)
        counts = {label: self._weight * found[label] for label in LABELS} | {Emotion.NEUTRAL: 1.0}
        total = sum(counts.values())
        shares = {label: count / total for label, count in counts.items()}
        valence = sum(share * PLEASANT.get(label, -1.0) for label, share in shares.items())
        return Prediction.of(shares, valence=valence, language=detect(text), model=self.info.model)


def create(options: Mapping[str, str]) -> Keywords:
    """Build the classifier of ``keywords?path=words.tsv&weight=3``; both may be left out."""
    read = Options("keywords", options)
    path = Path(read.text("path") or BUILT_IN)
    weight = read.number("weight", 3.0, 0.0, 100.0)
    read.finish()
    return Keywords(path, weight)
