"""What a demo did, in numbers."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of ``summary.json``.

    Attributes:
        messages_sent: Messages written by anybody, whether or not they are measured.
        messages_expected: Those that must be in the store at the end: human, in a monitored
            channel, of somebody who did not opt out, and not deleted.
        messages_stored: Records in the store.
        missing: Expected messages without a record.
        duplicated: Records beyond one a message, and records of messages that are not expected.
        reconnects: Sessions that were resumed or begun anew after a break.
        restarts: How often the bot was stopped and started.
        commands_run: Commands that members ran.
        commands_failed: Those without a proper answer.
        reports_posted: Weekly reports that the schedule posted.
        pictures: Files that were saved, relative to the folder of the demo.
        page: The report as one HTML page, likewise; empty where there was nothing to tell.
    """

    messages_sent: int
    messages_expected: int
    messages_stored: int
    missing: int
    duplicated: int
    reconnects: int
    restarts: int
    commands_run: int
    commands_failed: int
    reports_posted: int
    pictures: tuple[str, ...]
    page: str = ""

    @property
    def ok(self) -> bool:
        """Whether everything went as it should."""
        failures = self.missing + self.duplicated + self.commands_failed
        return failures == 0 and self.reports_posted == 1

    def write(self, folder: Path) -> None:
        """Write ``summary.json``."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=2)
        (folder / "summary.json").write_text(text + "\n", encoding="utf-8")
