"""Draws the pictures of the guides: walks through the bot as an administrator and as a member.

    python benchmarks/guide_pictures.py [--out docs/images/guide] [--fonts FOLDER]
                                        [--language ko] [--steps N]

A loopback Discord is started with the real bot on it; people of a made-up community talk for four
weeks, then somebody invites the bot and everything in docs/guide-*.md happens in that order, under
a clock that stands still. Prints one line a picture. ``--fonts`` names a folder with an emoji font
(Noto Color Emoji drew those in the repository); without it, the system's is used.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from guide import admin, member
from guide.album import Album, Enough
from guide.place import Place, founded
from guide.village import VILLAGES, Village

from bot.sandbox import Sandbox, point_discord_at
from bot.sandbox.clock import Clock
from reports.fonts import FontBook

Steps = Callable[[Place, Album], Awaitable[None]]

FIRST_DAY: Final[tuple[Steps, ...]] = (
    admin.sets_up,
    admin.turns_pages,
    admin.reads_history,
    admin.plans_reports,
    admin.switches_extras_on,
    member.looks_around,
    member.judges,
    member.talks,
)
FRIDAY: Final[tuple[Steps, ...]] = (
    member.checks_in,
    member.sees_moods,
    member.looks_back,
    admin.looks_after,
    member.reads_the_report,
    member.leaves,
)


async def walk(village: Village, folder: Path, fonts: FontBook, most: int | None) -> Album:
    """Walk through everything in one language, or until enough pictures are drawn."""
    album = Album(folder, village, fonts, most)
    with tempfile.TemporaryDirectory() as data:
        async with Sandbox(clock=Clock(village.joined)) as server:
            with point_discord_at(server):
                async with founded(server, village, Path(data)) as place:
                    try:
                        for step in FIRST_DAY:
                            await step(place, album)
                        await place.talk_until(village.friday_evening)
                        for step in FRIDAY:
                            await step(place, album)
                    except Enough:
                        pass
    return album


def main() -> None:
    """Draw what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    images = Path(__file__).parent.parent / "docs" / "images" / "guide"
    parser.add_argument("--out", type=Path, default=images, help="folder for the pictures")
    parser.add_argument("--fonts", type=Path, help="folder with an emoji font")
    parser.add_argument("--language", choices=sorted(VILLAGES), help="one language only")
    parser.add_argument("--steps", type=int, help="end after so many pictures of each language")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=logging.ERROR)
    fonts = FontBook.load(chosen.fonts)
    for language in [chosen.language] if chosen.language else VILLAGES:
        album = asyncio.run(walk(VILLAGES[language], chosen.out, fonts, chosen.steps))
        for path in album.drawn:
            print(f"{path.name}\t{path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
