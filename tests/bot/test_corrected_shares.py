"""What a classifier says of its own errors reaches the report that is posted."""

from __future__ import annotations

from datetime import timedelta
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from bot.application import opened
from bot.settings import Settings
from classifiers.classifier import GROUP
from reports.report import WeeklyReport
from reports.weekly import compute
from storage.packing import moment_at
from storage.records import Batch, GuildSettings, MessageColumns, MessageRecord
from tests.reports.report_samples import AFTER, WEEK
from tests.support.simulated import NEUTRAL_HEAVY, written
from tests.support.simulated_backend import INFO
from tests.support.town import Shifted

GUILD = 7


def records(columns: MessageColumns) -> tuple[MessageRecord, ...]:
    return tuple(
        MessageRecord(
            message_id=place + 1,
            guild_id=GUILD,
            channel_id=1,
            thread_id=None,
            author=int(columns.author[place]).to_bytes(8, "big") + bytes(8),
            created_at=moment_at(int(columns.time[place])),
            edited_at=None,
            language="en",
            probabilities=tuple(columns.probabilities[place].tolist()),
            valence=0.0,
            model=columns.models[columns.model[place]],
        )
        for place in range(len(columns))
    )


def shares(report: WeeklyReport) -> list[float]:
    return [each.share.value for each in report.shares if each.share is not None]


async def test_the_bot_corrects_shares_with_what_its_classifier_says_of_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point = EntryPoint("simulated", "tests.support.simulated_backend:create", GROUP)
    monkeypatch.setattr("classifiers.classifier.entry_points", lambda group: [point])
    settings = Settings(
        store=f"sqlite:///{tmp_path / 'bot.sqlite3'}", data_dir=tmp_path, classifier="simulated"
    )
    now = AFTER + timedelta(days=1)
    week = written(np.random.default_rng(1), WEEK, NEUTRAL_HEAVY, 40, 3.0)
    async with opened(settings, Shifted(now)) as application:
        services = application.services
        await services.store.apply(Batch(upserts=records(week)))
        posted = (await services.reporter.render(GUILD, WEEK)).report
        guild = GuildSettings(GUILD)
        plain = await compute(services.store, guild, WEEK, now=now)
        known = services.classifier.info.correction
        ours = await compute(services.store, guild, WEEK, now=now, correction=known)
    assert known is INFO.correction
    assert shares(posted) == shares(ours)
    assert np.abs(np.array(shares(posted)) - shares(plain)).max() > 0.02
