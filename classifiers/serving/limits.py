"""How much a server takes on at once."""

from __future__ import annotations

from dataclasses import dataclass

from classifiers.errors import InvalidOption


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server accepts, and how it gathers batches; every number is at least 1.

    Attributes:
        max_batch: Texts that the classifier gets at once, at most; what the backend itself can
            take bounds it as well.
        max_wait: Seconds, 0 or more, that the first text of a batch waits for others. Even
            without it, what arrives during a batch becomes the next one.
        max_body: Bytes of a request.
        max_texts: Texts of a request.
        max_chars: Characters of a text; a longer one is refused, or cut where the request says so.
        max_queue: Texts that may wait; requests beyond are told to come again later.
    """

    max_batch: int = 64
    max_wait: float = 0
    max_body: int = 2_000_000
    max_texts: int = 256
    max_chars: int = 10_000
    max_queue: int = 4096

    def __post_init__(self) -> None:
        if self.max_queue < self.max_texts:
            msg = (
                f"a queue of {self.max_queue} texts has no room for a request of "
                f"{self.max_texts}: raise the queue or lower the texts of a request"
            )
            raise InvalidOption(msg)
