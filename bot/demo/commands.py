"""The commands that members run in a demo, as they would in Discord."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime
from typing import Final

from bot.demo.scenario import Scenario, Turn
from bot.demo.transcript import Transcript
from bot.demo.world import DemoWorld
from bot.sandbox.entities import Member
from bot.sandbox.errors import SandboxError
from bot.sandbox.replies import Interaction

SAMPLE = {"ko": "드디어 배포 성공! 다들 고생했어요 ㅎㅎ", "en": "It finally works, thank you all!"}

RETROSPECTIVE: Final = "회고"
"""A channel with this in its name is one for retrospectives."""


class DemoCommands:
    """Runs commands, counts them, and writes their answers into the transcript.

    Attributes:
        run: How many were run.
        failed: How many had no proper answer.
    """

    def __init__(self, world: DemoWorld, scenario: Scenario, transcript: Transcript) -> None:
        self.run = 0
        self.failed = 0
        self._world = world
        self._scenario = scenario
        self._transcript = transcript
        self._administrator = world.members[scenario.administrator.name]

    async def set_up(self, now: datetime) -> None:
        """Let the administrator choose the channels."""
        for channel in self._world.channels.values():
            await self._slash(
                now, self._administrator, "monitor add", {"channel": channel}, listened=channel.name
            )
            if RETROSPECTIVE in channel.name.lower():
                kind = {"channel": channel, "kind": "retrospective"}
                await self._slash(now, self._administrator, "monitor kind", kind)
        await self._slash(now, self._administrator, "monitor list", {})

    async def opt_out(self, turn: Turn) -> None:
        """Let a member be left alone."""
        member = self._world.members[turn.member]
        if await self._slash(turn.at, member, "privacy opt-out", {}):
            self._world.opted_out.add(turn.member)

    async def look_around(self, now: datetime) -> None:
        """Let members ask what members ask."""
        people = [
            self._world.members[each.name]
            for each in self._scenario.members
            if each.name not in self._scenario.bots
        ]
        first, last = people[0], people[-1]
        await self._slash(now, last, "mood server", {"days": 7})
        await self._slash(now, first, "mood server", {"days": 30})
        await self._slash(now, last, "analyze text", {"text": SAMPLE[self._scenario.language]})
        message = next(
            (
                each
                for each in reversed(self._world.messages.values())
                if each.author is last.user and each.content and not each.deleted
            ),
            None,
        )
        if message is not None:
            menu = self._world.guild.use_context_menu(last, "Analyze emotion", message)
            await self._noted(now, last, "Analyze emotion", menu)
        await self._slash(now, self._administrator, "setup", {})

    async def schedule_report(self, now: datetime, hour: int) -> None:
        """Let the administrator plan the weekly report for Mondays."""
        options = {
            "weekday": 0,
            "hour": hour,
            "timezone": self._scenario.timezone.key,
            "channel": self._world.report_channel,
            "language": self._scenario.language,
        }
        await self._slash(now, self._administrator, "report schedule", options)

    async def _slash(
        self,
        now: datetime,
        member: Member,
        command: str,
        options: dict[str, object],
        listened: str = "",
    ) -> bool:
        channel = self._world.channels.get(listened, self._world.report_channel)
        running = self._world.guild.run_command(member, command, options, channel=channel)
        shown = " ".join(f"{name}:{_shown(value)}" for name, value in options.items())
        return await self._noted(now, member, f"/{command} {shown}".strip(), running)

    async def _noted(
        self, now: datetime, member: Member, command: str, running: Awaitable[Interaction]
    ) -> bool:
        self.run += 1
        try:
            reply = await running
        except SandboxError as error:
            self.failed += 1
            self._transcript.event(now, f"{member.user.name} `{command}`: {error}")
            return False
        self._transcript.answer(now, member.user.name, command, reply.text, hidden=reply.ephemeral)
        return True


def _shown(value: object) -> str:
    name = getattr(value, "name", None)
    return f"#{name}" if name else str(value)
