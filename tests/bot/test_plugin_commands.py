"""``nunchi plugins``."""

from __future__ import annotations

import importlib.util
import json

import pytest
from click.testing import CliRunner

from bot import plugin_commands
from bot.cli import nunchi
from tests.support.plugin_package import Site, good, site

ASKS = """
from classifiers.plugins import Options

def create(options):
    Options("asks", options).needed("path", "x")
"""


@pytest.fixture
def packages(tmp_path, monkeypatch) -> Site:
    return site(tmp_path, monkeypatch)


def listed() -> dict[tuple[str, str], dict[str, object]]:
    result = CliRunner().invoke(nunchi, ["plugins", "--json"])
    assert result.exit_code == 0, result.output
    return {(each["name"], each["package"].split()[0]): each for each in json.loads(result.output)}


def test_our_own_are_listed():
    found = listed()
    assert found["embedded", "nunchi-bot"]["usable"]
    assert found["lexicon", "nunchi-bot"]["state"] == "ready"
    assert {name for name, _ in found} >= {"keras", "llm", "remote", "transformers"}


def test_plug_ins_are_listed_with_what_is_wrong_with_them(packages):
    packages.install("fine", code=good("api_version = 1"), name="fine")
    packages.install("broken", "0.9", code="import not_there_at_all", name="broken")
    packages.install("newer", code=good("api_version = 7"), name="newer")
    packages.install("one", name="twice")
    packages.install("two", name="twice")
    packages.install("thief", name="lexicon")
    packages.install("asks", code=ASKS, name="asks")
    found = listed()
    assert found["fine", "fine"] == {
        "name": "fine",
        "package": "fine 1.0",
        "api_version": 1,
        "usable": True,
        "state": "ready",
    }
    assert "not_there_at_all" in str(found["broken", "broken"]["state"])
    assert "needs API version 7" in str(found["newer", "newer"]["state"])
    for package in ("one", "two"):
        assert "uninstall one of them" in str(found["twice", package]["state"])
    assert found["lexicon", "thief"]["state"] == "not used: the name is ours"
    assert found["lexicon", "nunchi-bot"]["usable"]
    assert found["asks", "asks"]["usable"]
    assert "needs the option path" in str(found["asks", "asks"]["state"])
    unusable = {name for (name, _), each in found.items() if not each["usable"]}
    assert unusable == {"broken", "newer", "twice", "lexicon"} | unusable & {
        "keras",
        "transformers",
    }


def test_a_missing_extra_is_named(monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(
        plugin_commands, "find_spec", lambda name: None if name == "keras" else real(name)
    )
    state = listed()["keras", "nunchi-bot"]["state"]
    assert state == 'without keras: pip install "nunchi-bot[tensorflow]"'


def test_people_get_a_line_for_each(packages):
    packages.install("broken", "0.9", code="import not_there_at_all", name="broken")
    result = CliRunner().invoke(nunchi, ["plugins"])
    lines = result.output.splitlines()
    assert "docs/plug-ins.md" in lines[0]
    assert any(line.startswith("+ embedded (nunchi-bot ") for line in lines)
    assert any(line.startswith("- broken (broken 0.9): ") for line in lines)
