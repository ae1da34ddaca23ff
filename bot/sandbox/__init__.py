"""A loopback Discord: REST v10 and gateway v10 on 127.0.0.1, for tests and the demo.

It speaks well enough for the unmodified discord.py client::

    async with Sandbox() as server:
        guild = server.add_guild("Study camp", locale="ko")
        channel = guild.add_channel("general")
        alice = guild.add_member("Alice")
        with point_discord_at(server):
            ...  # run a client with server.token
            message = await guild.say(alice, channel, "hello")
            reply = await guild.run_command(alice, "mood server", channel=channel, days=7)
"""

from __future__ import annotations

from bot.sandbox.channels import Channel
from bot.sandbox.clock import Clock
from bot.sandbox.connect import point_discord_at
from bot.sandbox.entities import Member, Role
from bot.sandbox.errors import (
    CommandInputError,
    CommandNotFoundError,
    ComponentNotFoundError,
    InteractionFailedError,
    MissingPermissionError,
    SandboxError,
    UnhandledRouteError,
    WaitTimeoutError,
)
from bot.sandbox.events import Intent
from bot.sandbox.faults import Abort
from bot.sandbox.guilds import Guild
from bot.sandbox.messages import Message, StoredFile
from bot.sandbox.permissions import Permission
from bot.sandbox.replies import Interaction
from bot.sandbox.server import Sandbox

__all__ = [
    "Abort",
    "Channel",
    "Clock",
    "CommandInputError",
    "CommandNotFoundError",
    "ComponentNotFoundError",
    "Guild",
    "Intent",
    "Interaction",
    "InteractionFailedError",
    "Member",
    "Message",
    "MissingPermissionError",
    "Permission",
    "Role",
    "Sandbox",
    "SandboxError",
    "StoredFile",
    "UnhandledRouteError",
    "WaitTimeoutError",
    "point_discord_at",
]
