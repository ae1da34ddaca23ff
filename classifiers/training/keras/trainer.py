"""From labelled texts to a signed bundle."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np

from classifiers.emotion import VALENCES, Emotion, Sentiment
from classifiers.errors import BackendUnavailable, InvalidOption
from classifiers.extras import required
from classifiers.keras.bundle import (
    CURVES,
    EVALUATION,
    GRAPH,
    HISTORY,
    MODEL,
    TOKENIZER,
    Bundle,
    Manifest,
    check_place,
    checksums,
    sealed,
    write_bundle,
)
from classifiers.keras.encoding import Encoder, SubwordEncoder, padded, read_encoder
from classifiers.keras.runtimes import KerasRuntime, OnnxRuntime, Runtime, imported_keras
from classifiers.keras.trust import key_file, load_or_create_key, sign
from classifiers.label_maps import LabelMap, map_for
from classifiers.language import detect
from classifiers.text import said
from classifiers.training.datasets import Example
from classifiers.training.keras.architectures import EMBEDDING, build
from classifiers.training.keras.batches import Lesson, targets_of
from classifiers.training.keras.curves import drawn_curves
from classifiers.training.keras.encoders import learn_encoder
from classifiers.training.keras.fitting import History, compile_model, fit, steps_of
from classifiers.training.keras.graph import as_onnx
from classifiers.training.keras.hushing import hushed
from classifiers.training.keras.material import DataRequest, Material, read_material
from classifiers.training.keras.measuring import evaluation_of
from classifiers.training.keras.recipe import Progress, Recipe
from classifiers.training.keras.vectors import starting_vectors

log = logging.getLogger(__name__)

TOLERANCE: Final = 1e-4
"""Largest difference of a probability between ONNX Runtime and Keras."""

COMPARED: Final = 256
COMMON_LANGUAGE: Final = 0.05
"""Share of the training texts from which a language counts as one that the model was made for."""

PACKAGES: Final = ("keras", "tensorflow", "tokenizers")


@dataclass(frozen=True, slots=True)
class TrainingRequest:
    """What is to be trained, on what, and where it goes.

    Attributes:
        data: The labelled texts.
        recipe: The network.
        out: The bundle: a folder, or a file ``NAME.nunchi``.
        label_map: What the labels mean, as ``map_for`` takes it; ``None`` guesses.
        key: The file of the key that signs; ``None`` takes the one of this machine.
    """

    data: DataRequest
    recipe: Recipe
    out: Path
    label_map: str | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of it.

    Attributes:
        bundle: The bundle that was written.
        evaluation: The figures that lie in it.
        history: Loss and accuracy a round.
        exported: Whether ONNX Runtime can run it; else Keras must.
        vectors: Share of the sub-words in the text that started from a vector; ``None`` without.
    """

    bundle: Bundle
    evaluation: dict[str, Any]
    history: History
    exported: bool
    vectors: float | None


def train(request: TrainingRequest, progress: Progress) -> Trained:
    """Train a network and write its bundle; the same seed gives the same model on one machine.

    Raises:
        BackendUnavailable: A package is missing.
        DatasetError: The data cannot be had, or are too few.
        LabelMapError: Nobody can tell what the labels mean.
        InvalidOption: Two settings do not go together.
        BundleUnusable: The bundle cannot be written to that place.
    """
    recipe = request.recipe
    _check(request)
    material = read_material(request.data)
    label_map = map_for(request.label_map, material.labels)
    label_map.classes_of(material.labels)
    material = replace(material, labels=_in_order(material, label_map))
    key = load_or_create_key(request.key or key_file(os.environ))
    # The slowest import of all, and so after everything that may be wrong.
    keras = _prepared_keras(recipe.seed)

    texts = [each.text for each in material.train]
    encoder = learn_encoder(recipe, texts, progress)
    table, share = None, None
    if recipe.vectors is not None and isinstance(encoder, SubwordEncoder):
        table, share = starting_vectors(encoder, texts, recipe.vectors, recipe.width, recipe.seed)
        recipe = replace(recipe, width=table.shape[1])
        _check_heads(recipe)
    fitted, history = _fitted(keras, recipe, encoder, material, table, progress)
    members = _members(keras, fitted, recipe, encoder, material, history)
    evaluation = _evaluated(members, material, recipe, progress)
    members[EVALUATION] = _json(evaluation)
    manifest = _manifest(material, recipe, label_map, members)
    signature = sign(sealed(manifest), key)
    bundle = write_bundle(request.out, members, manifest, signature)
    return Trained(bundle, evaluation, history, GRAPH in members, share)


def activation_of(material: Material) -> str:
    """Return ``softmax`` where one of three or more labels excludes the others."""
    return "softmax" if len(material.labels) > 2 and not material.multi_label else "sigmoid"


def _in_order(material: Material, label_map: LabelMap) -> tuple[str, ...]:
    """Return the labels in the order of the model's columns: of two the pleasanter is last.

    The threshold is for the last of two labels. In alphabetical order alone that would be the
    positive one in English and the negative one in Korean.
    """
    if len(material.labels) != 2:
        return material.labels
    return tuple(sorted(material.labels, key=lambda label: _pleasantness(label_map.table[label])))


def _pleasantness(name: str | None) -> float:
    poles = {str(Sentiment.NEGATIVE): -1.0, str(Sentiment.POSITIVE): 1.0}
    if name is None:
        return 0.0
    return poles[name] if name in poles else VALENCES[Emotion(name)]


def _check(request: TrainingRequest) -> None:
    """Find what would end the training after its longest part."""
    required("tokenizers", "onnx")
    required("onnx", "tensorflow")
    required("onnxruntime", "onnx")
    required("sklearn", "evaluation")
    required("matplotlib", "evaluation")
    check_place(request.out)
    _check_heads(request.recipe)
    shortest, longest = request.recipe.characters
    if shortest > longest:
        msg = f"the shortest run of characters, {shortest}, is longer than the longest, {longest}"
        raise InvalidOption(msg)


