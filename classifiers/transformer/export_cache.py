"""Exports that are made once and kept, so that the next start needs neither torch nor a minute."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
import tempfile
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Final

from classifiers.errors import BackendUnavailable
from classifiers.transformer.exporting import ExportJob, export
from classifiers.transformer.folders import checksum
from classifiers.transformer.manifest import FILE
from classifiers.worker import spawned_worker

log = logging.getLogger(__name__)

RECIPE: Final = 1
"""Rises when the same checkpoint would be exported differently."""

DIGITS: Final = 12
SETTINGS: Final = ("*.json", "*.txt", "*.model")
UNSAFE: Final = re.compile(r"[^\w.-]+")


def default_cache() -> Path:
    """Return the folder for exports: ``$XDG_CACHE_HOME/nunchi/transformers``, or in the home."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "nunchi" / "transformers"


def exported_once(job: ExportJob, cache: Path) -> Path:
    """Return the folder of an export, which is made in a process of its own if it is not there.

    The process takes torch and all its memory along when it ends. Whether an export is there
    depends on the bytes of the checkpoint, not on its name.

    Args:
        job: What to export; its ``out`` does not matter.
        cache: The folder that holds exports.

    Raises:
        BackendUnavailable: The export failed, or the cache cannot be written.
        LabelMapError: Nobody knows what the labels mean.
    """
    target = cache / _name(job)
    if (target / FILE).is_file():
        return target
    log.warning("exporting %s to ONNX; this happens once and takes a minute", job.folder.name)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".export-", dir=cache))
    except OSError as error:
        msg = f"the cache {cache} cannot be written; name a folder by cache="
        raise BackendUnavailable(msg) from error
    try:
        _in_a_process(replace(job, out=work))
        _moved(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def _name(job: ExportJob) -> str:
    settings = (path for pattern in SETTINGS for path in sorted(job.folder.path.glob(pattern)))
    contents = checksum([*job.folder.weights, *settings])
    digest = hashlib.sha256(f"{RECIPE} {job.opset} {contents}".encode()).hexdigest()
    name = UNSAFE.sub("-", job.folder.name)
    return f"{name}-{digest[:DIGITS]}" + ("-int8" if job.quantise == "int8" else "")


def _in_a_process(job: ExportJob) -> None:
    worker = spawned_worker()
    try:
        worker.submit(export, job).result()
    except BrokenProcessPool as error:
        msg = (
            f"the process that exports {job.folder.name} died; is there enough memory? "
            "Export it on a larger machine: nunchi export"
        )
        raise BackendUnavailable(msg) from error
    finally:
        worker.shutdown(wait=True, cancel_futures=True)


def _moved(work: Path, target: Path) -> None:
    try:
        work.replace(target)
    except OSError:
        # Another process was quicker, and has the same in it.
        if not (target / FILE).is_file():
            raise
