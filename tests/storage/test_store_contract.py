"""What every store promises, run on each back end over its real driver."""

from __future__ import annotations

import asyncio
import gc
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest

from storage.claims import ALERT
from storage.errors import StoreUnavailable
from storage.open import open_store
from storage.packing import EPOCH
from storage.records import (
    Batch,
    ClaimState,
    ConsentMode,
    Deletion,
    Feedback,
    GuildSettings,
    MessageColumns,
    MessageRecord,
    MonitoredChannel,
    ReportClaim,
    ReportSchedule,
    Watermark,
)
from storage.store import Store
from tests.support.store_records import CHANNEL, FIRST_ID, GUILD, START, THREAD, author, record

OTHER_GUILD = GUILD + 1000
NOW = datetime(2026, 11, 9, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
FAR = START + timedelta(days=400)
NAIVE = datetime(2026, 11, 2)  # noqa: DTZ001 (refused everywhere: that is the test)

# A driver whose caller is cancelled while it connects drops the socket without closing it, now and
# then; Python reports that when the garbage is collected.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
)


def upserts(*records: MessageRecord) -> Batch:
    return Batch(upserts=records)


async def scanned(store: Store, guild_id: int = GUILD) -> list[MessageColumns]:
    return [page async for page in store.scan(guild_id, EPOCH, FAR)]


async def ids(store: Store, guild_id: int = GUILD) -> list[int]:
    pages = await scanned(store, guild_id)
    return [int(number) - FIRST_ID for page in pages for number in page.message_id]


class TestApply:
    async def test_counts_what_it_writes(self, store: Store) -> None:
        assert await store.apply(upserts(*map(record, range(100)))) == 100
        assert await ids(store) == list(range(100))

    async def test_an_empty_batch_is_fine(self, store: Store) -> None:
        assert await store.apply(Batch()) == 0

    async def test_the_same_batch_again_changes_nothing(self, store: Store) -> None:
        batch = Batch(
            upserts=tuple(map(record, range(70))),
            deletions=(Deletion(GUILD, (FIRST_ID + 3, FIRST_ID + 4)),),
            watermarks=(Watermark(GUILD, CHANNEL, FIRST_ID + 69),),
        )
        await store.apply(batch)
        before = await scanned(store)
        await store.apply(batch)
        after = await scanned(store)
        for one, other in zip(before, after, strict=True):
            for name in MessageColumns.__slots__:
                np.testing.assert_array_equal(getattr(one, name), getattr(other, name))

    async def test_deletions_follow_upserts_and_watermarks_come_along(self, store: Store) -> None:
        await store.apply(
            Batch(
                upserts=(record(1), record(2)),
                deletions=(Deletion(GUILD, (FIRST_ID + 1,)),),
                watermarks=(Watermark(GUILD, CHANNEL, FIRST_ID + 2),),
            )
        )
        assert await ids(store) == [2]
        assert await store.watermarks(GUILD) == {CHANNEL: FIRST_ID + 2}

    async def test_a_later_edit_replaces(self, store: Store) -> None:
        await store.apply(upserts(record(1)))
        edited = record(1, edited_at=START + HOUR, valence=-1.0, language="en", model="new@2")
        assert await store.apply(upserts(edited)) == 1
        (page,) = await scanned(store)
        assert page.valence.tolist() == [-1.0]
        assert (page.model.tolist(), page.models) == ([0], ("new@2",))

    async def test_an_older_edit_is_left_out(self, store: Store) -> None:
        await store.apply(upserts(record(1, edited_at=START + 2 * HOUR, valence=0.5)))
        older = record(1, edited_at=START + HOUR, valence=-1.0)
        assert await store.apply(upserts(older, record(1, valence=-1.0), record(2))) == 1
        (page,) = await scanned(store)
        assert page.valence.tolist()[0] == 0.5

    async def test_an_equal_edit_replaces_so_a_message_can_be_classified_again(
        self, store: Store
    ) -> None:
        await store.apply(upserts(record(1, edited_at=START + HOUR, valence=0.5)))
        again = record(1, edited_at=START + HOUR, valence=1.0)
        assert await store.apply(upserts(again)) == 1
        await store.apply(upserts(record(2, valence=0.5)))
        assert await store.apply(upserts(record(2, valence=1.0))) == 1
        (page,) = await scanned(store)
        assert page.valence.tolist() == [1.0, 1.0]

    async def test_within_a_batch_the_latest_edit_wins(self, store: Store) -> None:
        late = record(1, edited_at=START + 2 * HOUR, valence=1.0)
        early = record(1, edited_at=START + HOUR, valence=-1.0)
        await store.apply(upserts(late, early))
        await store.apply(upserts(replace(early, message_id=FIRST_ID + 2), record(2)))
        (page,) = await scanned(store)
        assert page.valence.tolist() == [1.0, -1.0]

    async def test_concurrent_edits_leave_the_latest(self, store: Store) -> None:
        versions = [
            record(1, edited_at=START + number * HOUR if number else None, valence=number / 20)
            for number in range(20)
        ]
        await asyncio.gather(*(store.apply(upserts(version)) for version in versions[::-1]))
        (page,) = await scanned(store)
        assert page.valence.tolist() == pytest.approx([19 / 20])

    async def test_a_deletion_stays_within_its_guild(self, store: Store) -> None:
        await store.apply(upserts(record(1)))
        await store.apply(Batch(deletions=(Deletion(OTHER_GUILD, (FIRST_ID + 1,)),)))
        assert await ids(store) == [1]

    async def test_many_deletions(self, store: Store) -> None:
        await store.apply(upserts(*map(record, range(200))))
        gone = tuple(range(FIRST_ID, FIRST_ID + 300))
        await store.apply(Batch(deletions=(Deletion(GUILD, gone), Deletion(GUILD, ()))))
        assert await ids(store) == []

    async def test_watermarks_only_move_forward(self, store: Store) -> None:
        for position in (5, 9, 7):
            await store.apply(Batch(watermarks=(Watermark(GUILD, CHANNEL, position),)))
        await store.apply(Batch(watermarks=(Watermark(GUILD, THREAD, 1),)))
        assert await store.watermarks(GUILD) == {CHANNEL: 9, THREAD: 1}
        assert await store.watermarks(OTHER_GUILD) == {}

    async def test_ids_of_64_bits(self, store: Store) -> None:
        largest = 2**63 - 1
        giant = record(
            0, message_id=largest, guild_id=largest, channel_id=largest - 1, thread_id=largest - 2
        )
        small = record(1, message_id=1, guild_id=largest)
        await store.apply(Batch((giant, small), (), (Watermark(largest, largest, largest),)))
        (page,) = await scanned(store, largest)
        assert page.message_id.tolist() == [largest, 1]
        assert page.channel_id.tolist() == [largest - 1, CHANNEL]
        assert await store.watermarks(largest) == {largest: largest}
        assert await store.versions(largest, largest - 2, 0, largest) == {largest: None}


