"""A tiny embedded model, trained in a second on lines made here."""

from __future__ import annotations

import gzip
from pathlib import Path

from classifiers.emotion import EMOTIONS, Emotion
from classifiers.training.chat import ChatLine
from classifiers.training.embedded import train_file
from classifiers.training.embedded.recipe import Recipe
from classifiers.training.embedded.trainer import Plan

WORDS = {
    Emotion.ANGER: ("angry rage", "화나 빡쳐"),
    Emotion.DISGUST: ("gross yuck", "역겨워 더러워"),
    Emotion.FEAR: ("scared worried", "무서워 불안해"),
    Emotion.JOY: ("happy great", "행복해 좋아"),
    Emotion.SADNESS: ("sad crying", "슬퍼 눈물"),
    Emotion.SURPRISE: ("wow unexpected", "깜짝 놀랐어"),
    Emotion.HURT: ("betrayed belittled", "서운해 상처받았어"),
    Emotion.EMBARRASSMENT: ("awkward ashamed", "민망해 창피해"),
    Emotion.NEUTRAL: ("meeting schedule", "회의 일정"),
}
PLAN = Plan(size=8, width=8, rounds=16, drop_grams=0.1, drop_units=0.1)
RECIPE = Recipe(feelings=PLAN, english=PLAN, korean=PLAN)
TRAIN, DEV = "study/homework", "study/library"


class Silence:
    """Hears of progress and counts."""

    def __init__(self) -> None:
        self.stages: dict[str, int] = {}
        self.steps: dict[str, int] = {}

    def begin(self, stage: str, total: int) -> None:
        self.stages[stage] = total
        self.steps[stage] = 0

    def advance(self, steps: int) -> None:
        self.steps[list(self.steps)[-1]] += steps


def chat_lines(copies: int = 6) -> list[ChatLine]:
    """Return lines whose words tell their label, for both languages and two parts."""
    return [
        ChatLine(f"{word} {number}", label, language, scenario)
        for label in EMOTIONS
        for language, words in zip(("en", "ko"), WORDS[label], strict=True)
        for scenario in (TRAIN, DEV)
        for number, word in enumerate(words.split() * (copies // 2))
    ]


def write_set(
    folder: Path, name: str, rows: list[tuple[str, str]], label: str = "label", part: str = "train"
) -> None:
    """Write the training part of a tidy set, or another."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / name / f"{part}.tsv.gz", "wt", encoding="utf-8") as file:
        file.write(f"text\t{label}\n")
        file.writelines(f"{text}\t{labels}\n" for text, labels in rows)


def write_sets(folder: Path) -> Path:
    """Write a few sets: one label, several labels, ratings."""
    write_set(folder, "nsmc", [("좋은 영화", "positive"), ("나쁜 영화", "negative")] * 8)
    ratings = [("최고 명작", "10"), ("최악 쓰레기", "1"), ("보통", "6"), ("명작", "9")] * 4
    write_set(folder, "nsmc_ratings", ratings, "rating")
    both = [("happy but sad", "joy|sadness"), ("so angry", "anger"), ("hm", "curiosity")] * 6
    write_set(folder, "goemotions", both)
    return folder


def train_tiny(folder: Path, out: Path, seed: int = 0, recipe: Recipe = RECIPE) -> Path:
    """Train on the sets and lines of this module."""
    train_file(folder, out, seed, Silence(), recipe, chat_lines())
    return out
