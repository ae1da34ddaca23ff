"""Guild settings as a plain document, for stores that keep JSON or BSON.

A field that an older document lacks takes its default, and one that is not known is left out, so
a new setting with a default needs no migration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

from storage.checkins import CheckinSettings
from storage.companion_settings import CompanionSettings
from storage.recalibrated import GuildRecalibration
from storage.records import (
    AlertSettings,
    ConsentMode,
    GuildSettings,
    MonitoredChannel,
    ReportSchedule,
    require_utc,
)
from storage.retrospectives import ChannelForm, ChannelKind, RetroReminder, RetroSettings

_MOMENTS: Final = ("since", "paused_until", "monthly_since")
_OWN_MOMENTS: Final = ("notice_since", "left_at")
_ALERT_MOMENTS: Final = ("since", "quiet_until")
_REMINDER_MOMENTS: Final = ("since",)
_CHECKIN_MOMENTS: Final = ("since",)


def settings_to_document(settings: GuildSettings) -> dict[str, Any]:
    """Return the settings as strings, numbers, booleans, lists and dictionaries.

    Raises:
        ValueError: The settings carry a naive datetime.
    """
    document = asdict(settings)
    del document["version"]  # the store keeps it beside the document
    document["consent"] = settings.consent.value
    _write_moments(document, _OWN_MOMENTS)
    document["channels"] = [
        {**asdict(channel), "kind": channel.kind.value} for channel in settings.channels
    ]
    _write_moments(document["report"], _MOMENTS)
    _write_moments(document["alerts"], _ALERT_MOMENTS)
    _write_moments(document["checkins"], _CHECKIN_MOMENTS)
    document["retro"]["forms"] = list(document["retro"]["forms"])
    if document["retro"]["reminder"] is not None:
        _write_moments(document["retro"]["reminder"], _REMINDER_MOMENTS)
    return document


def settings_from_document(document: dict[str, Any], version: int = 0) -> GuildSettings:
    """Return the settings that ``settings_to_document`` made the document from.

    Args:
        document: The document.
        version: How many times it was saved.
    """
    values = _timed(GuildSettings, document, _OWN_MOMENTS)
    values["channels"] = tuple(
        MonitoredChannel(**_channel(channel)) for channel in document.get("channels", ())
    )
    values["report"] = ReportSchedule(
        **_timed(ReportSchedule, document.get("report", {}), _MOMENTS)
    )
    values["alerts"] = AlertSettings(
        **_timed(AlertSettings, document.get("alerts", {}), _ALERT_MOMENTS)
    )
    values["retro"] = _retro(document.get("retro", {}))
    values["companion"] = CompanionSettings(
        **_known(CompanionSettings, document.get("companion", {}))
    )
    values["checkins"] = CheckinSettings(
        **_timed(CheckinSettings, document.get("checkins", {}), _CHECKIN_MOMENTS)
    )
    values["recalibration"] = _recalibration(document.get("recalibration"))
    values["consent"] = ConsentMode(document.get("consent", ConsentMode.NOTICE))
    return GuildSettings(**{**values, "version": version})


def _recalibration(document: dict[str, Any] | None) -> GuildRecalibration | None:
    if document is None:
        return None
    values = _known(GuildRecalibration, document)
    return GuildRecalibration(**{**values, "fitted_bias": tuple(values["fitted_bias"])})


def _channel(document: dict[str, Any]) -> dict[str, Any]:
    kind = ChannelKind(document.get("kind", ChannelKind.PLAIN))
    return {**_known(MonitoredChannel, document), "kind": kind}


def _retro(document: dict[str, Any]) -> RetroSettings:
    forms = (ChannelForm(**_known(ChannelForm, each)) for each in document.get("forms", ()))
    reminder = document.get("reminder")
    if reminder is not None:
        reminder = RetroReminder(**_timed(RetroReminder, reminder, _REMINDER_MOMENTS))
    return RetroSettings(tuple(forms), reminder)


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
