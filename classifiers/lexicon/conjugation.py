"""The surface forms that a Korean verb or adjective begins with.

A form is only the part that an ending cannot change: 기쁘다 gives 기쁘, 기뻐, 기뻤, 기쁜, 기쁠,
기쁨 and 기쁩, and every conjugated word starts with one of them.
"""

from __future__ import annotations

from typing import Final

FIRST_SYLLABLE: Final = 0xAC00
VOWELS: Final = 21
FINALS: Final = 28

NIEUN, RIEUL, RIEUL_MIEUM, MIEUM, PIEUP, SSANG_SIOT = 4, 8, 10, 16, 17, 20
AH, EO, YEO, OH, WA, WAE, OE, OO, WO, EU, EE = 0, 4, 6, 8, 9, 10, 11, 13, 14, 18, 20
CONTRACTED: Final = {OH: WA, OO: WO, OE: WAE, EE: YEO}
BRIGHT: Final = frozenset({AH, OH})
PIEUP_ENDINGS: Final = ("우", "워", "웠", "운", "울", "움")
HADA: Final = ("하", "해", "했", "한", "할", "함", "합", "햇")


def surfaces(dictionary_form: str, *, irregular: bool = False) -> frozenset[str]:
    """Return the beginnings of every conjugated form of a word that ends in 다.

    Args:
        dictionary_form: Such as 무섭다.
        irregular: The ㅂ of the stem turns into 우 before a vowel.
    """
    stem = dictionary_form.removesuffix("다")
    head, last = stem[:-1], stem[-1]
    if stem.endswith("적이"):
        return frozenset({head})
    if last == "하":
        return frozenset(head + ending for ending in HADA)
    initial, vowel, final = _decomposed(last)
    if irregular and final == PIEUP:
        open_stem = head + _composed(initial, vowel, 0)
        return frozenset({stem, *(open_stem + ending for ending in PIEUP_ENDINGS)})
    if final == RIEUL:
        finals = (RIEUL, 0, NIEUN, PIEUP, MIEUM, RIEUL_MIEUM)
        return frozenset(head + _composed(initial, vowel, each) for each in finals)
    if final:
        return frozenset({stem})
    plain = {head + _composed(initial, vowel, each) for each in (0, NIEUN, RIEUL, MIEUM, PIEUP)}
    return frozenset(plain | _infinitives(head, initial, vowel))


def _infinitives(head: str, initial: int, vowel: int) -> set[str]:
    """Return the 아/어 form and the past of a stem that ends in a vowel."""
    if vowel == EU and head:
        previous_initial, previous_vowel, previous_final = _decomposed(head[-1])
        vowel = AH if previous_vowel in BRIGHT else EO
        if initial == _decomposed("르")[0] and not previous_final:
            head = head[:-1] + _composed(previous_initial, previous_vowel, RIEUL)
    contracted = CONTRACTED.get(vowel, vowel)
    return {head + _composed(initial, contracted, final) for final in (0, SSANG_SIOT)}


def _decomposed(syllable: str) -> tuple[int, int, int]:
    initial, rest = divmod(ord(syllable) - FIRST_SYLLABLE, VOWELS * FINALS)
    return initial, *divmod(rest, FINALS)


def _composed(initial: int, vowel: int, final: int) -> str:
    return chr(FIRST_SYLLABLE + (initial * VOWELS + vowel) * FINALS + final)
