"""Measures, on held-out lines of chat, how shares are to be corrected for a model's errors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from classifiers.classifier import Predictor
from classifiers.correction import ShareCorrection
from classifiers.embedded.posterior import correction_file, write_correction
from classifiers.emotion import EMOTIONS, Emotion
from classifiers.prevalence import Floats, Integers

BATCH: Final = 256

TRIALS: Final = 50
"""Shares that a correction is tried on, of each kind."""

KINDS: Final = (
    np.ones(len(EMOTIONS)),
    np.array([10.0 if emotion is Emotion.NEUTRAL else 1.2 for emotion in EMOTIONS]),
)
"""Dirichlet parameters of those shares: any at all, and those of a chat, half of it neutral."""


class LabelledText(Protocol):
    """A text and its true class, such as a ``ChatLine``."""

    @property
    def text(self) -> str:
        """As a person typed it."""
        ...

    @property
    def label(self) -> Emotion:
        """What the writer felt."""
        ...

    @property
    def scenario(self) -> str:
        """The topic it was written on."""
        ...


def measured_correction(
    predictor: Predictor, lines: Sequence[LabelledText], seed: int = 0
) -> ShareCorrection:
    """Judge held-out lines and measure the correction; the same lines and seed give the same one.

    Args:
        predictor: The trained model, as users get it.
        lines: Lines that it did not learn from; at least ``prevalence.FEWEST_EXAMPLES`` of each
            class make the correction usable.
        seed: Of the draws.

    Raises:
        ValueError: There are no lines, or none of a class that the model sees.
    """
    if not lines:
        msg = "a correction of shares is measured on held-out lines; there are none"
        raise ValueError(msg)
    texts = [line.text for line in lines]
    starts = range(0, len(texts), BATCH)
    judged = [one for start in starts for one in predictor.predict(texts[start : start + BATCH])]
    posteriors = np.array([one.probabilities for one in judged], np.float64)
    labels = np.array([EMOTIONS.index(line.label) for line in lines], np.int64)
    topics = np.unique([line.scenario for line in lines], return_inverse=True)[1].astype(np.int64)
    return ShareCorrection.measured(judged[0].model, posteriors, labels, seed=seed, groups=topics)


def ship_correction(
    predictor: Predictor, lines: Sequence[LabelledText], weights: Path, seed: int = 0
) -> bool:
    """Write the correction beside the weights, and tell whether there is one.

    An older correction is removed when the lines do not suffice for a new one, or when it does not
    help: measured on one half of them, it must bring the shares of the other half nearer to the
    truth than mean posteriors are, by ``KINDS``.

    Args:
        predictor: The model that ``weights`` holds.
        lines: Held-out lines.
        weights: The file of weights, as it will be shipped.
        seed: Of the draws.

    Raises:
        OSError: A file cannot be read or written.
    """
    correction = measured_correction(predictor, lines, seed) if lines else None
    if correction is None or not correction.usable or not helps(correction):
        correction_file(weights).unlink(missing_ok=True)
        return False
    write_correction(correction, weights)
    return True


def helps(correction: ShareCorrection) -> bool:
    """Return whether what is measured on half of the held-out texts helps with the other half."""
    order = np.random.default_rng(correction.seed).permutation(len(correction.labels))
    halves = np.array_split(order, 2)
    gaps = np.zeros((len(KINDS), 2))
    for one, other in (halves, halves[::-1]):
        known = ShareCorrection.measured(
            correction.model, correction.posteriors[one], correction.labels[one]
        )
        for kind, concentration in enumerate(KINDS):
            gaps[kind] += _gaps(
                known, correction.posteriors[other], correction.labels[other], concentration
            )
    return bool((gaps[:, 0] < gaps[:, 1]).all())


def _gaps(
    known: ShareCorrection, posteriors: Floats, labels: Integers, concentration: Floats
) -> Floats:
    """Return the mean absolute errors of estimated shares and of mean posteriors, float64[2]."""
    counts = np.bincount(labels, minlength=posteriors.shape[1])
    possible = (counts > 0) & known.seen
    draw = np.random.default_rng(known.seed)
    shares = draw.dirichlet(concentration, TRIALS) * possible
    shares /= shares.sum(axis=1, keepdims=True)
    weights = (shares / np.maximum(counts, 1))[:, labels]
    estimates = known.shares(weights, posteriors), weights @ posteriors
    return np.array([np.abs(each - shares).mean() for each in estimates])
