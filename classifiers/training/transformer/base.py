"""Finding a pretrained model, loading it with a head for our labels, and loading it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from classifiers.errors import BackendUnavailable, InvalidOption
from classifiers.extras import required
from classifiers.training.transformer.errors import FineTuningError

EXTRA: Final = "finetune"
FILES: Final = ("*.json", "*.safetensors", "*.txt", "*.model", "*.jinja")
"""What is fetched of a model on the hub: no pickled weights, no code."""

SINGLE: Final = "single_label_classification"
MULTI: Final = "multi_label_classification"
STRANGE_SHARE: Final = 0.5
"""Share of the encoder's weights that may be missing; poolers and the like often are."""


@dataclass(frozen=True, slots=True)
class Base:
    """A pretrained model on this machine.

    Attributes:
        folder: Where it lies.
        name: What people may call it: its name on the hub, or that of its folder.
        revision: The commit on the hub, if it comes from there.
    """

    folder: Path
    name: str
    revision: str | None = None

    @property
    def identity(self) -> str:
        """Changes whenever another model is meant."""
        return f"{self.name}@{self.revision or self.folder.resolve()}"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model with a head, ready to be trained.

    Attributes:
        model: A ``PreTrainedModel`` for sequence classification, on the CPU.
        tokenizer: Its tokenizer.
        fresh: Names of the parameters that were drawn by chance, for the folder had none.
    """

    model: Any
    tokenizer: Any
    fresh: frozenset[str]


def find_base(name: str, revision: str | None = None) -> Base:
    """Return a model by its folder, or fetch it from the hub (from its cache without network).

    Raises:
        BackendUnavailable: It is neither, the hub cannot be reached, or the model is gated.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            msg = f"{name} holds no config.json, so it is no model of transformers"
            raise BackendUnavailable(msg)
        return Base(folder, folder.resolve().name)
    if not name or name.startswith((".", "~", "/")) or name.count("/") > 1 or "\\" in name:
        msg = f"there is no folder {name!r}; name a folder with a model, or OWNER/NAME on the hub"
        raise BackendUnavailable(msg)
    return _fetched(name, revision)


def _fetched(name: str, revision: str | None) -> Base:
    hub = required("huggingface_hub", EXTRA)
    try:
        found = Path(hub.snapshot_download(name, revision=revision, allow_patterns=list(FILES)))
    except (OSError, ValueError) as error:
        raise BackendUnavailable(_why(name, revision, error)) from error
    # The hub's cache calls a folder by its commit.
    return Base(found, name, found.name)


def _why(name: str, revision: str | None, error: Exception) -> str:
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "GatedRepoError" in kinds:
        return f"{name} is gated: accept its licence on its page, then log in with: hf auth login"
    if "RevisionNotFoundError" in kinds:
        return f"{name} has no revision {revision!r}"
    if kinds & {"RepositoryNotFoundError", "HFValidationError"}:
        return f"there is no folder and no model on the Hugging Face hub called {name!r}"
    return (
        f"{name} is not on this machine and the Hugging Face hub cannot be reached; "
        "check the network, or name a folder"
    )


def open_base(
    base: Base,
    labels: Sequence[str],
    *,
    multi_label: bool,
    quantised: Any = None,  # noqa: ANN401 - a BitsAndBytesConfig or None
) -> Loaded:
    """Load a model with a head for some labels; what its folder lacks is drawn by chance.

    Args:
        base: Where it lies.
        labels: The columns of the head. If the model knows just these, it keeps its own head and
            order: see ``label_order``.
        multi_label: Whether the head is trained with a sigmoid a label.
        quantised: How to squeeze the weights of the encoder.

    Raises:
        BackendUnavailable: The folder holds no safetensors or no tokenizer, or its weights are
            those of another architecture.
    """
    transformers = required("transformers", EXTRA)
    options = {} if quantised is None else {"quantization_config": quantised, "device_map": {"": 0}}
    with quiet(), _explained(base):
        tokenizer = transformers.AutoTokenizer.from_pretrained(base.folder, **_LOCAL)
        model, told = transformers.AutoModelForSequenceClassification.from_pretrained(
            base.folder,
            num_labels=len(labels),
            id2label=dict(enumerate(labels)),
            label2id={label: number for number, label in enumerate(labels)},
            problem_type=MULTI if multi_label else SINGLE,
            ignore_mismatched_sizes=True,
            output_loading_info=True,
            use_safetensors=True,
            dtype="float32",
            **options,
            **_LOCAL,
        )
    if tokenizer.pad_token is None:
        # Models that continue text have none; their end mark serves, for it is masked out.
        tokenizer.pad_token = tokenizer.eos_token
    if model.config.get_text_config().pad_token_id is None:
        model.config.get_text_config().pad_token_id = tokenizer.pad_token_id
    fresh = frozenset(told["missing_keys"]) | {key for key, *_ in told["mismatched_keys"]}
    _demand_encoder(base, model, fresh)
    return Loaded(model, tokenizer, fresh)


