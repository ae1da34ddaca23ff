"""Posting a retrospective in its author's name: by a webhook, or else as the bot.

A channel's webhook is made once and found again by who made it: the bot.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import discord

from bot.i18n import Phrases
from bot.incoming import Incoming
from bot.pipeline import Pipeline
from bot.retro.ownership import BYLINE, Mark, mark_of
from bot.views.layout import shortened
from bot.views.retro import own_post_buttons

log = logging.getLogger(__name__)

Parent: TypeAlias = (
    discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.ForumChannel
)
Place: TypeAlias = Parent | discord.Thread

WEBHOOK_NAME: Final = "Nunchi"
_NAME_LIMIT: Final = 80
_THREAD_NAME_LIMIT: Final = 100
_AROUND: Final = 40
"""Messages on either side among which the other parts of a post are looked for."""

_NOBODY: Final = discord.AllowedMentions.none()
_UNTAKEN: Final = ("discord", "clyde")
"""Discord takes no name with one of these in it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be posted.

    Attributes:
        author: Whose it is.
        messages: Their texts.
        title: Of a post in a forum.
        mark: Tells the author again later.
    """

    author: discord.Member
    messages: Sequence[str]
    title: str
    mark: Mark


def parent_of(place: Place) -> Parent | None:
    """Return the channel that a place is, or is a thread of."""
    return place.parent if isinstance(place, discord.Thread) else place


def may_write(place: Place, member: discord.Member) -> bool:
    """Tell whether somebody could write there themselves."""
    may = place.permissions_for(member)
    if isinstance(place, discord.Thread):
        return may.view_channel and may.send_messages_in_threads and not place.locked
    return may.view_channel and may.send_messages


class RetroPosts:
    """Makes posts, measures them for their authors, finds and deletes them.

    Args:
        pipeline: Takes what was posted, under the id of the message and the name of its author.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._webhooks: dict[int, discord.Webhook] = {}

    async def post(self, place: Place, draft: Draft, say: Phrases) -> list[discord.Message]:
        """Post, and hand what was posted to the pipeline.

        Raises:
            discord.HTTPException: Discord takes it neither from a webhook nor from the bot.
        """
        posted = await self._by_webhook(place, draft, say)
        if not posted:
            posted = await self._by_bot(place, draft, say)
        for message, text in zip(posted, draft.messages, strict=True):
            await self._measure(message, place, draft.author, text)
        return posted

    async def pieces(self, message: discord.Message, mark: Mark) -> list[discord.Message]:
        """Return all messages of a post, oldest first, as far as the bot may read back.

        Raises:
            discord.HTTPException: Discord does not answer as it should.
        """
        try:
            around = [
                each async for each in message.channel.history(limit=2 * _AROUND, around=message)
            ]
        except discord.Forbidden:
            around = []
        found = {each.id: each for each in [*around, message] if mark_of(each) == mark}
        return [found[message_id] for message_id in sorted(found)]

    async def delete(self, messages: Sequence[discord.Message]) -> None:
        """Delete messages of a post.

        Raises:
            discord.HTTPException: Discord does not let the bot.
        """
        for message in messages:
            try:
                await self._delete(message)
            except discord.NotFound:
                log.debug("a message of a post was gone already")

    async def _delete(self, message: discord.Message) -> None:
        place = message.channel
        webhook = None
        if message.webhook_id is not None and isinstance(place, Place):
            webhook = await self._webhook(place, create=False)
        if webhook is None or webhook.id != message.webhook_id:
            await message.delete()
        elif isinstance(place, discord.Thread):
            await webhook.delete_message(message.id, thread=place)
        else:
            await webhook.delete_message(message.id)

    async def _by_webhook(self, place: Place, draft: Draft, say: Phrases) -> list[discord.Message]:
        webhook = await self._webhook(place, create=True)
        if webhook is None or any(word in _name(draft).casefold() for word in _UNTAKEN):
            return []
        try:
            return await self._sent(webhook, place, draft, say)
        except discord.NotFound:
            # Somebody deleted it: another one is made, once.
            self._forget(place)
        webhook = await self._webhook(place, create=True)
        return [] if webhook is None else await self._sent(webhook, place, draft, say)

    async def _sent(
        self, webhook: discord.Webhook, place: Place, draft: Draft, say: Phrases
    ) -> list[discord.Message]:
        posted: list[discord.Message] = []
        thread: discord.abc.Snowflake | None = place if isinstance(place, discord.Thread) else None
        for text in draft.messages:
            new = thread is None and isinstance(place, discord.ForumChannel)
            message = await webhook.send(
                text,
                username=_name(draft),
                avatar_url=draft.author.display_avatar.url,
                view=own_post_buttons(draft.mark.custom_id, say),
                allowed_mentions=_NOBODY,
                wait=True,
                thread=thread or discord.utils.MISSING,
                thread_name=draft.title if new else discord.utils.MISSING,
            )
            if new:
                thread = discord.Object(message.channel.id)
            posted.append(message)
        return posted

    async def _by_bot(self, place: Place, draft: Draft, say: Phrases) -> list[discord.Message]:
        name = discord.utils.escape_markdown(draft.author.display_name)
        byline = BYLINE + say("Retrospective of {name}", name=shortened(name, _NAME_LIMIT))
        posted: list[discord.Message] = []
        target: discord.abc.Messageable | None = None
        for text in draft.messages:
            content = f"{byline}\n{text}"
            buttons = own_post_buttons(draft.mark.custom_id, say)
            if isinstance(place, discord.ForumChannel) and target is None:
                opened = await place.create_thread(
                    name=draft.title, content=content, view=buttons, allowed_mentions=_NOBODY
                )
                target = opened.thread
                posted.append(opened.message)
                continue
            there = target or place
            assert not isinstance(there, discord.ForumChannel)
            posted.append(await there.send(content, view=buttons, allowed_mentions=_NOBODY))
        return posted

    async def _measure(
        self, message: discord.Message, place: Place, author: discord.Member, text: str
    ) -> None:
        parent = parent_of(place)
        if parent is None:
            return
        inside = message.channel.id if message.channel.id != parent.id else None
        item = Incoming(message.id, parent.guild.id, parent.id, inside, author.id, None, text)
        await self._pipeline.put(item)

    async def _webhook(self, place: Place, *, create: bool) -> discord.Webhook | None:
        """Return the bot's webhook of a channel, made if need be; ``None`` where it may not."""
        parent = parent_of(place)
        if parent is None or not parent.permissions_for(parent.guild.me).manage_webhooks:
            return None
        known = self._webhooks.get(parent.id)
        if known is not None:
            return known
        try:
            found = await self._find(parent) or (await _made(parent) if create else None)
        except discord.HTTPException as error:
            log.warning("no webhook in channel %d: HTTP %s", parent.id, error.status)
            return None
        if found is not None:
            self._webhooks[parent.id] = found
        return found

    async def _find(self, parent: Parent) -> discord.Webhook | None:
        me = parent.guild.me.id
        for webhook in await parent.webhooks():
            # The client does not tell the application; the bot is who made its own ones.
            if webhook.token and webhook.user is not None and webhook.user.id == me:
                return webhook
        return None

    def _forget(self, place: Place) -> None:
        parent = parent_of(place)
        if parent is not None:
            self._webhooks.pop(parent.id, None)


async def _made(parent: Parent) -> discord.Webhook:
    return await parent.create_webhook(name=WEBHOOK_NAME, reason="/retro write")


def _name(draft: Draft) -> str:
    return shortened(draft.author.display_name.strip() or "?", _NAME_LIMIT)
