"""Which installed package brings which classifier, and what to say where one is no use.

A plug-in is code that is not ours: whatever it does wrong is told in one line that names its
package, so that it is clear what to update or to uninstall.
"""

from __future__ import annotations

import difflib
import logging
import re
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint
from typing import Final

from classifiers.api_version import API_VERSION, OLDEST_API_VERSION
from classifiers.errors import BackendUnavailable, ClassifierError, UnknownBackend
from classifiers.extras import DISTRIBUTION

log = logging.getLogger(__name__)

UNKNOWN_PACKAGE: Final = "a package without a name"

_REASON_CHARACTERS: Final = 160


def by_name(points: Iterable[EntryPoint]) -> dict[str, list[EntryPoint]]:
    """Return the entry points of each name, ours first, then by package."""
    named: dict[str, list[EntryPoint]] = {}
    for point in sorted(points, key=lambda each: (each.name, not is_ours(each), package_of(each))):
        named.setdefault(point.name, []).append(point)
    return named


def chosen(name: str, points: Iterable[EntryPoint]) -> EntryPoint:
    """Return the entry point that a name stands for.

    A name of ours is always ours; a package that uses it as well is named in a warning.

    Raises:
        UnknownBackend: There is none.
        BackendUnavailable: Two packages use the name.
    """
    named = by_name(points)
    if name not in named:
        raise UnknownBackend(_unknown(name, sorted(named)))
    first, *others = named[name]
    if others and not is_ours(first):
        msg = (
            f"the classifier {name!r} comes with {package_of(first)} and with "
            f"{package_of(others[0])}: uninstall one of them"
        )
        raise BackendUnavailable(msg)
    for other in others:
        log.warning("%r of %s is not used: the name is ours", name, package_of(other))
    return first


def is_ours(point: EntryPoint) -> bool:
    """Tell whether a classifier comes with this project."""
    return point.dist is not None and _normalised(point.dist.name) == DISTRIBUTION


def package_of(point: EntryPoint) -> str:
    """Return the package that brings a classifier, with its version."""
    return UNKNOWN_PACKAGE if point.dist is None else f"{point.dist.name} {point.dist.version}"


def build(point: EntryPoint, options: Mapping[str, str]) -> object:
    """Import the factory of a classifier and call it; whether that is a classifier is not checked.

    Raises:
        BackendUnavailable: It cannot be imported or built, or was written for another version of
            this project.
        ClassifierError: What the factory raises of these.
    """
    factory = _imported(point)
    if not callable(factory):
        raise BackendUnavailable(_useless(point, "is no function that builds a classifier"))
    try:
        built: object = factory(options)
    except ClassifierError:
        raise
    except Exception as error:
        if is_ours(point):
            raise
        # The boundary to code that is not ours. Its own words may hold an option, which may be
        # the key of a server.
        reason = f"cannot be built: its factory failed with {type(error).__name__}"
        raise BackendUnavailable(_useless(point, reason)) from error
    _check_version(point, api_version_of(built))
    return built


def api_version_of(built: object) -> object:
    """Return the version that a classifier was written for; ``None`` where it does not say."""
    return getattr(built, "api_version", None)


def _imported(point: EntryPoint) -> object:
    try:
        return point.load()
    except Exception as error:
        # The boundary to code that is not ours: an import runs all of it.
        words = " ".join(str(error).split())[:_REASON_CHARACTERS]
        reason = f"cannot be imported ({type(error).__name__}: {words})"
        raise BackendUnavailable(_useless(point, reason)) from error


def _check_version(point: EntryPoint, version: object) -> None:
    if version is None or version in range(OLDEST_API_VERSION, API_VERSION + 1):
        return
    if isinstance(version, int) and version > API_VERSION:
        msg = (
            f"the classifier {point.name!r} of {package_of(point)} needs API version {version} and "
            f'this is {API_VERSION}: pip install --upgrade "{DISTRIBUTION}"'
        )
        raise BackendUnavailable(msg)
    reason = f"was written for API version {version!r}, which is {API_VERSION} by now"
    raise BackendUnavailable(_useless(point, reason))


def _useless(point: EntryPoint, reason: str) -> str:
    remedy = f"reinstall {DISTRIBUTION}" if is_ours(point) else "update or uninstall that package"
    return f"the classifier {point.name!r} of {package_of(point)} {reason}: {remedy}"


def _unknown(name: str, known: list[str]) -> str:
    nearest = difflib.get_close_matches(name, known, 1)
    hint = f" Did you mean {nearest[0]}?" if nearest else ""
    return f"no classifier is called {name!r}; installed are: {', '.join(known)}.{hint}"


def _normalised(name: str) -> str:
    """Return the name under which packages are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
