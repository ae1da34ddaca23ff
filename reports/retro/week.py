"""The retrospectives of a week: a group's mood section by section, and how many took part.

Within a section every person counts once, with the mean over their sentences. Intervals come from
the bootstrap over people; nothing is claimed to differ, so no chance of a false claim is spent
(``reports.claims``). Nobody is named, neither who wrote nor who did not.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, runtime_checkable

import numpy as np

from reports.bootstrap import Estimate, generator_for
from reports.channels import shown_channels
from reports.coverage import rounded_people
from reports.hours import rounded
from reports.mood_sums import MoodSums, joined
from reports.period import Week, zone_of
from reports.retro.forms import SECTIONS
from reports.retro.values import RATE_STEPS, Participation, RetroWeek, SectionMood
from reports.statistics import FigureBuilder
from storage.records import GuildSettings
from storage.retrospectives import ChannelKind, SectionColumns

ACTIVE_WEEKS: Final = 4
"""Whoever wrote a retrospective within so many weeks, this one included, takes part."""

USUAL_WEEKS: Final = 4
"""A section is set beside so many weeks before."""


@runtime_checkable
class RetroStore(Protocol):
    """The part of a store that keeps retrospectives."""

    def retrospectives(
        self, guild_id: int, start: datetime, end: datetime
    ) -> AsyncIterator[SectionColumns]:
        """Yield the sections created in [start, end), by time."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class RetroSums:
    """Sums of valence over sentences, by person and section, of this week and of those before.

    Attributes:
        now: Key i is ``SECTIONS[i]``.
        before: The same of the weeks before.
        active: Pseudonyms of who wrote within ``ACTIVE_WEEKS``, unique.
    """

    now: MoodSums
    before: MoodSums
    active: frozenset[int]


def keeps_retrospectives(settings: GuildSettings) -> bool:
    """Return whether a guild has a channel for retrospectives."""
    return any(each.kind is ChannelKind.RETROSPECTIVE for each in settings.channels)


async def retro_week(store: object, settings: GuildSettings, week: Week) -> RetroWeek | None:
    """Compute the retrospectives of a week; ``None`` where there are none to speak of.

    Args:
        store: Where the sections are; one that knows none has none.
        settings: Of the guild.
        week: Which week.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
        StoreUnavailable: The store cannot be reached.
    """
    if not keeps_retrospectives(settings) or not isinstance(store, RetroStore):
        return None
    zone = zone_of(settings.timezone)
    start, end = week.bounds(zone)
    sums = await gathered(
        store,
        settings.guild_id,
        (week.previous(USUAL_WEEKS).bounds(zone)[0], start, end),
        week.previous(ACTIVE_WEEKS - 1).bounds(zone)[0],
    )
    found = await asyncio.to_thread(described, sums, settings, week.key)
    return None if found.empty else found


async def participation_of(
    store: RetroStore, settings: GuildSettings, week: Week
) -> Participation | None:
    """Return how many take part in a week, over or not; ``None`` for too few people.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
        StoreUnavailable: The store cannot be reached.
    """
    zone = zone_of(settings.timezone)
    start, end = week.bounds(zone)
    active = week.previous(ACTIVE_WEEKS - 1).bounds(zone)[0]
    sums = await gathered(store, settings.guild_id, (active, start, end), active)
    return participation(sums, settings.minimum_group)


async def gathered(
    store: RetroStore, guild_id: int, edges: tuple[datetime, datetime, datetime], active: datetime
) -> RetroSums:
    """Add up what a store has.

    Args:
        store: Where the sections are.
        guild_id: Discord snowflake.
        edges: Start of the weeks before, start of this week, end of this week.
        active: From when on whoever wrote takes part.

    Raises:
        StoreUnavailable: The store cannot be reached.
    """
    begin, active_from = (round(moment.timestamp() * 1000) for moment in (edges[1], active))
    now: list[MoodSums] = []
    before: list[MoodSums] = []
    people: set[int] = set()
    async for page in store.retrospectives(guild_id, edges[0], edges[2]):
        sums, late = _sums(page), page.time >= begin
        now.append(sums.where(late))
        before.append(sums.where(~late))
        people.update(page.author[page.time >= active_from].tolist())
    return RetroSums(_known(now), _known(before), frozenset(people))


def described(sums: RetroSums, settings: GuildSettings, key: str) -> RetroWeek:
    """Return what may be shown.

    Args:
        sums: What was written.
        settings: The minimum group of the guild.
        key: Names the period, so that the same figures come out again.
    """
    group = max(settings.minimum_group, 1)
    count = len(SECTIONS)
    shown = shown_channels(sums.now, count, group)
    hidden = int((sums.now.people_by_key(count) > 0).sum() - shown.sum())
    usual = _usual(sums.before, group)
    moods = _moods(sums.now.where(shown[sums.now.key]), settings.guild_id, key)
    sections = (
        SectionMood(SECTIONS[place], rounded(mood), usual[place])
        for place, mood in enumerate(moods)
        if mood is not None
    )
    return RetroWeek(tuple(sections), hidden, participation(sums, group))


def participation(sums: RetroSums, minimum_group: int) -> Participation | None:
    """Return how many of those who take part wrote this week."""
    people = len(sums.active)
    if people < max(minimum_group, 1):
        return None
    rate = len(np.unique(sums.now.author)) / people
    return Participation(round(rate * RATE_STEPS) / RATE_STEPS, rounded_people(people))


def _moods(sums: MoodSums, guild_id: int, key: str) -> list[Estimate | None]:
    if not len(sums):
        return []
    builder = FigureBuilder(np.unique(sums.author))
    cells = sums.cells()
    builder.add_moods("sections", cells, cells.bin, len(SECTIONS))
    return builder.build(generator_for(guild_id, f"{key}/retro")).estimates("sections")


def _usual(before: MoodSums, minimum_group: int) -> list[float | None]:
    count = len(SECTIONS)
    shown = shown_channels(before, count, minimum_group)
    total = np.bincount(before.key, before.mean(), count)
    people = before.people_by_key(count)
    return [
        round(float(total[place] / people[place]), 2) + 0.0 if shown[place] else None
        for place in range(count)
    ]


def _sums(page: SectionColumns) -> MoodSums:
    """Return a page as sums, a row each; a section that is not known any more is key -1."""
    places = {section: place for place, section in enumerate(SECTIONS)}
    keys = np.array([places.get(section, -1) for section in page.section], dtype=np.int64)
    sentences = page.sentences.astype(np.float64)
    return MoodSums(page.author, keys, sentences, page.valence.astype(np.float64) * sentences)


def _known(parts: Sequence[MoodSums]) -> MoodSums:
    return joined([part.where(part.key >= 0) for part in parts])
