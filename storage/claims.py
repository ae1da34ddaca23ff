"""The rules of claiming a report, the same in every store."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from storage.records import ClaimState, ReportClaim


def next_claim(held: ReportClaim | None, wanted: ReportClaim, now: datetime) -> ReportClaim | None:
    """Return the claim that follows from the one that is held, or ``None`` when it is refused.

    Args:
        held: What the store has, or ``None``.
        wanted: What is asked for, as a first attempt.
        now: The moment of asking.
    """
    if held is None:
        return wanted
    if held.state is not ClaimState.CLAIMED:
        return None
    if held.until <= now:
        return replace(wanted, attempt=held.attempt + 1)
    return replace(wanted, attempt=held.attempt) if held.owner == wanted.owner else None
