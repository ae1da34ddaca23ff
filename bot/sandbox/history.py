"""The messages of one channel, in the order of their ids."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sandbox.messages import Message


class History:
    """Messages by id; every look-up is a dictionary access or a bisection."""

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._by_id: dict[int, Message] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[Message]:
        return (self._by_id[identifier] for identifier in list(self._ids))

    @property
    def last_id(self) -> int | None:
        """The newest id that is still here."""
        return self._ids[-1] if self._ids else None

    def get(self, message_id: int) -> Message | None:
        """The message of that id, if it is still here."""
        return self._by_id.get(message_id)

    def add(self, message: Message) -> None:
        """Put a message where its id belongs."""
        if not self._ids or message.id > self._ids[-1]:
            self._ids.append(message.id)
        else:
            self._ids.insert(bisect_left(self._ids, message.id), message.id)
        self._by_id[message.id] = message

    def remove(self, message_id: int) -> bool:
        """Forget a message; false when it was not here."""
        if self._by_id.pop(message_id, None) is None:
            return False
        del self._ids[bisect_left(self._ids, message_id)]
        return True

    def latest(self, limit: int) -> list[Message]:
        """The newest messages, newest first (as are all pages below)."""
        return self._page(len(self._ids) - limit, len(self._ids))

    def before(self, message_id: int, limit: int) -> list[Message]:
        """The newest messages older than `message_id`."""
        end = bisect_left(self._ids, message_id)
        return self._page(end - limit, end)

    def after(self, message_id: int, limit: int) -> list[Message]:
        """The oldest messages newer than `message_id`."""
        start = bisect_right(self._ids, message_id)
        return self._page(start, start + limit)

    def around(self, message_id: int, limit: int) -> list[Message]:
        """Messages on both sides of `message_id`, itself included when it exists."""
        start = max(0, bisect_left(self._ids, message_id) - limit // 2)
        return self._page(start, start + limit)

    def _page(self, start: int, end: int) -> list[Message]:
        ids = self._ids[max(0, start) : max(0, end)]
        return [self._by_id[identifier] for identifier in reversed(ids)]
