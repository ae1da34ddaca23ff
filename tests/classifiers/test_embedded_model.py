"""The embedded backend on a tiny model: every kind of text, together and alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from classifiers.classifier import Classifier
from classifiers.embedded import EmbeddedClassifier, EmbeddedPredictor, WeightsDamaged, create
from classifiers.embedded.features import BUCKET_BITS, grams, plain
from classifiers.embedded.model import POOL_SCALE, Model
from classifiers.embedded.predictor import PLEASANTNESS, logistic, softmax
from classifiers.embedded.quantisation import unpacked
from classifiers.embedded.weights import load
from classifiers.emotion import EMOTIONS, Emotion
from classifiers.errors import InvalidOption
from classifiers.heads import Head, HeadedClassifier, head_of
from tests.support.tiny_embedded import train_tiny, write_sets

TEXTS = [
    "회의 일정 알려줘",
    "so happy today",
    "lol 진짜 화나 omg",
    "😂😂",
    "",
    "   ",
    "```code only```",
    "슬퍼 " * 1_333,
    "a" * 4_000,
    "happy meeting. " * 60,
    "q",
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    return train_tiny(write_sets(folder / "data"), folder / "weights.bin")


@pytest.fixture(scope="module")
def predictor(path: Path) -> EmbeddedPredictor:
    return EmbeddedPredictor(path)


def test_it_learns_what_words_mean(predictor: EmbeddedPredictor) -> None:
    texts = ["so scared worried", "행복해 좋아", "역겨워 더러워", "meeting schedule"]
    labels = [prediction.label for prediction in predictor.predict(texts)]
    assert labels == [Emotion.FEAR, Emotion.JOY, Emotion.DISGUST, Emotion.NEUTRAL]


def test_a_batch_says_what_one_by_one_says(predictor: EmbeddedPredictor) -> None:
    together = predictor.predict(TEXTS)
    for text, prediction in zip(TEXTS, together, strict=True):
        (alone,) = predictor.predict([text])
        np.testing.assert_allclose(alone.probabilities, prediction.probabilities, atol=1e-5)
        assert alone.valence == pytest.approx(prediction.valence, abs=1e-5)
        assert (alone.language, alone.model) == (prediction.language, "embedded@1")


def test_every_prediction_is_a_distribution(predictor: EmbeddedPredictor) -> None:
    for prediction in predictor.predict(TEXTS):
        assert len(prediction.probabilities) == len(EMOTIONS)
        assert min(prediction.probabilities) >= 0
        assert sum(prediction.probabilities) == pytest.approx(1, abs=1e-4)
        assert -1 <= prediction.valence <= 1


@pytest.mark.parametrize("text", ["", "   ", "```print(1)```", "<@123456789012345678>"])
def test_nothing_said_is_neutral(predictor: EmbeddedPredictor, text: str) -> None:
    (prediction,) = predictor.predict([text])
    assert prediction.label is Emotion.NEUTRAL
    assert prediction.confidence == pytest.approx(1)


def test_no_texts_have_no_predictions(predictor: EmbeddedPredictor) -> None:
    assert predictor.predict([]) == []
    assert predictor.predict_head("nsmc", []).shape == (0, 2)


@pytest.mark.parametrize("text", ["happy happy que estoy muy para", "今日はとても happy です"])
def test_another_language_leans_to_neutral(predictor: EmbeddedPredictor, text: str) -> None:
    (prediction,) = predictor.predict([text])
    assert prediction.language not in {"ko", "en"}
    assert prediction.label is Emotion.NEUTRAL
    assert prediction.as_mapping()[Emotion.NEUTRAL] > 0.69


def test_a_message_without_letters_is_read_for_what_it_is(predictor: EmbeddedPredictor) -> None:
    (prediction,) = predictor.predict(["2 3 ?!"])
    assert prediction.language == "und"
    assert prediction.as_mapping()[Emotion.NEUTRAL] < 0.7


def test_sentences_of_a_long_message_combine_to_its_verdict(predictor: EmbeddedPredictor) -> None:
    text = "so happy great about this release. " * 5 + "sad crying sad about the farewell. " * 5
    pieces = predictor.sentences(text)
    assert len(pieces) == 10
    assert pieces[0].prediction.label is Emotion.JOY
    assert pieces[-1].prediction.label is Emotion.SADNESS
    lengths = np.array([len(piece.text) + 1 for piece in pieces])
    own = np.array([piece.prediction.probabilities for piece in pieces])
    (whole,) = predictor.predict([text])
    np.testing.assert_allclose(whole.probabilities, lengths @ own / lengths.sum(), atol=1e-5)


def test_valence_follows_from_the_emotions(predictor: EmbeddedPredictor) -> None:
    glad, angry = predictor.predict(["happy great", "화나 빡쳐"])
    assert glad.valence > 0.05
    assert angry.valence < -0.05
    assert glad.valence == pytest.approx(np.dot(glad.probabilities, PLEASANTNESS), abs=1e-5)


def test_inference_agrees_with_slow_arithmetic(path: Path) -> None:
    weights = load(path)
    model = Model(weights)
    text = plain("회의 일정 happy great")
    found = grams([text])
    keys = [*found.keys[found.valid].tolist(), *found.words[found.paired].tolist()]
    values, gates = unpacked(weights.rows)
    total, known = np.zeros(weights.card.size), 0.0
    for key in keys:
        bucket, tag = key & ((1 << BUCKET_BITS) - 1), key >> BUCKET_BITS
        for way in (0, 1):
            slot = bucket * 2 + way
            if weights.tags[bucket, way] == tag and (way == 1 or weights.tags[bucket, 1] != tag):
                total += gates[slot] * values[slot]
                known += float(gates[slot])
    mean, sums = model.pooled([text])
    assert sums[0] == pytest.approx(known, rel=1e-4)
    np.testing.assert_allclose(mean[0], POOL_SCALE * total / known, atol=1e-3)


def test_softmax_and_logistic_bear_extreme_scores() -> None:
    np.testing.assert_allclose(softmax(np.array([[1e4, 0]], np.float32)), [[1, 0]])
    np.testing.assert_allclose(
        logistic(np.array([-1e5, 0, 1e5], np.float32)), [0, 0.5, 1], atol=1e-9
    )


async def test_the_classifier_keeps_the_contract(path: Path) -> None:
    classifier = create({"weights": str(path)})
    assert isinstance(classifier, Classifier)
    assert isinstance(classifier, HeadedClassifier)
    assert classifier.info.model == "embedded@1"
    assert classifier.info.languages == ("ko", "en")
    with pytest.raises(RuntimeError, match="start"):
        await classifier.classify(["x"])
    with pytest.raises(RuntimeError, match="start"):
        await classifier.sentences("x")
    await classifier.start()
    predictions = await classifier.classify(["행복해 좋아", "so scared"])
    assert [each.label for each in predictions] == [Emotion.JOY, Emotion.FEAR]
    assert len(await classifier.sentences("short")) == 1
    await classifier.close()
    await classifier.close()


async def test_heads_are_known_before_and_used_after_the_start(path: Path) -> None:
    classifier = EmbeddedClassifier(path)
    assert classifier.heads()["nsmc"] == Head("nsmc", ("negative", "positive"))
    assert "emotions" not in classifier.heads()
    head_of(classifier, "goemotions")
    await classifier.start()
    chances = await classifier.classify_head("nsmc", ["좋은 영화", "나쁜 영화"])
    assert chances.argmax(axis=1).tolist() == [1, 0]
    np.testing.assert_allclose(chances.sum(axis=1), 1, atol=1e-5)
    several = await classifier.classify_head("goemotions", ["happy but sad"])
    labels = classifier.heads()["goemotions"].labels
    assert several[0, labels.index("sadness")] > several[0, labels.index("anger")]
    with pytest.raises(InvalidOption, match="no head called 'isear'; it has: "):
        await classifier.classify_head("isear", ["x"])
    await classifier.close()


def test_options_that_it_does_not_know_are_refused() -> None:
    with pytest.raises(InvalidOption, match="remove: colour"):
        create({"colour": "red"})


def test_weights_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsDamaged, match=r"none\.bin cannot be read"):
        create({"weights": str(tmp_path / "none.bin")})


async def test_damaged_weights_end_the_start_with_what_to_do(path: Path, tmp_path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    (tmp_path / "damaged.bin").write_bytes(content)
    classifier = EmbeddedClassifier(tmp_path / "damaged.bin")
    with pytest.raises(WeightsDamaged, match="checksum is wrong; install the package again"):
        await classifier.start()
    await classifier.close()
