"""What lies in a model's folder, looked at without any framework."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from classifiers.errors import BackendUnavailable

ONNX_NAMES: Final = ("model.onnx", "onnx/model.onnx", "onnx/model_quantized.onnx")
PICKLES: Final = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt")
NOT_WEIGHTS: Final = frozenset({"training_args.bin", "optimizer.pt", "scheduler.pt"})
TOKENIZER: Final = "tokenizer.json"
ADAPTER: Final = "adapter_config.json"
LICENCE: Final = re.compile(r"^licen[sc]e:\s*[\"']?([\w.+ -]+)", re.MULTILINE)
CHUNK: Final = 1 << 20

SHIFTED_POSITIONS: Final = frozenset(
    {
        "camembert",
        "data2vec-text",
        "ibert",
        "longformer",
        "luke",
        "mpnet",
        "roberta",
        "roberta-prelayernorm",
        "xlm-roberta",
        "xlm-roberta-xl",
        "xmod",
    }
)
"""Families whose positions begin behind the padding token, so that a few are never used."""

UNLIMITED: Final = 1_000_000
"""Tokenizers without a limit say a number beyond this."""


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder in the shape that transformers saves, or with an ONNX model in it.

    Attributes:
        path: Where it is.
        name: What it is called in messages and versions.
        config: What ``config.json`` says.
        tokenizer_config: What ``tokenizer_config.json`` says; empty if there is none.
        onnx: The ONNX file that would be run.
        weights: The safetensors files, in order.
    """

    path: Path
    name: str
    config: Mapping[str, Any]
    tokenizer_config: Mapping[str, Any]
    onnx: Path | None
    weights: tuple[Path, ...]

    @property
    def licence(self) -> str:
        """The licence that a model card in it names, or ``unknown``."""
        card = self.path / "README.md"
        text = card.read_text("utf-8", errors="replace") if card.is_file() else ""
        head = text.split("\n---", 1)[0] if text.startswith("---") else ""
        found = LICENCE.search(head)
        return found[1].strip() if found else "unknown"

    @property
    def tokenizer(self) -> Path:
        """The tokenizer that the ONNX file is run with."""
        beside = (self.onnx or self.path).parent / TOKENIZER
        return beside if beside.is_file() else self.path / TOKENIZER

    def longest(self) -> int:
        """How many tokens the model can read."""
        limits = [UNLIMITED]
        told = self.tokenizer_config.get("model_max_length")
        positions = self.config.get("max_position_embeddings")
        if isinstance(told, int | float) and told < UNLIMITED:
            limits.append(int(told))
        if isinstance(positions, int) and positions > 0:
            limits.append(positions - self._unused_positions())
        return min(limits)

    def _unused_positions(self) -> int:
        if self.config.get("model_type") not in SHIFTED_POSITIONS:
            return 0
        padding = self.config.get("pad_token_id")
        return (padding if isinstance(padding, int) else 1) + 1


def looked_at(path: Path, file: str | None = None, name: str | None = None) -> ModelFolder:
    """Look at a folder.

    Args:
        path: The folder.
        file: The ONNX file to run, relative to it; without one, the usual places.
        name: What the model is called; without one, the folder's name.

    Raises:
        BackendUnavailable: A file is missing or no JSON, the weights are pickles only, the model
            wants to run code of its own, or the folder holds an adapter only.
    """
    called = name or path.resolve().name
    if (path / ADAPTER).is_file():
        msg = (
            f"{called} holds an adapter (LoRA) instead of a whole model; merge it into the model "
            "it was trained for (merge_and_unload of peft) and save that"
        )
        raise BackendUnavailable(msg)
    config = _config(path, called)
    tokenizer_config = _json(path / "tokenizer_config.json")
    for settings in (config, tokenizer_config):
        _refuse_code(called, settings)
    weights = tuple(sorted(path.glob("*.safetensors")))
    onnx = _onnx(path, file)
    if onnx is None and not weights:
        raise _no_weights(path, called)
    return ModelFolder(path, called, config, tokenizer_config, onnx, weights)


def checksum(paths: Iterable[Path]) -> str:
    """Return the SHA-256 of the contents of some files, one after another."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _config(path: Path, name: str) -> Mapping[str, Any]:
    if not (path / "config.json").is_file():
        msg = f"{name} holds no config.json; name a folder that save_pretrained wrote"
        raise BackendUnavailable(msg)
    return _json(path / "config.json")


def _json(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        msg = f"{path.name} of the model is damaged: it is no JSON; fetch it again"
        raise BackendUnavailable(msg) from error
    if not isinstance(content, dict):
        msg = f"{path.name} of the model is damaged: it holds no object; fetch it again"
        raise BackendUnavailable(msg)
    return content


def _refuse_code(name: str, settings: Mapping[str, Any]) -> None:
    if settings.get("auto_map"):
        msg = (
            f"{name} wants to run code of its own (auto_map in its settings), which is "
            "refused; choose a model of an architecture that transformers has itself"
        )
        raise BackendUnavailable(msg)


def _onnx(path: Path, file: str | None) -> Path | None:
    if file is None:
        return next((path / name for name in ONNX_NAMES if (path / name).is_file()), None)
    chosen = path / file
    if not chosen.is_file() or not chosen.resolve().is_file():
        msg = f"the model has no file {file}; name an ONNX file of it by file="
        raise BackendUnavailable(msg)
    return chosen


def _no_weights(path: Path, name: str) -> BackendUnavailable:
    found = (each.name for pattern in PICKLES for each in sorted(path.glob(pattern)))
    pickled = [each for each in found if each not in NOT_WEIGHTS]
    if pickled:
        return BackendUnavailable(
            f"the weights are a pickle ({pickled[0]}), which can run code and is refused; take a "
            "revision with model.safetensors (often revision=refs/pr/1), or save the model anew "
            "with a recent transformers"
        )
    return BackendUnavailable(
        f"{name} has no weights in the format safetensors (pickles are refused) and no ONNX "
        "model; take another revision, often revision=refs/pr/1, or name an ONNX file by file="
    )
