"""Which data sets the model learns from, and which head learns from each.

There are three networks. ``feelings`` learns emotions and valence, from chat first; some of the
other sets are taught to it as well, for the words they know, by heads that are left out in the
end. ``english`` and ``korean`` learn the other heads alone, each from the sets in its language: in
one table the large sets crowd out the lines of chat, and one language the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from classifiers.embedded.predictor import EMOTION_HEAD, SENTIMENTS, VALENCE_HEAD
from classifiers.emotion import EMOTIONS, Emotion, Sentiment
from classifiers.heads import Head
from classifiers.label_maps import built_in_maps
from classifiers.training.chat import ChatLine
from classifiers.training.datasets import Dataset, Example, names_in, read_set
from classifiers.training.embedded.denials import denials

EMOTIONS_HEAD: Final = Head(EMOTION_HEAD, tuple(str(emotion) for emotion in EMOTIONS))
SENTIMENT_HEAD: Final = Head(VALENCE_HEAD, tuple(str(sentiment) for sentiment in SENTIMENTS))
POLARITY: Final[Mapping[Emotion, Sentiment]] = MappingProxyType(
    {
        Emotion.JOY: Sentiment.POSITIVE,
        Emotion.NEUTRAL: Sentiment.NEUTRAL,
        Emotion.ANGER: Sentiment.NEGATIVE,
        Emotion.DISGUST: Sentiment.NEGATIVE,
        Emotion.EMBARRASSMENT: Sentiment.NEGATIVE,
        Emotion.FEAR: Sentiment.NEGATIVE,
        Emotion.HURT: Sentiment.NEGATIVE,
        Emotion.SADNESS: Sentiment.NEGATIVE,
    }
)
"""The sentiment of a line of chat, by its emotion."""

CHAT: Final = "chat"
DENIALS: Final = "denials"
CLEAR_NEGATIVE: Final = 4
CLEAR_POSITIVE: Final = 9
RATINGS: Final = "nsmc_ratings"
RATING_HEAD: Final = Head("rating", ("1-2", "3-4", "5-6", "7-8", "9-10"))
"""How reviewers rated, two points a class; it helps to learn and is not shipped."""


@dataclass(frozen=True, slots=True)
class Source:
    """A data set as the model learns from it.

    Attributes:
        name: The folder of the set.
        language: Of its texts.
        licence: As its source states it.
        head: The head that learns its labels; several sets may share one.
        map_name: The map from its labels to the nine emotions, if it has one and they are good
            enough to learn from.
        polar: Whether its labels say how pleasant a text is.
        share: How often a round over feelings sees each example, for its own head.
    """

    name: str
    language: str
    licence: str
    head: str
    map_name: str | None = None
    polar: bool = False
    share: float = 0.3


SOURCES: Final = (
    Source("nsmc", "ko", "CC0", "nsmc", polar=True, share=0.1),
    Source("nsmc_ratings", "ko", "CC0", "nsmc", share=0),
    Source("kote", "ko", "MIT", "kote", "kote"),
    Source("goemotions", "en", "Apache-2.0", "goemotions", "goemotions"),
    Source("goemotions_ko_mt", "ko", "Apache-2.0", "goemotions", share=0.1),
    Source("xed_en", "en", "CC-BY 4.0", "xed_en"),
    Source("tweeteval_emotion", "en", "none stated", "tweeteval_emotion", "tweeteval_emotion"),
    Source("tweeteval_sentiment", "en", "none stated", "tweeteval_sentiment", polar=True),
    Source("tweeteval_offensive", "en", "none stated", "tweeteval_offensive", share=0),
    Source("tweeteval_irony", "en", "none stated", "tweeteval_irony", share=0),
    Source("vader_tweets", "en", "MIT", "vader_tweets", polar=True),
    Source("chatbot_ko", "ko", "MIT", "chatbot_ko"),
    Source("curse_ko", "ko", "MIT", "curse_ko"),
)
CHAT_SOURCE: Final = Source(CHAT, "mixed", "CC0", EMOTION_HEAD)


@dataclass(frozen=True, slots=True)
class Lesson:
    """The examples of one set for one head.

    Attributes:
        name: Of the set.
        head: What is learnt.
        texts: As they were written.
        targets: For each text the labels that hold, as positions in ``head.labels``; a text with
            none teaches nothing.
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


