"""Normalisation of Discord chat text: what a person said, without the markup around it.

Every step is one pass over the text, so the time is linear in its length whatever it holds.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

MAX_LENGTH: Final = 4_000
"""Longest text that is read, in code points: Discord's own limit for a message."""

CODE: Final = re.compile(r"```[\s\S]*?(?:```|\Z)|``[^`\n]+``|`[^`\n]+`")
QUOTED_BLOCK: Final = re.compile(r"^>>> [\s\S]*", re.MULTILINE)
QUOTED_LINE: Final = re.compile(r"^> .*$", re.MULTILINE)
LINE_MARK: Final = re.compile(r"^(?:#{1,3}|-#|[-*]) (?=\S)", re.MULTILINE)
LINK: Final = re.compile(r"<?(?:https?://|www\.)[^\s>]+>?", re.IGNORECASE)
MASKED_LINK: Final = re.compile(r"\[([^\[\]\n]{1,200})\]\(<?(?:https?://|www\.)[^\s)]*\)")
INVITE: Final = re.compile(r"\bdiscord\.gg/[\w-]+")
CUSTOM_EMOJI: Final = re.compile(r"<a?(:\w{2,32}:)\d{15,21}>")
MENTION: Final = re.compile(
    r"<(?:@[!&]?|#)\d{15,21}>|<t:-?\d{1,14}(?::[a-zA-Z])?>|<id:\w{1,32}>"
    r"|</[^<>:\n]{1,100}:\d{15,21}>|(?<!\w)@(?:everyone|here)\b"
)
EMPHASIS: Final = re.compile(r"\*{1,3}(?=\S)|(?<=\S)\*{1,3}|__|~~|\|\|")
UNDERSCORED: Final = re.compile(r"(?<![\w_])_(?=[^\s_])|(?<=[^\s_])_(?![\w_])")
FACE_WITH_UNDERSCORE: Final = re.compile(r"[^\w\s]_+[^\w\s]")
ESCAPE: Final = re.compile(r"\\(?=[*_~|`>#\\\[\]()-])")
MARKUP: Final = re.compile(
    r"[*_~|`><#\[\\@]|^- |://|www\.|discord\.gg", re.IGNORECASE | re.MULTILINE
)
MARKUP_SIGN: Final = re.compile(r"[-*_~|`><#\[\\@/.](?:(?<![-/.])|(?<=-) |(?<=/)/|(?<=\.)[\wGg])")
"""What all markup has some of; a search for it takes a fraction of the time. It begins with one
class of signs: such a pattern is searched for twice as fast as one of several alternatives."""

INVISIBLE: Final = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\uffff\U000e0000-\U000e0fff]"
)
SURROGATE: Final = re.compile("[\ud800-\udfff]")
FOLDABLE: Final = re.compile(
    "[\u1100-\u11ff\u2018\u2019\u201c\u201d\u3000\uff01-\uff5e\uffa1-\uffdc]"
)
ODD: Final = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u0300-\u036f\u0483-\u0489\u061c"
    "\u1100-\u11ff\u17b4\u17b5\u180b-\u180f\u1ab0-\u1aff\u2018\u2019\u201c\u201d\u200b\u200c\u200e"
    "\u200f\u2028-\u202e\u2060-\u206f\u20d0-\u20f0\u3000\u3164\ud800-\udfff\ufeff\uff01-\uff5e"
    "\uffa0-\uffdc\ufff0-\uffff\U000e0000-\U000e0fff]"
)
"""Everything that ``_repaired`` may have to do with, beside composition."""

COMBINING_PILE: Final = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20f0]{2})"
    r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20f0]+"
)

LAUGHTER: Final = re.compile("[ㅋㅎ]+")
TEARS: Final = re.compile("[ㅠㅜ]+")
REPEATED: Final = re.compile(r"([^\W\d_])\1{2,}|([^\w\s])\2{4,}|([\d_])\3{15,}")
TRIPLE: Final = re.compile(r"(.)\1\1")
"""Without three of a kind nothing is repeated; ten times as fast as ``REPEATED``."""
SAID: Final = re.compile(r"[^\W_]|[^\w\s.,]")

LEADING: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS: Final = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
TRAILING: Final = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """What was said, and how strongly, once the markup is gone.

    Attributes:
        text: NFC text; whitespace runs are one blank, letters repeated more than twice stand
            twice, other signs at most four times. At most ``MAX_LENGTH`` code points.
        laughter: Length of the longest run of ㅋ and ㅎ in the original.
        tears: Length of the longest run of ㅠ and ㅜ in the original.
        elongations: How many runs of a repeated sign were shortened.
    """

    text: str
    laughter: int = 0
    tears: int = 0
    elongations: int = 0


