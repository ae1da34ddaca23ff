"""The embedded backend on a tiny model: every kind of text, together and alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from classifiers.classifier import Classifier
from classifiers.embedded import EmbeddedClassifier, EmbeddedPredictor, WeightsDamaged, create
from classifiers.embedded.features import MOST_BUCKET_BITS, MOST_TEXTS, grams, plain
from classifiers.embedded.model import POOL_SCALE, Network
from classifiers.embedded.negation import negated
from classifiers.embedded.predictor import ENGLISH, FEELINGS, KOREAN, VALENCE_HEAD
from classifiers.embedded.quantisation import unpacked
from classifiers.embedded.reading import (
    MARGIN,
    OWN_WEIGHT,
    PLEASANTNESS,
    in_chat,
    logistic,
    softmax,
    valence_of,
)
from classifiers.embedded.weights import Arrays, Shape, Weights, load, save
from classifiers.emotion import EMOTIONS, Emotion
from classifiers.errors import InvalidOption
from classifiers.heads import Head, HeadedClassifier, head_of

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
    "I'm not happy",
    "안 좋아 행복하지 않아",
    "this is not great. " * 12 + "so scared today. " * 12,
]
NETWORKS = [FEELINGS, ENGLISH]


def test_it_learns_what_words_mean(tiny: EmbeddedPredictor) -> None:
    texts = ["so scared worried", "행복해 좋아", "역겨워 더러워", "meeting schedule"]
    labels = [prediction.label for prediction in tiny.predict(texts)]
    assert labels == [Emotion.FEAR, Emotion.JOY, Emotion.DISGUST, Emotion.NEUTRAL]


def test_a_batch_says_what_one_by_one_says(tiny: EmbeddedPredictor) -> None:
    together = tiny.predict(TEXTS)
    for text, prediction in zip(TEXTS, together, strict=True):
        (alone,) = tiny.predict([text])
        np.testing.assert_allclose(alone.probabilities, prediction.probabilities, atol=1e-5)
        assert alone.valence == pytest.approx(prediction.valence, abs=1e-5)
        assert (alone.language, alone.model) == (prediction.language, "embedded@5")


@pytest.mark.parametrize("name", ["nsmc", "goemotions", "valence"])
def test_a_batch_says_what_one_by_one_says_of_every_head(
    tiny: EmbeddedPredictor, name: str
) -> None:
    together = tiny.predict_head(name, TEXTS)
    alone = [tiny.predict_head(name, [text])[0] for text in TEXTS]
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_every_prediction_is_a_distribution(tiny: EmbeddedPredictor) -> None:
    for prediction in tiny.predict(TEXTS):
        assert len(prediction.probabilities) == len(EMOTIONS)
        assert min(prediction.probabilities) >= 0
        assert sum(prediction.probabilities) == pytest.approx(1, abs=1e-4)
        assert -1 <= prediction.valence <= 1


@pytest.mark.parametrize("text", ["", "   ", "```print(1)```", "<@123456789012345678>"])
def test_nothing_said_is_neutral(tiny: EmbeddedPredictor, text: str) -> None:
    (prediction,) = tiny.predict([text])
    assert prediction.label is Emotion.NEUTRAL
    assert prediction.confidence == pytest.approx(1)


def test_no_texts_have_no_predictions(tiny: EmbeddedPredictor) -> None:
    assert tiny.predict([]) == []
    assert tiny.predict_head("nsmc", []).shape == (0, 2)


@pytest.mark.parametrize("text", ["happy happy que estoy muy para", "今日はとても happy です"])
def test_another_language_leans_to_neutral(tiny: EmbeddedPredictor, text: str) -> None:
    (prediction,) = tiny.predict([text])
    assert prediction.language not in {"ko", "en"}
    assert prediction.label is Emotion.NEUTRAL
    assert prediction.as_mapping()[Emotion.NEUTRAL] > 0.69


def test_a_message_without_letters_is_read_for_what_it_is(tiny: EmbeddedPredictor) -> None:
    (prediction,) = tiny.predict(["2 3 ?!"])
    assert prediction.language == "und"
    assert prediction.as_mapping()[Emotion.NEUTRAL] < 0.7


def test_sentences_of_a_long_message_combine_to_its_verdict(tiny: EmbeddedPredictor) -> None:
    text = "so happy great about this release. " * 5 + "sad crying sad about the farewell. " * 5
    pieces = tiny.sentences(text)
    assert len(pieces) == 10
    assert pieces[0].prediction.label is Emotion.JOY
    assert pieces[-1].prediction.label is Emotion.SADNESS
    lengths = np.array([len(piece.text) + 1 for piece in pieces])
    own = np.array([piece.prediction.probabilities for piece in pieces])
    (whole,) = tiny.predict([text])
    np.testing.assert_allclose(whole.probabilities, lengths @ own / lengths.sum(), atol=1e-5)


def test_valence_is_the_mean_of_its_head_and_of_the_emotions(tiny: EmbeddedPredictor) -> None:
    texts = ["happy great", "화나 빡쳐", "meeting schedule", "회의 일정"]
    predictions = tiny.predict(texts)
    glad, angry, *plain_ones = (each.valence for each in predictions)
    assert glad > 0.05
    assert angry < -0.05
    assert [abs(valence) < 0.05 for valence in plain_ones] == [True, True]
    own = valence_of(in_chat(tiny.predict_head(VALENCE_HEAD, texts)))
    emotions = np.array([each.probabilities for each in predictions]) @ PLEASANTNESS
    expected = OWN_WEIGHT * own + (1 - OWN_WEIGHT) * emotions
    np.testing.assert_allclose([glad, angry, *plain_ones], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("negative", "positive", "valence"),
    [
        (0.0, 1.0, 1.0),
        (1.0, 0.0, -1.0),
        (0.1, 0.1, 0.0),
        (0.4, 0.6, 0.0),  # a lead of no more than the margin is none
        (0.6, 0.45, 0.0),
        (0.2, 0.8, 0.5),
        (0.6, 0.0, -0.5),
    ],
)
def test_a_side_must_lead_by_a_margin(negative: float, positive: float, valence: float) -> None:
    chances = np.array([[negative, 1 - negative - positive, positive]], np.float32)
    (found,) = valence_of(chances).tolist()
    assert found == pytest.approx(valence, abs=1e-6)
    assert pytest.approx(0.2) == MARGIN


def test_a_head_that_learnt_gloomy_lines_is_read_for_a_chat() -> None:
    chances = np.array([[0.66, 0.14, 0.20], [1, 0, 0], [0, 0, 1]], np.float32)
    moved = in_chat(chances)
    np.testing.assert_allclose(moved[0], [0.3, 0.4, 0.3], atol=1e-6)
    np.testing.assert_allclose(moved[1:], chances[1:], atol=1e-6)


def test_a_valence_of_zero_has_no_sign() -> None:
    chances = np.array([[0.3, 0.4, 0.3], [0.4, 0.3, 0.3], [0.3, 0.3, 0.4]], np.float32)
    assert [str(value) for value in valence_of(chances).tolist()] == ["0.0"] * 3


def weighted_sums(arrays: Arrays, text: str) -> tuple[NDArray[np.float64], float]:
    """Sum the embeddings of a text and their weights, one n-gram after the other."""
    codes, scales, gates = unpacked(arrays.rows)
    total, known = np.zeros(codes.shape[1], np.float64), 0.0
    for key in grams([text]).keys.tolist():
        bucket, tag = key & ((1 << MOST_BUCKET_BITS) - 1), key >> MOST_BUCKET_BITS
        for way in (0, 1):
            slot = bucket * 2 + way
            if arrays.tags[bucket, way] == tag and (way == 1 or arrays.tags[bucket, 1] != tag):
                total += float(gates[slot]) * float(scales[slot]) * codes[slot]
                known += float(gates[slot])
    return total, known


def slow_means(arrays: Arrays, text: str) -> tuple[NDArray[np.float64], float]:
    """Return both means, the second divided by the weights of the whole text too."""
    whole, known = weighted_sums(arrays, text)
    part = negated(text)
    turned = weighted_sums(arrays, part)[0] if part else np.zeros_like(whole)
    scale = float(POOL_SCALE) / known if known else 0.0
    return np.concatenate([whole, turned]) * scale, known


def slow_scores(shape: Shape, arrays: Arrays, means: NDArray[np.float64]) -> list[float]:
    """Return the scores of all heads, unit by unit as the layout of ``dense`` has them."""
    dense = arrays.dense.astype(float)
    seen = 2 * shape.size
    place = shape.width * seen
    layer, bias = dense[:place].reshape(shape.width, seen), dense[place : place + shape.width]
    inputs = np.concatenate([np.maximum(layer @ means + bias, 0), means])
    place += shape.width
    scores: list[float] = []
    for head in shape.heads:
        labels = len(head.labels)
        rows = dense[place : place + labels * len(inputs)].reshape(labels, -1)
        place += rows.size
        scores += (rows @ inputs + dense[place : place + labels]).tolist()
        place += labels
    assert place == len(dense)
    return scores


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize(
    "text", ["회의 일정 happy great", "I'm not happy but sad", "not happy, 행복해 안 좋아 아니다"]
)
def test_inference_agrees_with_slow_arithmetic(tiny_weights: Path, name: str, text: str) -> None:
    weights = load(tiny_weights)
    shape, arrays = weights.card.networks[name], weights.arrays[name]
    network = Network(shape, arrays)
    means, known = slow_means(arrays, plain(text))
    found, sums = network.pooled([plain(text)])
    assert sums[0] == pytest.approx(known, rel=1e-4)
    np.testing.assert_allclose(found[0], means, atol=1e-4)
    assert means[: shape.size].any()
    assert means[shape.size :].any() == bool(negated(plain(text)))
    scores, _ = network.scores([plain(text)])
    np.testing.assert_allclose(scores[0], slow_scores(shape, arrays, means), atol=1e-3)
    alone, sum_alone = network.score(plain(text))
    np.testing.assert_allclose(alone, scores[0], atol=1e-5)
    assert sum_alone == pytest.approx(float(sums[0]), rel=1e-5)


@pytest.mark.parametrize("name", NETWORKS)
def test_texts_with_and_without_negations_are_read_together_as_alone(
    tiny_weights: Path, name: str
) -> None:
    weights = load(tiny_weights)
    network = Network(weights.card.networks[name], weights.arrays[name])
    texts = ["happy", "not happy", "", "so sad", "안 슬퍼", "never angry or sad", "meeting"]
    prepared = [plain(text) for text in texts]
    for first in range(len(prepared)):  # the negated parts stand behind any of the texts
        order = prepared[first:] + prepared[:first]
        means, known = network.pooled(order)
        alone = [network.pooled([text]) for text in order]
        np.testing.assert_allclose(means, [mean[0] for mean, _ in alone], atol=1e-5)
        np.testing.assert_allclose(known, [sums[0] for _, sums in alone], rtol=1e-5)


def without_second_mean(shape: Shape, arrays: Arrays) -> Arrays:
    """Return the same network, deaf to negated parts."""
    size, width = shape.size, shape.width
    dense = arrays.dense.copy()
    dense[: width * 2 * size].reshape(width, 2 * size)[:, size:] = 0
    place, inputs = width * (2 * size + 1), width + 2 * size
    for head in shape.heads:
        labels = len(head.labels)
        dense[place : place + labels * inputs].reshape(labels, inputs)[:, width + size :] = 0
        place += labels * (inputs + 1)
    return replace(arrays, dense=dense)


def test_a_negated_part_changes_the_verdict_and_nothing_else_does(tiny_weights: Path) -> None:
    weights = load(tiny_weights)
    shape, arrays = weights.card.networks[FEELINGS], weights.arrays[FEELINGS]
    network, deaf = Network(shape, arrays), Network(shape, without_second_mean(shape, arrays))
    turned = [plain(text) for text in ("I am not happy", "안 행복해", "meeting not happy")]
    gaps = np.abs(network.scores(turned)[0] - deaf.scores(turned)[0])
    assert (gaps.max(axis=1) > 0.01).all()
    others = [plain(text) for text in ("happy", "행복해", "sad meeting", "")]
    assert not network.pooled(others)[0][:, shape.size :].any()
    np.testing.assert_allclose(network.scores(others)[0], deaf.scores(others)[0], atol=1e-6)


def test_the_negated_part_of_an_unknown_text_says_nothing(tiny_weights: Path) -> None:
    weights = load(tiny_weights)
    shape, arrays = weights.card.networks[KOREAN], weights.arrays[KOREAN]
    text = plain("울지마")
    part = set(grams([negated(text)]).keys.tolist()) - set(grams([text]).keys.tolist())
    tags, rows = np.zeros_like(arrays.tags), np.zeros_like(arrays.rows)
    for key in part:  # only n-grams that the whole text does not have are known
        bucket = key & ((1 << MOST_BUCKET_BITS) - 1)
        tags[bucket, 0], rows[2 * bucket] = key >> MOST_BUCKET_BITS, 0x91
    network = Network(shape, replace(arrays, tags=tags, rows=rows))
    assert network.pooled([negated(text)])[1] > 0
    scores, known = network.scores([text, plain("")])
    assert known.tolist() == [0, 0]
    np.testing.assert_array_equal(scores[0], scores[1])


def test_a_batch_of_long_messages_may_have_any_number_of_sentences(
    tiny: EmbeddedPredictor,
) -> None:
    text = "so happy yes. " * 160
    assert 256 * len(tiny.sentences(text)) > MOST_TEXTS
    predictions = tiny.predict([text] * 255 + ["화나 빡쳐"])
    assert {prediction.label for prediction in predictions[:-1]} == {Emotion.JOY}
    assert predictions[-1].label is Emotion.ANGER


def without_tasks(weights: Weights) -> Weights:
    """Return weights whose tasks cannot be unpacked."""
    broken = replace(weights.arrays[KOREAN], dense=np.zeros(3, np.float16))
    return replace(weights, arrays={**weights.arrays, KOREAN: broken})


def test_tasks_are_unpacked_when_one_of_their_heads_is_asked_for(
    tiny_weights: Path, tmp_path: Path
) -> None:
    save(without_tasks(load(tiny_weights)), tmp_path / "w.bin")
    tiny = EmbeddedPredictor(tmp_path / "w.bin")
    (prediction,) = tiny.predict(["행복해 좋아"])
    assert prediction.label is Emotion.JOY
    assert len(tiny.sentences("happy great")) == 1
    assert tiny.predict_head(VALENCE_HEAD, ["happy great"]).argmax() == 2
    assert tiny.predict_head("nsmc", []).shape == (0, 2)
    with pytest.raises(ValueError, match="reshape"):
        tiny.predict_head("nsmc", ["좋은 영화"])


def test_softmax_and_logistic_bear_extreme_scores() -> None:
    np.testing.assert_allclose(softmax(np.array([[1e4, 0]], np.float32)), [[1, 0]])
    np.testing.assert_allclose(
        logistic(np.array([-1e5, 0, 1e5], np.float32)), [0, 0.5, 1], atol=1e-9
    )


async def test_the_classifier_keeps_the_contract(tiny_weights: Path) -> None:
    classifier = create({"weights": str(tiny_weights)})
    assert isinstance(classifier, Classifier)
    assert isinstance(classifier, HeadedClassifier)
    assert classifier.info.model == "embedded@5"
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


async def test_heads_are_known_before_and_used_after_the_start(tiny_weights: Path) -> None:
    classifier = EmbeddedClassifier(tiny_weights)
    assert classifier.heads()["nsmc"] == Head("nsmc", ("negative", "positive"))
    assert classifier.heads()["valence"].labels == ("negative", "neutral", "positive")
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


async def test_damaged_weights_end_the_start_with_what_to_do(
    tiny_weights: Path, tmp_path: Path
) -> None:
    content = bytearray(tiny_weights.read_bytes())
    content[-1] ^= 1
    (tmp_path / "damaged.bin").write_bytes(content)
    classifier = EmbeddedClassifier(tmp_path / "damaged.bin")
    with pytest.raises(WeightsDamaged, match="checksum is wrong; install the package again"):
        await classifier.start()
    await classifier.close()
