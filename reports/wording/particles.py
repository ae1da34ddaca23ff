"""Korean particles that depend on the sound before them."""

from __future__ import annotations

from typing import Final

_FIRST: Final = ord("가")
_LAST: Final = ord("힣")
_FINALS: Final = 28
_RIEUL: Final = 8
_DIGIT_FINALS: Final = dict(
    zip("0123456789", (21, _RIEUL, 0, 16, 0, 0, 1, _RIEUL, _RIEUL, 0), strict=True)
)
"""Final consonant of each digit as it is read: 영, 일, 이, 삼, 사, 오, 육, 칠, 팔, 구."""


_CLOSING: Final = ")]}’”'\"`*"
"""Signs at the end of a word that nobody speaks."""


def is_spoken_known(word: str) -> bool:
    """Return whether the last sound of a word is certain: Hangul, a digit or a percent sign."""
    last = word.rstrip(_CLOSING)[-1:]
    return bool(last) and (last in _DIGIT_FINALS or last == "%" or _FIRST <= ord(last) <= _LAST)


def attached(word: str, pair: str) -> str:
    """Return a word with the right one of two particles.

    Args:
        word: Ends in a Hangul syllable, a digit, or something else, which counts as a vowel;
            closing brackets and percent signs are looked through.
        pair: The form after a consonant, a slash, the form after a vowel: ``이/가``, ``은/는``,
            ``으로/로`` (which takes ``로`` after ㄹ as well).
    """
    after_consonant, after_vowel = pair.split("/")
    final = _final(word)
    closed = final != 0 and not (final == _RIEUL and after_consonant.startswith("으로"))
    return word + (after_consonant if closed else after_vowel)


def _final(word: str) -> int:
    """Return the index of the final consonant of the last sound; 0 for none."""
    last = word.rstrip(_CLOSING)[-1:]
    if last == "%":  # 퍼센트 and 프로 both end in a vowel
        return 0
    if last in _DIGIT_FINALS:
        return _DIGIT_FINALS[last]
    code = ord(last) if last else 0
    return (code - _FIRST) % _FINALS if _FIRST <= code <= _LAST else 0
