"""Loading a checkpoint with transformers, and refusing what was never trained."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from classifiers.errors import BackendUnavailable
from classifiers.extras import required
from classifiers.transformer.folders import ModelFolder
from classifiers.transformer.runners import is_out_of_memory

ALWAYS: Final = ("input_ids", "attention_mask")
SOMETIMES: Final = "token_type_ids"
VOCABULARIES: Final = (
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "spiece.model",
    "sentencepiece.bpe.model",
    "spm.model",
    "tokenizer.model",
)
SHOWN: Final = 3
"""Names of weights that an error lists."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model as transformers loaded it.

    Attributes:
        model: A ``PreTrainedModel`` with a classification head, in evaluation mode.
        tokenizer: A ``tokenizers.Tokenizer``.
        inputs: The names of the arrays that the model wants.
    """

    model: Any
    tokenizer: Any
    inputs: tuple[str, ...]


def load_checkpoint(folder: ModelFolder) -> Checkpoint:
    """Load the weights and the tokenizer of a folder, in 32-bit floats.

    Raises:
        BackendUnavailable: The head was never trained, weights are missing, superfluous, of
            another shape or damaged, or the extra torch is missing.
    """
    torch = required("torch", "torch")
    transformers = required("transformers", "torch")
    with quiet():
        try:
            model, report = transformers.AutoModelForSequenceClassification.from_pretrained(
                str(folder.path),
                use_safetensors=True,
                trust_remote_code=False,
                local_files_only=True,
                output_loading_info=True,
                ignore_mismatched_sizes=True,
                dtype=torch.float32,
            )
        except Exception as error:
            # transformers and safetensors raise a dozen unrelated classes for damaged files.
            raise BackendUnavailable(_why_not(error, folder)) from error
        refuse_untrained(model, report, folder.name)
        tokenizer = _tokenizer(transformers, folder)
    return Checkpoint(model.eval(), tokenizer.backend_tokenizer, _inputs(model, tokenizer))


def refuse_untrained(model: Any, report: dict[str, Any], name: str) -> None:  # noqa: ANN401
    """Refuse a model of which some weights were made up at random.

    Args:
        model: What ``from_pretrained`` returned.
        report: The loading info beside it.
        name: What the model is called.

    Raises:
        BackendUnavailable: Some were, or the checkpoint has a head of another shape.
    """
    mismatched = [
        each[0] if isinstance(each, tuple) else each for each in report["mismatched_keys"]
    ]
    if mismatched:
        msg = (
            f"the weights of {name} have another shape than its config.json says "
            f"({_named(mismatched)}); num_labels or the sizes in config.json are wrong"
        )
        raise BackendUnavailable(msg)
    missing = list(report["missing_keys"])
    heads = _head_modules(model)
    untrained = [key for key in missing if key.split(".")[0] in heads]
    if untrained:
        msg = (
            f"{name} was never trained to classify: its checkpoint has no weights for the head "
            f"({_named(untrained)}), which would answer at random; choose a model that was "
            "fine-tuned for text classification, or fine-tune this one: nunchi train transformer"
        )
        raise BackendUnavailable(msg)
    if missing:
        msg = f"the checkpoint of {name} lacks weights ({_named(missing)}); fetch it again"
        raise BackendUnavailable(msg)
    strange = [key for key in report["unexpected_keys"] if key.split(".")[0] in heads]
    if strange:
        msg = (
            f"the head of {name} has weights that its architecture does not know "
            f"({_named(strange)}); it was trained with code of its own, choose another model"
        )
        raise BackendUnavailable(msg)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the frameworks from writing bars, warnings and advice while they load."""
    chatty = required("transformers.utils.logging", "torch")
    bars, level = chatty.is_progress_bar_enabled(), chatty.get_verbosity()
    chatty.disable_progress_bar()
    chatty.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        chatty.set_verbosity(level)
        if bars:
            chatty.enable_progress_bar()


def _tokenizer(transformers: Any, folder: ModelFolder) -> Any:  # noqa: ANN401
    if not any((folder.path / name).is_file() for name in VOCABULARIES):
        # transformers would make up a tokenizer that knows no word.
        msg = f"{folder.name} has no tokenizer; save it into the folder by save_pretrained"
        raise BackendUnavailable(msg)
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            str(folder.path), trust_remote_code=False, local_files_only=True, use_fast=True
        )
    except Exception as error:
        # A tokenizer of old files may need a package more; the library says so in many ways.
        msg = (
            f"the tokenizer of {folder.name} cannot be read: it is damaged, or needs "
            "the packages sentencepiece and protobuf (pip install sentencepiece protobuf)"
        )
        raise BackendUnavailable(msg) from error
    if not hasattr(tokenizer, "backend_tokenizer"):
        msg = (
            f"the tokenizer of {folder.name} runs in Python only; choose a model with a "
            "tokenizer.json"
        )
        raise BackendUnavailable(msg)
    return tokenizer


def _inputs(model: Any, tokenizer: Any) -> tuple[str, ...]:  # noqa: ANN401
    taken = inspect.signature(model.forward).parameters
    typed = SOMETIMES in taken and SOMETIMES in tokenizer.model_input_names
    return (*ALWAYS, SOMETIMES) if typed else ALWAYS


def _head_modules(model: Any) -> set[str]:  # noqa: ANN401
    return {name for name, _ in model.named_children()} - {model.base_model_prefix}


def _why_not(error: Exception, folder: ModelFolder) -> str:
    kind = folder.config.get("model_type", "without a name")
    if is_out_of_memory(error):
        return f"{folder.name} does not fit into memory; take a smaller model"
    if type(error).__name__ == "SafetensorError":
        return f"the weights of {folder.name} are damaged; fetch the model again"
    if isinstance(error, ValueError | KeyError):
        return (
            f"transformers cannot classify texts with {folder.name}, whose architecture is {kind}; "
            "choose a model for text classification"
        )
    return f"{folder.name} cannot be loaded ({type(error).__name__}); fetch the model again"


def _named(keys: Iterable[str]) -> str:
    names = sorted(keys)
    return ", ".join(names[:SHOWN]) + (" ..." if len(names) > SHOWN else "")
