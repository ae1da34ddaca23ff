"""Retrospectives beyond one process: after a restart, and judged again by another classifier."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.application import Application
from bot.reclassify_run import Request, judge_again
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from storage.open import open_store
from storage.retrospectives import ChannelKind
from tests.support.camp import Camp, pitch
from tests.support.mongodb_server import any_server, fresh_database, store_url
from tests.support.running_bot import running, settled

FIRST = "Keep\nwe talked every day.\nProblem\nthe build was slow."
SECOND = "And it made me angry, every single day.\nTry\ncaching"


@pytest.fixture
async def server():
    async with Sandbox() as running_server:
        yield running_server


async def make_retro(settings: Settings, camp: Camp) -> None:
    async with open_store(settings.store.get_secret_value()) as store:
        found = await store.settings(camp.guild.id)
        assert found is not None
        channels = tuple(replace(each, kind=ChannelKind.RETROSPECTIVE) for each in found.channels)
        await store.save_settings(replace(found, channels=channels))


async def sections(camp: Camp) -> dict[tuple[int, str], float]:
    now = datetime.now(UTC)
    async with open_store(camp.url) as store:
        return {
            (message_id, key): valence
            async for page in store.retrospectives(
                camp.guild.id, now - timedelta(days=2), now + timedelta(days=1)
            )
            for message_id, key, valence in zip(
                page.message_id.tolist(), page.section, page.valence.tolist(), strict=True
            )
        }


async def heard(camp: Camp, application: Application) -> None:
    await camp.server.flush()
    await settled(application)


@pytest.mark.parametrize("kind", ["sqlite", "mongodb"])
async def test_a_post_is_continued_after_a_restart(
    server: Sandbox, tmp_path: Path, kind: str
) -> None:
    if kind == "sqlite":
        await continued(await pitch(server, tmp_path, classifier="lexicon"))
        return
    with any_server(tmp_path / "mongodb") as address:
        url = store_url(address, fresh_database(), "")
        await continued(await pitch(server, tmp_path, classifier="lexicon", store=url))


async def continued(camp: Camp) -> None:
    await make_retro(camp.settings, camp)
    async with running(camp.settings) as application:
        first = await camp.say(FIRST)
        await heard(camp, application)
    second = await camp.say(SECOND)
    async with running(camp.settings) as application:
        await heard(camp, application)
        expected = {(first.id, "keep"), (first.id, "problem"), (second.id, "problem")}
        assert set(await sections(camp)) == expected | {(second.id, "try")}
        # An edit of what is not the newest message knows what it continues as well.
        await second.edit("It made me sad and angry, to be honest.")
        await heard(camp, application)
        assert set(await sections(camp)) == expected
        await camp.guild.say(camp.member, camp.channel, "ok")
        await application.services.privacy.opt_out(camp.guild.id, camp.member.id)
    assert await sections(camp) == {}


async def test_another_classifier_judges_sections_again(server: Sandbox, tmp_path: Path) -> None:
    camp = await pitch(server, tmp_path, classifier="lexicon")
    await make_retro(camp.settings, camp)
    async with running(camp.settings) as application:
        await camp.say(FIRST)
        opened = await camp.guild.run_command(camp.member, "retro write", {}, channel=camp.channel)
        await opened.submit_modal(liked="I loved it. So happy!", lacked="Sleep. I was so sad.")
        await heard(camp, application)
    before = await sections(camp)
    assert len(before) == 4
    settings = camp.settings.model_copy(update={"classifier": "embedded"})
    outcome, _ = await judge_again(
        settings, Request(camp.guild.id), lambda total: None, lambda count: None
    )
    assert (outcome.rejudged, outcome.silent) == (2, 0)
    after = await sections(camp)
    assert set(after) == set(before)
    assert all(after[key] != before[key] for key in before)
