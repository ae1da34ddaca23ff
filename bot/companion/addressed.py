"""Which messages are meant for the bot: those that name it, answer it, or come in private."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.incoming import WRITTEN_BY_PEOPLE

TYPED: Final = frozenset(kind.value for kind in WRITTEN_BY_PEOPLE)
REMEMBERED: Final = 2000
"""Own answers whose replies are understood as meant for the bot."""


ASKED_FOR_HELP: Final = frozenset(
    {"help", "/help", "commands", "도움말", "도움", "명령어", "사용법", "헬프"}
)
"""The whole of a message that asks what the bot can do; "help me" is meant for the companion."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """A message to the bot.

    Attributes:
        message_id: Discord snowflake.
        channel_id: The channel, thread or direct message.
        guild_id: ``None`` in a direct message.
        user_id: Who wrote it.
        text: What they wrote, without the mention of the bot.
    """

    message_id: int
    channel_id: int
    guild_id: int | None
    user_id: int
    text: str


class OwnAnswers:
    """The ids of the last answers, so that a reply to one goes on with the conversation."""

    def __init__(self) -> None:
        self._ids: OrderedDict[int, None] = OrderedDict()

    def __contains__(self, message_id: int) -> bool:
        return message_id in self._ids

    def add(self, message_id: int) -> None:
        """Remember an answer."""
        self._ids[message_id] = None
        if len(self._ids) > REMEMBERED:
            self._ids.popitem(last=False)


def worth_a_look(data: Mapping[str, Any]) -> bool:
    """Tell, at next to no cost, whether a message's payload may be meant for the bot."""
    return bool(data.get("mentions")) or not data.get("guild_id")


def addressed(data: Mapping[str, Any], me: int, answers: OwnAnswers) -> Addressed | None:
    """Return a message that is meant for the bot, from its payload.

    A reply to another post of the bot, such as a report, is not: Discord adds a mention to every
    reply by itself.

    Raises:
        KeyError: The payload is not a message.
        ValueError: An id is not a number.
    """
    author = data["author"]
    person = data["type"] in TYPED and not author.get("bot") and data.get("webhook_id") is None
    if not person:
        return None
    guild_id = int(data["guild_id"]) if data.get("guild_id") else None
    mention = re.compile(rf"<@!?{me}>")
    content = data["content"]
    answered = int((data.get("message_reference") or {}).get("message_id") or 0)
    if guild_id is not None and answered not in answers and not mention.search(content):
        return None
    return Addressed(
        int(data["id"]),
        int(data["channel_id"]),
        guild_id,
        int(author["id"]),
        mention.sub(" ", content).strip(),
    )


def asks_for_help(text: str) -> bool:
    """Tell whether a message asks what the bot can do, and nothing else."""
    return text.strip().strip("?!.").strip().casefold() in ASKED_FOR_HELP
