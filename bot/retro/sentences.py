"""Where sentences end, in Korean and English as people chat: with or without full stops.

The pieces are a partition: joined, they are the text. Rules, not a model: a retrospective is short,
and a wrong cut only splits one measurement into two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, pairwise
from typing import Final

_LINES: Final = re.compile(r"[^\n]*\n|[^\n]+\Z")
_WORD: Final = re.compile(r"\S+\s*")
_FENCE: Final = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)

_STOP: Final = re.compile(
    r"[.!?\u2026\u3002\uff01\uff1f]+[\"'\u201d\u2019)\]」』]*(?:\s+|(?=[가-힣])(?<=[다요음함임됨죠네].))"
    r"|[ㅋㅎㅠㅜ]{2,}[~!.^]*\s+"
    r"|~+\s+(?=[A-Z가-힣])"
)
_EMOJI: Final = re.compile(
    r"(?:[\u2600-\u27bf\U0001f1e6-\U0001faff]\ufe0f?\u200d?|<a?:\w+:\d+>)+\s+(?=[A-Z가-힣])"
)
_ABBREVIATION: Final = re.compile(
    r"(?:^|[\s(])(?:e\.g|i\.e|etc|vs|mr|mrs|ms|dr|prof|no|fig|approx|cf|st|jr|sr|inc|ltd|a\.m|p\.m"
    r"|u\.s|u\.k|[A-Za-z])\.$",
    re.IGNORECASE,
)
_MAY_END: Final = ("etc.", "inc.", "ltd.", "a.m.", "p.m.", "u.s.", "u.k.")
_NUMBERED: Final = re.compile(r"(?:^|\s)\(?\d{1,2}\.$")

_HANGUL: Final = 0xAC00
_FINALS: Final = 28


def _ending_in(final: int) -> str:
    """Return the Hangul syllables with a final consonant, by its place in Unicode."""
    return "".join(map(chr, range(_HANGUL + final, 0xD7A4, _FINALS)))


_PAST: Final = _ending_in(20)  # ㅆ: 했, 었, 텼, 있, 겠
_PRESENT: Final = _ending_in(4)  # ㄴ: 한, 된, 간

_FINAL: Final = re.compile(
    rf"(?:니다|[{_PAST}{_PRESENT}같싶많좋]다|[어아여해예에세네군나까거든데지돼줘워려]요|죠"
    rf"|[{_PAST}]음|[필못족]요?함|습니까)[~!^;ㅎㅋㅠㅜ]*$"
)
_NO_END: Final = re.compile(
    r"^(?:왔|갔|보니|보면|가|가도|는|고|라고|라는|며|면|면서|만|싶|치고|하더라도|해도|할|하는|하고|시피|던데|"
    r"말고|생각|느낌|느꼈|점|것|걸|거|말|사실|정도|같)"
)
_BACK: Final = 16
"""Characters before a full stop that tell whether it ends a sentence."""

_LEAST: Final = 4
"""Code points of a sentence that a Korean ending without a full stop may close."""


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the sentences of a text as (start, end), each beginning where the last one ended.

    A line is at least one sentence; a block of code is one piece.
    """
    cuts = {0, len(text)}
    fences = [fence.span() for fence in _FENCE.finditer(text)]
    for line in _LINES.finditer(text):
        cuts.add(line.end())
        cuts.update(line.start() + cut for cut in _cuts(line.group()))
    kept = sorted(cut for cut in cuts if not any(a < cut < b for a, b in fences))
    return [(a, b) for a, b in pairwise(kept) if a < b]


def _cuts(line: str) -> Iterator[int]:
    stops = [mark.end() for mark in _STOP.finditer(line) if _ends(line, mark)]
    stops += [mark.end() for mark in _EMOJI.finditer(line) if len(line[: mark.start()].strip()) > 7]
    edges = sorted({0, len(line), *stops})
    return chain(stops, *(_unmarked(line, *piece) for piece in pairwise(edges)))


def _ends(line: str, mark: re.Match[str]) -> bool:
    """Tell whether a mark ends a sentence."""
    before = line[max(0, mark.start() - _BACK) : mark.start() + 1]
    following = line[mark.end() : mark.end() + 1]
    if not mark.group().startswith("."):
        return not (mark.group().startswith("\u2026") and following.islower())
    if mark.group().startswith(("..", "…")):
        return not following.islower()
    if _NUMBERED.search(before):
        first = mark.start() < _BACK and len(before.split()) == 1
        return "A" <= following <= "Z" and not first
    if _ABBREVIATION.search(before):
        word = before.split()[-1].lstrip("(").casefold()
        return word in _MAY_END and following.isupper()
    return True


def _unmarked(line: str, start: int, end: int) -> Iterator[int]:
    """Yield the cuts after Korean endings in a piece of a line without marks."""
    words = list(_WORD.finditer(line, start, end))
    begun = start
    for word, after in pairwise(words):
        long = word.end() - begun >= _LEAST
        worded = any(each.isalnum() for each in after.group())
        if (
            long
            and worded
            and _FINAL.search(word.group().rstrip())
            and not _NO_END.match(after.group())
        ):
            yield word.end()
            begun = word.end()
