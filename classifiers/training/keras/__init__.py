"""Training of networks with Keras; needs the extras ``tensorflow`` and ``evaluation``.

The package named ``keras`` is imported by ``required("keras", "tensorflow")``: this one does not
hide it.
"""

from __future__ import annotations

from classifiers.training.keras.material import DataRequest
from classifiers.training.keras.recipe import RECIPES, Progress, Recipe
from classifiers.training.keras.trainer import Trained, TrainingRequest, train

__all__ = [
    "RECIPES",
    "DataRequest",
    "Progress",
    "Recipe",
    "Trained",
    "TrainingRequest",
    "train",
]