def normalise(text: str) -> NormalisedText:
    """Return what the author of a Discord message said.

    Code blocks, quotes of others, mentions, timestamps, links and invisible characters are
    dropped; emphasis and spoilers lose their marks and keep their words; a custom emoji
    ``<:name:id>`` becomes ``:name:``; surrogate pairs are joined, broken ones dropped. Full-width
    forms become ASCII, lone conjoining jamo the ones that people type. Never raises, whatever the
    text holds.
    """
    plain = _bare(text)
    squeezed, elongations = REPEATED.subn(_shortened, plain)
    return NormalisedText(
        " ".join(squeezed.split()), _longest(LAUGHTER, plain), _longest(TEARS, plain), elongations
    )


def said(text: str) -> str:
    """Return ``normalise(text).text`` in a third of the time."""
    plain = _bare(text)
    if TRIPLE.search(plain):
        plain = REPEATED.sub(_shortened, plain)
    return _single_blanks(plain)


def is_classifiable(text: str) -> bool:
    """Tell whether an original message says anything that has a feeling to read.

    At least one letter, digit, emoji or sign other than ``.`` and ``,`` must be left once links,
    mentions, quotes and code are gone. A message that is only those has no record at all: to
    count it as neutral would make a server that shares links look indifferent.
    """
    return SAID.search(said(text)) is not None


def _bare(text: str) -> str:
    """Return the words without markup, blanks and repetitions as they were."""
    plain = text[:MAX_LENGTH]
    if ODD.search(plain) or not unicodedata.is_normalized("NFC", plain):
        plain = _repaired(plain)
    if MARKUP_SIGN.search(plain) and MARKUP.search(plain):
        plain = _without_markup(plain)
    return plain


def _single_blanks(text: str) -> str:
    """Return the words with one blank between two; of what is printable only blanks are blank."""
    if text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]:
        return text
    return " ".join(text.split())


def _repaired(text: str) -> str:
    if SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = unicodedata.normalize("NFC", text)
    if FOLDABLE.search(text):
        text = text.translate(_FOLDS)
    if COMBINING_PILE.search(text):
        text = COMBINING_PILE.sub(r"\1", text)
    return INVISIBLE.sub("", text) if INVISIBLE.search(text) else text


def _without_markup(text: str) -> str:
    text = CODE.sub(" ", text)
    text = QUOTED_LINE.sub("", QUOTED_BLOCK.sub("", text))
    text = CUSTOM_EMOJI.sub(r" \1 ", text)
    text = MENTION.sub(" ", MASKED_LINK.sub(r"\1", text))
    text = INVITE.sub(" ", LINK.sub(" ", text))
    text = LINE_MARK.sub("", text)
    text = EMPHASIS.sub("", ESCAPE.sub("", text))
    return text if FACE_WITH_UNDERSCORE.search(text) else UNDERSCORED.sub("", text)


def _shortened(run: re.Match[str]) -> str:
    letter, sign, digit = run.groups()
    return letter * 2 if letter else sign * 4 if sign else digit * 15


def _longest(pattern: re.Pattern[str], text: str) -> int:
    return max(map(len, pattern.findall(text)), default=0)


def _folds() -> dict[int, str]:
    """Map full-width forms and curly quotes to ASCII, lone jamo to the ones that people type."""
    folds = {0x3000: " ", 0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"'}
    folds |= {0xFF01 + offset: chr(0x21 + offset) for offset in range(94)}
    folds |= {0x1100 + offset: jamo for offset, jamo in enumerate(LEADING)}
    folds |= {0x1161 + offset: jamo for offset, jamo in enumerate(VOWELS)}
    folds |= {0x11A8 + offset: jamo for offset, jamo in enumerate(TRAILING)}
    half_width = [*range(0xFFA1, 0xFFBF), *range(0xFFC2, 0xFFC8), *range(0xFFCA, 0xFFD0)]
    half_width += [*range(0xFFD2, 0xFFD8), *range(0xFFDA, 0xFFDD)]
    jamo = [*map(chr, range(0x3131, 0x314F)), *VOWELS]
    return folds | dict(zip(half_width, jamo, strict=True))


_FOLDS: Final = _folds()
