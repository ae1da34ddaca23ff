"""All sessions, connected or waiting for their client to resume."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.gateway.session import Encoded, Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sandbox.events import Event
    from bot.sandbox.gateway.connection import Connection

_MAX_WAITING = 8
"""Sessions without a socket that are kept at a time; clients killed outright leave them behind."""


class Hub:
    """Takes every event to the sessions that want it.

    Attributes:
        replay_limit: Events kept for each session's resume.
        sessions: By session id.
    """

    def __init__(self, replay_limit: int) -> None:
        self.replay_limit = replay_limit
        self.sessions: dict[str, Session] = {}

    def publish(self, event: Event) -> None:
        """Queue `event` for every session that wants it; never blocks."""
        if not self.sessions:
            return
        encoded = Encoded(event)
        lost = False
        for session in self.sessions.values():
            if session.wants(event):
                session.dispatch(encoded)
                lost = lost or session.lost
        if lost:
            self._forget_lost()

    async def drain(self) -> None:
        """Wait while a connected client is far behind."""
        for connection in self.connections():
            await connection.caught_up()

    def open(self, intents: int, shard: tuple[int, int]) -> Session:
        """A new session."""
        waiting = [one.id for one in self.sessions.values() if one.connection is None]
        for session_id in waiting[: max(0, len(waiting) - _MAX_WAITING + 1)]:
            del self.sessions[session_id]
        session = Session(intents, shard, self.replay_limit)
        self.sessions[session.id] = session
        return session

    def forget(self, session: Session) -> None:
        """Make a session impossible to resume."""
        self.sessions.pop(session.id, None)

    def connected(self) -> list[Session]:
        """Sessions that have a socket."""
        return [session for session in self.sessions.values() if session.connection is not None]

    def connections(self) -> Iterator[Connection]:
        """The sockets of all sessions."""
        for session in self.connected():
            if session.connection is not None:
                yield session.connection

    def detach(self, *, keep: bool) -> list[Connection]:
        """Part all sessions from their sockets; kept ones collect events for a resume."""
        connections = list(self.connections())
        for session in self.connected():
            session.connection = None
            if not keep:
                self.forget(session)
        return connections

    def _forget_lost(self) -> None:
        for session in list(self.sessions.values()):
            if session.lost:
                self.forget(session)
