"""Small matrices that learn in place of the weights, and their way into the weights.

LoRA: Hu et al. 2021; DoRA: Liu et al. 2024; QLoRA: Dettmers et al. 2023.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any, Final

from classifiers.errors import BackendUnavailable
from classifiers.extras import required
from classifiers.training.transformer.base import EXTRA, Loaded
from classifiers.training.transformer.settings import FineTuning, Strategy

DROPOUT: Final = 0.05
SCALE: Final = 2
"""What the adapters add is multiplied by this (alpha is twice the rank)."""

HEADS: Final = ["classifier", "score", "pre_classifier", "pooler", "classification_head"]
"""What transformers calls the parts that are never quantised, for they learn themselves."""


def adapt(loaded: Loaded, settings: FineTuning) -> Any:  # noqa: ANN401 - a framework's type
    """Put an adapter beside each pretrained linear map of the encoder, in place.

    Returns:
        A ``peft.LoraModel``, whose ``merge_and_unload`` gives the model back without adapters.

    Raises:
        BackendUnavailable: The model has no linear maps.
    """
    peft = required("peft", EXTRA)
    torch = required("torch", EXTRA)
    inside = f"{loaded.model.base_model_prefix}."
    targets = [
        name
        for name, module in loaded.model.named_modules()
        if isinstance(module, torch.nn.Linear)
        and name.startswith(inside)
        and f"{name}.weight" not in loaded.fresh
    ]
    if not targets:
        msg = "this model has no linear maps to adapt; use the strategy top or all"
        raise BackendUnavailable(msg)
    config = peft.LoraConfig(
        r=settings.rank,
        lora_alpha=SCALE * settings.rank,
        lora_dropout=DROPOUT,
        target_modules=targets,
        use_dora=settings.strategy is Strategy.DORA,
    )
    return peft.LoraModel(loaded.model, config, "default")


def quantisation(settings: FineTuning) -> Any:  # noqa: ANN401 - a framework's type
    """Return how the frozen weights are squeezed into 4 bits, or ``None`` if they are not.

    Raises:
        BackendUnavailable: There is no CUDA GPU, or bitsandbytes is not installed.
    """
    if settings.strategy is not Strategy.QLORA:
        return None
    torch = required("torch", EXTRA)
    if not torch.cuda.is_available() or find_spec("bitsandbytes") is None:
        msg = (
            "the strategy qlora needs a CUDA GPU and the package bitsandbytes "
            "(pip install bitsandbytes); the strategy lora works everywhere"
        )
        raise BackendUnavailable(msg)
    return required("transformers", EXTRA).BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype="bfloat16",
        llm_int8_skip_modules=HEADS,
    )
