"""The guides: their pictures are there, their commands exist, both languages tell the same."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from bot.sandbox import Sandbox, point_discord_at
from bot.sandbox.jsontypes import JsonObject
from tests.bot.commands.town import bot_at

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PICTURES = DOCS / "images" / "guide"
GUIDES = ("guide-admin", "guide-member")
PAGES = (
    *(f"{name}{ending}" for name in GUIDES for ending in (".md", ".ko.md")),
    "feedback.md",
    "checkins.md",
)
PICTURE = re.compile(r"!\[([^\]]*)\]\((images/guide/[^)]+)\)")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#]+)?(?:#([^)]+))?\)")
COMMAND = re.compile(r"`/([a-z-]+(?: [a-z-]+)?)")
OPTION = re.compile(r" [a-z]+$")
LARGEST = 120_000
LARGEST_TOGETHER = 5_000_000


def read(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def anchors(text: str) -> set[str]:
    """Return the anchors of headings, as they are made from their words."""
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def shape(page: str) -> list[str]:
    """Return the order of headings, pictures, commands and rows of tables of a page."""
    parts = []
    for line in read(page).splitlines():
        if line.startswith("#"):
            parts.append("#" * (len(line) - len(line.lstrip("#"))))
        elif found := PICTURE.match(line):
            parts.append(re.sub(r"-(ko|en)\.png$", "", found[2]))
        elif line.startswith("|"):
            parts.append("|")
    return parts


def paths_of(command: JsonObject) -> set[str]:
    """Return a command's name, with those of its subcommands."""
    below = [each for each in command.get("options", ()) if each["type"] in {1, 2}]
    if not below:
        return {command["name"]}
    return {f"{command['name']} {path}" for each in below for path in paths_of(each)}


@pytest.mark.parametrize("page", PAGES)
def test_every_picture_is_there_and_says_what_it_shows(page: str) -> None:
    found = PICTURE.findall(read(page))
    assert found
    for description, address in found:
        assert description.strip()
        assert (DOCS / address).is_file(), address
    language = "-ko.png" if page.endswith(".ko.md") else "-en.png"
    assert all(address.endswith(language) for _, address in found)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    text = read(page)
    for target, anchor in LINK.findall(text):
        if "://" in target:
            continue
        assert not target or (DOCS / target).exists(), target
        if anchor:
            there = text if not target else (DOCS / target).read_text(encoding="utf-8")
            assert anchor in anchors(there), anchor


@pytest.mark.parametrize("name", GUIDES)
def test_both_languages_have_the_same_headings_pictures_and_tables(name: str) -> None:
    assert shape(f"{name}.md") == shape(f"{name}.ko.md")
    commands = [set(COMMAND.findall(read(f"{name}{each}"))) for each in (".md", ".ko.md")]
    assert commands[0] == commands[1]


async def test_every_command_that_is_named_is_registered(tmp_path: Path) -> None:
    async with Sandbox() as server:
        server.add_guild("Home")
        with point_discord_at(server):
            async with bot_at(server, tmp_path):
                known = {path for each in server.commands for path in paths_of(each)}
    named = {command for page in PAGES for command in COMMAND.findall(read(page))}
    groups = {path.split(" ")[0] for path in known}
    assert len(named) > 20
    for command in named:
        # "/setup timezone:" names an option, "/privacy" a group.
        assert {command, OPTION.sub("", command)} & (known | groups), command
    assert not {each for each in named if " " in each and each not in known} - {"setup timezone"}


def test_pictures_are_small_and_none_is_left_over() -> None:
    linked = {address for page in PAGES for _, address in PICTURE.findall(read(page))}
    kept = {f"images/guide/{path.name}" for path in PICTURES.iterdir()}
    # The pages on single features are in English only, so their pictures have no Korean ones.
    twins = {re.sub(r"-en\.png$", "-ko.png", address) for address in linked}
    assert kept <= linked | twins
    sizes = [path.stat().st_size for path in PICTURES.iterdir()]
    assert max(sizes) < LARGEST
    assert sum(sizes) < LARGEST_TOGETHER


def test_the_walk_draws_its_first_pictures(tmp_path: Path) -> None:
    program = ROOT / "benchmarks" / "guide_pictures.py"
    chosen = ["--out", str(tmp_path), "--language", "ko", "--steps", "2"]
    done = subprocess.run(
        [sys.executable, str(program), *chosen],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.splitlines()[0].startswith("welcome-ko.png\t")
    for name in ("welcome-ko.png", "setup-empty-ko.png"):
        with Image.open(tmp_path / name) as drawn:
            assert drawn.width >= 600
            assert drawn.format == "PNG"
