"""The weights that come with the package."""

from __future__ import annotations

import numpy as np
import pytest

from classifiers.embedded import EmbeddedPredictor
from classifiers.embedded.backend import SHIPPED, EmbeddedClassifier
from classifiers.embedded.weights import load
from classifiers.emotion import Emotion
from classifiers.training.chat import load_chat
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
    ("text", "label"),
    [
        ("ㅠㅠ", Emotion.SADNESS),
        ("하 ㅠㅠ", Emotion.SADNESS),
        ("T_T", Emotion.SADNESS),
        ("네 ^^", Emotion.JOY),
        (":)", Emotion.JOY),
        ("-_-", Emotion.ANGER),
        ("축하해 ㅠㅠ", Emotion.JOY),
        (".", Emotion.NEUTRAL),
    ],
)
def test_faces_are_read_as_chat_means_them(
    predictor: EmbeddedPredictor, text: str, label: Emotion
) -> None:
    (prediction,) = predictor.predict([text])
    assert prediction.label is label


@pytest.mark.parametrize(
    "text", ["영화 진짜 재미없다 시간 아까워", "the worst day, I hate this so much"]
)
def test_bad_things_are_unpleasant(predictor: EmbeddedPredictor, text: str) -> None:
    (prediction,) = predictor.predict([text])
    assert prediction.valence < -0.05


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("i'm not happy with how this went", Emotion.JOY),
        ("not happy about this at all", Emotion.JOY),
        ("i'm not scared anymore", Emotion.FEAR),
        ("기분이 좋지 않아요", Emotion.JOY),
        ("하나도 안 무서워", Emotion.FEAR),
    ],
)
def test_a_denied_feeling_is_not_that_feeling(
    predictor: EmbeddedPredictor, text: str, denied: Emotion
) -> None:
    (prediction,) = predictor.predict([text])
    assert prediction.label is not denied
    if denied is Emotion.JOY:
        assert prediction.valence < -0.05


@pytest.mark.parametrize(
    ("text", "label"),
    [("배고파 죽겠다", Emotion.NEUTRAL), ("fatal error in `joy.py` line 3", Emotion.NEUTRAL)],
)
def test_words_of_feeling_without_feeling(
    predictor: EmbeddedPredictor, text: str, label: Emotion
) -> None:
    (prediction,) = predictor.predict([text])
    assert prediction.label is label


def test_a_sad_line_is_unpleasant_whatever_reviewers_of_films_mean_by_it(
    predictor: EmbeddedPredictor,
) -> None:
    for prediction in predictor.predict(["오늘 너무 슬프다 ㅠㅠ", "너무 슬퍼 ㅠㅠ"]):
        assert prediction.label is Emotion.SADNESS
        assert prediction.valence < -0.05


def test_real_lines_get_the_same_verdict_together_as_alone(predictor: EmbeddedPredictor) -> None:
    texts = [line.text for line in load_chat(split="test")]
    alone = [predictor.predict([text])[0] for text in texts]
    together = [
        each for at in range(0, len(texts), 64) for each in predictor.predict(texts[at : at + 64])
    ]
    np.testing.assert_allclose(
        [(*each.probabilities, each.valence) for each in alone],
        [(*each.probabilities, each.valence) for each in together],
        atol=1e-6,
    )
    assert [each.label for each in alone] == [each.label for each in together]
    assert [each.language for each in alone] == [each.language for each in together]
