"""``nunchi demo``: the real bot and the real client at work on a loopback Discord."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bot.demo.director import Director
from bot.demo.export import read_export
from bot.demo.scenario import built_in
from bot.demo.summary import Summary
from bot.demo.transcript import TRANSCRIPT
from bot.demo.words import ENGLISH, KOREAN, Words
from bot.environment import terminal_language
from bot.errors import StartFailed
from bot.sandbox.clock import Clock
from bot.sandbox.connect import point_discord_at
from bot.sandbox.server import Sandbox

LOG: Final = "demo.log"


async def run_demo(out: Path, export: Path | None, console: Console) -> Summary:
    """Replay a conversation through the whole bot and save what it posts.

    Args:
        out: Folder for the report as a page and as pictures, ``transcript.md``,
            ``summary.json``, and ``demo.log`` where there was something to log.
        export: A DiscordChatExporter JSON file; ``None`` replays the built-in week.
        console: Where progress is shown.

    Raises:
        ScriptError: The export cannot be read.
        StartFailed: The folder cannot be written to, or the bot does not come up.
    """
    scenario = read_export(export) if export else built_in()
    await asyncio.to_thread(_make, out)
    words = KOREAN if terminal_language(os.environ) == "ko" else ENGLISH
    with _logged_to(out / LOG), tempfile.TemporaryDirectory() as folder:
        clock = Clock(scenario.turns[0].at - timedelta(minutes=10))
        async with Sandbox(clock=clock) as server:
            with point_discord_at(server):
                director = Director(server, scenario, Path(folder), console, words)
                summary = await director.direct(out)
    summary.write(out)
    _show(summary, out, console, words)
    return summary


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / LOG).touch()
    except OSError as error:
        msg = f"the folder {folder} cannot be written to: {error.strerror}; name another by --out"
        raise StartFailed(msg) from error


def _show(summary: Summary, out: Path, console: Console, words: Words) -> None:
    table = Table(title=words.title, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, label in words.labels.items():
        table.add_row(label, f"{getattr(summary, name):,}")
    console.print(table)
    told = [words.files.format(path=out / TRANSCRIPT), words.next_step]
    if summary.page:
        told.insert(0, words.page.format(path=out / summary.page))
    for line in told:
        console.print(line, soft_wrap=True, highlight=False)


@contextmanager
def _logged_to(path: Path) -> Iterator[None]:
    """Keep what libraries have to say about cut connections off the screen."""
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()
        if not path.stat().st_size:
            path.unlink()
