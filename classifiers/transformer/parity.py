"""Whether two ways to run a model agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.transformer.runners import Runner
from classifiers.transformer.tokens import Tokens

Probabilities = Callable[[Runner, Sequence[str]], NDArray[Any]]

TOLERANCE: Final = 1e-4
"""Largest difference of a probability between torch and ONNX in 32-bit floats."""

SAMPLES: Final = (
    "I am so happy for you, congratulations!",
    "this is terrible, I can't stand it any more",
    "ok",
    "no",
    "wait, what? I did not see that coming at all",
    "I'm worried about tomorrow's exam, what if I fail",
    "thanks a lot everyone, see you on Monday at nine in the usual channel",
    (
        "The build is green again; the deploy starts at three and takes ten minutes or so. "
        "Please do not merge anything until I write here that it is over."
    ),
    "정말 행복해 고마워",
    "너무 슬퍼서 아무것도 못 하겠어",
    "왜 맨날 나만 시키는 거야 진짜 짜증나",
    "내일 시험인데 너무 불안해서 잠이 안 온다",
    "헐 대박 이게 된다고?",
    "ㅋㅋ 네",
    "회의는 세 시에 시작합니다. 자료는 채널에 올려 두었으니 미리 읽어 오세요.",
    "",
)
"""Sentences of several lengths, among them one without a word; made up for this purpose."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two ways to run a model are from each other on the samples.

    Attributes:
        difference: The largest difference of a probability.
        same_label: The share of samples with the same most probable label, in [0, 1].
    """

    difference: float
    same_label: float


def squashed(logits: NDArray[Any], *, multi_label: bool) -> NDArray[np.float64]:
    """Turn logits into probabilities of the same shape (texts, labels).

    Each by itself (the logistic function) where labels do not exclude each other, else so that a
    row sums to 1 (softmax).
    """
    wide = np.asarray(logits, np.float64)
    if multi_label:
        # The halved hyperbolic tangent is the logistic function without an overflow.
        return np.asarray(0.5 * (1 + np.tanh(wide / 2)))
    raised = np.exp(wide - wide.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def probabilities(
    runner: Runner, tokens: Tokens, texts: Sequence[str], labels: int, *, multi_label: bool
) -> NDArray[np.float64]:
    """Return the probabilities of some texts, of shape (texts, labels)."""
    rows = np.zeros((len(texts), labels))
    for places, arrays in tokens.batches(texts):
        rows[places] = squashed(runner.logits(arrays), multi_label=multi_label)
    return rows


def agreement(one: NDArray[Any], other: NDArray[Any]) -> Agreement:
    """Compare the probabilities of the same texts, both of shape (texts, labels)."""
    same = one.argmax(axis=1) == other.argmax(axis=1)
    return Agreement(float(np.abs(one - other).max(initial=0)), float(same.mean()))
