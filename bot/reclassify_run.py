"""What ``nunchi reclassify`` opens, and closes again: the store, the classifier, Discord."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.clock import DISCORD_EPOCH_MS
from bot.errors import SettingsError
from bot.judge import Judge
from bot.keeping import store_of
from bot.pictures.viewer import opened_viewer
from bot.reclassify import Outcome, Reclassifier, Span
from bot.reclassify_history import PastMessages, logged_in
from bot.retro.reading import OneGuild, RetroReader
from bot.sandbox.connect import point_discord_at
from bot.settings import Settings
from classifiers.classifier import load
from reports.period import zone_of
from storage.records import GuildSettings

BEGINNING: Final = datetime.fromtimestamp(DISCORD_EPOCH_MS / 1000, UTC)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for; days are local to the guild, the last one included."""

    guild_id: int
    channel_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


async def judge_again(
    settings: Settings,
    request: Request,
    begin: Callable[[int], None],
    advance: Callable[[int], None],
) -> tuple[Outcome, str]:
    """Judge again; return what became of the messages, and the model.

    Args:
        settings: Token, store and classifier.
        request: What is asked for.
        begin: Told how many messages there are.
        advance: Told how many more are dealt with.

    Raises:
        NunchiError: Something cannot be had; one readable line.
    """
    address = settings.discord_api
    async with AsyncExitStack() as stack:
        stack.enter_context(point_discord_at(address) if address else nullcontext())
        store = await stack.enter_async_context(store_of(settings))
        guild = await store.settings(request.guild_id)
        span = span_of(request, guild)
        classifier = load(settings.classifier)
        stack.push_async_callback(classifier.close)
        await classifier.start()
        client = await stack.enter_async_context(logged_in(settings.require_token()))
        model = classifier.info.model
        pictures = await stack.enter_async_context(opened_viewer(settings))
        past = PastMessages(client, pictures=pictures is not None)
        judge = Judge(classifier)
        retro = None if guild is None else RetroReader(judge, OneGuild(guild), store)
        work = Reclassifier(store, past, judge, model, advance, pictures, retro)
        outdated = await work.outdated(span)
        begin(sum(map(len, outdated.values())))
        return await work.run(span, outdated), model


def span_of(request: Request, guild: GuildSettings | None) -> Span:
    """Return what is asked for in ids and moments.

    Raises:
        SettingsError: The guild is not known, or does not listen to the channel.
        UnknownTimezone: The guild's timezone means nothing here.
    """
    if guild is None:
        msg = f"no server with the id {request.guild_id} is known in this store"
        raise SettingsError(msg)
    channels = tuple(channel.channel_id for channel in guild.channels)
    if request.channel_id is not None:
        if request.channel_id not in channels:
            msg = f"the channel {request.channel_id} is not monitored; add it with /monitor add"
            raise SettingsError(msg)
        channels = (request.channel_id,)
    zone = zone_of(guild.timezone)
    start = BEGINNING if request.since is None else request.since.replace(tzinfo=zone)
    end = datetime.now(UTC) + timedelta(days=1)
    if request.until is not None:
        end = (request.until + timedelta(days=1)).replace(tzinfo=zone)
    if end <= start:
        msg = "--until must not lie before --since"
        raise SettingsError(msg)
    return Span(guild.guild_id, channels, start, end)
