"""The OpenAPI document, made from the models that check the requests."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from classifiers.serving.answers import own_version
from classifiers.serving.limits import Limits
from classifiers.serving.schemas import (
    ClassifyAnswer,
    ClassifyRequest,
    ErrorAnswer,
    HealthAnswer,
    InfoAnswer,
    PredictAnswer,
    PredictRequest,
)

REFERENCE: Final = "#/components/schemas/{model}"
MODELS: Final[tuple[type[BaseModel], ...]] = (
    ClassifyAnswer,
    ClassifyRequest,
    ErrorAnswer,
    HealthAnswer,
    InfoAnswer,
    PredictAnswer,
    PredictRequest,
)
JUDGING_ERRORS: Final = {
    "400": "Not JSON in UTF-8, or without a text.",
    "401": "The key is missing or wrong.",
    "408": "The body did not arrive in time.",
    "413": "The body, the number of texts or a text is too large.",
    "415": "The body is compressed.",
    "422": "The body has another shape than it should, or names a head that is not there.",
    "424": "The classifier could not judge the texts.",
    "429": "Too many texts are waiting; Retry-After says when to come again.",
    "500": "The classifier, or the server, broke.",
    "503": "The server is stopping.",
}


def document(limits: Limits) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of a server with these limits."""
    _, schemas = models_json_schema(
        [(model, "validation") for model in MODELS], ref_template=REFERENCE
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Nunchi",
            "version": own_version(),
            "description": "Emotions of chat messages. "
            f"A request may have {limits.max_body} bytes and {limits.max_texts} texts, a text "
            f"{limits.max_chars} characters; {limits.max_queue} texts may wait.",
        },
        "paths": {
            "/predict": {
                "post": _judging("Scores in the shape of TEI.", PredictRequest, PredictAnswer)
            },
            "/classify": {
                "post": _judging("Emotions, valence, language.", ClassifyRequest, ClassifyAnswer)
            },
            "/info": {"get": _asking("What is served.", _json(InfoAnswer))},
            "/health": {
                "get": {
                    "summary": "Whether texts can be judged; needs no key.",
                    "security": [],
                    "responses": {
                        "200": _answer("They can.", _json(HealthAnswer)),
                        "503": _answer("They cannot.", _json(ErrorAnswer)),
                    },
                }
            },
            "/metrics": {
                "get": _asking(
                    "Counters for Prometheus.", {"text/plain": {"schema": {"type": "string"}}}
                )
            },
            "/openapi.json": {
                "get": _asking(
                    "This document.", {"application/json": {"schema": {"type": "object"}}}
                )
            },
        },
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"key": []}, {}],
    }


def _judging(summary: str, request: type[BaseModel], answer: type[BaseModel]) -> dict[str, Any]:
    errors = {status: _answer(text, _json(ErrorAnswer)) for status, text in JUDGING_ERRORS.items()}
    errors["429"]["headers"] = {
        "Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}
    }
    return {
        "summary": summary,
        "requestBody": {"required": True, "content": _json(request)},
        "responses": {"200": _answer("A result for each text, in order.", _json(answer))} | errors,
    }


def _asking(summary: str, content: dict[str, Any]) -> dict[str, Any]:
    refused = _answer(JUDGING_ERRORS["401"], _json(ErrorAnswer))
    return {"summary": summary, "responses": {"200": _answer("As said.", content), "401": refused}}


def _answer(description: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": content}


def _json(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": REFERENCE.format(model=model.__name__)}}}
