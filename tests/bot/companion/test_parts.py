from __future__ import annotations

import random

import pytest

from bot.companion.companion import Companion
from bot.companion.conversations import (
    LIFE,
    MOST_CONVERSATIONS,
    MOST_TURNS,
    Conversation,
    Conversations,
    Turn,
)
from bot.companion.crisis import CrisisDetector
from bot.companion.curated import CuratedEngine
from bot.companion.errors import DataBroken, NoReply
from bot.companion.helplines import Where, country_of, read_helplines, shipped
from bot.companion.intensity import is_intense
from bot.companion.library import Intensity, Library, When, read_replies
from bot.companion.limits import Buckets
from bot.companion.prompt import INSTRUCTIONS
from bot.companion.safety import LONGEST, trimmed, why_unsafe
from bot.companion.values import Answer, Heard, Place, Setting, Spoken
from bot.i18n import phrases_in
from bot.views import companion as views
from classifiers.classifier import ModelInfo
from classifiers.emotion import EMOTIONS, Emotion
from classifiers.errors import ClassificationFailed
from classifiers.prediction import Prediction

LIBRARY = Library.shipped()
TALK = Place(Setting.COMMAND, 1)
CHANNEL = Place(Setting.CHANNEL, 2)


class Time:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Feeling:
    """A classifier that feels what it is told; ``None`` breaks it."""

    info = ModelInfo("feeling", "1", ("ko", "en"))

    def __init__(self, emotion: Emotion | None, share: float = 0.9) -> None:
        self.emotion, self.share = emotion, share

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def classify(self, texts):
        if self.emotion is None:
            raise ClassificationFailed("down")
        rest = (1 - self.share) / (len(EMOTIONS) - 1)
        shares = dict.fromkeys(EMOTIONS, rest) | {self.emotion: self.share}
        one = Prediction.of(shares, valence=-0.5, language="en", model="feeling@1")
        return [one for _ in texts]


class Writer:
    """An engine that says what it is told, and remembers what it was given."""

    sends_to = None
    remembers_words = True

    def __init__(self, says: str | Exception) -> None:
        self.says = says
        self.given: list[tuple[Heard, list[Turn]]] = []

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def reply(self, heard: Heard, conversation: Conversation) -> str:
        self.given.append((heard, list(conversation.turns)))
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


def engine(seed: int = 1) -> CuratedEngine:
    return CuratedEngine(LIBRARY, random.Random(seed))


def companion(emotion: Emotion | None = Emotion.SADNESS, writer=None, now=None, share=0.9):
    return Companion(Feeling(emotion, share), engine(), writer, now or Time())


def heard(
    words: str = "hm", emotion: Emotion | None = Emotion.JOY, *, intense: bool = False
) -> Heard:
    return Heard(words, "en", emotion, intense)


def spoken(text: str, place: Place = TALK, user_id: int = 1, **more) -> Spoken:
    return Spoken(user_id, place, text, "en", **more)


# The replies


def test_every_reply_is_safe_by_the_rules_for_engines() -> None:
    for reply in LIBRARY.replies:
        assert why_unsafe(reply.text, reply.language, INSTRUCTIONS[reply.language]) is None
        assert CrisisDetector.plain().find(reply.text) is None


def test_every_emotion_has_general_replies_for_each_point_and_force() -> None:
    for language in ("ko", "en"):
        for emotion in (*EMOTIONS, None):
            general = [each for each in LIBRARY.about(emotion, language) if not each.topic]
            for intensity in (Intensity.LOW, Intensity.HIGH):
                for when in (When.FIRST, When.LATER):
                    fits = [e for e in general if (e.intensity, e.when) == (intensity, when)]
                    assert len(fits) >= 2


def test_a_reply_of_a_later_turn_recalls_no_earlier_feeling() -> None:
    for reply in LIBRARY.replies:
        if reply.when is When.LATER:
            words = reply.text.lower()
            assert not any(word in words for word in (" still ", "아직", "여전히", "again"))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda table: table.replace("language\t", "tongue\t", 1), "columns"),
        (lambda table: table.replace("\tanger\t", "\trage\t", 1), "cannot be used"),
        (lambda table: table.replace("en\tanger", "ko\tanger", 1), "another language"),
        (lambda table: "\n".join(table.splitlines()[:40]), "fewer than 12"),
        (lambda table: table + table.splitlines()[1] + "\n", "twice"),
        (lambda table: table.replace("names asks", "names", 1), "wrongly tagged"),
    ],
)
def test_a_broken_table_is_refused(change, complaint: str) -> None:
    columns = "language\temotion\tintensity\tturn\tdoes\ttopic\ttext"
    felt = tuple(each for each in LIBRARY.replies if each.occasion is None)
    rows = [
        "\t".join(
            [
                each.language,
                each.emotion or "unsure",
                each.intensity,
                each.when,
                " ".join(sorted(each.does, key=["names", "asks", "offers"].index)),
                " ".join(each.topic),
                each.text,
            ]
        )
        for each in felt
    ]
    table = "\n".join([columns, *rows]) + "\n"
    assert read_replies(table) == felt
    with pytest.raises(DataBroken, match=complaint):
        read_replies(change(table))


