"""An image-classification model of the Hugging Face format: where it lies, and loading it safely.

Weights are read from safetensors only, no code of a checkpoint is run, and a hub's model is
downloaded into a folder first: what is loaded then needs no network. (``from_pretrained`` by the
name of a model asks the hub for an adapter even when told to use local files only.)
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.errors import BackendUnavailable, InvalidOption
from classifiers.extras import required
from classifiers.images.decoding import EXTRA
from classifiers.label_maps import LabelMapError
from classifiers.projection import Projection

Array = NDArray[Any]

FILES: Final = (
    "config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "model.safetensors.index.json",
    "model*.safetensors",
)
"""All that is downloaded, and all that decides what a model answers."""

HUB_ID: Final = re.compile(r"[\w.-]+/[\w.-]+")
COMMIT: Final = re.compile(r"[0-9a-f]{40}")
CHUNK: Final = 2**20


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model lies.

    Attributes:
        model: A folder, or the id of a model on the Hugging Face hub.
        revision: The commit of the hub's model; ``None`` for a folder.
        offline: Use only what was downloaded before.
    """

    model: str
    revision: str | None = None
    offline: bool = False

    @classmethod
    def of(cls, model: str, revision: str | None, *, offline: bool) -> Source:
        """Check what was asked for.

        Raises:
            InvalidOption: A hub's model without its commit, or a folder with one.
        """
        if Path(model).expanduser().is_dir() or not HUB_ID.fullmatch(model):
            if revision is not None:
                msg = "a folder has no revision; leave the option out"
                raise InvalidOption(msg)
        elif revision is None or not COMMIT.fullmatch(revision):
            msg = (
                f"{model} is no folder here, and a model of the hub needs revision=COMMIT, the 40 "
                "hex digits of a commit: a branch may change its weights unnoticed"
            )
            raise InvalidOption(msg)
        return cls(model, revision, offline)

    @property
    def name(self) -> str:
        """A short name for logs and records."""
        last = Path(self.model).expanduser().resolve().name if not self.revision else self.model
        return re.sub(r"[^\w.-]+", "-", last.rpartition("/")[2])[:40]

    def folder(self) -> Path:
        """Return the folder of the model, downloaded first where needed; a bar shows how far.

        Raises:
            BackendUnavailable: There is no such folder, or the hub does not give the model.
        """
        if self.revision is None:
            path = Path(self.model).expanduser()
            if not path.is_dir():
                msg = f"there is no folder {self.model!r}, and a hub's model is named OWNER/NAME"
                raise BackendUnavailable(msg)
            return path
        hub: Any = required("huggingface_hub", EXTRA)
        try:
            found = hub.snapshot_download(
                self.model,
                revision=self.revision,
                allow_patterns=FILES,
                local_files_only=self.offline,
            )
        except Exception as error:
            # The boundary to a library with a dozen kinds of network errors; its words are long.
            way = "was not downloaded before" if self.offline else "cannot be downloaded"
            msg = (
                f"the model {self.model} at {self.revision[:12]} {way} "
                f"({type(error).__name__}); check the name and the network, or name a folder"
            )
            raise BackendUnavailable(msg) from error
        return Path(found)


class Checkpoint:
    """A loaded model: pictures to arrays, arrays to label probabilities. Not for several threads.

    Attributes:
        projection: What its labels mean.
        digest: Changes when its files or the meaning of its labels change; 64 hex digits.
    """

    def __init__(self, source: Source, label_map: str | None, threads: int) -> None:
        """Load a model.

        Args:
            source: Where it lies.
            label_map: What its labels mean, as ``classifiers.label_maps.map_for`` takes it.
            threads: How many threads torch may use within one call.

        Raises:
            BackendUnavailable: It cannot be had, or its head was never trained.
            InvalidOption: Nothing says what its labels mean.
        """
        self._torch: Any = required("torch", EXTRA)
        required("PIL.Image", EXTRA)
        self._torch.set_num_threads(threads)
        folder = source.folder()
        self._processor, self._model = _loaded(folder, source.name)
        config = self._model.config
        self._multi_label = config.problem_type == "multi_label_classification"
        labels = [config.id2label[index] for index in range(config.num_labels)]
        self.projection = _projection(labels, label_map, multi_label=self._multi_label)
        self.digest = _digest(folder, self.projection)

    def pixels(self, colours: Array) -> Array:
        """Return a picture as the model takes it, of shape (channels, height, width).

        Args:
            colours: 0 to 255, of shape (height, width, 3).
        """
        # With the axes told, a picture of three pixels in height is not taken for its channels.
        made = self._processor(
            images=colours, return_tensors="np", input_data_format="channels_last"
        )
        return np.asarray(made["pixel_values"][0])

    def probabilities(self, pixels: Sequence[Array]) -> Array:
        """Return probabilities in [0, 1] of shape (pictures, labels)."""
        torch = self._torch
        with torch.inference_mode():
            logits = self._model(pixel_values=torch.from_numpy(np.stack(pixels))).logits.float()
            shares = logits.sigmoid() if self._multi_label else logits.softmax(dim=-1)
        return np.asarray(shares.numpy())


def _loaded(folder: Path, name: str) -> tuple[Any, Any]:
    if (folder / "adapter_config.json").exists():
        msg = f"the image model {name} is an adapter; merge it into its model and save that"
        raise BackendUnavailable(msg)
    if not any(folder.glob("model*.safetensors")):
        msg = f"the image model {name} has no model.safetensors; pickled weights are not read"
        raise BackendUnavailable(msg)
    transformers: Any = required("transformers", EXTRA)
    safely = {"trust_remote_code": False, "local_files_only": True}
    try:
        processor = transformers.AutoImageProcessor.from_pretrained(
            str(folder), backend="pil", **safely
        )
        model, seen = transformers.AutoModelForImageClassification.from_pretrained(
            str(folder), use_safetensors=True, output_loading_info=True, **safely
        )
    except Exception as error:
        # The boundary to the library: a checkpoint can be wrong in more ways than it has errors.
        msg = f"the image model {name} cannot be loaded ({type(error).__name__}): {_brief(error)}"
        raise BackendUnavailable(msg) from error
    if seen["missing_keys"]:
        msg = (
            f"the image model {name} was never trained to classify: it lacks "
            f"{', '.join(sorted(seen['missing_keys'])[:3])}; train its head first, or choose a "
            "model that was fine-tuned"
        )
        raise BackendUnavailable(msg)
    return processor, model.eval()


def _brief(error: Exception) -> str:
    """Return the first line of a library's words, which may go on for long."""
    return (str(error).strip().splitlines() or ["no reason given"])[0][:200]


def _projection(labels: Sequence[str], label_map: str | None, *, multi_label: bool) -> Projection:
    if len(labels) < 2:
        msg = "an image model with a single label tells nothing apart; choose another"
        raise BackendUnavailable(msg)
    try:
        return Projection.of(labels, multi_label=multi_label, name=label_map)
    except LabelMapError as error:
        shown = ", ".join(labels[:12])
        msg = f"{error}; the labels are {shown}; name a map, or a JSON file of one, with map="
        raise InvalidOption(msg) from error


def _digest(folder: Path, projection: Projection) -> str:
    digest = hashlib.sha256(repr(sorted(projection.label_map.table.items())).encode())
    for path in sorted({path for pattern in FILES for path in folder.glob(pattern)}):
        digest.update(path.name.encode())
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    return digest.hexdigest()
