"""What a screen reader meets: words on every button, a text for every picture."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import bot

HOME = Path(bot.__file__).parent
HEARS_ONLY = "listeners.py"
"""Builds buttons and menus by their custom id alone, to hear a click; shows none of them."""
MODULES = [
    path
    for folder in ("views", "cogs")
    for path in sorted((HOME / folder).glob("*.py"))
    if path.name != HEARS_ONLY
]


def calls(path: Path, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split("[")[0] == name:
            yield node


def given(node: ast.Call) -> dict[str | None, ast.expr]:
    return {each.arg: each.value for each in node.keywords}


def test_every_button_has_words() -> None:
    found = [node for path in MODULES for node in calls(path, "discord.ui.Button")]
    assert len(found) > 40
    for node in found:
        assert "label" in given(node) or None in given(node), ast.unparse(node)


def test_every_menu_says_what_it_is_for() -> None:
    """By a placeholder, or by the option that is chosen in it already."""
    shown = 0
    for path in MODULES:
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef) or function.name == "__init__":
                continue
            words = ast.unparse(function)
            for kind in ("discord.ui.Select(", "discord.ui.ChannelSelect("):
                if kind in words:
                    shown += 1
                    assert "placeholder=" in words or "default=" in words, words
    assert shown > 5


def test_every_picture_has_a_text() -> None:
    """A file that is shown carries a description; one that is only handed out has a name."""
    for path in MODULES:
        for node in calls(path, "discord.File"):
            words = ast.unparse(node)
            if "png" in words:
                assert "description" in given(node), words


@pytest.mark.parametrize("language", ["ko", "en"])
def test_no_sentence_is_a_sign_alone(language: str) -> None:
    path = HOME / "locale" / language / "LC_MESSAGES" / "nunchi.po"
    with path.open("rb") as file:
        sentences = [message.string for message in read_po(file, locale=language) if message.id]
    for forms in sentences:
        for form in [forms] if isinstance(forms, str) else forms:
            assert any(letter.isalpha() for letter in form), form
