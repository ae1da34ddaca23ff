"""What a member may demand: to be left alone, and to be forgotten."""

from __future__ import annotations

from dataclasses import replace

from bot.pipeline import Pipeline
from bot.roster import Roster
from storage.records import GuildSettings
from storage.store import Store


class Privacy:
    """Opt-outs and erasure; both hold at once, also for messages that are still on their way."""

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
        if settings is not None and settings.report.planned_by == user_id:
            await self._roster.change(guild_id, _unplanned)
        return await self._pipeline.erase_author(guild_id, self._roster.author(guild_id, user_id))


def _unplanned(settings: GuildSettings) -> GuildSettings:
    return replace(settings, report=replace(settings.report, planned_by=None))
