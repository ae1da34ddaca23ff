from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.crisis_set import independent
from bot.companion.crisis import About, CrisisDetector, read_rules
from bot.companion.errors import DataBroken
from reports.proportion import wilson
from tests.bot.companion.crisis_lines import lines

DETECTOR = CrisisDetector.shipped()
SETS = {"ko": "crisis_ko.tsv", "en": "crisis_en.tsv"}
NOTE = Path(__file__).parents[3] / "docs" / "companion.md"


def counted(language: str, *, test: bool) -> tuple[int, int, int, int]:
    chosen = [line for line in lines(SETS[language]) if line.in_test == test]
    crisis = [line for line in chosen if line.label == "crisis"]
    harmless = [line for line in chosen if line.label == "harmless"]
    found = sum(DETECTOR.find(line.text) is not None for line in crisis)
    alarmed = sum(DETECTOR.find(line.text) is not None for line in harmless)
    return found, len(crisis), alarmed, len(harmless)


def test_the_set_is_large_enough_and_says_each_line_once() -> None:
    everything = [line for name in SETS.values() for line in lines(name)]
    assert len({line.text for line in everything}) == len(everything)
    assert sum(line.label == "crisis" for line in everything) >= 300
    assert sum(line.label == "harmless" for line in everything) >= 500
    for name in SETS.values():
        part = lines(name)
        assert sum(line.label == "crisis" for line in part) >= 150
        assert sum(line.label == "harmless" for line in part) >= 250


@pytest.mark.parametrize("language", SETS)
@pytest.mark.parametrize("test", [False, True])
def test_little_is_missed_and_idioms_are_left_alone(language: str, *, test: bool) -> None:
    found, crisis, alarmed, harmless = counted(language, test=test)
    assert found / crisis >= 0.95
    # These harmless lines were made to be hard; idioms and ordinary chat have bars of their own.
    assert alarmed / harmless <= 0.03


def test_idioms_raise_hardly_an_alarm() -> None:
    everything = [line for name in SETS.values() for line in lines(name)]
    idioms = [line for line in everything if line.kind == "idiom"]
    unseen = [line for line in idioms if line.in_test]
    for part in (idioms, unseen):
        alarms = [line.text for line in part if DETECTOR.find(line.text) is not None]
        assert len(alarms) / len(part) <= 0.02, alarms


@pytest.mark.parametrize("language", SETS)
def test_words_of_somebody_who_knew_neither_rules_nor_lines(language: str) -> None:
    chosen = [line for line in independent() if line.language == language]
    crisis = [DETECTOR.read(line.text) for line in chosen if line.crisis]
    harmless = [DETECTOR.read(line.text) for line in chosen if not line.crisis]
    helped = [one for one in crisis if one.crisis is not None or one.unsure]
    assert sum(one.crisis is not None for one in crisis) / len(crisis) >= 0.85
    assert len(helped) / len(crisis) >= 0.95
    assert sum(one.crisis is not None for one in harmless) / len(harmless) <= 0.02


@pytest.mark.parametrize("language", SETS)
def test_the_note_gives_the_figures_of_the_test_half(language: str) -> None:
    found, crisis, alarmed, harmless = counted(language, test=True)
    low, high = wilson(found / crisis, crisis)
    worst = wilson(alarmed / harmless, harmless)[1]
    row = rf"\| {language}, test half \| {found} of {crisis} \| {low:.2f} to {high:.2f} \|"
    row += rf" {alarmed} of {harmless} \| up to {worst:.3f} \|"
    assert re.search(row, NOTE.read_text("utf-8")), row


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("my friend left me and i want to die", About.SELF),
        ("my friend says he wants to die", About.OTHER),
        ("친구가 죽고 싶다고 해", About.OTHER),
        ("친구가 떠나서 죽고 싶어", About.SELF),
        ("My friend wants to die. I want to die too.", About.SELF),
    ],
)
def test_it_tells_whose_life_it_is_about(text: str, about: About) -> None:
    crisis = DETECTOR.find(text)
    assert crisis is not None
    assert crisis.about is about


@pytest.mark.parametrize(
    "text",
    [
        "배고파 죽겠다. 그리고 진짜 죽고 싶어",
        "this bug kills me lol. also i want to kill myself",
        "I'm dead lol, no really I want to be dead",
        "this song makes me want to kill myself",
        "ㅈㅜㄱ고 싶ㄷㅏ",
        "자.살하고 싶어",
        "I w4nt to d1e",
        "**I want** to ||die||",
        "i want to\u200b die",
        "Ｉ ｗａｎｔ ｔｏ ｄｉｅ",
    ],
)
def test_an_idiom_covers_only_itself_and_disguises_are_seen_through(text: str) -> None:
    assert DETECTOR.find(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "> I want to die\nwho wrote that lyric?",
        "```\nkill myself\n```",
        "",
        "\ud800",
        "죽" * 4000,
        "i want to " * 1000,
        "a b c d e f g h " * 500,
        "💀" * 2000,
        "the lyrics go I want to die",
    ],
)
def test_what_others_said_and_odd_input_raise_no_alarm(text: str) -> None:
    assert DETECTOR.find(text) is None


def test_a_finding_names_rules_and_repeats_no_words() -> None:
    crisis = DETECTOR.find("Honestly, Bob, I want to die and I wrote a suicide note")
    assert crisis is not None
    assert {"wants-to-die", "suicide-note"} <= set(crisis.rules)
    assert "Bob" not in repr(crisis)


@pytest.mark.parametrize("line", ["en\talarm\tx", "xx\talarm\tx\ty", "en\talarm\tx\t("])
def test_a_broken_rule_is_named_by_its_line(line: str) -> None:
    with pytest.raises(DataBroken, match="line 2"):
        list(read_rules(f"header\n{line}"))


@pytest.mark.parametrize(
    "text",
    [
        "im so bored there is nothing to do",
        "할 거 없어?",
        "should I stop taking my meds?",
        "아빠가 저를 때려요",
        "진짜 지긋지긋해",
        "자꾸 생각나",
        "시험 망해서 죽고 싶을 정도로 쪽팔려",
        "the lyrics say 'I wanna die young'",
    ],
)
def test_what_people_say_every_day_raises_no_alarm(text: str) -> None:
    assert DETECTOR.find(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "there's nothing to do but die",
        "nothing to do anymore but end my life",
        "should I stop taking my meds and save them up until there are enough to die",
        "아빠가 또 때렸어 이 집에서 나가는 방법은 죽는 거뿐이야",
        "사는 게 지긋지긋해서 그만 살고 싶어",
        "죽고 싶다는 생각이 자꾸 생각나",
    ],
)
def test_an_everyday_phrase_hides_no_crisis(text: str) -> None:
    assert DETECTOR.find(text) is not None


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("친구가 자해를 하는데 어떡하죠", About.OTHER),
        ("동생이 유서를 써놨어요", About.OTHER),
        ("친구가 떠나고 나서 자해를 시작했어", About.SELF),
        ("엄마가 보는 앞에서 자해를 해 버렸어", About.SELF),
    ],
)
def test_in_korean_who_does_it_tells_whose_life_it_is_about(text: str, about: About) -> None:
    crisis = DETECTOR.find(text)
    assert crisis is not None
    assert crisis.about is about
