"""Simulated communities whose truth is known, for benchmarks and tests.

``plan`` says what a community is like, ``written`` lets it write five weeks, and ``judge`` is a
classifier that errs in a known way. A community can be scanned like a store, or fill a real one.
"""

from __future__ import annotations

from .community import WEEK, Community, written
from .glimpse import Glimpse, glimpse
from .judge import MODEL, correction, judged
from .plan import LAST_WEEK, Change, ChangeKind, Plan
from .trial import Trial, claims_of, reported, trial

__all__ = [
    "LAST_WEEK",
    "MODEL",
    "WEEK",
    "Change",
    "ChangeKind",
    "Community",
    "Glimpse",
    "Plan",
    "Trial",
    "claims_of",
    "correction",
    "glimpse",
    "judged",
    "reported",
    "trial",
    "written",
]
