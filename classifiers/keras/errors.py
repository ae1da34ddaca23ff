"""Errors of bundles.

::

    classifiers.errors.BackendUnavailable
    +-- BundleUnusable          a bundle is missing, or is none that this version reads
        +-- BundleDamaged       a file of it is not the one that was written
        +-- BundleForeign       it was made elsewhere, and nobody said that it is trusted
"""

from __future__ import annotations

from classifiers.errors import BackendUnavailable


class BundleUnusable(BackendUnavailable):
    """A bundle is missing, or is none that this version reads."""


class BundleDamaged(BundleUnusable):
    """A file of a bundle is missing, or is not the one that was written."""


class BundleForeign(BundleUnusable):
    """A bundle was made elsewhere, and nobody said that it is trusted."""
