"""How well a crisis is recognised that is worded as nothing in the set is; and the training.

Whole templates, and whole families (ways of saying it, kinds of harmless talk), are held out in
turn: what is measured on them was learnt from the others only. Then the model is fitted to
everything but the test halves and the independent set, and asked about those. Prints one JSON
object.

    python benchmarks/crisis.py            # held-out figures of the shipped recipe
    python benchmarks/crisis.py --train    # the same, and write bot/companion/data/crisis_model.npz

Needs scikit-learn (the extra ``train``); about three minutes on one core.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from benchmarks.crisis_set import Line, composed, everyday, free, independent, written
from bot.companion.crisis import DOUBT, CrisisDetector
from bot.companion.crisis_grams import BITS
from bot.companion.crisis_model import CrisisModel, Features, Weights, joined
from bot.companion.crisis_text import sentences
from reports.proportion import wilson

TARGET: Final = Path(__file__).resolve().parents[1] / "bot/companion/data/crisis_model.npz"
C: Final = 8.0
"""Inverse strength of the regularisation."""
ONE_BY_ONE: Final = 10.0
"""How much a line counts that was written by itself, beside one of a template."""
FOLDS: Final = 4
FALSE_ALARMS: Final = 0.018
"""Share of harmless lines, of templates held out, that the threshold lets through."""
UNSURE_BELOW: Final = 1.4
"""How far below the threshold, in log odds, a helpline is still shown."""
LANGUAGES: Final = ("ko", "en")

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def matrix(lines: Sequence[Line], features: Features) -> csr_matrix:
    """Return float64[lines, 2 ** BITS], what the model sees."""
    rows, columns, values = [], [], []
    for row, line in enumerate(lines):
        places, seen = features.of(joined(sentences(line.text)))
        rows.append(np.full(len(places), row))
        columns.append(places)
        values.append(seen)
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return csr_matrix(entries, shape=(len(lines), 1 << BITS))


def fitted(seen: csr_matrix, crisis: Flags, weight: Floats) -> LogisticRegression:
    """Return the regression; both labels weigh the same."""
    model = LogisticRegression(
        C=C, class_weight="balanced", solver="liblinear", random_state=0, max_iter=200
    )
    return model.fit(seen, crisis, sample_weight=weight)


def quantised(model: LogisticRegression, alarm: float) -> Weights:
    """Return the weights in 255 steps."""
    weights = model.coef_[0]
    scale = float(np.abs(weights).max() / 127)
    steps = np.rint(weights / scale).astype(np.int8)
    return Weights(steps, scale, float(model.intercept_[0]), alarm, alarm - UNSURE_BELOW)


def held_out(seen: csr_matrix, crisis: Flags, weight: Floats, groups: Sequence[str]) -> Floats:
    """Return float64[lines], the scores of each by a model that saw nothing of its group."""
    scores = np.zeros(len(crisis))
    for learnt, left in GroupKFold(FOLDS).split(seen, crisis, groups):
        model = fitted(seen[learnt], crisis[learnt], weight[learnt])
        scores[left] = model.decision_function(seen[left])
    return scores


def threshold(scores: Floats, crisis: Flags, ruled: Flags) -> float:
    """Return the score that so few harmless lines reach which no rule alarmed for."""
    quiet = np.sort(scores[~crisis & ~ruled])
    return float(quiet[int(len(quiet) * (1 - FALSE_ALARMS))])


def share(flags: Flags) -> dict[str, Any]:
    """Return how many are true, of how many, with Wilson's 95 % interval."""
    hits, count = int(flags.sum()), len(flags)
    low, high = wilson(hits / count, count)
    return {
        "of": [hits, count],
        "share": round(hits / count, 3),
        "interval": [round(low, 3), round(high, 3)],
    }


def figures(
    lines: Sequence[Line], scores: Floats, ruled: Flags, alarm: float
) -> dict[str, dict[str, Any]]:
    """Return recall, with the small print, and false alarms of each language."""
    crisis = np.array([line.crisis for line in lines])
    answered = (ruled & (scores >= DOUBT)) | (scores >= alarm)
    shown = ruled | (scores >= alarm - UNSURE_BELOW)
    found: dict[str, dict[str, Any]] = {}
    for language in LANGUAGES:
        ours = np.array([line.language == language for line in lines])
        found[language] = {
            "rules alone": share(ruled[ours & crisis]),
            "answered": share(answered[ours & crisis]),
            "helpline shown": share(shown[ours & crisis]),
            "false alarms": share(answered[ours & ~crisis]),
            "helpline beside harmless words": share(shown[ours & ~crisis]),
        }
    return found


def judged(
    lines: Sequence[Line], detector: CrisisDetector, rules: CrisisDetector
) -> dict[str, dict[str, Any]]:
    """Return the same figures of a whole detector, beside its rules without the model."""
    readings = [detector.read(line.text) for line in lines]
    answered = np.array([reading.crisis is not None for reading in readings])
    unsure = np.array([reading.unsure for reading in readings])
    scores = np.where(answered, np.inf, np.where(unsure, 0.0, -np.inf))
    found = figures(lines, scores, answered, UNSURE_BELOW)
    for language, told in found.items():
        ours = [line.text for line in lines if line.crisis and line.language == language]
        told["rules alone"] = share(np.array([rules.find(text) is not None for text in ours]))
    return found


def by_family(lines: Sequence[Line], answered: Flags) -> dict[str, float]:
    """Return the share of each family that the model alone would answer as a crisis."""
    names = np.array([line.family for line in lines])
    return {name: round(float(answered[names == name].mean()), 3) for name in sorted(set(names))}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and train if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", action="store_true", help="write the weights")
    asked = parser.parse_args(arguments)
    features, rules = Features.shipped(), CrisisDetector.plain()
    own = composed()
    alone = [*written(test=False), *free()]
    usual = [line for line in everyday() if rules.find(line.text) is None]
    lines = [*own, *alone, *usual]
    weight = np.concatenate(
        [np.ones(len(own)), np.full(len(alone), ONE_BY_ONE), np.ones(len(usual))]
    )
    crisis = np.array([line.crisis for line in lines])
    seen = matrix(lines, features)
    ruled = np.array([rules.find(line.text) is not None for line in lines])
    count = len(own)
    worded = held_out(seen, crisis, weight, [line.template for line in lines])
    topics = held_out(seen, crisis, weight, [line.family for line in lines])
    alarm = threshold(worded, crisis, ruled)
    model = fitted(seen, crisis, weight)
    weights = quantised(model, alarm)
    detector = CrisisDetector.plain().beside(CrisisModel(weights, features))
    report = {
        "lines": {"composed": count, "one by one": len(alone), "everyday": len(usual)},
        "threshold": round(alarm, 3),
        "templates held out": figures(own, worded[:count], ruled[:count], alarm),
        "families held out": figures(own, topics[:count], ruled[:count], alarm),
        "by family, held out": by_family(own, (topics >= alarm)[:count]),
        "one by one, families held out": figures(
            alone, topics[count : count + len(alone)], ruled[count : count + len(alone)], alarm
        ),
        "everyday lines, templates held out": share(worded[-len(usual) :] >= alarm),
        "everyday lines, emotions held out": share(topics[-len(usual) :] >= alarm),
        "test halves": judged(written(test=True), detector, rules),
        "independent set": judged(independent(), detector, rules),
    }
    print(json.dumps(report, ensure_ascii=False, indent=1))
    if asked.train:
        numbers = np.array([weights.scale, weights.bias, weights.alarm, weights.unsure])
        np.savez_compressed(TARGET, steps=weights.steps, numbers=numbers)


if __name__ == "__main__":
    main()
