from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SentimentIntensityAnalyzer

from classifiers.emotion import Emotion
from classifiers.lexicon.english import English
from classifiers.lexicon.tables import read_table
from classifiers.lexicon.verdict import valence

VADER = SentimentIntensityAnalyzer()
PLAIN = English([])
FULL = English(read_table("english"))

FILLERS = """
the a it was this so at least or nor no and to die for of kind sort deploy meeting never very
without doubt yeah right shit bomb ass bus stop just enough y'ain't
"""
WORDS = st.one_of(
    st.sampled_from(sorted(VADER.lexicon)),
    st.sampled_from(sorted(BOOSTER_DICT)),
    st.sampled_from(sorted(NEGATE)),
    st.sampled_from(FILLERS.split()),
    st.just("but"),
)
CASES = st.sampled_from([str.lower, str.lower, str.lower, str.upper, str.title])
ENDINGS = st.sampled_from(
    ["", "", "", "!", "!!", ",", ".", "?", "??", "???", "????", '"', "...", "!!!!!"]
)
TOKENS = st.builds(lambda word, case, ending: case(word) + ending, WORDS, CASES, ENDINGS)

SENTENCES = """
VADER is smart, handsome, and funny!
The plot was good, but the characters are uncompelling and the dialog is not great.
At least it isn't a horrible book.
Make sure you :) or :D today!
Today SUX! Today only kinda sux! But I'll get by, lol
I never said it was good, it was never so good
the least helpful answer, the very least
without a doubt this is the best, without doubt amazing
no problem at all, no bad days, no or little fun
this is the shit, that was the bomb, yeah right
kind of nice, sort of ugly, just enough hope
GREAT work everyone, I am not HAPPY about the delay!!
We lost but we learned, but it hurts
What??? Are you serious???? Why!!!!
Nothing was good. Neither good nor bad. It could hardly be worse.
"""


def compound(english: English, text: str) -> float:
    return valence(english.scan(text), text)


@pytest.mark.parametrize("sentence", SENTENCES.strip().splitlines())
def test_sentences_have_the_compound_of_vader(sentence: str) -> None:
    assert compound(PLAIN, sentence) == VADER.polarity_scores(sentence)["compound"]


@settings(max_examples=1_500, deadline=None)
@given(st.lists(TOKENS, min_size=1, max_size=14))
def test_any_words_have_the_compound_of_vader(tokens: list[str]) -> None:
    sentence = " ".join(tokens)
    assert compound(PLAIN, sentence) == VADER.polarity_scores(sentence)["compound"]


def test_words_without_valence_leave_nothing() -> None:
    assert FULL.scan("the meeting is in room two hundred and four") == []


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("I am so happy", Emotion.JOY),
        ("so sad", Emotion.SADNESS),
        ("I am furious", Emotion.ANGER),
        ("that is disgusting", Emotion.DISGUST),
        ("scared of tomorrow", Emotion.FEAR),
        ("totally shocked", Emotion.SURPRISE),
        ("they betrayed him", Emotion.HURT),
        ("very embarrassed", Emotion.EMBARRASSMENT),
    ],
)
def test_a_cue_names_the_emotion(text: str, emotion: Emotion) -> None:
    assert [hit.emotion for hit in FULL.scan(text)] == [emotion]


def test_a_word_without_a_cue_speaks_by_its_sign() -> None:
    (good,) = PLAIN.scan("a treasure")
    (bad,) = PLAIN.scan("a catastrophe")
    assert (good.emotion, bad.emotion) == (Emotion.JOY, Emotion.SADNESS)


@pytest.mark.parametrize(
    ("text", "surface", "rule"),
    [
        ("it is good", "good", "word"),
        ("it is very good", "good", "intensified"),
        ("it is kinda good", "good", "diminished"),
        ("it is not good", "good", "negated"),
        ("it is not goated", "goated", "negated"),
        ("so goated", "goated", "intensified"),
        ("we can't wait for it", "can't wait", "idiom"),
        ("sadge.", "sadge.", "word"),
    ],
)
def test_rules_are_named(text: str, surface: str, rule: str) -> None:
    (hit,) = FULL.scan(text)
    assert (hit.surface.rstrip("."), hit.rule) == (surface.rstrip("."), rule)


def test_a_negated_word_changes_its_emotion() -> None:
    (hit,) = FULL.scan("not happy")
    assert hit.effect < 0
    assert hit.emotion is Emotion.SADNESS


@pytest.mark.parametrize("text", ["killed the process", "a bad request to the dead letter queue"])
def test_terms_of_the_trade_say_nothing(text: str) -> None:
    assert FULL.scan(text) == []


def test_positions_point_into_the_text() -> None:
    text = "well,   that was GREAT!  so  happy now"
    assert [text[hit.start : hit.end] for hit in FULL.scan(text)] == ["well,", "GREAT!", "happy"]


@pytest.mark.parametrize(
    ("stretched", "usual"),
    [("happyy", "happy "), ("soo", "so "), ("goodd", "good "), ("good", "good"), ("yaayy", "yaay "),
     ("ssadd", "sad  "), ("xyzz", "xyzz"), ("NOO", "NO ")],
)  # fmt: skip
def test_elongated_words_are_spelled_as_usual(stretched: str, usual: str) -> None:
    assert FULL.unstretched(stretched) == usual
