"""Recalibrating a guild's single readings by feedback: only where it helps on held-out feedback.

The feedback is cut into five parts by member, so that nobody's words are on both sides. Each part
is judged by what was fitted on the other four; how much lower the log loss becomes is averaged by
member. It is kept when the mean gain is positive beyond chance: the lower end of a one-sided 95 %
interval, from a bootstrap over members, lies above zero, and as many labels are right as before.
Everything kept is then fitted on all of it.

What members judge is no random sample of what is written, so this touches only how a single text
is told to its own author. Mood and shares in reports do not move: they have corrections of their
own, measured on texts that nobody picked (see ``classifiers.correction``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

import numpy as np
import numpy.typing as npt

from classifiers.emotion import EMOTIONS
from classifiers.prediction import Prediction
from classifiers.recalibration import Recalibration, recalibration
from storage.recalibrated import GuildRecalibration
from storage.records import Feedback

MINIMUM_TEXTS: Final = 100
"""Judged texts below which nothing is tried: nine biases from fewer are noise."""

MINIMUM_PEOPLE: Final = 8
"""Members, at least: five parts must hold somebody each, and nobody may be most of it."""

FOLDS: Final = 5
MOST_OF_ONE: Final = 20.0
"""However much a member judged, it weighs at most like this many texts."""

_RESAMPLES: Final = 2000
_SURE: Final = 0.9
_LITTLE: Final = 1e-7
_PLACES: Final = {emotion.value: place for place, emotion in enumerate(EMOTIONS)}

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trial:
    """What trying showed.

    Attributes:
        texts: Judged texts that could be used.
        people: Members who judged them.
        before: Mean log loss as it is, in nats a text; NaN when nothing was tried.
        after: The same with recalibration, on feedback held out.
        certain: Whether it helps beyond chance.
        kept: What to use from now on; ``None`` where it does not help, or nothing was tried.
    """

    texts: int
    people: int
    before: float = math.nan
    after: float = math.nan
    certain: bool = False
    kept: GuildRecalibration | None = None

    @property
    def enough(self) -> bool:
        """Whether there was enough feedback to try."""
        return self.texts >= MINIMUM_TEXTS and self.people >= MINIMUM_PEOPLE


def try_recalibrating(feedback: Sequence[Feedback], model: str) -> Trial:
    """Fit on feedback about one model, and tell whether it helps; takes some tenths of a second.

    Args:
        feedback: All of a guild.
        model: Backend and version in use; feedback about others is left out.
    """
    used = [given for given in feedback if _usable(given, model)]
    authors = sorted({given.author for given in used})
    trial = Trial(len(used), len(authors))
    if not trial.enough:
        return trial
    posteriors = np.nan_to_num(np.array([given.probabilities for given in used], np.float64))
    labels = np.array([_PLACES[given.corrected] for given in used], np.int64)
    people = np.array([authors.index(given.author) for given in used], np.int64)
    weights = _weights(people, len(authors))
    judged = _held_out(posteriors, labels, weights, _folds(authors)[people])
    gain = _losses(posteriors, labels) - _losses(judged, labels)
    means = _by_member(gain * weights, people) / _by_member(weights, people)
    better = bool(_lower_end(means) > 0) and _right(judged, labels) >= _right(posteriors, labels)
    trial = replace(
        trial,
        before=float(np.average(_losses(posteriors, labels), weights=weights)),
        after=float(np.average(_losses(judged, labels), weights=weights)),
        certain=better,
    )
    if not better:
        return trial
    fitted = _fit(posteriors, labels, weights)
    bias = tuple(float(each) for each in fitted.bias)
    gained = trial.before - trial.after
    kept = GuildRecalibration(model, fitted.scale, bias, len(used), len(authors), gained)
    return replace(trial, kept=kept)


def recalibrated(prediction: Prediction, found: GuildRecalibration | None) -> Prediction:
    """Return a prediction as a guild's feedback corrects it; another model's stays as it is.

    The valence has a head of its own and stays; a class that the backend cannot see stays unseen.
    """
    known = np.array(prediction.probabilities)
    if found is None or found.model != prediction.model or np.isnan(known).all():
        return prediction
    bias = np.where(np.isnan(known), -np.inf, np.array(found.fitted_bias))
    fitted = Recalibration(found.fitted_scale, bias)
    values = fitted.apply(known[None])[0]
    kept = np.where(np.isnan(known), np.nan, values)
    return replace(prediction, probabilities=tuple(float(each) for each in kept))


def _usable(given: Feedback, model: str) -> bool:
    return (
        given.model == model
        and len(given.probabilities) == len(EMOTIONS)
        and given.corrected in _PLACES
    )


def _weights(people: Integers, count: int) -> Floats:
    sizes = np.bincount(people, minlength=count)
    weights: Floats = np.minimum(1.0, MOST_OF_ONE / sizes)[people]
    return weights


def _folds(authors: Sequence[bytes]) -> Integers:
    """Return the part of each member: even in size, and the same every time."""
    order = sorted(range(len(authors)), key=lambda at: sha256(authors[at]).digest())
    folds = np.empty(len(authors), np.int64)
    folds[order] = np.arange(len(authors)) % FOLDS
    return folds


def _held_out(posteriors: Floats, labels: Integers, weights: Floats, folds: Integers) -> Floats:
    judged = posteriors.copy()
    for fold in range(FOLDS):
        rest, part = folds != fold, folds == fold
        fitted = _fit(posteriors[rest], labels[rest], weights[rest])
        judged[part] = fitted.apply(posteriors[part])
    return judged


def _fit(posteriors: Floats, labels: Integers, weights: Floats) -> Recalibration:
    """Fit, with one text a class added that is read rightly: no class becomes impossible."""
    size = len(EMOTIONS)
    sure = np.full((size, size), (1 - _SURE) / (size - 1))
    np.fill_diagonal(sure, _SURE)
    return recalibration(
        np.concatenate([posteriors, sure]),
        np.concatenate([labels, np.arange(size)]),
        np.concatenate([weights, np.ones(size)]),
    )


def _losses(posteriors: Floats, labels: Integers) -> Floats:
    chances = posteriors[np.arange(len(labels)), labels]
    losses: Floats = -np.log(np.maximum(chances, _LITTLE))
    return losses


def _right(posteriors: Floats, labels: Integers) -> int:
    return int((posteriors.argmax(axis=1) == labels).sum())


def _by_member(values: Floats, people: Integers) -> Floats:
    return np.bincount(people, values).astype(np.float64)


def _lower_end(means: Floats) -> float:
    """Return the 5th percentile of the mean over members, resampled."""
    rng = np.random.default_rng(0)
    draws = rng.integers(0, len(means), (_RESAMPLES, len(means)))
    return float(np.quantile(means[draws].mean(axis=1), 0.05))
