from __future__ import annotations

from storage.records import GuildSettings, MonitoredChannel, ReportSchedule
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
