"""The doctor: each check finds what is wrong with real files, sockets, fonts and stores."""

from __future__ import annotations

import base64
import io
import os
import socket
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fontTools.subset import Subsetter
from fontTools.ttLib import TTFont
from pylopdf_fonts_ko import sans_path
from rich.console import Console

from bot.doctor import machine, parts
from bot.doctor.finding import Finding, Speaker, Status
from bot.doctor.portal import portal
from bot.doctor.visit import CHECKS, check_all, examine, show
from bot.sandbox.events import Intent
from bot.sandbox.server import Sandbox
from bot.settings import Settings, load_settings
from classifiers.emotion import Emotion
from classifiers.prediction import Prediction
from reports.fonts import Face, FontBook
from storage.pseudonym import load_or_create_key

ENGLISH = Speaker("en")
KOREAN = Speaker("ko")

GOOD_TOKEN = ".".join(
    (base64.urlsafe_b64encode(b"123456789012345678").decode().rstrip("="), "GabcDE", "x-Y_z9" * 6)
)


@dataclass(frozen=True)
class StoppedClock:
    moment: datetime

    def now(self) -> datetime:
        return self.moment


def with_token(token: str) -> Settings:
    return load_settings(None, {"DISCORD_TOKEN": token})


def test_a_speaker_chooses_the_language() -> None:
    assert (KOREAN("가", "a"), ENGLISH("가", "a")) == ("가", "a")


# Discord itself


async def asked(server: Sandbox, token: str, say: Speaker = ENGLISH) -> Finding:
    return await portal(
        load_settings(None, {"DISCORD_TOKEN": token, "NUNCHI_DISCORD_API": server.base_url}), say
    )


async def test_discord_is_asked_for_token_and_intent() -> None:
    async with Sandbox(token=GOOD_TOKEN) as server:
        good = await asked(server, GOOD_TOKEN)
        assert (good.status, good.advice) == (Status.OK, "")
        refused = await asked(server, GOOD_TOKEN[:-1])
        assert (refused.status, refused.detail) == (Status.FAIL, "refuses the token")
        server.granted_intents = Intent.NONE
        silent = await asked(server, GOOD_TOKEN, KOREAN)
        assert silent.status is Status.FAIL
        assert "Message Content Intent" in silent.advice
        assert not server.gateway_counts["connect"], "nobody sees the bot come and go"
    away = await asked(server, GOOD_TOKEN)
    assert (away.status, away.detail) == (Status.WARN, "cannot be reached now")
    assert GOOD_TOKEN not in f"{good}{refused}{silent}{away}"


@pytest.mark.parametrize("token", ["", "no token"])
async def test_without_a_token_nobody_is_asked(token: str) -> None:
    finding = await portal(load_settings(None, {"DISCORD_TOKEN": token}), ENGLISH)
    assert (finding.status, finding.detail) == (Status.OK, "not asked, for want of a token")


# The machine


async def test_this_python_is_new_enough_and_an_old_one_is_not() -> None:
    assert (await machine.python(Settings(), ENGLISH)).status is Status.OK
    old = machine.python_version((3, 10, 14), KOREAN)
    assert (old.status, old.detail) == (Status.FAIL, "3.10.14")
    assert "3.11" in old.advice


async def test_timezones_are_looked_up() -> None:
    found = await machine.timezones(Settings(timezone="Europe/Berlin"), ENGLISH)
    assert (found.status, found.detail) == (Status.OK, "Asia/Seoul, Europe/Berlin")
    missing = machine.zones_known(["Nowhere/Land"], ENGLISH)
    assert missing.status is Status.FAIL
    assert "Nowhere/Land" in missing.detail
    assert "tzdata" in missing.advice


async def test_the_clock_of_this_machine_is_read(tmp_path: Path) -> None:
    found = await machine.clock(Settings(data_dir=tmp_path / "absent"), ENGLISH)
    assert found.detail.endswith("UTC")


@pytest.mark.parametrize(
    "moment", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC)]
)
def test_a_clock_before_the_release_or_far_after_it_is_wrong(
    moment: datetime, tmp_path: Path
) -> None:
    found = machine.clock_reading(StoppedClock(moment), tmp_path, ENGLISH)
    assert found.status is Status.FAIL
    assert "Set the clock" in found.advice


def test_a_clock_behind_the_data_files_is_suspicious(tmp_path: Path) -> None:
    now = machine.RELEASED + timedelta(days=30)
    file = tmp_path / "nunchi.sqlite3"
    assert machine.clock_reading(StoppedClock(now), tmp_path, ENGLISH).status is Status.OK
    file.touch()
    os.utime(file, (now.timestamp(), now.timestamp()))
    assert machine.clock_reading(StoppedClock(now), tmp_path, ENGLISH).status is Status.OK
    behind = machine.clock_reading(StoppedClock(now - timedelta(hours=1)), tmp_path, KOREAN)
    assert behind.status is Status.WARN
    assert "2026-12-20" in behind.detail


