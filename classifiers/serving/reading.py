"""From the body of a request to the texts in it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from classifiers.serving.limits import Limits
from classifiers.serving.messages import ErrorType, RequestRefused
from classifiers.serving.schemas import ClassifyRequest, PredictRequest

Body = TypeVar("Body", bound=BaseModel)

PAIR: Final = "sentence pairs are not judged: send each text in a list of its own"
INPUTS: Final = "inputs must be a text, a list of texts, or a list of lists of one text each"
NOTHING: Final = "there is no text in the request"
SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for.

    Attributes:
        texts: What is judged, cut to the length that is allowed.
        head: A further label set.
        single: A text that came without a list; its answer goes without one.
        raw_scores: Logarithms instead of probabilities.
    """

    texts: Sequence[str]
    head: str | None = None
    single: bool = False
    raw_scores: bool = False


def read_predict(body: bytes, limits: Limits) -> Asked:
    """Read a body of ``/predict``.

    Raises:
        RequestRefused: It is no JSON (400), empty (400), wrong (422) or too large (413).
    """
    request = _checked(PredictRequest, body)
    single = isinstance(request.inputs, str)
    inputs = [request.inputs] if isinstance(request.inputs, str) else request.inputs
    texts = [each if isinstance(each, str) else each[0] for each in inputs]
    fitting = _fitting(texts, limits, request.truncate, request.truncation_direction)
    return Asked(fitting, single=single, raw_scores=request.raw_scores)


def read_classify(body: bytes, limits: Limits) -> Asked:
    """Read a body of ``/classify``.

    Raises:
        RequestRefused: It is no JSON (400), empty (400), wrong (422) or too large (413).
    """
    request = _checked(ClassifyRequest, body)
    fitting = _fitting(request.texts, limits, request.truncate, request.truncation_direction)
    return Asked(fitting, request.head)


def _checked(kind: type[Body], body: bytes) -> Body:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        if _is_json(error) or not SURROGATE.search(body):
            raise _refusal(error) from None
    try:
        return kind.model_validate_json(_without_lone_surrogates(body))
    except ValidationError as error:
        raise _refusal(error) from None


def _is_json(error: ValidationError) -> bool:
    return all(each["type"] != "json_invalid" for each in error.errors(include_input=False))


def _without_lone_surrogates(body: bytes) -> bytes:
    """Replace halves of characters, which clients in Python and JavaScript let through."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False).encode("utf-8", "replace")
    except (ValueError, RecursionError):
        return body


def _refusal(error: ValidationError) -> RequestRefused:
    """Say what is wrong with a body, without a word of it."""
    problems = error.errors(include_input=False, include_context=False, include_url=False)
    kinds = {problem["type"] for problem in problems}
    if "json_invalid" in kinds:
        return RequestRefused(
            HTTPStatus.BAD_REQUEST, ErrorType.VALIDATION, "the body is not JSON in UTF-8"
        )
    first = problems[0]
    place = ".".join(str(each) for each in first["loc"])
    if "too_short" in kinds:
        return RequestRefused(HTTPStatus.BAD_REQUEST, ErrorType.EMPTY, NOTHING)
    if "too_long" in kinds:
        message = PAIR
    elif place.startswith("inputs."):
        message = INPUTS
    else:
        message = f"{place or 'the body'}: {first['msg']}"
    return RequestRefused(HTTPStatus.UNPROCESSABLE_ENTITY, ErrorType.VALIDATION, message)


def _fitting(
    texts: Sequence[str], limits: Limits, truncate: bool | None, direction: str
) -> Sequence[str]:
    if len(texts) > limits.max_texts:
        # The words of TEI, which clients may look for.
        message = f"batch size {len(texts)} > maximum allowed batch size {limits.max_texts}"
        raise _too_large(message)
    longest = max(map(len, texts))
    if longest <= limits.max_chars:
        return texts
    if not truncate:
        message = (
            f"a text has {longest} characters; at most {limits.max_chars} are judged, or cut "
            "off with truncate"
        )
        raise _too_large(message)
    if direction.lower() == "left":
        return [text[-limits.max_chars :] for text in texts]
    return [text[: limits.max_chars] for text in texts]


def _too_large(message: str) -> RequestRefused:
    return RequestRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, ErrorType.VALIDATION, message)
