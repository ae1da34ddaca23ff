"""Plays a scenario on the loopback Discord, and knows what must have become of it."""

from __future__ import annotations

from bot.demo.scenario import Scenario, Turn
from bot.demo.script import Action
from bot.sandbox.channels import Channel
from bot.sandbox.entities import Member
from bot.sandbox.guilds import Guild
from bot.sandbox.messages import Message, MessageType
from bot.sandbox.server import Sandbox

REPORT_CHANNEL = {"ko": "주간-리포트", "en": "weekly-report"}


class DemoWorld:
    """A server with the scenario's people and channels, and one more channel for the report."""

    def __init__(self, server: Sandbox, scenario: Scenario) -> None:
        self._server = server
        self._scenario = scenario
        self.guild: Guild = server.add_guild(scenario.server, locale=scenario.language)
        self.channels: dict[str, Channel] = {
            each.name: self.guild.add_channel(each.name, topic=each.topic)
            for each in scenario.channels
        }
        self.report_channel = self.guild.add_channel(REPORT_CHANNEL[scenario.language])
        self.members: dict[str, Member] = {
            each.name: self.guild.add_member(
                each.name,
                locale=each.locale,
                bot=each.name in scenario.bots,
                administrator=each == scenario.administrator,
            )
            for each in scenario.members
        }
        self.messages: dict[str, Message] = {}
        self.threads: dict[str, Channel] = {}
        self.opted_out: set[str] = set()
        self._human: dict[str, str] = {}

    async def play(self, turn: Turn) -> None:
        """Let one thing happen, at its own time; opting out is a command, and not for here."""
        self._server.clock.set(turn.at)
        if turn.action.posts:
            await self._post(turn)
        elif turn.action is Action.THREAD:
            await self._open_thread(turn)
        elif turn.action is Action.EDIT:
            await self.messages[turn.ref or ""].edit(turn.text)
        elif turn.action is Action.DELETE:
            await self.messages[turn.ref or ""].delete()

    async def _post(self, turn: Turn) -> None:
        member, place = self.members[turn.member], self._place(turn)
        if turn.system:
            kind = MessageType.JOINED
            message = await self.guild.say_system(member, place, kind)
        elif turn.action is Action.REPLY:
            target = self.messages[turn.ref or ""]
            message = await self.guild.say(member, place, turn.text, reply_to=target)
        else:
            message = await self.guild.say(member, place, turn.text)
        self.messages[turn.key] = message
        if not turn.system and turn.member not in self._scenario.bots:
            self._human[turn.key] = turn.member

    async def _open_thread(self, turn: Turn) -> None:
        parent, owner = self.channels[turn.channel], self.members[turn.member]
        self.threads[turn.ref or ""] = await self.guild.add_thread(parent, turn.text, owner)

    def _place(self, turn: Turn) -> Channel:
        return self.channels[turn.channel] if turn.thread is None else self.threads[turn.thread]

    def expected(self) -> set[int]:
        """Return the ids that the store must hold: human, consented, not deleted."""
        return {
            self.messages[key].id
            for key, member in self._human.items()
            if member not in self.opted_out and not self.messages[key].deleted
        }
