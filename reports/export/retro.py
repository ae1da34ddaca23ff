"""Figures of the retrospectives of a week."""

from __future__ import annotations

from collections.abc import Iterator

from reports.export.observation import Observation
from reports.export.words import Words
from reports.report import WeeklyReport
from reports.wording.retro import section_name


def retrospectives(report: WeeklyReport, words: Words) -> Iterator[Observation]:
    """Yield the moods of sections, what they usually are, and how many took part."""
    retro, label = report.retro, words.export.label
    if retro is None:
        return
    for each in retro.sections:
        name = section_name(each.section, words.language)
        yield Observation.estimated(each.section, name, each.mood, "valence")
        if each.usual is not None:
            usual = f"{name}, {label('usual')}"
            yield Observation.of(f"{each.section}/usual", usual, each.usual, "valence")
    if retro.participation is not None:
        rate, people = retro.participation.rate, retro.participation.people
        yield Observation.of("participation", label("participation"), rate, "share")
        yield Observation.counted("active", label("retro_active"), people, "people")
