"""What every protocol of an inference server has to tell and to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from classifiers.resilience.client import Sent


@dataclass(frozen=True, slots=True)
class Served:
    """What a server says of its model.

    Attributes:
        model: Its id.
        revision: Which state of it, if the server says.
        labels: Its labels in the order of their numbers, if the server says.
        max_batch: Texts a request, if the server says.
    """

    model: str
    revision: str | None = None
    labels: tuple[str, ...] | None = None
    max_batch: int | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """What a server says of some texts.

    Attributes:
        rows: Raw scores or probabilities of shape (texts, labels).
        labels: The labels of the columns, if the answer names them.
        revision: Which state of the model answered, if the answer says.
    """

    rows: NDArray[Any]
    labels: tuple[str, ...] | None = None
    revision: str | None = None


class InferenceProtocol(Protocol):
    """One way to talk to an inference server; no state, no network."""

    def asks_for_model(self) -> Sent:
        """Return the request whose answer ``reads_model`` reads."""
        ...

    def reads_model(self, content: bytes) -> Served:
        """Read what the server says of its model.

        Raises:
            BadAnswer: It cannot be understood.
            BackendUnavailable: It is no model for this.
        """
        ...

    def asks_for_scores(self, texts: Sequence[str]) -> Sent:
        """Return the request for some texts."""
        ...

    def reads_scores(self, content: bytes, texts: int) -> Scores:
        """Read the answer for so many texts, in their order.

        Raises:
            BadAnswer: It cannot be understood, or is for another number of texts.
        """
        ...
