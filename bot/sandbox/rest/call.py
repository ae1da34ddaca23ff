"""One REST request, with the look-ups and refusals that its handlers share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox.api_error import (
    ApiError,
    invalid_form,
    missing_access,
    missing_permissions,
    unknown,
)
from bot.sandbox.permissions import Permission, may

if TYPE_CHECKING:
    from bot.sandbox.channels import Channel
    from bot.sandbox.guilds import Guild
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.messages import Message
    from bot.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a multipart request."""

    filename: str
    content: bytes
    content_type: str | None


@dataclass(frozen=True, slots=True)
class Form:
    """A request's JSON payload and its files by field name (`files[0]`)."""

    payload: JsonObject
    files: dict[str, Upload]


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler works with."""

    request: web.Request
    world: World

    def number(self, name: str) -> int:
        """A snowflake from the path.

        Raises:
            ApiError: 400, it is not a number.
        """
        text = self.request.match_info[name]
        if not text.isdecimal():
            raise invalid_form(name, f'Value "{text}" is not snowflake.', "NUMBER_TYPE_COERCE")
        return int(text)

    def query_number(self, name: str) -> int | None:
        """A number from the query string; None when it is not given."""
        text = self.request.query.get(name)
        if text is None:
            return None
        if not text.lstrip("-").isdecimal():
            raise invalid_form(name, f'Value "{text}" is not int.', "NUMBER_TYPE_COERCE")
        return int(text)

    def channel(self, *needed: Permission) -> Channel:
        """The channel of the path, once the bot may see it and holds `needed`.

        Raises:
            ApiError: 404 code 10003, 403 code 50001 or 50013.
        """
        channel = self.world.channels.get(self.number("channel_id"))
        if channel is None:
            raise unknown(10003)
        if channel.guild is None:
            return channel
        if not channel.guild.bot_present or not channel.visible_to_bot():
            raise missing_access()
        for permission in needed:
            if not may(channel.guild.me, channel, permission):
                raise missing_permissions()
        return channel

    def guild(self) -> Guild:
        """The guild of the path.

        Raises:
            ApiError: 404 code 10004.
        """
        guild = self.world.guilds.get(self.number("guild_id"))
        if guild is None:
            raise unknown(10004)
        return guild

    def message(self, channel: Channel) -> Message:
        """The message of the path.

        Raises:
            ApiError: 404 code 10008.
        """
        message = channel.history.get(self.number("message_id"))
        if message is None:
            raise unknown(10008)
        return message

    async def json(self) -> Any:  # noqa: ANN401 - any JSON value, each handler checks its own
        """The request's JSON body; an empty object when there is none."""
        text = await self.request.text()
        try:
            return json.loads(text) if text else {}
        except ValueError:
            raise ApiError(400, 50109) from None

    async def form(self) -> Form:
        """The payload and files, from JSON or multipart."""
        if self.request.content_type != "multipart/form-data":
            return Form(await self.json(), {})
        parts = await self.request.post()
        files = {
            name: Upload(part.filename, part.file.read(), part.content_type)
            for name, part in parts.items()
            if isinstance(part, web.FileField)
        }
        payload = parts.get("payload_json", "{}")
        return Form(json.loads(payload) if isinstance(payload, str) else {}, files)
