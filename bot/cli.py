"""The ``nunchi`` command: reads the settings, starts what was asked for, explains what went wrong.

Whatever ends a command on purpose is one line on standard error and an exit code of
``bot.errors``; stopping the bot with Ctrl-C or SIGTERM is no error.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console

from bot import logs
from bot.environment import lent_variables, terminal_language
from bot.explaining import explained
from bot.export_commands import EXPORTING
from bot.feedback_commands import FEEDBACK
from bot.health_check import ask_health
from bot.import_command import IMPORTING
from bot.judging_commands import JUDGING
from bot.key_commands import KEEPING
from bot.model_commands import MODELS
from bot.plugin_commands import PLUGINS
from bot.receipt_command import RECEIPTS
from bot.reclassify_command import RECLASSIFYING
from bot.serving_commands import SERVING
from bot.settings import PREFIX, TOKEN_VARIABLE, load_settings
from bot.training_commands import TRAINING

DEFAULT_ENV_FILE: Final = Path(".env")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nunchi-bot", prog_name="nunchi")
@click.option(
    "--env-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read settings from this file. Default: .env, if there is one.",
)
@click.pass_context
def nunchi(context: click.Context, env_file: Path | None) -> None:
    """Show a Discord server how it feels, honestly and privately."""
    context.obj = env_file or DEFAULT_ENV_FILE
    context.with_resource(lent_variables(context.obj, os.environ, _is_setting))


@nunchi.command()
@click.pass_obj
def run(env_file: Path) -> None:
    """Run the bot until it is stopped."""
    with explained():
        settings = load_settings(env_file, os.environ)
        settings.require_token()
    logs.configure(settings)
    # Late, so that a wrong setting is told before the Discord library is even loaded.
    from bot.application import run as run_application  # noqa: PLC0415

    with explained(settings.secrets()):
        asyncio.run(until_stopped(run_application(settings)))


@nunchi.command(short_help="Show the whole bot at work on a week of conversation.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="Folder for the report and the summary.",
)
@click.option(
    "--export",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Replay a DiscordChatExporter JSON file instead of the built-in week.",
)
def demo(out: Path, export: Path | None) -> None:
    """Show the whole bot at work on a week of conversation; needs no token."""
    # Late, because it brings a whole Discord along.
    from bot.demo.run import run_demo  # noqa: PLC0415

    with explained():
        summary = asyncio.run(run_demo(out, export, Console()))
    sys.exit(0 if summary.ok else 1)


@nunchi.command()
@click.option(
    "--language",
    type=click.Choice(["ko", "en"]),
    help="Language of the findings. Default: the one of this terminal.",
)
@click.pass_obj
def doctor(env_file: Path, language: str | None) -> None:
    """Check the installation and say what to do about what is wrong."""
    # Late, because it loads everything that it looks at.
    from bot.doctor.visit import examine, show  # noqa: PLC0415

    chosen = language or terminal_language(os.environ)
    findings = asyncio.run(examine(env_file, os.environ, chosen))
    sys.exit(0 if show(findings, chosen, Console()) else 1)


@nunchi.command(short_help="Ask a running bot whether it is well.")
@click.pass_obj
def health(env_file: Path) -> None:
    """Ask a running bot whether it is well; for container health checks."""
    with explained():
        settings = load_settings(env_file, os.environ)
        answer = ask_health(settings)
    click.echo(answer.text)
    sys.exit(0 if answer.well else 1)


for _command in (
    *JUDGING,
    *TRAINING,
    *MODELS,
    *SERVING,
    *PLUGINS,
    *RECEIPTS,
    *RECLASSIFYING,
    *IMPORTING,
    *EXPORTING,
    *FEEDBACK,
    *KEEPING,
):
    nunchi.add_command(_command)


def _is_setting(name: str) -> bool:
    """Settings are read from the file itself; only backends look for the data folder by itself."""
    return name == TOKEN_VARIABLE or (name.startswith(PREFIX) and name != f"{PREFIX}DATA_DIR")


async def until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Do some work; on SIGINT or SIGTERM, cancel it and return once it has cleaned up.

    A second signal finds Python's own handlers again and ends the process at once.
    """
    loop = asyncio.get_running_loop()
    task = loop.create_task(work, name="application")
    received: list[int] = []

    def stop(number: int) -> None:
        received.append(number)
        _stop_listening(loop)
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    try:
        await task
    except asyncio.CancelledError:
        if not received:
            raise
    finally:
        _stop_listening(loop)


def main() -> None:
    """Run the ``nunchi`` command."""
    nunchi()


def _stop_listening(loop: asyncio.AbstractEventLoop) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.remove_signal_handler(number)
