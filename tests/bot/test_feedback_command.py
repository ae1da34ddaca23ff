"""``nunchi feedback export``, and that training and evaluation read what it writes."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import nunchi
from classifiers.training.datasets.source import read_source
from storage.open import open_store
from storage.records import Feedback, GuildSettings

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
GIVEN = Feedback(1, 100, bytes([1] * 16), "joy", "joy", "embedded@3", NOW, language="en")
TEXTS = (
    ("I am so happy about this, thank you all", "joy"),
    ("this makes me\tso angry\nreally", "anger"),
    ('"quoted" 오늘 너무 슬퍼', "sadness"),
    ("무서워서 잠이 안 와", "fear"),
)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'nunchi.sqlite3'}"

    async def fill() -> None:
        async with open_store(url) as opened:
            for guild_id in (1, 2):
                await opened.save_settings(GuildSettings(guild_id))
            for number, (text, label) in enumerate(TEXTS):
                at = NOW + timedelta(minutes=number)
                given = replace(GIVEN, message_id=number, created_at=at, corrected=label, text=text)
                await opened.add_feedback(given)
            await opened.add_feedback(replace(GIVEN, message_id=50))
            await opened.add_feedback(replace(GIVEN, guild_id=2, message_id=51, text="so glad"))

    asyncio.run(fill())
    return url


def run(*arguments: str) -> Result:
    return CliRunner().invoke(nunchi, ["feedback", "export", *arguments])


def test_texts_stand_with_the_emotion_that_their_author_names(store: str, tmp_path: Path) -> None:
    out = tmp_path / "feedback.tsv"
    done = run("--store", store, "--guild", "1", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert "4 texts by 1 people; 5 judgements in all" in done.stderr
    lines = out.read_text("utf-8").splitlines()
    assert lines[0].split("\t")[:2] == ["text", "label"]
    assert lines[2].split("\t")[:2] == ["this makes me so angry really", "anger"]
    assert len(lines) == 5
    assert bytes([1] * 16).hex() not in out.read_text("utf-8")


def test_without_a_server_all_are_written(store: str) -> None:
    done = run("--store", store)
    assert "so glad\tjoy\ten\tjoy\tembedded@3" in done.stdout
    assert len(done.stdout.splitlines()) == 6


def test_a_store_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = run("--store", f"sqlite:///{tmp_path / 'other.sqlite3'}")
    assert done.exit_code != 0
    assert "there is no database" in done.stderr
    assert not (tmp_path / "other.sqlite3").exists()


def test_evaluation_reads_what_is_written(store: str, tmp_path: Path) -> None:
    out = tmp_path / "feedback.tsv"
    run("--store", store, "--guild", "1", "--out", str(out))
    done = CliRunner().invoke(nunchi, ["evaluate", "--data", str(out), "--json"])
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert "accuracy" in json.dumps(figures)


def test_training_reads_what_is_written(store: str, tmp_path: Path) -> None:
    out = tmp_path / "feedback.tsv"
    run("--store", store, "--guild", "1", "--out", str(out))
    examples = read_source(str(out))  # what every command of ``nunchi train`` reads with
    assert [(each.text, each.labels) for each in examples] == [
        (" ".join(text.split()), (label,)) for text, label in TEXTS
    ]
