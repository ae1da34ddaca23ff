"""The built-in conversation of ``nunchi demo``: five weeks of a study camp, all of it invented.

The rows lie in ``week.tsv`` beside this module. Four quiet weeks give the report its baseline; the
report week (2026-W46) has edits, deletions, a thread and a member who opts out on Wednesday.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from bot.errors import BotError

TIMEZONE: Final = ZoneInfo("Asia/Seoul")
SERVER_NAME: Final = "단풍캠프"
REPORT_WEEK_START: Final = date(2026, 11, 9)
"""The Monday of ISO week 2026-W46, in :data:`TIMEZONE`."""

COLUMNS: Final = ("at", "key", "member", "channel", "action", "ref", "text")
THREAD_PREFIX: Final = "thread:"
MESSAGE_LIMIT: Final = 2000
"""Characters that Discord accepts in one message of a member without Nitro."""
THREAD_NAME_LIMIT: Final = 100


class ScriptError(BotError):
    """The conversation cannot be played; the message names the line and what is wrong with it."""


class Action(StrEnum):
    """What a member does in one step."""

    SAY = "say"
    REPLY = "reply"
    EDIT = "edit"
    DELETE = "delete"
    THREAD = "thread"
    OPT_OUT = "optout"

    @property
    def posts(self) -> bool:
        """Whether the step creates a message."""
        return self in {Action.SAY, Action.REPLY}


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the camp.

    Attributes:
        name: Display name, unique in the script.
        locale: Discord's locale of the person's client.
        writes: The languages of the person's messages, as ISO 639-1 codes, the usual one first.
        administrator: Whether the person may run the administrator's commands.
    """

    name: str
    locale: str
    writes: tuple[str, ...]
    administrator: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """One text channel of the camp's server."""

    name: str
    topic: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that one member does.

    Attributes:
        at: When, in UTC.
        key: Unique name of the step; a step that posts gives it to its message.
        member: Name of the member.
        channel: Name of the channel; for a step inside a thread, of the thread's parent.
        thread: Key of the message that started the thread this happens in, else None.
        action: What the member does.
        ref: Key of the message replied to, edited, deleted or given a thread, else None.
        text: The message, its new text, or the thread's name; empty for the other actions.
    """

    at: datetime
    key: str
    member: str
    channel: str
    thread: str | None
    action: Action
    ref: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Script:
    """A checked conversation: every reference resolves, steps are in order of time."""

    members: tuple[Member, ...]
    channels: tuple[Channel, ...]
    steps: tuple[Step, ...]

    @property
    def baseline(self) -> tuple[Step, ...]:
        """The steps before the report week."""
        return tuple(step for step in self.steps if step.at < _report_start())

    @property
    def report_week(self) -> tuple[Step, ...]:
        """The steps from the Monday of the report week on."""
        return tuple(step for step in self.steps if step.at >= _report_start())


MEMBERS: Final = (
    Member("서연", "ko", ("ko",), administrator=True),
    Member("도윤", "ko", ("ko",)),
    Member("하은", "ko", ("ko",)),
    Member("지호", "ko", ("ko",)),
    Member("민재", "ko", ("ko",)),
    Member("수아", "ko", ("ko",)),
    Member("유진", "ko", ("ko",)),
    Member("정훈", "ko", ("ko",)),
    Member("Priya", "en-US", ("en",)),
    Member("Callum", "en-GB", ("en",)),
    Member("Jenny", "en-US", ("en", "ko")),
    Member("Minh", "ko", ("ko", "en")),
)

CHANNELS: Final = (
    Channel("회고", "하루 한 줄도 좋아요. 잘 쓰는 것보다 남기는 것."),
    Channel("질문-답변", "15분 막히면 바로 물어보기."),
    Channel("자유-잡담", "점심, 고양이 커밋, 그리고 무엇이든."),
    Channel("english-corner", "Practise here. Mistakes are the point."),
)


def load_week() -> Script:
    """Return the conversation that comes with the package.

    Raises:
        ScriptError: The file is damaged.
    """
    return parse_script(files("bot.demo").joinpath("week.tsv").read_text(encoding="utf-8"))


def parse_script(source: str) -> Script:
    r"""Read and check tab-separated rows under a header of :data:`COLUMNS`.

    Times are local to :data:`TIMEZONE`, without an offset. In texts ``\n`` is a line break and
    ``\\`` a backslash. A channel ``thread:KEY`` is the thread that message KEY started.

    Raises:
        ScriptError: Something is wrong with a row; the message says where.
    """
    header, *rows = source.removesuffix("\n").split("\n")
    if tuple(header.split("\t")) != COLUMNS:
        raise ScriptError(f"line 1: the columns must be {' '.join(COLUMNS)}")
    reader = _Reader()
    for number, row in enumerate(rows, start=2):
        try:
            reader.read(row)
        except ValueError as error:
            raise ScriptError(f"line {number}: {error}") from error
    if not reader.steps:
        raise ScriptError("the conversation has no rows")
    return Script(MEMBERS, CHANNELS, tuple(reader.steps))


class _Reader:
    """Reads row after row and remembers what later rows may refer to."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._keys: set[str] = set()
        self._messages: dict[str, Step] = {}
        self._channel_of_thread: dict[str, str] = {}
        self._opted_out: set[str] = set()

    def read(self, row: str) -> None:
        """Check one row and keep it; raises ValueError."""
        step = self._parse(row)
        self._check_identity(step)
        _check_text(step)
        self._check_reference(step)
        self._remember(step)

    def _parse(self, row: str) -> Step:
        fields = row.split("\t")
        if len(fields) != len(COLUMNS):
            raise ValueError(f"{len(fields)} columns instead of {len(COLUMNS)}")
        at, key, member, place, action, ref, text = fields
        channel, thread = self._place(place)
        return Step(
            at=_utc(at),
            key=key,
            member=member,
            channel=channel,
            thread=thread,
            action=Action(action),
            ref=ref or None,
            text=_unescape(text),
        )

    def _place(self, place: str) -> tuple[str, str | None]:
        if not place.startswith(THREAD_PREFIX):
            return place, None
        key = place.removeprefix(THREAD_PREFIX)
        if key not in self._channel_of_thread:
            raise ValueError(f"no thread was started on {key!r}")
        return self._channel_of_thread[key], key

    def _check_identity(self, step: Step) -> None:
        if not step.key or step.key in self._keys:
            raise ValueError(f"the key {step.key!r} is empty or used twice")
        if self.steps and step.at <= self.steps[-1].at:
            raise ValueError("the rows must be in order of time, no two at the same moment")
        if step.member not in {member.name for member in MEMBERS}:
            raise ValueError(f"nobody is called {step.member!r}")
        if step.channel not in {channel.name for channel in CHANNELS}:
            raise ValueError(f"there is no channel {step.channel!r}")

    def _check_reference(self, step: Step) -> None:
        if step.action in {Action.SAY, Action.OPT_OUT}:
            self._check_standalone(step)
            return
        target = self._messages.get(step.ref or "")
        if target is None:
            raise ValueError(f"{step.ref!r} is no message, or was deleted before")
        if (target.channel, target.thread) != (step.channel, step.thread):
            raise ValueError(f"{step.ref!r} was written in another channel")
        if step.action in {Action.EDIT, Action.DELETE} and target.member != step.member:
            raise ValueError(f"{step.ref!r} was written by {target.member}")
        if step.action is Action.THREAD and (target.thread or step.ref in self._channel_of_thread):
            raise ValueError(f"{step.ref!r} cannot have a thread of its own")

    def _check_standalone(self, step: Step) -> None:
        if step.ref is not None:
            raise ValueError(f"{step.action} takes no ref")
        if step.action is Action.OPT_OUT and step.member in self._opted_out:
            raise ValueError(f"{step.member} opted out before")

    def _remember(self, step: Step) -> None:
        self.steps.append(step)
        self._keys.add(step.key)
        if step.action.posts:
            self._messages[step.key] = step
        elif step.action is Action.OPT_OUT:
            self._opted_out.add(step.member)
        elif step.action is Action.THREAD and step.ref:
            self._channel_of_thread[step.ref] = step.channel
        elif step.action is Action.DELETE and step.ref:
            del self._messages[step.ref]


def _check_text(step: Step) -> None:
    if step.action in {Action.DELETE, Action.OPT_OUT}:
        if step.text:
            raise ValueError(f"{step.action} takes no text")
        return
    limit = THREAD_NAME_LIMIT if step.action is Action.THREAD else MESSAGE_LIMIT
    if not step.text.strip() or len(step.text) > limit:
        raise ValueError(f"the text must have 1 to {limit} characters")


def _utc(local: str) -> datetime:
    moment = datetime.fromisoformat(local)
    if moment.tzinfo is not None:
        raise ValueError(f"{local!r} must be a local time, without an offset")
    return moment.replace(tzinfo=TIMEZONE).astimezone(UTC)


def _unescape(text: str) -> str:
    parts = text.split("\\\\")
    unescaped = [part.replace("\\n", "\n") for part in parts]
    if any("\\" in part for part in unescaped):
        raise ValueError("a backslash must be followed by n or by another backslash")
    return "\\".join(unescaped)


def _report_start() -> datetime:
    return datetime.combine(REPORT_WEEK_START, time(), TIMEZONE)
