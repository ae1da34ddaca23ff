"""Guild settings as a plain document, for stores that keep JSON or BSON.

A field that an older document lacks takes its default, and one that is not known is left out, so
a new setting with a default needs no migration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

from storage.records import (
    AlertSettings,
    ConsentMode,
    GuildSettings,
    MonitoredChannel,
    ReportSchedule,
    require_utc,
)

_MOMENTS: Final = ("since", "paused_until", "monthly_since")
_ALERT_MOMENTS: Final = ("since", "quiet_until")


def settings_to_document(settings: GuildSettings) -> dict[str, Any]:
    """Return the settings as strings, numbers, booleans, lists and dictionaries.

    Raises:
        ValueError: The settings carry a naive datetime.
    """
    document = asdict(settings)
    document["consent"] = settings.consent.value
    document["channels"] = [asdict(channel) for channel in settings.channels]
    _write_moments(document["report"], _MOMENTS)
    _write_moments(document["alerts"], _ALERT_MOMENTS)
    return document


def settings_from_document(document: dict[str, Any]) -> GuildSettings:
    """Return the settings that ``settings_to_document`` made the document from."""
    values = _known(GuildSettings, document)
    values["channels"] = tuple(
        MonitoredChannel(**_known(MonitoredChannel, channel))
        for channel in document.get("channels", ())
    )
    values["report"] = ReportSchedule(
        **_timed(ReportSchedule, document.get("report", {}), _MOMENTS)
    )
    values["alerts"] = AlertSettings(
        **_timed(AlertSettings, document.get("alerts", {}), _ALERT_MOMENTS)
    )
    values["consent"] = ConsentMode(document.get("consent", ConsentMode.NOTICE))
    return GuildSettings(**values)


def _write_moments(document: dict[str, Any], names: Sequence[str]) -> None:
    for name in names:
        if document[name] is not None:
            document[name] = require_utc(document[name]).isoformat()


def _timed(kind: type, document: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    values = _known(kind, document)
    for name in names:
        if values.get(name) is not None:
            values[name] = datetime.fromisoformat(values[name])
    return values


def _known(kind: type, document: dict[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in document.items() if name in names}
