"""What an engine that writes by itself may not say."""

from __future__ import annotations

import re
from typing import Final

from bot.companion.crisis import CrisisDetector
from classifiers.language import detect
from classifiers.text import INVISIBLE

LONGEST: Final = 500
"""Characters of an answer."""
SENTENCE_END: Final = re.compile(r"[.!?。…](?:[\"')\]]*)(?=\s|$)")
LEAK: Final = 24
"""Characters in a row that an answer may share with its instructions."""

FORBIDDEN: Final = (
    ("a mention", re.compile(r"<[@#/:]|<a:|<t:|@everyone|@here|<id:", re.IGNORECASE)),
    (
        "a link",
        re.compile(
            r"https?:|www\.|discord\.gg|\b[\w-]+\.(?:com|net|org|io|gg|kr|xyz|ru|info|me|app)\b",
            re.IGNORECASE,
        ),
    ),
    ("markup", re.compile(r"```|^\s{0,3}#{1,3} |^\s*>|<\||\|>|\[/?INST\]|</?s>", re.MULTILINE)),
    (
        "a part of the conversation that is not its own",
        re.compile(
            r"^\s*(?:user|assistant|system|person|human|사용자|시스템)\s*:",
            re.IGNORECASE | re.MULTILINE,
        ),
    ),
    (
        "a diagnosis or a medicine",
        re.compile(
            r"\b(?:diagnos\w+|disorder|bipolar|schizo\w+|ptsd|adhd|ocd|clinical\w*|psychosis"
            r"|depressive|depression|you (?:have|are suffering from|suffer from) anxiety"
            r"|antidepressant\w*|ssri|xanax|prozac|medication|dosage|dose|prescri\w+|\d+ ?mg)\b"
            r"|우울증|조울|공황장애|불안장애|강박증|조현|양극성|진단|항우울제|수면제|복용|처방|증후군",
            re.IGNORECASE,
        ),
    ),
    (
        "a claim to be human",
        re.compile(
            r"\b(?:i(?:'m| am) (?:a |an )?(?:real )?(?:human|person|therapist|doctor|counsell?or"
            r"|psychologist)|as a (?:human|person|therapist|doctor)|i(?:'m| am) not (?:a |an )?"
            r"(?:bot|robot|ai|machine|program)|when i was (?:young|a kid|little|your age)"
            r"|i(?:'ve| have) been there|happened to me too|my (?:mother|father|wife|husband))\b"
            r"|(?:저|나)(?:도|는)? ?(?:진짜 )?(?:사람이|인간이|상담사|의사)|봇이 아니|AI가 아니"
            r"|(?:저|나)도 (?:그런 적|겪어|어렸을|경험)",
            re.IGNORECASE,
        ),
    ),
    (
        "advice that may do harm",
        re.compile(
            r"\b(?:kill|die|suicide|overdose|self-?harm|hurt (?:him|her|them|yourself)|revenge"
            r"|punch (?:him|her|them)|weapon|knife|gun|drunk|get high|vodka|whiskey)\b"
            r"|자살|자해|죽어|죽여|복수하|때려|술을? 마시|칼로",
            re.IGNORECASE,
        ),
    ),
    (
        "a swear word",
        re.compile(r"\b(?:fuck\w*|shit\w*|bitch|idiot|stupid)\b|씨발|병신|멍청", re.IGNORECASE),
    ),
)


def why_unsafe(answer: str, language: str, instructions: str) -> str | None:
    """Return why an answer must not be shown, in words that repeat none of it, or ``None``.

    Args:
        answer: What an engine wrote.
        language: ``ko`` or ``en``: what it should be written in.
        instructions: What the engine was told, none of which may be repeated.
    """
    plain = INVISIBLE.sub("", answer)
    checks = (
        ("nothing", not plain.strip()),
        ("too much", len(answer) > LONGEST),
        *((reason, pattern.search(plain) is not None) for reason, pattern in FORBIDDEN),
        ("another language", detect(plain) != language),
        ("its instructions", _repeats(plain, instructions)),
        ("about dying", CrisisDetector.plain().find(plain[:LONGEST]) is not None),
    )
    return next((reason for reason, unsafe in checks if unsafe), None)


def trimmed(answer: str) -> str:
    """Return an answer on one line, cut after the last whole sentence that fits."""
    line = " ".join(answer.split()).strip("\"' ")
    if len(line) <= LONGEST:
        return line
    ends = [end.end() for end in SENTENCE_END.finditer(line[:LONGEST])]
    return line[: ends[-1]] if ends else line


def _repeats(answer: str, instructions: str) -> bool:
    told, said = instructions.lower(), answer.lower()
    return any(said[start : start + LEAK] in told for start in range(len(said) - LEAK + 1))
