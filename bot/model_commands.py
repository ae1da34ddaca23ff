"""``nunchi models`` and ``nunchi export``: models for the backend ``transformers``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from bot.explaining import explained
from classifiers.errors import BackendUnavailable

HEADINGS: Final = ("NAME", "LABELS", "LANGUAGES", "SIZE", "LICENCE", "REVISION", "MODEL")
SHORT: Final = 12
"""Digits of a commit that the table shows; ``--json`` shows it whole."""


@click.command()
@click.option("--json", "wants_json", is_flag=True, help="Print a JSON array.")
def models(wants_json: bool) -> None:
    """List the models that the backend "transformers" knows by name."""
    # Late, so that no other command waits for it.
    from classifiers.transformer.presets import presets  # noqa: PLC0415

    rows = [_row(preset) for preset in presets().values()]
    if wants_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for line in _aligned([HEADINGS, *(_cells(row) for row in rows)]):
        click.echo(line)
    click.echo()
    for row in rows:
        click.echo(f"{row['name']}: {row['note']}")
    click.echo("\nUse one by: nunchi classify --backend 'transformers?model=NAME'")


@click.command(short_help="Make a folder of a model that runs without torch.")
@click.option("--model", required=True, help="A folder, a hub id or a name of `nunchi models`.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder to write; it must be new or empty.",
)
@click.option("--revision", help="Commit, branch or tag of a hub id.")
@click.option("--map", "label_map", help="What the labels mean: a built-in map or a JSON file.")
@click.option(
    "--multi-label/--single-label",
    default=None,
    help="Whether labels have a probability each. Default: as the model says.",
)
@click.option(
    "--quantise",
    type=click.Choice(["none", "int8"]),
    default="none",
    show_default=True,
    help="int8 is a quarter of the size and quicker, and a little less exact.",
)
@click.option("--opset", type=click.IntRange(18), help="Version of ONNX's operators.")
@click.option("--languages", help="What the model was made for, such as ko,en.")
@click.option("--offline", is_flag=True, help="Download nothing.")
def export(out: Path, quantise: str, opset: int | None, **chosen: Any) -> None:  # noqa: ANN401
    """Make a folder that runs without torch: ONNX model, tokenizer and manifest.

    Needs the extra "torch"; whoever runs the folder needs the extra "onnx" only.
    """
    with explained():
        # Late, because this is a backend that few installations have.
        from classifiers.transformer.folder_export import export_folder  # noqa: PLC0415

        _refuse_full(out)
        report = export_folder(_options(chosen), out, quantise, opset)
    for way in report.failed:
        click.echo(f"failed: {way}")
    click.echo(f"exported by {report.manifest.exporter}")
    click.echo(
        f"largest difference from torch: {report.exact.difference:.1e} (ONNX, 32-bit floats)"
    )
    if report.quantised is not None:
        click.echo(
            f"largest difference from torch: {report.quantised.difference:.1e} (int8); "
            f"same label for {report.quantised.same_label:.0%} of the sample texts"
        )
    size = sum(path.stat().st_size for path in out.iterdir()) / 1e6
    click.echo(f"{out}: {size:.1f} MB, licence: {report.manifest.licence}")
    click.echo(f"Use it by: nunchi classify --backend 'transformers?model={out}'")


MODELS: Final = (models,)
"""The command of this module for the ``nunchi`` group; ``export`` stands beside other exports."""


def _options(chosen: dict[str, Any]) -> dict[str, str]:
    """Return the options of the backend that some command line options mean."""
    multi_label = chosen.pop("multi_label")
    options = {"map": chosen.pop("label_map"), "multi_label": multi_label, **chosen}
    return {name: str(value) for name, value in options.items() if value not in {None, ""}}


def _refuse_full(out: Path) -> None:
    if out.is_dir() and any(out.iterdir()):
        msg = f"the folder {out} is not empty; name a new one by --out"
        raise BackendUnavailable(msg)


def _row(preset: Any) -> dict[str, Any]:  # noqa: ANN401 - a Preset; its module is loaded late
    from classifiers.label_maps import built_in_maps  # noqa: PLC0415

    return {
        "name": preset.name,
        "model": preset.model,
        "revision": preset.revision,
        "pinned": preset.is_pinned,
        "map": preset.label_map,
        "labels": len(built_in_maps()[preset.label_map].table),
        "multi_label": preset.multi_label,
        "languages": list(preset.languages),
        "megabytes": preset.megabytes,
        "licence": preset.licence,
        "note": preset.note,
    }


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    revision = row["revision"]
    return (
        row["name"],
        f"{row['labels']} ({row['map']})",
        ",".join(row["languages"]),
        f"{row['megabytes']} MB",
        row["licence"],
        revision[:SHORT] if row["pinned"] else f"{revision} (not pinned)",
        row["model"],
    )


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = ([cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows)
    return ["  ".join(row).rstrip() for row in padded]
