"""What a demo replays, whether it is the built-in camp or somebody's export."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.demo.script import SERVER_NAME, TIMEZONE, Action, Channel, Member, Script, load_week


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that happens.

    Attributes:
        at: When, in UTC.
        key: Unique name; a turn that posts gives it to its message.
        member: Who.
        channel: Where; for a turn inside a thread, the parent of the thread.
        thread: Key of the message that started the thread this happens in, else ``None``.
        action: What.
        ref: Key of the message that this is about, else ``None``.
        text: The message, its new text, or the name of a thread.
        system: True for a message that Discord writes about a member.
    """

    at: datetime
    key: str
    member: str
    channel: str
    thread: str | None
    action: Action
    ref: str | None
    text: str
    system: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """A server, its people, and everything that happens, in order of time.

    Attributes:
        server: Name of the server.
        timezone: The server's own.
        language: ``ko`` or ``en``: what the bot posts in.
        members: The people; the first one administers the server.
        bots: Names of members that are programs.
        channels: What the bot listens to.
        turns: What happens.
    """

    server: str
    timezone: ZoneInfo
    language: str
    members: tuple[Member, ...]
    channels: tuple[Channel, ...]
    turns: tuple[Turn, ...]
    bots: frozenset[str] = field(default_factory=frozenset)

    @property
    def administrator(self) -> Member:
        """Who runs the administrator's commands."""
        return next((member for member in self.members if member.administrator), self.members[0])


def built_in() -> Scenario:
    """Return the study camp that comes with the package.

    Raises:
        ScriptError: Its file is damaged.
    """
    script = load_week()
    return Scenario(
        server=SERVER_NAME,
        timezone=TIMEZONE,
        language="ko",
        members=script.members,
        channels=script.channels,
        turns=_turns(script),
    )


def _turns(script: Script) -> tuple[Turn, ...]:
    return tuple(
        Turn(
            at=step.at,
            key=step.key,
            member=step.member,
            channel=step.channel,
            thread=step.thread,
            action=step.action,
            ref=step.ref,
            text=step.text,
        )
        for step in script.steps
    )
