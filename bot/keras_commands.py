"""``nunchi train keras-lstm``, ``keras-transformer`` and ``bow``: networks of one's own.

Their values by default are those of ``classifiers.training.keras.RECIPES``; an option that is
given replaces one of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from bot.explaining import explained
from bot.training_bars import progress_bars

if TYPE_CHECKING:
    from classifiers.training.keras import Trained, TrainingRequest

Options = Callable[[Callable[..., None]], Callable[..., None]]

DATA_OPTIONS: Final = (
    click.option(
        "--data",
        required=True,
        help="Folder with {train,dev,test}.tsv.gz (or .tsv, .csv, .jsonl), a file, or chat[:ko].",
    ),
    click.option("--dev", help="File to stop by. Default: the folder's, or a tenth of the data."),
    click.option("--test", help="File to measure on. Default: the folder's."),
    click.option("--text-column", default="text", show_default=True, help="Column of the text."),
    click.option("--label-column", help="Column of the label. Default: label, labels, emotion ..."),
    click.option("--map", "label_map", help="What the labels mean: a built-in map or a JSON file."),
    click.option(
        "--multi-label/--single-label",
        default=None,
        help="Whether a text may have several labels. Default: as the data have it.",
    ),
    click.option("--limit", type=click.IntRange(10), help="Learn from so many texts only."),
)
PLACE_OPTIONS: Final = (
    click.option(
        "--out",
        type=click.Path(path_type=Path),
        required=True,
        help="The bundle: a folder, or one file NAME.nunchi.",
    ),
    click.option(
        "--key",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Key that signs the bundle. Default: bundles.key in NUNCHI_DATA_DIR.",
    ),
)
KNOBS: Final = (
    click.option("--vocabulary", type=click.IntRange(100, 2_000_000), help="Sub-words or n-grams."),
    click.option("--length", type=click.IntRange(4, 4_000), help="Most of them read of a text."),
    click.option("--width", type=click.IntRange(1, 2_048), help="Size of an embedding."),
    click.option("--dropout", type=click.FloatRange(0, 1, max_open=True), help="Share left out."),
    click.option("--rate", type=click.FloatRange(0, 1, min_open=True), help="Learning rate."),
    click.option("--batch", type=click.IntRange(1, 65_536), help="Texts of a step."),
    click.option("--epochs", type=click.IntRange(1, 1_000), help="Most rounds over the data."),
    click.option("--patience", type=click.IntRange(0, 1_000), help="Rounds without gain allowed."),
    click.option(
        "--threshold",
        type=click.FloatRange(0.01, 0.99),
        help="The pleasanter of two labels from this probability on. Default: .5; reviews: .7.",
    ),
    click.option("--seed", type=int, default=0, show_default=True, help="Same seed, same model."),
)
UNITS: Final = click.option("--units", type=click.IntRange(1, 4_096), help="Inner width.")
VECTORS: Final = click.option(
    "--vectors",
    metavar="FILE|train",
    help="Start from word vectors: word2vec's .txt, .vec, .bin; one saved by gensim itself is "
    "code, and must be trusted; or train them on the data.",
)


def _with(*options: Options) -> Options:
    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


@click.command("keras-lstm", short_help="Train an LSTM in both directions.")
@_with(*DATA_OPTIONS, *PLACE_OPTIONS)
@click.option(
    "--preset",
    type=click.Choice(["lstm", "reviews"]),
    default="lstm",
    show_default=True,
    help="reviews: the film-review model, Embedding 32, LSTM 64, positive from .7 on.",
)
@_with(*KNOBS, UNITS, VECTORS)
def keras_lstm(preset: str, **options: Any) -> None:  # noqa: ANN401 - click passes every option by keyword
    """Train an LSTM in both directions; needs the extras "tensorflow" and "evaluation"."""
    _train(preset, options)


@click.command("keras-transformer", short_help="Train a transformer encoder.")
@_with(*DATA_OPTIONS, *PLACE_OPTIONS, *KNOBS, UNITS, VECTORS)
@click.option("--layers", type=click.IntRange(1, 48), help="Blocks.")
@click.option("--heads", type=click.IntRange(1, 64), help="Of the attention; they divide width.")
@click.option("--warmup", type=click.FloatRange(0, 0.9), help="Share of growing learning rate.")
def keras_transformer(**options: Any) -> None:  # noqa: ANN401 - see above
    """Train a transformer encoder; needs the extras "tensorflow" and "evaluation"."""
    _train("transformer", options)


@click.command(short_help="Train a dense network on n-grams, the fastest.")
@_with(*DATA_OPTIONS, *PLACE_OPTIONS, *KNOBS)
@click.option(
    "--weighting", type=click.Choice(["tfidf", "bow"]), help="Of n-grams: by TF-IDF, or all alike."
)
@click.option(
    "--characters",
    type=(click.IntRange(1, 8), click.IntRange(1, 8)),
    help="Shortest and longest run of characters, beside words and pairs of words.",
)
def bow(**options: Any) -> None:  # noqa: ANN401 - see above
    """Train a dense network on n-grams, the fastest; needs "tensorflow" and "evaluation"."""
    _train("bow", options)


KERAS: Final = (keras_lstm, keras_transformer, bow)
"""The commands of this module, for the group ``train``."""


def _train(preset: str, options: dict[str, Any]) -> None:
    # TensorFlow tells of each of its parts at start, unless it is told not to before it is loaded.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with explained(), progress_bars() as bars:
        # Late, because it needs seconds and extras.
        from classifiers.training.keras import train  # noqa: PLC0415

        trained = train(_request(preset, options), bars)
    click.echo(_summary(trained))


def _request(preset: str, options: Mapping[str, Any]) -> TrainingRequest:
    # Late, as above.
    from dataclasses import replace  # noqa: PLC0415

    from classifiers.training.datasets import Columns  # noqa: PLC0415
    from classifiers.training.keras import (  # noqa: PLC0415
        RECIPES,
        DataRequest,
        Recipe,
        TrainingRequest,
    )

    knobs = {
        name: value
        for name, value in options.items()
        if name in Recipe.__dataclass_fields__ and value is not None
    }
    data = DataRequest(
        options["data"],
        options["dev"],
        options["test"],
        Columns(options["text_column"], options["label_column"]),
        options["multi_label"],
        options["limit"],
        options["seed"],
    )
    recipe = replace(RECIPES[preset], **knobs)
    return TrainingRequest(data, recipe, options["out"], options["label_map"], options["key"])


def _summary(trained: Trained) -> str:
    figures = trained.evaluation
    # With several labels a text, to have all of them right is rare and tells little.
    first = "micro_f1" if trained.bundle.manifest.multi_label else "accuracy"
    name = first.replace("micro_f1", "micro-F1")
    measured = f"{name} {figures[first]:.3f}, macro-F1 {figures['macro_f1']:.3f}"
    lines = [
        f"{trained.bundle.path}: fingerprint {trained.bundle.fingerprint[:16]}",
        f"{figures['part']} part: {figures['n']} texts, {measured}",
    ]
    if figures.get("threshold", 0.5) != 0.5:
        lines.append(
            f"  at the threshold {figures['threshold']:g}; at one half the accuracy is "
            f"{figures['accuracy_at_one_half']:.3f}"
        )
    if trained.vectors is not None:
        lines.append(
            f"word vectors were known for {trained.vectors:.0%} of the sub-words in the text"
        )
    if not trained.exported:
        lines.append("ONNX could not stand in for Keras: the bundle needs TensorFlow to run")
    lines.append(f"use it: NUNCHI_CLASSIFIER='keras?path={trained.bundle.path}'")
    return "\n".join(lines)
