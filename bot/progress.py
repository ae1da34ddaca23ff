"""How far each container has been read: watermarks, and the gaps that hold them back.

A watermark may move with live messages only while nothing before them is missing. After a new
gateway session, or when a message was dropped because the queue was full, the container is *held*:
live messages are stored, but only reading the history moves the watermark until the gap is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping


class Progress:
    """Watermarks and gaps of every container, for the life of the process."""

    def __init__(self) -> None:
        self._watermarks: dict[int, int] = {}
        self._live: dict[int, int] = {}
        self._held: dict[int, tuple[int, int]] = {}
        self._trusted: dict[int, int] = {}
        self._generation = 0

    def load(self, watermarks: Mapping[int, int]) -> None:
        """Take the stored watermarks of a guild: container id -> message id."""
        for container_id, message_id in watermarks.items():
            self._raise(container_id, message_id)

    def watermark(self, container_id: int) -> int | None:
        """Return how far a container has been read, or ``None``."""
        return self._watermarks.get(container_id)

    def distrust(self, concerns: Callable[[int], bool]) -> None:
        """A new session began: the containers of the guilds it concerns may have gaps."""
        self._trusted = {key: guild for key, guild in self._trusted.items() if not concerns(guild)}
        self._held = {key: held for key, held in self._held.items() if not concerns(held[0])}

    def hold(self, guild_id: int, container_id: int) -> int:
        """Note a gap in one container; return its generation."""
        self._generation += 1
        self._trusted.pop(container_id, None)
        self._held[container_id] = (guild_id, self._generation)
        return self._generation

    def is_held(self, container_id: int) -> bool:
        """Tell whether live messages must not move the watermark of a container."""
        return container_id not in self._trusted

    def stored_live(self, container_id: int, message_id: int) -> int | None:
        """Note a live message as stored; return the watermark that may be written, if any."""
        self._live[container_id] = max(message_id, self._live.get(container_id, 0))
        if self.is_held(container_id):
            return None
        return self._raise(container_id, message_id)

    def read(self, container_id: int, message_id: int) -> int:
        """Note that the history was read up to a message; return the watermark to write."""
        return self._raise(container_id, message_id)

    def close_gap(self, container_id: int, generation: int) -> int | None:
        """Trust a container again if its gap is still the one of ``generation``.

        Returns:
            The watermark that may be written now, if any.
        """
        guild_id, current = self._held.get(container_id, (0, 0))
        if current != generation:
            return None
        del self._held[container_id]
        self._trusted[container_id] = guild_id
        live = self._live.get(container_id)
        return None if live is None else self._raise(container_id, live)

    def forget(self, container_id: int) -> None:
        """Drop a container that is gone."""
        self._watermarks.pop(container_id, None)
        self._live.pop(container_id, None)
        self._held.pop(container_id, None)
        self._trusted.pop(container_id, None)

    def _raise(self, container_id: int, message_id: int) -> int:
        raised = max(message_id, self._watermarks.get(container_id, 0))
        self._watermarks[container_id] = raised
        return raised
