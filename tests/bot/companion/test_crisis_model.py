from __future__ import annotations

import logging
from importlib.resources import files

import numpy as np
import pytest

from benchmarks.crisis import figures, fitted, matrix
from benchmarks.crisis_set import Line, composed, everyday, wordings
from bot.companion.crisis import MODEL, About, CrisisDetector
from bot.companion.crisis_model import WEIGHTS, CrisisModel, Features, joined, read_concepts
from bot.companion.crisis_text import sentences
from bot.companion.errors import DataBroken

DETECTOR = CrisisDetector.shipped()
RULES = CrisisDetector.plain()
LEFT_OUT = (
    "en crisis: no point",
    "en crisis: calm",
    "en crisis: tired of life",
    "ko crisis: 사라지고 싶다",
    "ko crisis: 힘듦과 끝",
    "ko crisis: 짐",
    "en harmless: gaming",
    "en harmless: work tired",
    "ko harmless: 게임",
    "ko harmless: 일과 피로",
)


@pytest.fixture(scope="module")
def own() -> list[Line]:
    return composed()


def test_the_set_is_as_large_as_promised_and_says_each_line_once(own: list[Line]) -> None:
    assert len({line.text for line in own}) == len(own)
    for language in ("ko", "en"):
        ours = [line for line in own if line.language == language]
        assert sum(line.crisis for line in ours) >= 1500
        assert sum(not line.crisis for line in ours) >= 3000
        assert len({line.family for line in ours}) >= 30


def test_a_template_gives_the_same_wordings_each_time() -> None:
    template = "I {want|wish} to {go|stay|rest}{| now}"
    assert len(wordings(template, 100)) == 12
    assert wordings(template, 4) == wordings(template, 4)
    assert len(wordings(template, 4)) <= 4


@pytest.mark.no_cover
def test_ways_of_saying_it_that_were_left_out_are_recognised(own: list[Line]) -> None:
    features = Features.shipped()
    usual = [line for line in everyday()[::9] if RULES.find(line.text) is None]
    learnt = [line for line in own if line.family not in LEFT_OUT][::3] + usual
    left = [line for line in own if line.family in LEFT_OUT][::3]
    labels = np.array([line.crisis for line in learnt])
    model = fitted(matrix(learnt, features), labels, np.ones(len(learnt)))
    scores = model.decision_function(matrix(left, features))
    ruled = np.array([RULES.find(line.text) is not None for line in left])
    told = figures(left, scores, ruled, CrisisModel.shipped().alarm)
    for language in ("ko", "en"):
        assert told[language]["answered"]["share"] >= 0.6
        assert told[language]["helpline shown"]["share"] >= 0.8
        assert told[language]["false alarms"]["share"] <= 0.08
        assert told[language]["answered"]["share"] > told[language]["rules alone"]["share"] + 0.1


@pytest.mark.no_cover
def test_the_shipped_weights_belong_to_this_code(own: list[Line]) -> None:
    some = own[::25]
    readings = [DETECTOR.read(line.text) for line in some]
    crisis = [reading for reading, line in zip(readings, some, strict=True) if line.crisis]
    harmless = [reading for reading, line in zip(readings, some, strict=True) if not line.crisis]
    assert sum(one.crisis is not None for one in crisis) / len(crisis) >= 0.95
    assert sum(one.crisis is not None for one in harmless) / len(harmless) <= 0.03


@pytest.mark.no_cover
def test_ordinary_chat_about_sad_things_raises_hardly_an_alarm() -> None:
    some = everyday()[::20]
    assert sum(DETECTOR.find(line.text) is not None for line in some) / len(some) <= 0.02


def test_the_model_is_small() -> None:
    assert len(files("bot.companion").joinpath(WEIGHTS).read_bytes()) < 400_000


@pytest.mark.parametrize(
    "text",
    [
        "the water has been whispering my name and I think I'll answer for good",
        "I set my affairs in order so nobody is bothered once I've stopped breathing",
        "everybody would breathe easier if I just ceased to be",
        "이제 그만 이 세상이랑 작별하려고 해요",
        "내일 아침에는 제가 눈을 뜨지 않기를 빌어요",
    ],
)
def test_what_no_rule_knows_is_found_by_the_model(text: str) -> None:
    assert RULES.find(text) is None
    crisis = DETECTOR.find(text)
    assert crisis is not None
    assert crisis.rules[0] == MODEL
    assert crisis.about is About.SELF


def test_a_worry_about_a_friend_is_told_from_ones_own() -> None:
    crisis = DETECTOR.find(
        "my roommate keeps giving his things away and says we won't meet again, "
        "I'm scared he wants it all to be over"
    )
    assert crisis is not None
    assert crisis.about is About.OTHER


@pytest.mark.parametrize(
    "text",
    [
        "배고파 죽겠다",
        "웃겨 죽는 줄",
        "I'm dying of laughter",
        "this printer is killing me",
        "kill the process and restart the server",
        "how do I delete my account",
        "I want to disappear from this meeting",
        "회의에서 사라지고 싶다",
        "퇴사하고 싶다",
        "너무 우울하고 슬퍼",
        "I'm so sad and lonely, I cried all night",
        "I'm furious, I could scream",
        "보스한테 또 죽었어",
        "자살 예방 교육 들었어",
    ],
)
def test_idioms_sadness_and_anger_raise_no_alarm(text: str) -> None:
    assert DETECTOR.find(text) is None


def test_what_spoke_is_named_without_a_word_of_the_message() -> None:
    text = "everybody would breathe easier if Zebedee just ceased to be, I mean me"
    crisis = DETECTOR.find("everybody would breathe easier if I just ceased to be")
    assert crisis is not None
    assert all(name == MODEL or ":" in name for name in crisis.rules)
    assert "Zebedee" not in repr(DETECTOR.read(text))
    sentence = joined(sentences("i wish i could vanish"))
    words = CrisisModel.shipped().words(sentence)
    assert words == sorted(words, key=lambda one: -one[1])
    assert {"e:wish", "e:vanish"} <= {gram for gram, _ in words}


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    DETECTOR.read("everybody would breathe easier if I just ceased to be")
    DETECTOR.read("I am sad")
    assert not caplog.records


def test_a_broken_concept_is_named_by_its_line() -> None:
    with pytest.raises(DataBroken, match="line 2"):
        list(read_concepts("header\nen\tx\t("))
