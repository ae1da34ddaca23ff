"""Whether everybody can tell the colours of the pictures apart, and a search for better ones.

Neighbours in a stacked chart, any two emotions, and every emotion from the card are compared as
people with normal, deutan, protan and tritan vision see them (OKLab distance x100); the steps of
the year in pixels as well. Prints one JSON object; ends with 1 when a theme misses a limit.

    python benchmarks/palette.py [--search STEPS] [--seed 0]

With ``--search``, each theme's colours are looked for anew by simulated annealing (Kirkpatrick,
Gelatt and Vecchi 1983) from those in use, and the best found are printed beside them: colours may
move in lightness, chroma and hue, but no farther than ``REACH`` from where they are, so that anger
stays red and joy yellow.
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import combinations, pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from reports.history import STEPS
from reports.svg.palette import MINIMUM_DISTANCE, VISIONS, linear_rgb, oklab
from reports.svg.theme import DARK, LIGHT, STACK, Theme
from reports.svg.year import step_colour

Floats = NDArray[np.float64]

ANY_TWO: Final = 6.0
"""Any two emotions are at least so far apart."""

ON_CARD: Final = 8.0
"""Every emotion is at least so far from the card."""

STEPS_APART: Final = 2.0
"""Neighbouring steps of the year are at least so far apart: they lie on one way of light."""

REACH: Final = 0.08
"""How far a search may move a colour, as a distance in OKLab."""

_TO_LMS: Final = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_TO_RGB: Final = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


def distances(linear: Floats, pairs: list[tuple[int, int]], vision: str) -> Floats:
    """Return the distance of each pair of colours in one vision."""
    lab = oklab(linear, vision) * 100
    first, second = np.array(pairs).T
    apart: Floats = np.sqrt(((lab[first] - lab[second]) ** 2).sum(axis=1))
    return apart


def checked(theme: Theme) -> dict[str, Any]:
    """Return the smallest distances of a theme, by vision, and whether all limits are kept."""
    colours = [theme.emotions[emotion] for emotion in STACK]
    whole = linear_rgb([*colours, theme.card])
    steps = linear_rgb([step_colour(theme, step) for step in range(-STEPS, STEPS + 1)])
    count = len(colours)
    kinds = {
        "adjacent": (whole, list(pairwise(range(count))), MINIMUM_DISTANCE),
        "any_two": (whole, list(combinations(range(count), 2)), ANY_TWO),
        "on_card": (whole, [(index, count) for index in range(count)], ON_CARD),
        "year_steps": (steps, list(pairwise(range(len(steps)))), STEPS_APART),
    }
    found: dict[str, Any] = {"colours": dict(zip([e.value for e in STACK], colours, strict=True))}
    for kind, (linear, pairs, limit) in kinds.items():
        least = {v: round(float(distances(linear, pairs, v).min()), 2) for v in VISIONS}
        found[kind] = {**least, "limit": limit, "kept": min(least.values()) > limit}
    found["kept"] = all(found[kind]["kept"] for kind in kinds)
    return found


def searched(theme: Theme, steps: int, seed: int) -> list[str]:
    """Return the nine colours found from those of a theme, in the order of ``STACK``."""
    draw = np.random.default_rng(seed)
    start = oklab(linear_rgb([theme.emotions[emotion] for emotion in STACK]))
    card = linear_rgb([theme.card])
    now, best = start.copy(), start.copy()
    value = top = _worth(start, card)
    for step in range(steps):
        heat = 0.4 * (1 - step / steps) + 1e-3
        tried = now.copy()
        tried[draw.integers(len(tried))] += draw.normal(0, 0.02, 3)
        if np.linalg.norm(tried - start, axis=1).max() > REACH:
            continue
        worth = _worth(tried, card)
        if worth > value or draw.random() < np.exp((worth - value) / heat):
            now, value = tried, worth
        if value > top:
            best, top = now.copy(), value
    return [_hex(colour) for colour in _linear(best)]


def _worth(lab: Floats, card: Floats) -> float:
    """Return the smallest distance over all visions, each kind measured by its limit."""
    linear = _linear(lab)
    if (linear < 0).any() or (linear > 1).any():
        return -1.0
    whole, count = np.concatenate([linear, card]), len(linear)
    kinds = (
        (list(pairwise(range(count))), MINIMUM_DISTANCE),
        (list(combinations(range(count), 2)), ANY_TWO),
        ([(index, count) for index in range(count)], ON_CARD),
    )
    least = [
        float(distances(whole, pairs, vision).min()) / limit
        for vision in VISIONS
        for pairs, limit in kinds
    ]
    return min(least) * MINIMUM_DISTANCE


def _linear(lab: Floats) -> Floats:
    linear: Floats = ((lab @ _TO_LMS.T) ** 3) @ _TO_RGB.T
    return linear


def _hex(linear: Floats) -> str:
    clipped = np.clip(linear, 0.0, 1.0)
    curved = np.where(clipped <= 0.0031308, clipped * 12.92, 1.055 * clipped ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(float(part) * 255):02X}" for part in curved)


def main(arguments: list[str] | None = None) -> int:
    """Print what was found; return 0 when every limit is kept."""
    parser = argparse.ArgumentParser(description="Check the colours of the pictures.")
    parser.add_argument("--search", type=int, default=0, metavar="STEPS")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    themes = {"dark": DARK, "light": LIGHT}
    found = {name: checked(theme) for name, theme in themes.items()}
    if options.search:
        for name, theme in themes.items():
            colours = searched(theme, options.search, options.seed)
            linear = linear_rgb(colours)
            pairs = list(pairwise(range(len(colours))))
            found[name]["searched"] = {
                "colours": colours,
                "adjacent": {
                    v: round(float(distances(linear, pairs, v).min()), 2) for v in VISIONS
                },
            }
    print(json.dumps(found, indent=2))
    return 0 if all(each["kept"] for each in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
