"""Training of the embedded model; its inner loops need the extra ``train`` (numba)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from classifiers.errors import BackendUnavailable

if TYPE_CHECKING:
    from classifiers.training.chat import ChatLine
    from classifiers.training.embedded.recipe import Progress, Recipe

__all__ = ["train_file"]


def train_file(
    folder: Path,
    out: Path,
    seed: int,
    progress: Progress,
    recipe: Recipe | None = None,
    chat: Sequence[ChatLine] | None = None,
) -> None:
    """Train on a folder of tidy sets and the corpus of chat lines, and write the weights.

    Args:
        folder: Holds ``NAME/{train,dev}.tsv.gz``; sets that are absent are done without.
        out: The file to write.
        seed: The same seed and data give the same file on the same machine.
        progress: Hears how it goes.
        recipe: The knobs, if not those of the shipped weights.
        chat: The lines of chat, if not the corpus of the project.

    Raises:
        BackendUnavailable: numba is not installed.
        DatasetUnreadable: The folder is missing or a file in it is broken.
    """
    if find_spec("numba") is None:
        msg = 'training needs numba: pip install "nunchi-bot[train]"'
        raise BackendUnavailable(msg)
    # Late, because numba is an extra.
    from classifiers.training.embedded.recipe import train_file as train_checked  # noqa: PLC0415

    train_checked(folder, out, seed, progress, recipe, chat)