def label_order(base: Base, labels: Sequence[str]) -> tuple[str, ...]:
    """Return the labels in the order of a model that knows just these, else as they are.

    So a model can be trained further on more data of its own kind.
    """
    transformers = required("transformers", EXTRA)
    with quiet(), _explained(base):
        known = transformers.AutoConfig.from_pretrained(base.folder, **_LOCAL).id2label or {}
    own = tuple(known[number] for number in sorted(known))
    return own if sorted(own) == sorted(labels) else tuple(labels)


def open_trained(folder: Path) -> Loaded:
    """Load a model that this package saved.

    Raises:
        BackendUnavailable: The folder holds no such model, or part of its head is missing.
    """
    transformers = required("transformers", EXTRA)
    base = Base(folder, folder.name)
    with quiet(), _explained(base):
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **_LOCAL)
        model, told = transformers.AutoModelForSequenceClassification.from_pretrained(
            folder, output_loading_info=True, use_safetensors=True, **_LOCAL
        )
    if told["missing_keys"]:
        msg = f"{folder.name} lacks weights: it was not saved whole"
        raise BackendUnavailable(msg)
    return Loaded(model, tokenizer, frozenset())


def head_names(loaded: Loaded) -> frozenset[str]:
    """Return the parameters that are no part of the pretrained encoder, or were not in its file."""
    inside = f"{loaded.model.base_model_prefix}."
    names = {name for name, _ in loaded.model.named_parameters()}
    return frozenset(
        {name for name in names if not name.startswith(inside)} | (names & loaded.fresh)
    )


def token_limit(loaded: Loaded, wanted: int) -> int:
    """Return how many tokens of a text are read, if the model can read as many.

    Raises:
        InvalidOption: It cannot; the message tells its limit.
    """
    places = getattr(loaded.model.config.get_text_config(), "max_position_embeddings", None)
    most = min(loaded.tokenizer.model_max_length, places or wanted)
    if wanted > most:
        msg = f"this model reads at most {most} tokens, not {wanted}: give --max-length {most}"
        raise InvalidOption(msg)
    return wanted


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers from writing bars and tables to the terminal; its errors stay."""
    logging = required("transformers.utils.logging", EXTRA)
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


_LOCAL: Final = {"local_files_only": True, "trust_remote_code": False}


@contextmanager
def _explained(base: Base) -> Iterator[None]:
    broken = required("safetensors", EXTRA).SafetensorError
    try:
        yield
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, broken) as error:
        if not any(base.folder.glob("*.safetensors")):
            msg = (
                f"{base.name} has no weights as safetensors, and others may hold code; "
                "choose another model or revision"
            )
            raise BackendUnavailable(msg) from error
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        msg = f"{base.name} cannot be loaded as a classifier of texts: {reason}"
        raise BackendUnavailable(msg) from error


def _demand_encoder(base: Base, model: Any, fresh: frozenset[str]) -> None:  # noqa: ANN401 - a framework's type
    inside = f"{model.base_model_prefix}."
    encoder = [name for name, _ in model.named_parameters() if name.startswith(inside)]
    strange = sum(name in fresh for name in encoder)
    if not encoder or strange > STRANGE_SHARE * len(encoder):
        msg = f"the weights in {base.name} do not fit its config.json; nothing would be pretrained"
        raise FineTuningError(msg)
