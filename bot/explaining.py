"""What a command says when something ends it on purpose: one line, and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import click

from bot import logs
from bot.errors import exit_code_of
from classifiers.errors import NunchiError


@contextmanager
def explained(secrets: Iterable[str] = ()) -> Iterator[None]:
    """Turn an error of ours into one line on standard error and an exit code of ``bot.errors``."""
    hide: Callable[[str], str] = logs.Redactor(secrets)
    try:
        yield
    except NunchiError as error:
        click.echo(f"nunchi: {hide(' '.join(str(error).split()))}", err=True)
        sys.exit(exit_code_of(error))
