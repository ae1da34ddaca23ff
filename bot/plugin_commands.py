"""``nunchi plugins``: which classifiers are installed, and whether they can be used."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from types import MappingProxyType
from typing import Final

import click

from classifiers.api_version import API_VERSION
from classifiers.classifier import GROUP, built
from classifiers.discovery import api_version_of, by_name, chosen, is_ours, package_of
from classifiers.errors import ClassifierError, InvalidOption
from classifiers.extras import DISTRIBUTION

EXTRAS: Final = MappingProxyType(
    {
        "keras": {"tokenizers": "onnx", "keras": "tensorflow", "tensorflow": "tensorflow"},
        "transformers": {"onnxruntime": "onnx", "torch": "torch", "transformers": "torch"},
    }
)
"""Modules that our own backends use, and the extra that brings each."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """One installed classifier.

    Attributes:
        name: What ``NUNCHI_CLASSIFIER`` calls it.
        package: The distribution that brings it, with its version.
        api_version: The version of the API that it was written for, or ``None`` if it is not said.
        usable: Whether it can be built, given its options.
        state: What is missing, or what it needs.
    """

    name: str
    package: str
    api_version: int | None
    usable: bool
    state: str


@click.command(short_help="List the classifiers that are installed.")
@click.option("--json", "wants_json", is_flag=True, help="Print a JSON array.")
def plugins(*, wants_json: bool) -> None:
    """List the classifiers that are installed, and what those need that cannot be used."""
    found = surveyed(list(entry_points(group=GROUP)))
    if wants_json:
        click.echo(json.dumps([asdict(each) for each in found]))
        return
    click.echo(f"API version {API_VERSION}. A new classifier: docs/plug-ins.md")
    for plugin in found:
        version = "" if plugin.api_version is None else f", API version {plugin.api_version}"
        mark = "+" if plugin.usable else "-"
        click.echo(f"{mark} {plugin.name} ({plugin.package}{version}): {plugin.state}")


def surveyed(points: list[EntryPoint]) -> list[Plugin]:
    """Return what every entry point is good for, by name, the one that is used first."""
    return [
        _plugin(point, points, first=point is named[0])
        for named in by_name(points).values()
        for point in named
    ]


def _plugin(point: EntryPoint, points: list[EntryPoint], *, first: bool) -> Plugin:
    name, package = point.name, package_of(point)
    if not first and any(is_ours(each) for each in points if each.name == name):
        return Plugin(name, package, None, usable=False, state="not used: the name is ours")
    try:
        chosen(name, points)
        version = api_version_of(built(point, {}))
    except InvalidOption as error:
        missing = _missing(point)
        return Plugin(name, package, None, usable=not missing, state=missing or str(error))
    except ClassifierError as error:
        return Plugin(name, package, None, usable=False, state=str(error))
    known = version if isinstance(version, int) else None
    missing = _missing(point)
    return Plugin(name, package, known, usable=not missing, state=missing or "ready")


def _missing(point: EntryPoint) -> str:
    """Return which packages a backend of ours lacks; empty when it has all of them."""
    modules = EXTRAS.get(point.name, {}) if is_ours(point) else {}
    lacking = {module: extra for module, extra in modules.items() if find_spec(module) is None}
    if not lacking:
        return ""
    extras = ",".join(sorted(set(lacking.values())))
    return f'without {", ".join(lacking)}: pip install "{DISTRIBUTION}[{extras}]"'


PLUGINS: Final = (plugins,)
"""The command of this module, for the ``nunchi`` group."""
