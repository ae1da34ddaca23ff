"""The public conformance test, on a bundle of emotions and on one of sentiments."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from classifiers.testing import Expectations, check_classifier

pytestmark = pytest.mark.timeout(900)

PATIENT = 10.0
"""Seconds: on a busy machine, a test says nothing of time."""


@pytest.mark.parametrize("name", ["mine", "stars.nunchi"])
def test_a_bundle_keeps_the_contract(workshop, name):
    query = urlencode({"path": str(workshop.bundle(name)), "key": str(workshop.key)})
    check_classifier(f"keras?{query}", Expectations(stall=PATIENT))
