"""The three networks, of built-in layers only, so that Keras loads them without code of ours."""

from __future__ import annotations

from typing import Any, Final

from classifiers.keras.encoding import PADDING, TERMS, TOKENS, WEIGHTS
from classifiers.training.keras.recipe import Recipe

EMBEDDING: Final = "embedding"
POSITIONS: Final = "positions"
RECURRENT: Final = "recurrent"
OUTPUT: Final = "output"
EPSILON: Final = 1e-6
"""Of each layer normalisation."""


def build(
    keras: Any,  # noqa: ANN401 - Keras carries no types
    recipe: Recipe,
    size: int,
    outputs: int,
    activation: str,
) -> Any:  # noqa: ANN401 - see above
    """Return a network that is not compiled.

    Args:
        keras: The package.
        recipe: Which network, and how large.
        size: One more than the largest number in its first input.
        outputs: How many numbers it answers with.
        activation: ``sigmoid`` or ``softmax``.
    """
    builders = {"lstm": _lstm, "transformer": _transformer, "bow": _bag}
    inputs, summary = builders[recipe.architecture](keras, recipe, size)
    if recipe.dropout:
        summary = keras.layers.Dropout(recipe.dropout)(summary)
    answer = keras.layers.Dense(outputs, activation=activation, name=OUTPUT)(summary)
    return keras.Model(inputs, answer, name=recipe.architecture)


def _lstm(keras: Any, recipe: Recipe, size: int) -> tuple[list[Any], Any]:  # noqa: ANN401 - Keras carries no types
    """A long short-term memory in both directions; Hochreiter and Schmidhuber 1997."""
    layers = keras.layers
    tokens = keras.Input((None,), dtype="int32", name=TOKENS)
    vectors = layers.Embedding(size, recipe.width, mask_zero=True, name=EMBEDDING)(tokens)
    if recipe.dropout:
        vectors = layers.SpatialDropout1D(recipe.dropout / 2)(vectors)
    memory = layers.Bidirectional(layers.LSTM(recipe.units), name=RECURRENT)(vectors)
    return [tokens], memory


def _transformer(keras: Any, recipe: Recipe, size: int) -> tuple[list[Any], Any]:  # noqa: ANN401 - Keras carries no types
    """An encoder (Vaswani et al. 2017), normalised before each part (Xiong et al. 2020)."""
    layers, ops = keras.layers, keras.ops
    tokens = keras.Input((None,), dtype="int32", name=TOKENS)
    present = ops.cast(ops.not_equal(tokens, PADDING), "int32")
    places = ops.cumsum(present, axis=1) * present
    vectors = layers.Embedding(size, recipe.width, name=EMBEDDING)(tokens)
    vectors = vectors + layers.Embedding(recipe.length + 1, recipe.width, name=POSITIONS)(places)
    vectors = layers.Dropout(recipe.dropout)(vectors)
    visible = ops.cast(ops.expand_dims(present, 1), "bool")
    for number in range(recipe.layers):
        seen = layers.LayerNormalization(epsilon=EPSILON, name=f"before_attention_{number}")(
            vectors
        )
        attended = layers.MultiHeadAttention(
            recipe.heads, recipe.width // recipe.heads, name=f"attention_{number}"
        )(seen, seen, attention_mask=visible)
        vectors = vectors + layers.Dropout(recipe.dropout)(attended)
        seen = layers.LayerNormalization(epsilon=EPSILON, name=f"before_inner_{number}")(vectors)
        # relu, because the exact gelu cannot be exported.
        inner = layers.Dense(recipe.units, activation="relu", name=f"inner_{number}")(seen)
        inner = layers.Dense(recipe.width, name=f"outer_{number}")(inner)
        vectors = vectors + layers.Dropout(recipe.dropout)(inner)
    vectors = layers.LayerNormalization(epsilon=EPSILON, name="last_normalisation")(vectors)
    weights = ops.expand_dims(ops.cast(present, "float32"), -1)
    total = ops.maximum(ops.sum(weights, axis=1), 1.0)
    return [tokens], ops.sum(vectors * weights, axis=1) / total


def _bag(keras: Any, recipe: Recipe, size: int) -> tuple[list[Any], Any]:  # noqa: ANN401 - Keras carries no types
    """A dense layer over weighted n-grams.

    The sum of weighted embeddings is what a dense layer makes of a sparse vector of TF-IDF
    weights; written so, nothing as wide as the vocabulary is ever filled with zeros.
    """
    layers, ops = keras.layers, keras.ops
    terms = keras.Input((None,), dtype="int32", name=TERMS)
    weights = keras.Input((None,), dtype="float32", name=WEIGHTS)
    vectors = layers.Embedding(size, recipe.width, name=EMBEDDING)(terms)
    total = ops.sum(vectors * ops.expand_dims(weights, -1), axis=1)
    return [terms, weights], layers.Activation("relu")(total)
