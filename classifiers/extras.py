"""Packages that only some backends need, and what to say where one is missing."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Final

from classifiers.errors import BackendUnavailable

DISTRIBUTION: Final = "nunchi-bot"


def required(module: str, extra: str) -> ModuleType:
    """Import a module that the bot itself never needs.

    Args:
        module: What to import, such as ``torch``.
        extra: The extra of this project that brings it.

    Raises:
        BackendUnavailable: It is not installed; the message holds the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        msg = f'this needs the package {error.name}: pip install "{DISTRIBUTION}[{extra}]"'
        raise BackendUnavailable(msg) from error
