"""Errors of reading labelled data.

::

    classifiers.errors.ClassifierError
    +-- DatasetError            labelled data could not be had
        +-- DatasetUnreadable   a file is missing, or does not hold what it should
        +-- DatasetUnavailable  a package, the network or a licence step is missing
"""

from __future__ import annotations

from classifiers.errors import ClassifierError


class DatasetError(ClassifierError):
    """Labelled data could not be had."""


class DatasetUnreadable(DatasetError):
    """A file is missing, or does not hold what it should; the message names file and line."""


class DatasetUnavailable(DatasetError):
    """A package, the network or a licence step stands between us and the data."""
