"""Whatever a report holds, its message, its details and its history stay within the limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import discord
import pytest

from bot.i18n import phrases_in
from bot.report_place import Obstacle, Trouble
from bot.sandbox.components import validate, walk
from bot.views.channels import covered_channels
from bot.views.details import SECTIONS, detail_pages, details_view
from bot.views.layout import MAX_TEXT
from bot.views.report import PictureCard, report_message, report_text
from bot.views.report_history import history_view
from bot.views.stretch import stretch_message, stretch_text
from bot.views.trouble import trouble_text
from classifiers.emotion import EMOTIONS
from reports.bootstrap import Estimate
from reports.checkins.values import CheckinWeek
from reports.coverage import WeekCoverage
from reports.history import Ahead, Stretch, Turning, Usual, UsualRange
from reports.monthly import DayRange, Month, StretchReport
from reports.period import Week
from reports.report import Baseline, EmotionShare, Point, WeeklyReport
from reports.retro.forms import FORMS
from reports.retro.values import Participation, RetroWeek, SectionMood
from reports.spans import Span
from reports.when import Hour, When
from reports.when import Stretch as Hours
from reports.where import Beside, Channel, Where
from reports.wording import emotion_name
from storage.records import ClaimState, GuildSettings, ReportClaim, ReportSchedule

BOTH = pytest.mark.parametrize("language", ["ko", "en"])
LARGE = 2**63 - 1
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
WIDE = Estimate(-0.999, -1.0, 1.0)
SHARES = tuple(EmotionShare(e, Estimate(0.111, 0.0001, 0.999), 0.9, clear=True) for e in EMOTIONS)


def extreme(channels: int = 500) -> WeeklyReport:
    """Return a week that says everything there is to say, at its longest."""
    points = tuple(
        Point(Span(day, part, part, 10**9, 10**12, False, day + part / 4), WIDE, (0.1,) * 9, True)
        for day in range(7)
        for part in range(4)
    )
    hours = tuple(Hour(day, hour, -1.0, 3) for day in range(7) for hour in range(24))
    return WeeklyReport(
        guild_id=LARGE,
        week=Week(2026, 46),
        timezone="America/Argentina/ComodRivadavia",
        messages=10**12,
        people=10**9,
        minimum_group=5,
        hidden=False,
        partial=True,
        mood=WIDE,
        baseline=Baseline(-1.0, 4, (-1.0,) * 7),
        change=Estimate(-1.5, -2.0, -1.0),
        shares=SHARES,
        telling=0.5,
        points=points,
        hidden_days=(0, 1, 2, 3, 4, 5, 6),
        late_by=timedelta(days=6, hours=23),
        rejudged=True,
        coverage=WeekCoverage(10**12, 10**9, 0.5, NOW),
        when=When(hours, Hours(6, 22, 24, WIDE), Hours(0, 0, 24, WIDE)),
        where=Where(
            tuple(Channel(LARGE - n, WIDE, list(Beside)[n % 3]) for n in range(channels)), 400
        ),
        turning=Turning(0, 6, -1.0, 1.0, 53, 12, True),
        stretch=Stretch(date(2026, 1, 1), date(2026, 11, 15), 319, 1.0, -1.0, 52),
        ahead=Ahead(-1.0, 1.0, 0.8, 0.79, 365, 0.1, 0.2, 52),
        usual=Usual(tuple(UsualRange(e, (0.5, 0.999), 0.1, 0.2, 0.3) for e in EMOTIONS), 52, 0.95),
        retro=RetroWeek(
            tuple(SectionMood(each, WIDE, -1.0) for each in FORMS["5f"].sections),
            12,
            Participation(0.999, 10**9),
        ),
        checkins=CheckinWeek(10**9, WIDE, -1.0, WIDE, 5),
    )


def stretch(**changes: object) -> StretchReport:
    usual = StretchReport(
        guild_id=LARGE,
        period=Month(2026, 11),
        timezone="America/Argentina/ComodRivadavia",
        messages=10**12,
        people=10**9,
        minimum_group=5,
        hidden=False,
        partial=True,
        mood=WIDE,
        before=WIDE,
        change=Estimate(-1.5, -2.0, -1.0),
        shares=SHARES,
        telling=0.5,
        late_by=timedelta(days=6),
        rejudged=True,
    )
    return replace(usual, **changes)


def check(view: discord.ui.LayoutView) -> str:
    """Hold a layout against Discord's limits, and return its text."""
    parts = view.to_components()
    validate(parts, v2=True)
    texts = [str(part["content"]) for part in walk(parts) if part["type"] == 10]
    assert len("".join(texts)) <= MAX_TEXT
    assert len(list(walk(parts))) <= 40
    ids = [part["custom_id"] for part in walk(parts) if part.get("custom_id")]
    assert len(ids) == len(set(ids))
    assert all(len(each) <= 100 for each in ids)
    return "\n".join(texts)


