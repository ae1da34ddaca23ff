"""The negated part of a message: what 'not' and '안' stand before, and '지 않다' behind.

A bag of n-grams does not know which word a negation belongs to. Its words are therefore read a
second time, by weights that learn what negation does to a feeling (as Das and Chen 2001 and Pang
et al. 2002 mark words behind a negation, but learnt once for all words).
"""

from __future__ import annotations

import re
from typing import Final

CUES: Final = """
not no never nothing nobody none neither nor without hardly barely cannot cant dont doesnt didnt
isnt wasnt arent werent wont wouldnt couldnt shouldnt aint havent hasnt hadnt
"""
ENGLISH_CUES: Final = frozenset(CUES.split())
ENGLISH_HINT: Final = re.compile(r"n(?:o|'?t|ever|either)|hardly|barely|without")
"""Some of every cue; quicker than looking for one among the words."""

ENGLISH: Final = re.compile(
    rf"(?:\b(?:{'|'.join(sorted(ENGLISH_CUES))})\b|n't\b)"
    r"((?:\s+(?!but\b|because\b)[^\s.,!?;:]+){1,4})"
)
"""Up to four words behind a cue, not beyond a sign, 'but' or 'because'."""

NO_NEGATION: Final = (
    "에|녕|고|내|심|정|경|전|주|방|쪽|건|타|개|락|쓰|부|마|과|면|팎|달|목|약|테|티|드|사|산|식|양|보"
    "|구|좌|배|의|을|은|으|까|색|무|줄|이|다|절|줏|았|겨|기|겼|김|뇽|중|착|아(?!파|프)"
)
"""What stands right behind 안 when it is 'inside' or the beginning of another word."""

KOREAN_HINT: Final = re.compile(
    "[안못않없지진질아](?:(?<=[안못않없])|(?<=[지진질])[는도가를]? ?[말마]|(?<=아)[니닌님냐녀])"
)
"""Without one of these there is no Korean negation; quicker than looking for one. It begins with
one class of letters: such a pattern is searched for three times as fast."""

KOREAN: Final = re.compile(
    r"(?P<before>(?<!까)[지진질][는도가를]?\s?(?:[않안](?![가-힣]{0,4}\?)|못|말|마)"
    r"|\s?(?:없[다는음서네었을어]|아니[다고라었]|아닌|아님|아냐|아녀))"
    rf"|(?<=\s)(?:안(?!{NO_NEGATION})|못)\s?(?P<after>\S+)"
)
"""What negates the word before it (재밌지 않다, but not the rhetorical 재밌지 않아?; 재미 없다) or
behind it (안 재밌다, but not 안에서)."""


def negated(text: str) -> str:
    """Return the words that a negation covers, bordered by blanks; nothing if there are none.

    Args:
        text: What ``features.plain`` returned.
    """
    parts: list[str] = []
    if ENGLISH_HINT.search(text) and _cued(text):
        parts += [match[1] for match in ENGLISH.finditer(text)]
    if not text.isascii() and KOREAN_HINT.search(text):
        parts += [_korean(text, match) for match in KOREAN.finditer(text)]
    words = " ".join(" ".join(parts).split())
    return f" {words} " if words else ""


def _cued(text: str) -> bool:
    return "n't" in text or not ENGLISH_CUES.isdisjoint(text.split())


def _korean(text: str, match: re.Match[str]) -> str:
    after = match["after"]
    if after:
        return after
    return text[text.rfind(" ", 0, match.start()) + 1 : match.start()]
