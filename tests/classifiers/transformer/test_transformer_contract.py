"""The public conformance test, on both kinds of heads and both ways to run."""

from __future__ import annotations

import pytest

from classifiers.testing import Expectations, check_classifier
from tests.classifiers.transformer.conftest import Exported

PATIENT = 10.0
"""Seconds: on a busy machine, a test says nothing of time."""


def test_an_export_keeps_the_contract(exported: Exported) -> None:
    check_classifier(f"transformers?model={exported.folder}", Expectations(stall=PATIENT))


def test_an_export_in_8_bits_keeps_the_contract(exported_int8: Exported) -> None:
    """The scale of its numbers follows from the whole batch."""
    wanted = Expectations(tolerance=0.1, stall=PATIENT)
    check_classifier(f"transformers?model={exported_int8.folder}", wanted)


@pytest.mark.parametrize("checkpoint", ["sentiment", "emotions"])
def test_a_checkpoint_keeps_the_contract(checkpoint: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(checkpoint)
    check_classifier(f"transformers?model={folder}&runtime=torch", Expectations(stall=PATIENT))
