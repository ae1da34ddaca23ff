from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.text import (
    MARKUP,
    MARKUP_SIGN,
    MAX_LENGTH,
    NormalisedText,
    is_classifiable,
    normalise,
    said,
)

SNOWFLAKE = "123456789012345678"

HOSTILE = [
    "`", "``", "```", "`a", "``a", "*", "**a", "_", "_a", "__", "~~", "||", "\\", "<", "<@", "<a:",
    "<:a", "<t:", "</a", "[", "[a", "[a](", "]", "(", "> ", "\n> ", ">>> ", "# ", "\n- ", "@",
    "@everyone", "www.", "http://", "https://a", "discord.gg/", "ㅋ", "ㅠ", "ㅋㅠ", "a", "!", "?!",
    "0", " ", "\n", " \n", "\u200b", "\u0301", "a\u0301\u0301", "\u202e", "\ud800", "\udc00\ud800",
    "👩\u200d💻", "가\u1100", "ﾡ", "！", ":", ":a", ":a:", "^", "-_", "^_",
]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("**진짜** 좋다", "진짜 좋다"),
        ("*soft* and ***loud***", "soft and loud"),
        ("__밑줄__ ~~취소~~ ||비밀||", "밑줄 취소 비밀"),
        ("_italic_ but snake_case_name", "italic but snake_case_name"),
        ("# 제목\n-# 작게\n- 하나\n* 둘", "제목 작게 하나 둘"),
        ("\\*그대로\\*", "그대로"),
        ("before ```py\nprint('sad')\n``` after", "before after"),
        ("unclosed ```rm -rf", "unclosed"),
        ("run `make demo` now", "run now"),
        ("> 남의 말\n내 말", "내 말"),
        (">>> all of\nthis is quoted", ""),
        (f"<@{SNOWFLAKE}> <@!{SNOWFLAKE}> <@&{SNOWFLAKE}> <#{SNOWFLAKE}> hi", "hi"),
        (f"@everyone </setup:{SNOWFLAKE}> <id:customize> ok", "ok"),
        ("at <t:1700000000:R> or <t:1700000000>", "at or"),
        (f"<:pepe_sad:{SNOWFLAKE}><a:party:{SNOWFLAKE}>", ":pepe_sad: :party:"),
        ("see https://example.org/a?b=c_d and <https://x.org> www.y.org", "see and"),
        ("[the docs](https://example.org/x_y) help", "the docs help"),
        ("discord.gg/abc-def 들어와", "들어와"),
        ("ㅋㅋㅋㅋㅋㅋ soooo good!!!!!!!", "ㅋㅋ soo good!!!!"),
        ("1000000원", "1000000원"),
        ("ｆｕｌｌ　ｗｉｄｔｈ！", "full width!"),
        ("don’t “quote”", 'don\'t "quote"'),
        ("zero\u200bwidth \u202ereversed\u202c \ufeffmark", "zerowidth reversed mark"),
        ("bell\u0007 in ascii", "bell in ascii"),
        ("\ud83d\ude00 joined, \ud83d broken", "😀 joined, broken"),
        ("\u110f\u110f\u110f", "ㅋㅋ"),
        ("ﾡﾢ ￂￃ", "ㄱㄲ ㅏㅐ"),
        ("ㅠ_ㅠ ;_; -_- ^_^ ¯\\_(ツ)_/¯", "ㅠ_ㅠ ;_; -_- ^_^ ¯_(ツ)_/¯"),
        ("z" + "\u0301" * 50, "ź\u0301\u0301"),
    ],
)
def test_markup_goes_and_words_stay(raw: str, words: str) -> None:
    assert normalise(raw).text == words


def test_decomposed_hangul_is_composed() -> None:
    assert normalise(unicodedata.normalize("NFD", "행복해요")).text == "행복해요"


def test_intensity_of_laughter_and_tears_is_kept() -> None:
    assert normalise("ㅋㅋㅋㅋㅋㅎ 웃겨 ㅠㅠㅜㅜ") == NormalisedText(
        "ㅋㅋㅎ 웃겨 ㅠㅠㅜㅜ", laughter=6, tears=4, elongations=1
    )


def test_elongations_are_counted() -> None:
    assert normalise("nooooo waaaay!!!!!").elongations == 3
    assert normalise("good book").elongations == 0


def test_the_joiner_of_emoji_survives() -> None:
    assert normalise("👩\u200d💻 ❤️\u200d🔥").text == "👩\u200d💻 ❤️\u200d🔥"


def test_text_beyond_the_cap_is_not_read() -> None:
    words = "좋다 " * MAX_LENGTH
    assert len(normalise(words).text) <= MAX_LENGTH


@pytest.mark.parametrize(
    "text",
    ["", "   \n", "https://example.org", f"<@{SNOWFLAKE}> <#{SNOWFLAKE}>", "> 인용만", "```code```",
     "\u200b\u200e\u2060", "...", ", .", "\ud800", "`x`", "||||"],
)  # fmt: skip
def test_nothing_said_is_not_classifiable(text: str) -> None:
    assert not is_classifiable(text)


@pytest.mark.parametrize(
    "text",
    ["ㅇㅇ", "hi", "1", "?", "!!", "😀", "^^", f"<:sad:{SNOWFLAKE}>", "link https://x.org", "ㅠ"],
)
def test_anything_said_is_classifiable(text: str) -> None:
    assert is_classifiable(text)


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_repetition_is_read_quickly(piece: str) -> None:
    text = (piece * MAX_LENGTH)[:MAX_LENGTH]
    started = time.process_time()
    normalise(text)
    # A quadratic pattern takes seconds here; linear work takes about 2 ms.
    assert time.process_time() - started < 0.25


@settings(max_examples=150, deadline=250)
@given(st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=6), st.text(max_size=8))
def test_mixed_hostile_text_is_read_quickly(pieces: list[str], tail: str) -> None:
    block = "".join(pieces) + tail
    normalise((block * MAX_LENGTH)[:MAX_LENGTH])


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=300))
def test_result_is_always_clean(text: str) -> None:
    words = normalise(text).text
    assert words == words.strip()
    assert "  " not in words
    assert unicodedata.is_normalized("NFC", words)
    words.encode("utf-8")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from([*HOSTILE, "좋다 ", "don’t", f"<:sad:{SNOWFLAKE}>"])
        | st.text(alphabet=st.characters(exclude_categories=()), max_size=12),
        max_size=12,
    ).map("".join)
)
def test_the_short_way_says_the_same(text: str) -> None:
    assert said(text) == normalise(text).text


@given(st.text(alphabet=r"*_~|`><#[\@- :/.wWdiscorDgG" + "\n", max_size=30))
def test_no_markup_is_missed_by_the_quick_look(text: str) -> None:
    assert MARKUP_SIGN.search(text) or not MARKUP.search(text)


@given(st.lists(st.sampled_from(["ok", "me!", " ", "  ", "\n", "\t", "\u00a0", "\u2003"])))
def test_one_blank_stands_between_two_words(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert said(text) == " ".join(text.split())
