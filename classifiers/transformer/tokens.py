"""From texts to arrays of token ids, by the library that Rust runs in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.errors import BackendUnavailable
from classifiers.extras import required
from classifiers.transformer.folders import ModelFolder

Arrays = Mapping[str, NDArray[np.int64]]

STRETCH: Final = 1.5
SLACK: Final = 8
"""Texts share an array as long as the longest has at most 1.5 times the tokens of the shortest,
and eight more: padding costs as much as text."""


@dataclass(frozen=True, slots=True)
class Padding:
    """How short texts are filled up.

    Attributes:
        token: The id of the padding token.
        on_left: Before the text instead of behind it.
    """

    token: int = 0
    on_left: bool = False


class Tokens:
    """Cuts texts into tokens and lays them into arrays."""

    def __init__(self, tokenizer: Any, padding: Padding, longest: int) -> None:  # noqa: ANN401
        """Take over a ``tokenizers.Tokenizer``; at most ``longest`` tokens of a text are read."""
        tokenizer.no_padding()
        tokenizer.enable_truncation(longest)
        self._tokenizer = tokenizer
        self._padding = padding

    def batches(self, texts: Sequence[str]) -> Iterator[tuple[list[int], Arrays]]:
        """Yield the places of some texts and their arrays, texts of like length together.

        Each array has the shape (texts, tokens): ``input_ids``, ``attention_mask`` and
        ``token_type_ids``.
        """
        encoded = self._tokenizer.encode_batch(list(texts))
        for places in _alike([len(each.ids) for each in encoded]):
            yield places, self._arrays([encoded[place] for place in places])

    def _arrays(self, encoded: Sequence[Any]) -> Arrays:
        width = max(1, *(len(each.ids) for each in encoded)) if encoded else 1
        shape = (len(encoded), width)
        ids = np.full(shape, self._padding.token, np.int64)
        mask = np.zeros(shape, np.int64)
        types = np.zeros(shape, np.int64)
        for row, each in enumerate(encoded):
            count = len(each.ids)
            part = slice(width - count, width) if self._padding.on_left else slice(count)
            ids[row, part], mask[row, part], types[row, part] = each.ids, 1, each.type_ids
        # A text without a token would attend to nothing at all, which is no number.
        mask[mask.sum(axis=1) == 0, 0] = 1
        return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}


def tokens_of(folder: ModelFolder, longest: int) -> Tokens:
    """Read the ``tokenizer.json`` of a folder.

    Raises:
        BackendUnavailable: There is none, it is damaged, or the package tokenizers is missing.
    """
    return Tokens(read_tokenizer(folder.tokenizer), padding_of(folder), longest)


def read_tokenizer(path: Path) -> Any:  # noqa: ANN401 - a tokenizers.Tokenizer
    """Read a ``tokenizer.json``.

    Raises:
        BackendUnavailable: There is none, it is damaged, or the package tokenizers is missing.
    """
    tokenizers = required("tokenizers", "onnx")
    if not path.is_file():
        msg = "the model has no tokenizer.json; export it again: nunchi export"
        raise BackendUnavailable(msg)
    try:
        return tokenizers.Tokenizer.from_file(str(path))
    except Exception as error:
        # The library raises bare exceptions for whatever is wrong with the file.
        msg = "tokenizer.json of the model is damaged; fetch or export the model again"
        raise BackendUnavailable(msg) from error


def padding_of(folder: ModelFolder) -> Padding:
    """Find the padding token of a folder."""
    on_left = folder.tokenizer_config.get("padding_side") == "left"
    told = folder.config.get("pad_token_id")
    if isinstance(told, int):
        return Padding(told, on_left)
    token = folder.tokenizer_config.get("pad_token")
    word = token.get("content") if isinstance(token, Mapping) else token
    known = read_tokenizer(folder.tokenizer).token_to_id(word) if isinstance(word, str) else None
    return Padding(known or 0, on_left)


def _alike(lengths: Sequence[int]) -> Iterator[list[int]]:
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    places: list[int] = []
    for place in order:
        if places and lengths[place] > STRETCH * lengths[places[0]] + SLACK:
            yield places
            places = []
        places.append(place)
    if places:
        yield places
