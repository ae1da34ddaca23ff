from __future__ import annotations

import numpy as np
import pytest

from classifiers.emotion import Emotion, Sentiment
from classifiers.errors import ClassificationFailed
from classifiers.label_maps import LabelMapError, built_in_maps
from classifiers.projection import Projection

GOEMOTIONS = tuple(built_in_maps()["goemotions"].table)


def test_labels_of_one_class_are_added():
    projection = Projection.of(("anger", "joy", "optimism", "sadness"), name="tweeteval_emotion")
    [found] = projection.predictions(np.array([[0.1, 0.3, 0.4, 0.2]]), ["en"], "m@1")
    assert found.label is Emotion.JOY
    assert found.as_mapping()[Emotion.JOY] == pytest.approx(0.7)
    assert Emotion.FEAR not in found.labels
    assert found.valence > 0
    assert (found.language, found.model) == ("en", "m@1")


def test_no_label_that_applies_speaks_for_neutral():
    projection = Projection.of(GOEMOTIONS, multi_label=True, name="goemotions")
    [found] = projection.predictions(np.full((1, 28), 0.001), ["en"], "m@1")
    assert found.label is Emotion.NEUTRAL
    assert sum(found.as_mapping().values()) == pytest.approx(1)


def test_one_of_several_independent_labels_is_enough():
    rows = np.full((1, 28), 0.01)
    rows[0, GOEMOTIONS.index("gratitude")] = 0.95
    projection = Projection.of(GOEMOTIONS, multi_label=True, name="goemotions")
    [found] = projection.predictions(rows, ["en"], "m@1")
    assert found.label is Emotion.JOY


def test_a_label_without_a_class_leaves_the_others_their_proportion():
    projection = Projection.of(("happy", "sad", "angry", "others"), name="emocontext")
    [found, nothing] = projection.predictions(
        np.array([[0.2, 0.1, 0.1, 0.6], [0, 0, 0, 1.0]]), ["en", "en"], "m@1"
    )
    assert found.as_mapping()[Emotion.JOY] == pytest.approx(0.5)
    assert set(nothing.as_mapping().values()) == {1 / 3}


def test_sentiments_give_a_valence_and_no_emotion():
    projection = Projection.of(("negative", "positive"))
    [found] = projection.predictions(np.array([[0.2, 0.8]]), ["ko"], "m@1")
    assert found.label is None
    assert found.labels == ()
    assert found.confidence == 0
    assert found.valence == pytest.approx(0.6)
    assert found.sentiment is Sentiment.POSITIVE


def test_labels_that_mean_nothing_to_us_are_refused():
    with pytest.raises(LabelMapError, match="choose a map"):
        Projection.of(("LABEL_0", "LABEL_1"))
    with pytest.raises(LabelMapError, match="not in the map"):
        Projection.of(("joy", "LABEL_1"), name="emotions")


@pytest.mark.parametrize("rows", [[[0.5, 0.5, 0]], [[0.5, float("nan")]], [[0.5, -1]], [[7, 0]]])
def test_an_answer_that_holds_no_probabilities_fails(rows):
    with pytest.raises(ClassificationFailed):
        Projection.of(("negative", "positive")).predictions(np.array(rows), ["ko"], "m@1")
