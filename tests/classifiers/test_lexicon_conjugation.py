from __future__ import annotations

import pytest

from classifiers.lexicon.conjugation import surfaces


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("기쁘다", {"기쁘", "기쁜", "기쁠", "기쁨", "기쁩", "기뻐", "기뻤"}),
        ("아프다", {"아파", "아팠", "아픈"}),
        ("행복하다", {"행복하", "행복해", "행복했", "행복한", "행복함", "행복합"}),
        ("힘들다", {"힘들", "힘드", "힘든", "힘듭", "힘듦"}),
        ("지치다", {"지치", "지쳐", "지쳤", "지친", "지침"}),
        ("짜증나다", {"짜증나", "짜증났", "짜증난"}),
        ("배우다", {"배우", "배워", "배웠", "배운"}),
        ("나오다", {"나오", "나와", "나왔"}),
        ("안되다", {"안되", "안돼", "안됐", "안된"}),
        ("서투르다", {"서투르", "서툴러", "서툴렀"}),
        ("오르다", {"오르", "올라", "올랐"}),
        ("재밌다", {"재밌"}),
        ("인상적이다", {"인상적"}),
    ],
)
def test_every_form_that_an_ending_leaves(word: str, forms: set[str]) -> None:
    assert forms <= surfaces(word)


def test_irregular_pieup_turns_into_a_vowel() -> None:
    assert surfaces("무섭다", irregular=True) == {
        "무섭", "무서우", "무서워", "무서웠", "무서운", "무서울", "무서움",
    }  # fmt: skip


def test_a_regular_consonant_stem_does_not_change() -> None:
    assert surfaces("좋다") == {"좋"}
