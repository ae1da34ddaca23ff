"""Networks of one's own, trained with Keras and kept as bundles.

Inside this package the framework is imported by ``required("keras", "tensorflow")``, an absolute
import: it always finds the package ``keras`` and never this one.
"""

from __future__ import annotations

from classifiers.keras.backend import KerasClassifier, create
from classifiers.keras.bundle import Bundle, Manifest, open_bundle
from classifiers.keras.errors import BundleDamaged, BundleForeign, BundleUnusable

__all__ = [
    "Bundle",
    "BundleDamaged",
    "BundleForeign",
    "BundleUnusable",
    "KerasClassifier",
    "Manifest",
    "create",
    "open_bundle",
]
