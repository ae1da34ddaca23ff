"""Exporting a model to a folder that is handed on: what ``nunchi export`` does."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from classifiers.errors import BackendUnavailable
from classifiers.transformer.backend import source_of
from classifiers.transformer.choice import choice_of
from classifiers.transformer.exporting import ExportJob, ExportReport, export, name_labels


def export_folder(
    options: Mapping[str, str], out: Path, quantise: str = "none", opset: int | None = None
) -> ExportReport:
    """Export a model to a new folder, which appears once everything in it is written and checked.

    What the options tell of the labels is written into the manifest, so that the folder needs no
    options any more.

    Args:
        options: Those of the backend, ``model`` at least.
        out: The folder; it is new or empty.
        quantise: ``none`` or ``int8``.
        opset: The version of ONNX's operators; ``None`` leaves it to torch.

    Raises:
        InvalidOption: An option cannot be used.
        BackendUnavailable: The model cannot be had, is refused, or cannot be exported or written.
        LabelMapError: Nobody knows what its labels mean.
    """
    choice = choice_of(options)
    source = source_of(choice)
    folder = source.folder
    if not folder.weights:
        msg = f"{folder.name} holds an ONNX model already; name the checkpoint it was made from"
        raise BackendUnavailable(msg)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".export-", dir=out.parent))
    except OSError as error:
        msg = f"the folder {out.parent} cannot be written; name another one"
        raise BackendUnavailable(msg) from error
    job = ExportJob(
        folder, work, choice.naming, folder.name, source.revision, choice.languages, quantise, opset
    )
    try:
        report = export(job)
        named = name_labels(work, report.manifest, choice.naming)
        # Only its owner may enter a temporary folder; a model is for others as well.
        work.chmod(0o755)
        work.replace(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return replace(report, manifest=named)
