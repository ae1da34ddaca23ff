"""What labels of figures are made of, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reports.wording import Wording, wording_of
from reports.wording.exports import ExportWords, export_words

DAY_NAMES: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Words:
    """One language.

    Attributes:
        report: Words of the reports.
        export: Words of the exports.
        channels: Name by id, as far as names are known.
        language: ``ko`` or ``en``.
    """

    report: Wording
    export: ExportWords
    channels: Mapping[int, str]
    language: str

    @classmethod
    def of(cls, language: str, channels: Mapping[int, str] | None = None) -> Words:
        """Return the words of ``ko`` or ``en``; raises ``UnknownLanguage`` for another."""
        return cls(wording_of(language), export_words(language), channels or {}, language)

    def channel(self, channel_id: int) -> str:
        """Return the name of a channel, or the end of its id where no name is known."""
        name = self.channels.get(channel_id)
        return f"#{name}" if name else f"#…{channel_id % 10_000:04d}"
