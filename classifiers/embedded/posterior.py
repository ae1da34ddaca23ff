"""The correction of shares that is shipped beside a file of weights.

A small JSON file that names the weights it was measured on by their checksum: beside other weights
it is noticed and left alone, and shares are then mean posteriors.
"""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from typing import Final

from classifiers.correction import ShareCorrection

log = logging.getLogger(__name__)

SUFFIX: Final = ".shares.json"
FORMAT: Final = 1


def correction_file(weights: Path) -> Path:
    """Return where the correction of a file of weights lies: ``weights.bin.shares.json``."""
    return weights.with_name(weights.name + SUFFIX)


def write_correction(correction: ShareCorrection, weights: Path) -> Path:
    """Write the correction beside the weights; the same one gives the same bytes.

    Raises:
        OSError: The weights cannot be read, or the file cannot be written.
    """
    document = {
        "format": FORMAT,
        "weights": _checksum(weights),
        "correction": correction.to_document(),
    }
    path = correction_file(weights)
    path.write_text(json.dumps(document, sort_keys=True, indent=0) + "\n", "utf-8")
    return path


def correction_beside(weights: Path, model: str) -> ShareCorrection | None:
    """Return the correction of a model, or ``None`` when there is none that belongs to it.

    A file that is damaged, or was measured on other weights, is named in the log.

    Args:
        weights: The file of weights.
        model: The identifier in the model's predictions.
    """
    path = correction_file(weights)
    if not path.exists():
        return None
    try:
        return _read(path, weights, model)
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("shares are not corrected for errors of the classifier: %s: %s", path, error)
        return None


def _read(path: Path, weights: Path, model: str) -> ShareCorrection:
    document = json.loads(path.read_text("utf-8"))
    if document["format"] != FORMAT or document["weights"] != _checksum(weights):
        msg = "it was measured on other weights"
        raise ValueError(msg)
    correction = ShareCorrection.from_document(document["correction"])
    if correction.model != model:
        msg = f"it was measured on {correction.model}, not {model}"
        raise ValueError(msg)
    return correction


def _checksum(weights: Path) -> str:
    with weights.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
