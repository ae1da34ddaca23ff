"""From texts to predictions: sentences, temperature, other languages, valence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.embedded.model import Model
from classifiers.embedded.sentences import sentences
from classifiers.embedded.weights import Card, load
from classifiers.emotion import EMOTIONS, Emotion
from classifiers.heads import Head
from classifiers.language import detect
from classifiers.prediction import Prediction
from classifiers.text import normalise

Floats = NDArray[np.float32]

EMOTION_HEAD: Final = "emotions"
"""The head of the nine classes, its labels in canonical order."""

FOREIGN_TRUST: Final = 0.3
"""How much of a verdict on a language that the model was not made for is believed; the rest is
neutral. Emoji and borrowed words still say something there."""

VALENCES: Final[Mapping[Emotion, float]] = {
    Emotion.ANGER: -0.8,
    Emotion.DISGUST: -0.8,
    Emotion.FEAR: -0.6,
    Emotion.JOY: 0.9,
    Emotion.SADNESS: -0.7,
    Emotion.SURPRISE: 0.1,
    Emotion.HURT: -0.75,
    Emotion.EMBARRASSMENT: -0.4,
    Emotion.NEUTRAL: 0.0,
}
"""How pleasant each emotion is, in the order that the circumplex model of affect gives them."""

NEUTRAL_AT: Final = EMOTIONS.index(Emotion.NEUTRAL)
PLEASANTNESS: Final = np.array([VALENCES[emotion] for emotion in EMOTIONS], np.float32)


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence of a long message, or a short message whole.

    Attributes:
        text: Normalised.
        prediction: What the model says of it alone.
    """

    text: str
    prediction: Prediction


@dataclass(frozen=True, slots=True)
class _Cut:
    """Texts in pieces.

    Attributes:
        pieces: The pieces of all texts.
        starts: int64[texts], the first piece of each.
        shares: float32[pieces, 1], what each piece weighs in its text; they sum to 1 a text.
    """

    pieces: list[str]
    starts: NDArray[np.int64]
    shares: Floats

    def joined(self, values: Floats) -> Floats:
        """Return float32[texts, k], the weighted means of float32[pieces, k]."""
        if len(self.starts) == len(self.pieces):
            return values
        return np.add.reduceat(values * self.shares, self.starts, axis=0)


class EmbeddedPredictor:
    """The synchronous heart; it holds no state that a text could change."""

    def __init__(self, path: Path, model_id: str | None = None) -> None:
        weights = load(path)
        self._model = Model(weights)
        self._card = weights.card
        self._model_id = model_id or model_name(weights.card)
        self._heads = {head.name: head for head in weights.card.heads}

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return one prediction a text, in order.

        A long message is judged sentence by sentence: its probabilities are the mean of its
        sentences', each weighing as much as it is long.
        """
        if not texts:
            return []
        plain = [normalise(text).text for text in texts]
        languages = [detect(text) for text in plain]
        cut = _cut(plain)
        counts = np.diff(np.append(cut.starts, len(cut.pieces))).tolist()
        pairs = zip(languages, counts, strict=True)
        spoken = [language for language, count in pairs for _ in range(count)]
        return self._predictions(cut.joined(self._emotions(cut.pieces, spoken)), languages)

    def sentences(self, text: str) -> list[Piece]:
        """Return the pieces that a text is judged by, each with its own prediction."""
        pieces = sentences(normalise(text).text)
        languages = [detect(piece) for piece in pieces]
        predictions = self._predictions(self._emotions(pieces, languages), languages)
        return [Piece(*pair) for pair in zip(pieces, predictions, strict=True)]

    def predict_head(self, name: str, texts: Sequence[str]) -> Floats:
        """Return float32[texts, labels], the probabilities of one head."""
        head = self._heads[name]
        if not texts:
            return np.empty((0, len(head.labels)), np.float32)
        cut = _cut([normalise(text).text for text in texts])
        scores = self._scores(cut.pieces)[0][:, self._model.columns[name]]
        return cut.joined(logistic(scores) if head.multi_label else softmax(scores))

    def _emotions(self, pieces: Sequence[str], languages: Sequence[str]) -> Floats:
        scores, known = self._scores(pieces)
        emotions = scores[:, self._model.columns[EMOTION_HEAD]]
        usual = self._card.temperatures["und"]
        heat = [self._card.temperatures.get(language, usual) for language in languages]
        chances = softmax(emotions / np.array(heat, np.float32)[:, None])
        trust = np.array(
            [self._trust(*pair) for pair in zip(pieces, languages, strict=True)], np.float32
        )
        trust[known <= 0] = 0
        chances *= trust[:, None]
        chances[:, NEUTRAL_AT] += 1 - trust
        return chances

    def _scores(self, pieces: Sequence[str]) -> tuple[Floats, Floats]:
        return self._model.scores([f" {piece.lower()} " for piece in pieces])

    def _trust(self, piece: str, language: str) -> float:
        if language in self._card.languages:
            return 1.0
        return FOREIGN_TRUST if any(map(str.isalpha, piece)) else 1.0

    def _predictions(self, chances: Floats, languages: Sequence[str]) -> list[Prediction]:
        valences = np.clip(chances @ PLEASANTNESS, -1, 1).tolist()
        rows = map(tuple, chances.tolist())
        name = self._model_id
        return [
            Prediction(row, valence, language, name)
            for row, valence, language in zip(rows, valences, languages, strict=True)
        ]


def model_name(card: Card) -> str:
    """Return the identifier that predictions carry."""
    return f"embedded@{card.version}"


def heads_of(card: Card) -> dict[str, Head]:
    """Return the heads beside the emotions, by name."""
    return {head.name: head for head in card.heads if head.name != EMOTION_HEAD}


def softmax(scores: Floats) -> Floats:
    """Return probabilities over the last axis."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return as_floats(raised / raised.sum(axis=1, keepdims=True))


def logistic(scores: Floats) -> Floats:
    """Return a probability for each score."""
    return as_floats(1 / (1 + np.exp(-np.clip(scores, -30, 30))))


def as_floats(values: NDArray[Any]) -> Floats:
    """Return values as 32-bit floats."""
    return values.astype(np.float32, copy=False)


def _cut(texts: Sequence[str]) -> _Cut:
    parts = [sentences(text) for text in texts]
    pieces = [piece for part in parts for piece in part]
    counts = np.fromiter(map(len, parts), np.int64, len(parts))
    starts = np.cumsum(counts) - counts
    lengths = np.fromiter((len(piece) + 1 for piece in pieces), np.float32, len(pieces))
    shares = lengths / np.repeat(np.add.reduceat(lengths, starts), counts)
    return _Cut(pieces, starts, shares[:, None].astype(np.float32))
