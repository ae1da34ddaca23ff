"""When, where and how much, in English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reports.period import Week
from reports.when import Stretch
from reports.where import Beside
from reports.wording.calendar import weekdays
from reports.wording.en import English
from reports.wording.numbers import interval, signed


class EnglishPlaces:
    """Plain, short English."""

    when: str = "When"
    where: str = "Where"
    deleted: str = "(deleted)"
    private: str = "(private)"
    no_stretch: str = "No time of the week clearly stands out"
    no_hours: str = "Single hours are hidden because few people wrote"
    no_channel: str = "Channels are hidden because few people wrote"
    unpleasant: str = "low"
    pleasant: str = "bright"
    server: str = "line: server"

    def hour(self, hour: int) -> str:
        """Return such as "09"."""
        return f"{hour:02d}"

    def stretch(self, stretch: Stretch, *, short: bool = False) -> str:
        """Return such as "Friday 18:00–21:00", or "Fri 18–21"."""
        if short:
            return (
                f"{weekdays('en', short=True)[stretch.day]} {stretch.first:02d}–{stretch.end:02d}"
            )
        return f"{weekdays('en')[stretch.day]} {stretch.first:02d}:00–{stretch.end:02d}:00"

    def extreme(self, stretch: Stretch, *, high: bool) -> str:
        """Return a line on the brightest or lowest stretch."""
        kind = "Brightest" if high else "Lowest"
        ends = interval(stretch.mood, " to ")
        mood = f"{signed(stretch.mood.value)} (95% interval {ends})"
        return f"{kind} three hours: {self.stretch(stretch)}, {mood}"

    def stands_out(self, *, high: bool) -> str:
        """Return what a stretch is."""
        return "brightest three hours" if high else "lowest three hours"

    def beside(self, beside: Beside, names: Sequence[str], more: int) -> str:
        """Return which channels lie above or below the whole server."""
        kind = "brighter" if beside is Beside.ABOVE else "heavier"
        rest = f" and {more} more" if more else ""
        return f"Clearly {kind} than the whole server: {', '.join(names)}{rest}"

    def all_alike(self, channels: int) -> str:
        """Return that no channel stands out."""
        return f"None of {channels} channels clearly differs from the whole server"

    def counted(self, above: int, below: int) -> str:
        """Return how many channels differ."""
        parts = [f"{above} brighter"] if above else []
        parts += [f"{below} heavier"] if below else []
        return " · ".join(parts) if parts else "no channel clearly differs"

    def hidden_channels(self, count: int) -> str:
        """Return that channels are hidden."""
        kind = "channel" if count == 1 else "channels"
        return f"Hidden so that nobody can be guessed: {count} {kind}"

    def not_listed(self, count: int) -> str:
        """Return that there is no room for some channels."""
        return f"{count} more"

    def classified(self, part: str) -> str:
        """Return which part was classified."""
        return f"Classified: {part} of the messages; the others say nothing in words"

    def since(self, moment: datetime) -> str:
        """Return when the bot began to listen."""
        day = weekdays("en")[moment.weekday()]
        return f"Listening since {day} {moment:%H:%M}; earlier hours are missing"

    def when_note(self, minimum_group: int) -> str:
        """Return how to read the card on hours."""
        return f"dot: under 10 messages or {minimum_group} people"

    def where_note(self, hidden: int) -> str:
        """Return how to read the card on channels."""
        return "bar: 95% interval · filled: clear" + (f" · {hidden} hidden" if hidden else "")

    def when_chart(self, week: Week) -> str:
        """Return what the card is."""
        return f"Chart of the mood by hour and weekday, {English().date_range(week)}."

    def where_chart(self, week: Week) -> str:
        """Return what the card is."""
        return f"Chart of the mood by channel, {English().date_range(week)}."
