"""``nunchi train``: make the weights of a classifier anew."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from bot.explaining import explained


class ProgressBars:
    """Shows each stage of training as a bar; silent where there is no terminal."""

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self._stage: TaskID | None = None

    def begin(self, stage: str, total: int) -> None:
        """Show the bar of a stage."""
        self._stage = self._shown.add_task(stage, total=total)

    def advance(self, steps: int) -> None:
        """Move the bar of the stage that runs."""
        if self._stage is not None:
            self._shown.advance(self._stage, steps)


@click.group()
def train() -> None:
    """Train a classifier."""


@train.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder of tidy data: NAME/{train,dev}.tsv.gz.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Same seed, same file.")
def embedded(data: Path, out: Path, seed: int) -> None:
    """Train the weights of the embedded classifier; needs the extra "train"."""
    with explained(), _bars() as bars:
        # Late, because numba is an extra and takes a second to load.
        from classifiers.training.embedded import train_file  # noqa: PLC0415

        train_file(data, out, seed, ProgressBars(bars))
    click.echo(f"{out}: {out.stat().st_size / 1e6:.1f} MB")


def _bars() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True))


TRAINING: Final = (train,)
"""The commands of this module, for the ``nunchi`` group."""
