"""Which data sets the model learns from, and which head learns from each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from classifiers.embedded.predictor import EMOTION_HEAD
from classifiers.emotion import EMOTIONS
from classifiers.heads import Head
from classifiers.label_maps import LabelMap, built_in_maps
from classifiers.training.chat import ChatLine
from classifiers.training.datasets import Dataset, Example, names_in, read_set

EMOTION_LABELS: Final = tuple(str(emotion) for emotion in EMOTIONS)
CHAT: Final = "chat"
CLEAR_NEGATIVE: Final = 4
CLEAR_POSITIVE: Final = 9


@dataclass(frozen=True, slots=True)
class Source:
    """A data set as the model learns from it.

    Attributes:
        name: The folder of the set.
        licence: As its source states it.
        head: The head that learns its labels; several sets may share one.
        map_name: The map from its labels to the nine emotions, if it has one.
    """

    name: str
    licence: str
    head: str
    map_name: str | None = None


SOURCES: Final = (
    Source("nsmc", "CC0", "nsmc"),
    Source("nsmc_ratings", "CC0", "nsmc"),
    Source("kote", "MIT", "kote", "kote"),
    Source("goemotions", "Apache-2.0", "goemotions", "goemotions"),
    Source("goemotions_ko_mt", "Apache-2.0", "goemotions", "goemotions"),
    Source("xed_en", "CC-BY 4.0", "xed_en", "xed"),
    Source("tweeteval_emotion", "none stated", "tweeteval_emotion", "tweeteval_emotion"),
    Source("tweeteval_sentiment", "none stated", "tweeteval_sentiment"),
    Source("tweeteval_offensive", "none stated", "tweeteval_offensive"),
    Source("tweeteval_irony", "none stated", "tweeteval_irony"),
    Source("vader_tweets", "MIT", "vader_tweets"),
    Source("chatbot_ko", "MIT", "chatbot_ko"),
    Source("curse_ko", "MIT", "curse_ko"),
)
CHAT_SOURCE: Final = Source(CHAT, "CC0", EMOTION_HEAD)


@dataclass(frozen=True, slots=True)
class Lesson:
    """The examples of one set for one head.

    Attributes:
        name: Of the set.
        head: What is learnt.
        texts: As they were written.
        targets: For each text the labels that hold, as positions in ``head.labels``.
    """

    name: str
    head: Head
    texts: tuple[str, ...]
    targets: tuple[tuple[int, ...], ...]


def available(folder: Path) -> list[Source]:
    """Return the sources whose data are in a folder, in the order of ``SOURCES``.

    Raises:
        DatasetUnreadable: There is no such folder.
    """
    names = set(names_in(folder))
    return [source for source in SOURCES if source.name in names]


def lessons(folder: Path, sources: Sequence[Source]) -> list[Lesson]:
    """Return what the training parts teach: each head from its own labels, then the emotions.

    Raises:
        DatasetUnreadable: A file is broken.
    """
    heads: dict[str, Head] = {}
    own: list[Lesson] = []
    emotional: list[Lesson] = []
    for source in sources:
        data = _read(folder, source)
        head = heads.setdefault(source.head, Head(source.head, data.labels, data.multi_label))
        examples = data.splits["train"]
        own.append(_lesson(source.name, head, examples))
        if source.map_name is not None:
            emotional.append(_emotional(source.name, examples, built_in_maps()[source.map_name]))
    return [*own, *emotional]


def chat_lesson(lines: Sequence[ChatLine]) -> Lesson:
    """Return what lines of chat teach: the emotions."""
    examples = [line.example for line in lines]
    return _lesson(CHAT, Head(EMOTION_HEAD, EMOTION_LABELS), examples)


def _read(folder: Path, source: Source) -> Dataset:
    data = read_set(folder, source.name, splits=("train",))
    return _polar(data) if source.name == "nsmc_ratings" else data


def _polar(data: Dataset) -> Dataset:
    """Keep the clear ratings, as many of each side, in the labels of the reviews."""
    parts = {}
    for split, examples in data.splits.items():
        sides: dict[str, list[Example]] = {"negative": [], "positive": []}
        for example in examples:
            rating = int(example.labels[0])
            if not CLEAR_NEGATIVE < rating < CLEAR_POSITIVE:
                side = "negative" if rating <= CLEAR_NEGATIVE else "positive"
                sides[side].append(replace(example, labels=(side,)))
        fewest = min(map(len, sides.values()))
        parts[split] = [example for side in sides.values() for example in side[:fewest]]
    return Dataset.of(data.name, parts)


def _emotional(name: str, examples: Sequence[Example], to_ours: LabelMap) -> Lesson:
    mapped = (Example(each.text, to_ours.classes_of(each.labels)) for each in examples)
    told = [each for each in mapped if each.labels]
    return _lesson(name, Head(EMOTION_HEAD, EMOTION_LABELS), told)


def _lesson(name: str, head: Head, examples: Sequence[Example]) -> Lesson:
    place = {label: index for index, label in enumerate(head.labels)}
    known = [each for each in examples if any(label in place for label in each.labels)]
    targets = tuple(tuple(place[x] for x in each.labels if x in place) for each in known)
    return Lesson(name, head, tuple(each.text for each in known), targets)
