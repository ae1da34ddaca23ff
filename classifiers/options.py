"""The options of a backend, ``name?option=value&...``, read with checks."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from typing import Final

from classifiers.errors import InvalidOption

TRUE: Final = frozenset({"1", "true", "yes", "on"})
FALSE: Final = frozenset({"0", "false", "no", "off"})


class Options:
    """Reads options by name and remembers which were asked for, so that the rest is refused.

    Each reading method raises ``InvalidOption`` when the value cannot be used. Call ``finish``
    after the last one.
    """

    def __init__(self, backend: str, given: Mapping[str, str]) -> None:
        self._backend = backend
        self._given = given
        self._known: list[str] = []

    def text(self, name: str, default: str | None = None) -> str | None:
        """Return an option as it stands; an empty one counts as not given."""
        self._known.append(name)
        return self._given.get(name) or default

    def needed(self, name: str, example: str) -> str:
        """Return an option that the backend cannot do without."""
        value = self.text(name)
        if value is None:
            msg = (
                f"{self._backend} needs the option {name}, such as {self._backend}?{name}={example}"
            )
            raise InvalidOption(msg)
        return value

    def choice(self, name: str, choices: Sequence[str], default: str) -> str:
        """Return an option that is one of a few words."""
        value = self.text(name) or default
        if value not in choices:
            raise self._refused(name, f"one of {', '.join(choices)}")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return an option that is yes or no."""
        value = (self.text(name) or str(default)).lower()
        if value not in TRUE | FALSE:
            raise self._refused(name, "yes or no")
        return value in TRUE

    def integer(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number in [least, most]."""
        value = self.text(name)
        if value is None:
            return default
        if not value.isdecimal() or not least <= int(value) <= most:
            raise self._refused(name, f"a whole number from {least} to {most}")
        return int(value)

    def number(self, name: str, default: float, least: float, most: float) -> float:
        """Return a number in [least, most]."""
        value = self.text(name)
        if value is None:
            return default
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not least <= number <= most:
            raise self._refused(name, f"a number from {least:g} to {most:g}")
        return number

    def finish(self) -> None:
        """Refuse every option that was not asked for.

        Raises:
            InvalidOption: There is one; the message names the nearest known option.
        """
        for name in sorted(set(self._given) - set(self._known)):
            nearest = difflib.get_close_matches(name, self._known, 1)
            hint = f"; did you mean {nearest[0]}?" if nearest else ""
            known = f"it knows: {', '.join(self._known)}" if self._known else "it takes none"
            msg = f"{self._backend} has no option {name!r}, {known}{hint}"
            raise InvalidOption(msg)

    def _refused(self, name: str, allowed: str) -> InvalidOption:
        # Only the name: a value may be the key of a server.
        return InvalidOption(f"the option {name} of {self._backend} must be {allowed}")
