"""Run in a process of its own: trains every network that the tests look at.

    python train_everything.py FOLDER

Writes into FOLDER: ``forms/NAME`` for each architecture and form of labels (the network as saved,
its ONNX, its inputs, what it answered while it was in memory, its losses), ``strange.keras``, a
network with code of its own, ``bundles/NAME`` by the ``nunchi`` command, and ``commands.json`` with
what the commands said.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from click.testing import CliRunner

from bot.cli import nunchi
from classifiers.keras.encoding import padded
from classifiers.training.datasets import Example
from classifiers.training.keras import RECIPES
from classifiers.training.keras.architectures import build
from classifiers.training.keras.batches import Lesson, targets_of
from classifiers.training.keras.encoders import learn_encoder
from classifiers.training.keras.fitting import compile_model, fit
from classifiers.training.keras.graph import as_onnx
from tests.classifiers.keras_backend import sets

SMALL = {
    "lstm": replace(RECIPES["reviews"], vocabulary=200, width=8, units=6, rate=0.01),
    "transformer": replace(
        RECIPES["transformer"], vocabulary=200, width=8, units=8, heads=2, length=32, rate=0.01
    ),
    "bow": replace(RECIPES["bow"], vocabulary=400, width=8, rate=0.01),
}
FORMS: dict[str, tuple[dict[str, str], int]] = {
    "binary": (sets.KOREAN, 1),
    "nine": ({name: name for name in sets.NINE}, 1),
    "several": ({name: name for name in sets.NINE}, 3),
}


class Silent:
    """Hears how it goes and says nothing."""

    def begin(self, stage: str, total: int) -> None:
        """Do nothing."""

    def advance(self, steps: int) -> None:
        """Do nothing."""


def train_form(keras: Any, architecture: str, form: str, out: Path) -> None:
    """Train one small network and write down what it answers in memory."""
    kinds, most = FORMS[form]
    recipe = replace(SMALL[architecture], batch=16, epochs=3, patience=3)
    drawn = [Example(*each) for each in sets.examples(kinds, 96, 7, most)]
    encoder = learn_encoder(recipe, [each.text for each in drawn], Silent())
    rows = encoder.rows([each.text for each in drawn])
    binary = form == "binary"
    lesson = Lesson(rows, targets_of(drawn, sorted(kinds), binary=binary))
    activation = "softmax" if form == "nine" else "sigmoid"
    keras.utils.set_random_seed(3)
    model = build(keras, recipe, encoder.size, lesson.targets.shape[1], activation)
    compile_model(keras, model, recipe, activation, 6)
    history = fit(model, recipe, encoder, lesson, lesson, Silent())
    out.mkdir(parents=True)
    inputs = padded(encoder, encoder.rows([each.text for each in drawn[:20]] + ["", "love " * 60]))
    answers = model.predict_on_batch(list(inputs.values()))
    model.save(out / "model.keras")
    (out / "model.onnx").write_bytes(as_onnx(model, recipe, activation))
    np.savez(out / "seen.npz", answers=answers, **inputs)
    (out / "history.json").write_text(json.dumps(history))


def main(folder: Path) -> None:
    """Train everything."""
    import keras

    keras.utils.disable_interactive_logging()
    for architecture, form in product(SMALL, FORMS):
        train_form(keras, architecture, form, folder / "forms" / f"{architecture}-{form}")
        keras.utils.clear_session()
    strange = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x + 1)])
    strange.save(folder / "strange.keras")
    data, bundles = folder / "data", folder / "bundles"
    sets.write_all(data)
    tiny = ["--batch", "16", "--rate", "0.02", "--vocabulary", "300"]
    stars = ["bow", "--data", data / "stars", "--map", data / "stars.json", *tiny]
    reviews = ["keras-lstm", "--preset", "reviews", "--data", data / "reviews"]
    commands = {
        "stars.nunchi": [*stars, "--epochs", "6", "--width", "8"],
        "again.nunchi": [*stars, "--epochs", "6", "--width", "8"],
        "plain.nunchi": [*stars, "--epochs", "1", "--weighting", "bow", "--width", "2048"],
        "reviews": [
            *(*reviews, "--map", data / "korean.json", *tiny, "--epochs", "2"),
            *("--units", "4", "--rate", "0.005", "--vectors", data / "words.vec"),
        ],
        "mine": [
            *("keras-transformer", "--data", data / "mine.tsv", *tiny, "--epochs", "8"),
            *("--width", "16", "--heads", "2", "--layers", "1", "--units", "16"),
        ],
    }
    said = {}
    for name, command in commands.items():
        arguments = ["train", *map(str, command), "--out", str(bundles / name)]
        result = CliRunner().invoke(nunchi, arguments)
        said[name] = {"exit": result.exit_code, "said": result.stdout, "errors": result.stderr}
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
    (folder / "commands.json").write_text(json.dumps(said, ensure_ascii=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
