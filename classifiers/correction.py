"""What a classifier says about itself: how to correct shares for its errors.

Measured on held-out labelled texts and handed on with ``ModelInfo``. It holds the recalibration
that EMQ needs, the matrix that tells whether classes can be told apart at all, and what an interval
needs to include what is not known of the classifier: the posteriors of the held-out texts.

Texts on one topic resemble each other, so they are drawn by topic where topics are known (cluster
bootstrap; Davison and Hinkley 1997, "Bootstrap Methods and their Application", section 3.8). How
much more such draws differ than draws of single texts tells how unlike one bunch of topics is to
the next; a community is taken to be as unlike (a random effect, as in Searle, Casella and McCulloch
1992, "Variance Components").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from classifiers.prevalence import Floats, Integers, PosteriorMatrix, likeliest
from classifiers.recalibration import Recalibration, recalibration

Flags = npt.NDArray[np.bool_]

DRAWS: Final = 50
"""How often the held-out texts are drawn again."""

FEWEST_MESSAGES: Final = 20
"""With fewer messages the correction adds as much noise as it removes bias: it is not applied."""

PRIOR_MESSAGES: Final = 1.0
"""Even shares weigh as much as this many messages, so that no share is 0 for want of messages."""

FEWEST_TOPICS: Final = 8
"""With fewer topics, how unlike they are is hardly known."""

_DIGITS: Final = 4
_LITTLE: Final = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class ShareCorrection:
    """How the shares of one model's predictions are corrected; it can be pickled.

    Attributes:
        model: The identifier in its predictions; those of another model must not be corrected.
        matrix: The mean recalibrated posteriors of each class.
        fit: The recalibration on them.
        posteriors: float64[n, k], of the held-out texts; 0 for a class that is not seen.
        labels: int64[n], their true classes.
        seed: Of the draws.
        groups: int64[n], the number of the topic of each text, from 0; ``None`` where they are not
            known.
    """

    model: str
    matrix: PosteriorMatrix
    fit: Recalibration
    posteriors: Floats
    labels: Integers
    seed: int
    groups: Integers | None = None

    @classmethod
    def measured(
        cls,
        model: str,
        posteriors: Floats,
        labels: Integers,
        *,
        seed: int = 0,
        groups: Integers | None = None,
    ) -> Self:
        """Measure on held-out texts.

        Args:
            model: The identifier in the predictions.
            posteriors: float64[n, k]; NaN for a class that the backend cannot see.
            labels: int64[n], the true classes; texts of a class that is not seen are left out.
            seed: Of the draws of ``doubts``.
            groups: int64[n], the topic of each text, any numbers; fewer than ``FEWEST_TOPICS`` say
                nothing.

        Raises:
            ValueError: The shapes do not fit together, or nothing is left.
        """
        if len(posteriors) != len(labels) or (groups is not None and len(groups) != len(labels)):
            msg = f"one label a text is needed: {len(posteriors)} texts, {len(labels)} labels"
            raise ValueError(msg)
        seen: Flags = np.asarray(np.isfinite(posteriors).all(axis=0))
        kept = seen[labels]
        if not kept.any():
            msg = "no held-out text is of a class that the classifier sees"
            raise ValueError(msg)
        posteriors, labels = np.nan_to_num(posteriors[kept]).round(_DIGITS), labels[kept]
        groups = None if groups is None else _numbered(groups[kept])
        fit = _rounded(recalibration(posteriors, labels, _even(labels)))
        matrix = PosteriorMatrix.fit(fit.apply(posteriors), labels)
        return cls(model, matrix, fit, posteriors, labels, seed, groups)

    @property
    def seen(self) -> Flags:
        """Return bool[k], the classes that the classifier sees."""
        return self.matrix.counts > 0

    @property
    def usable(self) -> bool:
        """Whether every class seen had enough held-out texts and can be told from the others."""
        seen = self.seen
        part = PosteriorMatrix(self.matrix.columns[np.ix_(seen, seen)], self.matrix.counts[seen])
        return part.usable and int(seen.sum()) > 1

    def shares(
        self,
        weights: Floats,
        posteriors: Floats,
        *,
        toward: Floats | None = None,
        lean: float | None = None,
    ) -> Floats:
        """Estimate the shares of weighted collections by EMQ.

        Args:
            weights: float64[r, n], how much each text counts in each collection.
            posteriors: float64[n, k], as the classifier gives them.
            toward: float64[k], shares to lean on; even ones if not given.
            lean: In [0, 1), how much they weigh; if not given, ``PRIOR_MESSAGES`` beside the
                n texts.

        Returns:
            float64[r, k]; 0 for classes that are not seen.
        """
        even = self.seen / self.seen.sum()
        believed = self.fit.apply(posteriors)
        weight = PRIOR_MESSAGES / (PRIOR_MESSAGES + len(posteriors)) if lean is None else lean
        return likeliest(weights, believed, even if toward is None else toward, weight)

    def doubts(self, shares: Floats) -> Floats:
        """Return how far an estimate may be off because of what is not known of the classifier.

        The recalibration makes held-out texts be estimated right; how far it is off elsewhere is
        how far other texts are unlike them. That is seen by estimating draws of the held-out texts,
        whole topics where those are known. A community has topics of its own, which are as unlike
        once more; of that, what draws of single texts vary by is taken off, because the messages of
        the community are drawn again anyway.

        Args:
            shares: float64[k], as estimated.

        Returns:
            float64[``DRAWS``, k], what estimates may be too large by.
        """
        seeds = (self.seed + number for number in (1, 2, 3))
        groups, size = self.groups, len(self.labels)
        held_out = self._off(shares, _drawn(size, groups, DRAWS, next(seeds)))
        if groups is None:
            return held_out
        topics = int(groups.max()) + 1
        theirs = self._off(shares, _drawn(size, groups, DRAWS, next(seeds)))
        by_text = self._off(shares, _drawn(size, None, DRAWS, next(seeds)))
        variance = theirs.var(axis=0)
        more = np.maximum(variance * topics / (topics - 1) - by_text.var(axis=0), 0.0)
        doubts: Floats = held_out + theirs * np.sqrt(more / np.maximum(variance, _LITTLE))
        return doubts

    def _off(self, shares: Floats, draws: Sequence[Integers]) -> Floats:
        """Return estimates on draws of the held-out texts minus that on all, float64[draws, k]."""
        size = len(self.labels)
        times = np.stack([np.ones(size), *(np.bincount(x, minlength=size) for x in draws)])
        classes = np.eye(len(shares))[self.labels]
        # Of each class as much as it is said to have; one that was not drawn is left out.
        weights = times * (shares / np.maximum(times @ classes, 1.0))[:, self.labels]
        estimates = self.shares(weights, self.posteriors)
        differences: Floats = estimates[1:] - estimates[0]
        return differences

    def to_document(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        return {
            "model": self.model,
            "columns": self.matrix.columns.round(_DIGITS).tolist(),
            "counts": self.matrix.counts.tolist(),
            "scales": [self.fit.scale],
            # JSON has no infinity: a class that cannot occur is null.
            "biases": [[_finite(value) for value in self.fit.bias.tolist()]],
            "posteriors": self.posteriors.tolist(),
            "labels": self.labels.tolist(),
            "seed": self.seed,
            "groups": None if self.groups is None else self.groups.tolist(),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return what ``to_document`` wrote.

        Raises:
            ValueError: It has another form.
        """
        try:
            matrix = PosteriorMatrix(
                np.array(document["columns"], np.float64), np.array(document["counts"], np.int64)
            )
            pairs = zip(document["scales"], document["biases"], strict=True)
            fits = tuple(Recalibration(float(scale), _biases(row)) for scale, row in pairs)
            posteriors = np.array(document["posteriors"], np.float64)
            labels = np.array(document["labels"], np.int64)
            model, seed = str(document["model"]), int(document["seed"])
            # Older documents have no topics, and further fits behind the first.
            groups = _groups(document.get("groups"))
        except (KeyError, TypeError) as error:
            msg = f"a correction of shares lacks something: {error}"
            raise ValueError(msg) from error
        size = len(matrix.counts)
        if matrix.columns.shape != (size, size) or any(len(fit.bias) != size for fit in fits):
            msg = "a correction of shares has parts of different sizes"
            raise ValueError(msg)
        if not fits or not np.isfinite(matrix.columns).all():
            msg = "a correction of shares has no fits, or numbers that are none"
            raise ValueError(msg)
        fitting = posteriors.shape == (len(labels), size) and np.isfinite(posteriors).all()
        if not fitting or not len(labels) or not 0 <= labels.min() <= labels.max() < size:
            msg = "the held-out texts of a correction of shares do not fit together"
            raise ValueError(msg)
        if groups is not None and (groups.shape != labels.shape or groups.min() < 0):
            msg = "the topics of the held-out texts of a correction of shares do not fit them"
            raise ValueError(msg)
        return cls(model, matrix, fits[0], posteriors, labels, seed, groups)


