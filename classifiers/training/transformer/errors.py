"""Errors of fine-tuning.

::

    classifiers.errors.ClassifierError
    +-- FineTuningError         the model cannot be trained with what was given
        +-- UnusableData        the examples cannot teach anything, or do not fit each other
        +-- TrainingStopped     somebody asked to stop; what was learnt is kept
"""

from __future__ import annotations

from classifiers.errors import ClassifierError


class FineTuningError(ClassifierError):
    """The model cannot be trained with what was given; the message says what to do."""


class UnusableData(FineTuningError):
    """The examples cannot teach anything, or their parts do not fit each other."""


class TrainingStopped(FineTuningError):
    """Somebody asked to stop; what was learnt is kept and can be resumed."""