class TestScan:
    async def test_columns_have_their_types_and_values(self, store: Store) -> None:
        await store.apply(upserts(*map(record, range(4))))
        (page,) = await scanned(store)
        assert len(page) == 4
        columns = [name for name in MessageColumns.__slots__ if name != "models"]
        kinds = [getattr(page, name).dtype for name in columns]
        expected: list[Any] = [np.int64, np.int64, np.uint64, np.int64]
        assert kinds == [*expected, np.float32, np.float32, np.int16]
        assert page.probabilities.shape == (4, 9)
        prefixes = [int.from_bytes(author(number)[:8], "big") for number in range(4)]
        assert page.author.tolist() == prefixes
        assert page.channel_id.tolist() == [CHANNEL] * 4
        start = int(START.timestamp() * 1000)
        assert page.time.tolist() == [start + 1000 * number for number in range(4)]
        assert page.valence.tolist() == pytest.approx([-1.0, -0.9, -0.8, -0.7])

    async def test_every_record_names_its_model(self, store: Store) -> None:
        names = ["lexicon@1", "embedded@1", "lexicon@1", '모델 "x", @2']
        rows = [record(number, model=name) for number, name in enumerate(names)]
        await store.apply(upserts(*rows))
        (page,) = await scanned(store)
        assert page.models == tuple(sorted(set(names)))
        assert [page.models[place] for place in page.model] == names

    async def test_an_absent_class_stays_absent(self, store: Store) -> None:
        await store.apply(upserts(record(0), record(1)))
        (page,) = await scanned(store)
        assert math.isnan(page.probabilities[0, 3])
        assert page.probabilities[0].tolist()[:3] == [0.5, 0.25, 0.0]
        assert page.probabilities[1].tolist()[:4] == [0.5, 0.25, 0.0, 0.25]
        assert int(np.isnan(page.probabilities).sum()) == 1

    async def test_start_is_included_and_end_is_not(self, store: Store) -> None:
        await store.apply(upserts(*map(record, range(10))))
        seconds = timedelta(seconds=1)
        pages = [page async for page in store.scan(GUILD, START + 2 * seconds, START + 5 * seconds)]
        assert [int(number) - FIRST_ID for page in pages for number in page.message_id] == [2, 3, 4]

    async def test_other_zones_name_the_same_moments(self, store: Store) -> None:
        await store.apply(upserts(*map(record, range(10))))
        seoul = timezone(timedelta(hours=9))
        start, end = (START + timedelta(seconds=n) for n in (2, 5))
        pages = store.scan(GUILD, start.astimezone(seoul), end.astimezone(seoul))
        assert [len(page) async for page in pages] == [3]

    async def test_the_order_is_time_then_id(self, store: Store) -> None:
        same = [record(number, created_at=START) for number in (5, 3, 4)]
        await store.apply(upserts(record(1, created_at=START + HOUR), *same))
        assert await ids(store) == [3, 4, 5, 1]

    async def test_guilds_are_apart(self, store: Store) -> None:
        await store.apply(upserts(record(1), record(2, guild_id=OTHER_GUILD)))
        assert await ids(store) == [1]
        assert await ids(store, OTHER_GUILD) == [2]

    async def test_nothing_there(self, store: Store) -> None:
        assert await scanned(store) == []

    async def test_many_records_come_once_each_in_order(self, store: Store, url: str) -> None:
        # Three to a moment, and one moment with more than a page, so that pages end inside one.
        total, crowd = (20_000, 5_000) if "sqlite" in url else (8_000, 2_000)
        times = [START + timedelta(seconds=max(number, crowd) // 3) for number in range(total)]
        records = [record(number, created_at=time) for number, time in enumerate(times)]
        for first in range(0, len(records), 2000):
            await store.apply(upserts(*records[first : first + 2000]))
        pages = await scanned(store)
        assert [int(n) - FIRST_ID for page in pages for n in page.message_id] == list(range(total))
        assert len(pages) > 1

    async def test_a_scan_and_writes_do_not_wait_for_each_other(self, store: Store) -> None:
        await store.apply(upserts(*map(record, range(1500))))
        seen = 0
        async for page in store.scan(GUILD, EPOCH, FAR):
            seen += len(page)
            await asyncio.wait_for(store.apply(upserts(record(-1))), timeout=60)
        assert seen >= 1500


class TestVersions:
    async def test_only_the_container_and_the_range(self, store: Store) -> None:
        edit = START + HOUR
        inside = [record(1), record(2, edited_at=edit), record(9)]
        elsewhere = [record(3, thread_id=THREAD), record(4, channel_id=5), record(5, guild_id=6)]
        await store.apply(upserts(*inside, *elsewhere))
        found = await store.versions(GUILD, CHANNEL, FIRST_ID + 1, FIRST_ID + 8)
        assert found == {FIRST_ID + 1: None, FIRST_ID + 2: edit}
        in_thread = await store.versions(GUILD, THREAD, FIRST_ID, FIRST_ID + 8)
        assert in_thread == {FIRST_ID + 3: None}

    async def test_times_are_kept_to_the_millisecond(self, store: Store) -> None:
        edit = START + timedelta(microseconds=123_999)
        await store.apply(upserts(record(1, edited_at=edit)))
        found = await store.versions(GUILD, CHANNEL, FIRST_ID, FIRST_ID + 1)
        assert found[FIRST_ID + 1] == START + timedelta(milliseconds=123)


class TestForgetting:
    async def test_a_channel_with_its_threads(self, store: Store) -> None:
        kept = record(3, channel_id=5)
        await store.apply(
            Batch(
                upserts=(record(1), record(2, thread_id=THREAD), kept, record(4, guild_id=6)),
                watermarks=tuple(Watermark(GUILD, place, 1) for place in (CHANNEL, THREAD, 5)),
            )
        )
        assert await store.delete_container(GUILD, CHANNEL) == 2
        assert await ids(store) == [3]
        assert await ids(store, 6) == [4]
        assert await store.watermarks(GUILD) == {5: 1}
        assert await store.delete_container(GUILD, CHANNEL) == 0

    async def test_a_thread_alone(self, store: Store) -> None:
        marks = tuple(Watermark(GUILD, place, 1) for place in (CHANNEL, THREAD))
        await store.apply(Batch((record(1), record(2, thread_id=THREAD)), (), marks))
        assert await store.delete_container(GUILD, THREAD) == 1
        assert await ids(store) == [1]
        assert await store.watermarks(GUILD) == {CHANNEL: 1}

    async def test_a_guild_keeps_only_its_opt_outs(self, store: Store) -> None:
        for guild_id in (GUILD, OTHER_GUILD):
            mark = Watermark(guild_id, CHANNEL, 1)
            shift = guild_id - GUILD
            await store.apply(
                Batch((record(shift + 1, guild_id=guild_id, author=author(1)),), (), (mark,))
            )
            await store.opt_out(guild_id, author(2), NOW)
            await store.save_settings(GuildSettings(guild_id))
            await store.add_feedback(replace(FEEDBACK, guild_id=guild_id))
            await store.claim_report(guild_id, "2026-W45", "a", now=NOW, until=NOW + HOUR)
        assert await store.delete_guild(GUILD) == 1
        assert await store.opted_out(GUILD) == {author(2)}
        assert await ids(store) == []
        assert await store.settings(GUILD) is None
        assert not await store.watermarks(GUILD)
        assert not await store.feedback(GUILD)
        assert not await store.report_claims(GUILD)
        assert len(await ids(store, OTHER_GUILD)) == 1
        assert await store.settings(OTHER_GUILD) == GuildSettings(OTHER_GUILD)
        assert len(await store.feedback(OTHER_GUILD)) == 1
        assert len(await store.report_claims(OTHER_GUILD)) == 1

    async def test_a_large_guild(self, store: Store) -> None:
        records = [record(number) for number in range(5000)]
        await store.apply(upserts(*records))
        assert await store.delete_guild(GUILD) == 5000
        assert await ids(store) == []

    async def test_an_author(self, store: Store) -> None:
        await store.apply(upserts(*map(record, range(10)), record(11, guild_id=OTHER_GUILD)))
        await store.add_feedback(replace(FEEDBACK, author=author(1)))
        await store.add_feedback(replace(FEEDBACK, author=author(2)))
        until = record(6).created_at
        assert await store.delete_author(GUILD, author(1), until) == 2
        assert [number % 5 for number in await ids(store)] == [0, 2, 3, 4] * 2
        assert [given.author for given in await store.feedback(GUILD)] == [author(2)]
        assert await ids(store, OTHER_GUILD) == [11]
        assert await store.opted_out(GUILD) == frozenset()

    async def test_an_erasure_holds_for_what_was_written_before_it(self, store: Store) -> None:
        await store.delete_author(GUILD, author(1), record(6).created_at)
        await store.delete_author(GUILD, author(1), record(1).created_at)
        assert await store.apply(upserts(record(1), record(6), record(11), record(2))) == 2
        assert await ids(store) == [2, 11]

    async def test_what_is_older_than_the_retention(self, store: Store) -> None:
        await store.apply(upserts(*map(record, range(10)), record(1, guild_id=5, message_id=1)))
        border = START + timedelta(seconds=4)
        await store.add_feedback(replace(FEEDBACK, message_id=1, created_at=border - HOUR))
        await store.add_feedback(replace(FEEDBACK, message_id=2, created_at=border))
        assert await store.delete_before(GUILD, border) == 4
        assert await ids(store) == [4, 5, 6, 7, 8, 9]
        assert [given.message_id for given in await store.feedback(GUILD)] == [2]
        assert len(await scanned(store, 5)) == 1


class TestOptOuts:
    async def test_forgets_and_refuses(self, store: Store) -> None:
        await store.apply(upserts(*map(record, range(10))))
        await store.add_feedback(replace(FEEDBACK, author=author(1)))
        assert await store.opt_out(GUILD, author(1), NOW) == 2
        assert await store.opted_out(GUILD) == {author(1)}
        assert await store.feedback(GUILD) == []
        assert await store.apply(upserts(*map(record, range(10)))) == 8
        assert len(await ids(store)) == 8

    async def test_an_edit_by_a_refused_author_is_left_out(self, store: Store) -> None:
        await store.opt_out(GUILD, author(1), NOW)
        assert await store.apply(upserts(record(1, edited_at=NOW))) == 0

    async def test_a_guild_decides_for_itself(self, store: Store) -> None:
        await store.opt_out(GUILD, author(1), NOW)
        assert await store.apply(upserts(record(1, guild_id=OTHER_GUILD))) == 1
        assert await store.opted_out(OTHER_GUILD) == frozenset()

    async def test_survives_every_forgetting(self, store: Store) -> None:
        await store.opt_out(GUILD, author(1), NOW)
        await store.delete_author(GUILD, author(1), NOW)
        await store.delete_guild(GUILD)
        await store.delete_before(GUILD, FAR)
        assert await store.apply(upserts(record(1))) == 0

    async def test_can_be_repeated_and_taken_back(self, store: Store) -> None:
        await store.opt_out(GUILD, author(1), NOW)
        assert await store.opt_out(GUILD, author(1), NOW + HOUR) == 0
        at = record(5).created_at
        assert await store.opt_in(GUILD, author(1), at) is True
        assert await store.opt_in(GUILD, author(1), at) is False
        # What was written while the author was out stays out, whoever reads it again.
        assert await store.apply(upserts(record(1), record(6))) == 1
        assert await ids(store) == [6]
        assert await store.opt_out(GUILD, author(1), NOW) == 1
        assert await store.opted_out(GUILD) == {author(1)}

    async def test_nothing_slips_in_while_batches_are_written(self, store: Store) -> None:
        async def keep_writing(turn: int) -> None:
            for step in range(15):
                first = (turn * 15 + step) * 20
                await store.apply(upserts(*map(record, range(first, first + 20))))

        async def refuse() -> None:
            await asyncio.sleep(0.02)
            for number in range(3):
                await store.opt_out(GUILD, author(number), NOW)

        await asyncio.gather(*map(keep_writing, range(4)), refuse())
        refused = {int.from_bytes(author(number)[:8], "big") for number in range(3)}
        pages = await scanned(store)
        assert pages
        assert not refused & {int(number) for page in pages for number in page.author}


FULL_SETTINGS = GuildSettings(
    guild_id=GUILD,
    language="ko",
    timezone="Asia/Seoul",
    theme="light",
    channels=(MonitoredChannel(CHANNEL, 5, 2**63 - 1), MonitoredChannel(THREAD, 0)),
    report=ReportSchedule(CHANNEL, 6, 23, NOW + timedelta(microseconds=5), paused=True),
    consent=ConsentMode.EXPLICIT,
    retention_days=30,
    minimum_group=7,
)


class TestSettings:
    @pytest.mark.parametrize("settings", [GuildSettings(GUILD), FULL_SETTINGS])
    async def test_every_field_comes_back(self, store: Store, settings: GuildSettings) -> None:
        await store.save_settings(settings)
        assert await store.settings(GUILD) == settings
        assert await store.all_settings() == [settings]

    async def test_saving_again_replaces(self, store: Store) -> None:
        await store.save_settings(FULL_SETTINGS)
        await store.save_settings(GuildSettings(GUILD))
        assert await store.settings(GUILD) == GuildSettings(GUILD)

    async def test_all_come_by_guild_id(self, store: Store) -> None:
        for guild_id in (10, 2**63 - 1, 9):
            await store.save_settings(GuildSettings(guild_id))
        found = await store.all_settings()
        assert [settings.guild_id for settings in found] == [9, 10, 2**63 - 1]

    async def test_an_unknown_guild_has_none(self, store: Store) -> None:
        assert await store.settings(GUILD) is None
        assert await store.all_settings() == []


WEEK = "2026-W45"


async def claimed(
    store: Store, owner: str, now: datetime = NOW, *, period: str = WEEK
) -> ReportClaim | None:
    return await store.claim_report(GUILD, period, owner, now=now, until=now + HOUR)


async def certainly_claimed(store: Store, owner: str, now: datetime = NOW) -> ReportClaim:
    claim = await claimed(store, owner, now)
    assert claim is not None
    return claim


class TestClaims:
    async def test_the_first_has_it_and_others_do_not(self, store: Store) -> None:
        mine = await claimed(store, "a")
        assert mine == ReportClaim(GUILD, WEEK, "a", ClaimState.CLAIMED, NOW + HOUR, 1)
        assert await claimed(store, "b") is None
        assert await store.report_claims(GUILD) == [mine]

    async def test_of_three_at_once_one_wins(self, url: str) -> None:
        async with open_store(url) as one, open_store(url) as two, open_store(url) as three:
            for number in range(10):
                period = f"2026-W{number + 10}"
                attempts = (
                    claimed(store, owner, period=period)
                    for store, owner in ((one, "a"), (two, "b"), (three, "c"))
                )
                winners = [claim for claim in await asyncio.gather(*attempts) if claim]
                assert len(winners) == 1
                assert winners[0].attempt == 1

    async def test_of_three_that_take_over_one_wins(self, url: str) -> None:
        async with open_store(url) as one, open_store(url) as two, open_store(url) as three:
            await claimed(one, "dead")
            late = NOW + 2 * HOUR
            attempts = (
                claimed(store, owner, late)
                for store, owner in ((one, "a"), (two, "b"), (three, "c"))
            )
            winners = [claim for claim in await asyncio.gather(*attempts) if claim]
            assert [claim.attempt for claim in winners] == [2]

    async def test_the_owner_of_a_live_claim_extends_it(self, store: Store) -> None:
        await claimed(store, "a")
        later = await certainly_claimed(store, "a", NOW + HOUR / 2)
        assert (later.attempt, later.until) == (1, NOW + HOUR / 2 + HOUR)
        assert await claimed(store, "b", NOW + HOUR) is None

    async def test_an_expired_claim_is_taken_over(self, store: Store) -> None:
        lost = await certainly_claimed(store, "a")
        taken = await certainly_claimed(store, "b", NOW + HOUR)
        assert (taken.owner, taken.attempt) == ("b", 2)
        assert await store.finish_report(replace(lost, state=ClaimState.POSTED)) is False
        await store.release_report(lost)
        assert await store.report_claims(GUILD) == [taken]

    async def test_even_by_its_owner_an_expired_claim_is_a_new_attempt(self, store: Store) -> None:
        await claimed(store, "a")
        again = await certainly_claimed(store, "a", NOW + 2 * HOUR)
        assert again.attempt == 2

    async def test_posted_is_final(self, store: Store) -> None:
        mine = await certainly_claimed(store, "a")
        posted = replace(mine, state=ClaimState.POSTED, channel_id=CHANNEL, message_id=2**63 - 1)
        assert await store.finish_report(posted) is True
        assert await store.finish_report(posted) is True  # repeated after a lost answer
        assert await store.finish_report(replace(posted, message_id=5)) is False
        assert await claimed(store, "a") is None
        assert await claimed(store, "b", NOW + 9 * HOUR) is None
        await store.release_report(posted)
        assert await store.report_claims(GUILD) == [posted]

    async def test_skipped_is_final(self, store: Store) -> None:
        mine = await certainly_claimed(store, "a")
        assert await store.finish_report(replace(mine, state=ClaimState.SKIPPED)) is True
        assert await claimed(store, "b", NOW + 9 * HOUR) is None
        (found,) = await store.report_claims(GUILD)
        assert (found.state, found.message_id) == (ClaimState.SKIPPED, None)

    async def test_nobody_finishes_what_was_never_claimed(self, store: Store) -> None:
        ghost = ReportClaim(GUILD, WEEK, "a", ClaimState.POSTED, NOW, 1, CHANNEL, 5)
        assert await store.finish_report(ghost) is False
        await store.release_report(ghost)
        assert await store.report_claims(GUILD) == []

    async def test_a_released_claim_is_free_at_once(self, store: Store) -> None:
        mine = await certainly_claimed(store, "a")
        await store.release_report(mine)
        taken = await certainly_claimed(store, "b", NOW)
        assert taken.attempt == 2

    async def test_claims_come_newest_period_first(self, store: Store) -> None:
        for period in ("2026-W09", "2025-W52", "2026-W10"):
            await claimed(store, "a", period=period)
        periods = [claim.period for claim in await store.report_claims(GUILD)]
        assert periods == ["2026-W10", "2026-W09", "2025-W52"]
        assert await store.report_claims(OTHER_GUILD) == []

    async def test_alerts_are_claimed_apart_from_reports(self, store: Store) -> None:
        names = [f"{ALERT}{CHANNEL}-2026-11-0{day}T06" for day in (2, 9)]
        report, *alerts = [await claimed(store, "a", period=name) for name in (WEEK, *names)]
        assert await claimed(store, "b", period=names[0]) is None
        assert await store.report_claims(GUILD) == [report]
        assert await store.alert_claims(GUILD) == alerts[::-1]
        assert await store.alert_claims(OTHER_GUILD) == []
        await store.delete_guild(GUILD)
        assert await store.alert_claims(GUILD) == []


FEEDBACK = Feedback(
    guild_id=GUILD,
    message_id=FIRST_ID + 1,
    author=author(1),
    predicted="joy",
    corrected="anger",
    model="lexicon@1",
    created_at=NOW,
)


class TestFeedback:
    async def test_comes_back_oldest_first(self, store: Store) -> None:
        older = replace(FEEDBACK, message_id=FIRST_ID, created_at=NOW - HOUR)
        by_another = replace(FEEDBACK, author=author(2), created_at=NOW + HOUR)
        for given in (by_another, FEEDBACK, older, replace(FEEDBACK, guild_id=OTHER_GUILD)):
            await store.add_feedback(given)
        assert await store.feedback(GUILD) == [older, FEEDBACK, by_another]

    async def test_a_second_thought_replaces(self, store: Store) -> None:
        await store.add_feedback(FEEDBACK)
        second = replace(FEEDBACK, corrected="joy", created_at=NOW + HOUR)
        await store.add_feedback(second)
        assert await store.feedback(GUILD) == [second]


class TestNaiveTimes:
    @pytest.mark.parametrize("field", ["created_at", "edited_at"])
    async def test_of_records(self, store: Store, field: str) -> None:
        naive: dict[str, Any] = {field: NAIVE}
        with pytest.raises(ValueError, match="timezone-aware"):
            await store.apply(upserts(record(1), record(2, **naive)))
        assert await ids(store) == []

    @pytest.mark.parametrize("bounds", [(NAIVE, NOW), (START, NAIVE)])
    async def test_of_scans(self, store: Store, bounds: tuple[datetime, datetime]) -> None:
        with pytest.raises(ValueError, match="timezone-aware"):
            [page async for page in store.scan(GUILD, *bounds)]

    async def test_of_everything_else(self, store: Store) -> None:
        schedule = ReportSchedule(since=NAIVE)
        for attempt in (
            store.delete_before(GUILD, NAIVE),
            store.opt_out(GUILD, author(1), NAIVE),
            store.opt_in(GUILD, author(1), NAIVE),
            store.delete_author(GUILD, author(1), NAIVE),
            store.save_settings(GuildSettings(GUILD, report=schedule)),
            store.claim_report(GUILD, WEEK, "a", now=NAIVE, until=NOW),
            store.claim_report(GUILD, WEEK, "a", now=NOW, until=NAIVE),
            store.add_feedback(replace(FEEDBACK, created_at=NAIVE)),
        ):
            with pytest.raises(ValueError, match="timezone-aware"):
                await attempt
        assert await store.opted_out(GUILD) == frozenset()


class TestLife:
    async def test_what_is_written_is_there_after_opening_again(self, url: str) -> None:
        async with open_store(url) as store:
            await store.apply(upserts(record(1)))
        async with open_store(url) as store:
            await store.ping()
            assert await ids(store) == [1]

    async def test_closing_twice_is_harmless(self, url: str) -> None:
        store = open_store(url)
        async with store:
            await store.ping()
        await store.__aexit__(None, None, None)

    async def test_a_closed_store_says_so_and_can_be_opened_again(self, url: str) -> None:
        store = open_store(url)
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="not open"):
                await store.ping()
            async with store:
                await store.ping()

    async def test_two_see_what_the_other_wrote(self, url: str) -> None:
        async with open_store(url) as one, open_store(url) as two:
            await one.apply(upserts(record(1)))
            await two.apply(upserts(record(2)))
            assert await ids(one) == await ids(two) == [1, 2]

    async def test_a_cancelled_caller_leaves_the_store_usable(self, store: Store) -> None:
        for number in range(5):
            first = number * 500
            task = asyncio.create_task(
                store.apply(upserts(*map(record, range(first, first + 500))))
            )
            await asyncio.sleep(0.002 * number)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        gc.collect()
        await store.apply(upserts(*map(record, range(2500))))
        assert await ids(store) == list(range(2500))