def _numbered(groups: Integers) -> Integers | None:
    """Return groups by numbers from 0; ``None`` for too few of them."""
    kinds, numbers = np.unique(groups, return_inverse=True)
    return numbers.astype(np.int64) if len(kinds) >= FEWEST_TOPICS else None


def _groups(numbers: Sequence[int] | None) -> Integers | None:
    return None if numbers is None else np.array(numbers, np.int64)


def _drawn(size: int, groups: Integers | None, count: int, seed: int) -> list[Integers]:
    """Return ``count`` times about as many places as there are texts, drawn with replacement.

    Args:
        size: How many texts there are.
        groups: int64[size], to draw whole groups; ``None`` draws single texts.
        count: How many draws.
        seed: Of the draws.
    """
    draw = np.random.default_rng(seed)
    if groups is None:
        return [draw.integers(0, size, size) for _ in range(count)]
    topics = [np.flatnonzero(groups == topic) for topic in range(int(groups.max()) + 1)]
    return [
        np.concatenate([topics[each] for each in draw.integers(0, len(topics), len(topics))])
        for _ in range(count)
    ]


def _even(labels: Integers) -> Floats:
    """Return weights that make the classes that occur even, float64[n] of mean 1."""
    counts = np.bincount(labels)
    weights: Floats = len(labels) / (counts[labels] * np.count_nonzero(counts))
    return weights


def _rounded(fit: Recalibration) -> Recalibration:
    return Recalibration(round(fit.scale, _DIGITS), fit.bias.round(_DIGITS))


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _biases(row: Sequence[float | None]) -> Floats:
    return np.array([-np.inf if value is None else value for value in row], np.float64)
