from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.demo.script import (
    CHANNELS,
    COLUMNS,
    MEMBERS,
    SERVER_NAME,
    TIMEZONE,
    Action,
    Script,
    ScriptError,
    Step,
    load_week,
    parse_script,
)
from bot.errors import BotError

HANGUL = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]")
LINK = re.compile(r"https?://([^/\s]+)")


@pytest.fixture(scope="module")
def script() -> Script:
    return load_week()


def posts(steps: Iterable[Step]) -> list[Step]:
    return [step for step in steps if step.action.posts]


def of_kind(script: Script, action: Action) -> list[Step]:
    return [step for step in script.steps if step.action is action]


def local_day(step: Step) -> str:
    return step.at.astimezone(TIMEZONE).date().isoformat()


def test_the_report_week_runs_from_monday_to_sunday(script: Script) -> None:
    days = Counter(local_day(step) for step in posts(script.report_week))
    assert sorted(days) == [f"2026-11-{day:02}" for day in range(9, 16)]
    assert sum(days.values()) >= 450
    assert min(days.values()) >= 50
    assert max(days, key=days.__getitem__) == "2026-11-12"


def test_each_week_before_it_gives_a_baseline(script: Script) -> None:
    weeks = Counter(
        step.at.astimezone(TIMEZONE).isocalendar().week for step in posts(script.baseline)
    )
    assert sorted(weeks) == [42, 43, 44, 45]
    assert min(weeks.values()) >= 60
    assert {step.action for step in script.baseline} <= {Action.SAY, Action.REPLY}


def test_weeks_are_split_at_the_local_monday(script: Script) -> None:
    assert script.baseline + script.report_week == script.steps
    assert (
        script.baseline[-1].at < datetime(2026, 11, 8, 15, tzinfo=UTC) <= script.report_week[0].at
    )


def test_steps_are_in_order_and_in_utc(script: Script) -> None:
    assert all(earlier.at < later.at for earlier, later in pairwise(script.steps))
    assert {step.at.utcoffset() for step in script.steps} == {timedelta(0)}
    assert len({step.key for step in script.steps}) == len(script.steps)


def test_everybody_takes_part_in_every_week(script: Script) -> None:
    assert len(MEMBERS) == 12
    assert sum(member.administrator for member in MEMBERS) == 1
    talkers: dict[int, set[str]] = {}
    for step in posts(script.steps):
        talkers.setdefault(step.at.astimezone(TIMEZONE).isocalendar().week, set()).add(step.member)
    assert all(names == {member.name for member in MEMBERS} for names in talkers.values())


def test_every_channel_is_alive(script: Script) -> None:
    used = Counter(step.channel for step in posts(script.report_week))
    assert set(used) == {channel.name for channel in CHANNELS}
    assert min(used.values()) >= 30
    assert all(channel.topic for channel in CHANNELS)
    assert SERVER_NAME


def korean_share(script: Script, name: str) -> float:
    texts = [step.text for step in posts(script.steps) if step.member == name]
    return sum(bool(HANGUL.search(text)) for text in texts) / len(texts)


def test_members_write_in_their_languages(script: Script) -> None:
    kinds = Counter(frozenset(member.writes) for member in MEMBERS)
    assert kinds == {frozenset({"ko"}): 8, frozenset({"en"}): 2, frozenset({"ko", "en"}): 2}
    for member in MEMBERS:
        share = korean_share(script, member.name)
        if member.writes == ("ko",):
            assert share > 0.85, member
        elif member.writes == ("en",):
            assert share < 0.3, member
        else:
            assert 0.5 < share < 0.97, member


def test_there_are_edits_that_change_something(script: Script) -> None:
    texts = {step.key: step.text for step in posts(script.steps)}
    edits = of_kind(script, Action.EDIT)
    assert len(edits) >= 12
    assert all(step.ref and step.text != texts[step.ref] for step in edits)
    assert sum("ㅠㅠ" in step.text and "ㅠㅠ" not in texts[step.ref or ""] for step in edits) >= 3


def test_there_are_deletions_of_different_people(script: Script) -> None:
    deletions = of_kind(script, Action.DELETE)
    assert len(deletions) >= 10
    assert len({step.member for step in deletions}) >= 4
    assert not any(step.text for step in deletions)


def test_replies_point_to_earlier_messages(script: Script) -> None:
    posted = {step.key: step for step in posts(script.steps)}
    replies = of_kind(script, Action.REPLY)
    assert len(replies) >= 80
    assert all(posted[step.ref or ""].at < step.at for step in replies)


