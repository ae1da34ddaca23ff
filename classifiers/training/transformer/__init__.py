"""Fine-tuning of pretrained transformers: a model of one's own from labelled texts.

``classifiers.training.transformer.recipe.fine_tune`` does the work. This package itself is light,
so that a command line can name every choice before anything large is loaded.
"""

from __future__ import annotations

from classifiers.training.transformer.errors import (
    FineTuningError,
    TrainingStopped,
    UnusableData,
)
from classifiers.training.transformer.settings import (
    Device,
    FineTuning,
    Kind,
    Precision,
    Strategy,
    Task,
    Watch,
)

__all__ = [
    "Device",
    "FineTuning",
    "FineTuningError",
    "Kind",
    "Precision",
    "Strategy",
    "Task",
    "TrainingStopped",
    "UnusableData",
    "Watch",
]
