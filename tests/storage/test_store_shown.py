"""Figures that were shown stand once somebody has left, in every store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from storage.records import Batch
from storage.shown import Shown
from storage.store import Store
from tests.support.store_records import GUILD, START, author, record

FIRST = Shown(GUILD, "2026-W45", START, 0, '[{"mood": 0.25}]')
SECOND = replace(FIRST, document='[{"mood": 0.5}]')


async def test_figures_are_replaced_while_nobody_has_left(store: Store) -> None:
    assert await store.shown(GUILD, FIRST.key) is None
    assert await store.departures(GUILD) == 0
    assert await store.show(FIRST) == FIRST
    assert await store.show(SECOND) == SECOND
    assert await store.shown(GUILD, FIRST.key) == SECOND
    assert await store.shown(GUILD + 1, FIRST.key) is None


async def test_figures_stand_once_somebody_has_left(store: Store) -> None:
    await store.apply(Batch(upserts=(record(1, author=author(1)),)))
    await store.show(FIRST)
    await store.opt_out(GUILD, author(1), START)
    assert await store.departures(GUILD) == 1
    # Computed before, during and after: none of them may be shown now.
    assert await store.show(SECOND) == FIRST
    assert await store.show(replace(SECOND, departures=1)) == FIRST
    await store.delete_author(GUILD, author(2), START)
    assert await store.departures(GUILD) == 2
    other = replace(SECOND, key="2026-W46", departures=1)
    assert await store.show(other) == other
    assert await store.show(replace(other, departures=2, document="[]")) == other
    assert await store.departures(GUILD + 1) == 0


async def test_figures_go_with_retention_and_with_the_guild(store: Store) -> None:
    await store.show(FIRST)
    later = replace(FIRST, key="2026-W46", ends=START + timedelta(weeks=1))
    await store.show(later)
    await store.delete_before(GUILD, START + timedelta(days=1))
    assert await store.shown(GUILD, FIRST.key) is None
    assert await store.shown(GUILD, later.key) == later
    await store.delete_guild(GUILD)
    assert await store.shown(GUILD, later.key) is None
