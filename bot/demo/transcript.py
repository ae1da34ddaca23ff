"""A readable record of a demo, in Markdown: what members asked, what the bot answered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from bot.sandbox.channels import Channel
from bot.sandbox.messages import Message

TRANSCRIPT: Final = "transcript.md"

_CHANNEL: Final = re.compile(r"<#(\d+)>")
_TIME: Final = re.compile(r"<t:(\d+)(?::[tTdDfFR])?>")


@dataclass(slots=True)
class Transcript:
    """Collects entries in order.

    Attributes:
        title: First line.
        timezone: In which times are written.
        channels: By id; Discord shows the name where the bot wrote the id.
    """

    title: str
    timezone: ZoneInfo
    channels: Mapping[int, Channel]
    _lines: list[str] = field(default_factory=list)

    def event(self, at: datetime, text: str) -> None:
        """Note something that happened."""
        self._lines.append(f"*{self._time(at)}* {text}\n")

    def answer(self, at: datetime, member: str, command: str, answer: str, *, hidden: bool) -> None:
        """Note a command and its answer."""
        only = " (ephemeral)" if hidden else ""
        self._lines.append(f"### {self._time(at)} {member}: `{command}`{only}\n")
        self._lines.append(self._quoted(answer))

    def post(self, at: datetime, message: Message, pictures: list[str]) -> None:
        """Note a message of the bot with its pictures."""
        self._lines.append(f"## {self._time(at)} #{message.channel.name}\n")
        self._lines.append(self._quoted(message.text))
        for file, picture in zip(message.files, pictures, strict=True):
            self._lines.append(f"![{file.description or file.filename}]({picture})\n")

    def write(self, path: Path) -> None:
        """Write the file."""
        path.write_text("\n".join([f"# {self.title}\n", *self._lines]), encoding="utf-8")

    def _time(self, at: datetime) -> str:
        return at.astimezone(self.timezone).strftime("%Y-%m-%d %H:%M")

    def _quoted(self, text: str) -> str:
        named = _CHANNEL.sub(self._name, text)
        told = _TIME.sub(lambda found: self._time(_moment(found[1])), named)
        # Two blanks at the end of a line are a break in Markdown: lines stay apart, as in Discord.
        return "\n".join(f"> {line}  " if line else ">" for line in told.splitlines()) + "\n"

    def _name(self, found: re.Match[str]) -> str:
        channel = self.channels.get(int(found[1]))
        return f"#{channel.name}" if channel else found[0]


def _moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
