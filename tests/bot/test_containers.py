"""The container files, as far as they can be checked without Docker."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import load_settings, variable_names

REPOSITORY = Path(__file__).parents[2]
COMPOSE = ("compose.yaml", "docker/serve.compose.yaml")
DOCKERFILE = (REPOSITORY / "Dockerfile").read_text("utf-8")
NEEDED = re.compile(r"\$\{(\w+)(?::\?[^}]*)?\}")


def ours(file: str) -> dict[str, dict[str, Any]]:
    """Return the services that run the bot's own image."""
    services = yaml.safe_load((REPOSITORY / file).read_text("utf-8"))["services"]
    return {name: service for name, service in services.items() if "build" in service}


def filled(value: str) -> str:
    return NEEDED.sub("filled-in-with-letters-and-digits", value)


@pytest.mark.parametrize("file", COMPOSE)
def test_the_program_understands_every_variable_that_a_service_gets(file: str) -> None:
    image = dict(re.findall(r"\b(NUNCHI_\w+)=(\S+)", DOCKERFILE))
    for service in ours(file).values():
        given = {name: filled(value) for name, value in service["environment"].items()}
        settings = load_settings(None, image | given)
        assert settings.data_dir == Path("/data")
        command = service.get("command", [])
        if "--api-key-env" in command:
            assert given[command[command.index("--api-key-env") + 1]]


@pytest.mark.parametrize("file", COMPOSE)
def test_what_is_to_be_put_into_env_leaves_the_bot_able_to_read_it(file: str) -> None:
    text = (REPOSITORY / file).read_text("utf-8")
    names = set(NEEDED.findall(text)) | set(re.findall(r"echo \"(\w+)=", text))
    assert names
    assert {name for name in names if name.startswith("NUNCHI_")} <= set(variable_names().values())


def test_the_example_of_env_names_settings_that_there_are() -> None:
    text = (REPOSITORY / ".env.example").read_text("utf-8")
    names = re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE)
    compose = set(NEEDED.findall((REPOSITORY / "compose.yaml").read_text("utf-8")))
    assert compose < set(names)
    assert set(names) - compose <= set(variable_names().values())


def test_the_image_is_built_from_what_reaches_docker() -> None:
    lines = (REPOSITORY / ".dockerignore").read_text("utf-8").splitlines()
    let_in = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied: set[str] = set()
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        copied |= {source.rstrip("/") for source in sources.split()}
    assert copied == let_in
    assert all((REPOSITORY / name).exists() for name in copied)
