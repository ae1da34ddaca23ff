from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from urllib.parse import urlencode

import numpy as np
import pytest

from classifiers.classifier import Classifier, load
from classifiers.emotion import EMOTIONS, Emotion, Sentiment
from classifiers.errors import BackendUnavailable, InvalidOption
from classifiers.heads import HeadedClassifier
from classifiers.keras import KerasClassifier
from classifiers.keras.threshold import shifted
from classifiers.label_maps import LabelMapError
from tests.classifiers.keras_backend.conftest import ROOT

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def opened(workshop):
    """Load a bundle, start it, and close it in the end."""
    classifiers = []

    def loaded(name: str, **options: str) -> KerasClassifier:
        query = {"path": str(workshop.bundle(name)), "key": str(workshop.key), **options}
        classifier = load("keras?" + urlencode(query))
        assert isinstance(classifier, KerasClassifier)
        asyncio.run(classifier.start())
        classifiers.append(classifier)
        return classifier

    yield loaded
    for classifier in classifiers:
        asyncio.run(classifier.close())


def judged(classifier, *texts):
    return asyncio.run(classifier.classify(texts))


def test_nine_emotions(opened):
    classifier = opened("mine")
    assert isinstance(classifier, Classifier)
    assert classifier.info.labels == EMOTIONS
    joyful, angry = judged(classifier, "very happy love happy", "정말 화나 이건 짜증 화나")
    assert joyful.label is Emotion.JOY
    assert angry.label is Emotion.ANGER
    assert joyful.valence > angry.valence
    assert sum(joyful.probabilities) == pytest.approx(1, abs=1e-3)
    assert joyful.model == classifier.info.model
    assert (joyful.language, angry.language) == ("en", "ko")


def test_a_model_of_sentiments_gives_a_valence_and_no_emotions(opened):
    classifier = opened("stars.nunchi")
    assert classifier.info.labels == ()
    bad, good = judged(classifier, "gross 역겨워 disgusting", "happy 행복해 love")
    assert bad.label is None
    assert bad.sentiment is Sentiment.NEGATIVE
    assert good.sentiment is Sentiment.POSITIVE


def test_the_fine_labels_are_a_head(opened):
    classifier = opened("stars.nunchi")
    assert isinstance(classifier, HeadedClassifier)
    head = classifier.heads()["stars"]
    assert head.labels == ("1", "2", "3", "4", "5")
    rows = asyncio.run(classifier.classify_head("stars", ["happy love", "gross 역겨워"]))
    assert rows.dtype == np.float32
    assert rows.sum(axis=1) == pytest.approx([1, 1], abs=1e-4)
    assert [head.labels[each] for each in rows.argmax(axis=1)] == ["5", "1"]
    assert asyncio.run(classifier.classify_head("stars", [])).shape == (0, 5)
    with pytest.raises(InvalidOption, match="no head called 'kote'; it has: stars"):
        asyncio.run(classifier.classify_head("kote", ["a"]))


def test_the_threshold_moves_the_verdict_and_not_the_head(opened):
    strict, even = opened("reviews"), opened("reviews", threshold="0.5")
    texts = ["정말 좋아요 행복해", "짜증 화나 furious", "love 화나", "이건 very", ""]
    share = asyncio.run(even.classify_head("reviews", texts))[:, 1]
    assert asyncio.run(strict.classify_head("reviews", texts))[:, 1] == pytest.approx(share)
    for threshold, classifier in ((0.7, strict), (0.5, even)):
        valences = [each.valence for each in judged(classifier, *texts)]
        assert [value >= 0 for value in valences] == [value >= threshold for value in share]
    for edge in (float(share.min()), float(share.max())):
        moved = opened("reviews", threshold=f"{edge:.6f}")
        assert min(abs(each.valence) for each in judged(moved, *texts)) < 1e-4
    assert strict.info.version != even.info.version


def test_the_scale_of_a_threshold_is_stretched_on_both_sides():
    second = np.array([0.0, 0.35, 0.7, 0.85, 1.0])
    rows = shifted(np.stack([1 - second, second], axis=1), 0.7)
    assert rows[:, 1] == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert rows.sum(axis=1) == pytest.approx(np.ones(5))


@pytest.mark.parametrize("name", ["stars.nunchi", "reviews", "mine"])
def test_odd_texts_are_judged(opened, name):
    classifier = opened(name)
    texts = ["", " ", "👍", "\ud800", "ㅋ" * 100_000, "happy " * 20_000, "가" * 100_000]
    assert len(judged(classifier, *texts)) == len(texts)
    assert judged(classifier) == []
    assert len(judged(classifier, *["happy"] * 200)) == 200


def test_another_map_at_loading(opened, workshop, tmp_path):
    path = tmp_path / "stars.json"
    path.write_text(json.dumps({"1": "anger", "2": "sadness", "3": None, "4": "joy", "5": "joy"}))
    classifier = opened("stars.nunchi", map=str(path))
    assert classifier.info.labels == (Emotion.ANGER, Emotion.JOY, Emotion.SADNESS)
    assert judged(classifier, "happy love 행복해")[0].label is Emotion.JOY
    path.write_text(json.dumps({"1": "anger"}))
    with pytest.raises(LabelMapError, match="'2' is not in the map"):
        opened("stars.nunchi", map=str(path))
    with pytest.raises(LabelMapError, match="no label map is called 'nonsense'"):
        opened("stars.nunchi", map="nonsense")


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("stars.nunchi", {"threshold": "0.7"}, "for a bundle of two labels.*has 5"),
        ("mine", {"threshold": "0.7"}, "for a bundle of two labels.*has 9"),
        ("reviews", {"threshold": "1.2"}, "threshold of keras must be a number from 0.01 to 0.99"),
        ("reviews", {"treshold": "0.7"}, "did you mean threshold"),
        ("reviews", {"runtime": "torch"}, "must be one of auto, onnx, keras"),
        ("reviews", {"trusted": "maybe"}, "must be yes, no, or at least 16 digits"),
    ],
)
def test_wrong_options_are_explained(opened, name, options, said):
    with pytest.raises(InvalidOption, match=said):
        opened(name, **options)


def test_a_bundle_must_be_named():
    with pytest.raises(InvalidOption, match=r"keras needs the option path"):
        load("keras")


def test_keras_is_needed_only_where_it_runs(opened, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    opened("reviews")
    with pytest.raises(BackendUnavailable, match=r'pip install "nunchi-bot\[tensorflow\]"'):
        opened("reviews", runtime="keras")


def test_onnx_runtime_missing_names_the_command(opened, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(BackendUnavailable, match=r'pip install "nunchi-bot\[onnx\]"'):
        opened("reviews")


def test_a_bot_with_a_bundle_never_loads_tensorflow(workshop):
    script = f"""
import asyncio, sys
from classifiers.classifier import load
async def main():
    for name in ("reviews", "mine", "stars.nunchi"):
        classifier = load("keras?path={workshop.folder}/bundles/" + name + "&key={workshop.key}")
        await classifier.start()
        await classifier.classify(["정말 좋아요", "angry"])
        await classifier.close()
asyncio.run(main())
print({{"tensorflow", "keras", "torch", "onnx", "sklearn"}} & set(sys.modules))
"""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "set()", done.stderr