def task_lessons(folder: Path, sources: Sequence[Source]) -> list[Lesson]:
    """Return what the training parts teach of their own labels.

    Raises:
        DatasetUnreadable: A file is broken.
    """
    heads: dict[str, Head] = {}
    lessons: list[Lesson] = []
    for source in sources:
        data = _read(folder, source)
        head = heads.setdefault(source.head, Head(source.head, data.labels, data.multi_label))
        lessons.append(_lesson(source.name, head, data.splits["train"]))
    return lessons


def rating_lesson(folder: Path, sources: Sequence[Source]) -> Lesson | None:
    """Return what all ratings teach, the mixed ones as well; ``None`` if the set is not there.

    Raises:
        DatasetUnreadable: A file is broken.
    """
    if all(source.name != RATINGS for source in sources):
        return None
    rated = read_set(folder, RATINGS, splits=("train",)).splits["train"]
    targets = tuple(((int(each.labels[0]) - 1) // 2,) for each in rated)
    return Lesson("ratings", RATING_HEAD, tuple(each.text for each in rated), targets)


def emotion_lesson(source: Source, lesson: Lesson) -> Lesson:
    """Return what a set teaches of the nine emotions, by the map of its labels.

    Raises:
        ValueError: The source has no map.
    """
    if source.map_name is None:
        msg = f"{source.name} has no map to the emotions"
        raise ValueError(msg)
    to_ours = built_in_maps()[source.map_name]
    return _relabelled(lesson, EMOTIONS_HEAD, to_ours.classes_of)


def valence_lesson(lesson: Lesson) -> Lesson:
    """Return what a polar set teaches of valence; its labels are the names of sentiments."""
    return _relabelled(lesson, SENTIMENT_HEAD, lambda labels: labels)


def chat_lesson(lines: Sequence[ChatLine]) -> Lesson:
    """Return what lines of chat teach: the emotions."""
    return _lesson(CHAT, EMOTIONS_HEAD, [line.example for line in lines])


def denial_lesson() -> Lesson:
    """Return what denied feelings teach: the emotions that may be behind them."""
    examples = [Example(text, tuple(map(str, left))) for text, left in denials()]
    return _lesson(DENIALS, EMOTIONS_HEAD, examples)


def chat_valence_lesson(lesson: Lesson) -> Lesson:
    """Return what lines of chat teach of valence; a surprise may be of either kind: nothing."""
    sentiments = {str(emotion): str(polarity) for emotion, polarity in POLARITY.items()}

    def named(labels: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(sentiments[each] for each in labels if each in sentiments))

    return _relabelled(lesson, SENTIMENT_HEAD, named)


def _read(folder: Path, source: Source) -> Dataset:
    data = read_set(folder, source.name, splits=("train",))
    return _polar(data) if source.name == RATINGS else data


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


def _relabelled(
    lesson: Lesson, head: Head, named: Callable[[tuple[str, ...]], tuple[str, ...]]
) -> Lesson:
    """Return the same texts with the labels of another head, where they have any."""
    place = {label: index for index, label in enumerate(head.labels)}
    labels = lesson.head.labels
    targets = tuple(
        tuple(place[label] for label in named(tuple(labels[each] for each in target)))
        for target in lesson.targets
    )
    return replace(lesson, head=head, targets=targets)


def _lesson(name: str, head: Head, examples: Sequence[Example]) -> Lesson:
    place = {label: index for index, label in enumerate(head.labels)}
    known = [each for each in examples if any(label in place for label in each.labels)]
    targets = tuple(tuple(place[x] for x in each.labels if x in place) for each in known)
    return Lesson(name, head, tuple(each.text for each in known), targets)
