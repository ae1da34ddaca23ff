"""How often a report may claim something of a week in which nothing happened: 5 % in all.

A report says many things at once: that the mood changed, that an emotion did, that an hour or a
channel stands out. Would each of them be wrong once in twenty quiet weeks, some claim would be in
every fourth. So the chances of all of them add up to less than 5 % (Bonferroni), the largest part
for the headline; within each part all figures are tested together (``bootstrap.jointly_clear``).

The turning point is one of these claims: it is told where chance alone makes one as striking in
fewer than ``TURNING`` of the weeks (``reports.turning``).
"""

from __future__ import annotations

from typing import Final

ALL: Final = 0.05
"""Chance of any false claim in a report of a week without change."""

HEADLINE: Final = 0.02
"""That the mood of the week differs from usual."""

EMOTIONS: Final = 0.0055
"""That the share of any emotion differs from usual."""

CHANNELS: Final = 0.005
"""That the mood of any channel differs from the server's."""

DETAIL: Final = 0.002
"""Each of: points of the curve, hours."""

TURNING: Final = 0.015
"""That some days of the week left their usual course."""
