"""The words that moved a verdict, by what each adds to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifiers.classifier import Explainer
from classifiers.embedded import EmbeddedClassifier, EmbeddedPredictor
from classifiers.embedded.contributions import MOST_PIECES, contributions
from classifiers.emotion import Emotion


def test_the_word_of_feeling_is_named_with_its_emotion(tiny: EmbeddedPredictor) -> None:
    evidence = tiny.explain("well **happy** then")
    happy = next(piece for piece in evidence if piece.surface == "happy")
    assert happy.emotion is Emotion.JOY
    assert happy.effect > 0
    assert max(evidence, key=lambda piece: piece.effect) is happy


def test_an_unpleasant_word_pulls_down(tiny: EmbeddedPredictor) -> None:
    (angry,) = [each for each in tiny.explain("음 화나 그래") if each.surface == "화나"]
    assert angry.effect < 0


def test_evidence_stands_in_the_order_of_the_text_and_is_no_flood(
    tiny: EmbeddedPredictor,
) -> None:
    words = ["happy", "sad", "angry", "scared", "gross", "wow", "awkward", "betrayed"] * 15
    told = [piece.surface for piece in tiny.explain(" ".join(words))]
    assert len(told) <= MOST_PIECES
    rest = iter(words)
    assert all(word in rest for word in told)


@pytest.mark.parametrize("text", ["", "   ", "`code`", "zzzz"])
def test_nothing_moved_what_says_nothing(tiny: EmbeddedPredictor, text: str) -> None:
    assert tiny.explain(text) == []


def test_a_sign_is_called_a_sign(tiny: EmbeddedPredictor) -> None:
    def judge(texts: list[str]) -> list:
        return tiny.predict(["happy" if "😂" in text else "meeting" for text in texts])

    (face,) = contributions("ok 😂", judge)
    assert (face.surface, face.rule, face.emotion) == ("😂", "emoji", Emotion.JOY)


async def test_the_classifier_explains_itself(tiny_weights: Path) -> None:
    classifier = EmbeddedClassifier(tiny_weights)
    assert isinstance(classifier, Explainer)
    await classifier.start()
    assert [piece.surface for piece in await classifier.explain("meeting happy")][-1] == "happy"
    await classifier.close()
