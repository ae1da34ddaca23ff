"""Fetching a model from the Hugging Face hub, once."""

from __future__ import annotations

import difflib
import os
import sys
from pathlib import Path
from typing import Any, Final

from classifiers.errors import BackendUnavailable
from classifiers.extras import required
from classifiers.transformer.presets import presets

SETTINGS: Final = (
    "config.json",
    "README.md",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "*.model",
)
WEIGHTS: Final = ("model.safetensors", "model-*.safetensors", "model.safetensors.index.json")
REFUSED: Final = frozenset({401, 403})


def fetched(
    model: str, revision: str, file: str | None, *, offline: bool, cache: Path | None
) -> Path:
    """Return the folder of a model, downloaded if it is not there yet.

    A bar on standard error shows the download when that is a terminal. The folder's name is the
    commit that the revision led to.

    Args:
        model: The hub id.
        revision: A commit, a branch or a tag.
        file: The ONNX file to fetch; without one the weights are fetched.
        offline: Take what is there and download nothing.
        cache: The folder that holds downloads; ``None`` is the one of all Hugging Face libraries.

    Raises:
        BackendUnavailable: It is not there and cannot be had; the message says why.
    """
    hub = required("huggingface_hub", "onnx")
    wanted = [*SETTINGS, *((file, str(Path(file).parent / "tokenizer.json")) if file else WEIGHTS)]
    try:
        folder = hub.snapshot_download(
            model,
            revision=revision,
            allow_patterns=wanted,
            cache_dir=None if cache is None else str(cache),
            local_files_only=offline,
            endpoint=os.environ.get("HF_ENDPOINT") or None,
            tqdm_class=_bar(hub.utils.tqdm),
        )
    except (OSError, ValueError, required("huggingface_hub.errors", "onnx").HTTPError) as error:
        msg = _explained(error, model, revision, offline=offline) + _hint(model)
        raise BackendUnavailable(msg) from error
    return Path(folder)


def _bar(base: Any) -> Any:  # noqa: ANN401 - tqdm has no types
    """Return a progress bar that shows at a terminal only; that of the library always does."""

    class Bar(base):  # type: ignore[misc]
        def __init__(self, *arguments: Any, **settings: Any) -> None:  # noqa: ANN401
            if not sys.stderr.isatty():
                settings["disable"] = True
            super().__init__(*arguments, **settings)

    return Bar


def _explained(error: Exception, model: str, revision: str, *, offline: bool) -> str:
    if offline:
        return (
            f"no folder is called {model}, and nothing of that name at {revision} was downloaded "
            "before; offline mode is on: download it once without offline=yes and HF_HUB_OFFLINE"
        )
    kinds = required("huggingface_hub.errors", "onnx")
    sentences = {
        kinds.GatedRepoError: (
            f"{model} is gated: accept its terms on its page of the hub, then put a token of "
            "yours into HF_TOKEN"
        ),
        kinds.RevisionNotFoundError: (
            f"{model} has no revision {revision}; look at its page for branches and commits"
        ),
        kinds.RepositoryNotFoundError: (
            f"no folder and no public model of the hub is called {model}; check the name, or put "
            "a token into HF_TOKEN if the model is private"
        ),
        kinds.HFValidationError: f"{model} is neither a folder nor a hub id such as owner/name",
    }
    fitting = (text for kind, text in sentences.items() if isinstance(error, kind))
    return next(fitting, None) or _unreachable(error, model)


def _hint(model: str) -> str:
    """Return the preset that was probably meant, if there is one."""
    nearest = difflib.get_close_matches(model, presets(), 1)
    return f"; did you mean model={nearest[0]}?" if nearest else ""


def _unreachable(error: Exception, model: str) -> str:
    if _status(error) in REFUSED:
        return f"the hub refuses to hand out {model}; check the token in HF_TOKEN"
    return (
        f"no folder is called {model}, nothing of that name was downloaded before, and the hub "
        "cannot be reached; check the network, or name the folder of a model by model="
    )


def _status(error: Exception) -> int | None:
    response: Any = getattr(error, "response", None)
    return getattr(response, "status_code", None)