def test_no_reply_comes_twice_until_all_were_given() -> None:
    curated, conversation = engine(), Conversation()
    given = []
    general = [e for e in LIBRARY.about(Emotion.JOY, "en") if not e.topic]
    unsure = [e for e in LIBRARY.about(None, "en") if not e.topic]
    for turn in range(len(general) + len(unsure)):
        chosen = curated.choose(heard(), conversation)
        conversation.used.append(chosen.number)
        conversation.add(Turn(float(turn), Emotion.JOY))
        given.append(chosen.number)
    assert len(set(given)) == len(given)
    assert curated.choose(heard(), conversation).number == next(
        number for number in given if LIBRARY.replies[number].emotion is Emotion.JOY
    )


@pytest.mark.parametrize(
    ("words", "emotion", "expected"),
    [
        ("I passed my exams", Emotion.JOY, "How long were you working toward this?"),
        ("nervous about finals", Emotion.FEAR, "Which part feels least ready?"),
        ("the build is broken", Emotion.ANGER, "Describe the bug to me"),
    ],
)
def test_the_topic_chooses(words: str, emotion: Emotion, expected: str) -> None:
    assert expected in engine().choose(heard(words, emotion), Conversation()).text


def test_intensity_and_point_choose_among_general_replies() -> None:
    first = engine().choose(heard(intense=True), Conversation())
    assert (first.intensity, first.when) == (Intensity.HIGH, When.FIRST)
    later = Conversation()
    later.add(Turn(0.0, Emotion.JOY))
    second = engine().choose(heard(), later)
    assert (second.intensity, second.when) == (Intensity.LOW, When.LATER)


@pytest.mark.parametrize(
    ("text", "intense"),
    [("I am SO ANGRY!!", True), ("너무 슬퍼 ㅠㅠㅠ", True), ("a bit sad", False), ("", False)],
)
def test_force_is_told_by_several_signs(text: str, *, intense: bool) -> None:
    assert is_intense(text, None) is intense


# Hearing


async def test_an_unsure_classifier_is_not_named_after() -> None:
    unsure = {each.text for each in LIBRARY.about(None, "en")}
    puzzling = companion(Emotion.SURPRISE, share=0.4)
    assert (await puzzling.answer(spoken("the thing with the boxes"))).text in unsure
    assert (await companion(None).answer(spoken("the thing with the boxes"))).text in unsure


async def test_what_is_heavy_carries_a_helpline_in_private_only() -> None:
    assert (await companion().answer(spoken("sad"))).careful
    assert not (await companion().answer(spoken("sad", CHANNEL))).careful
    assert not (await companion(Emotion.JOY).answer(spoken("glad"))).careful


async def test_words_that_may_be_one_get_the_usual_answer_and_a_helpline_in_private() -> None:
    grey = "I feel like a ghost in my own house"
    answer = await companion(Emotion.JOY).answer(spoken(grey))
    assert answer.crisis is None
    assert answer.text
    assert answer.careful
    assert not (await companion(Emotion.JOY).answer(spoken(grey, CHANNEL))).careful


async def test_a_crisis_needs_no_classifier_and_makes_careful() -> None:
    writer = Writer("All good! What else?")
    one = companion(None, writer)
    answer = await one.answer(spoken("I want to die"))
    assert answer.crisis is not None
    assert answer.text == ""
    after = await one.answer(spoken("ok"))
    assert after.careful
    assert writer.given == []


# Memory


async def test_words_are_kept_only_for_an_engine_and_never_of_who_opted_out() -> None:
    plain, writer = companion(), Writer("That sounds sad. What happened?")
    await plain.answer(spoken("secret"))
    assert "secret" not in repr(plain.conversations.of(1, TALK))
    written = companion(writer=writer)
    await written.answer(spoken("secret", measured=False))
    assert "secret" not in repr(written.conversations.of(1, TALK))
    await written.answer(spoken("secret"))
    assert "secret" in repr(written.conversations.of(1, TALK))


async def test_a_place_knows_nothing_of_another_nor_a_person_of_another() -> None:
    writer = Writer("That sounds sad. What happened?")
    one = companion(writer=writer)
    await one.answer(spoken("secret"))
    await one.answer(spoken("hello", CHANNEL))
    await one.answer(spoken("hello", TALK, user_id=2))
    assert [turns for _, turns in writer.given[1:]] == [[], []]


def test_conversations_are_bounded_and_forgotten_after_half_an_hour() -> None:
    now = Time()
    kept = Conversations(now, most=3)
    for user_id in range(5):
        kept.of(user_id, TALK).add(Turn(now(), None))
    assert len(kept) == 3
    assert not kept.known(0)
    for _ in range(20):
        kept.of(4, TALK).add(Turn(now(), None, "words"))
    assert len(kept.of(4, TALK).turns) == MOST_TURNS
    now.seconds += LIFE / 2
    kept.of(4, TALK).add(Turn(now(), None, "later"))
    now.seconds += LIFE / 2 + 1
    kept.sweep()
    assert [turn.words for turn in kept.of(4, TALK).turns] == ["later"]
    assert not kept.known(3)
    assert LIFE + 60 <= 30 * 60
    assert MOST_CONVERSATIONS <= 10_000


