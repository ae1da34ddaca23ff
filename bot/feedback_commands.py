"""``nunchi feedback export``: what members gave to the training set, as a file to train with."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Final

import click

from bot.explaining import explained
from bot.keeping import require_database, store_of
from bot.settings import Settings, load_settings
from storage.records import Feedback

COLUMNS: Final = ("text", "label", "language", "predicted", "model")
"""``label`` is what the author says; the files of ``nunchi train`` and ``evaluate`` need the
first two."""


@click.group("feedback")
def feedback() -> None:
    """What members think of how their words are read."""


@feedback.command("export", short_help="Write the texts that authors gave for training.")
@click.option("--store", help="Address of the store. Default: NUNCHI_STORE.")
@click.option("--guild", "guild_id", type=int, help="Id of one server. Default: all of them.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="The file, such as feedback.tsv. Default: standard output.",
)
@click.pass_obj
def export(env_file: Path, store: str | None, guild_id: int | None, out: Path | None) -> None:
    """Write the texts that authors added to the training set, with the emotions they name.

    One text a line, tab-separated, in the order in which they were given; nothing says who wrote
    them. "nunchi train ... --data FILE" and "nunchi evaluate --data FILE" read it.
    """
    with explained():
        settings = load_settings(env_file, os.environ)
    with explained(settings.secrets()):
        given = asyncio.run(_given(settings, store, guild_id))
    rows = [each for each in given if each.text is not None]
    with nullcontext(sys.stdout) if out is None else out.open("w", encoding="utf-8") as file:
        write_table(rows, file)
    people = len({(each.guild_id, each.author) for each in rows})
    click.echo(f"{len(rows)} texts by {people} people; {len(given)} judgements in all", err=True)


FEEDBACK: Final = (feedback,)
"""The commands of this module, for the ``nunchi`` group."""


def write_table(rows: Iterable[Feedback], file: IO[str]) -> None:
    """Write a tab-separated table without quoting: a text stands on one line."""
    file.write("\t".join(COLUMNS) + "\n")
    for each in rows:
        text = " ".join((each.text or "").split())
        fields = [text, each.corrected, each.language, each.predicted, each.model]
        file.write("\t".join(fields) + "\n")


async def _given(settings: Settings, store: str | None, guild_id: int | None) -> list[Feedback]:
    url = store or settings.store.get_secret_value()
    require_database(url)
    async with store_of(settings, url) as opened:
        guilds = [guild_id] if guild_id else [each.guild_id for each in await opened.all_settings()]
        return [each for guild in guilds for each in await opened.feedback(guild)]
