"""Reads a DiscordChatExporter JSON file, so that a demo can replay a real conversation.

Format: https://github.com/Tyrrrz/DiscordChatExporter, "JSON"; fields that a version lacks are
taken as empty.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.demo.scenario import Scenario, Turn
from bot.demo.script import Action, Channel, Member, ScriptError
from classifiers.language import detect

HUMAN_TYPES: Final = {"Default": Action.SAY, "Reply": Action.REPLY}
LONGEST: Final = 4000
SAMPLE: Final = 500
"""Messages looked at to tell the language of a conversation."""

_KOREAN_OFFSET: Final = timedelta(hours=9)
_SEOUL: Final = ZoneInfo("Asia/Seoul")
_UTC: Final = ZoneInfo("UTC")


def read_export(path: Path) -> Scenario:
    """Return the conversation of one exported channel.

    Raises:
        ScriptError: It is no such file, or holds no message.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        msg = f"{path.name} is no JSON file: {error}; export the channel as JSON"
        raise ScriptError(msg) from error
    try:
        return _scenario(document)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        msg = f"{path.name} is no DiscordChatExporter export ({error!r}); export as JSON"
        raise ScriptError(msg) from error


def _scenario(document: Mapping[str, Any]) -> Scenario:
    exported = sorted(document["messages"], key=_moment)
    unique = list({message["id"]: message for message in exported}.values())
    if not unique:
        raise ScriptError("the export holds no message")
    channel = Channel(str(document["channel"]["name"]) or "channel", "")
    names = _names(unique)
    language = _language_of([str(message.get("content") or "") for message in unique])
    known = {message["id"] for message in unique}
    return Scenario(
        server=str(document["guild"].get("name") or "Server"),
        timezone=_timezone_of(unique),
        language=language,
        members=tuple(Member(name, language, (language,)) for name in names.values()),
        channels=(channel,),
        turns=tuple(_turn(message, names, channel.name, known) for message in unique),
        bots=frozenset(
            names[message["author"]["id"]] for message in unique if message["author"].get("isBot")
        ),
    )


def _names(messages: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return a unique name for every author, people before programs."""
    authors = {message["author"]["id"]: message["author"] for message in messages}
    names: dict[str, str] = {}
    for author_id, author in sorted(authors.items(), key=lambda pair: bool(pair[1].get("isBot"))):
        name = str(author.get("nickname") or author.get("name") or author_id)
        taken = name in names.values()
        names[author_id] = f"{name} {author_id[-4:]}" if taken else name
    return names


def _turn(
    message: Mapping[str, Any], names: Mapping[str, str], channel: str, known: set[str]
) -> Turn:
    action = HUMAN_TYPES.get(str(message.get("type", "Default")))
    referred = (message.get("reference") or {}).get("messageId")
    reply = action is Action.REPLY and referred in known
    return Turn(
        at=_moment(message),
        key=str(message["id"]),
        member=names[message["author"]["id"]],
        channel=channel,
        thread=None,
        action=Action.REPLY if reply else Action.SAY,
        ref=str(referred) if reply else None,
        text=str(message.get("content") or "")[:LONGEST],
        system=action is None,
    )


def _moment(message: Mapping[str, Any]) -> datetime:
    moment = datetime.fromisoformat(str(message["timestamp"]))
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def _timezone_of(messages: Sequence[Mapping[str, Any]]) -> ZoneInfo:
    zone = datetime.fromisoformat(str(messages[-1]["timestamp"])).tzinfo
    return _SEOUL if zone == timezone(_KOREAN_OFFSET) else _UTC


def _language_of(texts: Sequence[str]) -> str:
    spoken = [detect(text) for text in texts[:SAMPLE] if text.strip()]
    return "ko" if 2 * spoken.count("ko") > len(spoken) else "en"
