"""Build hook: compiles the gettext catalogues, so that an install always carries them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueBuildHook(BuildHookInterface):
    """Turns every ``bot/locale/*/LC_MESSAGES/*.po`` into the ``.mo`` beside it."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogues and add them to what is packed."""
        del version
        root = Path(self.root)
        for source in sorted(root.glob("bot/locale/*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            with source.open("rb") as reading:
                catalogue = read_po(reading, locale=source.parts[-3])
            with target.open("wb") as writing:
                write_mo(writing, catalogue)
            build_data["artifacts"].append(target.relative_to(root).as_posix())
