"""Sets by name from the Hugging Face hub, through the optional package ``datasets``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any, Final

from classifiers.errors import BackendUnavailable
from classifiers.extras import required
from classifiers.training.datasets.errors import DatasetUnavailable, DatasetUnreadable
from classifiers.training.datasets.example import Example
from classifiers.training.datasets.tables import LABEL_NAMES, Columns, labels_in

GATED_ERRORS: Final = frozenset(
    {"GatedRepoError", "DatasetNotFoundError", "RepositoryNotFoundError"}
)
"""What the packages call a set that is gated, private or absent; its page tells which."""


def read_hub(
    name: str,
    *,
    split: str = "test",
    configuration: str | None = None,
    columns: Columns | None = None,
) -> Iterator[Example]:
    """Yield the examples of one part of a set on the hub; class numbers become their names.

    Args:
        name: The set, ``owner/name``.
        split: The part, as the set calls it.
        configuration: Which of several variants, where a set has them.
        columns: Where text and labels stand, if not under their usual names.

    Raises:
        DatasetUnavailable: The package is missing, the hub cannot be reached, or the set is gated
            or absent.
        DatasetUnreadable: The set has no such columns.
    """
    chosen = columns or Columns()
    rows = _loaded(_package(), name, configuration, split)
    label = chosen.label or next(
        (known for known in LABEL_NAMES if known in rows.features), "label"
    )
    for column in (chosen.text, label):
        if column not in rows.features:
            msg = f"{name} has no column {column!r}; it has: {', '.join(rows.features)}"
            raise DatasetUnreadable(msg)
    names = _class_names(rows.features[label])
    yield from _examples(rows, chosen, label, names)


def _package() -> ModuleType:
    try:
        return required("datasets", "hub")
    except BackendUnavailable as error:
        raise DatasetUnavailable(str(error)) from error


def _loaded(package: ModuleType, name: str, configuration: str | None, split: str) -> Any:  # noqa: ANN401 - the package is optional, so its types are unknown
    try:
        return package.load_dataset(name, configuration, split=split)
    except (OSError, ValueError, RuntimeError) as error:
        msg = _explained(name, error)
        raise DatasetUnavailable(msg) from error


def _explained(name: str, error: Exception) -> str:
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if kinds & GATED_ERRORS:
        return (
            f"{name} is not on the hub, or is gated: open its page there, accept the licence and "
            "log in with: huggingface-cli login"
        )
    if isinstance(error, ConnectionError) or "Connection" in type(error).__name__:
        return f"the Hugging Face hub cannot be reached for {name}; check the network"
    return f"{name} cannot be loaded from the Hugging Face hub: {error}"


def _class_names(feature: Any) -> tuple[str, ...]:  # noqa: ANN401 - see _loaded
    """Return the names of class numbers, from the feature or from that of its list."""
    inner = getattr(feature, "feature", feature)
    return tuple(getattr(inner, "names", None) or ())


def _examples(
    rows: Iterable[Mapping[str, Any]], columns: Columns, label: str, names: tuple[str, ...]
) -> Iterator[Example]:
    for row in rows:
        values = row[label] if isinstance(row[label], list) else [row[label]]
        named = [names[each] if names and isinstance(each, int) else each for each in values]
        labels = labels_in(named, columns.separator)
        if labels:
            yield Example(str(row[columns.text]), labels)
