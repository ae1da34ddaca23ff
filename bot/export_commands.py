"""``nunchi report`` and ``nunchi export``: files for people, spreadsheets and other programs."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from bot.explaining import explained
from bot.keeping import store_key
from bot.model_commands import export as export_model
from bot.settings import Settings, load_settings
from reports.errors import InvalidPeriod, ReportError
from reports.period import Week, zone_of
from storage.open import file_of

FORMATS: Final = ("png", "svg", "html", "json", "csv")
TABLES: Final = ("csv", "json")
_NO_PDF: Final = (
    "there is no pdf: write html, open the page and let the browser print it into a file"
)
_MONTH: Final = re.compile(r"([0-9]{4})-M?([0-9]{2})")
_DATE: Final = click.DateTime(["%Y-%m-%d"])

if TYPE_CHECKING:
    from bot.exporting import Place, Written
    from reports.monthly import Month

F = TypeVar("F", bound=Callable[..., Any])


Callback = Callable[[click.Context, click.Parameter, Any], Any]


def _some_of(known: tuple[str, ...]) -> Callback:
    """Return what reads a list such as ``png,json``."""

    def read(_: click.Context, __: click.Parameter, value: str) -> tuple[str, ...]:
        names = tuple(dict.fromkeys(part.strip().lower() for part in value.split(",")))
        if "pdf" in names:
            raise click.BadParameter(_NO_PDF)
        for name in names:
            if name not in known:
                msg = f"{name!r} is none of {', '.join(known)}"
                raise click.BadParameter(msg)
        return names

    return read


def _checked(read: Callable[[str], object]) -> Callback:
    """Return what reads an option by a function of ours, and tells what is wrong with it."""

    def checked(_: click.Context, __: click.Parameter, value: str | None) -> object:
        try:
            return None if value is None else read(value)
        except ReportError as error:
            raise click.BadParameter(str(error)) from error

    return checked


def _timezone(name: str) -> str:
    return zone_of(name).key


def _month(text: str) -> Month:
    """Return the month of ``2026-11``, or of its key ``2026-M11``."""
    # Late, because it brings arithmetic along that no other command waits for.
    from reports.monthly import Month  # noqa: PLC0415

    match = _MONTH.fullmatch(text)
    if match is None:
        msg = f"{text!r} is no month; write it like 2026-11"
        raise InvalidPeriod(msg)
    return Month(int(match[1]), int(match[2]))


def _names(_: click.Context, __: click.Parameter, value: tuple[str, ...]) -> dict[int, str]:
    """Return the names of channels by id."""
    names = {}
    for each in value:
        channel, _equals, name = each.partition("=")
        if not (channel.isascii() and channel.isdigit() and name.strip()):
            msg = f"{each!r} names no channel; write it like 1234=general"
            raise click.BadParameter(msg)
        names[int(channel)] = name.strip().removeprefix("#")
    return names


def _place_options(command: F) -> F:
    """Add the options that say where the records are."""
    for option in (
        click.option(
            "--timezone",
            callback=_checked(_timezone),
            help="Such as Asia/Seoul. Default: the server's own.",
        ),
        click.option("--guild", "guild_id", type=int, required=True, help="Id of the server."),
        click.option("--store", help="Address of the store. Default: NUNCHI_STORE."),
    ):
        command = option(command)
    return command


_bom = click.option(
    "--bom", is_flag=True, help="Begin the CSV with a byte order mark, which Excel needs."
)


def _out(default: str) -> Callable[[F], F]:
    return click.option(
        "--out",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path(default),
        show_default=True,
        help="Folder for the files.",
    )


@click.command()
@_place_options
@click.option(
    "--week",
    callback=_checked(Week.parse),
    help="Such as 2026-W46. Default: the last week that is over.",
)
@click.option("--month", callback=_checked(_month), help="Such as 2026-11, in place of a week.")
@_out("report")
@click.option(
    "--format",
    "formats",
    callback=_some_of(FORMATS),
    default=",".join(FORMATS),
    show_default=True,
    help="What to write, separated by commas.",
)
@click.option("--language", type=click.Choice(["ko", "en"]), help="Default: the server's own.")
@click.option(
    "--theme",
    type=click.Choice(["dark", "light"]),
    help="Of png and svg; the page follows its reader. Default: the server's own.",
)
@click.option("--name", default="", help="Name of the server; the store knows none.")
@click.option(
    "--channel",
    "channels",
    multiple=True,
    callback=_names,
    metavar="ID=NAME",
    help="Name of a channel; may be given again.",
)
@_bom
@click.pass_obj
def report(
    env_file: Path,
    /,
    store: str | None,
    guild_id: int,
    timezone: str | None,
    week: Week | None,
    month: Month | None,
    out: Path,
    **looks: Any,  # noqa: ANN401 -- what the options above make of it
) -> None:
    """Write the report of a week or a month into files.

    The bot need not run. What the report hides is in no file.
    """
    if week is not None and month is not None:
        msg = "--week and --month exclude each other"
        raise click.UsageError(msg)
    settings = _settings(env_file)
    # Late, because no other command draws.
    from bot.exporting import Looks, export_report  # noqa: PLC0415

    place = _place(settings, store, guild_id, timezone)
    shown = Looks(
        looks["formats"],
        looks["language"],
        looks["theme"],
        looks["name"],
        looks["bom"],
        looks["channels"],
    )
    with explained(settings.secrets()):
        written = asyncio.run(
            export_report(settings, place, month or week, shown, out, datetime.now(UTC))
        )
    _tell(written)


class _Export(click.Group):
    """Says what to export by a name or, without one, by its options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the name in front where it is missing: ``--model`` means a model."""
        if args and args[0].startswith("-") and args[0] not in ctx.help_option_names:
            given = {each.partition("=")[0] for each in args}
            args = ["model" if "--model" in given else "aggregates", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Export)
def export() -> None:
    """Write aggregates of a server, or a model, for other programs.

    Without a name it is the aggregates, or with --model the model.
    """


export.add_command(export_model, "model")


@export.command(short_help="Write days and weeks of a server as tables.")
@_place_options
@click.option("--from", "first", type=_DATE, help="First day. Default: 12 weeks back.")
@click.option("--until", "last", type=_DATE, help="Last day. Default: the last week's Sunday.")
@_out("export")
@click.option(
    "--format",
    "formats",
    callback=_some_of(TABLES),
    default=",".join(TABLES),
    show_default=True,
    help="What to write, separated by commas.",
)
@click.option("--language", type=click.Choice(["ko", "en"]), help="Default: the server's own.")
@_bom
@click.pass_obj
def aggregates(
    env_file: Path,
    /,
    store: str | None,
    guild_id: int,
    timezone: str | None,
    first: datetime | None,
    last: datetime | None,
    **looks: Any,  # noqa: ANN401 -- what the options above make of it
) -> None:
    """Write days and weeks of a server: mood, emotions, people, messages.

    Only weeks that are over count. What the reports hide is in no file.
    """
    settings = _settings(env_file)
    # Late, as above.
    from bot.exporting import Looks, export_aggregates  # noqa: PLC0415

    place = _place(settings, store, guild_id, timezone)
    shown = Looks(looks["formats"], looks["language"], bom=looks["bom"])
    days = (first.date() if first else None, last.date() if last else None)
    with explained(settings.secrets()):
        written = asyncio.run(
            export_aggregates(settings, place, days, shown, looks["out"], datetime.now(UTC))
        )
    _tell(written)


EXPORTING: Final = (report, export)
"""The commands of this module, for the ``nunchi`` group."""


def _settings(env_file: Path) -> Settings:
    with explained():
        return load_settings(env_file, os.environ)


def _place(settings: Settings, store: str | None, guild_id: int, timezone: str | None) -> Place:
    url = store or settings.store.get_secret_value()
    with explained(settings.secrets()):
        file = file_of(url)
        key = store_key(settings, file) if file else None
    # Late, like the rest of what draws reports.
    from bot.exporting import Place  # noqa: PLC0415

    return Place(url, guild_id, timezone, key)


def _tell(written: Written) -> None:
    for path in written.files:
        click.echo(str(path))
    if written.note:
        click.echo(written.note, err=True)
