"""The disturbances keep the feeling, change the text and are the same for the same seed."""

from __future__ import annotations

from random import Random

import pytest

from classifiers.emotion import EMOTIONS, Emotion
from classifiers.evaluation.disturbances import DISTURBANCES
from classifiers.evaluation.errors import EvaluationError
from classifiers.evaluation.presentation import survival_as_json, survival_as_text
from classifiers.evaluation.robustness import NEGATION, disturbed, negation_pairs, survival
from classifiers.lexicon import LexiconClassifier
from classifiers.training.chat import ChatLine


def line(text: str, label: Emotion = Emotion.JOY, language: str = "ko") -> ChatLine:
    return ChatLine(text, label, language, "food/cafe")


LINES = [
    *(line(f"오늘은 정말 신기한 날이네 {name}", Emotion(name)) for name in EMOTIONS),
    *(line(f"what a strange day this is {name}", Emotion(name), "en") for name in EMOTIONS),
]


def all_of(name: str, each: ChatLine) -> set[str]:
    return {DISTURBANCES[name](each, Random(seed)) for seed in range(40)}


@pytest.mark.parametrize("name", DISTURBANCES)
def test_the_same_seed_gives_the_same_texts(name: str) -> None:
    assert disturbed(LINES, name) == disturbed(LINES, name)
    assert all(before != after for before, after in disturbed(LINES, name))


@pytest.mark.parametrize(
    ("name", "each", "results"),
    [
        ("marks", line("좋아"), {"좋아ㅋㅋ", "좋아ㅋㅋㅋㅋ"}),
        ("marks", line("싫어", Emotion.HURT), {"싫어ㅠㅠ"}),
        ("marks", line("sad", Emotion.SADNESS, "en"), {"sad :("}),
        ("marks", line("hm", Emotion.ANGER, "en"), {"hm"}),
        ("initials", line("갔다"), {"갔당", "ㅇㅇ 갔다", "ㄱㄷ 갔다", "ㅇㅋ 갔다"}),
        ("initials", line("좋음"), {"ㅇㅇ 좋음", "ㄱㄷ 좋음", "ㅇㅋ 좋음"}),
        ("initials", line("good", language="en"), {"good"}),
        ("without_spaces", line("나 너무 좋아"), {"나너무좋아"}),
        ("without_spaces", line("so so good", language="en"), {"soso good", "so sogood"}),
        ("without_spaces", line("good", language="en"), {"good"}),
        ("more_spaces", line("좋아해 나"), {"좋 아해 나", "좋아 해 나"}),
        ("more_spaces", line("나"), {"나"}),
        ("more_spaces", line("a bus", language="en"), {"a b us", "a bu s"}),
        ("typo", line("안 돼"), {"않 돼", "안 되"}),
        ("typo", line("굿"), {"굿"}),
        ("typo", line("I am", language="en"), {"I am"}),
        ("typo", line("good", language="en"), {"god", "goood", "godo"}),
        ("emoji", line("좋아"), {"좋아 😊", "좋아 🎉"}),
        ("code_mixing", line("hi", language="en"), {"근데 hi", "아 hi", "그니까 hi"}),
        ("upper_case", line("so good", language="en"), {"SO GOOD"}),
        ("elongation", line("좋아"), {"좋아~~", "좋아...", "좋아~"}),
        ("elongation", line("so", language="en"), {"soo" + "o" * n for n in range(1, 5)}),
    ],
)
def test_what_each_disturbance_does(name: str, each: ChatLine, results: set[str]) -> None:
    assert all_of(name, each) == results


def test_custom_emoji_look_as_discord_writes_them() -> None:
    for text in all_of("custom_emoji", line("좋아")):
        assert text.startswith(("좋아 <:", "좋아 <a:"))


def test_negation_pairs_are_two_different_lines() -> None:
    pairs = negation_pairs()
    assert len(pairs) == len(set(pairs)) >= 30
    assert all(felt != denied for felt, denied in pairs)


async def test_the_share_of_verdicts_that_survive() -> None:
    classifier = LexiconClassifier()
    await classifier.start()
    found = await survival(classifier, [line("정말 행복해"), line("너무 슬퍼", Emotion.SADNESS)])
    with pytest.raises(EvaluationError, match="no lines"):
        await survival(classifier, [])
    await classifier.close()
    # Korean knows no upper case, and the two lines have no letters that are confused.
    assert set(found.shares) == set(DISTURBANCES) - {"upper_case", "typo"} | {NEGATION}
    assert found.shares["emoji"] == found.shares["custom_emoji"] == 1
    assert found.counts["emoji"] == 2
    values = survival_as_json(found)
    assert list(values) == ["overall", "shares", "counts"]
    assert 0.8 < values["overall"] <= 1
    assert survival_as_text(found).splitlines()[-1].split()[0] == "overall"