CARDS = tuple(PictureCard(f"card{n}.png", b"\x89PNG", "finding " * 500) for n in range(30))


@BOTH
async def test_the_longest_report_fits(language: str) -> None:
    message = report_message(extreme(), CARDS, language)
    text = check(message.view)
    assert len(message.files) == 10
    assert all(1 <= len(file.description or "") <= 1024 for file in message.files)
    assert "2026-W46" in text
    assert len(report_text(extreme(), language)) <= 2000


@BOTH
async def test_the_longest_report_with_links_fits(language: str) -> None:
    links = [f"https://discord.com/channels/{LARGE}/{LARGE}/{LARGE - n}" for n in range(3)]
    text = check(report_message(extreme(), CARDS, language, links).view)
    assert all(link in text for link in links)
    plain = report_text(extreme(), language, links)
    assert len(plain) <= 2000
    assert all(link in plain for link in links)


@BOTH
def test_details_tell_how_links_are_chosen_where_there_may_be_some(language: str) -> None:
    say = phrases_in(language)
    usual, more = detail_pages(extreme(), say), detail_pages(extreme(), say, bright=True)
    assert more[:-1] == usual
    assert "97" in check(details_view(extreme(), len(usual), say, bright=True))
    hidden = replace(extreme(), hidden=True)
    assert detail_pages(hidden, say, bright=True) == detail_pages(hidden, say)


@BOTH
@pytest.mark.parametrize("period", [Month(2026, 11), DayRange(date(2026, 9, 1), date(2026, 11, 2))])
async def test_the_longest_stretch_fits(language: str, period: Month | DayRange) -> None:
    report = stretch(period=period)
    message = stretch_message(report, CARDS, language)
    assert len(message.files) == 10
    assert "▇" in check(message.view)
    assert len(stretch_text(report, language)) <= 2000


@BOTH
async def test_a_hidden_stretch_shows_no_number(language: str) -> None:
    hidden = stretch(hidden=True, mood=None, before=None, change=None, shares=(), people=3)
    assert "▇" not in check(stretch_message(hidden, (), language).view)
    assert "+0" not in stretch_text(hidden, language)


@BOTH
@pytest.mark.parametrize("report", [extreme(), extreme(0), stretch()], ids=["500", "0", "month"])
async def test_every_page_of_the_longest_details_fits(
    language: str, report: WeeklyReport | StretchReport
) -> None:
    say = phrases_in(language)
    pages = detail_pages(report, say)
    texts = [check(details_view(report, number, say)) for number in range(len(pages))]
    assert len(set(texts)) == len(pages)
    assert texts[-1] == check(details_view(report, 999, say)), "beyond the end is the end"
    assert all(len(page.lines) <= 20 for page in pages)


@BOTH
async def test_the_details_hold_every_section(language: str) -> None:
    say = phrases_in(language)
    titles = [page.title for page in detail_pages(extreme(1), say)]
    assert len(dict.fromkeys(titles)) == len(SECTIONS)


