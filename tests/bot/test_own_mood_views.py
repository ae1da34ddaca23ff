"""What a member reads of their own mood stays within Discord's limits, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import discord
import pytest

from bot.i18n import phrases_in
from bot.sandbox.components import validate, walk
from bot.views import own_mood, privacy
from bot.views.layout import MAX_TEXT
from bot.views.report import PictureCard
from classifiers.emotion import EMOTIONS
from reports.own_data import OwnData, OwnFile
from reports.personal import OwnDay, OwnMood, OwnUsual, Raised

BOTH = pytest.mark.parametrize("language", ["ko", "en"])
MONDAY = date(2025, 11, 24)
MANY = 10**9
YEAR = tuple(OwnDay(MONDAY + timedelta(day), MANY, -1.0) for day in range(371))
OWN = OwnMood(
    today=YEAR[-1].date,
    week=YEAR[-7:],
    year=YEAR,
    mood=-1.0,
    shares=(1 / 9,) * 9,
    usual=OwnUsual(-0.5, -1.0, 1.0, 364),
    direction=-1,
    raised=tuple(Raised(emotion, 0.5, 0.001) for emotion in EMOTIONS),
    rejudged=False,
)
PICTURE = PictureCard("nunchi-my-year.png", b"\x89PNG", "a" * 5000)


def check(view: discord.ui.LayoutView) -> str:
    parts = view.to_components()
    validate(parts, v2=True)
    text = "\n".join(str(part["content"]) for part in walk(parts) if part["type"] == 10)
    assert len(text) <= MAX_TEXT
    return text


@BOTH
def test_the_longest_answer_fits(language: str) -> None:
    say = phrases_in(language)
    message = own_mood.own_mood_message(OWN, PICTURE, say)
    text = check(message.view)
    assert text.count("−1.00") >= 8
    assert "1,000,000,000" in text
    assert [len(file.description or "") for file in message.files] == [1024]


@BOTH
def test_without_a_picture_everything_is_said_in_words(language: str) -> None:
    message = own_mood.own_mood_message(OWN, None, phrases_in(language))
    assert message.files == []
    assert "▇" in check(message.view)


@BOTH
@pytest.mark.parametrize("direction", [None, -1, 0, 1])
def test_every_kind_of_week(language: str, direction: int | None) -> None:
    usual = None if direction is None else OWN.usual
    own = replace(OWN, direction=direction, usual=usual, raised=())
    assert check(own_mood.own_mood_message(own, PICTURE, phrases_in(language)).view)


@BOTH
def test_the_other_answers_fit(language: str) -> None:
    say = phrases_in(language)
    files = tuple(OwnFile(f"part-{number}.json.gz", b"") for number in range(2))
    views = [
        own_mood.offer(say),
        own_mood.not_measured(say),
        own_mood.hidden(say),
        own_mood.own_mood_method("x" * 200, say),
        *(privacy.exported(OwnData(MANY, files), number, say) for number in range(2)),
    ]
    assert all(check(view) for view in views)