def _check_heads(recipe: Recipe) -> None:
    if recipe.architecture == "transformer" and recipe.width % recipe.heads:
        msg = f"the width {recipe.width} must be a multiple of the {recipe.heads} attention heads"
        raise InvalidOption(msg)


def _prepared_keras(seed: int) -> Any:  # noqa: ANN401 - Keras carries no types
    with hushed():
        keras = imported_keras()
    if keras.backend.backend() != "tensorflow":
        # Its torch back end takes thirteen times as long for an LSTM.
        msg = "training needs Keras on TensorFlow: set KERAS_BACKEND=tensorflow"
        raise BackendUnavailable(msg)
    keras.utils.set_random_seed(seed)
    keras.utils.clear_session(free_memory=False)
    return keras


def _fitted(
    keras: Any,  # noqa: ANN401 - Keras carries no types
    recipe: Recipe,
    encoder: Encoder,
    material: Material,
    table: Any,  # noqa: ANN401 - an array or nothing
    progress: Progress,
) -> tuple[Any, History]:
    lessons = [_lesson(encoder, material, part) for part in (material.train, material.dev)]
    activation = activation_of(material)
    outputs = lessons[0].targets.shape[1]
    model = build(keras, recipe, encoder.size, outputs, activation)
    if table is not None:
        model.get_layer(EMBEDDING).set_weights([table])
    compile_model(keras, model, recipe, activation, steps_of(lessons[0], recipe))
    return model, fit(model, recipe, encoder, lessons[0], lessons[1], progress)


def _lesson(encoder: Encoder, material: Material, part: Sequence[Example]) -> Lesson:
    binary = len(material.labels) == 2 and not material.multi_label
    rows = encoder.rows([each.text for each in part])
    return Lesson(rows, targets_of(part, material.labels, binary=binary))


def _members(
    keras: Any,  # noqa: ANN401 - Keras carries no types
    fitted: Any,  # noqa: ANN401 - see above
    recipe: Recipe,
    encoder: Encoder,
    material: Material,
    history: History,
) -> dict[str, bytes]:
    activation = activation_of(material)
    # Built anew, so that nothing of the optimiser, twice as large as the model, is kept.
    model = build(keras, recipe, encoder.size, int(fitted.output_shape[-1]), activation)
    model.set_weights(fitted.get_weights())
    with tempfile.TemporaryDirectory(prefix="nunchi-") as folder:
        file = Path(folder) / MODEL
        model.save(file)
        saved = file.read_bytes()
    members = {
        MODEL: saved,
        TOKENIZER: encoder.dump(),
        HISTORY: _json(history),
        CURVES: drawn_curves(history),
    }
    some = padded(encoder, encoder.rows([each.text for each in material.dev[:COMPARED]]))
    graph = _exported(model, recipe, activation, some, KerasRuntime(saved).run(some))
    if graph is not None:
        members[GRAPH] = graph
    return members


def _exported(
    model: Any,  # noqa: ANN401 - Keras carries no types
    recipe: Recipe,
    activation: str,
    inputs: Mapping[str, Any],
    exact: Any,  # noqa: ANN401 - an array
) -> bytes | None:
    """Return the network as ONNX, or nothing where it cannot stand in for Keras."""
    try:
        graph = as_onnx(model, recipe, activation)
        apart = float(np.abs(OnnxRuntime(graph).run(inputs) - exact).max())
    except Exception as error:  # noqa: BLE001 - a boundary: no trained network is lost for this
        # Such as a network of more than 2 GB, which ONNX cannot hold in one piece.
        log.warning("the network cannot be exported to ONNX: %s", type(error).__name__)
        return None
    if apart > TOLERANCE:
        log.warning("ONNX Runtime is %.2g away from Keras; only Keras can run the bundle", apart)
        return None
    return graph


def _evaluated(
    members: dict[str, bytes], material: Material, recipe: Recipe, progress: Progress
) -> dict[str, Any]:
    """Measure what was saved, not what is in memory."""
    progress.begin("evaluation", 1)
    encoder = read_encoder(recipe.encoding, members[TOKENIZER], recipe.length)
    runtime: Runtime = (
        OnnxRuntime(members[GRAPH]) if GRAPH in members else KerasRuntime(members[MODEL])
    )
    figures = evaluation_of(material, encoder, runtime, recipe.threshold)
    progress.advance(1)
    return figures


def _manifest(
    material: Material, recipe: Recipe, label_map: LabelMap, members: dict[str, bytes]
) -> Manifest:
    settings = {name: value for name, value in asdict(recipe).items() if name != "characters"}
    if recipe.vectors not in {None, "train"}:
        # A path says nothing elsewhere, and may name a person.
        settings["vectors"] = Path(str(recipe.vectors)).name
    counts = Counter(detect(said(each.text)) for each in material.train)
    least = COMMON_LANGUAGE * len(material.train)
    languages = [code for code, count in counts.most_common() if count >= least and code != "und"]
    return Manifest(
        format=1,
        name=material.name,
        architecture=recipe.architecture,
        encoding=recipe.encoding,
        labels=material.labels,
        multi_label=material.multi_label,
        map_name=label_map.name,
        label_map={label: label_map.table[label] for label in material.labels},
        languages=tuple(languages),
        threshold=recipe.threshold,
        length=recipe.length,
        files=checksums(members),
        made_with={**settings, **{name: _version(name) for name in PACKAGES}},
    )


def _version(package: str) -> str:
    module = required(package, "tensorflow")
    return str(getattr(module, "__version__", None) or version(package))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
