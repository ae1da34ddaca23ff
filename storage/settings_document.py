"""Guild settings as a plain document, for stores that keep JSON or BSON.

A field that an older document lacks takes its default, and one that is not known is left out, so
a new setting with a default needs no migration.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

from storage.records import (
    ConsentMode,
    GuildSettings,
    MonitoredChannel,
    ReportSchedule,
    require_utc,
)

_MOMENTS: Final = ("since", "paused_until", "monthly_since")


def settings_to_document(settings: GuildSettings) -> dict[str, Any]:
    """Return the settings as strings, numbers, booleans, lists and dictionaries.

    Raises:
        ValueError: The settings carry a naive datetime.
    """
    document = asdict(settings)
    document["consent"] = settings.consent.value
    document["channels"] = [asdict(channel) for channel in settings.channels]
    for name in _MOMENTS:
        moment = getattr(settings.report, name)
        if moment is not None:
            document["report"][name] = require_utc(moment).isoformat()
    return document


def settings_from_document(document: dict[str, Any]) -> GuildSettings:
    """Return the settings that ``settings_to_document`` made the document from."""
    values = _known(GuildSettings, document)
    values["channels"] = tuple(
        MonitoredChannel(**_known(MonitoredChannel, channel))
        for channel in document.get("channels", ())
    )
    values["report"] = _schedule(document.get("report", {}))
    values["consent"] = ConsentMode(document.get("consent", ConsentMode.NOTICE))
    return GuildSettings(**values)


def _schedule(document: dict[str, Any]) -> ReportSchedule:
    values = _known(ReportSchedule, document)
    for name in _MOMENTS:
        if values.get(name) is not None:
            values[name] = datetime.fromisoformat(values[name])
    return ReportSchedule(**values)


def _known(kind: type, document: dict[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in document.items() if name in names}
