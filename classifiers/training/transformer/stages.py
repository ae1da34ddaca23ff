"""Which parameters move in which stage, and how fast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from classifiers.errors import InvalidOption
from classifiers.training.transformer.base import Loaded, head_names
from classifiers.training.transformer.settings import FineTuning, Strategy

HEAD: Final = "head"


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the training in which the same parameters move.

    Attributes:
        name: What people read.
        epochs: Passes over the data, at most.
        adapted: Whether adapters move.
    """

    name: str
    epochs: int
    adapted: bool = False


def stages_of(settings: FineTuning) -> tuple[Stage, ...]:
    """Return the stages in their order: the head alone, then whatever the strategy says."""
    if settings.strategy is Strategy.HEAD:
        return (Stage(HEAD, settings.epochs),)
    names = {Strategy.TOP: f"top {settings.unfreeze} layers", Strategy.ALL: "all layers"}
    name = names.get(settings.strategy, str(settings.strategy))
    main = Stage(name, settings.epochs, settings.strategy.adapts)
    return (Stage(HEAD, settings.head_epochs), main) if settings.head_epochs else (main,)


def rates_of(loaded: Loaded, stage: Stage, settings: FineTuning) -> Mapping[str, float]:
    """Return the highest rate of each parameter that moves; all others stay as they are.

    Args:
        loaded: The model; with its adapters if the stage has some.
        stage: The stage.
        settings: The rates, and how many layers move.

    Raises:
        InvalidOption: The layers of this model cannot be told apart.
    """
    head = head_names(loaded)
    if stage.name == HEAD:
        return dict.fromkeys(sorted(head), settings.head_rate)
    # A head that never learnt alone is new, and needs its own rate.
    own = settings.highest_rate if settings.head_epochs else settings.head_rate
    heads = dict.fromkeys(sorted(head), own)
    if stage.adapted:
        names = [name for name, _ in loaded.model.named_parameters() if ".lora_" in name]
        return dict.fromkeys(names, settings.highest_rate) | heads
    depths = _depths(loaded.model)
    if settings.strategy is Strategy.TOP:
        depths = {name: depth for name, depth in depths.items() if depth < settings.unfreeze}
    decayed = {
        name: settings.highest_rate * settings.layer_decay**depth for name, depth in depths.items()
    }
    return decayed | heads


def _depths(model: Any) -> dict[str, int]:  # noqa: ANN401 - a framework's type
    """Return how many layers stand above each parameter of the encoder.

    Parameters are listed in the order in which the model uses them: embeddings, layers, and what
    follows. So those before the first layer lie below it, and those after the last on top.
    """
    place = _layers(model)
    count = len(model.get_submodule(place))
    depths: dict[str, int] = {}
    reached = count
    for name, _ in model.base_model.named_parameters(prefix=model.base_model_prefix):
        if name.startswith(f"{place}."):
            number = int(name.removeprefix(f"{place}.").partition(".")[0])
            reached = count - 1 - number
        elif reached < count:
            reached = 0
        depths[name] = reached
    return depths


def _layers(model: Any) -> str:  # noqa: ANN401 - a framework's type
    """Return the name of the list of layers."""
    wanted = model.config.get_text_config().num_hidden_layers
    for name, module in model.named_modules():
        if type(module).__name__ == "ModuleList" and len(module) == wanted:
            return str(name)
    msg = "the layers of this model cannot be told apart; use the strategy head or lora"
    raise InvalidOption(msg)
