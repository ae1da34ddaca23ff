"""Files as DiscordChatExporter writes them, of several of its versions."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.clock import snowflake_at

GUILD, CHANNEL, THREAD, FORUM = 100_200, 300_400, 500_600, 700_800


def message_id(moment: datetime, number: int = 0) -> int:
    return snowflake_at(moment) + number


def exported(identifier: int, text: str, user: int = 71, **changes: Any) -> dict[str, Any]:
    """A message as a present version writes it."""
    return {
        "id": str(identifier),
        "type": "Default",
        "timestamp": "2024-05-06T07:08:09.1234567+09:00",
        "timestampEdited": None,
        "callEndedTimestamp": None,
        "isPinned": False,
        "content": text,
        "author": {
            "id": str(user),
            "name": "haru",
            "discriminator": "0000",
            "nickname": "Haru",
            "color": None,
            "isBot": False,
            "roles": [{"id": "9", "name": "Camper", "color": "#ffffff", "position": 1}],
            "avatarUrl": "https://cdn.discordapp.com/embed/avatars/0.png",
        },
        "attachments": [],
        "embeds": [],
        "stickers": [],
        "reactions": [],
        "mentions": [],
        "inlineEmojis": [],
        **changes,
    }


def document(messages: Sequence[Mapping[str, Any]], **channel: Any) -> dict[str, Any]:
    guild = channel.pop("guild", GUILD)
    return {
        "guild": {"id": str(guild), "name": "Camp", "iconUrl": "https://cdn.discordapp.com/x.png"},
        "channel": {
            "id": str(CHANNEL),
            "type": "GuildTextChat",
            "categoryId": "42",
            "category": "Text",
            "name": "general",
            "topic": None,
            **channel,
        },
        "dateRange": {"after": None, "before": None},
        "exportedAt": "2024-05-07T00:00:00.0000000+09:00",
        "messages": list(messages),
        "messageCount": len(messages),
    }


def write(path: Path, content: Mapping[str, Any] | str, *, indent: int | None = 2) -> Path:
    text = content if isinstance(content, str) else as_json(content, indent)
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def as_json(content: Mapping[str, Any], indent: int | None = 2) -> str:
    return json.dumps(content, ensure_ascii=False, indent=indent)


def many(count: int, begin: datetime, texts: Sequence[str]) -> list[dict[str, Any]]:
    """Messages a minute apart, of seven people."""
    return [
        exported(
            message_id(begin + timedelta(minutes=number)), texts[number % len(texts)], number % 7
        )
        for number in range(count)
    ]
