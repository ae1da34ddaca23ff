"""Where the settings of a guild name a person: fields that end in ``_by`` hold a user's id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final, TypeVar, cast

from storage.records import GuildSettings

T = TypeVar("T")

ENDING: Final = "_by"


def names_in(settings: GuildSettings) -> dict[str, int | None]:
    """Return every field that can name a person, by its place, such as ``report.planned_by``."""
    return dict(_named("", settings))


def roles_of(settings: GuildSettings, user_id: int) -> int:
    """Return how many fields name a user."""
    return sum(named == user_id for named in names_in(settings).values())


def without_name(settings: GuildSettings, user_id: int) -> GuildSettings:
    """Return settings that do not name a user any more."""
    return _without(settings, user_id)


def _named(place: str, value: object) -> Iterator[tuple[str, int | None]]:
    if isinstance(value, tuple):
        for index, each in enumerate(value):
            yield from _named(f"{place}{index}.", each)
    if not is_dataclass(value) or isinstance(value, type):
        return
    for field in fields(value):
        inner = getattr(value, field.name)
        if field.name.endswith(ENDING):
            yield place + field.name, inner
        else:
            yield from _named(f"{place}{field.name}.", inner)


def _without(value: T, user_id: int) -> T:
    if isinstance(value, tuple):
        kept = tuple(_without(each, user_id) for each in value)
        return cast("T", kept) if kept != value else value
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed: dict[str, Any] = {}
    for field in fields(value):
        inner = getattr(value, field.name)
        after = (
            (None if inner == user_id else inner)
            if field.name.endswith(ENDING)
            else _without(inner, user_id)
        )
        if after != inner:
            changed[field.name] = after
    return cast("T", replace(value, **changed)) if changed else value
