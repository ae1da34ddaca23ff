"""Errors of the project, and of the classifiers.

The root lives in the lowest layer so that every layer can extend it::

    NunchiError
    +-- ClassifierError             (this module)
    |   +-- UnknownBackend          no backend of that name is installed
    |   +-- InvalidOption           a backend was given an option it does not understand
    |   +-- BackendUnavailable      the backend cannot start: missing extra, file or server
    |   +-- ClassificationFailed    the backend started but could not classify a batch
    |       +-- OutOfMemory         the batch was too large for the memory there is
    |       +-- BackendAway         the backend does not answer now; the texts are not to blame
    +-- StorageError                (storage.errors)
    +-- ReportError                 (reports.errors)
    +-- BotError                    (bot.errors)

The text of an error is one short sentence that says what is wrong and what to do.
"""

from __future__ import annotations


class NunchiError(Exception):
    """Root of every error that this project raises on purpose."""


class ClassifierError(NunchiError):
    """A classifier could not be found, started or used."""


class UnknownBackend(ClassifierError):
    """No classifier of that name is installed."""


class InvalidOption(ClassifierError):
    """A classifier was given an option, or a value, that it does not understand."""


class BackendUnavailable(ClassifierError):
    """A classifier cannot start: an extra, a file or a server is missing."""


class ClassificationFailed(ClassifierError):
    """A started classifier could not classify a batch."""


class OutOfMemory(ClassificationFailed):
    """A batch does not fit into memory; a smaller one may."""


class BackendAway(ClassificationFailed):
    """A started backend does not answer just now; the same texts may be classified later."""
