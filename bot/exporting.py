"""Writes what is known of a server into files, without Discord: for the command line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from bot.errors import StartFailed
from bot.keeping import require_database
from bot.settings import Settings
from classifiers.classifier import load
from classifiers.correction import ShareCorrection
from reports.cards import Card, cards
from reports.errors import InvalidPeriod, NothingToExport
from reports.export.aggregates import Range, aggregates, aggregates_document
from reports.export.document import as_json, document_of
from reports.export.months import story_of_month
from reports.export.page import page_of
from reports.export.story import Story, story_of_week
from reports.export.table import as_csv
from reports.export.webfont import standalone
from reports.fonts import FontBook
from reports.monthly import Month, StretchReport
from reports.period import Week, zone_of
from reports.rasterise import rasterise
from reports.report import WeeklyReport
from reports.shown import shown_report, shown_stretch
from reports.stretch_cards import stretch_cards
from storage.open import open_store
from storage.records import GuildSettings
from storage.store import Store

FORMATS: Final = ("png", "svg", "html", "json", "csv")
WEEKS: Final = 12
"""The range of aggregates when none is named."""

_KNOWN: Final = 5
"""At most so many servers are named to somebody who asked for one that is not there."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the records are, and whose.

    Attributes:
        url: Address of the store.
        guild_id: Discord snowflake.
        timezone: In place of the server's own, or ``None``.
        key: What an embedded store is encrypted with.
    """

    url: str
    guild_id: int
    timezone: str | None = None
    key: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Looks:
    """How a report is written down.

    Attributes:
        formats: Some of ``FORMATS``.
        language: ``ko`` or ``en``; ``None`` for the server's own.
        theme: ``dark`` or ``light``, of the pictures; ``None`` for the server's own.
        server_name: Any text, or none: the store knows no names.
        bom: Whether the CSV begins with a byte order mark, for Excel.
        channels: Names of channels by id, as far as they are told.
    """

    formats: tuple[str, ...] = FORMATS
    language: str | None = None
    theme: str | None = None
    server_name: str = ""
    bom: bool = False
    channels: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it: the files in the order of writing, and the reason where there is none."""

    files: tuple[Path, ...]
    note: str = ""


@asynccontextmanager
async def opened_place(place: Place) -> AsyncIterator[tuple[Store, GuildSettings]]:
    """Open a store that is there already, and yield it with the settings of the server.

    Raises:
        NunchiError: There is no such store, it does not answer, or it knows no such server.
    """
    require_database(place.url)
    async with open_store(place.url, key=place.key) as store:
        settings = await store.settings(place.guild_id)
        if settings is None:
            known = [str(each.guild_id) for each in await store.all_settings()]
            raise NothingToExport(_unknown_server(place.guild_id, known))
        if place.timezone is not None:
            settings = replace(settings, timezone=place.timezone)
        yield store, settings


async def export_report(
    settings: Settings,
    place: Place,
    period: Week | Month | None,
    looks: Looks,
    out: Path,
    now: datetime,
) -> Written:
    """Write the report of a week or a month into a folder; the same records give the same bytes.

    Args:
        settings: Fonts, classifier and forecast.
        place: Where the records are.
        period: Which one; ``None`` for the last week that is over.
        looks: How it is written.
        out: The folder; made where it is missing.
        now: The present moment, aware.

    Raises:
        NunchiError: One readable line.
    """
    correction = correction_of(settings)
    async with opened_place(place) as (store, guild):
        chosen = period or Week.of(now, zone_of(guild.timezone)).previous()
        if isinstance(chosen, Month):
            month = await shown_stretch(store, guild, chosen, now=now, correction=correction)
            drawing: WeeklyReport | StretchReport = month
            story = story_of_month(month, chosen, looks.language or guild.language)
        else:
            week = await shown_report(
                store,
                guild,
                chosen,
                now=now,
                correction=correction,
                forecast=settings.forecast,
            )
            drawing = week
            story = story_of_week(week, looks.language or guild.language, looks.channels)
    if not drawing.messages:
        msg = (
            f"no message of server {place.guild_id} is kept from {story.key} "
            f"({story.first_day} to {story.last_day}, {story.timezone})"
        )
        raise NothingToExport(msg)
    contents = await asyncio.to_thread(
        _contents, story, drawing, looks, looks.theme or guild.theme, settings.font_dir
    )
    note = story.sentence if story.hidden else ""
    return Written(await asyncio.to_thread(write_all, out, contents), note)


