"""From texts to predictions: sentences, temperature, other languages, valence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.classifier import Evidence
from classifiers.embedded.alone import calibrated_alone, doubted_alone, valence_alone
from classifiers.embedded.contributions import contributions
from classifiers.embedded.features import bordered
from classifiers.embedded.model import Network
from classifiers.embedded.reading import calibrated, doubted, logistic, softmax, valences
from classifiers.embedded.sentences import WHOLE, sentences
from classifiers.embedded.weights import Card, load
from classifiers.emotion import EMOTIONS, Sentiment
from classifiers.heads import Head
from classifiers.language import detect
from classifiers.prediction import Prediction
from classifiers.text import said

Floats = NDArray[np.float32]

EMOTION_HEAD: Final = "emotions"
"""The head of the nine classes, its labels in canonical order."""

FOREIGN_TRUST: Final = 0.3
"""How much of a verdict on a language that the model was not made for is believed; the rest is
neutral. Emoji and borrowed words still say something there."""

PAUSES: Final = " .,"
"""Signs that say nothing when they stand alone, as ``text.is_classifiable`` has it."""

VALENCE_HEAD: Final = "valence"
"""The head of the three sentiments; it shares a network with the emotions."""

SENTIMENTS: Final = (Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE)
"""The labels of that head, in its order."""

FEELINGS: Final = "feelings"
"""The network of emotions and valence, which judges every message."""

KOREAN: Final = "korean"
ENGLISH: Final = "english"
"""The networks of the other heads, by the language of the sets that they learnt from; each is read
when one of its heads is asked for. A head that both have is asked in the language of the text."""

WEIGHTLESS: Final = np.ones((0, 1), np.float32)
"""The shares of pieces that are whole texts: nobody asks for them."""


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
        texts: The text that each piece is of.
        starts: int64[texts], the first piece of each.
        shares: float32[pieces, 1], what each piece weighs in its text; they sum to 1 a text.
    """

    pieces: list[str]
    texts: Sequence[int]
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
        self._weights = load(path)
        self._card = self._weights.card
        self._model_id = model_id or model_name(self._card)
        self._spoken = frozenset(self._card.languages)
        self._networks: dict[str, Network] = {}
        self._feelings = self._network(FEELINGS)
        fits = self._card.calibrations
        self._fits = np.array([(fit.temperature, fit.doubt) for fit in fits.values()], np.float32)
        self._fits_alone = [(fit.temperature, fit.doubt) for fit in fits.values()]
        self._fit_of = {code: row for row, code in enumerate(fits)}

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return one prediction a text, in order.

        A long message is judged sentence by sentence: its probabilities are the mean of its
        sentences', each weighing as much as it is long.
        """
        if not texts:
            return []
        plain = [said(text) for text in texts]
        if len(plain) == 1 and len(plain[0]) <= WHOLE:
            return [self._alone(plain[0])]
        languages = [detect(text) for text in plain]
        cut = _cut(plain)
        spoken = [languages[text] for text in cut.texts]
        return self._predictions(cut.joined(self._judged(cut.pieces, spoken)), languages)

    def sentences(self, text: str) -> list[Piece]:
        """Return the pieces that a text is judged by, each with its own prediction."""
        pieces = sentences(said(text))
        languages = [detect(piece) for piece in pieces]
        predictions = self._predictions(self._judged(pieces, languages), languages)
        return [Piece(*pair) for pair in zip(pieces, predictions, strict=True)]

    def explain(self, text: str) -> list[Evidence]:
        """Return the words that moved the verdict on a text, in the order of the text."""
        return contributions(said(text), self.predict)

    def predict_head(self, name: str, texts: Sequence[str]) -> Floats:
        """Return float32[texts, labels], the probabilities of one head."""
        head = self._card.heads[name]
        if not texts:
            return np.empty((0, len(head.labels)), np.float32)
        cut = _cut([said(text) for text in texts])
        homes = self._card.homes(name)
        asked = np.array([_home(homes, piece) for piece in cut.pieces])
        chances = np.empty((len(cut.pieces), len(head.labels)), np.float32)
        for home in homes:
            places = np.flatnonzero(asked == home)
            if len(places):
                network = self._network(home)
                texts_there = [bordered(cut.pieces[place]) for place in places]
                scores = network.scores(texts_there)[0][:, network.columns[name]]
                chances[places] = logistic(scores) if head.multi_label else softmax(scores)
        return cut.joined(chances)

    def _network(self, name: str) -> Network:
        if name not in self._networks:
            self._networks[name] = Network(self._card.networks[name], self._weights.arrays[name])
        return self._networks[name]

    def _judged(self, pieces: Sequence[str], languages: Sequence[str]) -> Floats:
        """Return float32[pieces, 10]: the probability of each emotion, then the valence."""
        scores, known = self._feelings.scores(list(map(bordered, pieces)))
        usual = self._fit_of["und"]
        fit = self._fits.take([self._fit_of.get(each, usual) for each in languages], axis=0)
        judged = np.empty((len(pieces), len(EMOTIONS) + 1), np.float32)
        emotions = scores[:, self._feelings.columns[EMOTION_HEAD]]
        judged[:, :-1] = calibrated(emotions, fit[:, :1], fit[:, 1:])
        sentiments = scores[:, self._feelings.columns[VALENCE_HEAD]]
        judged[:, -1] = valences(sentiments, judged[:, :-1])
        if not self._spoken.issuperset(languages) or not known.all():
            trust = np.fromiter(map(self._trust, pieces, languages), np.float32, len(pieces))
            trust[known <= 0] = 0
            doubted(judged, trust)
        return judged

    def _alone(self, text: str) -> Prediction:
        """Return what a batch of one short text gets, in two thirds of the time."""
        language = detect(text)
        scores, known = self._feelings.score(bordered(text))
        fit = self._fits_alone[self._fit_of.get(language, self._fit_of["und"])]
        emotions = calibrated_alone(scores[self._feelings.columns[EMOTION_HEAD]], *fit)
        valence = valence_alone(scores[self._feelings.columns[VALENCE_HEAD]], emotions)
        trust = self._trust(text, language) if known > 0 else 0.0
        if trust < 1:
            emotions, valence = doubted_alone(emotions, trust), valence * trust
        return Prediction(tuple(emotions), valence, language, self._model_id)

    def _trust(self, piece: str, language: str) -> float:
        if language in self._spoken:
            return 1.0
        if not piece.strip(PAUSES):
            return 0.0
        return FOREIGN_TRUST if any(map(str.isalpha, piece)) else 1.0

    def _predictions(self, judged: Floats, languages: Sequence[str]) -> list[Prediction]:
        valences = np.minimum(np.maximum(judged[:, -1], -1), 1).tolist()
        rows = map(tuple, judged[:, :-1].tolist())
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
    return {name: head for name, head in card.heads.items() if name != EMOTION_HEAD}


def _home(homes: Sequence[str], text: str) -> str:
    """Return the one of some networks that knows the language of a text."""
    if len(homes) == 1:
        return homes[0]
    return KOREAN if detect(text) == "ko" else ENGLISH


def _cut(texts: Sequence[str]) -> _Cut:
    numbers = range(len(texts))
    if max(map(len, texts)) <= WHOLE:
        return _Cut(list(texts), numbers, np.arange(len(texts)), WEIGHTLESS)
    parts = [sentences(text) for text in texts]
    pieces = [piece for part in parts for piece in part]
    counts = np.fromiter(map(len, parts), np.int64, len(parts))
    starts = np.cumsum(counts) - counts
    lengths = np.fromiter((len(piece) + 1 for piece in pieces), np.float32, len(pieces))
    shares = lengths / np.repeat(np.add.reduceat(lengths, starts), counts)
    owners = [number for number, part in zip(numbers, parts, strict=True) for _ in part]
    return _Cut(pieces, owners, starts, shares[:, None].astype(np.float32))
