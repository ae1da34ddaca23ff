"""How a guild's single readings are recalibrated by what its members thought of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GuildRecalibration:
    """A scale and biases for the logarithms of probabilities.

    Attributes:
        model: Backend and version that it was fitted for; it says nothing of another.
        fitted_scale: The factor; 1 changes nothing.
        fitted_bias: One a class in the order of ``EMOTIONS``, added to the logarithms.
        fitted_texts: How many judged texts it was fitted on.
        fitted_people: How many members judged them.
        fitted_gain: By how much it lowered the log loss on feedback held out, in nats a text.
    """

    model: str
    fitted_scale: float
    fitted_bias: tuple[float, ...]
    fitted_texts: int
    fitted_people: int
    fitted_gain: float
