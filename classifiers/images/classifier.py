"""The contract of an image classifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from classifiers.classifier import ModelInfo
from classifiers.prediction import Prediction


@runtime_checkable
class ImageClassifier(Protocol):
    """Anything that turns the bytes of pictures into predictions off the event loop."""

    @property
    def info(self) -> ModelInfo:
        """What is known of this backend; complete once it is started. Languages are empty."""
        ...

    async def start(self) -> None:
        """Load what is needed.

        Raises:
            BackendUnavailable: An extra or a file is missing, or the model cannot be used.
            InvalidOption: The model's labels need a label map.
        """
        ...

    async def classify(self, images: Sequence[bytes]) -> Sequence[Prediction | None]:
        """Return one prediction a picture, in order; its language is ``und``.

        Args:
            images: Whole files (PNG, JPEG, WebP or GIF), at most ``info.max_batch`` of them. They
                may come from strangers.

        Returns:
            ``None`` for what is no picture, or one that is broken or too large.

        Raises:
            ClassificationFailed: The model answered with nonsense.
        """
        ...

    async def close(self) -> None:
        """Release the worker; harmless when called twice."""
        ...
