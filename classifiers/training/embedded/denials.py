"""Denied feelings, for training only: what 'not' does to a feeling, said in many ways.

Few lines of chat deny a feeling in so many words, too few to learn what a denial does. These are
put together from words, so they are no part of the corpus, are never measured on, and weigh little.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from classifiers.emotion import Emotion

Denial = tuple[str, tuple[Emotion, ...]]

UNPLEASANT: Final = (Emotion.SADNESS, Emotion.ANGER)
"""What remains when something pleasant is denied; which of them, the denial does not say."""

CALM: Final = (Emotion.NEUTRAL, Emotion.JOY)
"""What remains when something unpleasant is denied."""

PLEASANT_ENGLISH: Final = (
    "happy", "glad", "excited", "pleased", "proud", "satisfied", "thrilled", "amused", "fun",
    "funny",
    "good", "great", "nice", "impressed", "okay with this", "a fan", "enjoying this", "cool",
    "fine",
)  # fmt: skip
UNPLEASANT_ENGLISH: Final = (
    "sad", "angry", "mad", "scared", "afraid", "worried", "nervous", "anxious", "upset", "hurt",
    "embarrassed", "ashamed", "disgusted", "annoyed", "crying", "offended", "stressed",
    "surprised",
)  # fmt: skip
ENGLISH: Final = (
    "i'm not {}", "im not {}", "i am not {}", "not {}", "not even {}", "not really {}",
    "not {} at all",
    "not that {} tbh", "i'm not {} about this", "this isn't {}", "it wasn't {}", "that's not {}",
    "i'm no longer {}", "never been less {}", "nobody is {} here", "can't say i'm {}",
    "i don't feel {}", "we're not {} about it", "honestly not {}", "definitely not {}",
)  # fmt: skip

PLEASANT_KOREAN: Final = (
    ("행복해", "행복하"), ("기뻐", "기쁘"), ("좋아", "좋"), ("재밌어", "재밌"), ("신나", "신나"),
    ("즐거워", "즐겁"), ("반가워", "반갑"), ("고마워", "고맙"), ("웃겨", "웃기"),
    ("괜찮아", "괜찮"),
    ("뿌듯해", "뿌듯하"), ("설레", "설레"), ("만족해", "만족하"), ("편해", "편하"),
)  # fmt: skip
UNPLEASANT_KOREAN: Final = (
    ("슬퍼", "슬프"), ("화나", "화나"), ("무서워", "무섭"), ("불안해", "불안하"),
    ("걱정돼", "걱정되"),
    ("떨려", "떨리"), ("서운해", "서운하"), ("속상해", "속상하"), ("창피해", "창피하"),
    ("부끄러워", "부끄럽"), ("짜증나", "짜증나"), ("더러워", "더럽"), ("아파", "아프"),
    ("외로워", "외롭"), ("놀랐어", "놀라"),
)  # fmt: skip
KOREAN: Final = (
    "안 {0}", "하나도 안 {0}", "별로 안 {0}", "이제 안 {0}", "나 안 {0}", "전혀 안 {0} 진짜",
    "{1}지 않아", "{1}지 않아요", "{1}지는 않네", "{1}지도 않아", "{1}지 않았어", "딱히 {1}지 않음",
    "그렇게 {1}지는 않은데", "안 {0}요", "오늘은 안 {0}",
)  # fmt: skip


def denials() -> Iterator[Denial]:
    """Yield texts, each with the emotions that may be behind it, in a fixed order."""
    for words, left in ((PLEASANT_ENGLISH, UNPLEASANT), (UNPLEASANT_ENGLISH, CALM)):
        for word in words:
            for frame in ENGLISH:
                yield frame.format(word), left
    for pairs, left in ((PLEASANT_KOREAN, UNPLEASANT), (UNPLEASANT_KOREAN, CALM)):
        for pair in pairs:
            for frame in KOREAN:
                yield frame.format(*pair), left
