"""Weeks for tests: drawn at random from a known community, or fixed to the last digit.

Run as a script it draws the golden pictures anew; look at them before committing.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from classifiers.emotion import EMOTIONS
from reports.bootstrap import Estimate
from reports.cards import Card, cards
from reports.fonts import FontBook
from reports.period import Week
from reports.rasterise import rasterise
from reports.report import Baseline, EmotionShare, Point, WeeklyReport
from reports.spans import Span
from storage.records import NO_MODEL, GuildSettings, MessageColumns, MessageRecord

GOLDEN = Path(__file__).parent / "golden"
WEEK = Week(2026, 46)
GUILD = 7
SEOUL = ZoneInfo("Asia/Seoul")
SETTINGS = GuildSettings(GUILD, language="ko", timezone="Asia/Seoul")
AFTER = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)
THEMES = ("dark", "light")
LANGUAGES = ("ko", "en")
SERVER = "스터디 모임 Study Hall"


class ListStore:
    """Columns in memory, handed out in batches as a store does."""

    def __init__(self, columns: MessageColumns | None, batch: int = 1000) -> None:
        self._columns = columns
        self._batch = batch

    async def scan(
        self, guild_id: int, start: datetime, end: datetime
    ) -> AsyncIterator[MessageColumns]:
        assert guild_id == GUILD
        if self._columns is None:
            return
        low, high = start.timestamp() * 1000, end.timestamp() * 1000
        inside = np.flatnonzero((self._columns.time >= low) & (self._columns.time < high))
        for first in range(0, len(inside), self._batch):
            yield taken(self._columns, inside[first : first + self._batch])


def taken(columns: MessageColumns, index: np.ndarray) -> MessageColumns:
    """Return the rows that an index or a mask selects."""
    names = [name for name in MessageColumns.__slots__ if name != "models"]
    return MessageColumns(*(getattr(columns, name)[index] for name in names), columns.models)


def changed(columns: MessageColumns, **new: np.ndarray | tuple[str, ...]) -> MessageColumns:
    """Return the columns with some of them replaced."""
    names = MessageColumns.__slots__
    return MessageColumns(*(new.get(name, getattr(columns, name)) for name in names))


def unjudged(columns: MessageColumns, index: int | slice) -> MessageColumns:
    """Return the columns with some messages that say nothing in words."""
    probabilities, valence = columns.probabilities.copy(), columns.valence.copy()
    model = columns.model + np.int16(1)
    probabilities[index], valence[index], model[index] = np.nan, 0, 0
    return changed(
        columns,
        probabilities=probabilities,
        valence=valence,
        model=model,
        models=(NO_MODEL, *columns.models),
    )


def by_sentiment(columns: MessageColumns, where: np.ndarray | slice) -> MessageColumns:
    """Return the columns with some messages judged by their sentiment only."""
    probabilities, model = columns.probabilities.copy(), columns.model.copy()
    probabilities[where] = np.nan
    model[where] = len(columns.models)
    models = (*columns.models, "polar@1")
    return changed(columns, probabilities=probabilities, model=model, models=models)


def columns_of(records: Iterable[MessageRecord]) -> MessageColumns:
    """Return records as columns."""
    rows = sorted(records, key=lambda record: (record.created_at, record.message_id))
    return MessageColumns(
        np.array([r.message_id for r in rows], dtype=np.int64),
        np.array([r.channel_id for r in rows], dtype=np.int64),
        np.array([int.from_bytes(r.author[:8], "big") for r in rows], dtype=np.uint64),
        np.array([round(r.created_at.timestamp() * 1000) for r in rows], dtype=np.int64),
        np.array([r.probabilities for r in rows], dtype=np.float32).reshape(-1, 9),
        np.array([r.valence for r in rows], dtype=np.float32),
        np.zeros(len(rows), dtype=np.int16),
        ("test@1",),
    )


def record(
    message_id: int, person: int, moment: datetime, valence: float, joy: float = 0.5
) -> MessageRecord:
    """Return one record; the rest of the probability is neutral."""
    shares = dict.fromkeys(EMOTIONS, 0.0) | {EMOTIONS[3]: joy, EMOTIONS[8]: 1 - joy}
    return MessageRecord(
        message_id,
        GUILD,
        1,
        None,
        (person + 1).to_bytes(8, "big") + bytes(8),
        moment,
        None,
        "ko",
        tuple(shares.values()),
        valence,
        "test@1",
    )


def local(day: int, hour: float, week: Week = WEEK, zone: ZoneInfo = SEOUL) -> datetime:
    """Return an hour of a day of a week, day 0 being Monday."""
    return week.days(zone)[day][0] + timedelta(hours=hour)


def community(
    now: int = 1500, before: int = 1500, people: int = 30, *, seed: int = 3, dip: float = 0.7
) -> MessageColumns:
    """Return five weeks: heavy-tailed activity, people who differ, good weekends, a bad Thursday.

    Args:
        now: Messages of the week.
        before: Messages of each of the four weeks before.
        people: How many people write.
        seed: For another community.
        dip: How much the week's Thursday falls.
    """
    draw = np.random.default_rng(seed)
    activity = 1 / (np.arange(people) + 1.5) ** 0.9
    effect = draw.normal(0, 0.25, people)
    parts = []
    for back in range(4, -1, -1):
        count = before if back else now
        day = draw.choice(7, count, p=np.array([1, 1, 0.95, 1, 1.05, 1.3, 1.25]) / 7.55)
        at = day + np.clip(draw.normal(17, 4.5, count), 0, 23.9) / 24
        author = draw.choice(people, count, p=activity / activity.sum())
        valence = 0.12 + effect[author] + np.where(day >= 5, 0.2, 0)
        if back == 0:
            valence = valence - dip * np.exp(-(((at - 3.6) / 0.5) ** 2))
        valence = np.clip(valence + draw.normal(0, 0.35, count), -1, 1)
        start = WEEK.previous(back).bounds(SEOUL)[0].timestamp()
        parts.append((((start + at * 86400) * 1000).astype(np.int64), author, valence))
    time, author, valence = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(time, kind="stable")
    time, author, valence = time[order], author[order], valence[order]
    count = len(time)
    return MessageColumns(
        np.arange(count, dtype=np.int64),
        np.ones(count, dtype=np.int64),
        author.astype(np.uint64) * np.uint64(7919) + np.uint64(5),
        time,
        _posterior(valence, draw),
        valence.astype(np.float32),
        np.zeros(count, dtype=np.int16),
        ("test@1",),
    )


def person_of(columns: MessageColumns) -> np.ndarray:
    """Return the number of each message's author in a ``community``."""
    return ((columns.author - np.uint64(5)) // np.uint64(7919)).astype(np.int64)


def day_of(columns: MessageColumns) -> np.ndarray:
    """Return the local day of each message in a ``community``; 0 is the week's Monday."""
    start = WEEK.bounds(SEOUL)[0].timestamp() * 1000
    return np.floor((columns.time - start) / 86_400_000).astype(np.int64)


def _posterior(valence: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    slope = np.array([-1.2, -1.2, -1.0, 1.6, -1.2, 0.0, -1.2, -0.3, 0.0])
    offset = np.array([-1.0, -1.3, -1.2, 0.1, -0.9, -0.6, -1.3, -1.4, 0.6])
    logits = offset + valence[:, None] * slope + draw.normal(0, 0.8, (len(valence), 9))
    odds = np.exp(logits)
    return (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)


def fixed_report() -> WeeklyReport:
    """Return a week that is the same on every machine: rounded, and computed by nobody."""
    points = tuple(_point(day, part) for day in range(7) if day not in {1, 5} for part in (1, 2, 3))
    week = (0.071, 0.041, 0.078, 0.243, 0.083, 0.102, 0.052, 0.047, 0.283)
    usual = (0.052, 0.040, 0.061, 0.291, 0.071, 0.101, 0.043, 0.048, 0.293)
    shares = tuple(
        EmotionShare(emotion, Estimate(now, now - 0.01, now + 0.01), before, clear=index == 3)
        for index, (emotion, now, before) in enumerate(zip(EMOTIONS, week, usual, strict=True))
    )
    return WeeklyReport(
        guild_id=GUILD,
        week=WEEK,
        timezone="Asia/Seoul",
        messages=2400,
        people=47,
        minimum_group=5,
        hidden=False,
        partial=False,
        mood=Estimate(0.12, 0.05, 0.19),
        baseline=Baseline(0.25, 4, (0.18, 0.2, 0.21, 0.2, 0.23, 0.36, 0.37)),
        change=Estimate(-0.13, -0.23, -0.03),
        shares=shares,
        points=points,
        hidden_days=(1, 5),
    )


def _point(day: int, part: int) -> Point:
    position = day + (part + 0.5) / 4
    dip = 0.75 * math.exp(-(((position - 3.6) / 0.5) ** 2))
    mood = round(0.15 + 0.12 * (day >= 5) + 0.08 * math.sin(position * 5) - dip, 3)
    half = round(0.12 + 0.03 * math.cos(position * 3), 3)
    sad = round(0.08 + 0.15 * dip, 3)
    joy = round(0.26 + 0.3 * (mood - 0.15), 3)
    shares = [0.07, 0.04, 0.08, joy, sad, 0.1, 0.05, 0.05, 0.0]
    shares[8] = round(1 - sum(shares), 3)
    first = 0 if part == 1 else part
    span = Span(day, first, part, 20, 60, hidden=False, position=position)
    estimate = Estimate(mood, mood - half, mood + half)
    return Point(span, estimate, tuple(shares), clear=day == 3 and part == 2)


def drawn(
    report: WeeklyReport, theme: str, language: str, fonts: FontBook, name: str = SERVER
) -> tuple[Card, ...]:
    """Return the cards of a report."""
    return cards(report, theme=theme, language=language, server_name=name, fonts=fonts)


def golden_cards(fonts: FontBook) -> dict[str, Card]:
    """Return the cards of the fixed week by the name of their golden file."""
    return {
        f"{card.name}-{theme}-{language}.png": card
        for theme in THEMES
        for language in LANGUAGES
        for card in drawn(fixed_report(), theme, language, fonts)
    }


def main() -> None:
    """Draw the golden pictures anew."""
    fonts = FontBook.load(system=False)
    GOLDEN.mkdir(exist_ok=True)
    for name, card in golden_cards(fonts).items():
        (GOLDEN / name).write_bytes(rasterise(card.svg, fonts.files))


if __name__ == "__main__":
    main()
