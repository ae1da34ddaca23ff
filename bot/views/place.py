"""The server that a member asks about: the one they are in, or one chosen in a direct message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PREFIX: Final = "nunchi:privacy:"
AT: Final = f"{PREFIX}at:"

PATTERN: Final = AT + r"(?P<guild>[0-9]{1,20}):(?P<action>[a-z-]{1,40})"
"""The custom ids of buttons in a direct message."""


@dataclass(frozen=True, slots=True)
class Place:
    """A server, as the buttons of an answer name it.

    Attributes:
        guild_id: Discord snowflake.
        name: What it is called; ``None`` in the server itself, where everybody knows.
        direct: The answer is read in a direct message, so its buttons must name the server.
    """

    guild_id: int
    name: str | None = None
    direct: bool = False

    def custom_id(self, custom_id: str) -> str:
        """Return the custom id of a button that does what ``custom_id`` does, here."""
        if not self.direct:
            return custom_id
        return f"{AT}{self.guild_id}:{custom_id.removeprefix(PREFIX)}"
