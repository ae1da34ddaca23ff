"""``nunchi receipt``: whether this installation wrote a receipt that somebody shows."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import click

from bot.errors import SettingsError
from bot.explaining import explained
from bot.keeping import ring_of
from bot.receipts import Receipts
from bot.settings import load_settings

LONGEST: Final = 64 * 1024
"""Bytes of a file that are looked at; a receipt has two thousand at most."""


@click.command(short_help="Tell whether a file is a receipt of a deletion.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def receipt(env_file: Path, file: Path) -> None:
    """Tell whether FILE is a receipt of a deletion that this installation wrote.

    It cannot tell whose: nothing about the person is on a receipt, and no receipt is kept.
    """
    with explained():
        settings = load_settings(env_file, os.environ)
        if not settings.given_keys() and not settings.key_file.exists():
            msg = "there is no pseudonym key here, so no receipt was written with it"
            raise SettingsError(msg)
        with file.open("rb") as opened:
            text = opened.read(LONGEST).decode("utf-8", errors="replace")
        ours = Receipts(ring_of(settings).first).confirms(text)
    if not ours:
        click.echo("This installation did not write this receipt, or it was changed.")
        raise SystemExit(1)
    click.echo("This installation wrote this receipt. It does not say for whom.")


RECEIPTS: Final = (receipt,)
"""The commands, for ``bot.cli``."""
