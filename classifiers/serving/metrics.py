"""What a server counts, in the text format of Prometheus.

Format: https://prometheus.io/docs/instrumenting/exposition_formats/ (version 0.0.4).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from classifiers.serving.messages import Response

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

Labels = tuple[tuple[str, str], ...]


class Counter:
    """Only goes up; a number for each combination of labels."""

    def __init__(self) -> None:
        self._values: dict[Labels, float] = {}

    def add(self, amount: float = 1, **labels: str) -> None:
        """Count."""
        key = tuple(labels.items())
        self._values[key] = self._values.get(key, 0) + amount

    def samples(self, name: str) -> Iterator[tuple[str, Labels, float]]:
        """Yield name, labels and value of each line."""
        for labels, value in self._values.items():
            yield name, labels, value


class Histogram:
    """How often a value was at most each bound, how often at all, and the sum."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts: dict[Labels, list[int]] = {}
        self._sums: dict[Labels, float] = {}

    def observe(self, value: float, **labels: str) -> None:
        """Count a value."""
        key = tuple(labels.items())
        counts = self._counts.setdefault(key, [0] * (len(self._bounds) + 1))
        counts[bisect_left(self._bounds, value)] += 1
        self._sums[key] = self._sums.get(key, 0) + value

    def samples(self, name: str) -> Iterator[tuple[str, Labels, float]]:
        """Yield name, labels and value of each line."""
        for labels, counts in self._counts.items():
            total = 0
            for bound, count in zip((*self._bounds, "+Inf"), counts, strict=True):
                total += count
                yield f"{name}_bucket", (*labels, ("le", str(bound))), total
            yield f"{name}_sum", labels, self._sums[labels]
            yield f"{name}_count", labels, total


class Metrics:
    """Everything that one server counts about itself; it holds no text and no address."""

    def __init__(self, queued: Callable[[], int], replica: str = "") -> None:
        """Start at nothing.

        Args:
            queued: Tells how many texts wait.
            replica: Which of several servers this is; a label of every line if given.
        """
        self._queued = queued
        self._common: Labels = (("replica", replica),) if replica else ()
        self._requests = Counter()
        self._errors = Counter()
        self._texts = Counter()
        self._seconds = Histogram(SECONDS)
        self._batch_sizes = Histogram(SIZES)
        self._batch_seconds = Histogram(SECONDS)
        self._in_hand = 0

    def began(self) -> None:
        """A request came in."""
        self._in_hand += 1

    def ended(self, path: str, status: int, seconds: float, response: Response | None) -> None:
        """A request was answered, or given up by the one who asked (then without a response)."""
        self._in_hand -= 1
        self._requests.add(path=path, status=str(status))
        self._seconds.observe(seconds, path=path)
        if response is not None and response.texts:
            self._texts.add(response.texts, path=path)
        if response is not None and response.error_type is not None:
            self._errors.add(error_type=str(response.error_type))

    def judged(self, size: int, seconds: float) -> None:
        """A batch was judged."""
        self._batch_sizes.observe(size)
        self._batch_seconds.observe(seconds)

    def text(self) -> str:
        """Return all of it as Prometheus reads it."""
        return "".join(self._lines())

    def _lines(self) -> Iterator[str]:
        parts: Mapping[str, tuple[str, str, Counter | Histogram | int]] = {
            "requests_total": ("counter", "Requests by path and HTTP status.", self._requests),
            "errors_total": ("counter", "Answers with an error, by its type.", self._errors),
            "texts_total": ("counter", "Texts that were judged and answered.", self._texts),
            "request_seconds": ("histogram", "From request to answer.", self._seconds),
            "batch_size": ("histogram", "Texts a batch.", self._batch_sizes),
            "batch_seconds": ("histogram", "The classifier's time a batch.", self._batch_seconds),
            "queue_texts": ("gauge", "Texts that wait for the classifier.", self._queued()),
            "requests_in_progress": ("gauge", "Requests without an answer yet.", self._in_hand),
        }
        for short, (kind, meaning, value) in parts.items():
            name = f"nunchi_serving_{short}"
            yield f"# HELP {name} {meaning}\n# TYPE {name} {kind}\n"
            samples = [(name, (), value)] if isinstance(value, int) else value.samples(name)
            for sample, labels, number in samples:
                yield f"{sample}{_written((*self._common, *labels))} {number}\n"


def _written(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
