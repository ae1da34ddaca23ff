"""The rules of claiming a report, the same in every store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from storage.records import ClaimState, ReportClaim

ALERT: Final = "alert-"
"""Periods that begin so are those of alerts, which are claimed like reports."""

WELCOME: Final = "welcome"
"""The period of the welcome to a guild: claimed like a report, so that it is said once."""

CHECKIN: Final = "checkin-"
"""Periods that begin so are those of questions how members are."""

RETRO: Final = "retro-"
"""Periods that begin so are those of reminders to write a retrospective."""


def reports_of(claims: Sequence[ReportClaim]) -> list[ReportClaim]:
    """Return the claims of reports: not those of alerts and reminders, nor of the welcome."""
    others = (ALERT, RETRO, CHECKIN)
    return [
        claim for claim in claims if not claim.period.startswith(others) and claim.period != WELCOME
    ]


def alerts_of(claims: Sequence[ReportClaim]) -> list[ReportClaim]:
    """Return the claims of alerts."""
    return [claim for claim in claims if claim.period.startswith(ALERT)]


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
