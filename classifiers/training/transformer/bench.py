"""The place where a model works: its device, its precision, and how texts get there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from classifiers.errors import BackendUnavailable, InvalidOption, OutOfMemory
from classifiers.evaluation.scored import Scored, flags_of, one_hot
from classifiers.evaluation.thresholds import best_thresholds
from classifiers.extras import required
from classifiers.language import detect
from classifiers.training.datasets import Example
from classifiers.training.transformer.base import EXTRA, Loaded
from classifiers.training.transformer.settings import Device, FineTuning, Precision

Floats = NDArray[np.float64]
T = TypeVar("T")

SCANT: Final = ("out of memory", "can't allocate memory", "not enough memory")
"""What torch says when memory runs out where it has no exception of its own for it."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a model works.

    Attributes:
        device: A ``torch.device``.
        precision: What the forward pass calculates with; never ``auto``.
        max_length: Tokens that are read of a text.
    """

    device: Any
    precision: Precision
    max_length: int

    @classmethod
    def of(cls, settings: FineTuning, max_length: int) -> Bench:
        """Choose device and precision.

        Raises:
            BackendUnavailable: There is no GPU though one is asked for.
            InvalidOption: The device cannot calculate so.
        """
        torch = required("torch", EXTRA)
        there = torch.cuda.is_available()
        if settings.device is Device.CUDA and not there:
            msg = "torch finds no CUDA GPU; use --device auto or cpu"
            raise BackendUnavailable(msg)
        on_gpu = there and settings.device is not Device.CPU
        precision = settings.precision
        if precision is Precision.AUTO:
            fast = Precision.BF16 if on_gpu and torch.cuda.is_bf16_supported() else Precision.FP16
            precision = fast if on_gpu else Precision.FP32
        if precision is Precision.FP16 and not on_gpu:
            msg = "fp16 needs a GPU; use --precision bf16 or fp32 on a CPU"
            raise InvalidOption(msg)
        return cls(torch.device("cuda" if on_gpu else "cpu"), precision, max_length)

    def logits(self, loaded: Loaded, texts: Sequence[str]) -> Any:  # noqa: ANN401 - a tensor
        """Return what the head says of some texts, float32 of shape (texts, labels)."""
        torch = required("torch", EXTRA)
        encoded = loaded.tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=self.max_length,
            return_tensors="pt",
        ).to(self.device)
        kind = torch.float16 if self.precision is Precision.FP16 else torch.bfloat16
        mixed = self.precision is not Precision.FP32
        with torch.autocast(self.device.type, kind, enabled=mixed):
            answered = loaded.model(**encoded)
        return answered.logits.float()


class Portions:
    """How many texts are in memory at once; fewer as soon as memory runs out."""

    def __init__(self, size: int, note: Callable[[str], None]) -> None:
        self.size = size
        self._note = note

    def fitting(self, work: Callable[[int], T]) -> T:
        """Do some work in portions, and again in smaller ones while memory does not suffice.

        Args:
            work: Told how many texts a portion holds; must be able to start anew.

        Raises:
            OutOfMemory: Not even one text fits.
        """
        while True:
            try:
                return work(self.size)
            except (MemoryError, RuntimeError) as error:
                if not _is_scant(error):
                    raise
                self._shrink(error)

    def _shrink(self, error: Exception) -> None:
        if self.size == 1:
            msg = (
                "no memory for a single text; lower --max-length, choose the strategy head or "
                "lora, or a smaller model"
            )
            raise OutOfMemory(msg) from error
        torch = required("torch", EXTRA)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        self.size = (self.size + 1) // 2
        self._note(f"out of memory: {self.size} texts at once from now on; a step sums over more")


def _is_scant(error: Exception) -> bool:
    torch = required("torch", EXTRA)
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(
        each in str(error).lower() for each in SCANT
    )


def portions(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces of a size; the last may be shorter."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


def judged(
    bench: Bench,
    loaded: Loaded,
    texts: Sequence[str],
    room: Portions,
    advance: Callable[[int], None],
) -> Floats:
    """Return the logits of texts, shape (texts, labels); the model is in its own mode after."""
    torch = required("torch", EXTRA)
    rows = np.zeros((len(texts), loaded.model.config.num_labels))
    # Texts of a length stand together, so that little is padded.
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    begin = 0
    loaded.model.eval()
    with torch.inference_mode():
        while begin < len(order):
            # Bound now: the portion may shrink and is then tried again from the same place.
            start = begin

            def work(size: int, start: int = start) -> tuple[list[int], Any]:
                chosen = order[start : start + size]
                return chosen, bench.logits(loaded, [texts[row] for row in chosen]).cpu()

            chosen, logits = room.fitting(work)
            rows[chosen] = logits.numpy()
            begin += len(chosen)
            advance(len(chosen))
    return rows


def probabilities(logits: Floats, *, multi_label: bool) -> Floats:
    """Return probabilities of logits, shape (texts, labels)."""
    if multi_label:
        return np.asarray(0.5 * (1 + np.tanh(0.5 * logits)))
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Timed:
    """Probabilities of texts, shape (texts, labels), and the seconds that they took."""

    scores: Floats
    seconds: float


def timed(
    bench: Bench, loaded: Loaded, texts: Sequence[str], room: Portions, *, multi_label: bool
) -> Timed:
    """Judge texts and take the time."""
    begin = perf_counter()
    logits = judged(bench, loaded, texts, room, lambda count: None)
    return Timed(probabilities(logits, multi_label=multi_label), perf_counter() - begin)


def scored(
    labels: Sequence[str],
    examples: Sequence[Example],
    answers: Timed,
    *,
    multi_label: bool,
    thresholds: Floats | None = None,
) -> Scored:
    """Lay what people said beside what a model said.

    Args:
        labels: The columns.
        examples: What was judged.
        answers: What the model said.
        multi_label: Whether a text may have several labels.
        thresholds: From which probability a label counts, shape (labels,); multi-label only.
            Without them, those with the best F1 on these very examples.
    """
    gold = flags_of([example.labels for example in examples], labels)
    if multi_label:
        chosen = best_thresholds(gold, answers.scores) if thresholds is None else thresholds
        predicted = np.asarray(answers.scores >= chosen)
    else:
        chosen = None
        predicted = one_hot(answers.scores.argmax(axis=1), len(labels))
    return Scored(
        tuple(labels),
        gold,
        predicted,
        answers.scores,
        tuple(detect(example.text) for example in examples),
        multi_label,
        answers.seconds,
        thresholds=chosen,
    )
