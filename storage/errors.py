"""Errors of the storage layer.

::

    classifiers.errors.NunchiError
    +-- StorageError
        +-- InvalidStoreUrl         the address of the store cannot be understood
        +-- DriverMissing           the store needs an extra that is not installed
        +-- StoreUnavailable        the store cannot be reached now; trying again may help
        +-- SchemaTooNew            the store was written by a newer version of this software
        +-- KeyUnusable             the pseudonym key cannot be read, made or understood
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


class SchemaTooNew(StorageError):
    """The store was written by a newer version of this software."""


class KeyUnusable(StorageError):
    """The pseudonym key cannot be read, made or understood."""
