"""A readable record of a demo, in Markdown: what members asked, what the bot answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.sandbox.messages import Message


@dataclass(slots=True)
class Transcript:
    """Collects entries in order.

    Attributes:
        title: First line.
        timezone: In which times are written.
    """

    title: str
    timezone: ZoneInfo
    _lines: list[str] = field(default_factory=list)

    def event(self, at: datetime, text: str) -> None:
        """Note something that happened."""
        self._lines.append(f"*{self._time(at)}* {text}\n")

    def answer(self, at: datetime, member: str, command: str, answer: str, *, hidden: bool) -> None:
        """Note a command and its answer."""
        only = " (ephemeral)" if hidden else ""
        self._lines.append(f"### {self._time(at)} {member}: `{command}`{only}\n")
        self._lines.append(_quoted(answer))

    def post(self, at: datetime, message: Message, pictures: list[str]) -> None:
        """Note a message of the bot with its pictures."""
        self._lines.append(f"## {self._time(at)} #{message.channel.name}\n")
        self._lines.append(_quoted(message.text))
        for file, picture in zip(message.files, pictures, strict=True):
            self._lines.append(f"![{file.description or file.filename}]({picture})\n")

    def write(self, path: Path) -> None:
        """Write the file."""
        path.write_text("\n".join([f"# {self.title}\n", *self._lines]), encoding="utf-8")

    def _time(self, at: datetime) -> str:
        return at.astimezone(self.timezone).strftime("%Y-%m-%d %H:%M")


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in text.splitlines()) + "\n"
