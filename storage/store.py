"""The contract of a store. It gives rows, not statistics; see ``reports.statistics`` for those."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, Self

from storage.audit import SettingChange
from storage.checkins import CheckinAnswer, CheckinColumns
from storage.personal_data import Erasure, Kept
from storage.readings import Reading
from storage.records import (
    Batch,
    Choices,
    Feedback,
    GuildSettings,
    MessageColumns,
    MessageRecord,
    ReportClaim,
    Verdict,
)
from storage.retrospectives import SectionColumns
from storage.shown import Shown
from storage.upkeep import Upkeep


class Store(Upkeep, Protocol):
    """One place that keeps everything; safe to use from several processes at once.

    Every method raises ``StoreUnavailable`` when the store cannot be reached or refuses the work
    for now, and ``ValueError`` for a naive datetime. Times are kept to the millisecond, rounded
    down. Use it as an async context manager.
    """

    async def __aenter__(self) -> Self:
        """Connect, and migrate the schema forward.

        Raises:
            StoreUnavailable: It cannot be reached.
            SchemaTooNew: It was written by a newer version.
        """
        ...

    async def __aexit__(self, *exception: object) -> None:
        """Close; harmless when called twice."""
        ...

    async def ping(self) -> None:
        """Return when the store answers."""
        ...

    # Messages

    async def apply(self, batch: Batch) -> int:
        """Write a batch and return how many records were inserted or replaced.

        Left out are records that their author refused (an opt-out, or an erasure after they were
        written), records whose author had not agreed where the guild asks for that, and records
        older than the stored edit of the same message. Watermarks only move
        forward. Applying the same batch again changes nothing.
        """
        ...

    async def rejudge(self, guild_id: int, verdicts: Sequence[Verdict]) -> int:
        """Replace what is said of messages; return of how many.

        Left out are messages that are not kept, so that nothing comes back that was deleted or
        refused, and those whose record carries a later edit.
        """
        ...

    def scan(self, guild_id: int, start: datetime, end: datetime) -> AsyncIterator[MessageColumns]:
        """Yield the records of a guild created in [start, end) as batches of columns, by time."""
        ...

    def retrospectives(
        self, guild_id: int, start: datetime, end: datetime
    ) -> AsyncIterator[SectionColumns]:
        """Yield the sections of retrospectives created in [start, end) in pages, by time.

        They go with the record of their message, whatever deletes it.
        """
        ...

    def author_records(
        self, guild_id: int, author: bytes
    ) -> AsyncIterator[Sequence[MessageRecord]]:
        """Yield all records of one author in pages, in no particular order.

        The cost grows with what the author wrote, not with what the guild did.
        """
        ...

    async def count_author(self, guild_id: int, author: bytes) -> int:
        """Return how many records of one author are kept."""
        ...

    async def versions(
        self, guild_id: int, container_id: int, first_id: int, last_id: int
    ) -> Mapping[int, datetime | None]:
        """Return message id -> edit time of the records with first_id <= id <= last_id."""
        ...

    async def delete_container(self, guild_id: int, container_id: int) -> int:
        """Forget a channel with its threads, or one thread, with watermarks; return the count."""
        ...

    async def delete_guild(self, guild_id: int) -> int:
        """Forget everything of a guild except its opt-outs; return the number of records."""
        ...

    async def delete_author(self, guild_id: int, author: bytes, until: datetime) -> int:
        """Forget all records and feedback of one author; return the number of records.

        For good: what the author wrote up to ``until`` is never taken again.
        """
        ...

    async def erase_author(
        self, guild_id: int, author: bytes, *, until: datetime | None, at: datetime
    ) -> Erasure:
        """Refuse what an author wrote up to ``until``, and forget all that is kept of them.

        All of it: see ``storage.personal_data.PERSONAL``. ``None`` refuses for ever, which is an
        opt-out. What stays is the refusal.
        """
        ...

    async def kept(self, guild_id: int, author: bytes) -> Kept:
        """Return what is kept about an author, counted."""
        ...

    async def author_rows(
        self, guild_id: int, author: bytes
    ) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return everything kept about an author but the records, as JSON can carry it.

        The names are those of ``storage.personal_data.PERSONAL``.
        """
        ...

    async def known_in(self, pairs: Sequence[tuple[int, bytes]], user_id: int) -> frozenset[int]:
        """Return the guilds where anything is kept of a user.

        Args:
            pairs: Guilds with the user's pseudonym in each.
            user_id: The user, whose name may stand at changes of settings.
        """
        ...

    async def delete_before(self, guild_id: int, before: datetime) -> int:
        """Forget records and feedback created before a moment; return the number of records."""
        ...

    # Opt-outs

    async def opt_out(self, guild_id: int, author: bytes, at: datetime) -> int:
        """Refuse an author from now on, and forget what is kept; return the number of records."""
        ...

    async def opt_in(self, guild_id: int, author: bytes, at: datetime) -> bool:
        """Accept what an author writes after ``at``; return whether there was an opt-out."""
        ...

    async def opted_out(self, guild_id: int) -> frozenset[bytes]:
        """Return the pseudonyms that are refused."""
        ...

    # Consents

    async def consent(self, guild_id: int, author: bytes, at: datetime) -> bool:
        """Keep that an author agreed to be measured; the first time counts.

        An opt-out and ``delete_author`` forget it. False, and nothing is kept, for an author who
        has opted out.
        """
        ...

    async def consents(self, guild_id: int) -> Mapping[bytes, datetime]:
        """Return who agreed to be measured, and when."""
        ...

    async def delete_unconsented(self, guild_id: int) -> int:
        """Forget records without the consent that a guild's settings ask for; return the count.

        See ``storage.consent.asked_until``. ``apply`` takes none from then on.
        """
        ...

    # A member's own mood

    async def allow_personal(self, guild_id: int, author: bytes, at: datetime) -> bool:
        """Keep that an author asked to see their own mood; the first time counts.

        An opt-out and ``delete_author`` forget it. False, and nothing is kept, for an author who
        has opted out.
        """
        ...

    async def deny_personal(self, guild_id: int, author: bytes) -> bool:
        """Forget that an author asked to see their own mood; return whether they had."""
        ...

    # Links to joyful messages

    async def allow_links(self, guild_id: int, author: bytes, at: datetime) -> None:
        """Keep that reports may link to an author's joyful messages; the first time counts.

        An opt-out and ``delete_author`` forget it.
        """
        ...

    async def deny_links(self, guild_id: int, author: bytes) -> bool:
        """Forget that reports may link to an author's messages; return whether they might."""
        ...

    async def linkable(self, guild_id: int) -> Mapping[bytes, datetime]:
        """Return who lets reports link to their joyful messages, and since when."""
        ...

    async def records(self, guild_id: int, message_ids: Sequence[int]) -> Sequence[MessageRecord]:
        """Return the records of some messages that are kept, in no particular order.

        Meant for a handful: at most 500 ids.
        """
        ...

    # What a member decided

    async def choices(self, guild_id: int, author: bytes) -> Choices:
        """Return what an author decided, as it is kept now."""
        ...

    # Guild settings and watermarks

    async def save_settings(
        self,
        settings: GuildSettings,
        changes: Sequence[SettingChange] = (),
        *,
        expected: int | None = None,
    ) -> bool:
        """Insert or replace the settings of a guild, and keep what was changed by that.

        Args:
            settings: What holds from now on; its own ``version`` is not looked at.
            changes: What was changed.
            expected: The version that must still be there, 0 for none; ``None`` replaces any.

        Returns:
            Whether it was done: False, and nothing changes, when somebody else was faster.
        """
        ...

    async def settings(self, guild_id: int) -> GuildSettings | None:
        """Return the settings of a guild, or ``None``."""
        ...

    async def all_settings(self) -> Sequence[GuildSettings]:
        """Return the settings of every guild, by guild id."""
        ...

    async def changes(
        self, guild_id: int, *, skip: int = 0, limit: int = 100
    ) -> Sequence[SettingChange]:
        """Return what was changed in a guild's settings, newest first.

        ``delete_guild`` and ``delete_before`` forget changes too.
        """
        ...

    async def count_changes(self, guild_id: int) -> int:
        """Return how many changes of a guild's settings are kept."""
        ...

    async def changes_by(self, guild_id: int, user_id: int) -> Sequence[SettingChange]:
        """Return what one user changed in a guild's settings, newest first."""
        ...

    async def disown_changes(self, guild_id: int, user_id: int) -> int:
        """Take a user's name off what they changed, which stays; return of how many changes."""
        ...

    async def watermarks(self, guild_id: int) -> Mapping[int, int]:
        """Return container id -> message id."""
        ...

    # Reports

    async def claim_report(
        self, guild_id: int, period: str, owner: str, *, now: datetime, until: datetime
    ) -> ReportClaim | None:
        """Claim a report; ``None`` when it is posted, skipped, or claimed by another until later.

        An expired claim is taken over, with ``attempt`` one higher. The owner of a live claim may
        claim again, which extends it and keeps ``attempt``.
        """
        ...

    async def finish_report(self, claim: ReportClaim) -> bool:
        """Record a claim as posted or skipped (its ``state``); False when the claim was lost.

        Recording the same end again is True, so it can be repeated after a lost answer.
        """
        ...

    async def release_report(self, claim: ReportClaim) -> None:
        """Give an unfinished claim back at once; the next claim has a higher ``attempt``."""
        ...

    async def report_claims(self, guild_id: int) -> Sequence[ReportClaim]:
        """Return the claims of a guild, newest period first, without those of alerts."""
        ...

    async def alert_claims(self, guild_id: int) -> Sequence[ReportClaim]:
        """Return the claims whose period begins with ``storage.claims.ALERT``, newest first.

        They are claimed, finished and released like those of reports. Nothing about a person is in
        them: what an alert is about is a channel and a moment.
        """
        ...

    # Figures that were shown

    async def departures(self, guild_id: int) -> int:
        """Return how many times somebody's records were erased in a guild.

        An opt-out and ``delete_author`` count before they delete: figures whose records were read
        while this number stayed the same hold everybody that it does not count.
        """
        ...

    async def shown(self, guild_id: int, key: str) -> Shown | None:
        """Return figures that were shown, or ``None``."""
        ...

    async def show(self, offered: Shown) -> Shown:
        """Keep figures that are to be shown, and return what is kept: only that may be shown.

        Earlier ones stand once somebody has left since they were computed (see ``storage.shown``).
        ``delete_guild`` forgets them, and ``delete_before`` those of a time that is over by then.
        """
        ...

    # Long readings of history

    async def save_reading(self, reading: Reading) -> None:
        """Insert or replace the place of a long reading; it is on disk when this returns.

        ``delete_guild`` forgets it.
        """
        ...

    async def reading(self, guild_id: int, key: str) -> Reading | None:
        """Return how far a reading is, or ``None``."""
        ...

    async def readings(self, guild_id: int) -> Sequence[Reading]:
        """Return the readings of a guild that have not ended, by key."""
        ...

    async def end_reading(self, guild_id: int, key: str) -> bool:
        """Forget a reading; return whether there was one."""
        ...

    # Check-ins

    async def answer_checkin(self, answer: CheckinAnswer) -> bool:
        """Insert or replace what a member answered to a question.

        False, and nothing is kept, for a member who has opted out. An opt-out, an erasure,
        ``delete_guild`` and ``delete_before`` forget it.
        """
        ...

    async def checkins(self, guild_id: int, start: datetime, end: datetime) -> CheckinColumns:
        """Return the answers of a guild given in [start, end), by time."""
        ...

    # Feedback

    async def add_feedback(self, feedback: Feedback) -> bool:
        """Insert or replace what one member said of one message.

        False, and nothing is kept, for a member who has opted out. It goes when the message is
        deleted, when its author is erased, and with the records of its age.
        """
        ...

    async def withdraw_feedback(self, guild_id: int, message_id: int, author: bytes) -> bool:
        """Forget what one member said of one message; return whether they had said anything."""
        ...

    async def feedback(self, guild_id: int) -> Sequence[Feedback]:
        """Return all feedback of a guild, oldest first."""
        ...
