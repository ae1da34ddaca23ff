"""Tiny labelled sets: a few words of each emotion, mixed with words that mean nothing."""

from __future__ import annotations

import json
import random
from pathlib import Path

WORDS = {
    "anger": ("angry", "furious", "화나", "짜증"),
    "disgust": ("disgusting", "gross", "역겨워", "토나와"),
    "embarrassment": ("awkward", "blushing", "민망해", "당황"),
    "fear": ("scared", "afraid", "무서워", "겁나"),
    "hurt": ("betrayed", "wounded", "상처받았어", "서러워"),
    "joy": ("happy", "love", "좋아요", "행복해"),
    "neutral": ("table", "train", "점심", "산책"),
    "sadness": ("sad", "crying", "슬퍼", "눈물"),
    "surprise": ("wow", "unexpected", "깜짝", "놀랐어"),
}
NINE = tuple(WORDS)
STARS = {"1": "disgust", "2": "sadness", "3": "neutral", "4": "surprise", "5": "joy"}
"""Five classes: a number of stars, each with the words of an emotion."""
STAR_MAP = {"1": "negative", "2": "negative", "3": "neutral", "4": "positive", "5": "positive"}
KOREAN = {"부정": "anger", "긍정": "joy"}
KOREAN_MAP = {"부정": "negative", "긍정": "positive"}
"""In alphabetical order the pleasant label comes first."""

Example = tuple[str, tuple[str, ...]]


def examples(kinds: dict[str, str], count: int, seed: int, most: int = 1) -> list[Example]:
    """Return texts with labels; ``kinds`` names the words of each label."""
    drawn = random.Random(seed)
    found = []
    for _ in range(count):
        labels = drawn.sample(sorted(kinds), drawn.randint(1, most))
        words = [drawn.choice(WORDS[kinds[label]]) for label in labels for _ in range(2)]
        words += drawn.sample(("the", "is", "very", "이건", "정말", "오늘은"), 2)
        drawn.shuffle(words)
        found.append((" ".join(words), tuple(sorted(labels))))
    return found


def write(path: Path, rows: list[Example]) -> Path:
    """Write a TSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{text}\t{'|'.join(labels)}\n" for text, labels in rows]
    path.write_text("text\tlabel\n" + "".join(lines), "utf-8")
    return path


def write_all(folder: Path) -> None:
    """Write every set that the tests train on."""
    for name, kinds in (("stars", STARS), ("reviews", KOREAN)):
        for seed, (part, count) in enumerate((("train", 160), ("dev", 40), ("test", 40))):
            write(folder / name / f"{part}.tsv", examples(kinds, count, seed))
    mixed = {name: name for name in NINE}
    write(folder / "mine.tsv", examples(mixed, 240, 5, most=2))
    (folder / "stars.json").write_text(json.dumps(STAR_MAP), "utf-8")
    (folder / "korean.json").write_text(json.dumps(KOREAN_MAP), "utf-8")
    vectors = [f"{word} {' '.join(['0.5'] * 12)}\n" for words in WORDS.values() for word in words]
    (folder / "words.vec").write_text(f"{len(vectors)} 12\n{''.join(vectors)}", "utf-8")