async def test_the_data_folder_can_be_written_or_made(tmp_path: Path) -> None:
    there = await machine.data_folder(Settings(data_dir=tmp_path), ENGLISH)
    assert (there.status, there.detail) == (Status.OK, str(tmp_path))
    later = await machine.data_folder(Settings(data_dir=tmp_path / "a" / "b"), ENGLISH)
    assert later.status is Status.OK
    assert "made at the first start" in later.detail
    assert list(tmp_path.iterdir()) == []


async def test_a_file_in_the_place_of_the_data_folder_is_told(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.touch()
    found = await machine.data_folder(Settings(data_dir=file), ENGLISH)
    assert found.status is Status.FAIL
    assert "NUNCHI_DATA_DIR" in found.advice


async def test_the_pseudonym_key(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    key = tmp_path / "pseudonym.key"
    assert "made at the first start" in (await machine.pseudonym_key(settings, ENGLISH)).detail
    assert not key.exists()
    load_or_create_key(key)
    assert (await machine.pseudonym_key(settings, ENGLISH)).status is Status.OK
    key.chmod(0o644)
    open_to_all = await machine.pseudonym_key(settings, KOREAN)
    assert (open_to_all.status, open_to_all.advice) == (Status.WARN, f"chmod 600 {key}")
    key.write_bytes(b"short")
    broken = await machine.pseudonym_key(settings, ENGLISH)
    assert broken.status is Status.FAIL
    assert "backup" in broken.advice
    given = load_settings(None, {"NUNCHI_PSEUDONYM_KEY": "k" * 32})
    assert (await machine.pseudonym_key(given, ENGLISH)).detail == "NUNCHI_PSEUDONYM_KEY"


# The token


async def test_no_token_is_a_warning_only() -> None:
    found = await parts.token(Settings(), KOREAN)
    assert found.status is Status.WARN
    assert "nunchi demo" in found.advice


async def test_a_token_names_its_application_and_is_not_repeated() -> None:
    found = await parts.token(with_token(GOOD_TOKEN), ENGLISH)
    assert (found.status, found.detail) == (Status.OK, "of application 123456789012345678")


@pytest.mark.parametrize(
    "token",
    [
        "abcdefghijklmnopqrstuvwxyz012345",
        f"Bot {GOOD_TOKEN}",
        f"{GOOD_TOKEN}.more",
        "bm8gZGlnaXRz.GabcDE.rest",
        "_w.GabcDE.rest",
        "A.GabcDE.rest",
        "MTIz..rest",
        "가나다.GabcDE.rest",
    ],
)
async def test_another_shape_is_no_token(token: str) -> None:
    found = await parts.token(with_token(token), ENGLISH)
    assert found.status is Status.FAIL
    assert "Reset Token" in found.advice
    assert token not in found.detail + found.advice


# The store


async def test_a_store_that_is_not_there_yet_is_tried_and_not_made(tmp_path: Path) -> None:
    found = await parts.store(Settings(data_dir=tmp_path / "data"), ENGLISH)
    assert found.status is Status.OK
    assert "made at the first start" in found.detail
    assert list(tmp_path.iterdir()) == []


async def test_a_store_answers(tmp_path: Path) -> None:
    (tmp_path / "nunchi.sqlite3").touch()
    found = await parts.store(Settings(data_dir=tmp_path), ENGLISH)
    assert found.status is Status.OK
    assert found.detail.endswith("ms)")


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "nunchi.sqlite3").write_bytes(b"this is no database at all" * 100)
    found = await parts.store(Settings(data_dir=tmp_path), KOREAN)
    assert found.status is Status.FAIL
    assert "NUNCHI_STORE" in found.advice


async def test_a_store_of_a_newer_version_asks_for_an_update(tmp_path: Path) -> None:
    file = tmp_path / "nunchi.sqlite3"
    assert (await parts.store_at(f"sqlite:///{file}", ENGLISH)).status is Status.OK
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 9999")
    connection.close()
    found = await parts.store(Settings(data_dir=tmp_path), ENGLISH)
    assert found.status is Status.FAIL
    assert "Update Nunchi" in found.advice


async def test_an_address_that_is_no_store_is_told_without_its_password() -> None:
    found = await parts.store(
        load_settings(None, {"NUNCHI_STORE": "mysql://u:hunter2@host/x"}), ENGLISH
    )
    assert found.status is Status.FAIL
    assert "docs/storage.md" in found.advice
    assert "hunter2" not in found.detail


async def test_a_server_that_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        url = f"mongodb://u:hunter2@127.0.0.1:{port}/nunchi"
        found = await parts.store_at(url, ENGLISH, patience=0.3)
    assert found.status is Status.FAIL
    assert "no answer" in found.detail
    assert "hunter2" not in found.detail


# The classifier


async def test_the_default_classifier_reads_happy_sentences() -> None:
    found = await parts.classifier(Settings(), ENGLISH)
    assert found.status is Status.OK
    assert "ko -> joy, en -> joy" in found.detail


async def test_an_unknown_classifier_is_told_with_the_known_ones() -> None:
    found = await parts.classifier(Settings(classifier="clairvoyant"), KOREAN)
    assert found.status is Status.FAIL
    assert "lexicon" in found.detail
    assert "NUNCHI_CLASSIFIER" in found.advice


async def test_an_option_that_the_classifier_does_not_know_is_told() -> None:
    found = await parts.classifier(Settings(classifier="lexicon?colour=red"), ENGLISH)
    assert found.status is Status.FAIL
    assert "docs/configuration.md" in found.advice


def test_a_model_that_misreads_happiness_is_worth_a_warning() -> None:
    happy, sad = (
        Prediction.of(
            {Emotion.JOY: joy, Emotion.SADNESS: 1 - joy},
            valence=joy - 0.5,
            language="en",
            model="m@1",
        )
        for joy in (0.9, 0.1)
    )
    assert parts.verdict("m@1", [happy, happy], ENGLISH).status is Status.OK
    found = parts.verdict("m@1", [happy, sad], KOREAN)
    assert (found.status, found.detail) == (Status.WARN, "m@1: ko -> joy, en -> sadness")
    assert found.advice


# Fonts and sentences


async def test_the_shipped_font_draws_korean_and_latin() -> None:
    found = await parts.fonts(Settings(), ENGLISH)
    assert found.status is Status.OK
    assert found.detail.endswith("가 A")


async def test_a_font_folder_without_fonts_is_told(tmp_path: Path) -> None:
    found = await parts.fonts(Settings(font_dir=tmp_path), ENGLISH)
    assert found.status is Status.FAIL
    assert "NUNCHI_FONT_DIR" in found.advice


@pytest.mark.no_cover
def test_a_font_without_korean_leaves_no_ink(tmp_path: Path) -> None:
    file = tmp_path / "latin.ttf"
    with TTFont(sans_path()) as font:
        subsetter = Subsetter()
        subsetter.populate(text="ABC abc")
        subsetter.subset(font)
        font.save(file)
    found = parts.fonts_in(FontBook((Face.read(file),), {}), ENGLISH)
    assert found.status is Status.FAIL
    assert found.detail.endswith("cannot draw 가")


async def test_the_sentences_of_the_bot_are_compiled(tmp_path: Path) -> None:
    assert (await parts.catalogues(Settings(), ENGLISH)).status is Status.OK
    missing = parts.catalogues_in(tmp_path, KOREAN)
    assert missing.status is Status.FAIL
    assert "pip install" in missing.advice


# The whole visit


async def test_wrong_settings_are_the_only_finding(tmp_path: Path) -> None:
    found = await examine(None, {"NUNCHI_LANGUAGE": "fr"}, "ko")
    assert [finding.status for finding in found] == [Status.FAIL]
    assert "NUNCHI_LANGUAGE=fr" in found[0].detail
    assert "docs/configuration.md" in found[0].advice


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_a_visit_runs_every_check_and_leaves_nothing_behind(
    tmp_path: Path, language: str
) -> None:
    file = tmp_path / ".env"
    file.write_text(f"DISCORD_TOKEN={GOOD_TOKEN}\n")
    data = tmp_path / "data"
    async with Sandbox(token=GOOD_TOKEN) as server:
        given = {"NUNCHI_DATA_DIR": str(data), "NUNCHI_DISCORD_API": server.base_url}
        found = await examine(file, given, language)
    assert len(found) == len(CHECKS) + 1
    assert str(file) in found[0].detail
    assert not data.exists()
    assert len({finding.name for finding in found}) == len(found)


async def test_both_languages_say_the_same(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    korean = await check_all(settings, KOREAN)
    english = await check_all(settings, ENGLISH)
    assert [each.status for each in korean] == [each.status for each in english]
    assert [bool(each.advice) for each in korean] == [bool(each.advice) for each in english]


async def test_without_a_file_the_settings_come_from_the_environment(tmp_path: Path) -> None:
    found = await examine(tmp_path / "absent", {"NUNCHI_DATA_DIR": str(tmp_path)}, "en")
    assert found[0].detail == "the environment"


def shown(findings: list[Finding], language: str) -> tuple[bool, str]:
    stream = io.StringIO()
    well = show(findings, language, Console(file=stream, width=100))
    return well, stream.getvalue()


def test_the_table_marks_each_finding_and_ends_with_a_verdict() -> None:
    good = Finding("clock", Status.OK, "[bold]as it stands[/bold]")
    warned = Finding("token", Status.WARN, "missing", "set it")
    bad = Finding("store", Status.FAIL, "gone", "start it")
    well, text = shown([good, warned], "en")
    assert well
    assert "[bold]as it stands[/bold]" in text
    assert "-> set it" in text
    assert text.rstrip().endswith("Nothing is wrong. Worth a look, marked with !: 1.")
    assert shown([good], "en")[1].rstrip().endswith("Nothing is wrong.")
    well, text = shown([good, bad], "ko")
    assert not well
    assert text.rstrip().endswith("고쳐야 할 것이 1개 있습니다.")


def test_the_table_fits_a_narrow_terminal() -> None:
    _, text = shown([Finding("store", Status.FAIL, "x " * 200, "y " * 50)], "en")
    assert max(map(len, text.splitlines())) <= 100
