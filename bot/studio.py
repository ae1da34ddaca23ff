"""Draws the pictures of reports; fonts and worker are loaded by the first one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from bot.views.report import PictureCard
from reports.cards import Card, cards
from reports.fonts import FontBook
from reports.monthly import StretchReport
from reports.personal import OwnMood
from reports.picture import PictureWorker
from reports.retro.arc import Arc
from reports.stretch_cards import stretch_cards
from reports.svg.arc import arc_card
from reports.svg.own_year import own_year_card
from reports.weekly import WeeklyReport


class Studio:
    """Turns reports into PNG files. Use it as an async context manager.

    Args:
        font_dir: Fonts that come before the bundled ones.
    """

    def __init__(self, font_dir: Path | None) -> None:
        self._font_dir = font_dir
        self._fonts: FontBook | None = None
        self._worker: PictureWorker | None = None
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        if self._worker is not None:
            await self._worker.__aexit__(*exception)

    async def draw(
        self,
        report: WeeklyReport,
        *,
        theme: str,
        language: str,
        server_name: str,
        channels: Mapping[int, str | None] | None = None,
    ) -> tuple[PictureCard, ...]:
        """Return the pictures of a report; none for a hidden one. See ``reports.cards.cards``.

        Raises:
            ReportError: There is no font, or the worker cannot draw.
        """
        fonts, worker = await self._open()
        drawn = await asyncio.to_thread(
            cards,
            report,
            theme=theme,
            language=language,
            server_name=server_name,
            fonts=fonts,
            channels=channels,
        )
        return await _rendered(drawn, f"nunchi-{report.week.key}", worker)

    async def draw_stretch(
        self, report: StretchReport, *, theme: str, language: str, server_name: str
    ) -> tuple[PictureCard, ...]:
        """Return the pictures of a month or a run of days. See ``reports.stretch_cards``.

        Raises:
            ReportError: There is no font, or the worker cannot draw.
        """
        fonts, worker = await self._open()
        drawn = await asyncio.to_thread(
            stretch_cards,
            report,
            theme=theme,
            language=language,
            server_name=server_name,
            fonts=fonts,
        )
        return await _rendered(drawn, f"nunchi-{report.period.key}", worker)

    async def draw_own_year(self, own: OwnMood, *, theme: str, language: str) -> PictureCard | None:
        """Return the picture of a member's own year; ``None`` without a day to show.

        Raises:
            ReportError: There is no font, or the worker cannot draw.
        """
        fonts, worker = await self._open()
        card = await asyncio.to_thread(
            own_year_card, own, theme=theme, language=language, fonts=fonts
        )
        if card is None:
            return None
        return PictureCard("nunchi-my-year.png", await worker.render(card.svg), card.alt_text)

    async def draw_arc(self, arc: Arc, *, theme: str, language: str) -> PictureCard:
        """Return the picture of the arc of one post.

        Raises:
            ReportError: There is no font, or the worker cannot draw.
        """
        fonts, worker = await self._open()
        card = await asyncio.to_thread(arc_card, arc, theme=theme, language=language, fonts=fonts)
        return PictureCard("retrospective-arc.png", await worker.render(card.svg), card.alt_text)

    async def _open(self) -> tuple[FontBook, PictureWorker]:
        async with self._opening:
            if self._fonts is None or self._worker is None:
                self._fonts = await asyncio.to_thread(FontBook.load, self._font_dir)
                self._worker = await PictureWorker(self._fonts).__aenter__()
            return self._fonts, self._worker


async def _rendered(
    drawn: Sequence[Card], stem: str, worker: PictureWorker
) -> tuple[PictureCard, ...]:
    """Return cards as pictures, one after the other; file names begin with ``stem``."""
    return tuple(
        [
            PictureCard(f"{stem}-{card.name}.png", await worker.render(card.svg), card.alt_text)
            for card in drawn
        ]
    )
