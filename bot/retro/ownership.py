"""Who wrote a post that the bot made: told by the post itself, and by nothing that is kept.

A post carries a number of its own and a keyed hash of that number and its author's id. Whoever
clicks can be compared with it; nobody can be found from it, and two posts of one person cannot be
told to be of one person. So it works after an opt-out too, when no record is left.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple, Self

import discord

from bot.roster import Roster

BYLINE: Final = "-# "
"""How the line begins that says whose a post of the bot is."""

_HEX: Final = 16
_MINE: Final = "nunchi:retro:mine:"
PATTERN: Final = rf"(?P<nonce>\d{{15,20}}):(?P<tag>[0-9a-f]{{{_HEX}}})"
"""How a mark stands in the id of a button."""

_MARKED: Final = re.compile(_MINE + PATTERN)


class Mark(NamedTuple):
    """What a post says of its author.

    Attributes:
        nonce: A snowflake of the post's own: that of the interaction it came from.
        tag: Hexadecimal.
    """

    nonce: int
    tag: str

    @classmethod
    def of(cls, roster: Roster, nonce: int, user_id: int) -> Self:
        """Return the mark of a post that a user wrote."""
        # Snowflakes are unique, so that no guild's pseudonyms are made of the same number.
        return cls(nonce, roster.author(nonce, user_id).hex()[:_HEX])

    @classmethod
    def matched(cls, match: re.Match[str]) -> Self:
        """Return the mark in a match of ``PATTERN``."""
        return cls(int(match["nonce"]), match["tag"])

    def is_of(self, roster: Roster, user_id: int) -> bool:
        """Tell whether a user wrote the post, be it before a change of the keys."""
        own = (each.hex()[:_HEX] for each in roster.authors_ever(self.nonce, user_id))
        return any(hmac.compare_digest(each, self.tag) for each in own)

    @property
    def text(self) -> str:
        """The mark as it stands in the id of a button."""
        return f"{self.nonce}:{self.tag}"

    @property
    def custom_id(self) -> str:
        """The id of the button under the post."""
        return _MINE + self.text


def mine_pattern() -> str:
    """Return what matches the ids of the buttons under posts."""
    return _MINE + PATTERN


def written_text(message: discord.Message) -> str:
    """Return what somebody wrote, without the line that the bot put above it in their name."""
    content = message.content
    if message.author.bot and message.webhook_id is None and content.startswith(BYLINE):
        return content.partition("\n")[2]
    return content


def mark_of(message: discord.Message) -> Mark | None:
    """Return the mark of a post that the bot made, or ``None`` for any other message.

    Only a message of the bot, or of a webhook of its own, can carry one: others cannot send
    buttons under the bot's application.
    """
    for component in _walk(message.components):
        match = _MARKED.fullmatch(getattr(component, "custom_id", None) or "")
        if match is not None:
            return Mark.matched(match)
    return None


def _walk(components: Iterable[Any]) -> Iterable[Any]:
    for component in components:
        yield component
        yield from _walk(getattr(component, "children", ()))
