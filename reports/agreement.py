"""How often members agree with what they were told of their own words.

Members judge what they like, mostly what surprised them, so this is not the share of messages that
are read rightly; it tells where to look.

Judgements of one member resemble each other. The interval is Wilson's with as many judgements as
independent ones would be worth: their number by the design effect of members as clusters (Korn and
Graubard, "Confidence Intervals for Proportions With Small Expected Number of Positive Counts
Estimated From Survey Data", Survey Methodology 24, 1998).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from classifiers.emotion import EMOTIONS, Emotion
from reports.proportion import wilson
from storage.records import Feedback


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of judgements that agree.

    Attributes:
        agreeing: How many judgements agree.
        count: Of how many.
        people: How many members judged.
        low: Lower end of the 95 % interval of the share, in [0, 1].
        high: Upper end.
    """

    agreeing: int
    count: int
    people: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share that agrees, in [0, 1]."""
        return self.agreeing / self.count


@dataclass(frozen=True, slots=True)
class Agreement:
    """How members and the bot agree.

    Attributes:
        people: How many members judged anything.
        needed: How many it takes to show anything.
        overall: Of all judgements; ``None`` while there are too few people.
        by_emotion: Of the judgements of each emotion that the bot named, where enough people
            judged it, most judgements first.
        texts: How many texts their authors added to the training set; ``None`` while there are
            too few people.
    """

    people: int
    needed: int
    overall: Rate | None = None
    by_emotion: tuple[tuple[Emotion, Rate], ...] = ()
    texts: int | None = None


def agreement(feedback: Sequence[Feedback], minimum_group: int) -> Agreement:
    """Return how members and the bot agree, from all feedback of a guild.

    An emotion is hidden that fewer than ``minimum_group`` people judged, and when hidden ones
    together have fewer people than that, so is the next smallest: the rest of a whole tells.
    """
    people = len({given.author for given in feedback})
    if people < minimum_group or not feedback:
        return Agreement(people, minimum_group)
    by_label: dict[str, list[Feedback]] = defaultdict(list)
    for given in feedback:
        by_label[given.predicted].append(given)
    shown = _shown(by_label, minimum_group)
    rows = [(Emotion(name), rate(by_label[name])) for name in shown]
    return Agreement(
        people,
        minimum_group,
        rate(feedback),
        tuple(sorted(rows, key=lambda row: (-row[1].count, EMOTIONS.index(row[0])))),
        sum(given.text is not None for given in feedback),
    )


def rate(feedback: Iterable[Feedback]) -> Rate:
    """Return how many of some judgements, at least one, agree."""
    counts: Counter[bytes] = Counter()
    agreeing: Counter[bytes] = Counter()
    for given in feedback:
        counts[given.author] += 1
        agreeing[given.author] += given.predicted == given.corrected
    count, agreed = counts.total(), agreeing.total()
    worth = _worth([(agreeing[who], counts[who]) for who in counts])
    low, high = wilson(agreed / count, worth)
    return Rate(agreed, count, len(counts), low, high)


def _shown(by_label: dict[str, list[Feedback]], minimum_group: int) -> list[str]:
    people = {name: {given.author for given in rows} for name, rows in by_label.items()}
    known = {each.value for each in EMOTIONS}
    order = sorted(people, key=lambda name: (len(people[name]), name))
    shown = [name for name in order if name in known and len(people[name]) >= minimum_group]
    hidden = [name for name in order if name not in shown]
    while shown and hidden and not _safe(hidden, people, minimum_group):
        hidden.append(shown.pop(0))
    return shown


def _safe(hidden: Sequence[str], people: dict[str, set[bytes]], minimum_group: int) -> bool:
    return len(hidden) > 1 and len(set().union(*(people[name] for name in hidden))) >= minimum_group


def _worth(clusters: Sequence[tuple[int, int]]) -> float:
    """Return how many independent judgements those of some members are worth."""
    count = sum(size for _, size in clusters)
    share = sum(agreed for agreed, _ in clusters) / count
    simple = share * (1 - share) / count
    if len(clusters) == 1:
        return 1.0
    if simple == 0:  # No variance to compare with: each member is worth one judgement.
        return float(len(clusters))
    spread = sum((agreed - share * size) ** 2 for agreed, size in clusters) / count**2
    spread *= len(clusters) / (len(clusters) - 1)
    return min(count, max(1.0, count * simple / spread)) if spread else float(count)
