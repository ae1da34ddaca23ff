"""``nunchi classify`` and ``nunchi evaluate``: a backend on texts of your own, without a bot."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import sys
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bot.explaining import explained
from bot.judging_lines import (
    Form,
    InputUnreadable,
    Line,
    as_json,
    form_of,
    judged_lines,
    read_lines,
)
from bot.settings import Settings
from classifiers.classifier import Classifier, load

DEFAULT_BACKEND: Final[str] = Settings.model_fields["classifier"].default
SOME_LINES_REFUSED: Final = 1
"""Exit code of ``classify`` when a line could not be read; the others were judged."""

backend_option = click.option(
    "--backend",
    default=DEFAULT_BACKEND,
    show_default=True,
    help="The classifier: NAME or NAME?option=value.",
)


@click.command(short_help="Judge the texts of a file, one JSON object a line.")
@click.argument("file", type=click.File("rb"), default="-")
@backend_option
@click.option(
    "--format",
    "form",
    type=click.Choice([str(form) for form in Form]),
    default="auto",
    show_default=True,
    help="How the texts stand; auto goes by the name of the file, else by the first line.",
)
@click.option("--text-column", default="text", show_default=True, help="Column of the text.")
@click.option("--head", help="Add the probabilities of this head, such as goemotions.")
@click.option("--echo", is_flag=True, help="Add the text to each line.")
@click.option("--batch", type=click.IntRange(1), help="Lines judged together; 1 answers at once.")
def classify(
    file: BinaryIO,
    backend: str,
    form: str,
    text_column: str,
    head: str | None,
    echo: bool,
    batch: int | None,
) -> None:
    """Judge the texts of FILE, or of standard input, a JSON object a line.

    Lines that cannot be read give an object with "line" and "error", and exit code 1.
    """
    chosen = form_of(str(getattr(file, "name", ""))) if form == Form.AUTO else Form(form)
    with explained(), progress() as advance, text_of(file) as text:
        lines = read_lines(text, chosen, text_column)
        written = written_lines(backend, lines, advance, head=head, echo=echo, batch=batch)
        refused = asyncio.run(written)
    if refused:
        click.echo(f"nunchi: lines that could not be read: {refused}", err=True)
        sys.exit(SOME_LINES_REFUSED)


@click.command()
@backend_option
@click.option(
    "--data",
    required=True,
    help="TSV, CSV, JSONL (.gz), AI Hub JSON, chat[:LANGUAGE[:PART]], hub:OWNER/NAME[:PART].",
)
@click.option("--map", "label_map", help="What the labels mean: a built-in map or a JSON file.")
@click.option("--text-column", default="text", show_default=True, help="Column of the text.")
@click.option("--label-column", help="Column of the label. Default: label, labels, emotion ...")
@click.option("--head", help="Measure this head on its own labels, such as goemotions.")
@click.option("--dev", help="Data to choose thresholds on; takes the set as multi-label.")
@click.option("--against", help="A second backend to compare with, on the same texts.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of all that is drawn.")
@click.option(
    "--pictures",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for confusion.png and reliability.png.",
)
@click.option("--robustness", is_flag=True, help="Disturb the lines of --data chat instead.")
@click.option(
    "--shares", is_flag=True, help="Also draw bags with other shares and measure their estimates."
)
@click.option("--json", "wants_json", is_flag=True, help="Print one JSON object.")
def evaluate(**options: Any) -> None:  # noqa: ANN401 - click passes every option by keyword
    """Measure how well a backend judges labelled texts."""
    # Late, because only this command needs scikit-learn, which the bot is installed without.
    from bot.judging_figures import EvaluationRequest, figures_of  # noqa: PLC0415

    wants_json = bool(options.pop("wants_json"))
    with explained(), progress() as advance:
        figures = asyncio.run(figures_of(EvaluationRequest(**options), advance))
    click.echo(json.dumps(figures.values, ensure_ascii=False) if wants_json else figures.text)


JUDGING: Final = (classify, evaluate)


async def written_lines(
    backend: str,
    lines: Iterator[Line],
    advance: Callable[[int], None],
    **choices: Any,  # noqa: ANN401 - passed on to judged_lines as they are
) -> int:
    """Judge lines and write each batch to standard output; return how many could not be read.

    Args:
        backend: The specification of a classifier.
        lines: What is judged.
        advance: Told after each batch how many lines it held.
        choices: Those of ``judged_lines``.
    """
    refused = 0
    out = sys.stdout.buffer
    async with started(load(backend)) as classifier:
        async for batch in judged_lines(classifier, lines, **choices):
            out.write(b"".join(map(as_json, batch)))
            out.flush()
            refused += sum("error" in each for each in batch)
            advance(len(batch))
    return refused


@asynccontextmanager
async def started(classifier: Classifier) -> AsyncIterator[Classifier]:
    """Start a classifier and close it in the end."""
    try:
        await classifier.start()
        yield classifier
    finally:
        await classifier.close()


@contextmanager
def progress(console: Console | None = None) -> Iterator[Callable[[int], None]]:
    """Show on a terminal how many texts are done; elsewhere, or beside the verdicts, nothing."""
    shown = console or Console(stderr=True)
    columns = (TextColumn("{task.completed:,.0f} texts"), BarColumn(), TimeElapsedColumn())
    hidden = not shown.is_terminal or (console is None and sys.stdout.isatty())
    with Progress(*columns, console=shown, transient=True, disable=hidden) as bar:
        task = bar.add_task("", total=None)
        yield lambda count: bar.advance(task, count)


@contextmanager
def text_of(file: BinaryIO) -> Iterator[IO[str]]:
    """Read a file as text, unpacked if its name ends in .gz; what is not UTF-8 is replaced.

    Raises:
        InputUnreadable: It cannot be unpacked.
    """
    name = str(getattr(file, "name", ""))
    stream = cast("BinaryIO", gzip.GzipFile(fileobj=file)) if name.endswith(".gz") else file
    # Only \n ends a line: a text may hold any other sign that splits lines elsewhere.
    text = io.TextIOWrapper(stream, "utf-8-sig", errors="replace", newline="\n")
    try:
        yield text
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        msg = f"cannot unpack {name}: {error}"
        raise InputUnreadable(msg) from error
    finally:
        # The file is not ours to close, and a wrapper that is forgotten would.
        text.detach()
