"""How the label sets of public data map onto the nine emotions, or onto sentiments.

The tables are package data (``data/label_maps.json``): a table a label set, from each of its
labels to a class of ours, or to nothing where no class of ours says the same.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from classifiers.emotion import EMOTIONS, Sentiment
from classifiers.errors import ClassifierError

EMOTION_NAMES: Final = tuple(str(emotion) for emotion in EMOTIONS)
OWN_MAPS: Final = ("emotions", "nsmc", "sentiment")
"""Maps of names that are ours already; ``nsmc`` is ``sentiment`` without a neutral class."""

KOREAN_MAPS: Final = ("emotions_ko", "sentiment_ko")
"""The same names as the bot calls them in Korean; taken where no single data set fits."""

MOST_SHOWN: Final = 3
"""Labels that a message names; the wrong column would have thousands."""

SENTIMENT_NAMES: Final = tuple(str(sentiment) for sentiment in Sentiment)


class LabelMapError(ClassifierError):
    """A label map does not exist, cannot be read, or does not fit the labels at hand."""


@dataclass(frozen=True, slots=True)
class LabelMap:
    """A table from the labels of a data set to classes of ours.

    Attributes:
        name: The label set, such as ``kote``.
        table: A class for each label; ``None`` where no class says the same (it is dropped).
        classes: The classes that the table can reach, in canonical order.
    """

    name: str
    table: Mapping[str, str | None]
    classes: tuple[str, ...]

    @classmethod
    def of(cls, name: str, table: Mapping[str, str | None]) -> LabelMap:
        """Build a checked map.

        Raises:
            LabelMapError: A class is none of ours, or emotions and sentiments are mixed.
        """
        reached = {each for each in table.values() if each is not None}
        for known in (EMOTION_NAMES, SENTIMENT_NAMES):
            if reached and reached <= set(known):
                return cls(name, dict(table), tuple(name for name in known if name in reached))
        msg = (
            f"label map {name!r} must lead to the nine emotions ({', '.join(EMOTION_NAMES)}) or to "
            f"the three sentiments ({', '.join(SENTIMENT_NAMES)}){_instead(reached)}"
        )
        raise LabelMapError(msg)

    @property
    def is_sentiment(self) -> bool:
        """Whether the classes are sentiments; neutral alone is an emotion."""
        return not set(self.classes) <= set(EMOTION_NAMES)

    def fits(self, labels: Iterable[str]) -> bool:
        """Tell whether every label has its row."""
        return set(labels) <= self.table.keys()

    def classes_of(self, labels: Iterable[str]) -> tuple[str, ...]:
        """Return the distinct classes of some labels, in canonical order.

        Raises:
            LabelMapError: A label is not in the table.
        """
        try:
            reached = {self.table[label] for label in labels}
        except KeyError as error:
            msg = f"label {error.args[0]!r} is not in the map {self.name!r}"
            raise LabelMapError(msg) from error
        return tuple(name for name in self.classes if name in reached)


@cache
def built_in_maps() -> Mapping[str, LabelMap]:
    """Return the maps that come with the project, by name."""
    text = files("classifiers").joinpath("data", "label_maps.json").read_text("utf-8")
    return {name: LabelMap.of(name, table) for name, table in json.loads(text).items()}


def fitting_maps(labels: Iterable[str]) -> list[str]:
    """Return the names of the built-in maps that know every one of some labels."""
    seen = frozenset(labels)
    return [name for name, known in built_in_maps().items() if known.fits(seen)]


def is_understood(labels: Iterable[str]) -> bool:
    """Tell whether the bot knows what some labels mean without being told."""
    seen = frozenset(labels)
    return (_surely(seen) or _surely(frozenset(map(_plain, seen)))) is not None


def map_for(name: str | None, labels: Iterable[str]) -> LabelMap:
    """Return the map that is asked for, or else the one that surely fits some labels.

    Without a name it is one of ``OWN_MAPS`` when the labels are such names themselves, or else
    the only built-in map that fits, or else one of ``KOREAN_MAPS``. ``Joy`` is ``joy`` to a map
    that knows the latter only.

    Args:
        name: A built-in map, or a JSON file ``{label: class or null}``, or ``FILE#table`` in a
            JSON file of several.
        labels: The labels of the data.

    Raises:
        LabelMapError: There is no such map, or without a name none or several fit.
    """
    seen = frozenset(labels)
    if name is not None:
        return _knowing(_named(name), seen)
    found = _surely(seen) or _surely(frozenset(map(_plain, seen)))
    if found is None:
        raise LabelMapError(_undecided(seen))
    return _knowing(found, seen)


def _surely(labels: frozenset[str]) -> LabelMap | None:
    """Return the map that some labels surely mean, if there is one."""
    fitting = fitting_maps(labels)
    own = [known for known in OWN_MAPS if known in fitting]
    sets = [known for known in fitting if known not in KOREAN_MAPS]
    korean = [known for known in KOREAN_MAPS if known in fitting]
    found = own or (sets if len(sets) == 1 else korean)
    return built_in_maps()[found[0]] if found else None


def _knowing(known: LabelMap, labels: frozenset[str]) -> LabelMap:
    """Return a map that takes ``Joy`` for ``joy``, unless it knows both."""
    others = {label: _plain(label) for label in labels - known.table.keys()}
    more = {label: known.table[low] for label, low in others.items() if low in known.table}
    return replace(known, table={**known.table, **more}) if more else known


def _plain(label: str) -> str:
    return label.strip().lower()


def _undecided(labels: frozenset[str]) -> str:
    shown = _shown(labels)
    fitting = ", ".join(fitting_maps(labels) or built_in_maps())
    return (
        f"cannot tell what the labels mean ({shown}); say it by a JSON file such as "
        f'{{"{min(labels, default="label")[:40]}": "joy"}} as the map, or choose a map: {fitting}'
    )


def _shown(names: Iterable[str]) -> str:
    first = [name[:40] for name in sorted(names)]
    return ", ".join([*first[:MOST_SHOWN], *(["..."] if len(first) > MOST_SHOWN else [])])


def _instead(reached: set[str]) -> str:
    """Say where a map leads instead: to names that are none of ours, to both kinds, nowhere."""
    strange = reached - {*EMOTION_NAMES, *SENTIMENT_NAMES}
    if strange:
        return f", not to {_shown(strange)}"
    return ", not to both" if reached else ", not nowhere"


def _named(name: str) -> LabelMap:
    if name in built_in_maps():
        return built_in_maps()[name]
    path, _, table = name.partition("#")
    if Path(path).is_file():
        return LabelMap.of(name, _table(Path(path), table))
    if Path(path).suffix or len(Path(path).parts) > 1:
        msg = f"there is no file {path} with a label map"
        raise LabelMapError(msg)
    nearest = difflib.get_close_matches(name, built_in_maps(), 1)
    hint = f". Did you mean {nearest[0]}?" if nearest else ""
    msg = f"no label map is called {name!r}; there are: {', '.join(built_in_maps())}{hint}"
    raise LabelMapError(msg)


def _table(path: Path, name: str) -> dict[str, str | None]:
    try:
        content = json.loads(path.read_text("utf-8-sig"))
    except ValueError as error:
        msg = f"{path} is no JSON: {error}"
        raise LabelMapError(msg) from error
    if name and isinstance(content, dict):
        content = content.get(name)
    if not isinstance(content, dict) or not all(_is_class(each) for each in content.values()):
        msg = f"{path} must hold an object of label: class (or FILE#table where it holds several)"
        raise LabelMapError(msg)
    return content


def _is_class(value: object) -> bool:
    return value is None or isinstance(value, str)
