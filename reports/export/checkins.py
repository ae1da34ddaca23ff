"""Figures of the check-ins of a week."""

from __future__ import annotations

from collections.abc import Iterator

from reports.export.observation import Observation
from reports.export.words import Words
from reports.report import WeeklyReport


def checkins(report: WeeklyReport, words: Words) -> Iterator[Observation]:
    """Yield the mean of the faces, what it usually is, and how it goes with what is measured."""
    found, label = report.checkins, words.export.label
    if found is None or found.mood is None:
        return
    yield Observation.estimated("faces", label("checkin_mood"), found.mood, "valence")
    if found.usual is not None:
        usual = f"{label('checkin_mood')}, {label('usual')}"
        yield Observation.of("faces/usual", usual, found.usual, "valence")
    yield Observation.counted("answered", label("checkin_people"), found.people, "people")
    if found.agreement is not None:
        yield Observation.estimated(
            "agreement", label("checkin_agreement"), found.agreement, "correlation"
        )
