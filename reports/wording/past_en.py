"""The weeks before, in English."""

from __future__ import annotations

from datetime import date
from typing import Final

from reports.history import RAREST, Ahead, Stretch, Turning, Usual, UsualRange, Year
from reports.wording.calendar import months
from reports.wording.en import English
from reports.wording.numbers import beside_range, percent, signed
from reports.wording.past_contract import PastLabels
from reports.wording.turned import turned_en

TOLD: Final = 4
"""That a stretch is the longest is told from so many weeks on."""


class EnglishPast:
    """Plain, short English."""

    labels: PastLabels = PastLabels(
        year="A year in pixels",
        usual="Against usual",
        low="lower",
        high="brighter",
        hidden="too few people",
        nobody="nobody wrote",
        inside="all within their usual range",
        brightest="brightest month",
    )

    def turning(self, turning: Turning) -> str:
        """Return which days stood out."""
        once = f"about once in {turning.once_in} weeks"
        rare = "less than once a year" if turning.once_in >= RAREST else once
        when = turned_en(turning)
        return f"{when}: {signed(turning.mood)}, not {signed(turning.usual)} (by chance {rare})"

    def stretch(self, stretch: Stretch) -> str:
        """Return the longest good stretch."""
        longest = ""
        if stretch.longest_in >= TOLD:
            longest = f" (no longer run in {stretch.longest_in} weeks)"
        return (
            f"{stretch.days} days in a row above usual, {_dates(stretch.first, stretch.last)}: "
            f"{signed(stretch.mood)}, usually {signed(stretch.usual)}{longest}"
        )

    def ahead(self, ahead: Ahead) -> str:
        """Return the range of the next week."""
        held = round(ahead.held * ahead.tried)
        return (
            f"Next week: probably between {signed(ahead.low)} and {signed(ahead.high)} "
            f"(tried on {ahead.tried} earlier stretches of seven days, right on {held})"
        )

    def month(self, month: int, *, short: bool = False) -> str:
        """Return such as "November", or "Nov"."""
        name = months("en")[month - 1]
        return name[:3] if short else name

    def months(self, first: date, last: date) -> str:
        """Return such as "November 2025 – November 2026"."""
        start, end = (f"{self.month(day.month)} {day.year}" for day in (first, last))
        return f"{start} – {end}" if start != end else end

    def year_caption(self, year: Year) -> str:
        """Return of how many days the year shows the mood."""
        return f"{year.shown} days"

    def year_alt(self, year: Year) -> str:
        """Return the year in words."""
        facts = [
            (
                f"Of {year.shown} days, {year.above} were brighter than the middle "
                f"({signed(year.middle)}) by {year.width / 2:.2f} or more, and {year.below} lower "
                "by as much."
            )
        ]
        if year.best is not None:
            facts.append(f"The brightest month was {self.month(year.best[1])} {year.best[0]}.")
        if year.hidden:
            count = len(year.hidden)
            noun = "day is" if count == 1 else "days are"
            facts.append(f"{count} {noun} hidden: too few people.")
        facts += [_sampled(year.sampled)] if year.sampled < 1 else []
        facts.append(f"One square for each day of {len(year.steps)} weeks.")
        return " ".join(facts)

    def usual_finding(self, one: UsualRange) -> tuple[str, str]:
        """Return an emotion with its share, and its usual range."""
        share, low, high = beside_range(one.shares[-1] or 0.0, one.low, one.high)
        name, low = English.emotions[one.emotion], low.removesuffix("%")
        return f"{name} {share}", f"usually {low}–{high}"

    def usual_note(self, usual: Usual) -> str:
        """Return how to read the card on usual ranges."""
        return f"shaded: usual range, from {usual.weeks} weeks · each on its own scale"

    def usual_alt(self, usual: Usual) -> str:
        """Return the card on usual ranges in words."""
        facts = [
            f"{found} lies {'above' if one.outside > 0 else 'below'} its usual range ({before})."
            for one in usual.outside
            for found, before in [self.usual_finding(one)]
        ]
        facts = facts or ["Every emotion lies within its usual range."]
        rest = [
            f"{found} ({before})"
            for one in usual.ranges
            if not one.outside
            for found, before in [self.usual_finding(one)]
        ]
        facts += [f"{', '.join(rest)}."] if rest else []
        sure = round(usual.joint * 100)
        facts.append(f"Ranges from {usual.weeks} weeks; in {sure}% of such weeks all lie inside.")
        return " ".join(facts)


def _sampled(part: float) -> str:
    return f"From a sample of {percent(part)} of each day."


def _dates(first: date, last: date) -> str:
    start = (
        f"{first.day}"
        if first.month == last.month
        else f"{first.day} {months('en')[first.month - 1]}"
    )
    return f"{start} – {last.day} {months('en')[last.month - 1]}"
