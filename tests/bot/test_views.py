from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.cogs.timezones import COMMON, label_of, nearest, resolve, suggestions
from bot.command_errors import Refusal
from bot.i18n import phrases_in
from bot.sandbox.components import validate, walk
from bot.views import setup
from bot.views.analysis import analysis
from bot.views.channels import channel_list
from bot.views.layout import MAX_TEXT, Layout, bar, listed, plain, shortened
from bot.views.mood import server_mood
from bot.views.notice import Practice, ended_notice, measured_notice, method, notice_title
from bot.views.report import PictureCard, report_message, report_text
from bot.views.times import local_time, next_report
from bot.views.words import language_name
from classifiers.classifier import Evidence
from classifiers.emotion import EMOTIONS, Emotion
from classifiers.prediction import Prediction
from reports.bootstrap import Estimate
from reports.period import Week
from reports.report import Baseline, EmotionShare, MoodSummary, WeeklyReport
from storage.records import GuildSettings, MonitoredChannel, ReportSchedule

BOTH = pytest.mark.parametrize("language", ["ko", "en"])
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
LARGE = 2**63 - 1
SHARES = tuple(
    EmotionShare(emotion, Estimate(0.11, 0.08, 0.15), usual=0.1, clear=True) for emotion in EMOTIONS
)


def report(**changes: object) -> WeeklyReport:
    usual = WeeklyReport(
        guild_id=1,
        week=Week(2026, 46),
        timezone="Asia/Seoul",
        messages=1234,
        people=23,
        minimum_group=5,
        hidden=False,
        partial=False,
        mood=Estimate(0.12, 0.05, 0.2),
        baseline=Baseline(0.01, 4, (0.01,) * 7),
        change=Estimate(0.11, 0.02, 0.2),
        shares=SHARES,
    )
    return replace(usual, **changes)


def components(view: discord.ui.LayoutView) -> list[dict[str, object]]:
    return view.to_components()


def check(view: discord.ui.LayoutView) -> str:
    """Hold a layout against Discord's limits, and return its text."""
    validate(components(view), v2=True)
    texts = [str(part["content"]) for part in walk(components(view)) if part["type"] == 10]
    assert len("".join(texts)) <= MAX_TEXT
    assert view.is_finished(), "a layout never listens"
    return "\n".join(texts)


def full_settings(channels: int) -> GuildSettings:
    return GuildSettings(
        LARGE,
        language="ko",
        timezone="America/Argentina/ComodRivadavia",
        channels=tuple(MonitoredChannel(LARGE - number, since=0) for number in range(channels)),
        report=ReportSchedule(channel_id=LARGE, weekday=6, hour=23),
    )


# The panel


@BOTH
@pytest.mark.parametrize("channels", [0, 1, 25, 200])
async def test_the_fullest_panel_fits(language: str, channels: int) -> None:
    say = phrases_in(language)
    needed = ("view_channel", "read_message_history", "send_messages", "attach_files")
    settings = full_settings(channels)
    problems = [setup.missing_line(each.channel_id, needed, say) for each in settings.channels]
    zones = [(label_of(zone, NOW, say), zone) for zone in (settings.timezone, *COMMON)]
    state = setup.SetupState(settings, zones, problems * 2, NOW)
    text = check(setup.basics_page(state, say))
    assert ("…" in text) == (channels >= 25)
    menus = [part for part in walk(components(setup.basics_page(state, say))) if part["type"] == 8]
    assert len(menus[0].get("default_values", [])) == min(channels, 25)


@BOTH
async def test_a_channel_that_cannot_be_seen(language: str) -> None:
    line = setup.missing_line(5, (), phrases_in(language))
    assert line.startswith("<#5>: ")
    assert len(line) > len("<#5>: ")


# Lists and texts


@BOTH
async def test_a_list_of_all_channels_of_a_large_server_fits(language: str) -> None:
    say = phrases_in(language)
    problems = [f"<#{LARGE}>: " + "x" * 100 for _ in range(500)]
    text = check(channel_list([LARGE] * 500, problems, say))
    assert "500" in text


def test_a_list_says_how_much_is_left_out() -> None:
    say = phrases_in("en")
    assert listed(["aa", "bb"], 100, say) == ["aa", "bb"]
    assert listed(["a" * 30] * 4, 50, say) == ["a" * 30, "…and 3 more"]
    assert listed(["a" * 90], 50, say) == ["…and 1 more"]


