"""What is kept of retrospectives: the mood of each section of a post, never its words.

A section belongs to the record of its message and has no author of its own. Whatever deletes the
record (a deletion, an opt-out, retention) deletes its sections in the same step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
import numpy.typing as npt


class ChannelKind(StrEnum):
    """What is written in a channel."""

    PLAIN = "plain"
    RETROSPECTIVE = "retrospective"


@dataclass(frozen=True, slots=True)
class RetroSection:
    """One section of a retrospective.

    Attributes:
        section: Key of the section, such as ``learned``; see ``reports.retro.forms``.
        form: Key of the form that the post follows, such as ``4l``.
        sentences: How many sentences were judged, at least one.
        probabilities: Their mean, as in ``storage.records.MessageRecord``.
        valence: Their mean, in [-1, 1].
    """

    section: str
    form: str
    sentences: int
    probabilities: tuple[float, ...]
    valence: float


@dataclass(frozen=True, slots=True, eq=False)
class SectionColumns:
    """Sections as columns, all of length n, ordered by (time, message id, place in the message).

    Attributes:
        message_id: int64[n].
        channel_id: int64[n], the monitored channel.
        author: uint64[n], as in ``storage.records.MessageColumns``.
        time: int64[n], milliseconds since the Unix epoch, UTC.
        section: Keys of the sections.
        form: Keys of the forms.
        sentences: int64[n].
        probabilities: float32[n, 9]; NaN is absent.
        valence: float32[n].
    """

    message_id: npt.NDArray[np.int64]
    channel_id: npt.NDArray[np.int64]
    author: npt.NDArray[np.uint64]
    time: npt.NDArray[np.int64]
    section: tuple[str, ...]
    form: tuple[str, ...]
    sentences: npt.NDArray[np.int64]
    probabilities: npt.NDArray[np.float32]
    valence: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.message_id)


@dataclass(frozen=True, slots=True)
class ChannelForm:
    """The form that a guild chose for a channel."""

    channel_id: int
    form: str


@dataclass(frozen=True, slots=True)
class RetroReminder:
    """A friendly line once a week.

    Attributes:
        channel_id: Where it is posted.
        weekday: 0 is Monday, by the guild's timezone.
        hour: 0 to 23.
        minute: 0 to 59.
        since: Nothing that was due before this moment is posted; aware.
        role_id: A role that is pinged because a manager chose it; ``None`` for nobody.
    """

    channel_id: int
    weekday: int
    hour: int
    minute: int
    since: datetime
    role_id: int | None = None


@dataclass(frozen=True, slots=True)
class RetroSettings:
    """What a guild chose about retrospectives.

    Attributes:
        forms: The form of each channel that has one of its own.
        reminder: ``None`` for none.
    """

    forms: tuple[ChannelForm, ...] = ()
    reminder: RetroReminder | None = None

    def form_of(self, channel_id: int) -> str | None:
        """Return the form chosen for a channel."""
        found = (each.form for each in self.forms if each.channel_id == channel_id)
        return next(found, None)

    def with_form(self, channel_id: int, form: str) -> Sequence[ChannelForm]:
        """Return the forms with that of a channel replaced."""
        others = [each for each in self.forms if each.channel_id != channel_id]
        return (*others, ChannelForm(channel_id, form))
