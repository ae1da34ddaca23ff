"""The file of weights: what goes in comes out, and nothing damaged is believed."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifiers.embedded.quantisation import gate_values, packed, scale_values, unpacked
from classifiers.embedded.weights import (
    HEADER_AT,
    Arrays,
    Calibration,
    Card,
    Shape,
    Weights,
    WeightsDamaged,
    load,
    read_card,
    save,
)
from classifiers.errors import BackendUnavailable
from classifiers.heads import Head

EMOTIONS = Head("emotions", ("joy", "기쁨"))
VALENCE = Head("valence", ("negative", "neutral", "positive"))
KOTE = Head("kote", ("없음",), multi_label=True)
CARD = Card(
    "7",
    {"feelings": Shape(4, 2, (EMOTIONS, VALENCE)), "korean": Shape(8, 3, (KOTE,))},
    {"ko": Calibration(1.5, 0.02), "und": Calibration()},
    ("ko",),
    {"chat": "CC0"},
)


def arrays(shape: Shape, seed: int) -> Arrays:
    chance = np.random.default_rng(seed)
    seen = 2 * shape.size
    labels = sum(len(head.labels) for head in shape.heads)
    dense = chance.random(shape.width * (seen + 1) + labels * (shape.width + seen + 1))
    return Arrays(
        chance.integers(0, 256, (8, 2), np.uint8),
        chance.integers(0, 256, (16, shape.size // 2 + 2), np.uint8),
        dense.astype(np.float16),
    )


@pytest.fixture
def weights() -> Weights:
    shapes = CARD.networks.items()
    return Weights(CARD, {name: arrays(shape, n) for n, (name, shape) in enumerate(shapes)})


@pytest.fixture
def path(weights: Weights, tmp_path: Path) -> Path:
    save(weights, tmp_path / "w.bin")
    return tmp_path / "w.bin"


def test_a_file_gives_back_what_was_saved(weights: Weights, path: Path) -> None:
    read = load(path)
    assert read.card == weights.card == read_card(path)
    assert set(read.arrays) == {"feelings", "korean"}
    for network, saved in weights.arrays.items():
        for name in ("tags", "rows", "dense"):
            found = getattr(read.arrays[network], name)
            np.testing.assert_array_equal(found, getattr(saved, name))
            assert found.dtype == getattr(saved, name).dtype


def test_what_is_deflated_comes_back_and_needs_less(weights: Weights, tmp_path: Path) -> None:
    even = replace(weights.arrays["korean"], rows=np.full((4096, 6), 0x88, np.uint8))
    larger = Weights(CARD, {**weights.arrays, "korean": even})
    save(larger, tmp_path / "plain.bin")
    save(larger, tmp_path / "small.bin", deflated=["korean"])
    plain, small = tmp_path / "plain.bin", tmp_path / "small.bin"
    assert small.stat().st_size < plain.stat().st_size - 4096 * 5
    for network in ("feelings", "korean"):
        for name in ("tags", "rows", "dense"):
            one, other = (getattr(load(path).arrays[network], name) for path in (plain, small))
            np.testing.assert_array_equal(one, other)
    with pytest.raises(KeyError):
        load(small).arrays["english"]


def test_a_deflated_part_that_is_too_short_or_no_such_thing_is_refused(
    weights: Weights, tmp_path: Path
) -> None:
    path = tmp_path / "w.bin"
    save(weights, path, deflated=["korean"])
    content = path.read_bytes()
    good = zlib.compress(weights.arrays["korean"].rows.T.tobytes(), 9)
    for bad in (zlib.compress(b"no"), b"\xff" * 8):
        damaged = content[HEADER_AT:].replace(good, bad.ljust(len(good), b"\0"))
        path.write_bytes(content[:8] + hashlib.sha256(damaged).digest() + damaged)
        with pytest.raises(WeightsDamaged, match="is damaged"):
            load(path).arrays["korean"]
        assert load(path).arrays["feelings"] is not None


def test_the_card_knows_every_head_whatever_its_network() -> None:
    assert CARD.heads == {"emotions": EMOTIONS, "valence": VALENCE, "kote": KOTE}


def test_the_same_weights_give_the_same_bytes(weights: Weights, path: Path, tmp_path: Path) -> None:
    save(weights, tmp_path / "again.bin")
    assert (tmp_path / "again.bin").read_bytes() == path.read_bytes()


def test_arrays_cannot_be_written_to(path: Path) -> None:
    with pytest.raises(ValueError, match="read-only"):
        load(path).arrays["korean"].rows[0, 0] = 1


@pytest.mark.parametrize("place", [HEADER_AT - 1, HEADER_AT, HEADER_AT + 50, -1])
def test_one_changed_byte_anywhere_is_noticed(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(WeightsDamaged, match=r"w\.bin is damaged.*install the package again"):
        load(path)


@pytest.mark.parametrize("length", [0, 4, 30, 60, 200])
def test_a_file_cut_short_is_refused(path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(WeightsDamaged):
        load(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    for read in (load, read_card):
        with pytest.raises(BackendUnavailable, match="cannot be read"):
            read(tmp_path / "none.bin")


def test_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"something else entirely")
    for read in (load, read_card):
        with pytest.raises(WeightsDamaged, match="no file of weights"):
            read(tmp_path / "x.bin")


@pytest.mark.parametrize("length", [44, 100])
def test_a_header_that_cannot_be_read_is_refused(path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(WeightsDamaged, match="header cannot be read"):
        read_card(path)


def test_packed_rows_come_back_within_half_a_step() -> None:
    chance = np.random.default_rng(1)
    table = (chance.standard_normal((50, 8)) * chance.random((50, 1)) * 3).astype(np.float32)
    gates = (chance.standard_normal(50)).astype(np.float32)
    filled = np.arange(50) != 3
    codes, scales, weights = unpacked(packed(table, gates, filled))
    values = codes * scales[:, None]
    steps = np.abs(table[filled]).max(axis=1, keepdims=True) * 2**0.5 / 7
    assert (np.abs(values - table)[filled] <= steps / 2 + 1e-6).all()
    np.testing.assert_allclose(weights[filled], np.exp(gates[filled]), rtol=0.04)
    assert weights[3] == 0


def test_look_up_tables_agree_with_arithmetic() -> None:
    codes, scales, weights = unpacked(np.array([[0x8F, 0x19, 144, 202]], np.uint8))
    assert codes.tolist() == [[7, 0, 1, -7]]  # the lower half of a byte comes first
    assert scales[0] == pytest.approx(2)
    assert weights[0] == pytest.approx(np.e)
    assert gate_values()[128] == 1
    assert scale_values()[200] == 1
