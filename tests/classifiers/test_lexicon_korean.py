from __future__ import annotations

import pytest

from classifiers.classifier import Evidence
from classifiers.emotion import Emotion
from classifiers.lexicon import LexiconPredictor
from classifiers.prediction import Prediction

PREDICTOR = LexiconPredictor()


def read(text: str) -> Prediction:
    (prediction,) = PREDICTOR.predict([text])
    return prediction


def rules(text: str) -> list[tuple[str, str]]:
    return [(each.surface, each.rule) for each in PREDICTOR.explain(text)]


@pytest.mark.parametrize(
    ("plain", "turned"),
    [
        ("좋아", "안 좋아"),
        ("좋아", "안좋아"),
        ("좋아", "좋지 않아"),
        ("행복해", "행복하지 않아"),
        ("재미", "재미가 하나도 없어"),
        ("최고야", "최고는 아니야"),
        ("좋아", "별로 안 좋아"),
        ("좋은데", "별로 좋은 건 아닌데"),
    ],
)
def test_negation_makes_pleasant_words_unpleasant(plain: str, turned: str) -> None:
    assert read(plain).valence > 0
    assert read(turned).valence < 0
    assert read(turned).label is not Emotion.JOY


@pytest.mark.parametrize(
    "text",
    ["안 슬퍼", "슬프지 않아", "나쁘지 않은데", "무섭지 않았어", "걱정 없어", "후회 안 해",
     "걱정할 필요 없어", "하나도 안 무서워", "지루할 틈이 없었어"],
)  # fmt: skip
def test_negation_makes_unpleasant_words_mildly_pleasant(text: str) -> None:
    assert 0 < read(text).valence < 0.6


@pytest.mark.parametrize("text", ["좋지 않나요?", "좋잖아", "이보다 더 좋을 수 없다"])
def test_what_only_looks_like_a_negation(text: str) -> None:
    assert read(text).valence > 0


def test_a_negated_word_stays_negated_when_stressed() -> None:
    assert ("좋", "negated") in rules("진짜 안 좋아")
    assert read("진짜 안 좋아").valence < read("안 좋아").valence


def test_two_negations_cancel_out() -> None:
    assert read("안 좋지 않아").valence > 0


def test_an_adverb_of_doubt_underlines_an_unpleasant_word() -> None:
    assert read("하나도 재미없어").valence < 0


@pytest.mark.parametrize(
    "more", ["진짜 좋아", "너무 너무 좋아", "개좋아", "완전 좋아", "ㄹㅇ 좋아"]
)
def test_intensifiers_add(more: str) -> None:
    assert read(more).valence > read("좋아").valence
    assert any(rule == "intensified" for _, rule in rules(more))


@pytest.mark.parametrize("less", ["조금 슬퍼", "약간 슬퍼", "덜 슬퍼"])
def test_diminishers_take_away(less: str) -> None:
    assert read("슬퍼").valence < read(less).valence < 0
    assert ("슬퍼", "diminished") in rules(less)


def test_a_modifier_reaches_only_the_next_words() -> None:
    assert ("좋", "word") in rules("너무 그런 말씀만 자꾸만 하시니까 좋아요")


def test_after_but_counts_more() -> None:
    assert read("힘들지만 뿌듯해").valence > 0 > read("뿌듯하지만 힘들어").valence
    assert ("힘들", "contrast") in rules("힘들었는데 뿌듯해")


def test_a_question_weighs_less_than_a_statement() -> None:
    assert 0 < read("행복해?").valence < read("행복해").valence
    assert ("행복해", "diminished") in rules("행복해?")
    assert read("행복해! 왜?").valence > read("행복해").valence


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("웃겨 죽겠다", Emotion.JOY),
        ("좋아 죽겠네", Emotion.JOY),
        ("배고파 죽겠어", Emotion.SADNESS),
        ("무서워 죽겠어", Emotion.FEAR),
        ("폼 미쳤다", Emotion.JOY),
        ("미친놈인가", Emotion.ANGER),
    ],
)
def test_hyperbole_follows_the_word_before_it(text: str, label: Emotion) -> None:
    assert read(text).label is label


def test_laughter_is_joy_and_grows() -> None:
    assert 0 < read("ㅋㅋ").valence < read("ㅋㅋㅋㅋㅋㅋㅋㅋ").valence
    assert read("ㅎㅎㅎ").label is Emotion.JOY
    assert rules("ㅋㅋㅋ") == [("ㅋㅋ", "laughter")]


