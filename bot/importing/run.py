"""What ``nunchi import`` opens, and closes again: the store, the classifier, the files."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bot.clock import Clock, SystemClock
from bot.errors import StartFailed
from bot.importing.importer import FileRefused, Importer, Wishes
from bot.importing.kept_place import Tally
from bot.judge import Judge
from bot.keeping import store_of
from bot.presence import at_work
from bot.roster import Roster
from bot.settings import Settings
from classifiers.classifier import load
from storage.open import file_of


@dataclass(slots=True)
class Outcome:
    """What became of all files.

    Attributes:
        total: Of the files that were taken.
        refused: File and reason, in the order of the files.
        damaged: File and what is wrong with it; what came before was taken.
    """

    total: Tally = field(default_factory=Tally)
    refused: list[tuple[Path, str]] = field(default_factory=list)
    damaged: list[tuple[Path, str]] = field(default_factory=list)


Watch = Callable[[Path, int, Tally], None]
"""Told the file, how many of its bytes were read, and what became of its messages so far."""


async def import_files(
    settings: Settings,
    files: Sequence[Path],
    wishes: Wishes,
    watch: Watch,
    clock: Clock | None = None,
) -> Outcome:
    """Take the messages of some files; what was taken before an error is kept.

    Args:
        settings: Store, key and classifier.
        files: Exports, each of one channel or thread, or of a part of one.
        wishes: What is taken of them.
        watch: Told of the progress.
        clock: Tells what is older than the retention.

    Raises:
        NunchiError: Something cannot be had; one readable line.
    """
    clock = clock or SystemClock()
    url = settings.store.get_secret_value()
    database = file_of(url)
    if database is not None and not database.is_file():
        msg = f"there is no database {database}: set the bot up on the server first"
        raise StartFailed(msg)
    outcome = Outcome()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(store_of(settings))
        _, pseudonyms = await stack.enter_async_context(
            at_work(settings, store, clock, f"import-{os.getpid()}-{secrets.token_hex(4)}")
        )
        roster = Roster(store, pseudonyms, clock)
        await roster.load()
        classifier = load(settings.classifier)
        if not wishes.dry_run:
            stack.push_async_callback(classifier.close)
            await classifier.start()
        importer = Importer(store, roster, Judge(classifier), clock, wishes)
        for path in files:
            await _take(importer, path, outcome, watch)
        await importer.forget_places()
    return outcome


async def _take(importer: Importer, path: Path, outcome: Outcome, watch: Watch) -> None:
    try:
        tally = await importer.take(path, lambda count, so_far: watch(path, count, so_far))
    except FileRefused as error:
        outcome.refused.append((path, str(error)))
        return
    outcome.total.add(tally)
    outcome.total.resumed += tally.resumed
    if tally.trouble:
        outcome.damaged.append((path, tally.trouble))


def files_in(paths: Sequence[Path]) -> list[Path]:
    """Return files as they are named, and in place of a folder the exports in it, by name."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(each for each in path.rglob("*") if _looks_exported(each))
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _looks_exported(path: Path) -> bool:
    return path.is_file() and path.name.lower().endswith((".json", ".json.gz"))
