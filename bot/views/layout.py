"""Building layouts that stay within Discord's limits (developer documentation, "Components")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import discord

from bot.i18n import Phrases

MAX_TEXT: Final = 4000
MAX_CONTENT: Final = 2000
MAX_ALT_TEXT: Final = 1024
ELLIPSIS: Final = "…"

Item = discord.ui.Item[Any]


class Layout(discord.ui.LayoutView):
    """One container that is shown and never listens."""

    def __init__(self, *items: Item, accent: int | None = None) -> None:
        super().__init__()
        self.add_item(discord.ui.Container(*items, accent_colour=accent))
        # A stopped view is sent like any other, and the client keeps no trace of it.
        self.stop()


def text(*lines: str) -> discord.ui.TextDisplay[Any]:
    """Return a paragraph of lines; empty ones are left out."""
    return discord.ui.TextDisplay("\n".join(line for line in lines if line))


def rule() -> discord.ui.Separator[Any]:
    """Return a line between two parts."""
    return discord.ui.Separator()


def row(*items: Item) -> discord.ui.ActionRow[Any]:
    """Return a row of buttons, or of one select menu."""
    return discord.ui.ActionRow(*items)


def shortened(content: str, limit: int) -> str:
    """Return at most ``limit`` characters, with an ellipsis where something is missing."""
    return content if len(content) <= limit else content[: limit - 1].rstrip() + ELLIPSIS


def listed(lines: Sequence[str], limit: int, say: Phrases) -> list[str]:
    """Return as many lines as fit into ``limit`` characters, and how many more there are."""
    kept: list[str] = []
    room = limit
    for index, line in enumerate(lines):
        rest = _more(len(lines) - index, say)
        if len(line) + 1 + len(rest) > room:
            return [*kept, rest]
        kept.append(line)
        room -= len(line) + 1
    return kept


def plain(content: str) -> str:
    """Return somebody's words so that they cannot format or mention anything."""
    return discord.utils.escape_mentions(discord.utils.escape_markdown(" ".join(content.split())))


def bar(share: float, width: int = 10) -> str:
    """Return a share in [0, 1] as a bar of ``width`` blocks."""
    filled = min(width, max(0, round(share * width)))
    return "▇" * filled + "▁" * (width - filled)


def joined(parts: Iterable[str]) -> str:
    """Return the parts that are not empty, with a middle dot between them."""
    return " · ".join(part for part in parts if part)


def _more(count: int, say: Phrases) -> str:
    return say.plural("…and {count} more", "…and {count} more", count)
