"""How good a trained network is, on its own labels, with the code that the bot will run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from time import perf_counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.evaluation.metrics import measure
from classifiers.evaluation.scored import Flags, Scored, Scores, flags_of, one_hot
from classifiers.evaluation.thresholds import best_thresholds
from classifiers.keras.encoding import Encoder, padded
from classifiers.keras.runtimes import Runtime
from classifiers.keras.threshold import full_rows
from classifiers.language import detect
from classifiers.text import said
from classifiers.training.datasets import Example
from classifiers.training.keras.material import Material

BATCH: Final = 64
Array = NDArray[Any]


def probabilities(
    encoder: Encoder, runtime: Runtime, texts: Sequence[str], *, binary: bool
) -> Scores:
    """Return the probabilities of the labels, shape (texts, labels)."""
    parts = [
        runtime.run(padded(encoder, encoder.rows(texts[start : start + BATCH])))
        for start in range(0, len(texts), BATCH)
    ]
    return full_rows(np.concatenate(parts), binary=binary)


def evaluation_of(
    material: Material, encoder: Encoder, runtime: Runtime, threshold: float
) -> dict[str, Any]:
    """Return the figures of the test part, or of the dev part where there is no test part.

    The thresholds of a multi-label set are chosen on the dev part, each for the best F1; two
    labels are told apart at ``threshold``, and at one half for comparison.

    Raises:
        PackageMissing: scikit-learn is not installed.
    """
    part = "test" if material.test else "dev"
    examples = material.test or material.dev
    binary = len(material.labels) == 2 and not material.multi_label
    begin = perf_counter()
    scores = probabilities(encoder, runtime, [each.text for each in examples], binary=binary)
    seconds = perf_counter() - begin
    chosen: Scores | None = None
    if material.multi_label:
        on_dev = probabilities(encoder, runtime, [x.text for x in material.dev], binary=False)
        chosen = best_thresholds(_gold(material, material.dev), on_dev)

    def judged(decided: Flags) -> Scored:
        return Scored(
            material.labels,
            _gold(material, examples),
            decided,
            scores,
            tuple(detect(said(each.text)) for each in examples),
            material.multi_label,
            seconds,
            thresholds=chosen,
        )

    if chosen is not None:
        return {"part": part, **asdict(measure(judged(scores >= chosen)))}
    if not binary:
        decided = one_hot(scores.argmax(axis=1), len(material.labels))
        return {"part": part, **asdict(measure(judged(decided)))}
    decided = one_hot((scores[:, 1] >= threshold).astype(np.intp), 2)
    figures = {"part": part, "threshold": threshold, **asdict(measure(judged(decided)))}
    at_half = one_hot((scores[:, 1] >= 0.5).astype(np.intp), 2)
    figures["accuracy_at_one_half"] = float(judged(at_half).correct.mean())
    return figures


def _gold(material: Material, examples: Sequence[Example]) -> Flags:
    return flags_of([each.labels for each in examples], material.labels)
