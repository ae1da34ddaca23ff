"""Reading a chat completion: nothing of it but ids that were asked for and nine numbers each.

Source: the OpenAI API's ``CreateChatCompletionResponse``; vLLM, Ollama, LM Studio, llama.cpp and
most providers follow it, with gaps: ``usage``, ``model`` and ``refusal`` may be missing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from classifiers.emotion import EMOTIONS
from classifiers.resilience.client import parsed
from classifiers.resilience.failures import BadAnswer

THOUGHT: Final = re.compile(r"<think>.*?</think>", re.DOTALL)
"""What a reasoning model says to itself."""

Stated = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
"""Some models state percentages; each row is normalised."""


class _Emotions(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    anger: Stated = 0
    disgust: Stated = 0
    fear: Stated = 0
    joy: Stated = 0
    sadness: Stated = 0
    surprise: Stated = 0
    hurt: Stated = 0
    embarrassment: Stated = 0
    neutral: Stated = 0


class _Result(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    id: str
    emotions: _Emotions


class _Results(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    # One result that breaks the rules shall not spoil the others.
    results: list[object]


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int = Field(0, ge=0)
    completion_tokens: int = Field(0, ge=0)


class _Completion(BaseModel):
    choices: list[_Choice]
    model: str | None = None
    usage: _Usage | None = None


class _Fault(BaseModel):
    code: str | int | None = None
    param: str | None = None


class _Faulty(BaseModel):
    error: _Fault | str


COMPLETION: Final = TypeAdapter(_Completion)
RESULTS: Final = TypeAdapter(_Results)
RESULT: Final = TypeAdapter(_Result)
FAULTY: Final = TypeAdapter(_Faulty)


@dataclass(frozen=True, slots=True)
class Completion:
    """What is left of an answer.

    Attributes:
        rows: Nine probabilities, in the order of ``EMOTIONS``, for each id that was answered.
        model: What the server calls the model, if it does.
        sent: Tokens of the request, if the server counts them.
        answered: Tokens of the answer, likewise.
        problem: Why not every id was answered, if so: ``refused``, ``cut off``, ``garbage`` or
            ``left out``.
    """

    rows: dict[str, tuple[float, ...]] = field(default_factory=dict)
    model: str | None = None
    sent: int | None = None
    answered: int | None = None
    problem: str | None = None


def read_completion(content: bytes, ids: Collection[str]) -> Completion:
    """Read an answer for some ids.

    Raises:
        BadAnswer: It is no chat completion at all.
    """
    completion = parsed(COMPLETION, content)
    if not completion.choices:
        msg = "the server's answer has no choices"
        raise BadAnswer(msg)
    choice, usage = completion.choices[0], completion.usage
    rows, problem = _judged(choice, ids)
    return Completion(
        rows,
        completion.model,
        usage.prompt_tokens if usage else None,
        usage.completion_tokens if usage else None,
        problem,
    )


def _judged(
    choice: _Choice, ids: Collection[str]
) -> tuple[dict[str, tuple[float, ...]], str | None]:
    if choice.message.refusal or choice.finish_reason == "content_filter":
        return {}, "refused"
    found = _results(choice.message.content or "")
    if found is None:
        return {}, "cut off" if choice.finish_reason == "length" else "garbage"
    # An id that comes twice is answered in two ways: neither counts.
    counted = Counter(result.id for result in found)
    rows = {}
    for result in found:
        row = _row(result.emotions)
        if result.id in ids and counted[result.id] == 1 and row is not None:
            rows[result.id] = row
    return rows, None if len(rows) == len(ids) else "left out"


def _results(text: str) -> list[_Result] | None:
    text = THOUGHT.sub("", text)
    # Plain answers come in a fence, or with a sentence around them.
    text = text[text.find("{") : text.rfind("}") + 1]
    try:
        listed = RESULTS.validate_json(text).results
    except ValidationError:
        return None
    return [result for each in listed if (result := _result(each)) is not None]


def _result(each: object) -> _Result | None:
    try:
        return RESULT.validate_python(each)
    except ValidationError:
        return None


def _row(stated: _Emotions) -> tuple[float, ...] | None:
    values = [float(getattr(stated, emotion)) for emotion in EMOTIONS]
    total = sum(values)
    return tuple(value / total for value in values) if total > 0 else None


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a server says is wrong with a request.

    Attributes:
        parameter: The field at fault, such as ``max_tokens``; empty if it does not say.
        code: A stable word, such as ``content_filter``; empty if there is none.
    """

    parameter: str = ""
    code: str = ""


def read_complaint(body: bytes) -> Complaint:
    """Read the body of a refusal; whatever it is, this does not fail."""
    try:
        fault = FAULTY.validate_json(body).error
    except ValidationError:
        return Complaint()
    if isinstance(fault, str):
        return Complaint()
    return Complaint(fault.param or "", str(fault.code or ""))