@BOTH
async def test_the_details_of_a_week_that_is_hidden(language: str) -> None:
    hidden = replace(
        extreme(0),
        hidden=True,
        mood=None,
        baseline=None,
        change=None,
        shares=(),
        points=(),
        coverage=None,
        when=None,
        where=None,
        turning=None,
        stretch=None,
        ahead=None,
        usual=None,
        retro=None,
        checkins=None,
    )
    say = phrases_in(language)
    text = check(details_view(hidden, 0, say))
    assert "5" in text
    assert len(detail_pages(hidden, say)) == 1


async def test_no_clear_change_is_an_answer() -> None:
    calm = tuple(replace(each, clear=False) for each in SHARES)
    say = phrases_in("en")
    pages = {page.title: page for page in detail_pages(replace(extreme(0), shares=calm), say)}
    assert pages["What changed"].lines == (
        "No emotion differs clearly from before; all nine were tested together.",
    )


@BOTH
@pytest.mark.parametrize("count", [0, 1, 10, 11, 1000])
async def test_any_number_of_past_reports_fits(language: str, count: int) -> None:
    period = DayRange(date(2026, 12, 30), date(2027, 1, 2)).key
    claims = [
        ReportClaim(LARGE, f"{period}@{n:x}", "x", ClaimState.POSTED, NOW, 1, LARGE, LARGE - n)
        for n in range(count)
    ]
    say = phrases_in(language)
    for page in (0, 5, 999):
        check(history_view(LARGE, claims, page, say))


async def test_a_skipped_report_has_no_link() -> None:
    claim = ReportClaim(1, "2026-W46", "x", ClaimState.SKIPPED, NOW, 1)
    text = check(history_view(1, [claim], 0, phrases_in("en")))
    assert "9 – 15 November: not posted" in text


@BOTH
@pytest.mark.parametrize("count", [0, 1, 500])
async def test_any_number_of_channels_fits(language: str, count: int) -> None:
    where = extreme(count).where
    check(covered_channels([LARGE - n for n in range(count)], count, where, phrases_in(language)))


@BOTH
@pytest.mark.parametrize("trouble", list(Trouble))
def test_what_administrators_are_told_fits(language: str, trouble: Trouble) -> None:
    settings = GuildSettings(1, report=ReportSchedule(channel_id=LARGE))
    obstacle = Obstacle(trouble, ("view_channel", "send_messages", "manage_threads"))
    text = trouble_text(
        obstacle, settings, Week(2026, 46), "*@everyone*" * 200, phrases_in(language)
    )
    assert len(text) <= 2000
    assert "@everyone" not in text
    assert "`/report schedule`" in text
    assert f"<#{LARGE}>" in text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_details_give_the_figures_of_the_post(language: str) -> None:
    say = phrases_in(language)
    joy = EmotionShare(EMOTIONS[3], Estimate(0.244, 0.2, 0.3), 0.286, clear=True)
    report = replace(
        extreme(1),
        messages=642,
        people=13,
        shares=(joy,),
        turning=Turning(3, 3, -0.48, 0.12, 30, 12, lasting=False),
        ahead=Ahead(0.03, 0.17, 0.8, 20 / 24, 24, 0.021, 0.034, 40),
        usual=Usual((UsualRange(EMOTIONS[0], (0.0741,), 0.056, 0.06, 0.0686),), 12, 0.95),
    )
    told = "\n".join(line for page in detail_pages(report, say) for line in page.lines)
    post = report_text(report, language)
    counts = (
        "메시지 약 640개 · 10명 이상"
        if language == "ko"
        else "About 640 messages · 10 people or more"
    )
    assert counts in told
    assert counts in post
    assert "28.6%" in told
    assert "28.6% → 24.4%" in post
    assert "−4.2" in told
    assert "24번 시험해 보니 20번" in told or "24 earlier stretches of seven days" in told
    assert "7.4%" in told
    assert "5.6%–6.9%" in told
    assert "−0.48였" not in told


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_post_of_a_month_tells_an_emotion_once(language: str) -> None:
    message = stretch_message(stretch(), [], language)
    told = check(message.view)
    name = emotion_name(EMOTIONS[3], language)
    assert [name in line for line in told.splitlines()].count(True) == 1
    assert name in stretch_text(stretch(), language)
