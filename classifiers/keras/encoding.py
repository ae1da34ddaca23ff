"""How texts become the numbers that a network reads; the same at training and afterwards."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from classifiers.extras import required
from classifiers.keras.errors import BundleDamaged
from classifiers.text import said

Array = NDArray[Any]
Row = tuple[Array, ...]
"""What is known of one text: an array for each input of the network, all of one length."""

PADDING: Final = 0
UNKNOWN: Final = 1
"""Tokens of every vocabulary of sub-words; 0 also pads n-grams."""

TOKENS: Final = "tokens"
TERMS: Final = "terms"
WEIGHTS: Final = "weights"


class Encoder(Protocol):
    """Turns texts into rows, and rows into the inputs of a network."""

    @property
    def inputs(self) -> Mapping[str, str]:
        """The names of the network's inputs, in order, each with its NumPy type."""
        ...

    @property
    def size(self) -> int:
        """One more than the largest number in the first input."""
        ...

    def rows(self, texts: Sequence[str]) -> list[Row]:
        """Return what is known of each text, as it was written."""
        ...

    def dump(self) -> bytes:
        """Return all that ``read_encoder`` needs."""
        ...


def padded(encoder: Encoder, rows: Sequence[Row]) -> dict[str, Array]:
    """Return the inputs of the network for some rows, each of shape (rows, longest row)."""
    longest = max((len(row[0]) for row in rows), default=1)
    inputs = {}
    for place, (name, kind) in enumerate(encoder.inputs.items()):
        table = np.zeros((len(rows), longest), np.dtype(kind))
        for line, row in zip(table, rows, strict=True):
            line[: len(row[place])] = row[place]
        inputs[name] = table
    return inputs


def as_read(text: str) -> str:
    """Return what every encoder reads of a text: without markup, in small letters."""
    return said(text).lower()


class SubwordEncoder:
    """Byte-pair encoding (Sennrich, Haddow and Birch 2016), by the package ``tokenizers``."""

    def __init__(self, tokenizer: Any, length: int) -> None:  # noqa: ANN401 - an optional package
        self._tokenizer = tokenizer
        self._length = length

    @classmethod
    def read(cls, content: bytes, length: int) -> SubwordEncoder:
        """Read a tokenizer's own JSON.

        Raises:
            BackendUnavailable: ``tokenizers`` is not installed.
            BundleDamaged: It is none.
        """
        tokenizers = required("tokenizers", "onnx")
        try:
            return cls(tokenizers.Tokenizer.from_str(content.decode()), length)
        except Exception as error:  # the package raises nothing narrower
            msg = "the tokenizer of the bundle cannot be read; train it anew"
            raise BundleDamaged(msg) from error

    @property
    def inputs(self) -> Mapping[str, str]:
        """One input: the tokens."""
        return {TOKENS: "int32"}

    @property
    def size(self) -> int:
        """How many tokens there are."""
        return int(self._tokenizer.get_vocab_size())

    @cached_property
    def tokens(self) -> list[str]:
        """The tokens by number; the first of a word begins with ``▁``."""
        return [str(self._tokenizer.id_to_token(number)) for number in range(self.size)]

    def rows(self, texts: Sequence[str]) -> list[Row]:
        """Return the tokens of each text; a text without any is one unknown token."""
        found = self._tokenizer.encode_batch([as_read(text) for text in texts])
        return [(np.array(each.ids[: self._length] or [UNKNOWN], np.int32),) for each in found]

    def dump(self) -> bytes:
        """Return the tokenizer's own JSON."""
        return str(self._tokenizer.to_str()).encode()


@dataclass(frozen=True)
class NgramEncoder:
    """Words, pairs of words, and runs of characters, weighed by TF-IDF or merely present.

    Attributes:
        terms: The n-grams that count, the most frequent first; the first has the number 1.
        idf: A factor for each; all 1 for a plain bag of words.
        characters: The shortest and the longest run of characters.
        length: The most n-grams of a text that are read, in the order of the text.
    """

    terms: tuple[str, ...]
    idf: Array
    characters: tuple[int, int]
    length: int

    @classmethod
    def read(cls, content: bytes, length: int) -> NgramEncoder:
        """Read what ``dump`` wrote.

        Raises:
            BundleDamaged: It is something else.
        """
        try:
            kept = json.loads(content)
            terms = tuple(map(str, kept["terms"]))
            shortest, longest = map(int, kept["characters"])
            idf = np.array(kept["idf"], np.float32)
            if idf.shape != (len(terms),):
                raise ValueError(idf.shape)
        except (ValueError, KeyError, TypeError) as error:
            msg = "the n-grams of the bundle cannot be read; train it anew"
            raise BundleDamaged(msg) from error
        return cls(terms, idf, (shortest, longest), length)

    @property
    def inputs(self) -> Mapping[str, str]:
        """Two inputs: the n-grams and their weights."""
        return {TERMS: "int32", WEIGHTS: "float32"}

    @property
    def size(self) -> int:
        """How many n-grams there are, and one for the padding."""
        return len(self.terms) + 1

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {term: number for number, term in enumerate(self.terms, start=1)}

    def rows(self, texts: Sequence[str]) -> list[Row]:
        """Return the n-grams of each text and their weights, of length 1 together (Euclid)."""
        return [self._row(as_read(text)) for text in texts]

    def _row(self, text: str) -> Row:
        numbers = self._numbers
        counts = Counter(numbers[gram] for gram in ngrams(text, self.characters) if gram in numbers)
        terms = np.fromiter(counts.keys(), np.int32, len(counts))[: self.length]
        often = np.fromiter(counts.values(), np.float32, len(counts))[: self.length]
        weights = (1 + np.log(often)) * self.idf[terms - 1]
        # A text of which nothing is known still is a row: of padding.
        if not len(terms):
            return np.zeros(1, np.int32), np.zeros(1, np.float32)
        return terms, (weights / np.sqrt(weights @ weights)).astype(np.float32)

    def dump(self) -> bytes:
        """Return the n-grams as JSON."""
        kept = {
            "characters": self.characters,
            "terms": self.terms,
            "idf": [round(float(value), 5) for value in self.idf],
        }
        return json.dumps(kept, ensure_ascii=False).encode()


def ngrams(text: str, characters: tuple[int, int]) -> Iterator[str]:
    """Yield the words, the pairs of neighbouring words, and the runs of characters of a text.

    Words and runs are told apart: a word ends in a tab, which no text here holds, and a
    pair has one in the middle too.
    """
    words = text.split()
    for word in words:
        yield f"{word}\t"
    for first, second in pairwise(words):
        yield f"{first}\t{second}\t"
    line = f" {' '.join(words)} "
    for width in range(characters[0], characters[1] + 1):
        for start in range(len(line) - width + 1):
            yield line[start : start + width]


def read_encoder(encoding: str, content: bytes, length: int) -> Encoder:
    """Return the encoder of a bundle.

    Args:
        encoding: ``subwords`` or ``ngrams``.
        content: What ``dump`` wrote.
        length: The most tokens or n-grams of a text that are read.

    Raises:
        BackendUnavailable: ``tokenizers`` is not installed.
        BundleDamaged: The content is something else.
    """
    if encoding == "ngrams":
        return NgramEncoder.read(content, length)
    return SubwordEncoder.read(content, length)
