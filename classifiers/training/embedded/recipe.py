"""The recipe of the shipped weights: read, choose n-grams, train the networks, calibrate, pack."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from classifiers.embedded.predictor import ENGLISH, FEELINGS, KOREAN, EmbeddedPredictor
from classifiers.embedded.quantisation import packed
from classifiers.embedded.weights import Arrays, Calibration, Card, Shape, Weights, save
from classifiers.heads import Head
from classifiers.training.chat import ChatLine, load_chat
from classifiers.training.embedded.augment import as_chat
from classifiers.training.embedded.calibration import fitted
from classifiers.training.embedded.levelling import levelled
from classifiers.training.embedded.posterior import ship_correction
from classifiers.training.embedded.sources import (
    CHAT_SOURCE,
    EMOTIONS_HEAD,
    SENTIMENT_HEAD,
    Lesson,
    Source,
    available,
    chat_lesson,
    chat_valence_lesson,
    denial_lesson,
    emotion_lesson,
    rating_lesson,
    task_lessons,
    valence_lesson,
)
from classifiers.training.embedded.trainer import Group, Learnt, Plan, examples_seen, train
from classifiers.training.embedded.vocabulary import Bags, Vocabulary, choose, keys_of

VERSION: Final = "5"
LANGUAGES: Final = ("ko", "en")

FEELINGS_PLAN: Final = Plan(size=20, width=32, rounds=24, drop_grams=0.6)
ENGLISH_PLAN: Final = Plan(size=40, width=128, rounds=8, drop_grams=0.6, bits=16)
KOREAN_PLAN: Final = Plan(size=28, width=128, rounds=8, drop_grams=0.6)

CHAT_SHARE: Final = 0.5
"""How often a round sees each line of chat, and each changed copy of one."""

DENIAL_SHARE: Final = 0.5
"""The same of each denied feeling, at most."""

DENIAL_LIMIT: Final = 0.02
"""Denied feelings that a round sees for each line of chat, at most: they are no chat."""

MAPPED_SHARE: Final = 0.3
MAPPED_WEIGHT: Final = 0.3
"""Of mapped labels in the loss of the emotions; the lines of chat, made for it, weigh 1."""

VALENCE_WEIGHT: Final = 0.5
"""Of valence in the loss."""

RATING_SHARE: Final = 0.3
RATING_WEIGHT: Final = 0.5
"""Of the ratings of reviews, five classes, in the loss of the Korean network."""

KEPT: Final = (EMOTIONS_HEAD, SENTIMENT_HEAD)
"""The heads of feelings that are shipped; the others only helped to learn."""

DEFLATED: Final = (ENGLISH, KOREAN)
"""The networks that are read only when one of their heads is asked for."""


class Progress(Protocol):
    """Hears how training goes."""

    def begin(self, stage: str, total: int) -> None:
        """A stage with so many steps begins; the one before has ended."""
        ...

    def advance(self, steps: int) -> None:
        """So many more steps are done."""
        ...


@dataclass(frozen=True, slots=True)
class Read:
    """A lesson whose texts were read.

    Attributes:
        lesson: What it teaches.
        keys: The n-grams of its texts.
        weight: In the loss.
        share: See ``Group``.
    """

    lesson: Lesson
    keys: Bags
    weight: float = 1.0
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """What one network learns.

    Attributes:
        heads: Every head once, those that are shipped first.
        kept: How many heads are shipped.
        groups: The examples, as slots.
        vocabulary: The n-grams with a slot.
        plan: The knobs.
        lessons: What the groups are made of, in their order.
    """

    heads: tuple[Head, ...]
    kept: int
    groups: tuple[Group, ...]
    vocabulary: Vocabulary
    plan: Plan
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """The knobs of the networks; the defaults are those of the shipped weights."""

    feelings: Plan = FEELINGS_PLAN
    english: Plan = ENGLISH_PLAN
    korean: Plan = KOREAN_PLAN


def train_file(
    folder: Path,
    out: Path,
    seed: int,
    progress: Progress,
    recipe: Recipe | None = None,
    chat: Sequence[ChatLine] | None = None,
) -> None:
    """Train on a folder of tidy sets and the corpus of chat lines, and write the weights.

    Beside them lies, if it helps, how shares are corrected for the errors of this model.

    Args:
        folder: Holds ``NAME/{train,dev}.tsv.gz``; sets that are absent are done without.
        out: The file to write.
        seed: The same seed and data give the same file on the same machine.
        progress: Hears how it goes.
        recipe: The knobs.
        chat: The lines of chat; the corpus of the project if not given.

    Raises:
        DatasetUnreadable: The folder is missing or a file in it is broken.
    """
    lines = load_chat() if chat is None else chat
    sources = available(folder)
    taught = [line for line in lines if line.split == "train"]
    courses = prepare(folder, sources, taught, seed, progress, recipe or Recipe())
    networks, arrays = {}, {}
    for name, course in courses.items():
        progress.begin(f"training {name}", examples_seen(course.groups, course.plan))
        slots = course.vocabulary.filled.size
        learnt = train(course.groups, course.heads, slots, course.plan, seed, progress.advance)
        shape, arrays[name] = pack(course, learnt)
        if name == ENGLISH:
            arrays[name], _ = levelled(shape, arrays[name], course.lessons, folder, seed)
        networks[name] = shape
    licences = {source.name: source.licence for source in [*sources, CHAT_SOURCE]}
    level = dict.fromkeys((*LANGUAGES, "und"), Calibration())
    weights = Weights(Card(VERSION, networks, level, LANGUAGES, licences), arrays)
    held_out = [line for line in lines if line.split == "dev"]
    calibrations = fitted(weights, held_out)
    save(replace(weights, card=replace(weights.card, calibrations=calibrations)), out, DEFLATED)
    if held_out:
        ship_correction(EmbeddedPredictor(out), held_out, out, seed)


def prepare(
    folder: Path,
    sources: Sequence[Source],
    chat: Sequence[ChatLine],
    seed: int,
    progress: Progress,
    recipe: Recipe,
) -> dict[str, Course]:
    """Read the training parts and turn them into slots.

    Raises:
        DatasetUnreadable: A file is broken.
    """
    talk = _widened(chat_lesson(chat), random.Random(seed))  # noqa: S311  (no secret)
    lessons = task_lessons(folder, sources)
    denied = denial_lesson()
    every = [talk, denied, *lessons]
    progress.begin("reading", sum(len(lesson.texts) for lesson in every))
    tasks = [Read(lesson, keys_of(lesson.texts, progress.advance)) for lesson in lessons]
    room = DENIAL_LIMIT * CHAT_SHARE * len(talk.texts) / len(denied.texts)
    talks = [
        Read(talk, keys_of(talk.texts, progress.advance), share=CHAT_SHARE),
        Read(denied, keys_of(denied.texts, progress.advance), share=min(DENIAL_SHARE, room)),
    ]
    feelings = _of_feelings(list(zip(sources, tasks, strict=True)), talks)
    courses = {FEELINGS: _course(feelings, recipe.feelings, len(KEPT))}
    spoken = [source.language for source in sources]
    ratings = rating_lesson(folder, sources)
    for name, language, plan in (
        (ENGLISH, "en", recipe.english),
        (KOREAN, "ko", recipe.korean),
    ):
        read = [task for task, code in zip(tasks, spoken, strict=True) if code == language]
        kept = len({each.lesson.head.name for each in read})
        if ratings is not None and language == "ko":
            progress.begin("reading ratings", len(ratings.texts))
            keys = keys_of(ratings.texts, progress.advance)
            read.append(Read(ratings, keys, RATING_WEIGHT, RATING_SHARE))
        if read:
            courses[name] = _course(read, plan, kept)
    return courses


def pack(course: Course, learnt: Learnt) -> tuple[Shape, Arrays]:
    """Return what a network learnt in the bytes of a file."""
    plan = course.plan
    heads = course.heads[: course.kept]
    seen = 2 * plan.size
    labels = sum(len(head.labels) for head in heads)
    dense = learnt.dense[: plan.width * (seen + 1) + labels * (plan.width + seen + 1)]
    rows = packed(learnt.table, learnt.gates, course.vocabulary.filled.ravel())
    arrays = Arrays(course.vocabulary.tags, rows, dense.astype(np.float16))
    return Shape(plan.size, plan.width, heads), arrays


def _of_feelings(tasks: Sequence[tuple[Source, Read]], talks: Sequence[Read]) -> list[Read]:
    """Return what the network of feelings learns from, the heads that are kept first."""
    read = list(talks)
    for talk in talks:
        polarity = chat_valence_lesson(talk.lesson)
        read.append(Read(polarity, talk.keys, VALENCE_WEIGHT, talk.share))
    for source, task in tasks:
        if source.map_name is not None:
            mapped = emotion_lesson(source, task.lesson)
            read.append(Read(mapped, task.keys, MAPPED_WEIGHT, MAPPED_SHARE))
        if source.polar:
            polar = valence_lesson(task.lesson)
            read.append(Read(polar, task.keys, VALENCE_WEIGHT, source.share))
    read += [replace(task, share=source.share) for source, task in tasks if source.share > 0]
    return read


def _course(read: Sequence[Read], plan: Plan, kept: int) -> Course:
    vocabulary = choose([each.keys for each in _distinct(read)], plan.bits)
    heads = tuple({each.lesson.head.name: each.lesson.head for each in read}.values())
    place = {head.name: index for index, head in enumerate(heads)}
    groups = tuple(_group(each, vocabulary, place[each.lesson.head.name]) for each in read)
    return Course(heads, kept, groups, vocabulary, plan, tuple(each.lesson for each in read))


def _distinct(read: Sequence[Read]) -> list[Read]:
    """Return one reading of each set: an n-gram is not counted again for a second head."""
    return list({each.lesson.name: each for each in read}.values())


def _widened(lesson: Lesson, chance: random.Random) -> Lesson:
    """Add a copy of each line as chat might change it."""
    changed = tuple(as_chat(text, chance) for text in lesson.texts)
    return replace(lesson, texts=lesson.texts + changed, targets=lesson.targets * 2)


def _group(read: Read, vocabulary: Vocabulary, head: int) -> Group:
    targets = read.lesson.targets
    told = np.array([bool(target) for target in targets], bool)
    bits = np.array([sum(1 << label for label in target) for target in targets], np.uint64)
    bags = vocabulary.slots(read.keys.only(told))
    return Group(head, bags, bits[told], read.weight, read.share)
