"""The Open Inference Protocol, version 2: KServe, Triton, MLServer, OpenVINO and others.

Source: ``specification/protocol/inference_rest.md`` of kserve/open-inference-protocol. Texts go as
one tensor of type BYTES. Scores come as a tensor of floats of shape (texts, labels), flat or
nested; or, as KServe's Hugging Face runtime does, as BYTES that hold an object of label: score (or
number of the label: score) for each text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from pydantic import BaseModel, FiniteFloat, TypeAdapter

from classifiers.errors import InvalidOption
from classifiers.remote.protocols import Scores, Served
from classifiers.resilience.client import Sent, parsed
from classifiers.resilience.failures import BadAnswer

MODEL_NAME: Final = re.compile(r"[\w.-]{1,128}")
NUMBER_AS_KEY: Final = re.compile(r"([{,]\s*)(\d{1,4})\s*:")
"""A key of a Python dictionary of numbers, which JSON does not allow."""

FLOATS: Final = frozenset({"FP16", "FP32", "FP64", "BF16"})


class _Tensor(BaseModel):
    name: str
    datatype: str
    shape: list[int]


class _Metadata(BaseModel):
    name: str
    versions: list[str] | None = None
    inputs: list[_Tensor] = []
    outputs: list[_Tensor] = []


class _Output(_Tensor):
    data: list[Any]


class _Inference(BaseModel):
    model_version: str | None = None
    outputs: list[_Output]


METADATA: Final = TypeAdapter(_Metadata)
INFERENCE: Final = TypeAdapter(_Inference)
TABLE: Final = TypeAdapter(dict[str, FiniteFloat])


class OpenInference:
    """Speaks to one model of a server.

    Args:
        model: Its name in the path.
        version: Its version in the path; ``None`` leaves the choice to the server.
        given_input: The tensor of the texts; ``None`` takes the first one of type BYTES.
        given_output: The tensor of the scores; ``None`` takes the first one.

    Raises:
        InvalidOption: Name or version do not fit into a path.
    """

    def __init__(
        self,
        model: str,
        version: str | None = None,
        given_input: str | None = None,
        given_output: str | None = None,
    ) -> None:
        for part in (model, version or "1"):
            if not MODEL_NAME.fullmatch(part) or set(part) == {"."}:
                msg = "model and model_version of remote must be the names that the server uses"
                raise InvalidOption(msg)
        self._path = f"/v2/models/{model}"
        if version is not None:
            self._path += f"/versions/{version}"
        self._version = version
        self._given_output = given_output
        self._given_input = given_input
        self._input = given_input or "text"
        self._columns = False

    def asks_for_model(self) -> Sent:
        """Ask for the metadata of the model."""
        return Sent(self._path)

    def reads_model(self, content: bytes) -> Served:
        """Read the version, and name and shape of the tensor that takes texts."""
        metadata = parsed(METADATA, content)
        texts = [each for each in metadata.inputs if each.datatype == "BYTES"]
        wanted = [each for each in texts if self._given_input in {None, each.name}]
        if wanted:
            self._input = wanted[0].name
            self._columns = len(wanted[0].shape) > 1
        versions = metadata.versions or []
        return Served(metadata.name, self._version or (versions[0] if len(versions) == 1 else None))

    def asks_for_scores(self, texts: Sequence[str]) -> Sent:
        """Ask for an inference."""
        shape = [len(texts), 1] if self._columns else [len(texts)]
        tensor = {"name": self._input, "shape": shape, "datatype": "BYTES", "data": list(texts)}
        body: dict[str, object] = {"inputs": [tensor]}
        if self._given_output is not None:
            body["outputs"] = [{"name": self._given_output}]
        return Sent(f"{self._path}/infer", json.dumps(body, ensure_ascii=False).encode())

    def reads_scores(self, content: bytes, texts: int) -> Scores:
        """Read the tensor of the scores."""
        answer = parsed(INFERENCE, content)
        for output in answer.outputs:
            if self._given_output in {None, output.name}:
                return self._scores(output, texts, answer.model_version)
        msg = "the server's answer lacks the tensor of the scores; is output= right?"
        raise BadAnswer(msg)

    def _scores(self, output: _Output, texts: int, version: str | None) -> Scores:
        if output.datatype == "BYTES":
            labels, rows = _tables(output.data)
        elif output.datatype in FLOATS:
            labels, rows = None, _floats(output)
        else:
            msg = f"the tensor of the scores is {output.datatype[:10]}, not numbers for each label"
            raise BadAnswer(msg)
        if len(rows) != texts:
            msg = f"the server answered for {len(rows)} texts instead of {texts}"
            raise BadAnswer(msg)
        return Scores(rows, labels, version)


def _floats(output: _Output) -> np.ndarray[Any, Any]:
    try:
        rows = np.array(output.data, np.float64).reshape(output.shape)
    except (ValueError, TypeError, OverflowError):
        rows = np.empty(0)
    if rows.ndim != 2 or not np.isfinite(rows).all():
        msg = "the tensor of the scores is not finite numbers of shape (texts, labels)"
        raise BadAnswer(msg)
    return rows


def _tables(data: Sequence[Any]) -> tuple[tuple[str, ...] | None, np.ndarray[Any, Any]]:
    tables = [_table(each) for each in data]
    first = tables[0] if tables else {}
    if not first or any(table.keys() != first.keys() for table in tables):
        msg = "the server gave different labels for different texts"
        raise BadAnswer(msg)
    numbered = all(label.isdecimal() for label in first)
    labels = sorted(first, key=int) if numbered else sorted(first)
    if numbered and labels != [str(index) for index in range(len(labels))]:
        msg = "the server left out labels"
        raise BadAnswer(msg)
    rows = np.array([[table[label] for label in labels] for table in tables])
    return None if numbered else tuple(labels), rows


def _table(text: object) -> dict[str, float]:
    if not isinstance(text, str):
        msg = "the tensor of the scores holds no tables of labels"
        raise BadAnswer(msg)
    return parsed(TABLE, NUMBER_AS_KEY.sub(r'\1"\2":', text))
