"""What can be chosen about a fine-tuning, and what it works on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol


class Strategy(StrEnum):
    """Which weights move after the head has been trained."""

    HEAD = "head"
    TOP = "top"
    ALL = "all"
    LORA = "lora"
    DORA = "dora"
    QLORA = "qlora"

    @property
    def adapts(self) -> bool:
        """Whether small matrices beside the weights learn instead of the weights."""
        return self in {Strategy.LORA, Strategy.DORA, Strategy.QLORA}


class Kind(StrEnum):
    """How many labels a text may have."""

    AUTO = "auto"
    SINGLE = "single"
    MULTI = "multi"


class Precision(StrEnum):
    """The numbers that the forward pass calculates with; weights stay in 32 bits."""

    AUTO = "auto"
    FP32 = "fp32"
    BF16 = "bf16"
    FP16 = "fp16"


class Device(StrEnum):
    """Where the model is trained."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


FULL_RATE: Final = 3e-5
"""Highest rate of pretrained weights, in the range that the BERT paper recommends (2e-5 to 5e-5;
Devlin et al. 2019, appendix A.3)."""

ADAPTER_RATE: Final = 3e-4
"""Rate of adapters, about ten times that of the weights (Hu et al. 2021, table 9)."""


@dataclass(frozen=True, slots=True)
class FineTuning:
    """How a model is trained. Rates are the highest that AdamW reaches after the warm-up.

    Attributes:
        strategy: Which weights move after the head has been trained.
        unfreeze: How many of the top layers move with the strategy ``top``.
        epochs: Passes over the data, of the head with the strategy ``head``, else after it.
        head_epochs: Passes in which only the head learns, before the others; 0 for none.
        batch: Texts that one step learns from.
        rate: Of pretrained weights or adapters; ``None`` takes what suits the strategy.
        head_rate: Of the head while it learns alone.
        layer_decay: Factor of the rate from each layer to the one below it, in (0, 1]
            (discriminative fine-tuning, Howard and Ruder 2018).
        warm_up: Share of a stage's steps in which the rate rises, in [0, 1).
        patience: Epochs without a better dev macro-F1 after which a stage ends; 0 for never.
        max_length: Tokens that are read of a text.
        weight_decay: Of AdamW; biases and norms have none.
        rank: Of the adapters.
        balance: Rare labels weigh more, in inverse proportion to how often they occur.
        precision: Of the forward pass; ``auto`` takes bf16 or fp16 on a GPU, fp32 elsewhere.
        device: ``auto`` takes a GPU if there is one.
        seed: Of the split, the new weights, the order and the dropout.
        save_steps: Steps between checkpoints within an epoch; 0 keeps those of whole epochs only.
    """

    strategy: Strategy = Strategy.ALL
    unfreeze: int = 2
    epochs: int = 3
    head_epochs: int = 1
    batch: int = 32
    rate: float | None = None
    head_rate: float = 1e-3
    layer_decay: float = 0.95
    warm_up: float = 0.1
    patience: int = 2
    max_length: int = 128
    weight_decay: float = 0.01
    rank: int = 8
    balance: bool = False
    precision: Precision = Precision.AUTO
    device: Device = Device.AUTO
    seed: int = 0
    save_steps: int = 0

    @property
    def highest_rate(self) -> float:
        """The rate of pretrained weights or adapters."""
        if self.rate is not None:
            return self.rate
        return ADAPTER_RATE if self.strategy.adapts else FULL_RATE


@dataclass(frozen=True, slots=True)
class Task:
    """What is trained on what.

    Attributes:
        data: What to learn from, as ``read_source`` takes it, or a folder with
            ``{train,dev,test}.tsv`` (also .csv, .jsonl, .gz).
        model: A folder, or a name on the Hugging Face hub.
        out: The folder to write.
        dev: What chooses the best epoch; without one, a tenth of ``data`` is kept back.
        test: What the figures are measured on in the end; without one, ``dev``.
        revision: Branch, tag or commit of a model on the hub.
        label_map: What the labels mean, as ``map_for`` takes it; the classes become the labels.
        kind: Whether a text may have several labels; ``auto`` looks whether one has.
        text_column: Where the text stands.
        label_column: Where the label stands; ``None`` takes the usual names.
        licence: Of the pretrained model, for the model card.
        resume: Go on with what is kept in ``out``.
    """

    data: str
    model: str
    out: Path
    dev: str | None = None
    test: str | None = None
    revision: str | None = None
    label_map: str | None = None
    kind: Kind = Kind.AUTO
    text_column: str = "text"
    label_column: str | None = None
    licence: str | None = None
    resume: bool = False


class Watch(Protocol):
    """Follows a training, and may end it."""

    def begin(self, stage: str, total: int) -> None:
        """A part of the work begins that has so many steps."""

    def advance(self, steps: int) -> None:
        """So many more steps of that part are done."""

    def note(self, text: str) -> None:
        """Something worth a line happened."""

    def stopping(self) -> bool:
        """Tell whether somebody asked to stop."""
        ...
