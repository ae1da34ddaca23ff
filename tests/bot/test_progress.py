from __future__ import annotations

import pytest

from bot.progress import Progress

GUILD, CHANNEL = 7, 70


@pytest.fixture
def progress() -> Progress:
    return Progress()


def trust(progress: Progress, container_id: int = CHANNEL) -> None:
    progress.close_gap(container_id, progress.hold(GUILD, container_id))


def test_live_messages_do_not_move_the_watermark_before_the_gap_is_closed(progress):
    assert progress.stored_live(CHANNEL, 100) is None
    assert progress.watermark(CHANNEL) is None


def test_closing_the_gap_lets_the_watermark_jump_to_the_last_live_message(progress):
    generation = progress.hold(GUILD, CHANNEL)
    progress.stored_live(CHANNEL, 120)
    progress.read(CHANNEL, 100)
    assert progress.close_gap(CHANNEL, generation) == 120


def test_closing_a_gap_without_live_messages_writes_nothing(progress):
    assert progress.close_gap(CHANNEL, progress.hold(GUILD, CHANNEL)) is None


def test_trusted_containers_move_with_live_messages_and_never_back(progress):
    trust(progress)
    assert progress.stored_live(CHANNEL, 200) == 200
    assert progress.stored_live(CHANNEL, 150) == 200


def test_a_newer_gap_is_not_closed_by_the_reading_of_an_older_one(progress):
    older = progress.hold(GUILD, CHANNEL)
    newer = progress.hold(GUILD, CHANNEL)
    assert progress.close_gap(CHANNEL, older) is None
    assert progress.is_held(CHANNEL)
    progress.close_gap(CHANNEL, newer)
    assert not progress.is_held(CHANNEL)


def test_a_new_session_distrusts_only_the_guilds_it_concerns(progress):
    trust(progress, 70)
    progress.close_gap(80, progress.hold(8, 80))
    pending = progress.hold(GUILD, 71)
    progress.distrust(lambda guild_id: guild_id == GUILD)
    assert progress.is_held(70)
    assert not progress.is_held(80)
    assert progress.close_gap(71, pending) is None, "a reading of the old session closes nothing"


def test_loaded_watermarks_never_move_back(progress):
    progress.load({CHANNEL: 300})
    progress.load({CHANNEL: 200})
    assert progress.watermark(CHANNEL) == 300


def test_a_forgotten_container_starts_from_nothing(progress):
    trust(progress)
    progress.stored_live(CHANNEL, 10)
    progress.forget(CHANNEL)
    assert progress.watermark(CHANNEL) is None
    assert progress.is_held(CHANNEL)
