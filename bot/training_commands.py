"""``nunchi train``: make the weights of a classifier anew."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from bot.explaining import explained
from bot.fine_tuning_commands import transformer
from bot.keras_commands import KERAS
from bot.training_bars import progress_bars


@click.group()
def train() -> None:
    """Train a classifier."""


@train.command(short_help="Train the weights of the embedded classifier.")
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
    with explained(), progress_bars() as bars:
        # Late, because numba is an extra and takes a second to load.
        from classifiers.training.embedded import train_file  # noqa: PLC0415

        train_file(data, out, seed, bars)
    click.echo(f"{out}: {out.stat().st_size / 1e6:.1f} MB")


for _command in (*KERAS, transformer):
    train.add_command(_command)

TRAINING: Final = (train,)
"""The commands of this module, for the ``nunchi`` group."""
