"""Learns from the training part how texts become numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from classifiers.extras import required
from classifiers.keras.encoding import (
    Encoder,
    NgramEncoder,
    SubwordEncoder,
    as_read,
    ngrams,
)
from classifiers.training.keras.recipe import Progress, Recipe

SPECIAL: Final = ("[PAD]", "[UNK]")
"""In the order of ``PADDING`` and ``UNKNOWN``."""

ALPHABET: Final = 4_000
"""Most signs of the alphabet of sub-words: Korean text uses some 2 400 syllables."""

LEAST_TEXTS: Final = 2
"""An n-gram of one text alone teaches nothing about others."""

STEP: Final = 1_000


def learn_encoder(recipe: Recipe, texts: Sequence[str], progress: Progress) -> Encoder:
    """Return an encoder made from training texts; the same texts give the same encoder.

    Raises:
        BackendUnavailable: ``tokenizers`` is not installed.
    """
    if recipe.encoding == "ngrams":
        return _ngrams(recipe, texts, progress)
    return _subwords(recipe, texts, progress)


def _subwords(recipe: Recipe, texts: Sequence[str], progress: Progress) -> SubwordEncoder:
    tokenizers: Any = required("tokenizers", "onnx")
    required("tokenizers.trainers", "onnx")
    progress.begin("sub-words", len(texts))
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(unk_token=SPECIAL[1]))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Sequence(
        [tokenizers.pre_tokenizers.Metaspace(), tokenizers.pre_tokenizers.Punctuation()]
    )
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=recipe.vocabulary,
        special_tokens=list(SPECIAL),
        limit_alphabet=min(ALPHABET, recipe.vocabulary // 2),
        show_progress=False,
    )
    tokenizer.train_from_iterator((as_read(text) for text in texts), trainer, len(texts))
    progress.advance(len(texts))
    return SubwordEncoder(tokenizer, recipe.length)


def _ngrams(recipe: Recipe, texts: Sequence[str], progress: Progress) -> NgramEncoder:
    progress.begin("n-grams", len(texts))
    counts: Counter[str] = Counter()
    for start in range(0, len(texts), STEP):
        some = texts[start : start + STEP]
        for text in some:
            counts.update(set(ngrams(as_read(text), recipe.characters)))
        progress.advance(len(some))
    frequent = [pair for pair in counts.items() if pair[1] >= LEAST_TEXTS]
    # Ties by the n-gram itself: the order of a set differs from run to run.
    frequent.sort(key=lambda pair: (-pair[1], pair[0]))
    frequent = frequent[: recipe.vocabulary]
    idf = np.ones(len(frequent), np.float32)
    if recipe.weighting == "tfidf":
        often = np.array([count for _, count in frequent], np.float64)
        idf = (np.log((1 + len(texts)) / (1 + often)) + 1).astype(np.float32)
    # Kept as they are written down, so that a bundle gives exactly the weights trained with.
    idf = np.round(idf.astype(np.float64), 5).astype(np.float32)
    terms = tuple(term for term, _ in frequent)
    return NgramEncoder(terms, idf, recipe.characters, recipe.length)
