"""Pictures in, predictions out: an optional kind of backend beside the classifiers of texts.

``load("vit?model=FOLDER")`` builds one. Nothing heavy is imported before ``start``.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl

from classifiers.errors import InvalidOption, UnknownBackend
from classifiers.images.classifier import ImageClassifier
from classifiers.images.vit import create

BACKENDS: Final[Mapping[str, Callable[[Mapping[str, str]], ImageClassifier]]] = MappingProxyType(
    {"vit": create}
)


def load(specification: str) -> ImageClassifier:
    """Build the image classifier that ``name?option=value&option=value`` names; not started.

    Raises:
        UnknownBackend: There is no such backend.
        InvalidOption: The options cannot be read, or the backend refuses one.
    """
    name, _, query = specification.partition("?")
    if name not in BACKENDS:
        nearest = difflib.get_close_matches(name, BACKENDS, 1)
        hint = f"; did you mean {nearest[0]}?" if nearest else ""
        msg = f"no image classifier is called {name!r}; there are: {', '.join(BACKENDS)}{hint}"
        raise UnknownBackend(msg)
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True) if query else []
    except ValueError as error:
        msg = f"options of an image classifier must look like {name}?option=value"
        raise InvalidOption(msg) from error
    return BACKENDS[name](dict(pairs))
