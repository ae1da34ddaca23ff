"""The MongoDB store, for PyMongo's own asynchronous driver and for Motor."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from bson.int64 import Int64
from pymongo import AsyncMongoClient

from storage import mongodb_audit as audit
from storage import mongodb_authors as authors
from storage import mongodb_checkins as checkins
from storage import mongodb_feedback as opinions
from storage import mongodb_messages as messages
from storage import mongodb_personal as personal
from storage import mongodb_readings as readings
from storage import mongodb_reports as reports
from storage import mongodb_retrospectives as retrospectives
from storage import mongodb_settings as guilds
from storage import mongodb_shown as shown
from storage import mongodb_upkeep as upkeep
from storage.audit import SettingChange
from storage.checkins import CheckinAnswer, CheckinColumns
from storage.claims import alerts_of, reports_of
from storage.errors import StoreUnavailable
from storage.leases import Lease
from storage.mongodb_client import check_address, close, connect, database_of, translated
from storage.mongodb_documents import NEVER_EDITED, Document, author_bytes
from storage.mongodb_schema import MIGRATIONS, Database, Migration, migrate
from storage.packing import milliseconds, moment_at
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
from storage.upkeep import Place

P = ParamSpec("P")
T = TypeVar("T")


def _reaching(
    method: Callable[Concatenate[MongoStore, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[MongoStore, P], Coroutine[Any, Any, T]]:
    """Make a method raise ``StoreUnavailable`` for whatever the driver raises."""

    @wraps(method)
    async def guarded(store: MongoStore, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with translated(store.place):
            return await method(store, *args, **kwargs)

    return guarded


class MongoStore:
    """Implements ``storage.store.Store`` on a MongoDB database.

    Args:
        url: MongoDB's own address; without a database it is ``nunchi``.
        driver: ``pymongo`` or ``motor``.
        migrations: The versions of the schema.

    Raises:
        InvalidStoreUrl: The address cannot be understood.
    """

    def __init__(
        self, url: str, *, driver: str, migrations: Sequence[Migration] = MIGRATIONS
    ) -> None:
        check_address(url)
        self._url = url
        self._driver = driver
        self._migrations = migrations
        self._key_version: int | None = None
        self._client: AsyncMongoClient[Document] | None = None
        self.place = _place(url)

    async def __aenter__(self) -> Self:
        """Connect, and migrate the schema forward."""
        self._client = connect(self._url, self._driver)
        try:
            await self._prepare()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Close; harmless when called twice."""
        client, self._client = self._client, None
        if client is not None:
            await close(client)

    @_reaching
    async def ping(self) -> None:
        """Return when the store answers."""
        await self._database.command("ping")

    @_reaching
    async def apply(self, batch: Batch) -> int:
        """Write a batch; return the number of inserted or replaced records."""
        await upkeep.check_keys(self._database, self._key_version)
        return await messages.apply_batch(self._database, batch)

    @_reaching
    async def rejudge(self, guild_id: int, verdicts: Sequence[Verdict]) -> int:
        """Replace what is said of messages that are kept; return of how many."""
        return await messages.replace_verdicts(self._database, guild_id, verdicts)

    async def scan(
        self, guild_id: int, start: datetime, end: datetime
    ) -> AsyncIterator[MessageColumns]:
        """Yield the records created in [start, end) as pages of columns, by time."""
        first, last = milliseconds(start), milliseconds(end)
        with translated(self.place):
            async for page in messages.scan_pages(self._database, guild_id, first, last):
                yield page

    async def retrospectives(
        self, guild_id: int, start: datetime, end: datetime
    ) -> AsyncIterator[SectionColumns]:
        """Yield the sections created in [start, end) as pages of columns, by time."""
        first, last = milliseconds(start), milliseconds(end)
        with translated(self.place):
            async for page in retrospectives.pages(self._database, guild_id, first, last):
                yield page

    async def author_records(
        self, guild_id: int, author: bytes
    ) -> AsyncIterator[Sequence[MessageRecord]]:
        """Yield all records of one author in pages, in no particular order."""
        with translated(self.place):
            async for page in authors.record_pages(self._database, guild_id, author):
                yield page

    @_reaching
    async def count_author(self, guild_id: int, author: bytes) -> int:
        """Return how many records of one author are kept."""
        return await authors.count_records(self._database, guild_id, author)

    @_reaching
    async def versions(
        self, guild_id: int, container_id: int, first_id: int, last_id: int
    ) -> Mapping[int, datetime | None]:
        """Return message id -> edit time of the records with first_id <= id <= last_id."""
        found = await messages.read_versions(
            self._database, guild_id, container_id, first_id, last_id
        )
        return {
            document["_id"]: None if document["e"] == NEVER_EDITED else moment_at(document["e"])
            for document in found
        }

    @_reaching
    async def delete_container(self, guild_id: int, container_id: int) -> int:
        """Forget a channel with its threads, or one thread, with watermarks; return the count."""
        return await messages.forget_container(self._database, guild_id, container_id)

    @_reaching
    async def delete_guild(self, guild_id: int) -> int:
        """Forget everything of a guild except its opt-outs; return the number of records."""
        return await messages.forget_guild(self._database, guild_id)

    @_reaching
    async def delete_author(self, guild_id: int, author: bytes, until: datetime) -> int:
        """Forget all of one author, for good up to ``until``; return the number of records."""
        return (await self.erase_author(guild_id, author, until=until, at=until)).records

    @_reaching
    async def delete_before(self, guild_id: int, before: datetime) -> int:
        """Forget records and feedback created before a moment; return the number of records."""
        return await messages.forget_before(self._database, guild_id, milliseconds(before))

    @_reaching
    async def opt_out(self, guild_id: int, author: bytes, at: datetime) -> int:
        """Refuse an author from now on, and forget what is kept; return the number of records."""
        return (await self.erase_author(guild_id, author, until=None, at=at)).records

    @_reaching
    async def erase_author(
        self, guild_id: int, author: bytes, *, until: datetime | None, at: datetime
    ) -> Erasure:
        """Refuse what an author wrote up to ``until``, and forget all that is kept of them."""
        await upkeep.check_keys(self._database, self._key_version)
        last = FOREVER if until is None else milliseconds(until)
        return await personal.erase(self._database, guild_id, author, last, milliseconds(at))

    @_reaching
    async def kept(self, guild_id: int, author: bytes) -> Kept:
        """Return what is kept about an author, counted."""
        return await personal.read_kept(self._database, guild_id, author)

    @_reaching
    async def author_rows(
        self, guild_id: int, author: bytes
    ) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return everything kept about an author but the records, as JSON can carry it."""
        return await personal.read_rows(self._database, guild_id, author)

    @_reaching
    async def known_in(self, pairs: Sequence[tuple[int, bytes]], user_id: int) -> frozenset[int]:
        """Return the guilds where anything is kept of a user."""
        return await personal.read_known(self._database, pairs, user_id)

    @_reaching
    async def consent(self, guild_id: int, author: bytes, at: datetime) -> bool:
        """Keep that an author agreed to be measured; False when they have opted out."""
        await upkeep.check_keys(self._database, self._key_version)
        return await authors.allow(self._database, "consents", guild_id, author, milliseconds(at))

    @_reaching
    async def consents(self, guild_id: int) -> Mapping[bytes, datetime]:
        """Return who agreed to be measured, and when."""
        return await personal.read_consents(self._database, guild_id)

    @_reaching
    async def delete_unconsented(self, guild_id: int) -> int:
        """Forget what was written without the consent that a guild asks for; return the count."""
        return await personal.forget_unconsented(self._database, guild_id)

    @_reaching
    async def opt_in(self, guild_id: int, author: bytes, at: datetime) -> bool:
        """Accept what an author writes after ``at``; return whether there was an opt-out."""
        await upkeep.check_keys(self._database, self._key_version)
        return await messages.accept_author(self._database, guild_id, author, milliseconds(at))

    @_reaching
    async def opted_out(self, guild_id: int) -> frozenset[bytes]:
        """Return the pseudonyms that are refused."""
        found = await self._find("optouts", {"g": Int64(guild_id), "u": Int64(FOREVER)})
        return frozenset(author_bytes(document["a"]) for document in found)

    @_reaching
    async def allow_personal(self, guild_id: int, author: bytes, at: datetime) -> bool:
        """Keep that an author asked to see their own mood; False when they have opted out."""
        await upkeep.check_keys(self._database, self._key_version)
        return await authors.allow(self._database, "personal", guild_id, author, milliseconds(at))

    @_reaching
    async def deny_personal(self, guild_id: int, author: bytes) -> bool:
        """Forget that an author asked to see their own mood; return whether they had."""
        return await authors.deny(self._database, "personal", guild_id, author)

    @_reaching
    async def allow_links(self, guild_id: int, author: bytes, at: datetime) -> None:
        """Keep that reports may link to an author's joyful messages; the first time counts."""
        await upkeep.check_keys(self._database, self._key_version)
        await authors.allow(self._database, "links", guild_id, author, milliseconds(at))

    @_reaching
    async def deny_links(self, guild_id: int, author: bytes) -> bool:
        """Forget that reports may link to an author's messages; return whether they might."""
        return await authors.deny(self._database, "links", guild_id, author)

    @_reaching
    async def linkable(self, guild_id: int) -> Mapping[bytes, datetime]:
        """Return who lets reports link to their joyful messages, and since when."""
        return await authors.read_linkable(self._database, guild_id)

    @_reaching
    async def records(self, guild_id: int, message_ids: Sequence[int]) -> Sequence[MessageRecord]:
        """Return the records of some messages that are kept, in no particular order."""
        return await authors.read_some(self._database, guild_id, message_ids)

    @_reaching
    async def choices(self, guild_id: int, author: bytes) -> Choices:
        """Return what an author decided, as it is kept now."""
        return await authors.read_choices(self._database, guild_id, author)

    @_reaching
    async def save_settings(
        self,
        settings: GuildSettings,
        changes: Sequence[SettingChange] = (),
        *,
        expected: int | None = None,
    ) -> bool:
        """Insert or replace the settings of a guild; False when somebody else was faster."""
        return await guilds.write(self._database, settings, changes, expected)

    @_reaching
    async def changes(
        self, guild_id: int, *, skip: int = 0, limit: int = 100
    ) -> Sequence[SettingChange]:
        """Return what was changed in a guild's settings, newest first."""
        return await audit.read(self._database, guild_id, skip, limit)

    @_reaching
    async def count_changes(self, guild_id: int) -> int:
        """Return how many changes of a guild's settings are kept."""
        return await audit.count(self._database, guild_id)

    @_reaching
    async def changes_by(self, guild_id: int, user_id: int) -> Sequence[SettingChange]:
        """Return what one user changed in a guild's settings, newest first."""
        return await audit.read_by(self._database, guild_id, user_id)

    @_reaching
    async def disown_changes(self, guild_id: int, user_id: int) -> int:
        """Take a user's name off what they changed; return of how many changes."""
        return await audit.forget_name(self._database, guild_id, user_id)

    @_reaching
    async def settings(self, guild_id: int) -> GuildSettings | None:
        """Return the settings of a guild, or ``None``."""
        return await guilds.read(self._database, guild_id)

    @_reaching
    async def all_settings(self) -> Sequence[GuildSettings]:
        """Return the settings of every guild, by guild id."""
        return await guilds.read_all(self._database)

    @_reaching
    async def watermarks(self, guild_id: int) -> Mapping[int, int]:
        """Return container id -> message id."""
        found = await self._find("watermarks", {"g": Int64(guild_id)})
        return {document["c"]: document["m"] for document in found}

    @_reaching
    async def claim_report(
        self, guild_id: int, period: str, owner: str, *, now: datetime, until: datetime
    ) -> ReportClaim | None:
        """Claim a report; ``None`` when it is done, or claimed by another until later."""
        moments = [moment_at(milliseconds(moment)) for moment in (now, until)]
        wanted = ReportClaim(guild_id, period, owner, ClaimState.CLAIMED, moments[1], 1)
        return await reports.claim(self._database, wanted, moments[0])

    @_reaching
    async def finish_report(self, claim: ReportClaim) -> bool:
        """Record a claim as posted or skipped (its ``state``); False when the claim was lost."""
        return await reports.finish(self._database, claim)

    @_reaching
    async def release_report(self, claim: ReportClaim) -> None:
        """Give an unfinished claim back at once; the next claim has a higher ``attempt``."""
        await reports.release(self._database, claim)

    @_reaching
    async def report_claims(self, guild_id: int) -> Sequence[ReportClaim]:
        """Return the claims of a guild, newest period first, without those of alerts."""
        return reports_of(await reports.read_claims(self._database, guild_id))

    @_reaching
    async def alert_claims(self, guild_id: int) -> Sequence[ReportClaim]:
        """Return the claims of a guild's alerts, newest period first."""
        return alerts_of(await reports.read_claims(self._database, guild_id))

    @_reaching
    async def departures(self, guild_id: int) -> int:
        """Return how many times somebody's records were erased in a guild."""
        return await shown.read_departures(self._database, guild_id)

    @_reaching
    async def shown(self, guild_id: int, key: str) -> Shown | None:
        """Return figures that were shown, or ``None``."""
        return await shown.read(self._database, guild_id, key)

    @_reaching
    async def show(self, offered: Shown) -> Shown:
        """Keep figures that are to be shown, unless earlier ones stand; return what is kept."""
        return await shown.keep(self._database, offered)

    @_reaching
    async def save_reading(self, reading: Reading) -> None:
        """Insert or replace the place of a long reading."""
        await readings.keep(self._database, reading)

    @_reaching
    async def reading(self, guild_id: int, key: str) -> Reading | None:
        """Return how far a reading is, or ``None``."""
        return await readings.read(self._database, guild_id, key)

    @_reaching
    async def readings(self, guild_id: int) -> Sequence[Reading]:
        """Return the readings of a guild that have not ended, by key."""
        return await readings.read_all(self._database, guild_id)

    @_reaching
    async def end_reading(self, guild_id: int, key: str) -> bool:
        """Forget a reading; return whether there was one."""
        return await readings.end(self._database, guild_id, key)

    @_reaching
    async def add_feedback(self, feedback: Feedback) -> bool:
        """Insert or replace what one member said of one message."""
        await upkeep.check_keys(self._database, self._key_version)
        return await opinions.write(self._database, feedback)

    @_reaching
    async def withdraw_feedback(self, guild_id: int, message_id: int, author: bytes) -> bool:
        """Forget what one member said of one message; return whether they had said anything."""
        return await opinions.withdraw(self._database, guild_id, message_id, author)

    @_reaching
    async def answer_checkin(self, answer: CheckinAnswer) -> bool:
        """Insert or replace an answer; False, and nothing is kept, for who has opted out."""
        return await checkins.write(self._database, answer)

    @_reaching
    async def checkins(self, guild_id: int, start: datetime, end: datetime) -> CheckinColumns:
        """Return the answers of a guild given in [start, end), by time."""
        span = milliseconds(start), milliseconds(end)
        return await checkins.read(self._database, guild_id, *span)

    @_reaching
    async def feedback(self, guild_id: int) -> Sequence[Feedback]:
        """Return all feedback of a guild, oldest first."""
        return await opinions.read(self._database, guild_id)

    @_reaching
    async def take_lease(self, wanted: Lease, now: datetime) -> Lease | None:
        """Take, or extend, a lease; ``None`` while another owner holds it."""
        await upkeep.check_keys(self._database, self._key_version)
        return await upkeep.take_lease(self._database, wanted, now)

    @_reaching
    async def drop_lease(self, held: Lease) -> None:
        """End a lease at once, if it is still held; its progress stays."""
        await upkeep.drop_lease(self._database, held)

    @_reaching
    async def leases(self, guild_id: int, now: datetime) -> Sequence[Lease]:
        """Return the leases of a guild that hold at ``now``, by name."""
        return await upkeep.read_leases(self._database, guild_id, now)

    @_reaching
    async def adopt_keys(self, ring: KeyRing) -> int:
        """Return how many keys of a ring the pseudonyms in this store were made with."""
        self._key_version = await upkeep.adopt_keys(self._database, ring)
        return self._key_version

    @_reaching
    async def rekey(self, ring: KeyRing, now: datetime) -> Mapping[str, int]:
        """Bring every pseudonym to the last key of a ring, document by document."""
        self._key_version = None
        return await upkeep.rekey(self._database, ring, now)

    async def scrub(self) -> bool:
        """Leave it to the server, which keeps the files, to write over what was deleted."""
        return False

    @_reaching
    async def places_before(self, guild_id: int, before: datetime, limit: int) -> Sequence[Place]:
        """Return the newest messages of a guild that were written before a moment."""
        stamp = milliseconds(before)
        return await upkeep.read_places(self._database, guild_id, stamp, limit)

    @property
    def _database(self) -> Database:
        if self._client is None:
            msg = "the store is not open"
            raise StoreUnavailable(msg)
        return database_of(self._client)

    @_reaching
    async def _prepare(self) -> None:
        await self._database.command("ping")
        await migrate(self._database, self._migrations)
        await messages.forget_leftovers(self._database)

    async def _find(self, collection: str, query: Document) -> list[Document]:
        return await self._database[collection].find(query).to_list()


def _place(url: str) -> str:
    """Return the hosts of an address, which may be shown."""
    return url.partition("://")[2].rpartition("@")[2].partition("/")[0].partition("?")[0]
