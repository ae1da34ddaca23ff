"""What a process knows of its own tries to post a report: how long to wait, and what is certain.

A try that Discord answered with a refusal posted nothing. One whose answer was cut off may have
posted: then the channel's history tells, or, for a few minutes, the nonce of the message does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import discord

from storage.records import ReportClaim

PATIENT_AFTER: Final = 3
"""From this failure in a row on, tries are spaced out, and the administrators are told."""

FIRST_WAIT: Final = timedelta(minutes=2)
LONGEST_WAIT: Final = timedelta(hours=1)

NONCE_LIFE: Final = timedelta(minutes=2)
"""How long the same nonce surely posts nothing twice; Discord says "a few minutes"."""

_CERTAIN_FROM, _CERTAIN_TO = 400, 500


@dataclass(slots=True)
class Attempts:
    """The tries of one process, in memory."""

    _failures: dict[int, int] = field(default_factory=dict)
    _next: dict[int, datetime] = field(default_factory=dict)
    _refused: dict[tuple[int, str], int] = field(default_factory=dict)
    _doubtful: dict[tuple[int, str], datetime] = field(default_factory=dict)

    def may_try(self, guild_id: int, now: datetime) -> bool:
        """Return whether it is time for another try in a guild."""
        return now >= self._next.get(guild_id, now)

    def failed(self, claim: ReportClaim, error: Exception, now: datetime) -> int:
        """Note a try that failed; return how many did in a row in its guild."""
        key, guild_id = (claim.guild_id, claim.period), claim.guild_id
        if not _is_certain(error):
            self._doubtful[key] = now
        elif self.all_refused(claim):
            self._refused[key] = claim.attempt
        failures = self._failures[guild_id] = self._failures.get(guild_id, 0) + 1
        if failures >= PATIENT_AFTER:
            wait = FIRST_WAIT * 2 ** min(failures - PATIENT_AFTER, 10)
            self._next[guild_id] = now + min(wait, LONGEST_WAIT)
        return failures

    def succeeded(self, claim: ReportClaim) -> None:
        """Forget the failures of a guild."""
        self.retry(claim.guild_id)
        self._refused.pop((claim.guild_id, claim.period), None)
        self._doubtful.pop((claim.guild_id, claim.period), None)

    def retry(self, guild_id: int) -> None:
        """Wait no longer: something was changed."""
        self._failures.pop(guild_id, None)
        self._next.pop(guild_id, None)

    def all_refused(self, claim: ReportClaim) -> bool:
        """Return whether it is certain that no earlier try posted."""
        refused = self._refused.get((claim.guild_id, claim.period), 0)
        return claim.attempt == refused + 1

    def nonce_holds(self, claim: ReportClaim, now: datetime) -> bool:
        """Return whether another try posts nothing twice, because the last one was just now."""
        tried = self._doubtful.get((claim.guild_id, claim.period))
        return tried is not None and now - tried < NONCE_LIFE


def _is_certain(error: Exception) -> bool:
    return isinstance(error, discord.HTTPException) and _CERTAIN_FROM <= error.status < _CERTAIN_TO
