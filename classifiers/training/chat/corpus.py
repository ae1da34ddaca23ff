"""The loader of the chat corpus: ``lines/{language}-{label}.tsv``, every row checked.

A file has the columns ``scenario``, ``text`` and ``note``, tab-separated and without quoting;
its name says language and label. What the labels mean is in ``GUIDE.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from classifiers.emotion import EMOTIONS, Emotion
from classifiers.training.chat.scenarios import split_of
from classifiers.training.datasets.errors import DatasetUnreadable
from classifiers.training.datasets.example import Dataset, Example

LANGUAGES: Final = ("ko", "en")
SPLITS: Final = ("train", "dev", "test")
HEADER: Final = ["scenario", "text", "note"]
NOTES: Final = frozenset(
    (
        *("negation", "sarcasm", "idiom", "quoting", "question", "technical", "mixed"),
        *("long", "jamo", "emoji", "custom", "typo", "spacing", "caps"),
    )
)
"""What makes a line worth a look of its own; the guide explains each."""


class CorpusError(DatasetUnreadable):
    """A file of the corpus does not have its form; the message names file and line."""


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One line of the corpus.

    Attributes:
        text: As a person would type it; no line breaks.
        label: The feeling of the writer.
        language: ``ko`` or ``en``.
        scenario: ``topic/slug``.
        notes: Some of ``NOTES``.
    """

    text: str
    label: Emotion
    language: str
    scenario: str
    notes: frozenset[str] = frozenset()

    @property
    def topic(self) -> str:
        """The first half of the scenario."""
        return self.scenario.partition("/")[0]

    @property
    def split(self) -> str:
        """The part: ``train``, ``dev`` or ``test``."""
        return split_of(self.scenario)

    @property
    def example(self) -> Example:
        """The line as any labelled text."""
        return Example(self.text, (str(self.label),))


def load_chat(language: str | None = None, split: str | None = None) -> tuple[ChatLine, ...]:
    """Return the lines of the corpus, in the order of languages, labels and files.

    Args:
        language: ``ko`` or ``en``; both if not given.
        split: ``train``, ``dev`` or ``test``; all if not given.

    Raises:
        CorpusError: A row is broken, or there is no such language or part.
    """
    languages = LANGUAGES if language is None else (_one_of(LANGUAGES, language),)
    wanted = SPLITS if split is None else (_one_of(SPLITS, split),)
    lines = (line for each in languages for label in EMOTIONS for line in _of(each, label))
    return tuple(line for line in lines if line.split in wanted)


def chat_dataset(language: str | None = None) -> Dataset:
    """Return the corpus, or one language of it, as a data set like any other.

    Raises:
        CorpusError: A row is broken, or there is no such language.
    """
    lines = load_chat(language)
    parts = {split: [line.example for line in lines if line.split == split] for split in SPLITS}
    return Dataset.of("chat" if language is None else f"chat-{language}", parts)


def read_lines(file: Traversable, language: str, label: Emotion) -> Iterator[ChatLine]:
    """Yield the lines of one file.

    Raises:
        CorpusError: The header or a row does not have its form.
    """
    try:
        header, *rows = file.read_text("utf-8").removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        msg = f"{file.name} is not UTF-8"
        raise CorpusError(msg) from error
    if header.split("\t") != HEADER:
        msg = f"{file.name} must begin with the columns {', '.join(HEADER)}"
        raise CorpusError(msg)
    for number, row in enumerate(rows, start=2):
        yield _line(f"{file.name}, line {number}", row, language, label)


def _of(language: str, label: Emotion) -> Iterator[ChatLine]:
    file = files("classifiers.training.chat").joinpath("lines", f"{language}-{label}.tsv")
    return read_lines(file, language, label) if file.is_file() else iter(())


def _line(place: str, row: str, language: str, label: Emotion) -> ChatLine:
    fields = row.split("\t")
    if len(fields) != len(HEADER):
        msg = f"{place} has {len(fields)} columns instead of {len(HEADER)}"
        raise CorpusError(msg)
    scenario, text, noted = fields
    notes = frozenset(filter(None, noted.split(",")))
    problem = _problem(scenario, text, notes)
    if problem:
        msg = f"{place}: {problem}"
        raise CorpusError(msg)
    return ChatLine(text, label, language, scenario, notes)


def _problem(scenario: str, text: str, notes: frozenset[str]) -> str | None:
    if not _is_scenario(scenario):
        return f"there is no scenario {scenario!r}"
    if not text or text != text.strip() or "\r" in text:
        return "the text is empty, or blanks stand around it"
    if not notes <= NOTES:
        return f"there is no note {', '.join(sorted(notes - NOTES))}"
    return None


def _is_scenario(scenario: str) -> bool:
    try:
        split_of(scenario)
    except KeyError:
        return False
    return True


def _one_of(known: tuple[str, ...], name: str) -> str:
    if name not in known:
        msg = f"the corpus has {', '.join(known)}, not {name!r}"
        raise CorpusError(msg)
    return name
