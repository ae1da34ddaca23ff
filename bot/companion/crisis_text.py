"""Words as a rule can see them: without the spellings that hide them.

People who speak of wanting to die often write around the words: blanks or dots between the
letters, jamo instead of syllables, digits for letters, a slip of the finger.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from classifiers.text import CODE, QUOTED_BLOCK, said

SENTENCES: Final = re.compile(r"[.!?;…。]+(?=\s|$)|\n+|[\U0001f300-\U0001faff]+")
APOSTROPHE: Final = re.compile(r"(?<=\w)'(?=\w)")
NOT_A_WORD: Final = re.compile(r"[^a-z0-9가-힣ㄱ-ㅣ ]+")
NOT_KOREAN: Final = re.compile(r"[^가-힣ㄱ-ㅣ0-9a-z]+")
SPELT_OUT: Final = re.compile(r"\b(?:[a-z][ .\-_*]+){2,}[a-z]\b")
LEET: Final = re.compile(r"(?=\w*[a-z])(?=[\w!@$]*[0134578!@$])[a-z0134578!@$]{3,}")
LEET_LETTERS: Final = str.maketrans("0134578!@$", "oieastbias")
STRETCHED: Final = re.compile(r"([a-z])\1{2,}")
DOUBLED: Final = re.compile(r"([a-z])\1")
WORD: Final = re.compile(r"[a-z]+")

HARD_TO_SPELL: Final = (
    "suicide",
    "suicidal",
    "myself",
    "killing",
    "overdose",
    "hurting",
    "cutting",
)
SHORT: Final = ("want", "kill", "die", "dead", "live", "life")
SPELT_ALIKE: Final = frozenset({"himself", "putting", "hurling", "filling", "milling", "billing"})
BROKEN: Final = {"suicid e": "suicide", "sui cide": "suicide", "my self": "myself"}

LEADING: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS: Final = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
TRAILING: Final = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
LONE_SYLLABLE: Final = re.compile(f"([{LEADING}])([{VOWELS}])(?:([{TRAILING}])(?![{VOWELS}]))?")
KOREAN_SLIPS: Final = (
    (re.compile("[듁쥭쥬죡]고"), "죽고"),
    (re.compile("죽[꼬구](?=\\s*[싶시십])"), "죽고"),
    (re.compile("(?<=죽고)\\s*(?:시퍼|시포|싶퍼|십어|싶오)"), "싶어"),
    (re.compile("주거(?=\\s*(?:버|싶|줘))"), "죽어"),
    (re.compile("(?<![가-힣])ㅈ살|(?<![가-힣])자ㅅ(?=\\s*(?:하|충|생|시))"), "자살"),
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, seen three ways.

    Attributes:
        english: Lower case words; apostrophes and hidden spellings are gone.
        korean: Syllables and digits only, no blanks.
        korean_spaced: As it was written, with lone jamo joined and slips corrected.
    """

    english: str
    korean: str
    korean_spaced: str


def sentences(text: str) -> list[Sentence]:
    """Return the sentences of a message; code, quotes of others and links are left out."""
    own = QUOTED_BLOCK.sub("", CODE.sub(" ", text))
    plain = "\n".join(said(line) for line in own.split("\n"))
    parts = (part.strip() for part in SENTENCES.split(plain))
    return [Sentence(_english(part), *_korean(part)) for part in parts if part]


def _english(text: str) -> str:
    text = APOSTROPHE.sub("", text.lower())
    text = SPELT_OUT.sub(_joined, text)
    text = LEET.sub(lambda found: found[0].translate(LEET_LETTERS), text)
    text = NOT_A_WORD.sub(" ", text)
    text = " ".join(STRETCHED.sub(r"\1", text).split())
    for broken, whole in BROKEN.items():
        text = text.replace(broken, whole)
    return WORD.sub(lambda found: _spelt(found[0]), text)


def _joined(found: re.Match[str]) -> str:
    return re.sub(r"[ .\-_*]+", "", found[0])


def _spelt(word: str) -> str:
    """Return the word that a slip of the finger stands for."""
    if word in SPELT_ALIKE:
        return word
    if (squeezed := DOUBLED.sub(r"\1", word)) in SHORT:
        return squeezed
    for right in SHORT:
        if len(word) == len(right) and word != right and _swapped(word, right):
            return right
    if len(word) >= 5:
        for right in HARD_TO_SPELL:
            if word != right and _one_slip(word, right):
                return right
    return word


def _swapped(word: str, right: str) -> bool:
    """Tell whether two neighbouring letters changed places, the first one staying."""
    differ = [index for index in range(len(word)) if word[index] != right[index]]
    return (
        len(differ) == 2
        and differ[1] == differ[0] + 1
        and differ[0] > 0
        and word[differ[0]] == right[differ[1]]
        and word[differ[1]] == right[differ[0]]
    )


def _one_slip(word: str, right: str) -> bool:
    """Tell whether one letter is missing, too many, wrong or swapped; the first one holds."""
    if word[0] != right[0] or abs(len(word) - len(right)) > 1:
        return False
    if len(word) == len(right):
        wrong = sum(a != b for a, b in zip(word, right, strict=True))
        return wrong == 1 or _swapped(word, right)
    longer, shorter = (word, right) if len(word) > len(right) else (right, word)
    return any(longer[:index] + longer[index + 1 :] == shorter for index in range(len(longer)))


def _korean(text: str) -> tuple[str, str]:
    spaced = LONE_SYLLABLE.sub(_syllable, text.lower())
    for slip, right in KOREAN_SLIPS:
        spaced = slip.sub(right, spaced)
    squeezed = NOT_KOREAN.sub("", spaced)
    for slip, right in KOREAN_SLIPS[:4]:
        squeezed = slip.sub(right, squeezed)
    return squeezed, spaced


def _syllable(found: re.Match[str]) -> str:
    lead, vowel, trail = found.groups()
    code = (LEADING.index(lead) * 21 + VOWELS.index(vowel)) * 28
    return chr(0xAC00 + code + (TRAILING.index(trail) + 1 if trail else 0))
