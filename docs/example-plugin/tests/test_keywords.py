"""The contract, and what makes this classifier this one. Run with: pytest"""

from __future__ import annotations

import asyncio

from classifiers.classifier import load
from classifiers.plugins import Emotion
from classifiers.testing import check_classifier


def test_it_keeps_the_contract():
    check_classifier("keywords")


def test_a_list_of_ones_own(tmp_path):
    words = tmp_path / "words.tsv"
    words.write_text("joy\twow\n", "utf-8")

    async def judged():
        classifier = load(f"keywords?path={words}")
        await classifier.start()
        try:
            return await classifier.classify(["WOW!", "great"])
        finally:
            await classifier.close()

    wow, great = asyncio.run(judged())
    assert wow.label == Emotion.JOY
    assert great.label == Emotion.NEUTRAL
