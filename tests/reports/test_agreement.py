"""How often members agree, and whether their judgements make readings better."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from classifiers.emotion import EMOTIONS, Emotion
from classifiers.prediction import Prediction
from reports.agreement import agreement, rate
from reports.recalibrating import MINIMUM_TEXTS, recalibrated, try_recalibrating
from storage.records import Feedback

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
JOY, SAD = EMOTIONS.index(Emotion.JOY), EMOTIONS.index(Emotion.SADNESS)


def judged(who: int, number: int, predicted: str = "joy", corrected: str = "joy") -> Feedback:
    return Feedback(1, number, bytes([who] * 16), predicted, corrected, "m@1", NOW)


def test_nothing_is_told_of_fewer_people_than_the_minimum() -> None:
    found = agreement([judged(who, who) for who in range(4)], 5)
    assert (found.people, found.needed, found.overall, found.by_emotion) == (4, 5, None, ())
    assert agreement([], 5).overall is None


def test_an_emotion_that_few_people_judged_is_hidden_and_cannot_be_subtracted() -> None:
    joyful = [judged(who, who) for who in range(9)]
    angry = [judged(who, 20 + who, "anger", "joy") for who in range(7)]
    afraid = [judged(1, 40, "fear", "joy")]
    found = agreement([*joyful, *angry, *afraid], 5)
    assert found.overall is not None
    assert found.overall.count == 17
    assert [emotion for emotion, _ in found.by_emotion] == [Emotion.JOY]  # anger covers fear
    whole = agreement([*joyful, *angry], 5)
    assert [emotion for emotion, _ in whole.by_emotion] == [Emotion.JOY, Emotion.ANGER]


def test_judgements_of_one_member_are_worth_less_than_as_many_of_different_ones() -> None:
    alike = [
        judged(who, 10 * who + at, "joy", "joy" if who < 5 else "fear")
        for who in range(10)
        for at in range(10)
    ]
    mixed = [judged(at, at, "joy", "joy" if at < 50 else "fear") for at in range(100)]
    wide, narrow = rate(alike), rate(mixed)
    assert wide.share == narrow.share == 0.5
    assert narrow.high - narrow.low == pytest.approx(0.19, abs=0.01)
    assert wide.high - wide.low > 2.5 * (narrow.high - narrow.low)


def test_the_interval_of_a_rate_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(400):
        rows = []
        for who in range(30):
            likes = rng.beta(6, 2)  # members differ in how readily they agree
            for at in range(int(rng.geometric(0.2))):
                agrees = rng.random() < likes
                rows.append(judged(who, 100 * who + at, "joy", "joy" if agrees else "fear"))
        found = rate(rows)
        held += found.low <= 0.75 <= found.high
    assert 0.90 <= held / 400 <= 0.985


def overconfident(people: int, each: int, *, wrongly: float, seed: int = 1) -> list[Feedback]:
    """Return judgements of a model that says joy for sadness, and is too sure of it."""
    rng = np.random.default_rng(seed)
    found = []
    for who in range(people):
        for at in range(each):
            truth = Emotion.JOY if rng.random() < 0.5 else Emotion.SADNESS
            says_joy = truth is Emotion.JOY or rng.random() < wrongly
            chances = np.full(len(EMOTIONS), 0.005)
            chances[JOY if says_joy else SAD] = 0.965 if not says_joy else 0.7
            if says_joy:
                chances[SAD] = 0.265
            predicted = "joy" if says_joy else "sadness"
            given = judged(who, 1000 * who + at, predicted, truth.value)
            found.append(replace(given, probabilities=tuple(chances / chances.sum())))
    return found


def test_judgements_that_show_a_bias_take_it_away() -> None:
    trial = try_recalibrating(overconfident(20, 10, wrongly=0.7), "m@1")
    assert trial.enough
    assert trial.certain
    assert trial.after < trial.before - 0.02
    assert trial.kept is not None
    assert trial.kept.fitted_people == 20
    assert np.isfinite(trial.kept.fitted_bias).all()
    chances = dict.fromkeys(EMOTIONS, 0.005) | {Emotion.JOY: 0.7, Emotion.SADNESS: 0.265}
    told = Prediction.of(chances, valence=0.4, language="en", model="m@1")
    better = recalibrated(told, trial.kept)
    assert better.as_mapping()[Emotion.SADNESS] > told.as_mapping()[Emotion.SADNESS]
    assert sum(better.probabilities) == pytest.approx(1)
    assert better.valence == told.valence
    other = replace(told, model="m@2")
    assert recalibrated(other, trial.kept) is other


def test_a_class_that_the_model_cannot_see_stays_unseen() -> None:
    trial = try_recalibrating(overconfident(20, 10, wrongly=0.7), "m@1")
    told = Prediction.of(
        {Emotion.JOY: 0.6, Emotion.SADNESS: 0.4}, valence=0.1, language="en", model="m@1"
    )
    assert recalibrated(told, trial.kept).labels == told.labels
    blind = Prediction.of({}, valence=0.1, language="en", model="m@1")
    assert recalibrated(blind, trial.kept) == blind


def test_a_model_that_is_right_about_its_chances_is_left_alone() -> None:
    rng = np.random.default_rng(3)
    kept = 0
    for _ in range(20):
        found = []
        for who in range(15):
            for at in range(10):
                chances = rng.dirichlet(np.full(len(EMOTIONS), 0.3))
                truth = EMOTIONS[rng.choice(len(EMOTIONS), p=chances)]
                predicted = EMOTIONS[int(chances.argmax())].value
                given = judged(who, 1000 * who + at, predicted, truth.value)
                found.append(replace(given, probabilities=tuple(chances)))
        kept += try_recalibrating(found, "m@1").kept is not None
    assert kept <= 2


def test_too_little_feedback_or_that_of_another_model_is_not_tried() -> None:
    few = overconfident(9, (MINIMUM_TEXTS - 1) // 9, wrongly=0.7)
    assert not try_recalibrating(few, "m@1").enough
    assert not try_recalibrating(overconfident(4, 50, wrongly=0.7), "m@1").enough
    assert try_recalibrating(overconfident(20, 10, wrongly=0.7), "m@2").texts == 0
