"""The plug-in of ``docs/plug-ins.md``: installed as a reader would, used in new processes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = DOCS / "example-plugin"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example: installing leaves files beside the sources."""
    folder = tmp_path_factory.mktemp("example") / "project"
    shutil.copytree(EXAMPLE, folder)
    return folder


@pytest.fixture(scope="module")
def installed(project: Path) -> Path:
    """The folder that it is installed into, without a network and apart from everything else."""
    target = project.parent / "site"
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "install", "-q", *offline]
    done = subprocess.run(
        [*command, "--target", str(target), str(project)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return target


def run(*command: str, installed: Path, folder: Path, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(installed)},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_judges_texts_by_its_name(installed, tmp_path):
    given = "I am so happy\n오늘 너무 슬프다\nthe meeting starts at three\n"
    command = ("bot", "classify", "--backend", "keywords")
    output = run(*command, installed=installed, folder=tmp_path, given=given)
    lines = [json.loads(line) for line in output.splitlines()]
    assert [line["label"] for line in lines] == ["joy", "sadness", "neutral"]
    assert all(re.fullmatch("keywords@[0-9a-f]{8}", line["model"]) for line in lines)
    assert lines[0]["valence"] > 0 > lines[1]["valence"]


def test_it_is_listed(installed, tmp_path):
    found = json.loads(run("bot", "plugins", "--json", installed=installed, folder=tmp_path))
    (ours,) = [each for each in found if each["name"] == "keywords"]
    assert ours["package"] == "nunchi-keywords 0.1.0"
    assert ours["api_version"] == 1
    assert ours["usable"]


def test_its_own_tests_pass(project, installed):
    """They run the conformance test."""
    quiet = ("pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert "2 passed" in run(*quiet, installed=installed, folder=project)


def test_the_page_shows_the_files_as_they_are():
    page = (DOCS / "plug-ins.md").read_text("utf-8")
    shown = re.findall(r"```(?:python|toml)\n(.*?)```", page, re.DOTALL)
    for name in ("pyproject.toml", "nunchi_keywords/__init__.py", "tests/test_keywords.py"):
        assert (EXAMPLE / name).read_text("utf-8") in shown, f"{name} changed; so must the page"
