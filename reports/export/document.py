"""A report as JSON; ``docs/report.schema.json`` describes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from reports.cards import Card
from reports.export.observation import Observation, Section
from reports.export.story import Story

VERSION: Final = "1.0"
"""The first number rises when readers must change, the second when something is added."""


def document_of(story: Story, server_name: str, cards: Sequence[Card]) -> dict[str, Any]:
    """Return a report as what JSON can hold.

    Args:
        story: What to write down.
        server_name: Any text, or none.
        cards: Its pictures, for their alt texts.
    """
    return {
        "format": "nunchi-report",
        "version": VERSION,
        # As text: programs that hold numbers as doubles would change the last digits.
        "guild_id": str(story.guild_id),
        "server_name": server_name,
        "language": story.language,
        "period": {
            "kind": story.kind,
            "key": story.key,
            "first_day": story.first_day.isoformat(),
            "last_day": story.last_day.isoformat(),
            "timezone": story.timezone,
            "complete": story.complete,
        },
        "minimum_group": story.minimum_group,
        "hidden": story.hidden,
        "hidden_days": [day.isoformat() for day in story.hidden_days],
        "rejudged": story.rejudged,
        "words": {
            "headline": story.headline,
            "sentence": story.sentence,
            "lines": list(story.lines),
            **({"closing": story.closing} if story.closing else {}),
        },
        "pictures": [{"name": card.name, "alt_text": card.alt_text} for card in cards],
        "sections": sections_document(story.sections),
    }


def sections_document(sections: Iterable[Section]) -> dict[str, Any]:
    """Return sections by their names, in their order."""
    return {
        section.name: {
            "title": section.title,
            "observations": [_observation(each) for each in section.observations],
        }
        for section in sections
    }


def as_json(document: dict[str, Any]) -> str:
    """Return JSON to read and to compare: indented, letters as they are, a line feed at the end."""
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _observation(each: Observation) -> dict[str, Any]:
    """Leave out what is not known, so that nobody takes it for a zero."""
    optional = {"low": each.low, "high": each.high, "n": each.n, "clear": each.clear}
    known = {name: value for name, value in optional.items() if value is not None}
    return {"key": each.key, "label": each.label, "value": each.value, "unit": each.unit, **known}
