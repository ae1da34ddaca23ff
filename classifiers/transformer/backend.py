"""The backend ``transformers``: any text classification model of that library."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.classifier import ModelInfo
from classifiers.errors import BackendUnavailable, ClassificationFailed, InvalidOption
from classifiers.heads import Head
from classifiers.label_maps import built_in_maps, map_for
from classifiers.language import detect
from classifiers.local import LocalClassifier
from classifiers.prediction import Prediction
from classifiers.projection import Projection
from classifiers.text import said
from classifiers.transformer.choice import NAME, Choice, choice_of
from classifiers.transformer.folders import ModelFolder, checksum, looked_at
from classifiers.transformer.hub import fetched
from classifiers.transformer.manifest import Manifest, read_manifest
from classifiers.transformer.naming import Outputs, outputs_of
from classifiers.transformer.parity import probabilities
from classifiers.transformer.presets import is_commit
from classifiers.transformer.runners import OnnxRunner, Runner, TorchRunner
from classifiers.transformer.tokens import Tokens, padding_of, tokens_of

log = logging.getLogger(__name__)

OWN_LABELS: Final = "labels"
"""The head that is the model's own labels."""

ANY_LANGUAGE: Final = ("und",)
UNSAFE: Final = re.compile(r"[\s@:]+")
SHORT: Final = 8
SHORTER: Final = 4


@dataclass(frozen=True, slots=True)
class Source:
    """Where the files of a model are, and what they are called.

    Attributes:
        folder: Looked at.
        revision: The commit of a hub id, or nothing.
        manifest: The one in the folder, if this project exported it.
    """

    folder: ModelFolder
    revision: str
    manifest: Manifest | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model that is ready.

    Attributes:
        runner: Computes the logits.
        tokens: Makes its arrays.
        projection: What the outputs mean.
    """

    runner: Runner
    tokens: Tokens
    projection: Projection

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return a probability for each label: shape (texts, labels)."""
        labels, multi_label = len(self.projection.labels), self.projection.multi_label
        rows = probabilities(self.runner, self.tokens, texts, labels, multi_label=multi_label)
        if not np.isfinite(rows).all():
            msg = "the model answered with what is no number; its weights may be damaged"
            raise ClassificationFailed(msg)
        return rows


class TransformerClassifier(LocalClassifier):
    """Runs an encoder with a classification head, by ONNX Runtime or by torch."""

    def __init__(self, choice: Choice) -> None:
        version = choice.preset.name if choice.preset else _word(Path(choice.model).name)
        languages = choice.languages or ANY_LANGUAGE
        super().__init__(ModelInfo(NAME, version, languages, max_batch=choice.batch))
        self._choice = choice
        self._loaded: Loaded | None = None

    def load(self) -> None:
        """Fetch, export and load the model, as far as that was not done before.

        Raises:
            BackendUnavailable: A package or a file is missing or damaged, the model cannot be had,
                or it was never trained to classify.
            LabelMapError: Nobody knows what its labels mean.
        """
        choice = self._choice
        if choice.naming.label_map is not None:
            # A wrong name is told before the minutes of a download and an export.
            map_for(choice.naming.label_map, ())
        source = source_of(choice)
        if choice.runtime == "torch":
            loaded, quantise = _by_torch(source, choice), "none"
        else:
            source = runnable(source, choice)
            loaded, quantise = _by_onnx(source, choice), _quantised(source)
        _refuse_other_width(loaded, source.folder.name)
        self._loaded = loaded
        self._describe(source, loaded.projection, quantise)

    def unload(self) -> None:
        """Forget the model."""
        self._loaded = None

    def predict(self, texts: Sequence[str]) -> Sequence[Prediction]:
        """Judge some texts; what is beyond ``max_length`` tokens is not read."""
        plain = [said(text) for text in texts]
        loaded = self._ready()
        rows = loaded.probabilities(plain)
        return loaded.projection.predictions(rows, list(map(detect, plain)), self._info.model)

    def heads(self) -> Mapping[str, Head]:
        """Return the model's own labels, by the name ``labels`` and by that of their map.

        They are known once the classifier is started.
        """
        if self._loaded is None:
            return {}
        projection = self._loaded.projection
        names = [OWN_LABELS]
        if projection.label_map.name in built_in_maps():
            names.append(projection.label_map.name)
        return {name: Head(name, projection.labels, projection.multi_label) for name in names}

    async def classify_head(self, name: str, texts: Sequence[str]) -> NDArray[Any]:
        """Return the probabilities of the model's own labels: shape (texts, labels).

        Raises:
            InvalidOption: There is no such head.
            ClassificationFailed: The batch could not be classified.
        """
        if name not in self.heads():
            msg = f"{NAME} has no head called {name!r}; it has: {', '.join(self.heads())}"
            raise InvalidOption(msg)
        plain = [said(text) for text in texts]
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, self._ready().probabilities, plain)

    def _ready(self) -> Loaded:
        if self._loaded is None:
            msg = "start() comes before classify()"
            raise RuntimeError(msg)
        return self._loaded

    def _describe(self, source: Source, projection: Projection, quantise: str) -> None:
        languages = self._choice.languages
        if not languages and source.manifest is not None:
            languages = source.manifest.languages
        self.describe(
            ModelInfo(
                NAME,
                _version(source, projection, self._choice, quantise),
                languages or ANY_LANGUAGE,
                labels=projection.emotions,
                max_batch=self._choice.batch,
            )
        )


