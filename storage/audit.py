"""What administrators changed in a guild's settings: who, when, from what, to what.

An administrator acts in office, so a change names them by their user id, unlike everything that is
kept about members. The name goes, and the change stays, when that person opts out or has their
data deleted; all of it goes with the guild, and when the guild's retention is over.

Which settings there are is read off the document of the settings, so a new one is noted without
a word here. Left out is what the bot itself remembers beside them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from storage.records import GuildSettings
from storage.settings_document import settings_to_document

CHANNELS: Final = "channels"
"""Settings that begin so, with a dot and an id after it, say what is listened to."""

PLAIN: Final = "plain"
"""The kind of a channel about which nothing else is chosen."""

_OWN_NAMES: Final = frozenset({"guild_id", "since", "left_at"})
_OWN_BEGINNINGS: Final = ("notice_", "fitted_")
_OWN_ENDINGS: Final = ("_by",)


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One setting that was changed.

    Attributes:
        guild_id: Discord snowflake.
        at: When.
        by: The user who changed it; ``None`` for the bot itself, and for people whose name was
            taken away since.
        setting: Where it stands in the document of the settings, such as ``report.weekday``.
        before: What held; ``None`` for nothing. Text stands as it is, all else as JSON.
        after: What holds since.
    """

    guild_id: int
    at: datetime
    by: int | None
    setting: str
    before: str | None
    after: str | None


def changes_between(
    before: GuildSettings, after: GuildSettings, *, at: datetime, by: int | None
) -> tuple[SettingChange, ...]:
    """Return what differs between two states of a guild's settings, by name of the setting."""
    old, new = dict(audited(before)), dict(audited(after))
    return tuple(
        SettingChange(after.guild_id, at, by, name, old.get(name), new.get(name))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    )


def audited(settings: GuildSettings) -> Iterator[tuple[str, str | None]]:
    """Yield name and value of every setting whose changes are kept."""
    document = settings_to_document(settings)
    for channel in document.pop(CHANNELS):
        name = f"{CHANNELS}.{channel.pop('channel_id')}"
        yield name, str(channel.pop("kind", PLAIN))
        yield from _leaves(name, channel)
    yield from _leaves("", document)


def _leaves(place: str, document: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    for name, value in document.items():
        if name in _OWN_NAMES or name.startswith(_OWN_BEGINNINGS) or name.endswith(_OWN_ENDINGS):
            continue
        full = f"{place}.{name}" if place else name
        if isinstance(value, Mapping):
            yield from _leaves(full, value)
        else:
            yield full, _written(value)


def _written(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else str(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
