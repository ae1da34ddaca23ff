"""The mood of a whole server over some days."""

from __future__ import annotations

from typing import Final

from bot.i18n import Phrases
from bot.views.buttons import public_buttons
from bot.views.layout import Item, Layout, bar, joined, plain, rule, shortened, text
from classifiers.emotion import Emotion
from reports.bootstrap import Estimate
from reports.report import MoodSummary
from reports.wording import emotion_name, no_emotions, partly_note, summary_headline
from reports.wording.counts import counts_line
from reports.wording.numbers import largest, percent, signed

_TOP: Final = 5
_NAME_LIMIT: Final = 100


def server_mood(summary: MoodSummary, days: int, name: str, say: Phrases) -> Layout:
    """Return the mood of a server.

    Args:
        summary: The figures.
        days: How many days they span.
        name: The name of the server.
        say: The reader's language.
    """
    title = "### " + say("The mood of {server}", server=plain(shortened(name, _NAME_LIMIT)))
    span = say.plural("the last {count} day", "the last {count} days", days)
    if summary.messages == 0:
        return Layout(
            text(
                title,
                say(
                    "Nothing was measured in {span}. Try more days, or look again when people "
                    "have written.",
                    span=span,
                ),
            )
        )
    if summary.hidden or summary.mood is None:
        return Layout(text(title, _too_few(span, summary.minimum_group, say)))
    parts: list[Item] = [
        text(title, f"**{summary_headline(summary, say.language)}**", _counted(summary, span, say)),
        text(_index(summary.mood, say), *_shares(summary, say)),
        rule(),
        text("-# " + say("Ranges are 95% intervals over people. Each person counts once a day.")),
        public_buttons(say),
    ]
    return Layout(*parts)


def _too_few(span: str, minimum_group: int, say: Phrases) -> str:
    return say(
        "Fewer than {minimum} people wrote in {span}. So that nobody stands out, I say nothing "
        "about their mood. Try more days.",
        minimum=minimum_group,
        span=span,
    )


def _counted(summary: MoodSummary, span: str, say: Phrases) -> str:
    counts = counts_line(summary.messages, summary.people, say.language)
    return joined([span[:1].upper() + span[1:], counts[:1].lower() + counts[1:]])


def _index(mood: Estimate, say: Phrases) -> str:
    return say(
        "Mood **{value}** on a scale from −1 to +1 (range {low} to {high})",
        value=signed(mood.value),
        low=signed(mood.low),
        high=signed(mood.high),
    )


def _shares(summary: MoodSummary, say: Phrases) -> list[str]:
    shares = [
        _share(each.emotion, each.share, say)
        for each in largest(summary.shares, _TOP)
        if each.share is not None
    ]
    if not shares:
        return [f"{no_emotions(say.language)}."]
    note = partly_note(summary.telling, say.language)
    return [*shares, *([f"{note}."] if note else [])]


def _share(emotion: Emotion, share: Estimate, say: Phrases) -> str:
    name = emotion_name(emotion, say.language)
    return (
        f"`{bar(share.value)}` **{percent(share.value)}** {name} "
        f"({percent(share.low)}–{percent(share.high)})"
    )
