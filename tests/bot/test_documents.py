"""The documents: their links lead somewhere, and the architecture names every module."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").glob("*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text(encoding="utf-8"))
    inside = [link for link in links if "://" not in link]
    assert [link for link in inside if not (document.parent / link).exists()] == []


def test_the_architecture_names_every_module_of_the_bot() -> None:
    text = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
    modules = {path.stem for path in (REPOSITORY / "bot").glob("[a-z]*.py")}
    assert {module for module in modules if f"`{module}`" not in text} == set()


def test_both_readmes_show_the_same_commands() -> None:
    english, korean = (
        set(re.findall(r"`(/[a-z]+[^`]*|make [a-z]+)`", (REPOSITORY / name).read_text("utf-8")))
        for name in ("README.md", "README.ko.md")
    )
    assert english == korean
