"""The backend ``keras``: networks that were trained with Keras, run by ONNX Runtime or by Keras."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.classifier import ModelInfo
from classifiers.errors import InvalidOption, OutOfMemory
from classifiers.heads import Head
from classifiers.keras.bundle import GRAPH, MODEL, TOKENIZER, Bundle, open_bundle
from classifiers.keras.encoding import Encoder, padded, read_encoder
from classifiers.keras.errors import BundleUnusable
from classifiers.keras.runtimes import KerasRuntime, OnnxRuntime, Runtime
from classifiers.keras.threshold import full_rows, shifted
from classifiers.keras.trust import check_trust, key_file
from classifiers.label_maps import LabelMap
from classifiers.language import detect
from classifiers.local import LocalClassifier
from classifiers.options import Options
from classifiers.prediction import Prediction
from classifiers.projection import Projection
from classifiers.text import said

NAME: Final = "keras"
RUNTIMES: Final = ("auto", "onnx", "keras")
EVEN: Final = 0.5


class KerasClassifier(LocalClassifier):
    """Classifies with a bundle; see ``classifiers.keras.bundle``."""

    def __init__(self, bundle: Bundle, settings: BundleSettings) -> None:
        """Prepare a bundle that is trusted; nothing of it is loaded yet."""
        self._bundle = bundle
        self._settings = settings
        self._model: tuple[Encoder, Runtime] | None = None
        manifest = bundle.manifest
        self._head = Head(manifest.name, manifest.labels, manifest.multi_label)
        super().__init__(
            ModelInfo(
                NAME,
                _version(bundle, settings),
                manifest.languages,
                labels=settings.projection.emotions,
            )
        )

    def load(self) -> None:
        """Read, check and load the members that are needed.

        Raises:
            BackendUnavailable: A package is missing.
            BundleDamaged: A member is not what it should be.
        """
        manifest = self._bundle.manifest
        encoder = read_encoder(manifest.encoding, self._bundle.read(TOKENIZER), manifest.length)
        runtime: Runtime
        if self._settings.runtime == "onnx":
            runtime = OnnxRuntime(self._bundle.read(GRAPH))
        else:
            runtime = KerasRuntime(self._bundle.read(MODEL))
        self._model = encoder, runtime

    def unload(self) -> None:
        """Forget the network."""
        self._model = None

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return one prediction a text."""
        rows = self._rows(texts)
        if self._bundle.manifest.is_binary and self._settings.threshold != EVEN:
            rows = shifted(rows, self._settings.threshold)
        languages = [detect(said(text)) for text in texts]
        return self._settings.projection.predictions(rows, languages, self.info.model)

    def heads(self) -> Mapping[str, Head]:
        """Return the one head: the labels that the model was trained on."""
        return {self._head.name: self._head}

    async def classify_head(self, name: str, texts: Sequence[str]) -> NDArray[Any]:
        """Return the probabilities of the labels, untouched by the threshold.

        Returns:
            float32 of shape (texts, labels).

        Raises:
            InvalidOption: There is no such head.
            ClassificationFailed: The batch could not be classified.
        """
        if name != self._head.name:
            msg = f"this bundle has no head called {name!r}; it has: {self._head.name}"
            raise InvalidOption(msg)
        if self._worker is None:
            msg = "start() comes before classify_head()"
            raise RuntimeError(msg)
        loop = asyncio.get_running_loop()
        rows = await loop.run_in_executor(self._worker, self._halving, tuple(texts))
        return rows.astype(np.float32)

    def _halving(self, texts: Sequence[str]) -> NDArray[Any]:
        if not texts:
            return np.zeros((0, len(self._head.labels)))
        try:
            return self._rows(texts)
        except (OutOfMemory, MemoryError):
            if len(texts) == 1:
                raise
            half = len(texts) // 2
            return np.concatenate([self._halving(texts[:half]), self._halving(texts[half:])])

    def _rows(self, texts: Sequence[str]) -> NDArray[Any]:
        """Return the probabilities of the labels, shape (texts, labels)."""
        if self._model is None:
            msg = "load() comes first"
            raise RuntimeError(msg)
        encoder, runtime = self._model
        outputs = runtime.run(padded(encoder, encoder.rows(texts)))
        return full_rows(outputs, binary=self._bundle.manifest.is_binary)


@dataclass(frozen=True, slots=True)
class BundleSettings:
    """How a bundle is used.

    Attributes:
        runtime: ``onnx`` or ``keras``.
        threshold: From which probability of the pleasanter of two labels the verdict is that one.
        projection: What the labels mean.
    """

    runtime: str
    threshold: float
    projection: Projection


def create(options: Mapping[str, str]) -> KerasClassifier:
    """Build the backend: ``keras?path=BUNDLE``.

    Further options: ``threshold`` (two labels only), ``runtime`` (``auto``, ``onnx``, ``keras``),
    ``map`` (a label map in place of the bundle's), ``trusted`` (see ``trust``) and ``key``.

    Raises:
        InvalidOption: An option is unknown, or does not go with the bundle.
        BundleUnusable: The bundle is missing, damaged, or not trusted.
        LabelMapError: The map does not exist or does not fit.
    """
    given = Options(NAME, options)
    path = Path(given.needed("path", "models/reviews.nunchi"))
    runtime = given.choice("runtime", RUNTIMES, "auto")
    threshold = given.number("threshold", 0, 0.01, 0.99)
    label_map = given.text("map")
    trusted = given.text("trusted", "no") or "no"
    key = given.text("key")
    given.finish()
    bundle = open_bundle(path)
    check_trust(bundle, trusted, Path(key) if key else key_file(os.environ))
    return KerasClassifier(
        bundle,
        BundleSettings(
            _runtime(bundle, runtime),
            _threshold(bundle, threshold),
            projection_of(bundle, label_map),
        ),
    )


def projection_of(bundle: Bundle, label_map: str | None = None) -> Projection:
    """Return what the labels of a bundle mean: by a map that is named, or by its own.

    Raises:
        LabelMapError: The map does not exist, does not fit, or leads nowhere.
    """
    manifest = bundle.manifest
    if label_map is not None:
        return Projection.of(manifest.labels, multi_label=manifest.multi_label, name=label_map)
    own = LabelMap.of(manifest.map_name, manifest.label_map)
    return Projection(manifest.labels, manifest.multi_label, own)


def _runtime(bundle: Bundle, asked: str) -> str:
    if asked == "auto":
        return "onnx" if bundle.has(GRAPH) else "keras"
    if not bundle.has(GRAPH if asked == "onnx" else MODEL):
        msg = f"the bundle {bundle.path} cannot be run with runtime={asked}; leave the option out"
        raise BundleUnusable(msg)
    return asked


def _threshold(bundle: Bundle, asked: float) -> float:
    if not asked:
        return bundle.manifest.threshold
    if not bundle.manifest.is_binary:
        msg = (
            "the option threshold of keras is for a bundle of two labels that exclude each other; "
            f"this one has {len(bundle.manifest.labels)}"
        )
        raise InvalidOption(msg)
    return asked


def _version(bundle: Bundle, settings: BundleSettings) -> str:
    """Return what changes with anything that may change a verdict, and with nothing else."""
    manifest = bundle.manifest
    network = GRAPH if settings.runtime == "onnx" else MODEL
    parts = [
        manifest.files.get(network),
        manifest.files.get(TOKENIZER),
        manifest.labels,
        manifest.length,
        settings.threshold,
        dict(settings.projection.label_map.table),
    ]
    plain = json.dumps(parts, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:12]
