"""The bodies that go in and out; requests are checked by these, and OpenAPI is made from them.

``/predict``, ``/info`` and errors follow text-embeddings-inference of Hugging Face:
https://github.com/huggingface/text-embeddings-inference/blob/main/docs/openapi.json
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from classifiers.emotion import Emotion, Sentiment
from classifiers.serving.messages import ErrorType

Probability = Annotated[float, Field(ge=0, le=1)]

# At the first wrong item, the rest is not looked at: a body of numbers would give an error each.
Texts = Annotated[list[str], Field(min_length=1, fail_fast=True)]
LoneText = Annotated[list[str], Field(min_length=1, max_length=1)]
WrappedTexts = Annotated[list[LoneText], Field(min_length=1, fail_fast=True)]


class _Cut(BaseModel):
    """What both kinds of request can ask for."""

    truncate: bool | None = Field(
        None, description="Cut a text that is too long, instead of refusing the request."
    )
    truncation_direction: Annotated[
        Literal["Right", "Left", "right", "left"], Field(description="Which end is cut off.")
    ] = "Right"


class PredictRequest(_Cut):
    """Texts in the shape of TEI; unknown keys are ignored, as there."""

    model_config = ConfigDict(strict=True)

    inputs: str | Texts | WrappedTexts = Field(
        description="One text (the answer is one list of scores), or a list of texts, each "
        "alone or in a list of its own (the answer is a list of such lists)."
    )
    raw_scores: bool = Field(
        False,
        description="Return the natural logarithm of each probability, which a softmax turns back.",
    )


class Score(BaseModel):
    """A label and how much speaks for it."""

    label: str
    score: float = Field(description="Probability in [0, 1]; its logarithm with raw_scores.")


class PredictAnswer(RootModel[list[Score] | list[list[Score]]]):
    """Every label of every text, the most probable first."""


class ClassifyRequest(_Cut):
    """Texts in our own shape."""

    model_config = ConfigDict(strict=True, extra="forbid")

    texts: Texts
    head: str | None = Field(None, description="Add the probabilities of this further label set.")


class Verdict(BaseModel):
    """What is said of one text."""

    model_config = ConfigDict(extra="forbid")

    label: Emotion | None = Field(description="The most probable emotion; null if none is known.")
    probabilities: dict[Emotion, Probability | None] = Field(
        description="Of all nine; null where the model cannot see the emotion.",
        min_length=len(Emotion),
    )
    valence: float = Field(ge=-1, le=1)
    sentiment: Sentiment
    language: str = Field(description="ISO 639-1 code, or und.")
    model: str = Field(description="The backend and its version.")
    head_probabilities: dict[str, Probability] | None = Field(
        None, description="Of the labels of the head that was asked for."
    )


class ClassifyAnswer(BaseModel):
    """A verdict a text, in order."""

    model_config = ConfigDict(extra="forbid")

    predictions: list[Verdict]


class Labels(BaseModel):
    """The labels that /predict answers with."""

    id2label: dict[str, str]
    label2id: dict[str, int]


class ModelType(BaseModel):
    """What kind of model is served; always a classifier."""

    classifier: Labels


class HeadInfo(BaseModel):
    """A further label set."""

    labels: list[str]
    multi_label: bool


class InfoAnswer(BaseModel):
    """What is served; the keys up to ``docker_label`` are those of TEI."""

    model_config = ConfigDict(extra="forbid")

    model_id: str = Field(description="The backend.")
    model_sha: str | None = Field(description="The version of the model.")
    model_dtype: str = Field(description="Of the scores.")
    model_type: ModelType
    max_concurrent_requests: int = Field(description="Texts that may wait.")
    max_input_length: int = Field(description="Characters (not tokens, as with TEI) of a text.")
    max_batch_tokens: int = Field(description="Characters of a batch.")
    max_batch_requests: int = Field(description="Texts of a batch.")
    max_client_batch_size: int = Field(description="Texts of a request.")
    auto_truncate: bool
    tokenization_workers: int
    version: str = Field(description="Of the server.")
    sha: str | None
    docker_label: str | None
    model: str = Field(description="The backend and its version, as verdicts name it.")
    languages: list[str]
    heads: dict[str, HeadInfo] = Field(description="Further label sets that /classify can add.")


class HealthAnswer(BaseModel):
    """The server works."""

    status: Literal["ok"]


class ErrorAnswer(BaseModel):
    """Why a request was not answered."""

    model_config = ConfigDict(extra="forbid")

    error: str
    error_type: ErrorType
