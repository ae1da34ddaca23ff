"""The bars of ``nunchi train``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)


class ProgressBars:
    """Shows each stage of training as a bar; silent where there is no terminal."""

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self._stage: TaskID | None = None

    def begin(self, stage: str, total: int) -> None:
        """Show the bar of a stage; from the first on, for loading may write lines of its own."""
        self._shown.start()
        self._stage = self._shown.add_task(stage, total=total)

    def advance(self, steps: int) -> None:
        """Move the bar of the stage that runs."""
        if self._stage is not None:
            self._shown.advance(self._stage, steps)


@contextmanager
def progress_bars() -> Iterator[ProgressBars]:
    """Show bars on standard error as long as something is trained."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    shown = Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True))
    try:
        yield ProgressBars(shown)
    finally:
        # One that never started would leave an empty line before the reason.
        if shown.live.is_started:
            shown.stop()