def create(options: Mapping[str, str]) -> TransformerClassifier:
    """Build the backend; nothing is loaded yet.

    The options are ``model`` (a preset, a folder or a hub id), ``revision``, ``file``, ``map``,
    ``multi_label``, ``runtime``, ``quantise``, ``threads``, ``batch``, ``max_length``,
    ``offline``, ``cache`` and ``languages``; docs/backends/transformers.md explains them.

    Raises:
        InvalidOption: One is missing, unknown or has a value that cannot be used.
    """
    return TransformerClassifier(choice_of(options))


def source_of(choice: Choice) -> Source:
    """Find the folder of a model; a hub id is downloaded if it is not here.

    Raises:
        BackendUnavailable: It cannot be had, or is refused as it is.
    """
    path = choice.folder
    if path is not None:
        return Source(looked_at(path, choice.file), "", read_manifest(path))
    hub = None if choice.cache is None else choice.cache / "hub"
    path = fetched(choice.model, choice.revision, choice.file, offline=choice.offline, cache=hub)
    if not is_commit(choice.revision):
        log.warning(
            "%s at %s is not pinned to a commit: its weights may change without notice; "
            "name a commit by revision=",
            choice.model,
            choice.revision,
        )
    return Source(looked_at(path, choice.file, choice.model), path.name, read_manifest(path))


def runnable(source: Source, choice: Choice) -> Source:
    """Return a source with an ONNX file of the wanted kind, exported if there is none.

    Raises:
        BackendUnavailable: The export failed.
        InvalidOption: The folder holds another kind, and no weights to export.
    """
    wanted = choice.quantise
    if source.folder.onnx is not None and wanted in {"auto", _quantised(source)}:
        return source
    if not source.folder.weights:
        msg = (
            f"{source.folder.name} holds an ONNX model that is not {wanted}; remove quantise=, or "
            "export it from its weights: nunchi export"
        )
        raise InvalidOption(msg)
    # Late: only whoever exports needs it.
    from classifiers.transformer.export_cache import default_cache, exported_once  # noqa: PLC0415
    from classifiers.transformer.exporting import ExportJob  # noqa: PLC0415

    job = ExportJob(
        source.folder,
        source.folder.path,
        choice.naming,
        source.folder.name,
        source.revision,
        choice.languages,
        "int8" if wanted == "int8" else "none",
    )
    path = exported_once(job, choice.cache or default_cache())
    folder = looked_at(path, name=source.folder.name)
    return Source(folder, source.revision, read_manifest(path))


def _by_onnx(source: Source, choice: Choice) -> Loaded:
    folder = source.folder
    if folder.onnx is None:
        msg = f"{folder.name} has no ONNX model; export it again: nunchi export"
        raise BackendUnavailable(msg)
    projection = choice.naming.projection(_outputs(source))
    longest = min(choice.max_length, _longest(source))
    return Loaded(OnnxRunner(folder.onnx, choice.threads), tokens_of(folder, longest), projection)


def _by_torch(source: Source, choice: Choice) -> Loaded:
    # Late: only this runtime needs it.
    from classifiers.transformer.checkpoint import load_checkpoint  # noqa: PLC0415

    folder = source.folder
    if not folder.weights:
        msg = f"{folder.name} holds an ONNX model only; remove runtime=torch"
        raise BackendUnavailable(msg)
    checkpoint = load_checkpoint(folder)
    projection = choice.naming.projection(_outputs(source))
    longest = min(choice.max_length, folder.longest())
    tokens = Tokens(checkpoint.tokenizer, padding_of(folder), longest)
    return Loaded(
        TorchRunner(checkpoint.model, checkpoint.inputs, choice.threads), tokens, projection
    )


def _refuse_other_width(loaded: Loaded, name: str) -> None:
    """Run one text, so that a model whose settings belong to another one does not start."""
    labels = len(loaded.projection.labels)
    [(_, arrays)] = loaded.tokens.batches([""])
    shape = loaded.runner.logits(arrays).shape
    if shape != (1, labels):
        msg = (
            f"{name} answers with an array of shape {shape} where its settings name {labels} "
            "labels; its files do not belong together"
        )
        raise BackendUnavailable(msg)


def _outputs(source: Source) -> Outputs:
    return source.manifest.outputs if source.manifest else outputs_of(source.folder.config)


def _longest(source: Source) -> int:
    return source.manifest.longest if source.manifest else source.folder.longest()


def _quantised(source: Source) -> str:
    if source.manifest is not None:
        return source.manifest.quantise
    onnx = source.folder.onnx
    return "int8" if onnx is not None and "quantized" in onnx.stem else "none"


def _word(name: str) -> str:
    return UNSAFE.sub("-", name) or NAME


def _version(source: Source, projection: Projection, choice: Choice, quantise: str) -> str:
    """Name all that a prediction depends on: model, commit, weights, and how they are read."""
    if source.manifest is not None:
        weights = source.manifest.weights
        name, revision = source.manifest.source, source.manifest.revision or source.revision
    else:
        onnx = source.folder.onnx if choice.runtime == "onnx" else None
        weights = checksum([onnx] if onnx else source.folder.weights)
        name, revision = source.folder.name, source.revision
    meaning = [(label, projection.label_map.table[label]) for label in projection.labels]
    read = json.dumps([meaning, projection.multi_label, choice.max_length]).encode()
    reading = hashlib.sha256(read).hexdigest()
    parts = [_word(name), revision[:SHORT], weights[:SHORT], reading[:SHORTER]]
    return ":".join(filter(None, [*parts, quantise if quantise != "none" else ""]))