def test_one_member_opts_out_on_wednesday_and_keeps_writing(script: Script) -> None:
    (opt_out,) = of_kind(script, Action.OPT_OUT)
    assert local_day(opt_out) == "2026-11-11"
    hers = [step.at for step in posts(script.steps) if step.member == opt_out.member]
    assert sum(moment < opt_out.at for moment in hers) >= 20
    assert sum(moment > opt_out.at for moment in hers) >= 10


def test_a_thread_grows_out_of_a_message(script: Script) -> None:
    (start,) = of_kind(script, Action.THREAD)
    inside = [step for step in posts(script.steps) if step.thread]
    assert len(inside) >= 8
    assert {step.thread for step in inside} == {start.ref}
    assert {step.channel for step in inside} == {start.channel}
    assert len({step.member for step in inside}) >= 3


def test_retrospectives_are_of_a_good_length(script: Script) -> None:
    retrospectives = [step for step in posts(script.report_week) if step.channel == "회고"]
    long_ones = [step for step in retrospectives if 100 <= len(step.text) <= 400]
    assert len(long_ones) >= 12
    assert sum("\n" in step.text for step in long_ones) >= 6
    assert sum(local_day(step) == "2026-11-15" for step in long_ones) >= 8


def test_hardly_any_text_is_said_twice(script: Script) -> None:
    texts = [step.text for step in posts(script.steps)]
    assert len(set(texts)) / len(texts) >= 0.97
    assert max(Counter(texts).values()) <= 5


@pytest.mark.parametrize(
    "kind",
    [
        "ㅋㅋㅋ",
        "ㅠㅠ",
        r"^[ㄱ-ㅎ]{2}$",
        r"<:\w+:\d{17,19}>",
        r"<a:\w+:\d{17,19}>",
        r"```\w+\n",
        "https://",
        "\N{PARTY POPPER}",
        r"\|\|",
        "~~",
        r"¯\\_",
        r"\?$",
    ],
)
def test_people_write_as_people_do(script: Script, kind: str) -> None:
    assert any(re.search(kind, step.text) for step in posts(script.report_week))


@pytest.mark.parametrize(
    ("emotion", "words"),
    [
        ("joy", ("행복해요", "축하드려요", "over the moon")),
        ("sadness", ("우울", "울었다", "눈물")),
        ("anger", ("화난다", "짜증나", "어이가 없네")),
        ("fear", ("무서워요", "불안", "scared")),
        ("disgust", ("역겨워요", "토할거같다", "더럽네요")),
        ("surprise", ("헐 대박", "OMG", "깜짝")),
        ("hurt", ("상처네요", "서운해요", "속상했어요")),
        ("embarrassment", ("창피해요", "쪽팔려", "so embarrassed")),
        ("neutral", ("공지:", "다음 주 안내", "확인했습니다")),
    ],
)
def test_every_emotion_occurs(script: Script, emotion: str, words: tuple[str, ...]) -> None:
    said = "\n".join(step.text for step in posts(script.report_week))
    assert [word for word in words if word not in said] == [], emotion


def share_with(script: Script, day: str, pattern: str) -> float:
    texts = [step.text for step in posts(script.report_week) if local_day(step) == day]
    return sum(bool(re.search(pattern, text)) for text in texts) / len(texts)


def test_thursday_is_the_low_point_and_saturday_the_high_one(script: Script) -> None:
    low = r"ㅠ|무서|짜증|화난|최악|상처|속상|미안|지친|실패|안 ?되|scared|tired|날아"
    high = r"축하|최고|행복|대박|!!|와아|ㅋㅋ|love|congratulations|예쁘|잘했"
    days = [f"2026-11-{day:02}" for day in range(9, 16)]
    assert max(days, key=lambda day: share_with(script, day, low)) == "2026-11-12"
    assert max(days, key=lambda day: share_with(script, day, high)) == "2026-11-14"
    assert min(days[:6], key=lambda day: share_with(script, day, high)) == "2026-11-12"


def test_nothing_in_it_points_out_of_the_demonstration(script: Script) -> None:
    said = "\n".join(step.text for step in script.steps)
    assert all(host.endswith("example.com") for host in LINK.findall(said))
    assert not re.search(r"@everyone|@here|<@|\b[\w.]+@[\w-]+\.\w+|\d{3}-\d{3,4}-\d{4}", said)


def test_nothing_in_it_is_unsafe(script: Script) -> None:
    said = "\n".join(step.text for step in script.steps)
    assert not re.search(
        r"자살|자해|죽고|죽여|죽을래|[씨시]발|ㅅㅂ|병신|kill|suicid|fuck|shit", said, re.IGNORECASE
    )


def rows(*lines: str) -> str:
    return "\n".join(("\t".join(COLUMNS), *(line.replace("|", "\t") for line in lines))) + "\n"


