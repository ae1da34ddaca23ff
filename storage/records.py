"""The values that a store keeps. All frozen; every datetime is timezone-aware UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from storage.checkins import CheckinSettings
from storage.companion_settings import CompanionSettings
from storage.recalibrated import GuildRecalibration
from storage.retrospectives import ChannelKind, RetroSection, RetroSettings

PSEUDONYM_BYTES: Final = 16

FOREVER: Final = 2**63 - 1
"""Milliseconds since the Unix epoch up to which an opt-out refuses: all of them."""

NO_MODEL: Final = ""
"""Model of a record whose message says nothing in words, so that nothing could judge it."""

DEFAULT_RETENTION_DAYS: Final = 365
DEFAULT_MINIMUM_GROUP: Final = 5


def require_utc(moment: datetime) -> datetime:
    """Return ``moment`` in UTC.

    Raises:
        ValueError: It is naive; a time without a zone is refused at the storage edge.
    """
    if moment.tzinfo is None:
        msg = f"a timezone-aware datetime is needed, not the naive {moment.isoformat()}"
        raise ValueError(msg)
    return moment.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """What is kept of one message: never its text.

    Attributes:
        message_id: Discord snowflake; the key.
        guild_id: Discord snowflake.
        channel_id: The monitored channel: for a message in a thread, the parent of the thread.
        thread_id: The thread that holds the message, or ``None``.
        author: Keyed pseudonym of the author within the guild, ``PSEUDONYM_BYTES`` long.
        created_at: When it was written.
        edited_at: When the classified text was last edited; a record never replaces one that
            carries a later edit.
        language: ISO 639-1 code, or ``und``.
        probabilities: Nine values in the order of ``classifiers.emotion.EMOTIONS``; NaN is absent.
            A backend that knows sentiments only leaves all of them absent.
        valence: In [-1, 1].
        model: Backend and version, or ``NO_MODEL``.
        sections: Of a retrospective, in the order of the post; empty for any other message.
    """

    message_id: int
    guild_id: int
    channel_id: int
    thread_id: int | None
    author: bytes
    created_at: datetime
    edited_at: datetime | None
    language: str
    probabilities: tuple[float, ...]
    valence: float
    model: str
    sections: tuple[RetroSection, ...] = ()

    @property
    def container_id(self) -> int:
        """Where Discord keeps the message: its thread, or else its channel."""
        return self.channel_id if self.thread_id is None else self.thread_id


@dataclass(frozen=True, slots=True)
class Verdict:
    """What another classifier says of a message that is kept already.

    Attributes:
        message_id: Discord snowflake.
        edited_at: When the classified text was last edited.
        language: As in ``MessageRecord``.
        probabilities: As in ``MessageRecord``.
        valence: As in ``MessageRecord``.
        model: As in ``MessageRecord``.
        sections: As in ``MessageRecord``; ``None`` leaves those that are kept.
    """

    message_id: int
    edited_at: datetime | None
    language: str
    probabilities: tuple[float, ...]
    valence: float
    model: str
    sections: tuple[RetroSection, ...] | None = None


@dataclass(frozen=True, slots=True)
class Watermark:
    """Every message of a container up to ``message_id`` has been dealt with."""

    guild_id: int
    container_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class Deletion:
    """Messages of one guild that are gone."""

    guild_id: int
    message_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one turn of the pipeline writes, all of it or nothing.

    The order is: upserts, deletions, watermarks.
    """

    upserts: tuple[MessageRecord, ...] = ()
    deletions: tuple[Deletion, ...] = ()
    watermarks: tuple[Watermark, ...] = ()


@dataclass(frozen=True, slots=True)
class MonitoredChannel:
    """A channel that a guild asked the bot to listen to.

    Attributes:
        channel_id: Discord snowflake.
        since: Messages with an id of at most this were written before the bot listened.
        notice_id: The message that tells the members, once posted.
        kind: What is written there.
        notice_terms: What the notice says of them, in short; ``None`` for one of an older version.
    """

    channel_id: int
    since: int
    notice_id: int | None = None
    kind: ChannelKind = ChannelKind.PLAIN
    notice_terms: str | None = None


class ConsentMode(StrEnum):
    """Whose messages are measured."""

    NOTICE = "notice"
    EXPLICIT = "explicit"


