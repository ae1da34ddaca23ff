"""``nunchi train transformer``: a pretrained model, trained on texts of your own."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from types import FrameType, MappingProxyType
from typing import Any, Final

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from bot.explaining import explained
from bot.training_bars import ProgressBars
from classifiers.label_maps import is_understood
from classifiers.training.transformer import (
    Device,
    FineTuning,
    Kind,
    Precision,
    Strategy,
    Task,
    TrainingStopped,
)

DEFAULTS: Final = FineTuning()
STOPPED: Final = 128 + signal.SIGINT
"""The exit code of a command that was ended by Ctrl-C."""

SHARE: Final = click.FloatRange(0, 1, max_open=True)
RATE: Final = click.FloatRange(0, 1, min_open=True)
TASK_OPTIONS: Final = tuple(field.name for field in fields(Task))
KINDS: Final = MappingProxyType(
    {"kind": Kind, "strategy": Strategy, "precision": Precision, "device": Device}
)
"""The options that are one of a few words, and what they become."""


class Onlooker(ProgressBars):
    """Shows each stage as a bar at a terminal, and each event as a line everywhere."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._bars = Progress(
            *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal
        )
        self._stop = False
        super().__init__(self._bars)

    def note(self, text: str) -> None:
        """Write a line."""
        self._bars.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def stopping(self) -> bool:
        """Tell whether Ctrl-C was pressed."""
        return self._stop

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Take the first Ctrl-C as a wish to stop soon; the second one ends at once."""
        before = signal.getsignal(signal.SIGINT)

        def ask(number: int, frame: FrameType | None) -> None:
            signal.signal(signal.SIGINT, before)
            self._stop = True
            self.note("stopping after this step; press Ctrl-C again to stop at once")

        signal.signal(signal.SIGINT, ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
            self._bars.stop()


def _same(value: Any) -> Any:  # noqa: ANN401 - an option of any kind
    return value


def _words(kinds: type[Any]) -> click.Choice[str]:
    return click.Choice([str(kind) for kind in kinds])


@click.command(short_help="Fine-tune a pretrained transformer.")
@click.option(
    "--data",
    required=True,
    help="TSV, CSV, JSONL (.gz), AI Hub JSON, chat[:LANGUAGE], hub:OWNER/NAME[:PART], or a folder "
    "with train, dev and test.",
)
@click.option("--dev", help="Chooses the best epoch. Default: a tenth of the data, kept back.")
@click.option("--test", help="Measured on in the end. Default: dev, which flatters.")
@click.option("--model", required=True, help="A folder, or OWNER/NAME on the Hugging Face hub.")
@click.option("--revision", help="Branch, tag or commit of a model on the hub.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder to write; new or empty.",
)
@click.option("--map", "label_map", help="What the labels mean: a built-in map or a JSON file.")
@click.option(
    "--labels",
    "kind",
    type=_words(Kind),
    default=str(Kind.AUTO),
    show_default=True,
    help="One label a text, or several; auto looks whether a text has several.",
)
@click.option("--text-column", default="text", show_default=True, help="Column of the text.")
@click.option("--label-column", help="Column of the label. Default: label, labels, emotion ...")
@click.option(
    "--strategy",
    type=_words(Strategy),
    default=str(DEFAULTS.strategy),
    show_default=True,
    help="What moves once the head is trained: nothing more, the top layers, all, or adapters.",
)
@click.option(
    "--unfreeze",
    type=click.IntRange(1),
    default=DEFAULTS.unfreeze,
    show_default=True,
    help="Layers that move with the strategy top.",
)
@click.option(
    "--epochs", type=click.IntRange(1), default=DEFAULTS.epochs, show_default=True, help="At most."
)
@click.option(
    "--head-epochs",
    type=click.IntRange(0),
    default=DEFAULTS.head_epochs,
    show_default=True,
    help="Epochs of the head alone, before the others.",
)
@click.option(
    "--batch",
    type=click.IntRange(1),
    default=DEFAULTS.batch,
    show_default=True,
    help="Texts a step; halved in memory, not in effect, when memory runs out.",
)
@click.option("--rate", type=RATE, help="Of AdamW. Default: 3e-5, adapters 3e-4.")
@click.option(
    "--head-rate",
    type=RATE,
    default=DEFAULTS.head_rate,
    show_default=True,
    help="Of the head while it learns alone.",
)
@click.option(
    "--layer-decay",
    type=click.FloatRange(0, 1, min_open=True),
    default=DEFAULTS.layer_decay,
    show_default=True,
    help="Factor of the rate from a layer to the one below.",
)
@click.option(
    "--warm-up",
    type=SHARE,
    default=DEFAULTS.warm_up,
    show_default=True,
    help="Share of the steps in which the rate rises.",
)
@click.option(
    "--patience",
    type=click.IntRange(0),
    default=DEFAULTS.patience,
    show_default=True,
    help="Epochs without a better dev macro-F1 before a stage ends; 0: never.",
)
@click.option(
    "--max-length",
    type=click.IntRange(4),
    default=DEFAULTS.max_length,
    show_default=True,
    help="Tokens that are read of a text.",
)
@click.option(
    "--weight-decay",
    type=click.FloatRange(0, 1),
    default=DEFAULTS.weight_decay,
    show_default=True,
    help="Of AdamW.",
)
@click.option(
    "--rank",
    type=click.IntRange(1),
    default=DEFAULTS.rank,
    show_default=True,
    help="Of the adapters.",
)
@click.option("--balance", is_flag=True, help="Let rare labels weigh more.")
@click.option(
    "--precision", type=_words(Precision), default=str(DEFAULTS.precision), show_default=True
)
@click.option("--device", type=_words(Device), default=str(DEFAULTS.device), show_default=True)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=DEFAULTS.seed,
    show_default=True,
    help="Same seed, same figures.",
)
@click.option(
    "--save-steps",
    type=click.IntRange(0),
    default=DEFAULTS.save_steps,
    show_default=True,
    help="Steps between checkpoints; 0: after each epoch only.",
)
@click.option("--licence", help="Of the pretrained model, for the model card.")
@click.option("--resume", is_flag=True, help="Go on with what --out keeps of an interrupted run.")
def transformer(**options: Any) -> None:  # noqa: ANN401 - click passes every option by keyword
    """Fine-tune a pretrained transformer; needs the extra "finetune".

    Ctrl-C stops after the running step and keeps what was learnt for --resume.
    """
    given: dict[str, Any] = {name: KINDS.get(name, _same)(each) for name, each in options.items()}
    task = Task(**{name: given.pop(name) for name in TASK_OPTIONS})
    settings = FineTuning(**given)
    onlooker = Onlooker(Console(stderr=True))
    with explained(), onlooker.watching():
        # Late, because the extra is optional.
        from classifiers.training.transformer.recipe import fine_tune  # noqa: PLC0415

        try:
            outcome = fine_tune(task, settings, onlooker)
        except TrainingStopped as stopped:
            onlooker.note(f"nunchi: {stopped}")
            sys.exit(STOPPED)
    figures = outcome.measured.evaluation
    click.echo(
        f"{outcome.folder}: {len(outcome.labels)} labels; on {figures.n} {outcome.measured.part} "
        f"texts accuracy {figures.accuracy:.3f}, macro-F1 {figures.macro_f1:.3f}"
    )
    more = "" if is_understood(outcome.labels) else "&map=FILE.json"
    click.echo(f"use it: NUNCHI_CLASSIFIER='transformers?model={outcome.folder}{more}'")
