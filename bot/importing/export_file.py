"""One JSON file of DiscordChatExporter: what it is about, and its messages one by one.

Format: https://github.com/Tyrrrz/DiscordChatExporter, "JSON": an object of ``guild``, ``channel``,
``dateRange`` (since 2.16), ``exportedAt`` (since 2.41), ``messages`` and ``messageCount``, in this
order. A channel has ``id``, ``type``, ``category``, ``name``, ``topic`` and, since 2.28,
``categoryId``; of a thread, the "category" is the channel that it is in. A part of a divided export
("name [part 2].json") is a complete document of its own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from bot.importing.stream import Malformed, Window, elements, opened

SAMPLE: Final = 64 * 1024
"""Bytes of each end of a file that tell it from others."""

_THREADS: Final = frozenset({"GuildNewsThread", "GuildPublicThread", "10", "11"})
_PRIVATE: Final = frozenset({"GuildPrivateThread", "12"})
_DIRECT: Final = frozenset({"DirectTextChat", "DirectGroupTextChat", "1", "3"})


class NotAnExport(Malformed):
    """The file is no JSON export; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the messages of a file were written.

    Attributes:
        guild_id: Discord snowflake; 0 for direct messages.
        channel_id: The channel, or the thread.
        parent_id: Of a thread, the channel that it is in, if the file says so.
        is_thread: Whether it is a thread.
        is_private: Whether only invited members could read it.
        is_direct: Whether these are direct messages.
        name: Of the channel, for messages to the operator; never stored.
    """

    guild_id: int
    channel_id: int
    parent_id: int | None
    is_thread: bool
    is_private: bool
    is_direct: bool
    name: str


class ExportFile:
    """A file that is open; ``export_file`` opens and closes it."""

    def __init__(self, file: BinaryIO, raw: BinaryIO) -> None:
        self._file = file
        self._raw = raw
        self._window = Window(file)
        self._first = True
        self.origin = _origin(_until_messages(self._window))
        self.size = os.fstat(raw.fileno()).st_size

    @property
    def position(self) -> int:
        """The byte, of the document without compression, after the last message taken."""
        return self._window.position

    @property
    def bytes_read(self) -> int:
        """How much of the file on disk was read, for a progress bar."""
        return self._raw.tell()

    def go_to(self, position: int) -> None:
        """Go on after a message that was taken in another run.

        Raises:
            Malformed: The file is shorter.
        """
        self._window = Window(self._file, position)
        self._first = False

    def messages(self) -> Iterator[Mapping[str, Any]]:
        """Yield the messages, from the place of this file on.

        Raises:
            Malformed: The file is damaged, or ends in the middle; what came before was yielded.
        """
        for found in elements(self._window, first=self._first):
            self._first = False
            yield found if isinstance(found, Mapping) else {}


@contextmanager
def export_file(path: Path) -> Iterator[ExportFile]:
    """Open an export, compressed by gzip or not.

    Raises:
        OSError: It cannot be read.
        NotAnExport: It is something else.
    """
    file, raw = opened(path)
    with raw, file:
        try:
            found = ExportFile(file, raw)
        except NotAnExport:
            raise
        except Malformed as error:
            raise NotAnExport(str(error)) from error
        yield found


def fingerprint(path: Path) -> str:
    """Return what tells a file from others, wherever it lies: its length and both of its ends.

    Raises:
        OSError: It cannot be read.
    """
    size = path.stat().st_size
    digest = hashlib.blake2b(str(size).encode(), digest_size=16)
    with path.open("rb") as file:
        digest.update(file.read(SAMPLE))
        file.seek(max(0, size - SAMPLE))
        digest.update(file.read(SAMPLE))
    return digest.hexdigest()


def _until_messages(window: Window) -> dict[str, Any]:
    """Return what stands before the messages; the window is right inside their array then."""
    window.skip_mark()
    if window.next() == "":
        raise NotAnExport("it is empty")
    if window.next() != "{":
        raise NotAnExport("it is no JSON object")
    window.skip("{")
    found: dict[str, Any] = {}
    while not window.take("}"):
        name = window.value()
        window.skip(":")
        if name == "messages":
            window.skip("[")
            return found
        found[str(name)] = window.value()
        window.take(",")
    raise NotAnExport("it has no messages")


def _origin(head: Mapping[str, Any]) -> Origin:
    guild, channel = head.get("guild"), head.get("channel")
    if not isinstance(guild, Mapping) or not isinstance(channel, Mapping):
        raise NotAnExport("it does not say which server and channel it is from")
    kind = str(channel.get("type"))
    guild_id, channel_id = snowflake(guild.get("id")), snowflake(channel.get("id"))
    if guild_id is None or channel_id is None:
        raise NotAnExport("it does not say which server and channel it is from")
    return Origin(
        guild_id,
        channel_id,
        snowflake(channel.get("categoryId")),
        kind in _THREADS | _PRIVATE,
        kind in _PRIVATE,
        guild_id == 0 or kind in _DIRECT,
        str(channel.get("name") or channel_id),
    )


def snowflake(value: object) -> int | None:
    """Return an id that is written as text, or as a number; ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        return None
    number = int(text)
    return number if number < 1 << 63 else None
