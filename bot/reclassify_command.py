"""``nunchi reclassify``: judge again what another classifier judged."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot import logs
from bot.explaining import explained
from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.reclassify import Outcome

_DATE: Final = click.DateTime(["%Y-%m-%d"])
_SILENT: Final = (
    "the text is empty (or the message content intent is off), or the classifier failed on it"
)


@click.command(short_help="Judge again what another classifier judged.")
@click.option("--guild", "guild_id", type=int, required=True, help="Id of the server.")
@click.option("--channel", "channel_id", type=int, help="Only this monitored channel.")
@click.option("--since", type=_DATE, help="First day. Default: all that is kept.")
@click.option("--until", type=_DATE, help="Last day. Default: today.")
@click.pass_obj
def reclassify(
    env_file: Path,
    guild_id: int,
    channel_id: int | None,
    since: datetime | None,
    until: datetime | None,
) -> None:
    """Judge again what another classifier judged, from Discord's history.

    For after a change of NUNCHI_CLASSIFIER. The bot may run meanwhile. When it is interrupted, run
    it again: it goes on where it stopped.
    """
    with explained():
        settings = load_settings(env_file, os.environ)
        settings.require_token()
    logs.configure(settings)
    # Late, so that a wrong setting is told before the Discord library is even loaded.
    from bot.reclassify_run import Request, judge_again  # noqa: PLC0415

    request = Request(guild_id, channel_id, since, until)
    with explained(settings.secrets()), _bar() as bar:
        task = bar.add_task("judged again", total=None)
        outcome, model = asyncio.run(
            judge_again(
                settings,
                request,
                lambda total: bar.update(task, total=total),
                lambda count: bar.advance(task, count),
            )
        )
    click.echo("\n".join(_told(outcome, model)))


def _told(outcome: Outcome, model: str) -> list[str]:
    lines = [f"{outcome.rejudged} of {outcome.found} messages are now judged by {model}"]
    rest = (
        (outcome.overtaken, "changed meanwhile: edited, deleted or opted out"),
        (outcome.gone, "gone from Discord: forgotten here as well"),
        (outcome.silent, f"without a verdict, left as they were: {_SILENT}"),
        (outcome.unreadable, "in channels or threads that the bot cannot read: left as they were"),
    )
    return [*lines, *(f"{count} {what}" for count, what in rest if count)]


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    return Progress(*columns, TimeRemainingColumn(), console=console, transient=True)


RECLASSIFYING: Final = (reclassify,)
"""The command of this module, for the ``nunchi`` group."""
