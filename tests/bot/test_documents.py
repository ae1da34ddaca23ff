"""The documents: their links lead somewhere, and the architecture names every module."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)[^)]*\)|<img src=\"([^\"]+)", text)
    inside = [link or picture for link, picture in links if "://" not in link]
    assert [link for link in inside if not (document.parent / link).exists()] == []


def test_every_document_is_found_from_the_readme() -> None:
    found, waiting = set(), [REPOSITORY / "README.md"]
    while waiting:
        document = waiting.pop()
        found.add(document)
        links = re.findall(r"\]\(([^)#:]+\.md)", document.read_text(encoding="utf-8"))
        targets = {(document.parent / link).resolve() for link in links}
        waiting += [target for target in targets - found if target.exists()]
    assert set(DOCUMENTS) <= found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_heading_finds_it(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\(((?:[^)#:]+\.md)?)#([^)]+)\)", text)
    targets = [(document.parent / link if link else document, anchor) for link, anchor in links]
    assert [anchor for target, anchor in targets if anchor not in anchors_of(target)] == []


def anchors_of(document: Path) -> set[str]:
    """Return what the headings of a document are called in addresses."""
    headings = re.findall(r"^#+ +(.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


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
