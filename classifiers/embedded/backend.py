"""The backend ``embedded``: a small trained model that needs nothing but numpy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeVar

from numpy.typing import NDArray

from classifiers.classifier import Evidence, ModelInfo, ThreadClassifier
from classifiers.embedded.posterior import correction_beside
from classifiers.embedded.predictor import EmbeddedPredictor, Piece, heads_of, model_name
from classifiers.embedded.weights import read_card
from classifiers.errors import InvalidOption
from classifiers.heads import Head

T = TypeVar("T")

NAME: Final = "embedded"
SHIPPED: Final = Path(str(files("classifiers.embedded"))) / "data" / "weights.bin"
"""The weights that come with the package."""


class EmbeddedClassifier(ThreadClassifier):
    """Runs the predictor in a thread: numpy releases the GIL while it works."""

    def __init__(self, path: Path = SHIPPED) -> None:
        card = read_card(path)
        version = model_name(card).removeprefix(f"{NAME}@")
        super().__init__(
            ModelInfo(
                NAME,
                version,
                card.languages,
                max_batch=256,
                correction=correction_beside(path, model_name(card)),
            ),
            partial(EmbeddedPredictor, path),
        )
        self._heads = heads_of(card)

    def heads(self) -> Mapping[str, Head]:
        """Return every head beside the nine emotions, by name."""
        return self._heads

    async def classify_head(self, name: str, texts: Sequence[str]) -> NDArray[Any]:
        """Return the probabilities of a head: float32 of shape (texts, labels of the head).

        Raises:
            InvalidOption: There is no such head.
        """
        if name not in self._heads:
            msg = f"{NAME} has no head called {name!r}; it has: {', '.join(self._heads)}"
            raise InvalidOption(msg)
        return await self._run(lambda predictor: predictor.predict_head(name, texts))

    async def sentences(self, text: str) -> Sequence[Piece]:
        """Return the sentences that a long message is judged by, each with its prediction."""
        return await self._run(lambda predictor: predictor.sentences(text))

    async def explain(self, text: str) -> Sequence[Evidence]:
        """Return the words that moved the verdict on a text, in the order of the text."""
        return await self._run(lambda predictor: predictor.explain(text))

    async def _run(self, work: Callable[[EmbeddedPredictor], T]) -> T:
        predictor = self._predictor
        if not isinstance(predictor, EmbeddedPredictor):
            msg = "start() comes first"
            raise RuntimeError(msg)
        return await asyncio.get_running_loop().run_in_executor(self._worker, work, predictor)


def create(options: Mapping[str, str]) -> EmbeddedClassifier:
    """Build the backend; ``embedded?weights=FILE`` takes weights of one's own.

    Raises:
        InvalidOption: An option other than ``weights`` was given.
        WeightsDamaged: The file of weights is missing or damaged.
    """
    unknown = sorted(set(options) - {"weights"})
    if unknown:
        msg = f"{NAME} knows the option weights only, remove: {', '.join(unknown)}"
        raise InvalidOption(msg)
    return EmbeddedClassifier(Path(options["weights"]) if "weights" in options else SHIPPED)
