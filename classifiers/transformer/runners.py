"""What turns arrays of token ids into logits: ONNX Runtime, or torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from classifiers.errors import BackendUnavailable, OutOfMemory
from classifiers.extras import required
from classifiers.transformer.tokens import Arrays

NO_MEMORY: Final = ("allocate memory", "bad allocation", "bad_alloc", "out of memory")
"""What the frameworks write when memory runs out; their error classes do not tell."""

LOGITS: Final = "logits"
KNOWN_INPUTS: Final = frozenset({"input_ids", "attention_mask", "token_type_ids"})
ONLY_ERRORS: Final = 3
"""ONNX Runtime's log level: what cannot go on."""


class Runner(Protocol):
    """A loaded model."""

    def logits(self, arrays: Arrays) -> NDArray[Any]:
        """Return the outputs before any squashing: floats of shape (texts, labels).

        Raises:
            OutOfMemory: The arrays are too large.
        """
        ...


class OnnxRunner:
    """Runs an ONNX file on the processor; releases the GIL while it works."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        """Load the file.

        Raises:
            BackendUnavailable: It cannot be read, or asks for other inputs than a classifier of
                texts, or the package onnxruntime is missing.
        """
        runtime = required("onnxruntime", "onnx")
        settings = runtime.SessionOptions()
        settings.intra_op_num_threads = threads
        settings.inter_op_num_threads = 1
        settings.log_severity_level = ONLY_ERRORS
        # Plans of memory are made for one shape, and no two batches have the same.
        settings.enable_mem_pattern = False
        try:
            self._session = runtime.InferenceSession(
                str(path), settings, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            # Its errors have no class in common, and what they say names files of this machine.
            if is_out_of_memory(error):
                msg = f"{path.name} does not fit into memory; take a smaller model, or int8"
            else:
                msg = f"{path.name} is damaged or no ONNX model; fetch or export the model again"
            raise BackendUnavailable(msg) from error
        self._inputs = {each.name: _number(each.type) for each in self._session.get_inputs()}
        self._output = _logits_of([each.name for each in self._session.get_outputs()])
        _refuse_other_inputs(path, tuple(self._inputs))

    def logits(self, arrays: Arrays) -> NDArray[Any]:
        """Return the outputs before any squashing: float32 of shape (texts, labels)."""
        feeds = {name: arrays[name].astype(kind, copy=False) for name, kind in self._inputs.items()}
        try:
            return np.asarray(self._session.run([self._output], feeds)[0])
        except Exception as error:
            if is_out_of_memory(error):
                raise _too_many(arrays) from error
            raise


class TorchRunner:
    """Runs the model that transformers loaded."""

    def __init__(self, model: Any, inputs: Sequence[str], threads: int = 1) -> None:  # noqa: ANN401
        """Take over a model; ``threads`` holds for the whole process."""
        self._torch = required("torch", "torch")
        self._torch.set_num_threads(threads)
        self._model = model
        self._inputs = tuple(inputs)

    def logits(self, arrays: Arrays) -> NDArray[Any]:
        """Return the outputs before any squashing: float32 of shape (texts, labels)."""
        feeds = {name: self._torch.from_numpy(arrays[name]) for name in self._inputs}
        try:
            with self._torch.inference_mode():
                return np.asarray(self._model(**feeds).logits.numpy())
        except RuntimeError as error:
            if is_out_of_memory(error):
                raise _too_many(arrays) from error
            raise


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error of a framework means that memory ran out."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or any(words in said for words in NO_MEMORY)


def _too_many(arrays: Arrays) -> OutOfMemory:
    return OutOfMemory(f"no memory for {len(arrays['input_ids'])} texts at once")


def _number(kind: str) -> type[np.integer[Any]]:
    """Return what an input is made of; TensorFlow's exports ask for the shorter one."""
    return np.int32 if kind == "tensor(int32)" else np.int64


def _logits_of(outputs: Sequence[str]) -> str:
    return LOGITS if LOGITS in outputs else outputs[0]


def _refuse_other_inputs(path: Path, inputs: Sequence[str]) -> None:
    strange = [name for name in inputs if name not in KNOWN_INPUTS]
    if strange or "input_ids" not in inputs:
        msg = (
            f"{path.name} is no classifier of texts: it asks for {', '.join(strange or inputs)}; "
            "take an ONNX file that was exported for text classification"
        )
        raise BackendUnavailable(msg)
