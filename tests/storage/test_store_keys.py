"""Leases, keys and walks: what keeps a store in order, in both stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from storage.errors import KeyUnusable, Rekeyed, RekeyUnfinished, StoreInUse
from storage.leases import AT_WORK, EVERYWHERE, Lease
from storage.open import open_store
from storage.pseudonym import KeyRing
from storage.records import PSEUDONYM_BYTES, Batch, Feedback
from storage.store import Store
from tests.support.store_records import CHANNEL, FIRST_ID, GUILD, START, THREAD, record

KEYS = (bytes(32), bytes([1]) * 32, bytes([2]) * 32)
ONE, TWO, THREE = (KeyRing(KEYS[:count]) for count in (1, 2, 3))
NOW = START + timedelta(days=1)
MINUTE = timedelta(minutes=1)
PEOPLE = range(7)
END = START + timedelta(days=30)


def person(number: int, keys: int = 1, guild: int = GUILD) -> bytes:
    return THREE.pseudonymiser(keys).author(guild, number)


def names(keys: int, people=PEOPLE) -> set[bytes]:
    return {person(number, keys) for number in people}


async def fill(store: Store, messages: int = 70) -> None:
    """Write something in every place that keeps a pseudonym."""
    batch = [record(n, author=person(n % len(PEOPLE))) for n in range(messages)]
    await store.apply(Batch(tuple(batch)))
    await store.apply(Batch((record(9000, guild_id=GUILD + 1, author=person(1, guild=GUILD + 1)),)))
    await store.opt_out(GUILD, person(100), NOW)
    await store.delete_author(GUILD, person(101), NOW)
    for number in PEOPLE:
        await store.allow_personal(GUILD, person(number), NOW)
        await store.allow_links(GUILD, person(number), NOW)
        given = Feedback(GUILD, FIRST_ID + number, person(number), "joy", "joy", "m", NOW)
        await store.add_feedback(given)


async def written_by(store: Store, keys: int, people=PEOPLE) -> dict[int, set[int]]:
    """Return person -> message numbers, as they are found under some keys."""
    found: dict[int, set[int]] = {}
    for number in people:
        found[number] = set()
        async for page in store.author_records(GUILD, person(number, keys)):
            found[number] |= {each.message_id - FIRST_ID for each in page}
    return found


EXPECTED = {number: set(range(number, 70, len(PEOPLE))) for number in PEOPLE}


async def assert_under(store: Store, keys: int) -> None:
    """Everything of everybody is found under these keys, and nothing under the others."""
    assert await written_by(store, keys) == EXPECTED
    for others in {1, 2, 3} - {keys}:
        assert not any((await written_by(store, others)).values())
        assert await store.opted_out(GUILD) != {person(100, others)}
    assert await store.opted_out(GUILD) == {person(100, keys)}
    for number in PEOPLE:
        choices = await store.choices(GUILD, person(number, keys))
        assert choices.personal_since == choices.linked_since == NOW
    assert set(await store.linkable(GUILD)) == names(keys)
    assert {each.author for each in await store.feedback(GUILD)} == names(keys)
    assert await store.count_author(GUILD + 1, person(1, keys, GUILD + 1)) == 1
    # Refused before and after: an opt-out for all, an erasure for what came before it.
    late = [record(500 + n, author=person(100 + n, keys)) for n in range(2)]
    assert await store.apply(Batch(tuple(late))) == 0


class TestRotation:
    async def test_every_row_is_found_under_the_new_key_only(self, store: Store) -> None:
        await fill(store)
        assert await store.adopt_keys(ONE) == 1
        counts = await store.rekey(TWO, NOW)
        assert sorted(count for count in counts.values() if count) == [2, 7, 7, 7, 71]
        await assert_under(store, 2)

    async def test_again_and_two_at_once(self, store: Store) -> None:
        await fill(store)
        await store.adopt_keys(ONE)
        await store.rekey(TWO, NOW)
        await store.rekey(THREE, NOW)
        await assert_under(store, 3)

    async def test_two_steps_at_once(self, store: Store) -> None:
        await fill(store)
        await store.adopt_keys(ONE)
        await store.rekey(THREE, NOW)
        await assert_under(store, 3)

    async def test_what_is_written_after_a_rotation_comes_along_in_the_next(
        self, store: Store
    ) -> None:
        await fill(store, 35)
        await store.adopt_keys(ONE)
        await store.rekey(TWO, NOW)
        rest = [record(n, author=person(n % len(PEOPLE), 2)) for n in range(35, 70)]
        await store.apply(Batch(tuple(rest)))
        await store.rekey(THREE, NOW)
        await assert_under(store, 3)

    async def test_doing_it_again_changes_nothing(self, store: Store) -> None:
        await fill(store)
        await store.adopt_keys(ONE)
        await store.rekey(TWO, NOW)
        assert not await store.rekey(TWO, NOW)
        await assert_under(store, 2)

    @pytest.mark.parametrize("dies_at", [1, 3, 9, 16, 25])
    async def test_interrupted_anywhere_and_resumed(self, store: Store, dies_at: int) -> None:
        class Dying(KeyRing):
            calls = 0

            def wrapped(self, author: bytes, version: int) -> bytes:
                self.calls += 1
                if self.calls >= dies_at:
                    raise SystemError("the power failed")
                return super().wrapped(author, version)

        await fill(store)
        await store.adopt_keys(ONE)
        with pytest.raises(Exception):  # noqa: B017, PT011 -- SQLite has a name of its own for it
            await store.rekey(Dying(KEYS[:2]), NOW)
        await store.rekey(TWO, NOW)
        await assert_under(store, 2)

    async def test_a_bot_at_work_is_not_cut_off(self, store: Store) -> None:
        await fill(store)
        await store.adopt_keys(ONE)
        at_work = Lease(EVERYWHERE, f"{AT_WORK}one", "one", NOW + MINUTE)
        await store.take_lease(at_work, NOW)
        with pytest.raises(StoreInUse, match="in 60 s"):
            await store.rekey(TWO, NOW)
        await assert_under(store, 1)
        assert await store.adopt_keys(ONE) == 1
        await store.drop_lease(at_work)
        await store.rekey(TWO, NOW)
        await assert_under(store, 2)

    async def test_a_bot_that_slept_through_it_writes_nothing_more(
        self, store: Store, url: str
    ) -> None:
        await fill(store)
        async with open_store(url) as sleeper:
            await sleeper.adopt_keys(ONE)
            await store.rekey(TWO, NOW)
            with pytest.raises(Rekeyed):
                await sleeper.apply(Batch((record(600, author=person(3)),)))
            with pytest.raises(Rekeyed):
                await sleeper.take_lease(Lease(EVERYWHERE, "x", "y", NOW), NOW)
        await assert_under(store, 2)


class TestRings:
    async def test_another_key_than_the_one_written_with_is_refused(self, store: Store) -> None:
        await store.adopt_keys(ONE)
        with pytest.raises(KeyUnusable, match=ONE.fingerprints()[0]) as refused:
            await store.adopt_keys(KeyRing(KEYS[1:]))
        assert KEYS[1].hex() not in str(refused.value)

    async def test_a_ring_that_lost_its_newest_key_is_refused(self, store: Store) -> None:
        await fill(store)
        await store.rekey(TWO, NOW)
        with pytest.raises(KeyUnusable):
            await store.adopt_keys(ONE)
        with pytest.raises(KeyUnusable):
            await store.rekey(KeyRing((KEYS[0], KEYS[2])), NOW)

    async def test_a_new_key_waits_for_the_rotation(self, store: Store) -> None:
        await fill(store)
        assert await store.adopt_keys(TWO) == 1

    async def test_an_empty_store_begins_with_the_newest_key(self, store: Store) -> None:
        assert await store.adopt_keys(TWO) == 2
        assert await store.adopt_keys(THREE) == 2

    def test_a_ring_never_shows_its_keys(self) -> None:
        shown = repr(THREE) + str(THREE)
        assert THREE.fingerprints()[2] in shown
        assert not any(key.hex() in shown or repr(key) in shown for key in KEYS)

    def test_an_earlier_key_alone_no_longer_gives_what_is_stored(self) -> None:
        """What a rotation is for: a leaked key does not lead to anybody any more."""
        assert person(1, 1) != person(1, 2) == TWO.wrapped(person(1, 1), 1)
        assert len(person(1, 3)) == PSEUDONYM_BYTES


async def test_a_store_between_two_keys_lets_no_bot_in(mongodb_address: str) -> None:
    from tests.support.mongodb_server import fresh_database, store_url

    class Dying(KeyRing):
        def wrapped(self, author: bytes, version: int) -> bytes:
            raise SystemError("the power failed")

    async with open_store(store_url(mongodb_address, fresh_database())) as store:
        await fill(store)
        await store.adopt_keys(ONE)
        with pytest.raises(SystemError):
            await store.rekey(Dying(KEYS[:2]), NOW)
        with pytest.raises(RekeyUnfinished, match="nunchi keys rotate"):
            await store.adopt_keys(TWO)
        await store.rekey(TWO, NOW)
        assert await store.adopt_keys(TWO) == 2
        await assert_under(store, 2)


async def test_no_earlier_pseudonym_is_left_in_the_files(tmp_path: Path) -> None:
    path = tmp_path / "nunchi.sqlite3"
    async with open_store(f"sqlite:///{path}") as store:
        await fill(store, 7000)
        await store.rekey(TWO, NOW)
        raw = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert all(name in raw for name in names(2))
    assert not any(name in raw for name in names(1))
    assert person(100, 1) not in raw


class TestLeases:
    async def test_one_holds_it_until_it_ends(self, store: Store) -> None:
        mine = Lease(GUILD, "sweep", "me", NOW + MINUTE)
        yours = replace(mine, owner="you")
        assert await store.take_lease(mine, NOW) == mine
        assert await store.take_lease(yours, NOW) is None
        assert await store.take_lease(mine, NOW) == mine
        assert await store.leases(GUILD, NOW) == [mine]
        assert await store.leases(GUILD, NOW + MINUTE) == []
        later = replace(yours, until=NOW + 3 * MINUTE)
        assert await store.take_lease(later, NOW + MINUTE) == later

    async def test_its_progress_outlives_it(self, store: Store) -> None:
        mine = Lease(GUILD, "look", "me", NOW + MINUTE, 17)
        await store.take_lease(mine, NOW)
        await store.drop_lease(mine)
        yours = Lease(GUILD, "look", "you", NOW + MINUTE)
        assert await store.take_lease(yours, NOW) == replace(yours, progress=17)

    async def test_who_lost_it_cannot_end_it(self, store: Store) -> None:
        mine = Lease(GUILD, "look", "me", NOW)
        yours = Lease(GUILD, "look", "you", NOW + MINUTE)
        await store.take_lease(mine, NOW - MINUTE)
        await store.take_lease(yours, NOW)
        await store.drop_lease(mine)
        assert await store.leases(GUILD, NOW) == [yours]

    async def test_they_go_with_their_guild(self, store: Store) -> None:
        await store.take_lease(Lease(GUILD, "look", "me", NOW + MINUTE, 17), NOW)
        await store.delete_guild(GUILD)
        assert await store.leases(GUILD, NOW) == []


async def test_a_walk_meets_every_message_once(store: Store) -> None:
    """Also where many were written in one millisecond, on the edge of a page."""
    same = START + timedelta(seconds=5)
    records = [record(n, created_at=same) if 3 <= n < 9 else record(n) for n in range(20)]
    records[4] = replace(records[4], thread_id=THREAD)
    await store.apply(Batch(tuple(records)))
    created = {each.message_id: each.created_at for each in records}
    met: list[int] = []
    before = END
    while page := await store.places_before(GUILD, before, 4):
        met += [place.message_id for place in page]
        before = min(created[place.message_id] for place in page)
        homes: Mapping[int, int] = {each.message_id: each.container_id for each in page}
        assert set(homes.values()) <= {CHANNEL, THREAD}
        assert homes.get(FIRST_ID + 4, THREAD) == THREAD
    assert sorted(met) == [FIRST_ID + n for n in range(20)]
    assert met == sorted(met, key=lambda each: created[each], reverse=True)
