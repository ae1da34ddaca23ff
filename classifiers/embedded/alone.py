"""The last steps for one message, in plain numbers: arrays of nine cost more than they save."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from operator import mul
from typing import Final

from classifiers.embedded.reading import MARGIN, NEUTRAL_AT, ODDS, OWN_WEIGHT, PLEASANTNESS

MARGIN_ALONE: Final = float(MARGIN)
OWN_WEIGHT_ALONE: Final = float(OWN_WEIGHT)
ODDS_ALONE: Final[tuple[float, ...]] = tuple(ODDS.tolist())
PLEASANTNESS_ALONE: Final = tuple(PLEASANTNESS.tolist())


def calibrated_alone(scores: Sequence[float], temperature: float, doubt: float) -> list[float]:
    """Return what ``reading.calibrated`` does, of one row."""
    most = max(scores)
    raised = [exp((score - most) / temperature) for score in scores]
    certain = (1 - doubt) / sum(raised)
    share = doubt / len(raised)
    return [each * certain + share for each in raised]


def valence_alone(scores: Sequence[float], emotions: Sequence[float]) -> float:
    """Return what ``reading.valences`` does, of one row."""
    most = max(scores)
    negative, neutral, positive = (
        exp(score - most) * odds for score, odds in zip(scores, ODDS_ALONE, strict=True)
    )
    lead = (positive - negative) / (negative + neutral + positive)
    lead = (lead - min(max(lead, -MARGIN_ALONE), MARGIN_ALONE)) / (1 - MARGIN_ALONE)
    pleasantness = sum(map(mul, emotions, PLEASANTNESS_ALONE), 0.0)
    return OWN_WEIGHT_ALONE * lead + (1 - OWN_WEIGHT_ALONE) * float(pleasantness)


def doubted_alone(emotions: Sequence[float], trust: float) -> list[float]:
    """Return what ``reading.doubted`` does to the emotions, of one row."""
    doubted = [each * trust for each in emotions]
    doubted[NEUTRAL_AT] += 1 - trust
    return doubted
