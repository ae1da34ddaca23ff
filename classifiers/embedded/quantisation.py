"""From learnt floats to the bytes of the weight file, and back.

An embedding (a multiple of four values) is 4-bit codes -7..7 times a scale of its own, a power of
the root of two, so that a row with small values loses no more than one with large values. A gate
is stored in steps of 1/16 of its logarithm.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

MIDDLE: Final = 8
"""Four bits hold a code plus this."""

LARGEST: Final = 7
"""The largest code of four bits with a sign; -8 stays unused, so that zero is in the middle."""

SCALE_STEPS: Final = 2.0
"""Steps of the scale in an octave."""

SCALE_ZERO: Final = 200
"""The code of scale 1; code 0 is a scale of 2**-100: nothing."""

GATE_STEPS: Final = 16.0
GATE_ZERO: Final = 128
EMPTY_GATE: Final = 0
"""The gate code of a slot that holds no n-gram: its weight is nothing."""


def packed(table: Floats, gates: Floats, filled: NDArray[np.bool_]) -> Bytes:
    """Return uint8[slots, size / 2 + 2] for float32[slots, size] and float32[slots].

    Args:
        table: The embeddings; a multiple of four.
        gates: Logarithms of weights, in [-7.9, 7.9].
        filled: Which slots hold an n-gram at all.
    """
    largest = np.maximum(np.abs(table).max(axis=1), 1e-20)
    scale = np.clip(np.ceil(np.log2(largest / LARGEST) * SCALE_STEPS) + SCALE_ZERO, 0, 255)
    codes = np.round(table / np.exp2((scale - SCALE_ZERO) / SCALE_STEPS)[:, None])
    unsigned = (np.clip(codes, -LARGEST, LARGEST) + MIDDLE).astype(np.uint8)
    rows = np.empty((len(table), table.shape[1] // 2 + 2), np.uint8)
    rows[:, :-2] = unsigned[:, 0::2] | (unsigned[:, 1::2] << 4)
    rows[:, -2] = np.clip(np.round(gates * GATE_STEPS) + GATE_ZERO, 1, 255)
    rows[:, -1] = scale
    rows[~filled] = 0
    return rows


def gate_values() -> Floats:
    """Return the weight of each gate code."""
    weights = np.exp((np.arange(256) - GATE_ZERO) / GATE_STEPS)
    weights[EMPTY_GATE] = 0
    return weights.astype(np.float32)


def scale_values() -> Floats:
    """Return the factor of each scale code."""
    return np.exp2((np.arange(256) - SCALE_ZERO) / SCALE_STEPS).astype(np.float32)


def unpacked(rows: Bytes) -> tuple[NDArray[np.int8], Floats, Floats]:
    """Return what packed rows stand for.

    Returns:
        int8[slots, size], the codes; float32[slots], the scale of each row; float32[slots], the
        weight of each row. An embedding is its codes times its scale.
    """
    halves = np.stack([rows[:, :-2] & 15, rows[:, :-2] >> 4], axis=2)
    codes = halves.reshape(len(rows), -1).view(np.int8) - np.int8(MIDDLE)
    return codes, scale_values()[rows[:, -1]], gate_values()[rows[:, -2]]
