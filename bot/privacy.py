"""What a member may demand: to be left alone, to be forgotten, and to see what is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.pipeline import Pipeline
from bot.roster import Roster
from reports.own_data import OwnData, named_in, own_data
from reports.personal import OwnMood, own_mood
from storage.records import Choices, GuildSettings
from storage.store import Store


class Privacy:
    """Opt-outs, erasure and a member's view of their own data.

    Opt-outs and erasure hold at once, also for messages that are still on their way. Whether a
    member sees their own mood is asked of the store each time, so a choice holds at once too.
    """

    def __init__(self, store: Store, roster: Roster, pipeline: Pipeline) -> None:
        self._store = store
        self._roster = roster
        self._pipeline = pipeline

    def is_refused(self, guild_id: int, user_id: int) -> bool:
        """Tell whether a user has opted out of a guild."""
        return self._roster.refuses(guild_id, self._roster.author(guild_id, user_id))

    async def opt_out(self, guild_id: int, user_id: int) -> int:
        """Refuse a user from now on and forget the rest; return the number of records removed.

        Raises:
            StoreUnavailable: Nothing was removed yet; the refusal holds in this process all the
                same.
        """
        return await self._roster.opt_out(guild_id, user_id)

    async def opt_in(self, guild_id: int, user_id: int) -> bool:
        """Accept a user again; return whether there was an opt-out.

        Raises:
            StoreUnavailable: Nothing changed.
        """
        return await self._roster.opt_in(guild_id, user_id)

    async def delete(self, guild_id: int, user_id: int) -> int:
        """Forget everything kept about a user until now; return the number of records removed.

        Raises:
            StoreUnavailable: Nothing was removed.
        """
        settings = self._roster.settings(guild_id)
        if settings is not None and named_in(settings, user_id):
            await self._roster.change(guild_id, lambda found: _without(found, user_id))
        await self._store.disown_changes(guild_id, user_id)
        return await self._pipeline.erase_author(guild_id, self._roster.author(guild_id, user_id))

    async def choices(self, guild_id: int, user_id: int) -> Choices:
        """Return what a user decided, as the store has it now.

        Raises:
            StoreUnavailable: It does not answer.
        """
        choices = await self._store.choices(guild_id, self._roster.author(guild_id, user_id))
        refused = choices.refused or self.is_refused(guild_id, user_id)
        return replace(choices, refused=refused)

    async def show_own_mood(self, guild_id: int, user_id: int, at: datetime) -> bool:
        """Let a user see their own mood; False, and nothing is kept, when they have opted out.

        Raises:
            StoreUnavailable: Nothing changed.
        """
        if self.is_refused(guild_id, user_id):
            return False
        author = self._roster.author(guild_id, user_id)
        return await self._store.allow_personal(guild_id, author, at)

    async def hide_own_mood(self, guild_id: int, user_id: int) -> bool:
        """Show a user their own mood no more; return whether it was shown before.

        Raises:
            StoreUnavailable: Nothing changed.
        """
        return await self._store.deny_personal(guild_id, self._roster.author(guild_id, user_id))

    async def allow_links(self, guild_id: int, user_id: int, at: datetime) -> bool:
        """Let reports link to a user's joyful messages; False, and nothing is kept, if opted out.

        Raises:
            StoreUnavailable: Nothing changed.
        """
        if (await self.choices(guild_id, user_id)).refused:
            return False
        await self._store.allow_links(guild_id, self._roster.author(guild_id, user_id), at)
        return True

    async def deny_links(self, guild_id: int, user_id: int) -> bool:
        """Let no report link to a user's messages from now on; return whether one might.

        Raises:
            StoreUnavailable: Nothing changed.
        """
        return await self._store.deny_links(guild_id, self._roster.author(guild_id, user_id))

    async def own_mood(self, settings: GuildSettings, user_id: int, now: datetime) -> OwnMood:
        """Return a user's own mood; the caller has asked whether the user chose to see it.

        Raises:
            StoreUnavailable: The store does not answer.
            UnknownTimezone: The guild's timezone means nothing here.
        """
        author = self._roster.author(settings.guild_id, user_id)
        return await own_mood(self._store, settings, author, now=now)

    async def records(self, guild_id: int, user_id: int) -> int:
        """Return how many records are kept about a user.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        return await self._store.count_author(guild_id, self._roster.author(guild_id, user_id))

    async def own_data(
        self, settings: GuildSettings, user_id: int, *, now: datetime, limit: int
    ) -> OwnData:
        """Return everything that is kept about a user, in files of at most ``limit`` bytes.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        author = self._roster.author(settings.guild_id, user_id)
        return await own_data(self._store, settings, user_id, author, now=now, limit=limit)


def _without(settings: GuildSettings, user_id: int) -> GuildSettings:
    """Return settings that do not name a user any more."""
    if settings.report.planned_by == user_id:
        settings = replace(settings, report=replace(settings.report, planned_by=None))
    if settings.alerts.switched_on_by == user_id:
        settings = replace(settings, alerts=replace(settings.alerts, switched_on_by=None))
    return settings
