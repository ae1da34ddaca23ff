"""The knobs of the three networks, and the values that they start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, Protocol

Architecture = Literal["lstm", "transformer", "bow"]


class Progress(Protocol):
    """Hears how a long task goes."""

    def begin(self, stage: str, total: int) -> None:
        """Start a stage of ``total`` steps."""
        ...

    def advance(self, steps: int) -> None:
        """Move on within the stage."""
        ...


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is made.

    Attributes:
        architecture: Which network.
        vocabulary: The most sub-words or n-grams that it knows.
        length: The most of them that are read of a text.
        width: Numbers in the vector of each.
        units: Of the LSTM in each direction; of the transformer's inner layer.
        layers: Blocks of the transformer.
        heads: Of the attention; they divide ``width``.
        dropout: Share that is left out at random in training, in [0, 1).
        rate: Learning rate of Adam (Kingma and Ba 2015), the highest one after the warm-up.
        warmup: Share of all steps over which the rate grows from 0 before it falls again along
            a cosine; 0 keeps the rate constant.
        batch: Texts of a step.
        epochs: The most rounds over the data.
        patience: Rounds without a lower loss on the dev part after which training stops.
        threshold: From which probability of the pleasanter of two labels the verdict is that one.
        weighting: Of n-grams: ``tfidf`` or ``bow`` (all weigh the same).
        characters: The shortest and the longest run of characters among the n-grams.
        vectors: ``train``, or a file of word vectors; sub-words only.
        seed: Of all that is drawn.
    """

    architecture: Architecture
    vocabulary: int
    length: int
    width: int
    units: int = 64
    layers: int = 1
    heads: int = 4
    dropout: float = 0.3
    rate: float = 1e-3
    warmup: float = 0.0
    batch: int = 256
    epochs: int = 6
    patience: int = 1
    threshold: float = 0.5
    weighting: str = "tfidf"
    characters: tuple[int, int] = (1, 4)
    vectors: str | None = None
    seed: int = 0

    @property
    def encoding(self) -> Literal["subwords", "ngrams"]:
        """How texts become numbers."""
        return "ngrams" if self.architecture == "bow" else "subwords"


RECIPES: Final[Mapping[str, Recipe]] = MappingProxyType(
    {
        "lstm": Recipe("lstm", vocabulary=12_000, length=96, width=64, rate=2e-3),
        "reviews": Recipe(
            "lstm",
            vocabulary=10_000,
            length=96,
            width=32,
            dropout=0.0,
            batch=128,
            threshold=0.7,
        ),
        "transformer": Recipe(
            "transformer",
            vocabulary=8_000,
            length=128,
            width=128,
            units=256,
            layers=2,
            batch=64,
            warmup=0.1,
            epochs=12,
            patience=3,
        ),
        "bow": Recipe(
            "bow", vocabulary=150_000, length=512, width=32, dropout=0.4, rate=2e-3, batch=512
        ),
    }
)
"""``reviews`` is the film-review model of many a tutorial: Embedding 32, LSTM 64 in both
directions, sigmoid, Adam, binary cross-entropy, and positive from .7 on."""
