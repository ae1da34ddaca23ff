"""Writes a trained network as ONNX, operator by operator.

There are three networks and each is known to the last layer, so that its graph is written from its
weights. A converter would unroll the masked LSTM into a loop; the operator LSTM of ONNX takes the
lengths of the texts and is several times as fast. The result is compared with Keras before it
is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.extras import required
from classifiers.keras.encoding import PADDING, TERMS, TOKENS, WEIGHTS
from classifiers.training.keras.architectures import (
    EMBEDDING,
    EPSILON,
    OUTPUT,
    POSITIONS,
    RECURRENT,
)
from classifiers.training.keras.recipe import Recipe

Array = NDArray[Any]

OPSET: Final = 18
IR_VERSION: Final = 9
"""The versions that go with each other and that ONNX Runtime 1.14 and later reads."""

FORBIDDEN: Final = -1e9
"""Added to the attention to a place that holds no token."""

GATES: Final = (0, 3, 1, 2)
"""Keras keeps the gates as input, forget, cell, output; ONNX as input, output, forget, cell."""


def as_onnx(model: Any, recipe: Recipe, activation: str) -> bytes:  # noqa: ANN401 - Keras carries no types
    """Return the network of ``architectures.build`` as ONNX, for any number and length of texts.

    Raises:
        BackendUnavailable: The package ``onnx`` is not installed.
    """
    writers = {"lstm": _lstm, "transformer": _transformer, "bow": _bag}
    graph = Graph(required("onnx", "tensorflow"), model)
    summary = writers[recipe.architecture](graph, recipe)
    answer = graph.dense(summary, OUTPUT)
    if activation == "softmax":
        return graph.finished(graph.add("Softmax", answer, axis=-1))
    return graph.finished(graph.add("Sigmoid", answer))


class Graph:
    """Collects operators and weights."""

    def __init__(self, onnx: Any, model: Any) -> None:  # noqa: ANN401 - neither carries types
        self._onnx = onnx
        self._model = model
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def weights(self, layer: str) -> list[Array]:
        """Return the weights of a layer."""
        return [np.asarray(each) for each in self._model.get_layer(layer).get_weights()]

    def constant(self, value: Array) -> str:
        """Add an array."""
        name = f"constant_{len(self._constants)}"
        self._constants.append(
            self._onnx.numpy_helper.from_array(np.ascontiguousarray(value), name)
        )
        return name

    def integers(self, *values: int) -> str:
        """Add a list of int64, which is how axes and shapes are given."""
        return self.constant(np.array(values, np.int64))

    def number(self, value: float) -> str:
        """Add a float32."""
        return self.constant(np.array(value, np.float32))

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:  # noqa: ANN401 - as the operator wants
        """Add an operator and return the name of its first output."""
        return self.add_several(operator, inputs, 1, **attributes)[0]

    def add_several(
        self,
        operator: str,
        inputs: Sequence[str],
        outputs: int,
        **attributes: Any,  # noqa: ANN401 - see add
    ) -> list[str]:
        """Add an operator and return the names of its outputs."""
        number = len(self._nodes)
        names = [f"{operator.lower()}_{number}_{each}" for each in range(outputs)]
        self._nodes.append(self._onnx.helper.make_node(operator, inputs, names, **attributes))
        return names

    def dense(self, values: str, layer: str) -> str:
        """Add a dense layer without its activation."""
        kernel, bias = self.weights(layer)
        return self.add(
            "Add", self.add("MatMul", values, self.constant(kernel)), self.constant(bias)
        )

    def normalised(self, values: str, layer: str) -> str:
        """Add a layer normalisation."""
        scale, shift = self.weights(layer)
        return self.add(
            "LayerNormalization",
            values,
            self.constant(scale),
            self.constant(shift),
            axis=-1,
            epsilon=EPSILON,
        )

    def embedded(self, numbers: str, layer: str) -> str:
        """Add an embedding."""
        return self.add("Gather", self.constant(self.weights(layer)[0]), numbers, axis=0)

    def finished(self, answer: str) -> bytes:
        """Return the checked graph that ends in an output."""
        kinds, helper = self._onnx.TensorProto, self._onnx.helper
        inputs = [
            helper.make_tensor_value_info(
                each.name,
                kinds.FLOAT if each.name == WEIGHTS else kinds.INT32,
                ("texts", "length"),
            )
            for each in self._model.inputs
        ]
        self._nodes.append(helper.make_node("Identity", [answer], [OUTPUT]))
        width = int(self._model.output_shape[-1])
        output = helper.make_tensor_value_info(OUTPUT, kinds.FLOAT, ("texts", width))
        graph = helper.make_graph(self._nodes, self._model.name, inputs, [output], self._constants)
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="nunchi",
        )
        self._onnx.checker.check_model(model)
        return bytes(model.SerializeToString())


def _lstm(graph: Graph, recipe: Recipe) -> str:
    present = _present(graph, graph.constant(np.array(PADDING, np.int32)), 6)
    lengths = graph.add("ReduceSum", present, graph.integers(1), keepdims=0)
    vectors = graph.embedded(TOKENS, EMBEDDING)
    in_time = graph.add("Transpose", vectors, perm=[1, 0, 2])
    ahead, back = _directions(graph.weights(RECURRENT))
    kernels, recurrent, biases = (
        np.stack([one, other]) for one, other in zip(ahead, back, strict=True)
    )
    operands = [
        in_time,
        graph.constant(kernels),
        graph.constant(recurrent),
        graph.constant(biases),
        lengths,
    ]
    last = graph.add_several(
        "LSTM", operands, 2, hidden_size=recipe.units, direction="bidirectional"
    )[1]
    by_text = graph.add("Transpose", last, perm=[1, 0, 2])
    return graph.add("Reshape", by_text, graph.integers(0, 2 * recipe.units))


def _directions(weights: Sequence[Array]) -> tuple[list[Array], list[Array]]:
    """Return kernel, recurrent kernel and bias of both directions as ONNX wants them."""
    both = []
    for kernel, recurrent, bias in (weights[:3], weights[3:]):
        gates = [_gates(kernel), _gates(recurrent), _gates(bias[None])]
        both.append([gates[0].T, gates[1].T, np.concatenate([gates[2][0], 0 * gates[2][0]])])
    return both[0], both[1]


def _gates(table: Array) -> Array:
    parts = np.split(table, 4, axis=1)
    return np.concatenate([parts[each] for each in GATES], axis=1)


def _transformer(graph: Graph, recipe: Recipe) -> str:
    padding = graph.constant(np.array(PADDING, np.int32))
    present = _present(graph, padding, 6)
    weights = graph.add("Unsqueeze", _present(graph, padding, 1), graph.integers(-1))
    one = graph.constant(np.array(1, np.int64))
    places = graph.add("Mul", graph.add("CumSum", present, one), present)
    vectors = graph.add("Add", graph.embedded(TOKENS, EMBEDDING), graph.embedded(places, POSITIONS))
    absent = graph.add("Sub", graph.number(1), _present(graph, padding, 1))
    hidden = graph.add("Mul", absent, graph.number(FORBIDDEN))
    hidden = graph.add("Unsqueeze", hidden, graph.integers(1, 2))
    for number in range(recipe.layers):
        seen = graph.normalised(vectors, f"before_attention_{number}")
        vectors = graph.add("Add", vectors, _attention(graph, recipe, seen, hidden, number))
        seen = graph.normalised(vectors, f"before_inner_{number}")
        inner = graph.add("Relu", graph.dense(seen, f"inner_{number}"))
        vectors = graph.add("Add", vectors, graph.dense(inner, f"outer_{number}"))
    vectors = graph.normalised(vectors, "last_normalisation")
    axes = graph.integers(1)
    total = graph.add("Max", graph.add("ReduceSum", weights, axes, keepdims=0), graph.number(1))
    return graph.add(
        "Div",
        graph.add("ReduceSum", graph.add("Mul", vectors, weights), axes, keepdims=0),
        total,
    )


def _attention(graph: Graph, recipe: Recipe, seen: str, hidden: str, number: int) -> str:
    query, query_bias, key, key_bias, value, value_bias, out, out_bias = graph.weights(
        f"attention_{number}"
    )
    each = recipe.width // recipe.heads

    def heads(kernel: Array, bias: Array) -> str:
        flat = graph.constant(kernel.reshape(recipe.width, -1))
        moved = graph.add("Add", graph.add("MatMul", seen, flat), graph.constant(bias.reshape(-1)))
        split = graph.add("Reshape", moved, graph.integers(0, 0, recipe.heads, each))
        return graph.add("Transpose", split, perm=[0, 2, 1, 3])

    asked = graph.add("Mul", heads(query, query_bias), graph.number(each**-0.5))
    offered = graph.add("Transpose", heads(key, key_bias), perm=[0, 1, 3, 2])
    scores = graph.add("Add", graph.add("MatMul", asked, offered), hidden)
    shares = graph.add("Softmax", scores, axis=-1)
    mixed = graph.add("MatMul", shares, heads(value, value_bias))
    together = graph.add("Transpose", mixed, perm=[0, 2, 1, 3])
    joined = graph.add("Reshape", together, graph.integers(0, 0, recipe.width))
    flat = graph.constant(out.reshape(-1, recipe.width))
    return graph.add("Add", graph.add("MatMul", joined, flat), graph.constant(out_bias))


def _bag(graph: Graph, recipe: Recipe) -> str:
    vectors = graph.embedded(TERMS, EMBEDDING)
    weights = graph.add("Unsqueeze", WEIGHTS, graph.integers(-1))
    weighted = graph.add("Mul", vectors, weights)
    return graph.add("Relu", graph.add("ReduceSum", weighted, graph.integers(1), keepdims=0))


def _present(graph: Graph, padding: str, kind: int) -> str:
    """Return 1 where there is a token and 0 elsewhere; 6 is int32, 1 is float32."""
    empty = graph.add("Equal", TOKENS, padding)
    return graph.add("Cast", graph.add("Not", empty), to=kind)