@dataclass(frozen=True, slots=True)
class ReportSchedule:
    """When and where the weekly report appears, in the guild's own timezone.

    Attributes:
        channel_id: Where it is posted; ``None`` while the guild has not said.
        weekday: 0 is Monday, 6 is Sunday.
        hour: 0 to 23.
        since: Weeks that ended before this moment are never posted; ``None`` while not scheduled.
        paused: True while the administrators want no posts.
        paused_until: No report that is due before this moment is posted.
        monthly_since: From when on a report of each month is posted too; ``None`` for none.
        thread: Whether a thread is opened under each report.
        planned_by: The user who last planned the reports, told when they cannot be posted.
        bright: Whether the weekly report links to joyful messages of members who agreed.
    """

    channel_id: int | None = None
    weekday: int = 0
    hour: int = 9
    since: datetime | None = None
    paused: bool = False
    paused_until: datetime | None = None
    monthly_since: datetime | None = None
    thread: bool = False
    planned_by: int | None = None
    bright: bool = False

    def is_paused(self, now: datetime) -> bool:
        """Return whether no reports are posted at ``now``."""
        return self.paused or (self.paused_until is not None and now < self.paused_until)


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Whether moderators are told of a sudden shift of a channel's mood, and where.

    Attributes:
        channel_id: Where alerts are sent; ``None`` while they are off.
        since: When they were switched on.
        quiet_until: No alert is sent before this moment.
        switched_on_by: The user who switched them on, told when they cannot be sent.
    """

    channel_id: int | None = None
    since: datetime | None = None
    quiet_until: datetime | None = None
    switched_on_by: int | None = None

    def are_on(self, now: datetime) -> bool:
        """Return whether alerts are sent at ``now``."""
        quiet = self.quiet_until is not None and now < self.quiet_until
        return self.channel_id is not None and not quiet


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """What a guild's administrators chose.

    Attributes:
        guild_id: Discord snowflake.
        language: ``ko`` or ``en``: the language of what the bot posts on its own.
        timezone: An IANA name.
        theme: ``dark`` or ``light``.
        channels: What is listened to.
        report: The weekly report.
        consent: Whose messages are measured.
        retention_days: Records older than this are removed.
        minimum_group: Statements about fewer people than this are hidden.
        alerts: Of sudden shifts, to moderators; off unless they are switched on.
        retro: Forms and reminder of retrospectives.
        companion: Whether the bot answers members who speak to it.
        checkins: Whether members are asked how they are, and when; off unless switched on.
        recalibration: What feedback makes of single readings; ``None`` for nothing.
        notice_since: When the guild went back from ``explicit`` to ``notice``: what was
            written up to then is taken only from those who had agreed before.
        left_at: When the bot left; ``None`` while it is there.
        version: How many times they were saved, as the store counts: 0 before the first time.
            No choice of anybody's, so settings are equal without it.
    """

    guild_id: int
    language: str = "en"
    timezone: str = "UTC"
    theme: str = "dark"
    channels: tuple[MonitoredChannel, ...] = ()
    report: ReportSchedule = field(default_factory=ReportSchedule)
    consent: ConsentMode = ConsentMode.NOTICE
    retention_days: int = DEFAULT_RETENTION_DAYS
    minimum_group: int = DEFAULT_MINIMUM_GROUP
    alerts: AlertSettings = field(default_factory=AlertSettings)
    retro: RetroSettings = field(default_factory=RetroSettings)
    notice_since: datetime | None = None
    companion: CompanionSettings = field(default_factory=CompanionSettings)
    checkins: CheckinSettings = field(default_factory=CheckinSettings)
    recalibration: GuildRecalibration | None = None
    left_at: datetime | None = None
    version: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a member decided about their own data in a guild.

    Attributes:
        personal_since: When the member asked to see their own mood; ``None`` for never.
        linked_since: From when on the member lets reports link to their joyful messages; ``None``
            for never.
        consented_at: When the member agreed to be measured; ``None`` for never.
        refused: Whether the member has opted out.
        refused_at: When the member opted out, or had their data deleted, for the first time.
        refused_until: What was written up to this moment is never taken; ``None`` for nothing
            while not ``refused``, and for everything while ``refused``.
    """

    personal_since: datetime | None = None
    refused: bool = False
    refused_at: datetime | None = None
    refused_until: datetime | None = None
    linked_since: datetime | None = None
    consented_at: datetime | None = None


class ClaimState(StrEnum):
    """How far a report is."""

    CLAIMED = "claimed"
    POSTED = "posted"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class ReportClaim:
    """Who posts a guild's report of one period, and whether it was posted.

    Attributes:
        guild_id: Discord snowflake.
        period: Key of the period, such as ``2026-W46``.
        owner: The process that holds, or held, the claim.
        state: How far it is.
        until: A claim that was not finished by then may be taken over.
        attempt: 1 for the first claim; a later one must look for a post that was made before.
        channel_id: Where it was posted.
        message_id: The post.
    """

    guild_id: int
    period: str
    owner: str
    state: ClaimState
    until: datetime
    attempt: int
    channel_id: int | None = None
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a member thinks of one verdict.

    Attributes:
        guild_id: Discord snowflake.
        message_id: The judged message, or the interaction in which a text was typed.
        author: Pseudonym of the member who judged, who wrote the text as well.
        predicted: The label that the bot gave.
        corrected: The label that the member gives; equal to ``predicted`` for "right".
        model: Backend and version that was judged.
        created_at: When it was given.
        language: Of the text, ISO 639-1; empty when it was not noted.
        probabilities: What was judged, in the order of ``EMOTIONS``; empty when not noted.
        text: The text, only where its author added it to the training set.
    """

    guild_id: int
    message_id: int
    author: bytes
    predicted: str
    corrected: str
    model: str
    created_at: datetime
    language: str = ""
    probabilities: tuple[float, ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MessageColumns:
    """A run of records as columns, all of length n, ordered by (time, message id).

    Attributes:
        message_id: int64[n].
        channel_id: int64[n], the monitored channel.
        author: uint64[n], the first eight bytes (big-endian) of the pseudonym: enough to group by.
        time: int64[n], milliseconds since the Unix epoch, UTC.
        probabilities: float32[n, 9] in the order of ``EMOTIONS``; NaN is absent.
        valence: float32[n].
        model: int16[n], the place of each record's model in ``models``.
        models: The models of this run, each once, sorted.
    """

    message_id: npt.NDArray[np.int64]
    channel_id: npt.NDArray[np.int64]
    author: npt.NDArray[np.uint64]
    time: npt.NDArray[np.int64]
    probabilities: npt.NDArray[np.float32]
    valence: npt.NDArray[np.float32]
    model: npt.NDArray[np.int16]
    models: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.message_id)
