"""The embedded store: one SQLite file, safe for several processes, nothing to install."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, Self, TypeVar

from storage import sqlite_audit as audit
from storage import sqlite_authors as authors
from storage import sqlite_checkins as checkins
from storage import sqlite_feedback as opinions
from storage import sqlite_messages as messages
from storage import sqlite_personal as personal
from storage import sqlite_readings as readings
from storage import sqlite_reports as reports
from storage import sqlite_retrospectives as retrospectives
from storage import sqlite_scan as scanning
from storage import sqlite_settings as guilds
from storage import sqlite_shown as shown
from storage import sqlite_upkeep as upkeep
from storage.audit import SettingChange
from storage.checkins import CheckinAnswer, CheckinColumns
from storage.claims import alerts_of, reports_of
from storage.errors import StoreUnavailable
from storage.leases import Lease
from storage.packing import milliseconds, moment_at, optional_moment
from storage.personal_data import Erasure, Kept
from storage.pseudonym import KeyRing
from storage.readings import Reading
from storage.records import (
    FOREVER,
    Batch,
    Choices,
    ClaimState,
    Feedback,
    GuildSettings,
    MessageColumns,
    MessageRecord,
    ReportClaim,
    Verdict,
)
from storage.retrospectives import SectionColumns
from storage.shown import Shown
from storage.sqlite_cipher import check_file
from storage.sqlite_connection import SqliteConnection, transaction
from storage.sqlite_schema import MIGRATIONS, Migration, migrate
from storage.upkeep import Place

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)

LOG_ATTEMPTS: Final = 5
LOG_PAUSE: Final = 0.2
"""Seconds between two attempts to empty the log."""

REWRITE_AT_ONCE: Final = 64 * 1024 * 1024
"""Bytes up to which a file is written anew within an erasure: less than a second."""

REWRITE_AFTER: Final = 60.0
"""Seconds after which a larger one is."""

BUSY_TIMEOUT: Final = 5.0
"""Seconds that a write waits for the writes of other processes."""


class SqliteStore:
    """Implements ``storage.store.Store`` on one file.

    One connection writes and one reads, each in a thread of its own, so a long scan never holds
    up a write. A write returns when the disk has it, but for records that are only added.

    Args:
        path: The database file; it and its folder are created when they are missing.
        busy_timeout: Seconds that a write waits for the writes of other processes.
        migrations: The versions of the schema.
        key: What the file is encrypted with; ``None`` for a plain one.
    """

    def __init__(
        self,
        path: Path,
        *,
        busy_timeout: float = BUSY_TIMEOUT,
        migrations: Sequence[Migration] = MIGRATIONS,
        key: bytes | None = None,
    ) -> None:
        self._path = path
        self._key = key
        self._busy_timeout = busy_timeout
        self._migrations = migrations
        self._key_version: int | None = None
        self._writer: SqliteConnection | None = None
        self._reader: SqliteConnection | None = None
        self._rewriting: asyncio.Task[None] | None = None
        self._rewrite_due = False

    async def __aenter__(self) -> Self:
        """Connect, and migrate the schema forward."""
        _create(self._path)
        await asyncio.to_thread(check_file, self._path, self._key)
        self._writer = self._connection(self._migrate)
        self._reader = self._connection(_read_only)
        try:
            await self.ping()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Close; harmless when called twice."""
        rewriting, self._rewriting = self._rewriting, None
        if rewriting is not None and not rewriting.done():
            rewriting.cancel()
            await asyncio.gather(rewriting, return_exceptions=True)
            if self._rewrite_due:
                await self._rewrite()
        connections = (self._reader, self._writer)
        self._reader = self._writer = None
        for connection in connections:
            if connection is not None:
                await connection.close()

    async def ping(self) -> None:
        """Return when the store answers."""
        await self._write(_answer)
        await self._read(_answer)

    async def apply(self, batch: Batch) -> int:
        """Write a batch in one transaction; return the number of inserted or replaced records.

        What is only added need not wait for the disk: a power failure would undo records and
        watermarks together, and the records are read again from there. Deletions wait.
        """
        durable = bool(batch.deletions)

        def within(connection: sqlite3.Connection) -> int:
            with transaction(connection, durable=durable):
                upkeep.check_keys(connection, self._key_version)
                return messages.apply_batch(connection, batch)

        return await _opened(self._writer).run(within)

    async def rejudge(self, guild_id: int, verdicts: Sequence[Verdict]) -> int:
        """Replace what is said of messages that are kept; return of how many."""
        if not verdicts:
            return 0
        return await self._write(messages.replace_verdicts, guild_id, verdicts)

    async def scan(
        self, guild_id: int, start: datetime, end: datetime
    ) -> AsyncIterator[MessageColumns]:
        """Yield the records created in [start, end) as pages of columns, by time.

        Each page is a read of its own, so a slow caller holds nothing open.
        """
        last = milliseconds(end)
        after: scanning.Cursor | None = scanning.Cursor(milliseconds(start), -1)
        while after and (page := await self._read(scanning.read_page, guild_id, after, last)):
            yield page
            after = scanning.Cursor.at_end_of(page)

    async def retrospectives(
        self, guild_id: int, start: datetime, end: datetime
    ) -> AsyncIterator[SectionColumns]:
        """Yield the sections created in [start, end) as pages of columns, by time."""
        after = retrospectives.Cursor(milliseconds(start), -1, -1)
        last = milliseconds(end)
        while page := await self._read(retrospectives.read_page, guild_id, after, last):
            columns, after = page
            yield columns

    async def author_records(
        self, guild_id: int, author: bytes
    ) -> AsyncIterator[Sequence[MessageRecord]]:
        """Yield all records of one author in pages; each is a read of its own."""
        after = authors.FIRST_ID
        while page := await self._read(authors.read_records, guild_id, author, after):
            yield page
            after = page[-1].message_id

    async def count_author(self, guild_id: int, author: bytes) -> int:
        """Return how many records of one author are kept."""
        return await self._read(authors.count_records, guild_id, author)

    async def versions(
        self, guild_id: int, container_id: int, first_id: int, last_id: int
    ) -> Mapping[int, datetime | None]:
        """Return message id -> edit time of the records with first_id <= id <= last_id."""
        rows = await self._read(messages.read_versions, guild_id, container_id, first_id, last_id)
        return {message_id: optional_moment(edited) for message_id, edited in rows}

    async def delete_container(self, guild_id: int, container_id: int) -> int:
        """Forget a channel with its threads, or one thread, with watermarks; return the count."""
        await self._write(messages.forget_container_watermarks, guild_id, container_id)
        both = (guild_id, container_id, container_id)
        return await self._forget("guild = ? AND (channel = ? OR thread = ?)", *both)

    async def delete_guild(self, guild_id: int) -> int:
        """Forget everything of a guild except its opt-outs; return the number of records."""
        count = await self._forget("guild = ?", guild_id)
        # Last, so that a guild whose removal was interrupted is still known, and tried again.
        await self._write(messages.forget_guild_rest, guild_id)
        return count

    async def delete_author(self, guild_id: int, author: bytes, until: datetime) -> int:
        """Forget all of one author, for good up to ``until``; return the number of records."""
        return (await self.erase_author(guild_id, author, until=until, at=until)).records

    async def delete_before(self, guild_id: int, before: datetime) -> int:
        """Forget records and feedback created before a moment; return the number of records."""
        moment = milliseconds(before)
        await self._write(opinions.forget_before, guild_id, moment)
        await self._write(checkins.forget_before, guild_id, moment)
        await self._write(shown.forget_before, guild_id, moment)
        await self._write(audit.forget_before, guild_id, moment)
        return await self._forget("guild = ? AND created < ?", guild_id, moment)

    async def opt_out(self, guild_id: int, author: bytes, at: datetime) -> int:
        """Refuse an author from now on, and forget what is kept; return the number of records."""
        return (await self.erase_author(guild_id, author, until=None, at=at)).records

    async def erase_author(
        self, guild_id: int, author: bytes, *, until: datetime | None, at: datetime
    ) -> Erasure:
        """Refuse what an author wrote up to ``until``, and forget all that is kept of them.

        No copy stays in the log either, and no number of a message as a signpost of the tree: the
        log is emptied, and the file written anew, at once or, if it is large, a little later.
        """
        last = FOREVER if until is None else milliseconds(until)
        erased = await self._write(personal.erase, guild_id, author, last, milliseconds(at))
        await self._leave_nothing(rewrite=erased.records > 0)
        return erased

    async def kept(self, guild_id: int, author: bytes) -> Kept:
        """Return what is kept about an author, counted."""
        return await self._read(personal.read_kept, guild_id, author)

    async def author_rows(
        self, guild_id: int, author: bytes
    ) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return everything kept about an author but the records, as JSON can carry it."""
        return await self._read(personal.read_rows, guild_id, author)

    async def known_in(self, pairs: Sequence[tuple[int, bytes]], user_id: int) -> frozenset[int]:
        """Return the guilds where anything is kept of a user."""
        return await self._read(personal.read_known, pairs, user_id)

    async def consent(self, guild_id: int, author: bytes, at: datetime) -> bool:
        """Keep that an author agreed to be measured; False when they have opted out."""
        return await self._write(personal.consent, guild_id, author, milliseconds(at))

    async def consents(self, guild_id: int) -> Mapping[bytes, datetime]:
        """Return who agreed to be measured, and when."""
        return await self._read(personal.read_consents, guild_id)

    async def delete_unconsented(self, guild_id: int) -> int:
        """Forget what was written without the consent that a guild asks for; return the count."""
        count = await self._write(personal.forget_unconsented, guild_id)
        if count:
            await self._leave_nothing(rewrite=True)
        return count

    async def opt_in(self, guild_id: int, author: bytes, at: datetime) -> bool:
        """Accept what an author writes after ``at``; return whether there was an opt-out."""
        return await self._write(messages.accept_author, guild_id, author, milliseconds(at))

    async def opted_out(self, guild_id: int) -> frozenset[bytes]:
        """Return the pseudonyms that are refused."""
        source = "opt_out WHERE guild = ? AND until = ?"
        rows = await self._rows("hex(author)", source, guild_id, FOREVER)
        return frozenset(bytes.fromhex(author) for (author,) in rows)

    async def allow_personal(self, guild_id: int, author: bytes, at: datetime) -> bool:
        """Keep that an author asked to see their own mood; False when they have opted out."""
        return await self._write(authors.allow_personal, guild_id, author, milliseconds(at))

    async def deny_personal(self, guild_id: int, author: bytes) -> bool:
        """Forget that an author asked to see their own mood; return whether they had."""
        return await self._write(authors.deny_personal, guild_id, author)

    async def allow_links(self, guild_id: int, author: bytes, at: datetime) -> None:
        """Keep that reports may link to an author's joyful messages; the first time counts."""
        await self._write(authors.allow_links, guild_id, author, milliseconds(at))

    async def deny_links(self, guild_id: int, author: bytes) -> bool:
        """Forget that reports may link to an author's messages; return whether they might."""
        return await self._write(authors.deny_links, guild_id, author)

    async def linkable(self, guild_id: int) -> Mapping[bytes, datetime]:
        """Return who lets reports link to their joyful messages, and since when."""
        return await self._read(authors.read_linkable, guild_id)

    async def records(self, guild_id: int, message_ids: Sequence[int]) -> Sequence[MessageRecord]:
        """Return the records of some messages that are kept, in no particular order."""
        return await self._read(authors.read_some, guild_id, message_ids)

    async def choices(self, guild_id: int, author: bytes) -> Choices:
        """Return what an author decided, as it is kept now."""
        return await self._read(authors.read_choices, guild_id, author)

    async def save_settings(
        self,
        settings: GuildSettings,
        changes: Sequence[SettingChange] = (),
        *,
        expected: int | None = None,
    ) -> bool:
        """Insert or replace the settings of a guild; False when somebody else was faster."""
        return await self._write(guilds.write, settings, changes, expected)

    async def changes(
        self, guild_id: int, *, skip: int = 0, limit: int = 100
    ) -> Sequence[SettingChange]:
        """Return what was changed in a guild's settings, newest first."""
        return await self._read(audit.read, guild_id, skip, limit)

    async def count_changes(self, guild_id: int) -> int:
        """Return how many changes of a guild's settings are kept."""
        return await self._read(audit.count, guild_id)

    async def changes_by(self, guild_id: int, user_id: int) -> Sequence[SettingChange]:
        """Return what one user changed in a guild's settings, newest first."""
        return await self._read(audit.read_by, guild_id, user_id)

    async def disown_changes(self, guild_id: int, user_id: int) -> int:
        """Take a user's name off what they changed; return of how many changes."""
        return await self._write(audit.forget_name, guild_id, user_id)

    async def settings(self, guild_id: int) -> GuildSettings | None:
        """Return the settings of a guild, or ``None``."""
        return await self._read(guilds.read, guild_id)

    async def all_settings(self) -> Sequence[GuildSettings]:
        """Return the settings of every guild, by guild id."""
        return await self._read(guilds.read_all)

    async def watermarks(self, guild_id: int) -> Mapping[int, int]:
        """Return container id -> message id."""
        rows = await self._rows("container, message", "watermark WHERE guild = ?", guild_id)
        return dict(rows)

    async def claim_report(
        self, guild_id: int, period: str, owner: str, *, now: datetime, until: datetime
    ) -> ReportClaim | None:
        """Claim a report; ``None`` when it is done, or claimed by another until later."""
        moments = [moment_at(milliseconds(moment)) for moment in (now, until)]
        wanted = ReportClaim(guild_id, period, owner, ClaimState.CLAIMED, moments[1], 1)
        return await self._write(reports.claim, wanted, moments[0])

    async def finish_report(self, claim: ReportClaim) -> bool:
        """Record a claim as posted or skipped (its ``state``); False when the claim was lost."""
        return await self._write(reports.finish, claim)

    async def release_report(self, claim: ReportClaim) -> None:
        """Give an unfinished claim back at once; the next claim has a higher ``attempt``."""
        await self._write(reports.release, claim)

    async def report_claims(self, guild_id: int) -> Sequence[ReportClaim]:
        """Return the claims of a guild, newest period first, without those of alerts."""
        return reports_of(await self._read(reports.read_claims, guild_id))

    async def alert_claims(self, guild_id: int) -> Sequence[ReportClaim]:
        """Return the claims of a guild's alerts, newest period first."""
        return alerts_of(await self._read(reports.read_claims, guild_id))

    async def departures(self, guild_id: int) -> int:
        """Return how many times somebody's records were erased in a guild."""
        return await self._read(shown.read_departures, guild_id)

    async def shown(self, guild_id: int, key: str) -> Shown | None:
        """Return figures that were shown, or ``None``."""
        return await self._read(shown.read, guild_id, key)

    async def show(self, offered: Shown) -> Shown:
        """Keep figures that are to be shown, unless earlier ones stand; return what is kept."""
        return await self._write(shown.keep, offered)

    async def save_reading(self, reading: Reading) -> None:
        """Insert or replace the place of a long reading; it is on disk when this returns."""
        await self._write(readings.keep, reading)

    async def reading(self, guild_id: int, key: str) -> Reading | None:
        """Return how far a reading is, or ``None``."""
        return await self._read(readings.read, guild_id, key)

    async def readings(self, guild_id: int) -> Sequence[Reading]:
        """Return the readings of a guild that have not ended, by key."""
        return await self._read(readings.read_all, guild_id)

    async def end_reading(self, guild_id: int, key: str) -> bool:
        """Forget a reading; return whether there was one."""
        return await self._write(readings.end, guild_id, key)

    async def add_feedback(self, feedback: Feedback) -> bool:
        """Insert or replace what one member said of one message."""
        return await self._write(opinions.write, feedback)

    async def withdraw_feedback(self, guild_id: int, message_id: int, author: bytes) -> bool:
        """Forget what one member said of one message; return whether they had said anything."""
        return await self._write(opinions.withdraw, guild_id, message_id, author)

    async def answer_checkin(self, answer: CheckinAnswer) -> bool:
        """Insert or replace an answer; False, and nothing is kept, for who has opted out."""
        return await self._write(checkins.write, answer)

    async def checkins(self, guild_id: int, start: datetime, end: datetime) -> CheckinColumns:
        """Return the answers of a guild given in [start, end), by time."""
        return await self._read(checkins.read, guild_id, milliseconds(start), milliseconds(end))

    async def feedback(self, guild_id: int) -> Sequence[Feedback]:
        """Return all feedback of a guild, oldest first."""
        return await self._read(opinions.read, guild_id)

    async def take_lease(self, wanted: Lease, now: datetime) -> Lease | None:
        """Take, or extend, a lease; ``None`` while another owner holds it."""
        return await self._write(upkeep.take_lease, wanted, now)

    async def drop_lease(self, held: Lease) -> None:
        """End a lease at once, if it is still held; its progress stays."""
        await self._write(upkeep.drop_lease, held)

    async def leases(self, guild_id: int, now: datetime) -> Sequence[Lease]:
        """Return the leases of a guild that hold at ``now``, by name."""
        return await self._read(upkeep.read_leases, guild_id, now)

    async def adopt_keys(self, ring: KeyRing) -> int:
        """Return how many keys of a ring the pseudonyms in this store were made with."""
        self._key_version = None
        self._key_version = await self._write(upkeep.adopt_keys, ring)
        return self._key_version

    async def rekey(self, ring: KeyRing, now: datetime) -> Mapping[str, int]:
        """Bring every pseudonym to the last key of a ring, in one transaction.

        Afterwards the file is written anew, so that no earlier pseudonym is left in it.
        """
        self._key_version = None
        counts = await self._write(upkeep.rekey, ring, now)
        await self.scrub()
        return counts

    async def scrub(self) -> bool:
        """Write the file anew, without a trace of what was deleted or replaced.

        Returns:
            Whether the log holds no trace either; it may while another process reads.
        """
        return await _opened(self._writer).run(upkeep.scrub)

    async def places_before(self, guild_id: int, before: datetime, limit: int) -> Sequence[Place]:
        """Return the newest messages of a guild that were written before a moment."""
        return await self._read(upkeep.read_places, guild_id, milliseconds(before), limit)

    def _connection(self, prepare: Callable[[sqlite3.Connection], None]) -> SqliteConnection:
        return SqliteConnection(
            self._path, busy_timeout=self._busy_timeout, prepare=prepare, key=self._key
        )

    def _migrate(self, connection: sqlite3.Connection) -> None:
        with transaction(connection):
            migrate(connection, self._migrations)

    async def _write(
        self,
        job: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        def within(connection: sqlite3.Connection) -> T:
            with transaction(connection):
                upkeep.check_keys(connection, self._key_version)
                return job(connection, *args, **kwargs)

        return await _opened(self._writer).run(within)

    async def _read(
        self,
        job: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        return await _opened(self._reader).run(job, *args, **kwargs)

    async def _rows(self, columns: str, source: str, *values: int) -> list[Any]:
        return await self._read(messages.fetch_rows, columns, source, values)

    async def _leave_nothing(self, *, rewrite: bool) -> None:
        """See to it that what was just deleted is not in the files any more.

        Args:
            rewrite: Write the whole file anew: a deleted row's number may stay in the tree as the
                border between two pages, and only that takes it out (measured: 80 MB a second).
        """
        small = self._path.stat().st_size <= REWRITE_AT_ONCE
        if rewrite and not (small and await self._rewrite()):
            self._rewrite_due = True
            if self._rewriting is None or self._rewriting.done():
                self._rewriting = asyncio.create_task(self._rewrite_later())
        await self._empty_log()

    async def _rewrite_later(self) -> None:
        """Write the file anew after a while, once for all who were erased meanwhile."""
        while self._rewrite_due:
            await asyncio.sleep(REWRITE_AFTER)
            self._rewrite_due = False
            self._rewrite_due = not await self._rewrite() or self._rewrite_due

    async def _rewrite(self) -> bool:
        """Return whether the file could be written anew; what is erased is erased either way."""
        try:
            await self.scrub()
        except StoreUnavailable as error:
            log.warning("the database could not be written anew after an erasure: %s", error)
            return False
        return True

    async def _empty_log(self) -> None:
        """Fold the log into the database and cut it to nothing.

        What was deleted stands in the log until then. Readers of other processes may hold it for
        a moment; after some tries the next erasure, or the end of the process, does it.
        """
        writer = _opened(self._writer)
        for _ in range(LOG_ATTEMPTS):
            if await writer.run(_cut_log):
                return
            await asyncio.sleep(LOG_PAUSE)
        log.warning("others read the database: its log still holds what was just deleted")

    async def _forget(self, where: str, *values: int) -> int:
        """Delete records in turns, so that other writes get theirs."""
        total = count = await self._write(messages.forget_some, where, values)
        while count == messages.DELETE_ROWS:
            count = await self._write(messages.forget_some, where, values)
            total += count
        return total


def _opened(connection: SqliteConnection | None) -> SqliteConnection:
    if connection is None:
        msg = "the store is not open"
        raise StoreUnavailable(msg)
    return connection


def _create(path: Path) -> None:
    """Create the file, readable by its owner only: SQLite gives its companions the same mode."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        msg = f"the database {path} cannot be created: {error.strerror or error}"
        raise StoreUnavailable(msg) from error


def _cut_log(connection: sqlite3.Connection) -> bool:
    """Return whether the log is empty now."""
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _read_only(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA query_only = ON")


def _answer(connection: sqlite3.Connection) -> None:
    connection.execute("SELECT count(*) FROM settings").fetchone()