async def export_aggregates(
    settings: Settings,
    place: Place,
    days: tuple[date | None, date | None],
    looks: Looks,
    out: Path,
    now: datetime,
) -> Written:
    """Write the days and weeks of a range into a folder.

    Args:
        settings: Classifier.
        place: Where the records are.
        days: First and last day; ``None`` for ``WEEKS`` weeks before the end, and for the end of
            the last week that is over.
        looks: How it is written.
        out: The folder; made where it is missing.
        now: The present moment, aware.

    Raises:
        NunchiError: One readable line.
    """
    correction = correction_of(settings)
    async with opened_place(place) as (store, guild):
        language = looks.language or guild.language
        chosen = _range(days, now, guild)
        found = tuple(
            [
                each
                async for each in aggregates(
                    store, guild, chosen, language, now=now, correction=correction
                )
            ]
        )
    if not found:
        msg = (
            f"no message of server {place.guild_id} is kept from weeks that are over between "
            f"{chosen.first} and {chosen.last} ({guild.timezone})"
        )
        raise NothingToExport(msg)
    stem, contents = f"nunchi-{chosen.first}-{chosen.last}", []
    if "csv" in looks.formats:
        tables = ((each.key, each.sections) for each in found)
        contents.append((f"{stem}.csv", as_csv(tables, bom=looks.bom)))
    if "json" in looks.formats:
        document = aggregates_document(guild, chosen, language, found)
        contents.append((f"{stem}.json", as_json(document).encode()))
    return Written(await asyncio.to_thread(write_all, out, contents))


def correction_of(settings: Settings) -> ShareCorrection | None:
    """Return how the bot corrects the shares of its classifier, so that an export says the same.

    Raises:
        NunchiError: The classifier is not installed.
    """
    return load(settings.classifier).info.correction


def write_all(out: Path, contents: Sequence[tuple[str, bytes]]) -> tuple[Path, ...]:
    """Write files into a folder, which is made where it is missing.

    Raises:
        StartFailed: It cannot be written to.
    """
    paths = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in contents:
            path = out / name
            path.write_bytes(content)
            paths.append(path)
    except OSError as error:
        msg = f"{error.filename or out} cannot be written: {error.strerror}"
        raise StartFailed(msg) from error
    return tuple(paths)


def _contents(
    story: Story,
    report: WeeklyReport | StretchReport,
    looks: Looks,
    theme: str,
    font_dir: Path | None,
) -> list[tuple[str, bytes]]:
    """Return the name and the content of each file."""
    stem, name = f"nunchi-{story.key}", looks.server_name
    drawn: dict[str, tuple[Card, ...]] = {}
    contents: list[tuple[str, bytes]] = []
    if {"png", "svg", "html", "json"} & set(looks.formats):
        fonts = FontBook.load(font_dir)
        drawn = {each: _cards(report, each, story, looks, fonts) for each in ("dark", "light")}
        contents += _pictures(drawn[theme], stem, looks, fonts)
        if "html" in looks.formats:
            contents.append((f"{stem}.html", page_of(story, name, drawn, fonts).encode()))
    if "json" in looks.formats:
        document = document_of(story, name, drawn[theme])
        contents.append((f"{stem}.json", as_json(document).encode()))
    if "csv" in looks.formats:
        table = as_csv([(story.key, story.sections)], bom=looks.bom)
        contents.append((f"{stem}.csv", table))
    return contents


def _cards(
    report: WeeklyReport | StretchReport, theme: str, story: Story, looks: Looks, fonts: FontBook
) -> tuple[Card, ...]:
    if isinstance(report, StretchReport):
        return stretch_cards(
            report,
            theme=theme,
            language=story.language,
            server_name=looks.server_name,
            fonts=fonts,
        )
    seen = report.where.channels if report.where is not None else ()
    # What is not in here would be called deleted.
    names = {
        each.channel_id: looks.channels.get(each.channel_id, f"…{each.channel_id % 10_000:04d}")
        for each in seen
    }
    return cards(
        report,
        theme=theme,
        language=story.language,
        server_name=looks.server_name,
        fonts=fonts,
        channels=names,
    )


def _pictures(
    drawn: Sequence[Card], stem: str, looks: Looks, fonts: FontBook
) -> Iterator[tuple[str, bytes]]:
    for card in drawn:
        if "png" in looks.formats:
            yield f"{stem}-{card.name}.png", rasterise(card.svg, fonts.files)
        if "svg" in looks.formats:
            yield f"{stem}-{card.name}.svg", standalone(card.svg, fonts).encode()


def _unknown_server(guild_id: int, known: Sequence[str]) -> str:
    if not known:
        return f"the store knows no server {guild_id}, nor any other"
    more = ", ..." if len(known) > _KNOWN else ""
    return f"the store knows no server {guild_id}; it knows {', '.join(known[:_KNOWN])}{more}"


def _range(days: tuple[date | None, date | None], now: datetime, guild: GuildSettings) -> Range:
    first, last = days
    end = last or Week.of(now, zone_of(guild.timezone)).previous().sunday
    start = first or end - timedelta(weeks=WEEKS) + timedelta(1)
    if start > end:
        msg = f"the first day {start} lies after the last day {end}"
        raise InvalidPeriod(msg)
    return Range(start, end)