def test_laughter_does_not_turn_bad_news() -> None:
    assert read("아 망했다 ㅋㅋㅋㅋ").valence < 0


def test_tears_are_sad_alone_and_happy_in_good_company() -> None:
    assert read("ㅠㅠ").label is Emotion.SADNESS
    assert read("너무 감동이야 ㅠㅠ").valence > read("너무 감동이야").valence
    assert read("너무 슬퍼 ㅠㅠ").valence < read("너무 슬퍼").valence


def test_laughter_and_tears_together() -> None:
    assert [rule for _, rule in rules("ㅋㅋ ㅠㅠ")] == ["laughter", "tears"]


@pytest.mark.parametrize(
    ("text", "label"),
    [("ㅡㅡ", Emotion.ANGER), (";;", Emotion.EMBARRASSMENT), ("ㄷㄷ", Emotion.SURPRISE),
     ("ㄱㅅ", Emotion.JOY), ("ㅅㅂ", Emotion.ANGER), ("ㅈㅅ", Emotion.EMBARRASSMENT)],
)  # fmt: skip
def test_chat_jamo(text: str, label: Emotion) -> None:
    assert read(text).label is label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("😀", Emotion.JOY), ("😭", Emotion.SADNESS), ("😡", Emotion.ANGER),
        ("🤮", Emotion.DISGUST),
        ("😱", Emotion.FEAR), ("😮", Emotion.SURPRISE), ("❤️\u200d🩹", Emotion.HURT),
        ("🤷🏽\u200d♂️", Emotion.EMBARRASSMENT), ("👍🏿", Emotion.JOY), ("❤️", Emotion.JOY),
        ("❤️\u200d🔥", Emotion.JOY), ("<:pepesad:123456789012345678>", Emotion.SADNESS),
        ("<a:PartyBlob:123456789012345678>", Emotion.JOY), (":joy:", Emotion.JOY),
        ("^^", Emotion.JOY), (":D", Emotion.JOY), ("xD", Emotion.JOY), ("(ㅠㅠ)", Emotion.SADNESS),
        ("T_T", Emotion.SADNESS), ("ㅠ_ㅠ", Emotion.SADNESS), ("ㅇㅅㅇ", Emotion.JOY),
        ("(╯°□°)╯︵ ┻━┻", Emotion.ANGER), ("O_O", Emotion.SURPRISE), (">:(", Emotion.ANGER),
        ("¯\\_(ツ)_/¯", Emotion.EMBARRASSMENT), ("-_-", Emotion.ANGER),
        ("( ͡° ͜ʖ ͡°)", Emotion.JOY),
    ],
)  # fmt: skip
def test_emoji_and_faces(text: str, label: Emotion) -> None:
    assert read(text).label is label


@pytest.mark.parametrize("text", ["<:logo:123456789012345678>", "RATTAN", "12:30", "f(x)=2"])
def test_what_is_no_face(text: str) -> None:
    assert read(text).valence == 0


def test_repeated_emoji_fade() -> None:
    one, two, four = (read("😀" * count).valence for count in (1, 2, 4))
    assert one < two < four < 0.8


@pytest.mark.parametrize(
    "text",
    ["아파트 공사", "분위기 있는 카페", "서울에서 겨울에 거울", "시베리아 아까 지나감", "충분하다",
     "택시비 정산", "도착하면 저장하세요", "에러 메시지 공유", "롤백 부탁드립니다",
     "오후회의 광고통계", "개인별로 설치", "업데이트 차이", "가지려고 커피로",
     "써보고 싶어서 왔어요",
     "어머니 시어머니", "새끼손가락", "사기 전에 서류 전망"],
)  # fmt: skip
def test_words_that_only_contain_a_feeling(text: str) -> None:
    assert read(text).valence == 0


def test_korean_and_english_evidence_is_added() -> None:
    both = read("오늘 demo 진짜 awesome 했고 뿌듯해")
    assert both.valence > max(read("awesome").valence, read("뿌듯해").valence)
    assert {"awesome", "뿌듯해"} <= {surface for surface, _ in rules("demo awesome 뿌듯해")}


def test_evidence_stands_in_the_order_of_the_text() -> None:
    assert PREDICTOR.explain("진짜 happy 하다 😀 안 슬퍼") == [
        Evidence("진짜", 0.0, None, "modifier"),
        Evidence("happy", 0.675, Emotion.JOY, "word"),
        Evidence("😀", 0.5, Emotion.JOY, "emoji"),
        Evidence("슬퍼", pytest.approx(0.2925), Emotion.JOY, "negated"),
    ]
