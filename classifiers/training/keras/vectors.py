"""Word vectors for the embedding to start from: of a file, or by Word2Vec on the training text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.extras import required
from classifiers.keras.encoding import PADDING, SubwordEncoder, as_read
from classifiers.training.datasets import DatasetUnreadable

Array = NDArray[Any]

TRAIN: Final = "train"
TEXT_FORMATS: Final = (".txt", ".vec", ".bin")
WORD_START: Final = "\u2581"
ROUNDS: Final = 5
SPREAD: Final = 0.05
"""Of the uniform draw for what has no vector: Keras draws its embeddings so."""


def starting_vectors(
    encoder: SubwordEncoder, texts: Sequence[str], choice: str, width: int, seed: int
) -> tuple[Array, float]:
    """Return a vector for each sub-word, and how much of the text starts from a known one.

    A file knows words, the network sub-words. A sub-word that is a word of the file takes its
    vector; any other takes the mean of the words of the text that contain it, by frequency.

    Args:
        encoder: Whose sub-words.
        texts: The training texts.
        choice: ``train`` for Word2Vec (Mikolov et al. 2013) on the sub-words of the texts; else a
            file: the text or binary format of word2vec (``.txt``, ``.vec``, ``.bin``, also
            ``.gz``), or what gensim's ``KeyedVectors.save`` wrote. The last is a pickle, that is
            code: it must come from a source that is trusted.
        width: Numbers of a vector, for ``train``; a file has its own.
        seed: Of what is drawn.

    Returns:
        float32 of shape (sub-words, width), zero for the padding; and the share, in [0, 1], of the
        sub-words in the texts, each as often as it occurs, whose vector was not drawn.

    Raises:
        BackendUnavailable: gensim is not installed.
        DatasetUnreadable: The file is missing, or holds no vectors.
    """
    if choice == TRAIN:
        known = _trained(encoder, texts, width, seed)
    else:
        known = _spread(encoder, texts, _read(Path(choice)))
    generator = np.random.default_rng(seed)
    wide = len(next(iter(known.values()))) if known else width
    table = generator.uniform(-SPREAD, SPREAD, (encoder.size, wide)).astype(np.float32)
    for number, vector in known.items():
        table[number] = vector
    table[PADDING] = 0
    counts = np.bincount(
        np.concatenate([row[0] for row in encoder.rows(texts)]), minlength=encoder.size
    )
    return table, float(sum(counts[list(known)]) / counts.sum())


def _trained(
    encoder: SubwordEncoder, texts: Sequence[str], width: int, seed: int
) -> dict[int, Array]:
    models = required("gensim.models", "vectors")
    lines = [[str(number) for number in row[0]] for row in encoder.rows(texts)]
    # One worker: with several the order of updates, and so the vectors, differ from run to run.
    model = models.Word2Vec(
        lines, vector_size=width, min_count=1, workers=1, seed=seed, epochs=ROUNDS
    )
    return {int(key): model.wv[key] for key in model.wv.key_to_index}


def _read(path: Path) -> Any:  # noqa: ANN401 - gensim carries no types
    models = required("gensim.models", "vectors")
    if not path.is_file():
        msg = f"there is no file of word vectors {path}"
        raise DatasetUnreadable(msg)
    suffix = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    try:
        if suffix in TEXT_FORMATS:
            return models.KeyedVectors.load_word2vec_format(str(path), binary=suffix == ".bin")
        loaded = models.KeyedVectors.load(str(path))
        return getattr(loaded, "wv", loaded)
    except Exception as error:  # a broken file breaks the reader anywhere
        msg = f"{path} holds no word vectors that gensim can read"
        raise DatasetUnreadable(msg) from error


def _spread(encoder: SubwordEncoder, texts: Sequence[str], words: Any) -> dict[int, Array]:  # noqa: ANN401 - see _read
    counts = Counter(word for text in texts for word in as_read(text).split())
    shared = [word for word in sorted(counts) if word in words]
    sums: dict[int, Array] = {}
    weights: Counter[int] = Counter()
    for word, row in zip(shared, encoder.rows(shared), strict=True):
        vector = np.asarray(words[word], np.float32) * counts[word]
        for number in set(row[0].tolist()):
            sums[number] = sums.get(number, 0) + vector
            weights[number] += counts[word]
    known = {number: total / weights[number] for number, total in sums.items()}
    for number, token in enumerate(encoder.tokens):
        word = token.removeprefix(WORD_START)
        if token.startswith(WORD_START) and word and word in words:
            known[number] = np.asarray(words[word], np.float32)
    return known
