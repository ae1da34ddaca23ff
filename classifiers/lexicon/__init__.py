"""The rule-based backend: VADER for English, a lexicon of our own for Korean."""

from __future__ import annotations

from collections.abc import Mapping

from classifiers.classifier import Classifier
from classifiers.errors import InvalidOption
from classifiers.lexicon.backend import LexiconClassifier, LexiconPredictor

__all__ = ["LexiconClassifier", "LexiconPredictor", "create"]


def create(options: Mapping[str, str]) -> Classifier:
    """Build the lexicon backend; it takes no options.

    Raises:
        InvalidOption: An option was given.
    """
    if options:
        msg = f"the lexicon takes no options, remove: {', '.join(sorted(options))}"
        raise InvalidOption(msg)
    return LexiconClassifier()
