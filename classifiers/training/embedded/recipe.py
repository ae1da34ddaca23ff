"""The recipe of the shipped weights: read, choose n-grams, train, calibrate, pack."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from classifiers.embedded.predictor import EMOTION_HEAD
from classifiers.embedded.quantisation import packed
from classifiers.embedded.weights import Card, Weights, save
from classifiers.heads import Head
from classifiers.training.chat import ChatLine, load_chat
from classifiers.training.embedded.augment import as_chat
from classifiers.training.embedded.calibration import fitted
from classifiers.training.embedded.sources import (
    CHAT,
    CHAT_SOURCE,
    Lesson,
    available,
    chat_lesson,
    lessons,
)
from classifiers.training.embedded.trainer import Group, Learnt, Plan, examples_seen, train
from classifiers.training.embedded.vocabulary import Bags, Vocabulary, choose, keys_of

VERSION: Final = "1"
LANGUAGES: Final = ("ko", "en")
CHAT_COPIES: Final = 5
"""Changed copies of each line of chat, beside the line itself."""

CHAT_SHARE: Final = 3.0
"""How often a round sees each of those."""

CHAT_WEIGHT: Final = 2.0
"""Of those in the loss."""

MAPPED_WEIGHT: Final = 0.1
"""Of mapped labels in the loss of the emotions; the lines of chat, made for it, weigh 1."""


class Progress(Protocol):
    """Hears how training goes."""

    def begin(self, stage: str, total: int) -> None:
        """A stage with so many steps begins; the one before has ended."""
        ...

    def advance(self, steps: int) -> None:
        """So many more steps are done."""
        ...


@dataclass(frozen=True, slots=True)
class Material:
    """What training works on.

    Attributes:
        heads: Every head once.
        groups: The examples, as slots.
        vocabulary: The n-grams with a slot.
        sources: Licences by data set.
    """

    heads: tuple[Head, ...]
    groups: tuple[Group, ...]
    vocabulary: Vocabulary
    sources: dict[str, str]


def train_file(
    folder: Path,
    out: Path,
    seed: int,
    progress: Progress,
    plan: Plan | None = None,
    chat: Sequence[ChatLine] | None = None,
) -> None:
    """Train on a folder of tidy sets and the corpus of chat lines, and write the weights.

    Args:
        folder: Holds ``NAME/{train,dev}.tsv.gz``; sets that are absent are done without.
        out: The file to write.
        seed: The same seed and data give the same file on the same machine.
        progress: Hears how it goes.
        plan: The knobs.
        chat: The lines of chat; the corpus of the project if not given.

    Raises:
        DatasetUnreadable: The folder is missing or a file in it is broken.
    """
    chosen = plan or Plan()
    lines = load_chat() if chat is None else chat
    material = prepare(folder, [line for line in lines if line.split == "train"], seed, progress)
    slots = material.vocabulary.filled.size
    progress.begin("training", examples_seen(material.groups, chosen))
    learnt = train(material.groups, material.heads, slots, chosen, seed, progress.advance)
    weights = pack(material, learnt, chosen)
    temperatures = fitted(weights, [line for line in lines if line.split == "dev"])
    save(replace(weights, card=replace(weights.card, temperatures=temperatures)), out)


def prepare(folder: Path, chat: Sequence[ChatLine], seed: int, progress: Progress) -> Material:
    """Read the training parts and turn them into slots."""
    sources = available(folder)
    chance = random.Random(seed)  # noqa: S311  (no secret: it must repeat)
    taught = [*lessons(folder, sources), chat_lesson(chat)]
    wider = [_widened(lesson, chance) for lesson in taught if lesson.texts]
    progress.begin("reading", sum(len(lesson.texts) for lesson in wider))
    keys = [keys_of(lesson.texts, progress.advance) for lesson in wider]
    vocabulary = choose(keys)
    heads = tuple({lesson.head.name: lesson.head for lesson in wider}.values())
    place = {head.name: index for index, head in enumerate(heads)}
    groups = tuple(
        _group(lesson, vocabulary.slots(bags), place[lesson.head.name])
        for lesson, bags in zip(wider, keys, strict=True)
    )
    licences = {source.name: source.licence for source in [*sources, CHAT_SOURCE]}
    return Material(heads, groups, vocabulary, licences)


def pack(material: Material, learnt: Learnt, plan: Plan) -> Weights:
    """Return what is learnt in the bytes of a file; temperatures are 1 still."""
    card = Card(
        VERSION, plan.size, plan.width, material.heads,
        dict.fromkeys((*LANGUAGES, "und"), 1.0), LANGUAGES, material.sources,
    )  # fmt: skip
    filled = material.vocabulary.filled.ravel()
    rows = packed(learnt.table, learnt.gates, filled)
    return Weights(card, material.vocabulary.tags, rows, learnt.dense.astype(np.float16))


def _widened(lesson: Lesson, chance: random.Random) -> Lesson:
    """Add copies as chat would have them, of what the emotions learn from."""
    if lesson.head.name != EMOTION_HEAD:
        return lesson
    copies = CHAT_COPIES if lesson.name == CHAT else 1
    changed = tuple(as_chat(text, chance) for _ in range(copies) for text in lesson.texts)
    return replace(lesson, texts=lesson.texts + changed, targets=lesson.targets * (copies + 1))


def _group(lesson: Lesson, bags: Bags, head: int) -> Group:
    bits = np.array([sum(1 << place for place in target) for target in lesson.targets], np.uint64)
    if lesson.name == CHAT:
        return Group(head, bags, bits, CHAT_WEIGHT, CHAT_SHARE)
    weight = MAPPED_WEIGHT if lesson.head.name == EMOTION_HEAD else 1.0
    return Group(head, bags, bits, weight)
