"""Errors of measuring a classifier.

::

    classifiers.errors.ClassifierError
    +-- EvaluationError         nothing can be measured with what was given
        +-- PackageMissing      a package that only the evaluation needs is not installed
"""

from __future__ import annotations

import importlib
from types import ModuleType

from classifiers.errors import ClassifierError


class EvaluationError(ClassifierError):
    """Nothing can be measured with what was given; the message says what is missing."""


class PackageMissing(EvaluationError):
    """A package that only the evaluation needs is not installed."""


def needed(module: str) -> ModuleType:
    """Import a module that the bot itself never needs.

    Raises:
        PackageMissing: It is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        msg = f"this needs the package {error.name}: pip install 'nunchi-bot[evaluation]'"
        raise PackageMissing(msg) from error
