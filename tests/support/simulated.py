"""A classifier of nine classes that errs in a known way, and communities that it judges."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

from classifiers.correction import ShareCorrection
from reports.period import Week
from storage.records import MessageColumns

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

CLASSES = 9
MODEL = "simulated@1"
NEUTRAL_HEAVY = np.array([0.05, 0.03, 0.04, 0.2, 0.06, 0.05, 0.03, 0.03, 0.51])


def judged(labels: Integers, draw: np.random.Generator) -> Floats:
    """Return posteriors of texts with known classes: right in 60 to 65 of 100, and too sure.

    Some classes lie near each other, and the last one is claimed too often.
    """
    centres = np.eye(CLASSES) * 2.3
    centres[1, 0] = centres[6, 4] = 1.0
    seen = centres[labels] + draw.normal(size=(len(labels), CLASSES))
    scores = -((seen[:, None, :] - centres[None]) ** 2).sum(axis=2) / 2
    scores *= 1.3
    scores[:, 8] += 0.5
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    posteriors: Floats = odds / odds.sum(axis=1, keepdims=True)
    return posteriors


def held_out(draw: np.random.Generator, each: int = 75) -> tuple[Floats, Integers]:
    """Return posteriors and labels of as many texts of each class."""
    labels = np.repeat(np.arange(CLASSES), each)
    return judged(labels, draw), labels


def correction(draw: np.random.Generator, model: str = MODEL) -> ShareCorrection:
    """Return what is measured on held-out texts."""
    return ShareCorrection.measured(model, *held_out(draw))


def written(
    draw: np.random.Generator,
    week: Week,
    shares: Floats,
    people: int = 40,
    rate: float = 2.0,
    model: str = MODEL,
    alike: float = 12.0,
) -> MessageColumns:
    """Return a week (in UTC) of a community, as its messages were judged.

    Args:
        draw: Randomness.
        week: Which week.
        shares: float64[9], of the classes over all people; each has shares of their own.
        people: How many, with activity falling off as a power law.
        rate: Messages a person and day, on average.
        model: The identifier in the predictions.
        alike: How near people's own shares are to those of all.
    """
    activity = 1 / (np.arange(people) + 1.5) ** 0.9
    count = draw.poisson((rate * activity / activity.mean())[:, None] * np.ones((1, 7)))
    person, day = (
        np.repeat(index, count.ravel()) for index in np.indices(count.shape).reshape(2, -1)
    )
    own = draw.dirichlet(shares * alike + 1e-3, people).cumsum(axis=1)
    labels = (draw.random(len(person))[:, None] > own[person]).sum(axis=1).clip(0, CLASSES - 1)
    start = (week.monday - date(1970, 1, 1)).days
    time = ((start + day) * 86_400_000 + draw.integers(0, 86_400_000, len(day))).astype(np.int64)
    order = np.argsort(time, kind="stable")
    total = len(order)
    return MessageColumns(
        np.arange(total, dtype=np.int64),
        np.ones(total, dtype=np.int64),
        person[order].astype(np.uint64) + np.uint64(1),
        time[order],
        judged(labels[order], draw).astype(np.float32),
        np.zeros(total, dtype=np.float32),
        np.zeros(total, dtype=np.int16),
        (model,),
    )
