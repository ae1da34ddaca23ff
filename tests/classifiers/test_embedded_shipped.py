"""The weights that come with the package."""

from __future__ import annotations

import pytest

from classifiers.embedded import EmbeddedPredictor
from classifiers.embedded.backend import SHIPPED, EmbeddedClassifier
from classifiers.embedded.weights import load
from classifiers.emotion import Emotion
from classifiers.training.embedded.sources import CHAT_SOURCE, SOURCES


@pytest.fixture(scope="module")
def predictor() -> EmbeddedPredictor:
    return EmbeddedPredictor(SHIPPED)


def test_they_are_small_whole_and_say_where_they_come_from() -> None:
    card = load(SHIPPED).card
    assert SHIPPED.stat().st_size < 10_000_000
    assert dict(card.sources) == {each.name: each.licence for each in (*SOURCES, CHAT_SOURCE)}
    assert set(card.calibrations) == {"ko", "en", "und"}


def test_the_heads_of_the_public_sets_are_there() -> None:
    names = set(EmbeddedClassifier().heads())
    assert names >= {"goemotions", "kote", "nsmc", "tweeteval_emotion", "tweeteval_sentiment"}
    assert "tweeteval_offensive" in names


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("오늘 진짜 행복하다 고마워 ㅎㅎ", Emotion.JOY),
        ("thank you so much, this made me so happy!!", Emotion.JOY),
        ("너무 무섭고 불안해 ㅠㅠ", Emotion.FEAR),
        ("회의는 3시에 시작합니다", Emotion.NEUTRAL),
    ],
)
def test_plain_feelings_are_read(predictor: EmbeddedPredictor, text: str, label: Emotion) -> None:
    (prediction,) = predictor.predict([text])
    assert prediction.label is label


@pytest.mark.parametrize(
    "text", ["영화 진짜 재미없다 시간 아까워", "the worst day, I hate this so much"]
)
def test_bad_things_are_unpleasant(predictor: EmbeddedPredictor, text: str) -> None:
    (prediction,) = predictor.predict([text])
    assert prediction.valence < -0.05
