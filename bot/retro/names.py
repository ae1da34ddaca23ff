"""What sections are called where people write them: Korean and English, long and short.

A name may stand for sections of several forms; the first is the most usual, and the other names of
a post decide.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

_ENGLISH: Final = {
    "liked": ("liked",),
    "like": ("liked",),
    "loved": ("liked",),
    "learned": ("learned",),
    "learnt": ("learned",),
    "learn": ("learned",),
    "learning": ("learned",),
    "learnings": ("learned",),
    "lessonslearned": ("learned",),
    "lacked": ("lacked",),
    "lack": ("lacked",),
    "lacking": ("lacked",),
    "missed": ("lacked",),
    "longedfor": ("longed_for",),
    "longfor": ("longed_for",),
    "longed": ("longed_for",),
    "longingfor": ("longed_for",),
    "wishedfor": ("longed_for",),
    "wishes": ("longed_for",),
    "fact": ("fact",),
    "facts": ("fact",),
    "happened": ("fact", "did"),
    "feeling": ("feeling",),
    "feelings": ("feeling",),
    "felt": ("feeling",),
    "feel": ("feeling",),
    "finding": ("finding",),
    "findings": ("finding",),
    "insight": ("finding", "learned"),
    "insights": ("finding", "learned"),
    "found": ("finding",),
    "future": ("future",),
    "futureaction": ("future",),
    "futureactions": ("future",),
    "futureplan": ("future",),
    "futureplans": ("future",),
    "feedback": ("feedback",),
    "feedbacks": ("feedback",),
    "keep": ("keep",),
    "keepdoing": ("keep", "continue"),
    "problem": ("problem",),
    "problems": ("problem",),
    "try": ("try",),
    "tries": ("try",),
    "totry": ("try",),
    "action": ("next", "future"),
    "actions": ("next", "future"),
    "actionitem": ("next", "future"),
    "actionitems": ("next", "future"),
    "actionplan": ("next", "future"),
    "next": ("next",),
    "nextstep": ("next",),
    "nextsteps": ("next",),
    "nextaction": ("next", "future"),
    "nextactions": ("next", "future"),
    "nextweek": ("next",),
    "todo": ("next",),
    "plan": ("next",),
    "plans": ("next",),
    "tomorrow": ("next",),
    "dotomorrow": ("next",),
    "donexttime": ("next",),
    "donext": ("next",),
    "start": ("start",),
    "startdoing": ("start",),
    "stop": ("stop",),
    "stopdoing": ("stop",),
    "continue": ("continue",),
    "continuedoing": ("continue",),
    "mad": ("mad",),
    "sad": ("sad",),
    "glad": ("glad",),
    "wentwell": ("good", "did_well"),
    "workedwell": ("good", "did_well"),
    "worked": ("good",),
    "didntwork": ("shortfall",),
    "didn'twork": ("shortfall",),
    "didnotwork": ("shortfall",),
    "nexttime": ("next",),
    "tomorrow'splan": ("next",),
    "well": ("good", "did_well"),
    "good": ("good",),
    "thegood": ("good",),
    "highlight": ("good",),
    "highlights": ("good",),
    "wins": ("good",),
    "win": ("good",),
    "bad": ("shortfall",),
    "thebad": ("shortfall",),
    "lowlight": ("shortfall",),
    "lowlights": ("shortfall",),
    "wentwrong": ("shortfall",),
    "wentbadly": ("shortfall",),
    "didntgowell": ("shortfall",),
    "didn'tgowell": ("shortfall",),
    "didnotgowell": ("shortfall",),
    "beenbetter": ("shortfall", "improve"),
    "bebetter": ("shortfall", "improve"),
    "couldbebetter": ("shortfall", "improve"),
    "couldhavebeenbetter": ("shortfall", "improve"),
    "couldbeimproved": ("improve", "shortfall"),
    "toimprove": ("improve",),
    "improve": ("improve",),
    "improvement": ("improve",),
    "improvements": ("improve",),
    "areastoimprove": ("improve",),
    "areasforimprovement": ("improve",),
    "didwell": ("did_well", "good"),
    "dowell": ("did_well", "good"),
    "strengths": ("did_well",),
    "did": ("did", "fact"),
    "done": ("did",),
    "worked on": ("did",),
    "workedon": ("did",),
    "todayilearned": ("learned",),
    "difficult": ("difficult", "problem"),
    "difficulties": ("difficult", "problem"),
    "challenge": ("difficult", "problem"),
    "challenges": ("difficult", "problem"),
    "struggled": ("difficult", "problem"),
    "struggledwith": ("difficult", "problem"),
    "struggles": ("difficult", "problem"),
    "blockers": ("difficult", "problem"),
    "rose": ("rose",),
    "roses": ("rose",),
    "bud": ("bud",),
    "buds": ("bud",),
    "thorn": ("thorn",),
    "thorns": ("thorn",),
    "drop": ("drop",),
    "add": ("add",),
    "wind": ("wind",),
    "winds": ("wind",),
    "anchor": ("anchor",),
    "anchors": ("anchor",),
    "rock": ("rock",),
    "rocks": ("rock",),
    "island": ("island",),
    "plus": ("plus",),
    "pluses": ("plus",),
    "minus": ("minus",),
    "minuses": ("minus",),
    "interesting": ("interesting",),
    "freetext": ("free",),
}

# Without blanks, and without the noun that follows: "좋았던 점", "좋았던것" and "좋았던" are one.
_KOREAN: Final = {
    "좋았던": ("good", "liked", "keep"),
    "좋은": ("good", "liked", "plus"),
    "좋았음": ("good", "liked"),
    "마음에들었던": ("liked", "good"),
    "만족했던": ("liked", "good"),
    "만족스러웠던": ("liked", "good"),
    "즐거웠던": ("liked", "glad"),
    "배운": ("learned",),
    "배웠던": ("learned",),
    "배움": ("learned",),
    "새로배운": ("learned",),
    "새롭게배운": ("learned",),
    "오늘배운": ("learned",),
    "학습한": ("learned",),
    "학습": ("learned",),
    "알게된": ("learned", "finding"),
    "새로알게된": ("learned", "finding"),
    "깨달은": ("finding", "learned"),
    "깨달음": ("finding", "learned"),
    "교훈": ("finding", "learned"),
    "발견": ("finding",),
    "발견한": ("finding",),
    "인사이트": ("finding", "learned"),
    "아쉬웠던": ("shortfall", "lacked", "problem"),
    "아쉬운": ("shortfall", "lacked", "problem"),
    "아쉬움": ("shortfall", "lacked"),
    "나빴던": ("shortfall",),
    "부족했던": ("lacked", "shortfall"),
    "부족한": ("lacked", "shortfall"),
    "부족함": ("lacked", "shortfall"),
    "바라는": ("longed_for",),
    "바랐던": ("longed_for",),
    "바랬던": ("longed_for",),
    "바람": ("longed_for", "wind"),
    "원했던": ("longed_for",),
    "원하는": ("longed_for",),
    "희망하는": ("longed_for",),
    "기대하는": ("longed_for", "bud"),
    "갈망했던": ("longed_for",),
    "앞으로바라는": ("longed_for",),
    "사실": ("fact",),
    "있었던": ("fact", "did"),
    "한": ("did", "fact"),
    "했던": ("did", "fact"),
    "오늘한": ("did",),
    "이번주한": ("did",),
    "이번주에한": ("did",),
    "느낌": ("feeling",),
    "느낀": ("feeling",),
    "느꼈던": ("feeling",),
    "감정": ("feeling",),
    "소감": ("feeling",),
    "향후행동": ("future",),
    "향후계획": ("future", "next"),
    "미래행동": ("future",),
    "미래": ("future",),
    "앞으로할": ("future", "next"),
    "앞으로의계획": ("future", "next"),
    "앞으로의행동": ("future", "next"),
    "앞으로": ("future", "next"),
    "적용할": ("future", "next"),
    "피드백": ("feedback",),
    "유지할": ("keep",),
    "유지하고싶은": ("keep",),
    "유지": ("keep",),
    "계속하고싶은": ("keep", "continue"),
    "잘하고있는": ("keep", "did_well"),
    "문제": ("problem",),
    "문제였던": ("problem",),
    "문제가된": ("problem",),
    "시도": ("try",),
    "시도할": ("try",),
    "시도해볼": ("try",),
    "시도하고싶은": ("try",),
    "해볼": ("try",),
    "도전": ("try",),
    "도전할": ("try",),
    "시작할": ("start",),
    "새로시작할": ("start",),
    "그만할": ("stop",),
    "그만둘": ("stop",),
    "멈출": ("stop",),
    "중단할": ("stop",),
    "계속할": ("continue", "keep"),
    "지속할": ("continue", "keep"),
    "화난": ("mad",),
    "화났던": ("mad",),
    "슬펐던": ("sad",),
    "슬픈": ("sad",),
    "기뻤던": ("glad",),
    "기쁜": ("glad",),
    "잘한": ("did_well", "good", "keep"),
    "잘했던": ("did_well", "good", "keep"),
    "잘된": ("did_well", "good", "keep"),
    "칭찬할": ("did_well", "good"),
    "개선할": ("improve", "shortfall"),
    "개선": ("improve",),
    "개선이필요한": ("improve", "shortfall"),
    "개선하고싶은": ("improve",),
    "보완할": ("improve", "shortfall"),
    "고칠": ("improve",),
    "어려웠던": ("difficult", "problem"),
    "어려운": ("difficult", "problem"),
    "힘들었던": ("difficult", "problem"),
    "힘든": ("difficult", "problem"),
    "막혔던": ("difficult", "problem"),
    "어려움": ("difficult", "problem"),
    "다음액션": ("next", "future"),
    "다음행동": ("next", "future"),
    "액션": ("next", "future"),
    "액션아이템": ("next", "future"),
    "액션플랜": ("next", "future"),
    "다음계획": ("next", "future"),
    "다음목표": ("next",),
    "다음주": ("next",),
    "다음주계획": ("next", "future"),
    "다음주목표": ("next",),
    "다음주할": ("next",),
    "다음에할": ("next",),
    "다음할": ("next",),
    "내일할": ("next",),
    "내일": ("next",),
    "할": ("next",),
    "계획": ("next", "future"),
    "자유롭게쓴글": ("free",),
    "장미": ("rose",),
    "꽃봉오리": ("bud",),
    "가시": ("thorn",),
    "버릴": ("drop", "stop"),
    "추가할": ("add", "start"),
    "순풍": ("wind",),
    "닻": ("anchor",),
    "암초": ("rock",),
    "섬": ("island",),
    "장점": ("plus",),
    "단점": ("minus",),
    "흥미로운": ("interesting",),
    "흥미로웠던": ("interesting",),
}

NAMES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({**_ENGLISH, **_KOREAN})

LETTERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "k": ("keep",),
        "p": ("problem", "plus"),
        "t": ("try",),
        "m": ("minus",),
        "f": ("fact", "feeling", "finding", "future", "feedback"),
        "l": ("liked", "learned", "lacked", "longed_for"),
    }
)
"""Initials; only where a mark beside them says that they are a heading."""

TITLES_WITH_TEXT: Final[Mapping[str, str]] = MappingProxyType({"til": "til"})
"""Titles of forms that people follow up in the same line, with what they learned."""

_FORM_TITLES: Final = {
    "4l": "4l",
    "4ls": "4l",
    "5f": "5f",
    "4f": "5f",
    "3f": "5f",
    "kpt": "kpt",
    "kpta": "kpt",
    "til": "til",
    "todayilearned": "til",
    "startstopcontinue": "ssc",
    "madsadglad": "msg",
    "rosebudthorn": "rbt",
    "daki": "daki",
    "sailboat": "sailboat",
    "pmi": "pmi",
}

_OPENERS: Final = re.compile(
    r"^(?:so,?\s+)?(?:what|things?|stuff|areas?)\s+(?:that\s+)?"
    r"(?:(?:did|have|will|can|could|should|shall)\s+)?(?:i|we)\s+"
    r"|^what\s+(?:else\s+)?(?:could\s+have\s+|could\s+)?(?=went|worked|did|happened|go|be)"
    r"|^what\s+(?:was|were|is)\s+"
    r"|^what\s+|^(?:my|our|the|things?\s+to|what\s+to|(?:i|we)(?:'ll|\s+will)?)\s+"
    r"|^(?:i|we)\s+"
)
_SINCE: Final = re.compile(r"\s+(?:this|last|next)\s+(?:week|sprint|time|month)$|\s+today$")
_KOREAN_OPENERS: Final = re.compile(
    r"^(?:이번에|이번주에?|이번달에?|오늘은?|금주|지난주에?|나의|우리의|내가)"
)
_KOREAN_NOUNS: Final = re.compile(
    r"(?:점들?|것들?|거|부분들?|일들?|사항|내용)?(?:은|는|에는|에|이란|들)?$"
)
_TITLE: Final = re.compile(
    r"^(?P<form>[a-z0-9 ,/&+-]*?)[ _]*(?:형식|방식)?의?[ _]*"
    r"(?P<rest>(?:[\w가-힣.,()~/#:-]+ ){0,4}?(?:주간|일간|월간|팀|스프린트|프로젝트)?[ ]?"
    r"(?:회고록?|retrospectives?|retro))?(?:[ ]*\(?[0-9주차일월w./~ -]*\)?)$"
)
_TITLE_LENGTH: Final = 40


def plain(name: str) -> str:
    """Return a name in the plain letters that tables hold: composed, folded, one blank each."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().replace("’", "'").split())


def candidates(name: str) -> tuple[str, ...]:
    """Return the sections that a name may stand for; none for what is no name.

    Args:
        name: As it was typed, without marks around it.
    """
    words = _SINCE.sub("", plain(name).rstrip("?!. "))
    return next((found for form in _shapes(words) if (found := NAMES.get(form))), ())


def form_named(title: str) -> str | None:
    """Return the form that a title names, ``""`` for a title without one, ``None`` for no title."""
    words = plain(title)
    if len(words) > _TITLE_LENGTH:
        return None
    match = _TITLE.match(words)
    if match is None:
        return None
    form = _FORM_TITLES.get(re.sub(r"[^a-z0-9]", "", match["form"]))
    if form is not None:
        return form
    return "" if match["rest"] else None


def _shapes(words: str) -> Iterable[str]:
    """Yield the forms of a name to look for, from the full one on."""
    yield words.replace(" ", "")
    opened = _OPENERS.sub("", words)
    yield opened.replace(" ", "")
    compact = words.replace(" ", "")
    for each in (compact, _KOREAN_OPENERS.sub("", compact)):
        yield each
        yield _KOREAN_NOUNS.sub("", each)
