from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from storage.companion_settings import CompanionSettings
from storage.records import AlertSettings, GuildSettings, MonitoredChannel, ReportSchedule
from storage.settings_document import settings_from_document, settings_to_document

SETTINGS = GuildSettings(1, channels=(MonitoredChannel(2, 3, 4),), report=ReportSchedule(5))


def test_what_an_older_version_did_not_know_takes_its_default() -> None:
    assert settings_from_document({"guild_id": 1}) == GuildSettings(1)
    document = settings_to_document(SETTINGS)
    del document["report"]["hour"], document["channels"][0]["notice_id"], document["consent"]
    found = settings_from_document(document)
    assert found.channels == (MonitoredChannel(2, 3, None),)
    assert found.report == SETTINGS.report


def test_what_is_not_known_is_left_out() -> None:
    document = settings_to_document(SETTINGS)
    document["mystery"] = document["report"]["mystery"] = document["channels"][0]["mystery"] = 1
    assert settings_from_document(document) == SETTINGS


def test_every_choice_about_reports_survives() -> None:
    moment = datetime(2026, 11, 20, 3, tzinfo=UTC)
    report = ReportSchedule(5, 3, 2, moment, False, moment, moment, True, 77)
    settings = replace(SETTINGS, report=report)
    document = json.loads(json.dumps(settings_to_document(settings)))
    assert settings_from_document(document) == settings


def test_every_choice_about_alerts_survives() -> None:
    moment = datetime(2026, 11, 20, 3, tzinfo=UTC)
    settings = replace(SETTINGS, alerts=AlertSettings(5, moment, moment, 77))
    document = json.loads(json.dumps(settings_to_document(settings)))
    assert settings_from_document(document) == settings
    del document["alerts"]
    assert settings_from_document(document).alerts == AlertSettings()


def test_alerts_are_off_until_they_are_switched_on_and_while_they_are_quiet() -> None:
    moment = datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert not AlertSettings().are_on(moment)
    assert AlertSettings(5).are_on(moment)
    quiet = AlertSettings(5, quiet_until=moment)
    assert not quiet.are_on(moment - timedelta(seconds=1))
    assert quiet.are_on(moment)


def test_a_pause_ends_by_itself() -> None:
    until = datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert ReportSchedule(paused_until=until).is_paused(datetime(2026, 11, 20, 2, tzinfo=UTC))
    assert not ReportSchedule(paused_until=until).is_paused(until)
    assert ReportSchedule(paused=True).is_paused(until)


def test_every_choice_about_the_companion_survives() -> None:
    settings = replace(SETTINGS, companion=CompanionSettings(False, False, "KR"))
    document = json.loads(json.dumps(settings_to_document(settings)))
    assert settings_from_document(document) == settings
    del document["companion"]
    assert settings_from_document(document).companion == CompanionSettings()
