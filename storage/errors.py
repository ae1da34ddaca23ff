"""Errors of the storage layer.

::

    classifiers.errors.NunchiError
    +-- StorageError
        +-- InvalidStoreUrl         the address of the store cannot be understood
        +-- DriverMissing           the store needs an extra that is not installed
        +-- StoreUnavailable        the store cannot be reached now; trying again may help
        +-- StoreInUse              a process is at work on the store that must end first
        +-- RekeyUnfinished         the store is between two pseudonym keys
        +-- Rekeyed                 the store was given another key while it was open
        +-- SchemaTooNew            the store was written by a newer version of this software
        +-- KeyUnusable             a key cannot be read, made or understood, or fits no record
"""

from __future__ import annotations

from classifiers.errors import NunchiError


class StorageError(NunchiError):
    """Something went wrong with the store."""


class InvalidStoreUrl(StorageError):
    """The address of the store cannot be understood."""


class DriverMissing(StorageError):
    """The store needs an extra that is not installed."""


class StoreUnavailable(StorageError):
    """The store cannot be reached, or refused the work for now; trying again may help."""


class StoreInUse(StorageError):
    """A process is at work on the store that must end first."""


class RekeyUnfinished(StorageError):
    """The store is between two pseudonym keys: ``nunchi keys rotate`` finishes."""

    def __init__(self) -> None:
        super().__init__("the pseudonyms are between two keys: finish with `nunchi keys rotate`")


class Rekeyed(StorageError):
    """The store was given another pseudonym key while it was open; opening it again helps."""

    def __init__(self) -> None:
        super().__init__("the pseudonym key was changed meanwhile: start again")


class SchemaTooNew(StorageError):
    """The store was written by a newer version of this software."""


class KeyUnusable(StorageError):
    """A key cannot be read, made or understood, or does not fit what is stored."""
