"""Building the companion that ``NUNCHI_COMPANION`` names."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import parse_qsl

from bot.companion import local_engine, openai_engine
from bot.companion.companion import Companion
from bot.companion.curated import CuratedEngine
from bot.companion.engine import Engine
from bot.companion.library import Library
from classifiers.classifier import Classifier
from classifiers.errors import InvalidOption

CURATED: Final = "curated"
OFF: Final = "off"
_BUILDERS: Final[Mapping[str, Callable[[Mapping[str, str]], Engine]]] = {
    local_engine.NAME: local_engine.create,
    openai_engine.NAME: openai_engine.create,
}


def written_by(specification: str) -> Engine | None:
    """Return the engine that writes by itself, or ``None`` where only curated replies are wanted.

    Raises:
        InvalidOption: The name is unknown, or an option cannot be used.
        BackendUnavailable: The environment variable of a key is not set.
    """
    name, _, query = specification.partition("?")
    if name in (CURATED, OFF):
        if query:
            msg = f"{name} takes no options"
            raise InvalidOption(msg)
        return None
    try:
        options = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
    except ValueError as error:
        msg = "the companion's options must look like name?option=value"
        raise InvalidOption(msg) from error
    if name not in _BUILDERS:
        known = ", ".join([CURATED, *_BUILDERS, OFF])
        msg = f"there is no companion called {name!r}; there are {known}"
        raise InvalidOption(msg)
    return _BUILDERS[name](options)


@asynccontextmanager
async def opened_companion(
    specification: str, classifier: Classifier
) -> AsyncIterator[Companion | None]:
    """Build a companion, load its engine, and release it at the end; ``None`` for ``off``.

    Raises:
        InvalidOption: The specification cannot be used.
        BackendUnavailable: The engine cannot be had.
    """
    writer = written_by(specification)
    if specification == OFF:
        yield None
        return
    curated = CuratedEngine(Library.shipped())
    companion = Companion(classifier, curated, writer, time.monotonic)
    await companion.start()
    try:
        yield companion
    finally:
        await companion.close()
