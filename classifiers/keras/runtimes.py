"""The two ways to run a network: ONNX Runtime, or Keras itself."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from classifiers.errors import ClassificationFailed, OutOfMemory
from classifiers.extras import required
from classifiers.keras.bundle import MODEL
from classifiers.keras.errors import BundleDamaged

Array = NDArray[Any]

OUT_OF_MEMORY: Final = ("allocate memory", "bad_alloc", "bad allocation", "out of memory")
"""What ONNX Runtime says when memory is short; it has no exception of its own for it."""


class Runtime(Protocol):
    """Runs a network; not from several threads at once."""

    def run(self, inputs: Mapping[str, Array]) -> Array:
        """Return the outputs, floats in [0, 1] of shape (texts, outputs).

        Raises:
            OutOfMemory: There is no memory for so many texts.
            ClassificationFailed: The network cannot be run.
        """
        ...


class OnnxRuntime:
    """A network as ONNX, on one thread: many small batches gain nothing from more."""

    def __init__(self, graph: bytes) -> None:
        """Load a graph.

        Raises:
            BackendUnavailable: ONNX Runtime is not installed.
            BundleDamaged: It is no graph that can be run.
        """
        self._ort = required("onnxruntime", "onnx")
        options = self._ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self._session = self._ort.InferenceSession(
                graph, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its exceptions have no common public base
            msg = "ONNX Runtime cannot load the network of the bundle; train it anew"
            raise BundleDamaged(msg) from error

    def run(self, inputs: Mapping[str, Array]) -> Array:
        """Return the outputs of the network."""
        try:
            return np.asarray(self._session.run(None, dict(inputs))[0])
        except Exception as error:
            # Its exceptions have no common public base; the text of one may hold shapes, no texts.
            raise _explained(error, any(sign in str(error) for sign in OUT_OF_MEMORY)) from error


class KerasRuntime:
    """A network as Keras loads it: built-in layers only, and no code from the file."""

    def __init__(self, model: bytes) -> None:
        """Load a ``.keras`` file.

        Raises:
            BackendUnavailable: Keras or its back end is not installed.
            BundleDamaged: Keras cannot load it.
        """
        self._keras = imported_keras()
        with tempfile.TemporaryDirectory(prefix="nunchi-") as folder:
            # Keras reads files only, and tells the form by the suffix.
            file = Path(folder) / MODEL
            file.write_bytes(model)
            try:
                self._model = self._keras.saving.load_model(file, compile=False, safe_mode=True)
            except Exception as error:  # a broken file breaks it anywhere
                msg = "Keras cannot load the network of the bundle; train it anew"
                raise BundleDamaged(msg) from error
        self._order = [each.name for each in self._model.inputs]

    def run(self, inputs: Mapping[str, Array]) -> Array:
        """Return the outputs; by ``predict_on_batch``, because ``predict`` is slow and leaks."""
        given = [inputs[name] for name in self._order]
        try:
            return np.asarray(self._model.predict_on_batch(given if len(given) > 1 else given[0]))
        except MemoryError:
            raise
        except Exception as error:
            # The boundary to a framework whose back ends have exceptions of their own.
            short = {kind.__name__ for kind in type(error).__mro__}
            raise _explained(error, bool(short & {"ResourceExhaustedError"})) from error


def imported_keras() -> Any:  # noqa: ANN401 - Keras carries no types
    """Import Keras, the package of that name and not the one beside this module.

    Raises:
        BackendUnavailable: Keras or its back end is not installed.
    """
    required("tensorflow", "tensorflow")
    return required("keras", "tensorflow")


def _explained(error: Exception, memory: bool) -> ClassificationFailed:
    if memory:
        return OutOfMemory("no memory for so many texts at once")
    return ClassificationFailed(f"the network failed with {type(error).__name__}")
