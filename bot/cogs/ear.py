"""Mentions and direct messages: the bot answers whoever speaks to it, and nobody else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import discord

from bot.cogs.answers import NOBODY
from bot.cogs.listening import settings_of
from bot.cogs.talk import choices_of, help_of
from bot.command_errors import describe
from bot.companion.addressed import Addressed, OwnAnswers, addressed, asks_for_help
from bot.companion.companion import Companion, language_of
from bot.companion.crisis import Crisis
from bot.companion.limits import Buckets
from bot.companion.values import Place, Setting, Spoken
from bot.i18n import phrases_in
from bot.services import Services
from bot.views import companion as views
from bot.views.help import mentioned
from classifiers.text import is_classifiable

if TYPE_CHECKING:
    from bot.client import NunchiClient

log = logging.getLogger(__name__)

MOST_AT_ONCE: Final = 64
"""Messages that are answered at the same time; beyond that nobody is answered in channels."""

UNREACHABLE: Final = (discord.HTTPException, aiohttp.ClientError, TimeoutError)


class Ear:
    """Hears messages that are meant for the bot, and answers them where they stand.

    ``hear`` is called in the way of every message and returns at once.
    """

    def __init__(self, client: NunchiClient, services: Services, companion: Companion) -> None:
        self._client = client
        self._services = services
        self._companion = companion
        self._answers = OwnAnswers()
        self._told = Buckets(1, 60.0, companion.now)
        self._tasks: set[asyncio.Task[None]] = set()

    def hear(self, data: Mapping[str, Any]) -> None:
        """Take a message's payload, and answer it soon if it is meant for the bot."""
        me = self._client.user
        message = None if me is None else addressed(data, me.id, self._answers)
        if message is None or len(self._tasks) >= MOST_AT_ONCE:
            return
        task = asyncio.create_task(self._answered(message), name="companion")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def busy(self) -> bool:
        """Whether a message is being answered."""
        return bool(self._tasks)

    async def close(self) -> None:
        """Leave what is not answered yet."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _answered(self, message: Addressed) -> None:
        try:
            await self._answer(message)
        except UNREACHABLE as error:
            log.info("a message to the bot could not be answered: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001 - the boundary: one message must not end the rest
            log.error("a message to the bot could not be answered\n%s", describe(error))

    async def _answer(self, message: Addressed) -> None:
        guild = None if message.guild_id is None else self._client.get_guild(message.guild_id)
        if message.guild_id is not None and guild is None:
            return
        spoken = self._spoken(message, guild)
        settings = choices_of(guild, self._services)
        crisis = self._companion.crisis_in(message.text)
        if crisis is not None:
            await self._help(message, guild, spoken, crisis)
        elif settings.talk and settings.mentions and self._may_write(guild, message.channel_id):
            await self._converse(message, guild, spoken)

    async def _help(
        self, message: Addressed, guild: discord.Guild | None, spoken: Spoken, crisis: Crisis
    ) -> None:
        if self._companion.help_given.take(message.user_id):
            return
        say = phrases_in(language_of(spoken))
        country = help_of(guild, self._services, _locales(guild), say.language)
        words = views.help_text(crisis.about, country, say, measured=guild is not None)
        if guild is None:
            self._companion.be_careful(message.user_id, spoken.place)
            await self._post(message, words)
        elif await self._whispered(message.user_id, words):
            self._companion.be_careful(message.user_id, Place(Setting.DIRECT))
        elif choices_of(guild, self._services).talk and self._may_write(guild, message.channel_id):
            await self._post(message, views.help_in_public(country, say))

    async def _whispered(self, user_id: int, words: str) -> bool:
        try:
            user = await self._client.fetch_user(user_id)
            await user.send(words, allowed_mentions=NOBODY, suppress_embeds=True)
        except UNREACHABLE:
            return False
        return True

    async def _converse(
        self, message: Addressed, guild: discord.Guild | None, spoken: Spoken
    ) -> None:
        say = phrases_in(language_of(spoken))
        wait = self._companion.people.take(message.user_id)
        if wait:
            if not self._told.take(message.user_id):
                await self._post(message, views.too_fast(wait, say))
            return
        if guild is not None and self._companion.channels.take(message.channel_id):
            return
        if asks_for_help(message.text):
            await self._post(message, mentioned(self._client.mentions.of("help"), say))
            return
        if not is_classifiable(message.text):
            await self._post(message, views.greeting(say))
            return
        place = self._client.get_partial_messageable(message.channel_id)
        async with place.typing() if self._companion.writes else nullcontext():
            said = await self._companion.answer(spoken)
        country = help_of(guild, self._services, _locales(guild), said.language)
        help_ = views.help_beside(said, country, say)
        words = views.spoken(said, say, sends_to=self._companion.sends_to, help_=help_)
        await self._post(message, words)

    async def _post(self, message: Addressed, words: str) -> None:
        place = self._client.get_partial_messageable(message.channel_id, guild_id=message.guild_id)
        reference = discord.MessageReference(
            message_id=message.message_id,
            channel_id=message.channel_id,
            guild_id=message.guild_id,
            fail_if_not_exists=False,
        )
        posted = await place.send(
            words,
            reference=reference,
            mention_author=False,
            allowed_mentions=NOBODY,
            suppress_embeds=True,
        )
        self._answers.add(posted.id)

    def _spoken(self, message: Addressed, guild: discord.Guild | None) -> Spoken:
        if guild is None:
            place, locale = Place(Setting.DIRECT), "en"
        else:
            place = Place(Setting.CHANNEL, message.channel_id)
            locale = settings_of(guild, self._services).language
        measured = not any(
            self._services.privacy.is_refused(guild_id, message.user_id)
            for guild_id in self._where(message)
        )
        return Spoken(message.user_id, place, message.text, locale, measured=measured)

    def _where(self, message: Addressed) -> Iterator[int]:
        """Yield the servers whose opt-outs count: in a direct message all of them."""
        if message.guild_id is not None:
            yield message.guild_id
        elif self._companion.writes:
            yield from (each.guild_id for each in self._services.roster.guilds())

    def _may_write(self, guild: discord.Guild | None, channel_id: int) -> bool:
        if guild is None:
            return True
        channel = guild.get_channel_or_thread(channel_id)
        if channel is None:
            return False
        allowed = channel.permissions_for(guild.me)
        if isinstance(channel, discord.Thread):
            return allowed.send_messages_in_threads and not channel.locked
        return allowed.send_messages


def _locales(guild: discord.Guild | None) -> tuple[str, ...]:
    return () if guild is None else (str(guild.preferred_locale),)
