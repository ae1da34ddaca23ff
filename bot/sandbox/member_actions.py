"""What members do in a guild: talk, run commands, press buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import invocation
from bot.sandbox.entities import User
from bot.sandbox.messages import Message, MessageType
from bot.sandbox.replies import Interaction, answer_to
from bot.sandbox.speech import SayOptions, compose

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from bot.sandbox.channels import Channel
    from bot.sandbox.entities import Member
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.world import World


class MemberActions:
    """The part of a guild that drives its members."""

    world: World
    channels: list[Channel]

    async def say(
        self, member: Member, channel: Channel, content: str = "", **options: Unpack[SayOptions]
    ) -> Message:
        """Post a message as a member (or as another bot)."""
        return await channel.post(compose(self.world, channel, member.user, content, options))

    async def say_as_webhook(
        self, name: str, channel: Channel, content: str, **options: Unpack[SayOptions]
    ) -> Message:
        """Post a message through a webhook of that name."""
        author = User(self.world.mint(), name, bot=True)
        message = compose(self.world, channel, author, content, options)
        message.webhook_id = author.id
        return await channel.post(message)

    async def say_system(
        self, member: Member, channel: Channel, kind: int = MessageType.JOINED
    ) -> Message:
        """Post a system message about a member, by default "joined the server"."""
        return await channel.post(self.world.message(channel, member.user, kind=kind))

    async def run_command(
        self,
        member: Member,
        command: str,
        options: Mapping[str, object] | None = None,
        /,
        *,
        channel: Channel,
        patience: float = 15.0,
        **more_options: object,
    ) -> Interaction:
        """Run a slash command and wait for its visible answer.

        Args:
            member: Who runs it.
            command: Its name, with group and subcommand: `"mood server"`.
            options: Its options; needed for those that are called `channel` or `patience`.
            channel: Where it is run.
            patience: Seconds to wait for a deferred answer.
            more_options: Options by keyword.

        Raises:
            CommandNotFoundError: The bot registered no such command.
            CommandInputError: Discord's input form would refuse the options.
            MissingPermissionError: The member may not run it.
            InteractionFailedError: No answer in time.
        """
        given = {**(options or {}), **more_options}
        return await answer_to(invocation.run_slash(member, command, channel, given), patience)

    async def use_context_menu(
        self,
        member: Member,
        command: str,
        target: Message | Member,
        *,
        channel: Channel | None = None,
    ) -> Interaction:
        """Use a message's or a member's context menu and wait for the visible answer.

        Raises:
            CommandNotFoundError: The bot registered no such command.
            MissingPermissionError: The member may not run it.
            InteractionFailedError: No answer in time.
        """
        if isinstance(target, Message):
            return await answer_to(invocation.run_on_message(member, command, target))
        where = channel or self.channels[0]
        return await answer_to(invocation.run_on_member(member, command, target, where))

    async def autocomplete(
        self, member: Member, command: str, focused: str, value: str, *, channel: Channel
    ) -> list[JsonObject]:
        """The choices (`name`, `value`) offered while `focused` is being typed."""
        dialogue = invocation.ask_choices(member, command, channel, {focused: value})
        return (await answer_to(dialogue)).choices

    async def click(self, member: Member, message: Message, button: str) -> Interaction:
        """Press a button, found by label or custom id."""
        return await answer_to(invocation.press(member, message, button))

    async def select(
        self, member: Member, message: Message, select: str, *values: object
    ) -> Interaction:
        """Choose in a select menu, found by placeholder or custom id."""
        return await answer_to(invocation.choose(member, message, select, values))
