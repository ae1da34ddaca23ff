"""``nunchi classify`` and ``nunchi evaluate`` with a classifier that knows sentiments only."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from bot.cli import nunchi
from tests.support.plugin_package import POLAR, site


@pytest.fixture(autouse=True)
def polar(tmp_path, monkeypatch):
    folder = tmp_path / "site"
    folder.mkdir()
    site(folder, monkeypatch).install("nunchi-polar", name="polar", code=POLAR)


def test_it_names_no_emotion():
    result = CliRunner().invoke(
        nunchi, ["classify", "--backend", "polar"], input="I love this\nso sad"
    )
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.output.splitlines()]
    assert [line["label"] for line in lines] == [None, None]
    assert [line["sentiment"] for line in lines] == ["positive", "negative"]
    assert set(lines[0]["probabilities"].values()) == {None}


def test_it_is_not_measured_on_emotions(tmp_path):
    data = tmp_path / "data.tsv"
    data.write_text("text\tlabel\nI love this\tjoy\nso sad\tsadness\nI hate it\tanger\n")
    result = CliRunner().invoke(
        nunchi, ["evaluate", "--backend", "polar", "--data", str(data), "--json"]
    )
    assert result.exit_code != 0
    assert "polar@3 tells sentiments only" in result.output


def test_it_is_measured_on_sentiments(tmp_path):
    data = tmp_path / "data.tsv"
    data.write_text("text\tlabel\nI love this\tpositive\nso sad\tnegative\nI hate it\tnegative\n")
    result = CliRunner().invoke(
        nunchi, ["evaluate", "--backend", "polar", "--data", str(data), "--json"]
    )
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["accuracy"] == 1.0
