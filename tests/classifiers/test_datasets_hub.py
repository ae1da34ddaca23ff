"""Sets from the hub: what happens without the package, without a network, behind a licence.

A small package called ``datasets`` is written to disk and imported as the real one would be.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from classifiers.training.datasets import (
    Columns,
    DatasetUnavailable,
    DatasetUnreadable,
    Example,
    read_hub,
)
from classifiers.training.datasets.source import read_source

PACKAGE = """
class Classes:
    names = ["anger", "joy"]

class Several:
    feature = Classes()

class Rows(list):
    features = {"text": object(), "label": Classes(), "labels": Several(), "mood": object()}

class DatasetNotFoundError(FileNotFoundError):
    pass

ROWS = [
    {"text": "one", "label": 1, "labels": [0, 1], "mood": "calm"},
    {"text": "two", "label": 0, "labels": [], "mood": "calm|glad"},
]

def load_dataset(name, configuration, split):
    if name == "owner/gated":
        raise DatasetNotFoundError("not there, or gated")
    if name == "owner/far":
        raise ConnectionError("no route")
    if name == "owner/odd":
        raise ValueError(f"no part {split} of {configuration}")
    return Rows(ROWS)
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a module called datasets before everything else."""

    def installed(source: str) -> None:
        (tmp_path / "datasets.py").write_text(source, "utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "datasets", raising=False)
        importlib.invalidate_caches()

    yield installed
    sys.modules.pop("datasets", None)


def test_class_numbers_become_names(install: Callable[[str], None]) -> None:
    install(PACKAGE)
    assert list(read_hub("owner/moods")) == [Example("one", ("joy",)), Example("two", ("anger",))]
    assert read_source("hub:owner/moods:test:plain") == list(read_hub("owner/moods"))


def test_lists_and_plain_strings_are_read_too(install: Callable[[str], None]) -> None:
    install(PACKAGE)
    several = list(read_hub("owner/moods", columns=Columns(label="labels")))
    assert several == [Example("one", ("anger", "joy"))]
    plain = list(read_hub("owner/moods", columns=Columns(label="mood")))
    assert plain == [Example("one", ("calm",)), Example("two", ("calm", "glad"))]


def test_a_column_that_is_not_there_is_told(install: Callable[[str], None]) -> None:
    install(PACKAGE)
    with pytest.raises(DatasetUnreadable, match="no column 'body'; it has: text, label"):
        list(read_hub("owner/moods", columns=Columns(text="body")))


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("owner/gated", "accept the licence and log in"),
        ("owner/far", "check the network"),
        ("owner/odd", "no part dev of None"),
    ],
)
def test_each_obstacle_has_its_advice(
    install: Callable[[str], None], name: str, advice: str
) -> None:
    install(PACKAGE)
    with pytest.raises(DatasetUnavailable, match=advice):
        list(read_hub(name, split="dev"))


def test_without_the_package_its_installation_is_advised(install: Callable[[str], None]) -> None:
    install("raise ModuleNotFoundError('No module named datasets', name='datasets')")
    with pytest.raises(DatasetUnavailable, match=r'pip install "nunchi-bot\[hub\]"'):
        list(read_hub("owner/moods"))