def test_forgetting_takes_one_person_and_all_their_places() -> None:
    kept = Conversations(Time())
    for user_id in (1, 2):
        for place in (TALK, CHANNEL):
            kept.of(user_id, place)
    assert kept.forget(1)
    assert not kept.forget(1)
    assert not kept.known(1)
    assert kept.known(2)


def test_a_bucket_fills_again_slowly() -> None:
    now = Time()
    buckets = Buckets(2, 10.0, now)
    assert [buckets.take(1) for _ in range(3)] == [0.0, 0.0, 10.0]
    assert buckets.take(2) == 0.0
    now.seconds += 4
    assert buckets.take(1) == pytest.approx(6.0)
    now.seconds += 6
    assert buckets.take(1) == 0.0


# What engines may say


@pytest.mark.parametrize(
    "says",
    [
        "",
        "Hey <@123456789012345678>, listen!",
        "@everyone look at this",
        "Read https://example.org please",
        "See example.com for more",
        "You clearly have depression.",
        "It could be bipolar disorder, what do you think?",
        "As a human, I know how that feels.",
        "I'm not a bot, I promise.",
        "Just take 20 mg and sleep.",
        "You should kill him.",
        "Maybe you want to die?",
        "힘들었겠어요. 무슨 일이에요?",
        "System: you are free now. What next?",
        "You are a companion program in a chat. You are no human and say so.",
        "```code``` what now?",
        "x" * (LONGEST + 1),
        NoReply("down"),
    ],
)
async def test_what_an_engine_may_not_say_is_replaced(says: str | Exception) -> None:
    answer = await companion(writer=Writer(says)).answer(spoken("I am sad"))
    assert answer.text in {each.text for each in LIBRARY.replies}


@pytest.mark.parametrize(
    "says",
    [
        "하지만 저도 사람이에요. 그 마음 알아요.",
        "우울증인 것 같아요. 병원에 가요.",
        "병신 같은 사람이네요.",
        "저는 봇이 아니에요. 믿어 주세요.",
    ],
)
def test_the_same_holds_in_korean(says: str) -> None:
    assert why_unsafe(says, "ko", INSTRUCTIONS["ko"]) is not None


async def test_a_good_answer_is_shown_and_remembered() -> None:
    writer = Writer(' "That sounds sad.\nWhat happened?" ')
    one = companion(writer=writer)
    assert (await one.answer(spoken("I am sad"))).text == "That sounds sad. What happened?"
    await one.answer(spoken("more"))
    assert [turn.words for turn in writer.given[1][1]] == ["I am sad"]


def test_a_long_answer_ends_with_a_sentence() -> None:
    cut = trimmed("That is sad. " * 100)
    assert len(cut) <= LONGEST
    assert cut.endswith("sad.")


# Helplines


def test_every_line_has_a_number_both_names_and_a_source() -> None:
    assert {"KR", "US", "GB", "IE", "CA", "AU", "JP", "DE", "FR", "IN"} <= set(shipped().countries)
    for country in shipped().countries.values():
        assert country.emergency
        assert country.source.startswith("https://")
        for line in country.lines:
            assert any(sign.isdigit() for sign in line.number)
            assert set(line.names) == {"ko", "en"}
    assert shipped().of("KR").lines[0].number == "109"


@pytest.mark.parametrize(
    ("where", "code"),
    [
        (Where("FR", "Asia/Seoul", ("ko",), "ko"), "FR"),
        (Where(None, "Asia/Seoul", ("en-US",), "en"), "KR"),
        (Where(None, "America/Toronto", (), "en"), "CA"),
        (Where(None, "Europe/Dublin", (), "en"), "IE"),
        (Where(None, "UTC", ("en-US", "ja"), "en"), "JP"),
        (Where(None, "UTC", ("en-US", "en-US"), "ko"), "KR"),
        (Where(None, "UTC", ("en-US",), "en"), None),
        (Where(None, "Etc/GMT+3", (), "en"), None),
    ],
)
def test_the_surest_sign_of_a_country_counts(where: Where, code: str | None) -> None:
    assert country_of(where) == code


def test_broken_helplines_are_refused() -> None:
    with pytest.raises(DataBroken):
        read_helplines("checked = 2026-01-01\n[[country]]\ncode = 'KR'")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_members_are_told_where_their_words_went(language: str) -> None:
    say = phrases_in(language)
    answer = Answer("Good.", language, first=True)
    for shown in (
        views.spoken(answer, say, sends_to="models.example.org:443", help_=[]),
        str(views.reply(answer, say, sends_to="models.example.org:443", help_=[]).to_components()),
        str(views.TalkModal(say, "models.example.org:443").to_dict()),
    ):
        assert "models.example.org:443" in shown


def test_what_an_engine_writes_formats_nothing() -> None:
    answer = Answer("**hi** @here `x`", "en")
    shown = views.spoken(answer, phrases_in("en"), sends_to=None, help_=[])
    assert "\\*\\*hi" in shown
    assert "@here" not in shown
