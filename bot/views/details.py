"""The details of a report, page by page.

A section is one function that returns what it has to say of a report, or ``None``; to add one,
write it and name it in ``SECTIONS``. Sections that are too long for a page are cut into several.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import discord

from bot.i18n import Phrases, mark
from bot.views.layout import Layout, bar, rule, shortened, text
from bot.views.report import report_title
from bot.views.report_buttons import detail_turns
from bot.views.times import TIME_FORMAT, WEEKDAYS
from reports import wording
from reports.bootstrap import Estimate
from reports.bright import JOY, MOST
from reports.monthly import Period, StretchReport
from reports.report import EmotionShare, WeeklyReport
from reports.where import Beside, Where
from reports.wording.checkins import checkin_lines, too_few_line
from reports.wording.counts import counts_line
from reports.wording.numbers import (
    beside_range,
    interval,
    is_partly,
    largest,
    part,
    percent,
    signed,
)
from reports.wording.retro import hidden_line, participation_line, section_row
from reports.wording.shifts import shift_of
from reports.wording.stretches import stretch_sentence

AnyReport = WeeklyReport | StretchReport

_PAGE_LIMIT: Final = 2600
_LINES: Final = 20
_LINE_LIMIT: Final = 400
_TITLE_LIMIT: Final = 200

_BRIGHTEST: Final = mark("Brightest: {day} {first} to {end}, {mood} (range {range})")
_LOWEST: Final = mark("Lowest: {day} {first} to {end}, {mood} (range {range})")
_BESIDE: Final = {
    Beside.ABOVE: mark("clearly above the server"),
    Beside.BELOW: mark("clearly below the server"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """One thing that the details tell.

    Attributes:
        title: A few words.
        lines: Findings, each with its numbers.
    """

    title: str
    lines: tuple[str, ...]


Teller = Callable[[AnyReport, Phrases], Section | None]


def period_of(report: AnyReport) -> Period:
    """Return what a report is about."""
    return report.period if isinstance(report, StretchReport) else report.week


def detail_pages(report: AnyReport, say: Phrases, *, bright: bool = False) -> list[Section]:
    """Return the pages of the details, at least one.

    Args:
        report: What they are about.
        say: The reader's language.
        bright: Whether the guild's weekly reports link to joyful messages; how is told then.
    """
    sections = [tell(report, say) for tell in SECTIONS]
    if bright and isinstance(report, WeeklyReport) and not report.hidden:
        sections.append(_bright(say))
    pages = [page for section in sections if section for page in _cut(section)]
    return pages or [Section(say("Nothing to show"), (_why_hidden(report, say),))]


def details_view(report: AnyReport, page: int, say: Phrases, *, bright: bool = False) -> Layout:
    """Return one page of the details, from 0; a page that does not exist is the last one."""
    pages = detail_pages(report, say, bright=bright)
    number = min(max(page, 0), len(pages) - 1)
    shown = pages[number]
    heading = shortened(report_title(period_of(report), say), _TITLE_LIMIT)
    footer = say("Page {page} of {pages}", page=number + 1, pages=len(pages))
    return Layout(
        text(f"-# {heading}", f"### {shown.title}"),
        text("\n".join(shown.lines)),
        rule(),
        text(f"-# {footer} · " + say("Ranges are 95% intervals over people.")),
        detail_turns(period_of(report), number, len(pages), say),
    )


def _mood(report: AnyReport, say: Phrases) -> Section | None:
    if report.hidden or report.mood is None:
        return None
    lines = [
        counts_line(report.messages, report.people, say.language),
        say(
            "Mood index {value}, range {range}",
            value=signed(report.mood.value),
            range=_range(report.mood, say),
        ),
    ]
    usual = _usual(report)
    if usual is not None and report.change is not None:
        lines.append(
            say(
                "Compared with {usual}: {change}, range {range}",
                usual=signed(usual),
                change=signed(report.change.value),
                range=_range(report.change, say),
            )
        )
    else:
        lines.append(say("There is nothing earlier to compare it with yet."))
    if report.rejudged:
        lines.append(wording.wording_of(say.language).labels.rejudged)
    return Section(say("Mood"), tuple(lines))


def _emotions(report: AnyReport, say: Phrases) -> Section | None:
    known = largest(report.shares, len(report.shares))
    if report.hidden or not known:
        return None
    lines = [_share(each, say) for each in known]
    if is_partly(report.telling):
        lines.append(
            say(
                "From {part} of the messages: the others tell pleasant from unpleasant only.",
                part=part(report.telling),
            )
        )
    return Section(say("Emotions"), tuple(lines))


def _changes(report: AnyReport, say: Phrases) -> Section | None:
    compared = [each for each in report.shares if each.change is not None]
    if report.hidden or not compared:
        return None
    compared.sort(key=lambda each: abs(each.change or 0.0), reverse=True)
    clear = [each for each in compared if each.clear]
    lines = [
        say(
            "{emotion} {points} points: {before} before, {after} now",
            emotion=wording.emotion_name(each.emotion, say.language),
            points=shift.points,
            before=shift.before,
            after=shift.after,
        )
        for each in clear
        for shift in [shift_of(each, 1)]
    ]
    if not lines:
        lines = [say("No emotion differs clearly from before; all nine were tested together.")]
    return Section(say("What changed"), tuple(lines))


def _curve(report: AnyReport, say: Phrases) -> Section | None:
    if not isinstance(report, WeeklyReport) or not report.points:
        return None
    words = wording.wording_of(say.language)
    lines = [
        f"{words.when(point.span)} {signed(point.mood.value)} ({_range(point.mood, say)})"
        + (" ◆" if point.clear else "")
        for point in report.points
    ]
    if any(point.clear for point in report.points):
        lines.append("-# " + say("◆ differs clearly from the rest of the week"))
    return Section(say("Through the week"), tuple(lines))


def _when(report: AnyReport, say: Phrases) -> Section | None:
    if not isinstance(report, WeeklyReport) or report.when is None or report.when.empty:
        return None
    when = report.when
    lines = [
        say(
            sentence,
            day=say(WEEKDAYS[stretch.day]),
            first=TIME_FORMAT.format(stretch.first),
            end=TIME_FORMAT.format(stretch.end),
            mood=signed(stretch.mood.value),
            range=_range(stretch.mood, say),
        )
        for sentence, stretch in ((_BRIGHTEST, when.brightest), (_LOWEST, when.lowest))
        if stretch is not None
    ]
    if not lines:
        lines = [say("No hours differ clearly from the rest; all were tested together.")]
    return Section(say("When"), tuple(lines))


def _where(report: AnyReport, say: Phrases) -> Section | None:
    if not isinstance(report, WeeklyReport) or report.where is None:
        return None
    lines = where_lines(report.where, say)
    return Section(say("Where"), tuple(lines)) if lines else None


def where_lines(where: Where, say: Phrases) -> list[str]:
    """Return the moods of the channels, and how many are hidden."""
    lines = [
        f"<#{each.channel_id}> {signed(each.mood.value)} ({_range(each.mood, say)})"
        + (f" · {say(_BESIDE[each.beside])}" if each.beside in _BESIDE else "")
        for each in where.channels
    ]
    if where.hidden:
        lines.append(
            say.plural(
                "{count} channel is hidden: too few people wrote in it.",
                "{count} channels are hidden: too few people wrote in them.",
                where.hidden,
            )
        )
    return lines


def _retro(report: AnyReport, say: Phrases) -> Section | None:
    if not isinstance(report, WeeklyReport) or report.retro is None:
        return None
    retro = report.retro
    lines = [section_row(each, say.language) for each in retro.sections]
    lines += [line for line in (hidden_line(retro, say.language),) if line]
    if retro.participation is not None:
        lines.append(participation_line(retro.participation, say.language))
    return Section(say("Retrospectives"), tuple(lines)) if lines else None


def _checkins(report: AnyReport, say: Phrases) -> Section | None:
    if not isinstance(report, WeeklyReport) or report.checkins is None:
        return None
    found = checkin_lines(report, say.language)
    lines = found or (too_few_line(report.checkins, say.language),)
    return Section(say("Check-ins"), lines)


def _turning(report: AnyReport, say: Phrases) -> Section | None:
    if not isinstance(report, WeeklyReport):
        return None
    lines = []
    if report.turning is not None:
        turning = report.turning
        days = (say(WEEKDAYS[turning.first]), say(WEEKDAYS[turning.last]))
        lines.append(
            say(
                "{days}: {mood} instead of the usual {usual}. Chance alone makes this once "
                "in {weeks} weeks or less often.",
                days=days[0] if turning.first == turning.last else f"{days[0]} – {days[1]}",
                mood=signed(turning.mood),
                usual=signed(turning.usual),
                weeks=turning.once_in,
            )
        )
    if report.stretch is not None:
        stretch = report.stretch
        lines.append(
            say(
                "{count} good days in a row until {last}: {mood} instead of the usual {usual}.",
                count=stretch.days,
                last=say.day(stretch.last),
                mood=signed(stretch.mood),
                usual=signed(stretch.usual),
            )
        )
    return Section(say("Turning points"), tuple(lines)) if lines else None


def _unusual(report: AnyReport, say: Phrases) -> Section | None:
    if not isinstance(report, WeeklyReport) or report.usual is None:
        return None
    lines = []
    for each in report.usual.ranges:
        share = each.shares[-1] if each.shares else None
        if share is not None:
            name = wording.emotion_name(each.emotion, say.language)
            told, low, high = beside_range(share, each.low, each.high)
            mark_outside = " ◆ " + say("outside the usual range") if each.outside else ""
            lines.append(
                say(
                    "{emotion} {share}, usually {range}",
                    emotion=name,
                    share=told,
                    range=f"{low}–{high}",
                )
                + mark_outside
            )
    return Section(say("Against the usual range"), tuple(lines)) if lines else None


def _ahead(report: AnyReport, say: Phrases) -> Section | None:
    if not isinstance(report, WeeklyReport) or report.ahead is None:
        return None
    ahead = report.ahead
    lines = (
        say(
            "The mood index of the next week probably lies between {low} and {high}.",
            low=signed(ahead.low),
            high=signed(ahead.high),
        ),
        say(
            "Tried on {tried} earlier stretches of seven days, the range held {held} of them.",
            tried=ahead.tried,
            held=round(ahead.held * ahead.tried),
        ),
    )
    return Section(say("A look at next week"), lines)


def _coverage(report: AnyReport, say: Phrases) -> Section | None:
    if not isinstance(report, WeeklyReport) or report.coverage is None or report.hidden:
        return None
    coverage = report.coverage
    lines = [
        say(
            "{messages} were kept, of which {part} could be judged.",
            messages=say.plural("{count} message", "{count} messages", coverage.messages),
            part=percent(coverage.classified),
        )
    ]
    if coverage.since is not None:
        moment = discord.utils.format_dt(coverage.since, "f")
        lines.append(say("Listening began in this week: {moment}.", moment=moment))
    return Section(say("How complete this is"), tuple(lines))


def _bright(say: Phrases) -> Section:
    lines = (
        say(
            "At most {count} joyful messages are linked, none without its author's yes.", count=MOST
        ),
        say(
            "A message must read as joy with a probability of at least {joy}. Of lines that we "
            "tried it on, 97 of 100 that did were joyful: now and then one is not.",
            joy=percent(JOY),
        ),
        say(
            "Only messages that every reader of the report can see anyway are linked; one author "
            "is linked once, and other days come first."
        ),
        say("Say yes or no: `/mood me`, then “Bright moments”."),
    )
    return Section(say("Bright moments"), lines)


SECTIONS: Final[tuple[Teller, ...]] = (
    _mood,
    _emotions,
    _changes,
    _curve,
    _when,
    _where,
    _retro,
    _checkins,
    _turning,
    _unusual,
    _ahead,
    _coverage,
)
"""What the details tell, in this order."""


def _why_hidden(report: AnyReport, say: Phrases) -> str:
    if isinstance(report, StretchReport):
        return stretch_sentence(report, say.language)
    return wording.sentence(report, say.language)


def _usual(report: AnyReport) -> float | None:
    if isinstance(report, StretchReport):
        return None if report.before is None else report.before.value
    return None if report.baseline is None else report.baseline.mood


def _share(each: EmotionShare, say: Phrases) -> str:
    share = each.share or Estimate(0.0, 0.0, 0.0)
    name = wording.emotion_name(each.emotion, say.language)
    span = f"{percent(share.low)}–{percent(share.high)}"
    return f"`{bar(share.value)}` **{percent(share.value)}** {name} ({span})"


def _range(estimate: Estimate, say: Phrases) -> str:
    return interval(estimate, " ~ " if say.language == "ko" else " to ")


def _cut(section: Section) -> Sequence[Section]:
    """Cut a section into pages that fit into a message."""
    pages: list[list[str]] = [[]]
    room = _PAGE_LIMIT
    for line in section.lines:
        shown = shortened(line, _LINE_LIMIT)
        if pages[-1] and (len(shown) + 1 > room or len(pages[-1]) >= _LINES):
            pages.append([])
            room = _PAGE_LIMIT
        pages[-1].append(shown)
        room -= len(shown) + 1
    return [Section(shortened(section.title, _TITLE_LIMIT), tuple(lines)) for lines in pages]
