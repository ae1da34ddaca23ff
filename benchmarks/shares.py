"""How far estimated shares of emotions are from the truth, against counting verdicts.

The dev part of the chat corpus tells how the classifier errs; bags are drawn from the test part, of
three sizes and with two kinds of shares: any shares at all (artificial prevalence protocol) and
those of an ordinary chat, half of it neutral. Prints the mean absolute error of a share by method,
how much less that is than counting, and how often the interval of the method in use holds the
truth (of a bag: messages count as drawn from the corpus one by one).

    python benchmarks/shares.py [--backend embedded] [--bags 200] [--seed 0] [--json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.classifier import load
from classifiers.correction import DRAWS, ShareCorrection
from classifiers.emotion import EMOTIONS
from classifiers.prevalence import PosteriorMatrix, adjusted, counted, maximised, on_simplex
from classifiers.training.chat import load_chat
from reports.bootstrap import near_nothing, share_intervals
from reports.freedom import Support
from reports.tallies import KINDS, kinds_of

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CLASSES: Final = len(EMOTIONS)
SIZES: Final = (50, 200, 1000)
PROTOCOLS: Final = {
    "any shares": np.ones(CLASSES),
    "mostly neutral": 20 * np.array([0.05, 0.03, 0.04, 0.2, 0.06, 0.05, 0.03, 0.03, 0.51]),
}
"""Parameters of the Dirichlet distribution that shares are drawn from, in the order of EMOTIONS."""

RESAMPLES: Final = 500


@dataclass(frozen=True, slots=True)
class Judged:
    """Lines of the corpus with their verdicts; what a backend cannot see has probability 0."""

    posteriors: Floats
    labels: Integers
    languages: NDArray[np.str_]
    topics: Integers
    model: str

    def taken(self, rows: NDArray[Any]) -> Judged:
        return Judged(
            self.posteriors[rows],
            self.labels[rows],
            self.languages[rows],
            self.topics[rows],
            self.model,
        )


Method = Callable[[Judged], Floats]


async def judged(backend: str, split: str) -> Judged:
    """Let a backend judge a part of the corpus."""
    lines = load_chat(split=split)
    classifier = load(backend)
    await classifier.start()
    try:
        size = classifier.info.max_batch
        found = [
            one
            for start in range(0, len(lines), size)
            for one in await classifier.classify([x.text for x in lines[start : start + size]])
        ]
    finally:
        await classifier.close()
    return Judged(
        np.nan_to_num(np.array([one.probabilities for one in found], np.float64)),
        np.array([EMOTIONS.index(line.label) for line in lines]),
        np.array([line.language for line in lines]),
        np.unique([line.scenario for line in lines], return_inverse=True)[1].astype(np.int64),
        found[0].model,
    )


def methods(dev: Judged) -> dict[str, Method]:
    """Return what is compared, each measured on dev."""
    matrix = PosteriorMatrix.fit(dev.posteriors, dev.labels)
    shares = np.bincount(dev.labels, minlength=CLASSES) / len(dev.labels)
    one = correction_of(dev)
    languages = np.unique(dev.languages).tolist()
    each = {name: dev.taken(np.flatnonzero(dev.languages == name)) for name in languages}
    matrices = {n: PosteriorMatrix.fit(part.posteriors, part.labels) for n, part in each.items()}
    corrections = {name: correction_of(part) for name, part in each.items()}
    return {
        "classify and count": lambda bag: counted(bag.posteriors),
        "mean posterior": lambda bag: bag.posteriors.mean(axis=0),
        "PACC": lambda bag: adjusted(bag.posteriors.mean(axis=0), matrix),
        "PACC, a matrix a language": lambda bag: on_simplex(
            by_language(bag, lambda n, p: adjusted(p.mean(axis=0), matrices[n]))
        ),
        "EMQ as the model says": lambda bag: maximised(bag.posteriors, shares),
        "EMQ recalibrated": lambda bag: emq(one, bag.posteriors),
        "EMQ recalibrated, a fit a language": lambda bag: by_language(
            bag, lambda n, p: emq(corrections[n], p)
        ),
        "EMQ as in reports": lambda bag: emq(one, *by_kind(bag.posteriors)),
    }


def correction_of(dev: Judged) -> ShareCorrection:
    return ShareCorrection.measured(dev.model, dev.posteriors, dev.labels, groups=dev.topics)


def emq(correction: ShareCorrection, posteriors: Floats, weights: Floats | None = None) -> Floats:
    count = np.ones(len(posteriors)) if weights is None else weights
    lean = 1 / (1 + count.sum())
    return correction.shares(count[None], posteriors, lean=lean)[0]


def by_kind(posteriors: Floats) -> tuple[Floats, Floats]:
    """Return the mean posterior of each kind that occurs, and how often it does."""
    kinds = kinds_of(posteriors)
    size = np.bincount(kinds, minlength=KINDS)
    sums = np.zeros((KINDS, CLASSES))
    np.add.at(sums, kinds, posteriors)
    occurring = np.flatnonzero(size)
    return sums[occurring] / size[occurring, None], size[occurring].astype(np.float64)


def by_language(bag: Judged, estimate: Callable[[str, Floats], Floats]) -> Floats:
    total = np.zeros(CLASSES)
    for name in np.unique(bag.languages).tolist():
        part = bag.posteriors[bag.languages == name]
        total += estimate(name, part) * len(part) / len(bag.labels)
    return total


def bags(
    test: Judged, concentration: Floats, size: int, count: int, seed: int
) -> Iterator[tuple[Judged, Floats]]:
    """Yield bags, each with the shares of its labels; a line may occur twice."""
    draw = np.random.default_rng(seed)
    rows_of = [np.flatnonzero(test.labels == place) for place in range(CLASSES)]
    for _ in range(count):
        counts = draw.multinomial(size, draw.dirichlet(concentration))
        pairs = zip(rows_of, counts, strict=True)
        rows = np.concatenate([draw.choice(of, number) for of, number in pairs if number])
        yield test.taken(rows), counts / size


def held(correction: ShareCorrection, bag: Judged, truth: Floats, seed: int) -> Floats:
    """Return which of the nine intervals hold the truth: messages and classifier drawn again."""
    draw, size = np.random.default_rng(seed), len(bag.labels)
    weights = draw.multinomial(size, np.full(size, 1 / size), RESAMPLES).astype(np.float64)
    value = emq(correction, bag.posteriors)
    doubts = np.repeat(correction.doubts(value), RESAMPLES // DRAWS, axis=0)
    drawn = np.maximum(correction.shares(weights, bag.posteriors) - doubts, 0)
    support = Support.of(np.ones((size, CLASSES)))
    known = share_intervals(value, drawn, support)
    spans = [(near_nothing(each, size), share) for each, share in zip(known, truth, strict=True)]
    return np.array([span.low <= share <= span.high for span, share in spans], np.float64)


def measured(dev: Judged, test: Judged, count: int, seed: int) -> dict[str, Any]:
    """Return the errors by protocol, size and method."""
    compared, correction = methods(dev), correction_of(dev)
    result: dict[str, Any] = {}
    for protocol, concentration in PROTOCOLS.items():
        for size in SIZES:
            gaps: dict[str, list[float]] = {name: [] for name in compared}
            holds = []
            for number, (bag, truth) in enumerate(bags(test, concentration, size, count, seed)):
                for name, method in compared.items():
                    gaps[name].append(float(np.abs(method(bag) - truth).mean()))
                holds.append(held(correction, bag, truth, number).mean())
            errors = {name: float(np.mean(values)) for name, values in gaps.items()}
            result[f"{protocol}, {size} messages"] = {
                "errors": errors,
                "held": float(np.mean(holds)),
            }
    return result


def shown(result: dict[str, Any]) -> None:
    for place, figures in result.items():
        print(f"\n{place} (intervals hold {figures['held']:.0%})")
        base = figures["errors"]["classify and count"]
        for name, error in figures["errors"].items():
            print(f"  {name:36} {error:.4f}  {1 - error / base:+5.0%}")


async def run(backend: str, count: int, seed: int) -> dict[str, Any]:
    dev, test = await judged(backend, "dev"), await judged(backend, "test")
    right = float((test.posteriors.argmax(axis=1) == test.labels).mean())
    known = correction_of(dev)
    return {
        "model": dev.model,
        "accuracy": right,
        "dev": len(dev.labels),
        "test": len(test.labels),
        "condition": float(np.linalg.cond(known.matrix.columns)),
        "scale": known.fit.scale,
        "bags": count,
        "results": measured(dev, test, count, seed),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backend", default="embedded", help="NAME or NAME?option=value")
    parser.add_argument("--bags", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = asyncio.run(run(given.backend, given.bags, given.seed))
    if given.json:
        print(json.dumps(result, indent=1))
        return
    figures = {key: value for key, value in result.items() if key != "results"}
    print(", ".join(f"{key} {value}" for key, value in figures.items()))
    shown(result["results"])


if __name__ == "__main__":
    main()
