"""What ids are called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Names:
    """Looks ids up in a world.

    Attributes:
        world: What is known.
        timezone: In which times are written, as the reader's own in Discord.
        language: ``ko`` or ``en``, in which days are called.
    """

    world: World
    timezone: tzinfo = UTC
    language: str = "en"

    @property
    def now(self) -> datetime:
        """The world's time."""
        return self.world.clock.now()

    def of(self, kind: str, number: int) -> str:
        """Return how a mention reads; ``kind`` is what stands before the id."""
        match kind:
            case "#":
                return self.channel(number)
            case "@&":
                return f"@{self._role(number)}"
            case "@" | "@!":
                user = self.world.users.get(number)
                return f"@{user.name if user else 'unknown-user'}"
        return kind.rstrip(":") if kind.startswith("/") else f":{kind.split(':')[1]}:"

    def channel(self, number: int) -> str:
        """Return a channel's name, with its number sign."""
        channel = self.world.channels.get(number)
        return f"# {channel.name}" if channel else "# unknown"

    def _role(self, number: int) -> str:
        roles = (role for guild in self.world.guilds.values() for role in guild.roles)
        return next((role.name for role in roles if role.id == number), "unknown-role")
