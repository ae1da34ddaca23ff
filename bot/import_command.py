"""``nunchi import``: take the history of a server from files of DiscordChatExporter."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from bot import logs
from bot.explaining import explained
from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.importing.kept_place import Tally
    from bot.importing.run import Outcome

_DATE: Final = click.DateTime(["%Y-%m-%d"])
_REASONS: Final = {
    "not_human": "of bots, webhooks and Discord itself",
    "refused": "of people who do not want to be measured",
    "heard": "of the time since the bot listens (--overlap takes them as well)",
    "expired": "older than what the server keeps",
    "earlier": "older than --since",
    "unreadable": "that are no messages",
}


@click.command(name="import", short_help="Take the history of a server from files.")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="FILE...",
)
@click.option("--guild", "guild_id", type=int, help="Only files of the server with this id.")
@click.option(
    "--channel",
    "channel_ids",
    type=int,
    multiple=True,
    help="Only this channel. May be given more than once.",
)
@click.option("--since", type=_DATE, help="First day (UTC). Default: all that the server keeps.")
@click.option(
    "--unmonitored",
    is_flag=True,
    help="Take channels too that the bot does not listen to. Tell their members first.",
)
@click.option(
    "--overlap",
    is_flag=True,
    help="Take messages too that were written since the bot listens. What members deleted after "
    "the export was made comes back by this.",
)
@click.option("--dry-run", is_flag=True, help="Only count; nothing is written.")
@click.pass_obj
def import_history(
    env_file: Path,
    *,
    files: tuple[Path, ...],
    guild_id: int | None,
    channel_ids: tuple[int, ...],
    since: datetime | None,
    unmonitored: bool,
    overlap: bool,
    dry_run: bool,
) -> None:
    """Take the history of a server from files of DiscordChatExporter.

    FILE is a JSON export, also one compressed by gzip, or a folder with exports. The bot may run
    meanwhile. When it is interrupted, run it again: it goes on where it stopped. Messages that are
    known already are judged again, and stay one each.
    """
    with explained():
        settings = load_settings(env_file, os.environ)
    logs.configure(settings)
    # Late, so that a wrong setting is told before the Discord library is even loaded.
    from bot.importing.importer import Wishes  # noqa: PLC0415
    from bot.importing.run import files_in, import_files  # noqa: PLC0415

    wishes = Wishes(
        guild_id=guild_id,
        channel_ids=frozenset(channel_ids),
        since=None if since is None else since.replace(tzinfo=UTC),
        unmonitored=unmonitored,
        overlap=overlap,
        dry_run=dry_run,
    )
    chosen = files_in(files)
    began = time.monotonic()
    with explained(settings.secrets()), _bar(chosen) as watch:
        outcome = asyncio.run(import_files(settings, chosen, wishes, watch))
    _tell(outcome, time.monotonic() - began, dry_run=dry_run)


def _tell(outcome: Outcome, seconds: float, *, dry_run: bool) -> None:
    for path, reason in outcome.refused:
        click.echo(f"left out {path.name}: {reason}", err=True)
    for path, trouble in outcome.damaged:
        click.echo(f"{path.name} was taken as far as it goes: {trouble}", err=True)
    click.echo("\n".join(_told(outcome, seconds, dry_run=dry_run)))
    nothing = outcome.refused and not outcome.total.read
    sys.exit(1 if outcome.damaged or nothing else 0)


def _told(outcome: Outcome, seconds: float, *, dry_run: bool) -> list[str]:
    total = outcome.total
    speed = (total.read - total.resumed) / max(seconds, 0.001)
    verb = "would be taken" if dry_run else "taken"
    messages = "message" if total.read == 1 else "messages"
    lines = [
        f"{total.read:,} {messages} read, {total.taken:,} {verb}; {speed:,.0f} messages a second"
    ]
    if total.resumed:
        lines.append(f"{total.resumed:,} of them were read by an earlier run")
    if total.wordless:
        lines.append(f"{total.wordless:,} of those taken say nothing in words")
    counts = ((total.left[reason], what) for reason, what in _REASONS.items())
    return [*lines, *(f"left out: {count:,} {what}" for count, what in counts if count)]


@contextmanager
def _bar(files: Sequence[Path]) -> Iterator[Callable[[Path, int, Tally], None]]:
    """Show how much of the files was read, and how fast."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[speed]:,.0f} messages/s"),
        TimeRemainingColumn(),
    )
    sizes = {path: path.stat().st_size for path in files}
    console = Console(stderr=True)
    # Into a file or a pipe it would write an empty line.
    quiet = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=quiet) as shown:
        task = shown.add_task("reading", total=sum(sizes.values()), speed=0.0)
        seen: dict[Path, tuple[int, int]] = {}
        began = time.monotonic()

        def watch(path: Path, count: int, tally: Tally) -> None:
            seen[path] = (count, tally.read - tally.resumed)
            read = sum(messages for _, messages in seen.values())
            shown.update(
                task,
                description=path.name[:40],
                completed=sum(size for size, _ in seen.values()),
                speed=read / max(time.monotonic() - began, 0.001),
            )

        yield watch


IMPORTING: Final = (import_history,)
"""The command of this module, for the ``nunchi`` group."""
