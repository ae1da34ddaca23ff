"""Which language a chat message is in, from its scripts and a few function words.

The codes are ``ko``, ``en``, ``ja``, ``zh`` and ``und`` (another language, or no language at all).
"""

from __future__ import annotations

import re
from typing import Final

HANGUL_WEIGHT: Final = 2.5
"""Latin letters that one Hangul syllable stands for: 'developer' (9) is 개발자 (3), 'go' is 가."""

HANGUL: Final = re.compile("[가-힣ㄱ-ㆎ]+")
KANA: Final = re.compile("[ぁ-ゖァ-ヺー]+")
HAN: Final = re.compile("[一-鿿㐀-䶿]+")
OTHER_LETTER: Final = re.compile(r"[^\W\d_a-zA-Z가-힣ㄱ-ㆎぁ-ゖァ-ヺー一-鿿㐀-䶿À-ɏ]+")
STRANGE: Final = re.compile(r"[^\W\d_a-zA-ZÀ-ɏ가-힣ㄱ-ㆎ]")
"""A letter that is neither Hangul nor Latin; most messages have none."""
LATIN: Final = re.compile("[a-zA-ZÀ-ɏ']+")
ACCENTED: Final = re.compile("[À-ɏ]")
NOT_HANGUL: Final = re.compile(r"[^\W\d_가-힣ㄱ-ㆎ]")
"""A letter of any other script; a message in Korean alone needs no weighing."""
SHORTCODE: Final = re.compile(r":\w{2,32}:")
ASCII_LETTERS: Final = bytes(
    code if code in b"abcdefghijklmnopqrstuvwxyz'" else ord(" ")
    for code in bytes(range(256)).lower()
)
"""Turns ASCII letters to lower case, and what is neither a letter nor an apostrophe to a blank."""

ENGLISH_WORDS: Final = """
a about after i love hey hi please again all also am an and any are as at be been but by can can't
cant could did didn't do does doesn't don't dont for from get go going gonna good got had has have
he her here him his how i'd i'll i'm i've if im in is isn't it it's its just know let like lol me
my no not now of ok okay omg on one or our out really she so some that that's thats the their them
then there they think this time to today too u up us very was we well were what when where who why
will with work would yeah yes you you're your
"""
OTHER_WORDS: Final = """
que el los las un una es por para con pero muy gracias hola como esta estoy donde cuando porque
tambien bueno mucho siempre os uma eu voce obrigado obrigada nao muito bem isso mais meu minha il
lo gli che di sono grazie ciao molto bene questo perche anche
le les des du et est je tu nous vous ils pas une dans pour sur avec mais tres merci bonjour oui
c'est j'ai suis cette ca
der das und ich nicht ist ein eine mit auf wir sie aber auch danke nein wie bin het een niet ik dat
zijn van maar heb
khong toi ban cam yang dan tidak aku kamu saya ini itu apa bisa ang ng mga ako ikaw hindi salamat
bir bu cok ve ben sen nie jest sie dzieki
"""
"""Romance languages, French, German and Dutch, then languages often typed without their accents."""

ENGLISH: Final = frozenset(ENGLISH_WORDS.split())
OTHER_LATIN: Final = frozenset(OTHER_WORDS.split())


def detect(text: str) -> str:
    """Return the code of the language that dominates a text.

    Scripts are weighed by letters, a Hangul syllable as 2.5 Latin letters and a Chinese character
    likewise; the heavier side of a mixed message wins, Korean on a tie. Any kana with the Chinese
    characters makes it Japanese. Latin text is English unless the common words of other languages,
    or letters with accents, outnumber the English ones. A text without letters is ``und``.
    """
    if text.isascii():
        return _latin(text)
    if HANGUL.search(text) and "'" not in text and not NOT_HANGUL.search(text):
        return "ko"
    hangul = _length(HANGUL, text) * HANGUL_WEIGHT
    latin = _length(LATIN, text)
    if STRANGE.search(text) and (strange := _strange(text, hangul, latin)):
        return strange
    return "ko" if hangul and hangul >= latin else _latin(text)


def _strange(text: str, hangul: float, latin: float) -> str | None:
    """Return the language whose letters outweigh those of Korean and English, if one does."""
    han = _length(HAN, text) * HANGUL_WEIGHT
    kana = _length(KANA, text) * HANGUL_WEIGHT
    other = _length(OTHER_LETTER, text)
    if other > hangul and other >= max(latin, han + kana):
        return "und"
    if han + kana <= max(hangul, latin):
        return None
    return "ja" if kana else "zh"


def _latin(text: str) -> str:
    bare = SHORTCODE.sub(" ", text) if ":" in text else text
    words = _latin_words(bare)
    if not words:
        return "und"
    accented = _accented(text)
    if not accented and OTHER_LATIN.isdisjoint(words):
        return "en"
    english = sum(map(ENGLISH.__contains__, words))
    other = sum(map(OTHER_LATIN.__contains__, words))
    other += sum(ACCENTED.search(word) is not None for word in words) if accented else 0
    return "und" if other > english else "en"


def _latin_words(text: str) -> list[str]:
    """Return the words in Latin letters, in lower case."""
    if text.isascii():  # as most are; three times as fast
        return text.encode().translate(ASCII_LETTERS).decode().split()
    return LATIN.findall(text.lower())


def _accented(text: str) -> bool:
    return not text.isascii() and ACCENTED.search(text) is not None


def _length(pattern: re.Pattern[str], text: str) -> int:
    return sum(map(len, pattern.findall(text)))
