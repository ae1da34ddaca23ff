"""How well a classifier does, on texts that people have labelled. The bot never imports this."""

from __future__ import annotations

from classifiers.evaluation.comparison import Comparison, compare
from classifiers.evaluation.errors import EvaluationError, PackageMissing
from classifiers.evaluation.metrics import Evaluation, evaluate, measure
from classifiers.evaluation.scored import Scored
from classifiers.evaluation.verdicts import judge, view_for

__all__ = [
    "Comparison",
    "Evaluation",
    "EvaluationError",
    "PackageMissing",
    "Scored",
    "compare",
    "evaluate",
    "judge",
    "measure",
    "view_for",
]
