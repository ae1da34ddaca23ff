from __future__ import annotations

import time
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.classifier import Explainer, load
from classifiers.emotion import EMOTIONS, Emotion
from classifiers.errors import ClassificationFailed, InvalidOption
from classifiers.lexicon import LexiconClassifier, LexiconPredictor, create

CHAT_LINES = Path(__file__).parent / "data" / "chat_lines.tsv"
PREDICTOR = LexiconPredictor()


class Line(NamedTuple):
    text: str
    language: str
    label: str
    sentiment: str


def chat_lines() -> list[Line]:
    rows = CHAT_LINES.read_text("utf-8").splitlines()[1:]
    return [Line(*row.split("\t")) for row in rows]


def test_the_chat_lines_cover_what_they_should() -> None:
    lines = chat_lines()
    assert len(lines) >= 150
    assert {line.label for line in lines} == {emotion.value for emotion in Emotion}
    assert {line.language for line in lines} == {"ko", "en", "mixed"}


@pytest.mark.parametrize("language", ["ko", "en", "mixed"])
def test_hand_written_chat_lines_are_read_well(language: str) -> None:
    lines = [line for line in chat_lines() if line.language == language]
    predictions = PREDICTOR.predict([line.text for line in lines])
    pairs = list(zip(lines, predictions, strict=True))
    labels = [line.label == prediction.label for line, prediction in pairs]
    polar = [line.sentiment == each.sentiment for line, each in pairs if line.sentiment != "any"]
    assert sum(labels) / len(labels) >= 0.75
    assert sum(polar) / len(polar) >= 0.85


def test_no_evidence_is_mostly_neutral() -> None:
    (prediction,) = PREDICTOR.predict(["회의는 3시에 시작합니다"])
    assert prediction.label is Emotion.NEUTRAL
    assert prediction.confidence > 0.7
    assert prediction.valence == 0
    assert (prediction.language, prediction.model) == ("ko", "lexicon@1")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\u200b\u202e",
        "\ud800",
        "https://example.org",
        "😀" * 2_000,
        "가" * 4_000,
        "🏳️\u200d🌈",
    ],
)
def test_odd_texts_have_a_prediction(text: str) -> None:
    (prediction,) = PREDICTOR.predict([text])
    assert sum(prediction.probabilities) == pytest.approx(1)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
def test_every_prediction_is_well_formed(text: str) -> None:
    (prediction,) = PREDICTOR.predict([text])
    assert prediction.labels == EMOTIONS
    assert sum(prediction.probabilities) == pytest.approx(1)
    assert -1 <= prediction.valence <= 1
    for evidence in PREDICTOR.explain(text):
        assert -1 <= evidence.effect <= 1


PIECES = ["안 좋아지 않", "ㅋㅠ", "no ", "but happy ", "좋지만 싫은데 ", "😀", ":a:", ":)", "너무 ",
          "not very so good ", "죽겠", "가지 ", "?!", "((", "HAPPY sad ",
          "걱정할 필요 ", "-_", "하", "abb", "aabb"]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_hostile_repetition_is_read_quickly(piece: str) -> None:
    text = (piece * 4_000)[:4_000]
    started = time.process_time()
    PREDICTOR.predict([text])
    # About 10 ms each on an idle core; anything quadratic takes seconds.
    assert time.process_time() - started < 0.5


def test_short_messages_are_fast() -> None:
    texts = [line.text for line in chat_lines() if line.language == "ko"]
    started = time.process_time()
    for _ in range(10):
        PREDICTOR.predict(texts)
    rate = 10 * len(texts) / (time.process_time() - started)
    # Bar: 15 000 a second on an idle core; under coverage and load a fifth is enough.
    assert rate > 3_000


def test_elongated_words_count() -> None:
    plain, stretched, shown = PREDICTOR.predict(["so happy", "sooooo happyyyyyy", "soo happyy"])
    assert plain.valence == stretched.valence > shown.valence


def test_options_are_refused() -> None:
    with pytest.raises(InvalidOption, match="remove: speed"):
        create({"speed": "11"})


def test_the_tables_ship_with_the_package() -> None:
    names = {path.name for path in (files("classifiers.lexicon") / "data").iterdir()}
    assert {"korean.tsv", "modifiers.tsv", "symbols.tsv", "english.tsv"} <= names


@pytest.fixture
async def classifier() -> AsyncIterator[LexiconClassifier]:
    loaded = load("lexicon")
    assert isinstance(loaded, LexiconClassifier)
    await loaded.start()
    yield loaded
    await loaded.close()


async def test_the_worker_classifies_and_explains(classifier: LexiconClassifier) -> None:
    texts = ["너무 좋아요", "I am so sad"]
    assert await classifier.classify(texts) == PREDICTOR.predict(texts)
    assert await classifier.explain("안 좋아") == PREDICTOR.explain("안 좋아")
    assert isinstance(classifier, Explainer)
    assert classifier.info.languages == ("ko", "en")


async def test_a_killed_worker_is_replaced(classifier: LexiconClassifier) -> None:
    before = set(psutil.Process().children(recursive=True))
    fresh = LexiconClassifier()
    await fresh.start()
    workers = set(psutil.Process().children(recursive=True)) - before
    for worker in workers:
        worker.kill()
    with pytest.raises(ClassificationFailed):
        await fresh.explain("좋아")
    assert await fresh.explain("좋아") == PREDICTOR.explain("좋아")
    await fresh.close()


async def test_explaining_before_the_start_is_a_mistake() -> None:
    with pytest.raises(RuntimeError, match="start"):
        await LexiconClassifier().explain("좋아")
