"""What stands around a Korean word and turns it over or drives it up.

Every pattern has bounded repeats, so a look costs the same whatever the text holds.
"""

from __future__ import annotations

import re
from typing import Final

AFTER_VERB: Final = re.compile(
    r"[가-힣]{0,3}?(?:지(?:는|도|를|가)?|진|질)\s?(?:않|안|못|말|마)"
    r"(?!(?:나|냐|니|을까|은가|습니까|아요?\?|나요))"
)
"""좋지 않다, 슬프진 않아, 걱정하지 마; but not the rhetorical 좋지 않나요."""

AFTER_NOUN: Final = re.compile(
    r"(?:이|가|은|는|도|을|를|함이|함도|함은|하나|거리|이라고는|이라곤|따위)?\s?"
    r"(?:하나도 |전혀 |1도 |별로 |조금도 |아무 )?(?:없|업[다는음서네]|1도 없|안 느|못 느|못느|제로)"
)
"""재미가 없다, 걱정 없어, 희망도 없음."""

NOT_BEING: Final = re.compile(
    r"[가-힣]{0,2}(?:\s[가-힣]{1,3}?)?\s?(?:이|가|은|는|건|게|것은|것이|거는|정도는|편은)\s?아[니닌님]"
)
"""최고는 아니다, 나쁜 건 아닌데."""

NEEDLESS: Final = re.compile(
    r"(?:[가-힣]{0,1}(?:할|하실|하지|낼|될)|[을를])?\s?(?:필요|이유|겨를|새|틈)[이가도는은]?\s?없"
)
"""걱정할 필요 없어, 불안할 이유가 없다, 지루할 틈이 없다."""

REFUSED: Final = re.compile(
    r"(?:은|는|도|을|를)?\s?안\s?(?:하|해|함|했|합|한|할|되|돼|됨|됐|든|들)"
)
"""후회 안 해, 기대는 안 돼."""

HYPERBOLE: Final = re.compile(
    r"[가-힣]{0,2}\s?(?:죽겠|죽을 ?(?:것|거|뻔|지경|만큼)"
    r"|미치겠|미칠 ?(?:것|거)|돌아버리겠|환장하겠)"
)
"""웃겨 죽겠다, 좋아 미치겠네: the word before decides, the dying only drives it up."""

NEGATORS: Final = "안못않"
DOUBTERS: Final = (
    "별로",
    "별루",
    "그닥",
    "그다지",
    "전혀",
    "하나도",
    "절대",
    "1도",
    "결코",
    "딱히",
)
"""Adverbs that turn a pleasant word over but underline an unpleasant one."""
LONGEST_DOUBTER: Final = 4


FOLLOWING: Final = (AFTER_VERB, AFTER_NOUN, REFUSED, NOT_BEING, NEEDLESS)


def negation_end(text: str, end: int) -> int:
    """Return where a negation that follows the word ends, or -1 when none follows."""
    for pattern in FOLLOWING:
        found = pattern.match(text, end)
        if found is not None:
            return found.end()
    return -1


def is_negated_before(text: str, start: int) -> bool:
    """Tell whether 안 or 못 stands right before the word, glued to it or not."""
    before = text[max(0, start - 3) : start].rstrip()
    return before[-1:] in NEGATORS and before[:-1][-1:] in {"", " "} and before != ""


def is_doubted_before(text: str, start: int) -> bool:
    """Tell whether an adverb such as 별로 or 전혀 stands right before the word."""
    return text[max(0, start - LONGEST_DOUBTER) : start].rstrip().endswith(DOUBTERS)
