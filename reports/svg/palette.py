"""How far apart two colours look, also to people with a colour vision deficiency.

Colours are compared in OKLab (Ottosson 2020, "A perceptual color space for image processing"),
after simulating dichromacy with the matrices of Machado, Oliveira and Fernandes (2009, "A
physiologically-based model for simulation of color vision deficiency", severity 1.0).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MINIMUM_DISTANCE: Final = 8.0
"""Neighbours in a chart must be at least this far apart (OKLab x100) in every vision."""

VISIONS: Final[Mapping[str, tuple[tuple[float, float, float], ...]]] = MappingProxyType(
    {
        "normal": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
        "protan": (
            (0.152286, 1.052583, -0.204868),
            (0.114503, 0.786281, 0.099216),
            (-0.003882, -0.048116, 1.051998),
        ),
        "deutan": (
            (0.367322, 0.860646, -0.227968),
            (0.280085, 0.672501, 0.047413),
            (-0.011820, 0.042940, 0.968881),
        ),
        "tritan": (
            (1.255528, -0.076749, -0.178779),
            (-0.078411, 0.930809, 0.147602),
            (0.004733, 0.691367, 0.303900),
        ),
    }
)

_TO_LMS: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def linear_rgb(colours: Sequence[str]) -> Floats:
    """Return linear-light RGB in [0, 1], shape [n, 3], of ``#RRGGBB`` colours."""
    raw = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours]) / 255
    linear: Floats = np.where(raw <= 0.04045, raw / 12.92, ((raw + 0.055) / 1.055) ** 2.4)
    return linear


def oklab(linear: Floats, vision: str = "normal") -> Floats:
    """Return OKLab coordinates, shape [n, 3], of linear RGB as somebody with ``vision`` sees it."""
    seen = np.clip(linear @ np.array(VISIONS[vision]).T, 0.0, 1.0)
    lab: Floats = np.cbrt(seen @ _TO_LMS.T) @ _TO_LAB.T
    return lab


def distance(first: str, second: str) -> float:
    """Return the smallest OKLab distance (x100) of two colours over the four visions."""
    linear = linear_rgb((first, second))
    labs = (oklab(linear, vision) for vision in VISIONS)
    return min(float(np.linalg.norm(lab[0] - lab[1])) for lab in labs) * 100


def adjacent_distance(colours: Sequence[str]) -> float:
    """Return the smallest ``distance`` of two neighbours in ``colours``."""
    return min(distance(first, second) for first, second in pairwise(colours))


def contrast(first: str, second: str) -> float:
    """Return the WCAG 2 contrast ratio of two colours, from 1 to 21."""
    light = linear_rgb((first, second)) @ np.array([0.2126, 0.7152, 0.0722]) + 0.05
    return float(light.max() / light.min())