HELLO = "2026-11-09T09:00:00|m1|서연|회고|say||안녕"
THREAD = "2026-11-09T09:00:01|m2|도윤|회고|thread|m1|이야기"


def test_local_times_become_utc_and_escapes_are_undone() -> None:
    step = parse_script(rows(r"2026-11-09T09:00:00|m1|서연|회고|say||한 줄\n두 줄 \\n")).steps[0]
    assert step.at == datetime(2026, 11, 9, tzinfo=UTC)
    assert step.text == "한 줄\n두 줄 \\n"
    assert (step.ref, step.thread) == (None, None)


def test_a_thread_outlives_the_message_that_started_it() -> None:
    steps = parse_script(
        rows(
            HELLO,
            THREAD,
            "2026-11-09T09:00:02|m3|서연|회고|delete|m1|",
            "2026-11-09T09:00:03|m4|민재|thread:m1|say||여기 있어요",
        )
    ).steps
    assert (steps[-1].channel, steps[-1].thread) == ("회고", "m1")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("2026-11-09T09:00:02|m9|서연|회고|say", "5 columns instead of 7"),
        ("yesterday|m9|서연|회고|say||안녕", "Invalid isoformat"),
        ("2026-11-09T09:00:02+09:00|m9|서연|회고|say||안녕", "without an offset"),
        ("2026-11-09T09:00:01|m9|서연|회고|say||안녕", "in order of time"),
        ("2026-11-09T09:00:02|m1|서연|회고|say||안녕", "used twice"),
        ("2026-11-09T09:00:02||서연|회고|say||안녕", "empty or used twice"),
        ("2026-11-09T09:00:02|m9|아무개|회고|say||안녕", "nobody is called '아무개'"),
        ("2026-11-09T09:00:02|m9|서연|비밀|say||안녕", "no channel '비밀'"),
        ("2026-11-09T09:00:02|m9|서연|thread:m7|say||안녕", "no thread was started on 'm7'"),
        ("2026-11-09T09:00:02|m9|서연|회고|sing||안녕", "not a valid Action"),
        ("2026-11-09T09:00:02|m9|서연|회고|say|m1|안녕", "say takes no ref"),
        ("2026-11-09T09:00:02|m9|서연|회고|say|| ", "1 to 2000 characters"),
        ("2026-11-09T09:00:02|m9|서연|회고|say||" + "가" * 2001, "1 to 2000 characters"),
        (r"2026-11-09T09:00:02|m9|서연|회고|say||\t", "a backslash must be followed"),
        ("2026-11-09T09:00:02|m9|서연|회고|reply||안녕", "None is no message"),
        ("2026-11-09T09:00:02|m9|서연|회고|reply|m2|안녕", "'m2' is no message"),
        ("2026-11-09T09:00:02|m9|서연|자유-잡담|reply|m1|안녕", "in another channel"),
        ("2026-11-09T09:00:02|m9|도윤|회고|edit|m1|안녕", "was written by 서연"),
        ("2026-11-09T09:00:02|m9|도윤|회고|delete|m1|", "was written by 서연"),
        ("2026-11-09T09:00:02|m9|서연|회고|delete|m1|안녕", "delete takes no text"),
        ("2026-11-09T09:00:02|m9|서연|회고|thread|m1|또", "cannot have a thread of its own"),
        ("2026-11-09T09:00:02|m9|서연|회고|optout||안녕", "optout takes no text"),
    ],
)
def test_a_damaged_row_is_named(line: str, complaint: str) -> None:
    with pytest.raises(ScriptError, match=f"line 4: .*{re.escape(complaint)}"):
        parse_script(rows(HELLO, THREAD, line))


def test_nobody_opts_out_twice() -> None:
    first = "2026-11-09T09:00:01|m2|도윤|회고|optout||"
    again = "2026-11-09T09:00:02|m3|도윤|회고|optout||"
    with pytest.raises(ScriptError, match="line 4: 도윤 opted out before"):
        parse_script(rows(HELLO, first, again))


def test_a_deleted_message_cannot_be_referred_to() -> None:
    deletion = "2026-11-09T09:00:01|m2|서연|회고|delete|m1|"
    reply = "2026-11-09T09:00:02|m3|서연|회고|reply|m1|안녕"
    with pytest.raises(ScriptError, match="line 4: 'm1' is no message, or was deleted"):
        parse_script(rows(HELLO, deletion, reply))


def test_an_empty_or_foreign_file_is_refused() -> None:
    with pytest.raises(ScriptError, match="no rows"):
        parse_script(rows())
    with pytest.raises(ScriptError, match="line 1: the columns must be at key member"):
        parse_script("time,text\n")
    assert issubclass(ScriptError, BotError)
