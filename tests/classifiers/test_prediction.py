from __future__ import annotations

import math
import pickle

import pytest

from classifiers.emotion import (
    EKMAN_PROJECTION,
    EMOTIONS,
    KOREAN_SIX_PROJECTION,
    Emotion,
    Sentiment,
    sentiment_of,
)
from classifiers.prediction import Prediction


def prediction(valence=0.0, **probabilities):
    known = {Emotion(name): value for name, value in probabilities.items()}
    return Prediction.of(known, valence=valence, language="ko", model="test@1")


def test_the_order_of_the_nine_is_the_order_of_stored_vectors():
    assert [emotion.value for emotion in EMOTIONS] == [
        "anger",
        "disgust",
        "fear",
        "joy",
        "sadness",
        "surprise",
        "hurt",
        "embarrassment",
        "neutral",
    ]


def test_a_class_that_the_backend_cannot_see_is_absent_not_zero():
    known = prediction(joy=0.75, sadness=0.25)
    assert math.isnan(known.probabilities[EMOTIONS.index(Emotion.HURT)])
    assert known.labels == (Emotion.JOY, Emotion.SADNESS)
    assert known.as_mapping() == {Emotion.JOY: 0.75, Emotion.SADNESS: 0.25}


def test_label_and_confidence_are_the_most_probable_class():
    known = prediction(joy=0.2, anger=0.5, neutral=0.3)
    assert (known.label, known.confidence) == (Emotion.ANGER, 0.5)


@pytest.mark.parametrize(
    ("valence", "sentiment"),
    [
        (-1, "negative"),
        (-0.05, "negative"),
        (-0.04, "neutral"),
        (0.05, "positive"),
        (1, "positive"),
    ],
)
def test_sentiment_follows_from_valence(valence, sentiment):
    assert sentiment_of(valence) is Sentiment(sentiment)
    assert prediction(valence=valence, neutral=1.0).sentiment is Sentiment(sentiment)


@pytest.mark.parametrize("probabilities", [{"joy": 0.5}, {"joy": 1.5, "anger": -0.5}])
def test_probabilities_that_are_none_are_refused(probabilities):
    with pytest.raises(ValueError, match="sum to 1"):
        prediction(**probabilities)


@pytest.mark.parametrize("valence", [-1.01, 1.01, math.nan])
def test_a_valence_out_of_range_is_refused(valence):
    with pytest.raises(ValueError, match="valence"):
        prediction(valence=valence, joy=1.0)


def test_predictions_survive_the_way_between_processes():
    known = prediction(valence=0.5, joy=1.0)
    again = pickle.loads(pickle.dumps(known))
    assert repr(again) == repr(known)


def test_projections_lead_to_smaller_taxonomies():
    to_ekman = {EKMAN_PROJECTION.get(emotion, emotion) for emotion in EMOTIONS}
    to_korean = {KOREAN_SIX_PROJECTION.get(emotion, emotion) for emotion in EMOTIONS} - {None}
    assert (len(to_ekman), len(to_korean)) == (7, 6)