def test_shortened() -> None:
    assert shortened("abc", 3) == "abc"
    assert shortened("ab cdef", 4) == "ab…"


def test_a_bar_is_always_ten_wide() -> None:
    assert bar(0.0) == "▁" * 10
    assert bar(0.34) == "▇▇▇▁▁▁▁▁▁▁"
    assert bar(1.7) == "▇" * 10


def test_words_of_others_are_only_words() -> None:
    assert plain("**a**\n@everyone  `b`") == r"\*\*a\*\* @" + "\u200b" + r"everyone \`b\`"


# Analysis


def prediction(known: int = 9) -> Prediction:
    shares = dict.fromkeys(EMOTIONS[:known], 1 / known)
    return Prediction.of(shares, valence=-0.5, language="xx", model="m@" + "1" * 80)


@BOTH
async def test_the_longest_analysis_fits(language: str) -> None:
    piece = Evidence("<@&1>" + "ㅋ*`" * 2000, -0.31, Emotion.EMBARRASSMENT, "intensified")
    text = check(analysis(prediction(), [piece] * 400, phrases_in(language)))
    assert "−0.31" in text
    assert "xx" in text


async def test_a_class_that_the_backend_cannot_see_is_left_out() -> None:
    text = check(analysis(prediction(2), None, phrases_in("en")))
    assert "Disgust" in text
    assert "Hurt" not in text
    assert "What moved" not in text


async def test_a_rule_that_we_have_no_word_for() -> None:
    piece = Evidence("hm", 0.0, None, "new-rule")
    text = check(analysis(prediction(), [piece], phrases_in("en")))
    assert "• **hm** word\n" in text + "\n"


def test_language_names() -> None:
    assert language_name("ko", phrases_in("ko")) == "한국어"
    assert language_name("fr", phrases_in("ko")) == "fr"


# Mood


def summary(**changes: object) -> MoodSummary:
    usual = MoodSummary(1, NOW - timedelta(7), NOW, 10**9, 10**6, 5, hidden=False)
    return replace(usual, mood=Estimate(-0.034, -0.1, 0.02), shares=SHARES, **changes)


@BOTH
async def test_the_mood_of_a_huge_server_fits(language: str) -> None:
    text = check(server_mood(summary(), 90, "*@everyone*" * 60, phrases_in(language)))
    assert "−0.03" in text
    assert "@everyone" not in text
    assert text.count("▇") == 5
    assert ("· about 1,000" if language == "en" else "메시지 약 1,000") in text


async def test_classes_that_no_backend_knows() -> None:
    unknown = tuple(EmotionShare(emotion, None) for emotion in EMOTIONS)
    text = check(server_mood(replace(summary(), shares=unknown), 1, "x", phrases_in("en")))
    assert "▇" not in text


# Notices and answers about privacy


@BOTH
async def test_members_are_told_where_their_text_goes(language: str) -> None:
    say, host = phrases_in(language), "models.example.org:443"
    assert host in check(measured_notice(say, Practice(sends_to=host)))
    assert host in check(method(5, "llm@1", say, sends_to=host))
    assert check(measured_notice(say, Practice())) == check(measured_notice(say))
    terms = {
        practice.terms(language)
        for practice in (
            Practice(),
            Practice(sends_to=host),
            Practice(pictures=True),
            Practice(explicit=True),
            Practice(alerts=True),
            Practice(retention_days=30),
            Practice(minimum_group=8),
        )
    }
    assert len(terms) == 7, "a notice is renewed after each of them"


@BOTH
async def test_notices_fit(language: str) -> None:
    say = phrases_in(language)
    assert len(notice_title(say)) <= 100
    views: list[Layout] = [
        measured_notice(say),
        measured_notice(say, Practice(pictures=True, sends_to="models.example.org:443")),
        ended_notice(say),
        method(5, "embedded@" + "x" * 200, say),
        method(5, "llm@" + "x" * 200, say, image_model="vit@x", sends_to="x" * 250),
    ]
    assert all(check(view) for view in views)


# Reports

CARDS = tuple(PictureCard(f"{name}.png", b"\x89PNG", "a" * 5000) for name in ("mood", "mix"))


