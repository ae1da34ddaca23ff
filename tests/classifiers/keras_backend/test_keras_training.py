from __future__ import annotations

import json

import numpy as np
import pytest

from classifiers.keras.bundle import CURVES, EVALUATION, HISTORY, open_bundle
from classifiers.keras.runtimes import OnnxRuntime

pytestmark = pytest.mark.timeout(900)

FORMS = [
    f"{architecture}-{form}"
    for architecture in ("lstm", "transformer", "bow")
    for form in ("binary", "nine", "several")
]
BUNDLES = ["stars.nunchi", "again.nunchi", "plain.nunchi", "reviews", "mine"]


@pytest.mark.parametrize("form", FORMS)
def test_every_network_learns_and_keeps_what_it_learnt(workshop, form):
    history = workshop.written(f"forms/{form}/history.json")
    assert history["loss"][-1] < history["loss"][0]
    # Loaded in a new process by Keras alone, without code of this project.
    assert workshop.written("forms.json")[form] <= 1e-5


@pytest.mark.parametrize("form", FORMS)
def test_onnx_answers_as_keras_does(workshop, form):
    folder = workshop.folder / "forms" / form
    with np.load(folder / "seen.npz") as seen:
        inputs = {name: seen[name] for name in seen.files if name != "answers"}
        expected = seen["answers"]
    runtime = OnnxRuntime((folder / "model.onnx").read_bytes())
    answers = runtime.run(inputs)
    assert np.abs(answers - expected).max() <= 1e-4
    alone = runtime.run({name: table[3:4] for name, table in inputs.items()})
    assert np.abs(alone - expected[3:4]).max() <= 1e-4


def test_a_text_is_judged_the_same_whatever_is_beside_it(workshop):
    for form in FORMS:
        folder = workshop.folder / "forms" / form
        with np.load(folder / "seen.npz") as seen:
            width = int((seen[seen.files[1]][0] != 0).sum())
            cut = {name: seen[name][:1, :width] for name in seen.files if name != "answers"}
            expected = seen["answers"][:1]
        answers = OnnxRuntime((folder / "model.onnx").read_bytes()).run(cut)
        assert np.abs(answers - expected).max() <= 1e-4, form


@pytest.mark.parametrize("name", BUNDLES)
def test_the_command_trains_to_the_end(workshop, name):
    answer = workshop.written("commands.json")[name]
    assert answer["exit"] == 0
    path = workshop.bundle(name)
    assert f"use it: NUNCHI_CLASSIFIER='keras?path={path}'" in answer["said"]
    assert open_bundle(path).fingerprint[:16] in answer["said"]
    assert "round 1 of" in answer["errors"]


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_is_judged_alike_by_both_runtimes_in_a_new_process(workshop, name):
    answers = workshop.written("bundles.json")
    onnx, keras = (np.array(answers[f"{name} {runtime}"]) for runtime in ("onnx", "keras"))
    assert onnx.shape[0] == 6
    assert np.abs(onnx - keras).max() <= 1e-4


def test_a_bundle_tells_how_good_it_is_and_how_it_came_about(workshop):
    bundle = open_bundle(workshop.bundle("stars.nunchi"))
    figures = json.loads(bundle.read(EVALUATION))
    assert figures["part"] == "test"
    assert figures["n"] == 40
    # Five stars told apart by their words: far above the .2 of guessing.
    assert figures["accuracy"] > 0.8
    assert set(figures["per_class"]) == {"1", "2", "3", "4", "5"}
    history = json.loads(bundle.read(HISTORY))
    assert history["val_loss"][-1] < history["val_loss"][0]
    assert bundle.read(CURVES).startswith(b"\x89PNG")
    assert bundle.manifest.made_with["keras"]
    assert bundle.manifest.languages


def test_the_same_seed_gives_the_same_model(workshop):
    answers = workshop.written("bundles.json")
    assert answers["stars.nunchi onnx"] == answers["again.nunchi onnx"]
    assert answers["stars.nunchi onnx"] != answers["plain.nunchi onnx"]


def test_the_film_review_model_is_what_it_is_known_as(workshop):
    bundle = open_bundle(workshop.bundle("reviews"))
    assert bundle.manifest.threshold == 0.7
    # The pleasant label comes last, though it is first in the alphabet.
    assert bundle.manifest.labels == ("부정", "긍정")
    assert (
        "at the threshold 0.7; at one half" in workshop.written("commands.json")["reviews"]["said"]
    )


def test_word_vectors_of_a_file_are_a_start(workshop):
    said = workshop.written("commands.json")["reviews"]["said"]
    assert "word vectors were known for" in said
    # The file decides the width, and its path is not told to those who get the bundle.
    settings = open_bundle(workshop.bundle("reviews")).manifest.made_with
    assert settings["width"] == 12
    assert settings["vectors"] == "words.vec"


def test_data_of_ones_own_need_one_file(workshop):
    bundle = open_bundle(workshop.bundle("mine"))
    assert bundle.manifest.multi_label
    assert len(bundle.manifest.labels) == 9
    figures = json.loads(bundle.read(EVALUATION))
    assert figures["part"] == "dev"
    assert all(each["threshold"] is not None for each in figures["per_class"].values())


def test_what_does_not_fit_into_memory_is_halved(workshop):
    memory = workshop.written("memory.json")
    for runtime in ("onnx", "keras"):
        assert memory[runtime]["judged"] == 128
        assert memory[runtime]["rows"] == 256
    assert memory["onnx"]["largest"] < 64


def test_a_network_with_code_of_its_own_is_not_loaded(workshop):
    said = (workshop.folder / "strange.txt").read_text()
    assert said == "Keras cannot load the network of the bundle; train it anew"
