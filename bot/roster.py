"""Who is listened to, and where: the guilds' choices, held in memory for the hot path."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.clock import DISCORD_EPOCH_MS, TIMESTAMP_SHIFT, Clock
from storage.audit import SettingChange, changes_between
from storage.consent import NEVER_ASKED, asked_until, is_consented
from storage.errors import StoreUnavailable
from storage.personal_data import Erasure
from storage.pseudonym import Pseudonymiser
from storage.records import GuildSettings, MonitoredChannel
from storage.retrospectives import ChannelKind
from storage.store import Store

SAVE_ATTEMPTS: Final = 50
"""How often a change is made anew because another process's came first."""


class Roster:
    """The settings and the opt-outs of every guild: read from memory, written through the store."""

    def __init__(self, store: Store, pseudonyms: Pseudonymiser, clock: Clock) -> None:
        self._store = store
        self._pseudonyms = pseudonyms
        self._clock = clock
        self._settings: dict[int, GuildSettings] = {}
        self._channels: frozenset[int] = frozenset()
        self._retrospective: frozenset[int] = frozenset()
        self._opted_out: dict[int, frozenset[bytes]] = {}
        self._consents: dict[int, Mapping[bytes, datetime]] = {}
        self._writing = asyncio.Lock()
        self._subscribers: list[Callable[[int], None]] = []
        self._watchers: list[Callable[[int], None]] = []

    async def load(self) -> None:
        """Read everything again: at start, and now and then for changes by other processes."""
        async with self._writing:
            settings = {each.guild_id: each for each in await self._store.all_settings()}
            opted_out = {guild_id: await self._store.opted_out(guild_id) for guild_id in settings}
            consents = {guild_id: await self._store.consents(guild_id) for guild_id in settings}
            self._opted_out.update(opted_out)
            self._consents.update(consents)
            self._settings = settings
            self._index()

    def _index(self) -> None:
        self._channels = frozenset(
            channel.channel_id for each in self.guilds() for channel in each.channels
        )
        self._retrospective = frozenset(
            channel.channel_id
            for each in self.guilds()
            for channel in each.channels
            if channel.kind is ChannelKind.RETROSPECTIVE
        )

    def subscribe(self, subscriber: Callable[[int], None]) -> None:
        """Call ``subscriber`` with the id of every guild that begins to listen to a channel."""
        self._subscribers.append(subscriber)

    def unsubscribe(self, subscriber: Callable[[int], None]) -> None:
        """Stop calling; harmless when called twice."""
        if subscriber in self._subscribers:
            self._subscribers.remove(subscriber)

    def watch(self, watcher: Callable[[int], None]) -> None:
        """Call ``watcher`` with the id of every guild whose settings were changed here."""
        self._watchers.append(watcher)

    def unwatch(self, watcher: Callable[[int], None]) -> None:
        """Stop calling; harmless when called twice."""
        if watcher in self._watchers:
            self._watchers.remove(watcher)

    def monitors(self, channel_id: int) -> bool:
        """Tell whether a channel, or the parent of a thread, is listened to."""
        return channel_id in self._channels

    def is_retrospective(self, channel_id: int) -> bool:
        """Tell whether a channel, or the parent of a thread, is for retrospectives."""
        return channel_id in self._retrospective

    def settings(self, guild_id: int) -> GuildSettings | None:
        """Return what a guild chose, or ``None`` before its first choice."""
        return self._settings.get(guild_id)

    def guilds(self, *, left: bool = False) -> tuple[GuildSettings, ...]:
        """Return the settings of every guild; those that the bot left only where asked for."""
        return tuple(each for each in self._settings.values() if left or each.left_at is None)

    def since(self, guild_id: int, channel_id: int) -> int | None:
        """Return the snowflake from which on a channel is listened to, or ``None``."""
        settings = self._settings.get(guild_id)
        for channel in settings.channels if settings else ():
            if channel.channel_id == channel_id:
                return channel.since
        return None

    def author(self, guild_id: int, user_id: int) -> bytes:
        """Return the pseudonym of a user in a guild."""
        return self._pseudonyms.author(guild_id, user_id)

    def authors_ever(self, guild_id: int, user_id: int) -> tuple[bytes, ...]:
        """Return the pseudonyms of a user in a guild under every key so far, the newest last."""
        return self._pseudonyms.ever(guild_id, user_id)

    def refuses(self, guild_id: int, author: bytes) -> bool:
        """Tell whether an author has opted out of a guild."""
        return author in self._opted_out.get(guild_id, frozenset())

    def accepts(self, guild_id: int, author: bytes, message_id: int) -> bool:
        """Tell whether a message may be measured: not refused, and agreed to where that is asked.

        Args:
            guild_id: Where it was written.
            author: The pseudonym of who wrote it.
            message_id: The snowflake of the message, which says when.
        """
        if self.refuses(guild_id, author):
            return False
        asked = asked_until(self._settings.get(guild_id))
        if asked == NEVER_ASKED:
            return True
        consented = self._consents.get(guild_id, {}).get(author)
        written = (message_id >> TIMESTAMP_SHIFT) + DISCORD_EPOCH_MS
        return is_consented(written, asked, consented)

    async def change(
        self,
        guild_id: int,
        edit: Callable[[GuildSettings], GuildSettings],
        default: GuildSettings | None = None,
        *,
        by: int | None = None,
    ) -> GuildSettings:
        """Apply ``edit`` to a guild's settings, store the result and return it.

        This is the one place where settings change, so what changed is noted here for the
        administrators. When another process changes them meanwhile, ``edit`` is applied again, to
        what holds then: neither change is lost.

        Args:
            guild_id: Whose settings.
            edit: Returns the new settings from those that hold now; it may be called again.
            default: What holds before the first choice.
            by: The user who changes them; ``None`` for the bot itself.

        Raises:
            StoreUnavailable: Nothing was changed.
        """
        async with self._writing:
            changed = await self._save(guild_id, edit, default, by)
            self._opted_out[guild_id] = await self._store.opted_out(guild_id)
            self._consents[guild_id] = await self._store.consents(guild_id)
            known = self._settings.get(guild_id)
            self._settings = {**self._settings, guild_id: changed}
            self._index()
        if _channels(changed) - _channels(known):
            self._announce(guild_id)
        for watcher in tuple(self._watchers):
            watcher(guild_id)
        return changed

    async def _save(
        self,
        guild_id: int,
        edit: Callable[[GuildSettings], GuildSettings],
        default: GuildSettings | None,
        by: int | None,
    ) -> GuildSettings:
        for _ in range(SAVE_ATTEMPTS):
            stored = await self._store.settings(guild_id)
            before = stored or default or GuildSettings(guild_id)
            changed = edit(before)
            noted = changes_between(before, changed, at=self._clock.now(), by=by)
            version = stored.version if stored else 0
            if await self._store.save_settings(changed, noted, expected=version):
                return replace(changed, version=version + 1)
        msg = "others change the settings of this guild all the time"
        raise StoreUnavailable(msg)

    def _announce(self, guild_id: int) -> None:
        for subscriber in tuple(self._subscribers):
            subscriber(guild_id)

    async def note(self, change: SettingChange) -> None:
        """Keep something else that an administrator did among the changes of settings."""
        async with self._writing:
            for _ in range(SAVE_ATTEMPTS):
                found = await self._store.settings(change.guild_id)
                if found is None or await self._store.save_settings(
                    found, (change,), expected=found.version
                ):
                    return

    async def add_channel(
        self, default: GuildSettings, channel: MonitoredChannel, *, by: int | None = None
    ) -> bool:
        """Listen to a channel; return False when it is listened to already."""
        if self.since(default.guild_id, channel.channel_id) is not None:
            return False

        def edit(settings: GuildSettings) -> GuildSettings:
            if any(each.channel_id == channel.channel_id for each in settings.channels):
                return settings  # another process was faster
            return replace(settings, channels=(*settings.channels, channel))

        await self.change(default.guild_id, edit, default, by=by)
        return True

    async def remove_channel(
        self, guild_id: int, channel_id: int, *, by: int | None = None
    ) -> bool:
        """Stop listening to a channel; return False when it was not listened to."""
        if self.since(guild_id, channel_id) is None:
            return False

        def edit(settings: GuildSettings) -> GuildSettings:
            kept = tuple(each for each in settings.channels if each.channel_id != channel_id)
            return replace(settings, channels=kept)

        await self.change(guild_id, edit, by=by)
        return True

    def refuse(self, guild_id: int, user_id: int) -> None:
        """Refuse a user in memory, before anything is asked of the store."""
        refused = self._opted_out.get(guild_id, frozenset())
        self._opted_out[guild_id] = refused | {self.author(guild_id, user_id)}

    async def opt_out(self, guild_id: int, user_id: int) -> Erasure:
        """Refuse a user from now on and forget what is kept; return what that was.

        The refusal holds in memory before the store is asked, so that nothing slips in between.
        """
        author = self.author(guild_id, user_id)
        async with self._writing:
            self.refuse(guild_id, user_id)
            erased = await self._store.erase_author(
                guild_id, author, until=None, at=self._clock.now()
            )
            self._forget_consent(guild_id, author)
            return erased

    async def opt_in(self, guild_id: int, user_id: int) -> bool:
        """Accept a user again, and keep that they agree; return whether there was an opt-out."""
        author = self.author(guild_id, user_id)
        async with self._writing:
            now = self._clock.now()
            was_refused = await self._store.opt_in(guild_id, author, now)
            await self._store.consent(guild_id, author, now)
            self._opted_out[guild_id] = await self._store.opted_out(guild_id)
            self._consents[guild_id] = await self._store.consents(guild_id)
            return was_refused

    async def forget_consent(self, guild_id: int, user_id: int) -> None:
        """Forget in memory that a user agreed; the store has forgotten it."""
        async with self._writing:
            self._forget_consent(guild_id, self.author(guild_id, user_id))

    def _forget_consent(self, guild_id: int, author: bytes) -> None:
        known = self._consents.get(guild_id, {})
        self._consents[guild_id] = {who: at for who, at in known.items() if who != author}

    async def forget_guild(self, guild_id: int) -> None:
        """Drop a guild that the bot has left from memory; the store keeps its opt-outs."""
        async with self._writing:
            self._settings = {key: v for key, v in self._settings.items() if key != guild_id}
            self._index()


def _channels(settings: GuildSettings | None) -> frozenset[int]:
    return frozenset(each.channel_id for each in settings.channels) if settings else frozenset()