@BOTH
async def test_a_report_says_the_finding_first_and_then_shows_it(language: str) -> None:
    message = report_message(report(), CARDS, language)
    text = check(message.view)
    kinds = [part["type"] for part in walk(components(message.view))]
    assert kinds.index(10) < kinds.index(12)
    assert "2026-W46" in text
    assert "1,200" in text
    assert [file.filename for file in message.files] == ["mood.png", "mix.png"]
    assert all(len(file.description or "") == 1024 for file in message.files)


@BOTH
async def test_a_report_names_the_colour_of_a_clear_change_only(language: str) -> None:
    colours = set()
    for change in (Estimate(0.2, 0.1, 0.3), Estimate(-0.2, -0.3, -0.1), Estimate(0.0, -0.1, 0.1)):
        view = report_message(report(change=change), (), language).view
        (container,) = components(view)
        colours.add(container["accent_color"])
        check(view)
    assert len(colours) == 3


@BOTH
async def test_a_hidden_and_late_report(language: str) -> None:
    hidden = report(
        hidden=True,
        people=3,
        mood=None,
        baseline=None,
        change=None,
        shares=(),
        late_by=timedelta(hours=5),
    )
    text = check(report_message(hidden, (), language).view)
    assert "5" in text
    assert "▇" not in text
    assert "+0" not in report_text(hidden, language)


@BOTH
@pytest.mark.parametrize("people", [3, 10**9])
def test_a_report_in_plain_text_fits(language: str, people: int) -> None:
    text = report_text(report(people=people, messages=10**12), language)
    assert len(text) <= 2000
    assert "2026-W46" in text
    assert "/privacy opt-out" in text


# Times


def test_the_next_report_by_both_clocks() -> None:
    settings = replace(full_settings(1), timezone="Asia/Seoul")
    sentence = next_report(settings, NOW, phrases_in("en"))
    assert "Friday, 20 November 2026 12:00 (Asia/Seoul)" in sentence
    assert f"<t:{int(NOW.timestamp())}:F>" in sentence


def test_no_next_report() -> None:
    say = phrases_in("en")
    paused = GuildSettings(1, report=ReportSchedule(channel_id=1, paused=True))
    assert next_report(paused, NOW, say) == "The weekly report is paused."
    assert "No weekly report" in next_report(GuildSettings(1), None, say)


def test_local_time_in_korean() -> None:
    assert local_time(NOW, "Asia/Seoul", phrases_in("ko")) == "2026년 11월 20일 금요일 12:00"


# Timezones


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Asia/Seoul", "Asia/Seoul"),
        (" asia/seoul ", "Asia/Seoul"),
        ("서울", "Asia/Seoul"),
        ("seoul", "Asia/Seoul"),
        ("new york", "America/New_York"),
        ("Sao Paulo", "America/Sao_Paulo"),
        ("utc", "UTC"),
        ("ushuaia", "America/Argentina/Ushuaia"),
    ],
)
def test_timezones_by_many_names(typed: str, zone: str) -> None:
    assert resolve(typed, phrases_in("ko")) == zone


@pytest.mark.parametrize("typed", ["", "   ", "../../etc/passwd", "x" * 5000, "\x00", "Asia/"])
def test_what_is_no_timezone_is_refused(typed: str) -> None:
    with pytest.raises(Refusal):
        resolve(typed, phrases_in("en"))


def test_near_timezones() -> None:
    say = phrases_in("en")
    assert nearest("Tokio", say)[0] == "Asia/Tokyo"
    assert nearest("europe/berlim", say)[0] == "Europe/Berlin"
    assert len(nearest("america", say)) == 3
    assert nearest("qqqqqq", say) == []


def test_suggestions_are_at_most_25() -> None:
    say = phrases_in("ko")
    assert suggestions("", say)[:2] == ["UTC", "Asia/Seoul"]
    assert len(suggestions("a", say)) == 25
    assert suggestions("독일없음", say) == []


@BOTH
def test_labels_of_timezones_fit_a_choice(language: str) -> None:
    say = phrases_in(language)
    labels = [label_of(zone, NOW, say) for zone in COMMON]
    assert all(len(label) <= 100 for label in labels)
    assert "UTC-05:00 (America/New_York)" in "".join(labels)
