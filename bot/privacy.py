"""What a member may demand: to be left alone, asked, forgotten, and told what is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.clock import Clock
from bot.pipeline import Pipeline
from bot.receipts import DELETE, OPT_OUT, Receipt, Receipts
from bot.roster import Roster
from reports.own_data import OwnData, own_data
from reports.personal import OwnMood, own_mood
from storage.named import roles_of, without_name
from storage.personal_data import Kept
from storage.records import Choices, ConsentMode, GuildSettings
from storage.store import Store

ROLES: Final = "roles"
"""Settings of a guild that name a member, such as who planned the reports."""

CHANGES: Final = "changes"
"""Changes of a guild's settings that name a member: they stay, without the name."""


@dataclass(frozen=True, slots=True)
class OwnStatus:
    """What is kept about a member, and what they decided.

    Attributes:
        kept: Counted by kind.
        choices: What they decided.
        roles: How many settings of the guild name them.
        changes: How many changes of settings name them.
    """

    kept: Kept
    choices: Choices
    roles: int
    changes: int

    @property
    def counts(self) -> Mapping[str, int]:
        """How many entries there are of each kind; those with none are left out."""
        return _counted(self.kept.counts, self.roles, self.changes)


class Privacy:
    """Opt-outs, consent, erasure and a member's view of their own data.

    Opt-outs and erasure hold at once, also for messages that are still on their way. Whether a
    member sees their own mood is asked of the store each time, so a choice holds at once too.
    """

    def __init__(
        self, store: Store, roster: Roster, pipeline: Pipeline, clock: Clock, receipts: Receipts
    ) -> None:
        self._store = store
        self._roster = roster
        self._pipeline = pipeline
        self._clock = clock
        self._receipts = receipts
        self._also: list[Callable[[int], object]] = []

    def also_forget(self, forget: Callable[[int], object]) -> None:
        """Let ``forget`` be called with the id of every user who opts out or is erased."""
        self._also.append(forget)

    def is_refused(self, guild_id: int, user_id: int) -> bool:
        """Tell whether a user has opted out of a guild."""
        return self._roster.refuses(guild_id, self._roster.author(guild_id, user_id))

    async def opt_out(self, guild_id: int, user_id: int) -> Receipt:
        """Refuse a user from now on and forget the rest; return the receipt.

        Raises:
            StoreUnavailable: Not everything was removed yet; the refusal holds in this process
                all the same.
        """
        self._roster.refuse(guild_id, user_id)
        self._forget_in_memory(user_id)
        # Names first: what an erasure leaves in the files is overwritten at its end.
        roles, changes = await self._forget_names(guild_id, user_id)
        erased = await self._roster.opt_out(guild_id, user_id)
        return self._receipt(guild_id, OPT_OUT, _counted(erased.counts, roles, changes))

    async def opt_in(self, guild_id: int, user_id: int) -> bool:
        """Accept a user again, and keep that they agree; return whether there was an opt-out.

        Raises:
            StoreUnavailable: Nothing changed.
        """
        return await self._roster.opt_in(guild_id, user_id)

    async def delete(self, guild_id: int, user_id: int) -> Receipt:
        """Forget everything kept about a user until now; return the receipt.

        Their consent is part of it: where a guild asks for it, they are not measured from then on.

        Raises:
            StoreUnavailable: Not everything was removed.
        """
        self._forget_in_memory(user_id)
        roles, changes = await self._forget_names(guild_id, user_id)
        author = self._roster.author(guild_id, user_id)
        erased = await self._pipeline.erase_author(guild_id, author)
        await self._roster.forget_consent(guild_id, user_id)
        return self._receipt(guild_id, DELETE, _counted(erased.counts, roles, changes))

    def _forget_in_memory(self, user_id: int) -> None:
        for forget in self._also:
            forget(user_id)

    async def _forget_names(self, guild_id: int, user_id: int) -> tuple[int, int]:
        """Take a user's name off settings and their changes; return of how many."""
        settings = await self._store.settings(guild_id)
        roles = 0 if settings is None else roles_of(settings, user_id)
        if roles:
            await self._roster.change(guild_id, lambda found: without_name(found, user_id))
        return roles, await self._store.disown_changes(guild_id, user_id)

    def _receipt(self, guild_id: int, what: str, counts: Mapping[str, int]) -> Receipt:
        return self._receipts.issue(guild_id, self._clock.now(), what, counts)

    async def change_consent_mode(
        self,
        guild_id: int,
        mode: ConsentMode,
        *,
        default: GuildSettings | None = None,
        by: int | None = None,
    ) -> int:
        """Let a guild tell its members, or ask each; return how many records were deleted.

        The one place where the mode changes. From ``notice`` to ``explicit``, the records of all
        who did not agree are deleted at once, and nothing of theirs is taken until they do. From
        ``explicit`` to ``notice``, refusals stay, and what was written before is taken only from
        those who had agreed.

        Args:
            guild_id: Whose mode.
            mode: The new one; the same one only completes what was interrupted.
            default: What holds before the guild's first choice.
            by: The administrator who asked for it.

        Raises:
            StoreUnavailable: It may hold for new messages already; ask again.
        """
        now = self._clock.now()

        def edit(settings: GuildSettings) -> GuildSettings:
            if settings.consent is mode:
                return settings
            since = now if mode is ConsentMode.NOTICE else None
            return replace(settings, consent=mode, notice_since=since)

        await self._roster.change(guild_id, edit, default, by=by)
        return await self._pipeline.forget_unconsented(guild_id)

    async def complete_consent(self) -> None:
        """Delete what a process that died left of those who did not agree.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        for settings in self._roster.guilds(left=True):
            if settings.consent is ConsentMode.EXPLICIT:
                await self._pipeline.forget_unconsented(settings.guild_id)

    async def agreed(self, guild_id: int) -> int:
        """Return how many members agreed to be measured.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        return len(await self._store.consents(guild_id))

    async def status(self, guild_id: int, user_id: int) -> OwnStatus:
        """Return what is kept about a user, and what they decided.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        author = self._roster.author(guild_id, user_id)
        settings = await self._store.settings(guild_id)
        return OwnStatus(
            await self._store.kept(guild_id, author),
            await self.choices(guild_id, user_id),
            0 if settings is None else roles_of(settings, user_id),
            len(await self._store.changes_by(guild_id, user_id)),
        )

    async def known_in(self, guild_ids: Iterable[int], user_id: int) -> tuple[int, ...]:
        """Return the guilds where anything is kept about a user, also after they left.

        Args:
            guild_ids: Guilds that the bot is in; those that the store still knows are added.
            user_id: The user, whose pseudonym in each of them is looked up.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        stored = {each.guild_id: each for each in await self._store.all_settings()}
        asked = sorted({*guild_ids, *stored})
        pairs = [(guild_id, self._roster.author(guild_id, user_id)) for guild_id in asked]
        known = await self._store.known_in(pairs, user_id)
        named = {each for each, settings in stored.items() if roles_of(settings, user_id)}
        return tuple(sorted({*known, *named}))

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


def _counted(counts: Mapping[str, int], roles: int, changes: int) -> Mapping[str, int]:
    named = {ROLES: roles, CHANGES: changes}
    return {**counts, **{name: count for name, count in named.items() if count}}
