"""Webhooks of channels: their names, tokens, and the authors that they lend to messages."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.entities import User

if TYPE_CHECKING:
    from bot.sandbox.channels import Channel
    from bot.sandbox.jsontypes import JsonObject
    from bot.sandbox.snowflakes import SnowflakeMint

MAX_PER_CHANNEL = 15
"""More are refused with code 30007."""


@dataclass(slots=True, eq=False)
class Webhook:
    """An incoming webhook; `application_id` is None for one that a person made."""

    id: int
    channel: Channel
    name: str
    user: User
    application_id: int | None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def payload(self) -> JsonObject:
        """The webhook object of the API."""
        return {
            "id": str(self.id),
            "type": 1,
            "guild_id": str(self.channel.guild_id),
            "channel_id": str(self.channel.id),
            "name": self.name,
            "user": self.user.payload(),
            "avatar": None,
            "token": self.token,
            "application_id": str(self.application_id) if self.application_id else None,
        }

    def author(self, name: str | None) -> User:
        """The author of a message of this webhook, under any name."""
        return User(self.id, name or self.name, bot=True)


class WebhookRegistry:
    """The webhooks of all channels by id."""

    def __init__(self, mint: SnowflakeMint) -> None:
        self._mint = mint
        self._known: dict[int, Webhook] = {}

    def get(self, webhook_id: int) -> Webhook | None:
        """The webhook with an id, unless it or its channel is gone."""
        found = self._known.get(webhook_id)
        return None if found is None or found.channel.deleted else found

    def of(self, channel: Channel) -> list[Webhook]:
        """The webhooks of a channel, oldest first."""
        return [each for each in self._known.values() if each.channel is channel]

    def add(
        self, channel: Channel, name: str, user: User, application_id: int | None = None
    ) -> Webhook:
        """Make a webhook as a user, of an application if that is the bot."""
        webhook = Webhook(self._mint(), channel, name, user, application_id)
        self._known[webhook.id] = webhook
        return webhook

    def remove(self, webhook: Webhook) -> None:
        """Delete a webhook, as an administrator can; its messages stay."""
        self._known.pop(webhook.id, None)
