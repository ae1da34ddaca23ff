"""The training loop: Keras' own, with early stopping and the best weights kept."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.extras import required
from classifiers.keras.encoding import Encoder
from classifiers.training.keras.batches import Lesson
from classifiers.training.keras.recipe import Progress, Recipe

History = Mapping[str, Sequence[float]]


def fit(
    model: Any,  # noqa: ANN401 - Keras carries no types
    recipe: Recipe,
    encoder: Encoder,
    train: Lesson,
    dev: Lesson,
    progress: Progress,
) -> History:
    """Train a compiled network; it ends with the weights of the lowest loss on the dev part.

    Returns:
        ``loss``, ``accuracy``, ``val_loss`` and ``val_accuracy``, a number a round.

    Raises:
        BackendUnavailable: TensorFlow is not installed.
    """
    keras = required("keras", "tensorflow")
    steps = steps_of(train, recipe)
    generator = np.random.default_rng(recipe.seed)
    with tempfile.TemporaryDirectory(prefix="nunchi-") as folder:
        best = Path(folder) / "best.weights.h5"
        callbacks = [
            keras.callbacks.ModelCheckpoint(
                str(best), monitor="val_loss", save_best_only=True, save_weights_only=True
            ),
            keras.callbacks.EarlyStopping(monitor="val_loss", patience=recipe.patience),
            keras.callbacks.TerminateOnNaN(),
            keras.callbacks.LambdaCallback(
                on_epoch_begin=lambda epoch, logs=None: progress.begin(
                    f"round {epoch + 1} of {recipe.epochs} at most", steps
                ),
                on_train_batch_end=lambda batch, logs=None: progress.advance(1),
            ),
        ]
        record = model.fit(
            _stream(encoder, train, recipe.batch, generator),
            steps_per_epoch=steps,
            validation_data=_stream(encoder, dev, recipe.batch, None),
            validation_steps=steps_of(dev, recipe),
            epochs=recipe.epochs,
            callbacks=callbacks,
            verbose=0,
            shuffle=False,
        )
        if best.is_file():
            model.load_weights(best)
    return {name: [float(each) for each in values] for name, values in record.history.items()}


def compile_model(keras: Any, model: Any, recipe: Recipe, activation: str, steps: int) -> None:  # noqa: ANN401 - Keras carries no types
    """Give a network its loss and its optimiser.

    Args:
        keras: The package.
        model: The network.
        recipe: Rate, warm-up and epochs.
        activation: ``softmax`` where one label excludes the others, else ``sigmoid``.
        steps: Batches of one round.
    """
    rate: Any = recipe.rate
    if recipe.warmup:
        total = steps * recipe.epochs
        warm = max(1, int(total * recipe.warmup))
        rate = keras.optimizers.schedules.CosineDecay(
            0.0, max(1, total - warm), warmup_target=recipe.rate, warmup_steps=warm
        )
    exclusive = activation == "softmax"
    model.compile(
        # A limit on the gradient, for now and then a batch of a recurrent network explodes.
        optimizer=keras.optimizers.Adam(rate, clipnorm=1.0)
        if recipe.architecture != "bow"
        else keras.optimizers.Adam(rate),
        loss="categorical_crossentropy" if exclusive else "binary_crossentropy",
        metrics=[
            keras.metrics.CategoricalAccuracy(name="accuracy")
            if exclusive
            else keras.metrics.BinaryAccuracy(name="accuracy")
        ],
    )


def steps_of(lesson: Lesson, recipe: Recipe) -> int:
    """Return how many batches a round has."""
    return -(-len(lesson.rows) // recipe.batch)


def _stream(
    encoder: Encoder, lesson: Lesson, size: int, generator: np.random.Generator | None
) -> Any:  # noqa: ANN401 - TensorFlow carries no types
    tensorflow = required("tensorflow", "tensorflow")
    inputs = tuple(tensorflow.TensorSpec((None, None), kind) for kind in encoder.inputs.values())
    outputs = tensorflow.TensorSpec((None, lesson.targets.shape[1]), "float32")
    return tensorflow.data.Dataset.from_generator(
        lambda: lesson.forever(encoder, size, generator), output_signature=(inputs, outputs)
    ).prefetch(2)
