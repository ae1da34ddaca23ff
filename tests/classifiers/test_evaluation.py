"""Figures with known values, on a classifier that says what it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import fields

import numpy as np
import pytest

from classifiers.errors import InvalidOption
from classifiers.evaluation import Evaluation, EvaluationError, evaluate, judge, view_for
from classifiers.heads import HeadedClassifier, head_of
from classifiers.label_maps import LabelMapError
from classifiers.lexicon import LexiconClassifier
from classifiers.training.datasets import Dataset, Example
from tests.support.parrot import Parrot


@pytest.fixture
async def parrot() -> AsyncIterator[Parrot]:
    classifier = Parrot()
    await classifier.start()
    yield classifier
    await classifier.close()


def said(*pairs: tuple[str, str]) -> list[Example]:
    """Examples of (text, labels joined by blanks)."""
    return [Example(text, tuple(labels.split())) for text, labels in pairs]


async def test_the_figures_of_a_small_set_are_those_by_hand(parrot: Parrot) -> None:
    examples = said(
        ("joy", "joy"), ("joy", "joy"), ("joy", "anger"), ("anger", "anger"), ("fear", "anger")
    )
    found = await evaluate(parrot, examples)
    assert (found.n, found.accuracy, found.micro_f1) == (5, 0.6, 0.6)
    # joy: precision 2/3, recall 1, F1 4/5; anger: precision 1, recall 1/3, F1 1/2.
    assert found.macro_f1 == pytest.approx((0.8 + 0.5) / 2)
    assert found.macro_recall == pytest.approx((1 + 1 / 3) / 2)
    assert found.weighted_f1 == pytest.approx((2 * 0.8 + 3 * 0.5) / 5)
    assert found.messages_per_second > 0
    joy = found.per_class["joy"]
    assert (joy.precision, joy.recall, joy.f1, joy.support) == pytest.approx((2 / 3, 1, 0.8, 2))
    assert found.per_class["fear"].precision == 0
    assert found.confusion is not None
    assert found.confusion.labels == tuple(found.per_class)
    row = dict(zip(found.confusion.labels, found.confusion.matrix[0], strict=True))
    assert (row["anger"], row["joy"], row["fear"], row["hurt"]) == (1, 1, 1, 0)


async def test_the_figures_have_the_names_that_programs_rely_on() -> None:
    assert [field.name for field in fields(Evaluation)] == [
        *("n", "accuracy", "macro_f1", "macro_recall", "micro_f1", "weighted_f1", "ece", "auc"),
        *("messages_per_second", "per_class", "per_language", "confusion"),
    ]


async def test_calibration_and_auc_follow_the_probabilities(parrot: Parrot) -> None:
    sure = await evaluate(parrot, said(("joy 1", "joy"), ("anger 1", "anger")))
    assert (sure.ece, sure.class_ece, sure.auc) == (0, 0, 1)
    modest = await evaluate(parrot, said(("joy 0.6", "joy"), ("anger 0.6", "anger")))
    assert modest.ece == pytest.approx(0.4)
    wrong = await evaluate(parrot, said(("joy 1", "anger"), ("anger 1", "joy")))
    assert (wrong.ece, wrong.auc) == (1, 0)


async def test_each_language_has_its_figures(parrot: Parrot) -> None:
    classifier = LexiconClassifier()
    await classifier.start()
    texts = said(("정말 행복해", "joy"), ("너무 슬퍼", "joy"), ("I am so happy", "joy"))
    found = await evaluate(classifier, texts)
    await classifier.close()
    assert {code: (each.n, each.accuracy) for code, each in found.per_language.items()} == {
        "ko": (2, 0.5),
        "en": (1, 1.0),
    }


async def test_only_classes_that_the_map_knows_count(parrot: Parrot) -> None:
    # gamsung has no disgust (its share goes to anger) and no neutral (its share goes nowhere).
    texts = said(("disgust 0.9", "분노"), ("hurt 0.4", "상처"), ("neutral 0.9", "기쁨"))
    found = await evaluate(parrot, texts, "gamsung")
    assert list(found.per_class) == ["anger", "fear", "joy", "sadness", "hurt", "embarrassment"]
    assert found.accuracy >= 2 / 3
    view = view_for(parrot, texts, "gamsung")
    scores = view.scores(await view.ask(parrot, ["disgust 1", "neutral 1"]))
    assert scores is not None
    np.testing.assert_allclose(scores, [[1, 0, 0, 0, 0, 0], np.full(6, 1 / 6)])


async def test_examples_without_one_class_are_left_out(parrot: Parrot) -> None:
    texts = said(("joy", "기쁨 행복"), ("anger", "기쁨 짜증"), ("joy", "귀찮음"), ("anger", "짜증"))
    scored = await judge(parrot, texts, view_for(parrot, texts, "kote"))
    assert (len(scored.gold), scored.dropped, scored.multi_label) == (2, 2, False)
    assert scored.correct.all()


async def test_a_set_is_multi_label_with_thresholds_from_dev(parrot: Parrot) -> None:
    dev = said(
        ("joy 0.3", "joy"), ("joy 0.25", "joy"), ("anger 0.8", "anger"), ("anger 0.6", "fear")
    )
    test = said(("joy 0.3", "joy"), ("anger 0.8", "anger joy"))
    found = await evaluate(parrot, test, "xed", dev=dev)
    assert found.confusion is None
    joy, anger = found.per_class["joy"], found.per_class["anger"]
    assert joy.threshold == pytest.approx((0.25 + 0.05) / 2)
    assert anger.threshold == pytest.approx(0.7)
    assert (joy.recall, anger.recall) == (0.5, 1)
    # All labels of a text count together; the first text is taken for fear as well.
    assert found.accuracy == 0


async def test_sentiments_follow_the_valence(parrot: Parrot) -> None:
    two = said(("joy 1 0.2", "positive"), ("joy 1 0.01", "positive"), ("joy 1 -0.6", "negative"))
    found = await evaluate(parrot, two)
    assert (found.accuracy, found.auc) == (1, 1)
    assert found.ece == pytest.approx((0.4 + 0.495 + 0.2) / 3)
    three = [*two[:1], *said(("joy 1 0.01", "neutral"), ("joy 1 0.01", "negative"))]
    found = await evaluate(parrot, three)
    assert found.accuracy == pytest.approx(2 / 3)
    assert (found.ece, found.class_ece, found.auc) == (None, None, None)
    assert found.per_class["neutral"].auc is None
    with pytest.raises(EvaluationError, match="no threshold"):
        await evaluate(parrot, three, "sentiment", dev=three)


async def test_a_head_is_measured_on_its_own_labels(parrot: Parrot) -> None:
    texts = said(("0.1 0.7 0.2", "sweet"), ("0.5 0.3 0.2", "sour"))
    found = await evaluate(parrot, texts, head="taste")
    assert list(found.per_class) == ["bitter", "sweet", "sour"]
    assert (found.accuracy, found.ece) == (0.5, pytest.approx(0.4))
    with pytest.raises(LabelMapError, match="'taste' does not know: salty"):
        await evaluate(parrot, said(("0 0 1", "salty")), head="taste")


async def test_a_multi_label_head_needs_no_dev(parrot: Parrot) -> None:
    texts = said(("0.6 0.7 0.2", "calm glad"), ("0.6 0.3 0.2", "tense"))
    found = await evaluate(parrot, texts, head="moods")
    assert found.per_class["calm"].threshold == 0.5
    assert (found.accuracy, found.confusion) == (0.5, None)


async def test_the_labels_of_a_head_may_be_put_together(parrot: Parrot, tmp_path) -> None:
    (tmp_path / "taste.json").write_text('{"bitter": "anger", "sour": "anger", "sweet": "joy"}')
    texts = said(("0.3 0.4 0.3", "sour"), ("0.2 0.7 0.1", "sweet"))
    found = await evaluate(parrot, texts, str(tmp_path / "taste.json"), head="taste")
    assert found.accuracy == 1
    (tmp_path / "moods.json").write_text('{"calm": "joy", "glad": "joy", "tense": "fear"}')
    view = view_for(parrot, texts, str(tmp_path / "moods.json"), "moods")
    scores = view.scores(np.array([[0.2, 0.5, 0.6]]))
    assert scores is not None
    assert view.classes == ("fear", "joy")
    assert scores.tolist() == [[0.6, 0.5]]
    strange = view_for(parrot, texts, "nsmc", "moods")
    with pytest.raises(LabelMapError, match="does not fit the head 'moods'"):
        strange.scores(np.array([[0.2, 0.5, 0.6]]))


async def test_a_head_that_is_not_there_is_told(parrot: Parrot) -> None:
    assert isinstance(parrot, HeadedClassifier)
    with pytest.raises(InvalidOption, match="parrot has no head called 'smell'; it has: taste"):
        head_of(parrot, "smell")
    with pytest.raises(InvalidOption, match=r"lexicon has no head .* no heads beside the emotions"):
        view_for(LexiconClassifier(), [], None, "goemotions")


async def test_of_a_data_set_the_test_part_is_judged(parrot: Parrot) -> None:
    parts = {"train": said(("joy", "anger")), "test": said(("joy", "joy"))}
    told: list[int] = []
    found = await evaluate(parrot, Dataset.of("mine", parts), "emotions", advance=told.append)
    assert (found.n, found.accuracy) == (1, 1)
    assert told == [1]


async def test_batches_are_as_large_as_the_backend_takes(parrot: Parrot) -> None:
    told: list[int] = []
    found = await evaluate(parrot, said(*[("joy", "joy")] * 7), advance=told.append)
    assert (found.n, told) == (7, [3, 3, 1])


async def test_nothing_to_measure_is_told(parrot: Parrot, tmp_path) -> None:
    with pytest.raises(EvaluationError, match="there is no example in the data"):
        await evaluate(parrot, [], "kote")
    with pytest.raises(EvaluationError, match="none of 1 examples can be judged"):
        await evaluate(parrot, said(("joy", "귀찮음")), "kote")
    (tmp_path / "one.json").write_text('{"good": "joy"}')
    with pytest.raises(EvaluationError, match="the only class is 'joy'"):
        await evaluate(parrot, said(("joy", "good")), str(tmp_path / "one.json"))
