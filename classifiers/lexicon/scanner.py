"""Finds Korean words, emoji and emoticons in a text, longest first, in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from classifiers.lexicon.hits import (
    DIMINISHED,
    EMOJI,
    EMOTICON,
    IDIOM,
    INTENSIFIED,
    MODIFIER,
    WORD,
    Hit,
)
from classifiers.lexicon.negation import (
    HYPERBOLE,
    is_doubted_before,
    is_negated_before,
    negation_end,
)
from classifiers.lexicon.tables import Entry, Kind, Row, korean_surfaces

REACH: Final = 10
"""Characters between a modifier and the word that it still modifies: about two Korean words."""

STRONGEST: Final = 1.8
"""Modifiers multiply, but together never beyond this factor."""

HYPERBOLE_FACTOR: Final = 1.3
NEGATED_PLEASANT: Final = 0.75
"""VADER turns a negated word by -0.74."""
NEGATED_UNPLEASANT: Final = 0.45
"""Not being sad is further from joy than not being happy is from sadness."""

SHORTCODE: Final = re.compile(r":(\w{2,32}):")
NAME_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[가-힣]+")
GRAPHICS: Final = frozenset({Kind.EMOJI, Kind.FACE})
MODIFIERS: Final = frozenset({Kind.BOOST, Kind.DIMINISH})
STARTING: Final = frozenset({Kind.START, Kind.STEM_START, Kind.WHOLE}) | MODIFIERS

Bucket = list[tuple[str, Entry]]


class Scanner:
    """An index of surface forms by their first two characters."""

    def __init__(
        self, korean: Iterable[Row], modifiers: Iterable[Row], symbols: Iterable[Row]
    ) -> None:
        self._names: dict[str, Entry] = {}
        self._prefixes: dict[str, float] = {}
        self._buckets: dict[str, Bucket] = {}
        forms: dict[str, Entry] = {}
        for row in modifiers:
            self._add_modifier(row, forms)
        for row in korean:
            for surface in korean_surfaces(row):
                if surface == row.form or surface not in forms:
                    forms[surface] = row.entry
        for row in symbols:
            (self._names if row.entry.kind is Kind.NAME else forms)[row.form] = row.entry
        self._index(forms)

    def scan(self, text: str) -> list[Hit]:
        """Return the matches of a normalised text in order, modifiers among them.

        Time is linear in the length of the text: a position is visited once, and the entries
        that share its two first characters are few and of bounded length.
        """
        hits, text = self._named(text)
        length, buckets = len(text), self._buckets
        position = self._next(text, 0)
        factor, reach = 1.0, -1
        while position < length:
            bucket = buckets.get(text[position : position + 2]) or buckets.get(text[position])
            found = bucket and self._longest(bucket, text, position)
            if not found:
                position = self._next(text, position + 1)
                continue
            surface, entry = found
            end = position + len(surface)
            if entry.kind in MODIFIERS:
                factor = min(
                    STRONGEST, factor * entry.valence if position <= reach else entry.valence
                )
                reach = end + REACH
                hits.append(Hit(position, end, surface, 0.0, (), MODIFIER))
            elif entry.kind is not Kind.BLOCK:
                hit = self._hit(text, position, surface, entry)
                if position <= reach and entry.kind not in GRAPHICS:
                    hit.scale(factor, INTENSIFIED if factor > 1 else DIMINISHED)
                    factor, reach = 1.0, -1
                hits.append(hit)
                end = hit.end
            position = end
        return hits

    def _next(self, text: str, position: int) -> int:
        """Return where the next entry may begin: most English text has no place for one."""
        if not text.isascii():
            return position
        found = self._ascii_heads.search(text, position)
        return len(text) if found is None else found.start()

    def _add_modifier(self, row: Row, forms: dict[str, Entry]) -> None:
        if row.entry.kind is Kind.PREFIX:
            self._prefixes[row.form] = row.entry.valence
        else:
            forms[row.form] = row.entry
            forms[row.form.replace(" ", "")] = row.entry

    def _index(self, forms: dict[str, Entry]) -> None:
        for surface in sorted(forms, key=len, reverse=True):
            self._buckets.setdefault(surface[:2], []).append((surface, forms[surface]))
        for key, bucket in self._buckets.items():
            if len(key) == 2 and key[0] in forms:
                bucket.append((key[0], forms[key[0]]))
        heads = [key for key in self._buckets if key.isascii()]
        words = "|".join(re.escape(key) for key in heads if key[0].isalnum())
        signs = "|".join(re.escape(key) for key in heads if not key[0].isalnum())
        self._ascii_heads = re.compile(rf"(?<![A-Za-z0-9])(?:{words})|{signs}")

    def _named(self, text: str) -> tuple[list[Hit], str]:
        """Read the names of custom emoji, and blank them out so that they are read once."""
        if ":" not in text:
            return [], text
        hits = [hit for code in SHORTCODE.finditer(text) if (hit := self._name_hit(code))]
        return hits, SHORTCODE.sub(lambda code: " " * len(code.group()), text)

    def _name_hit(self, code: re.Match[str]) -> Hit | None:
        words = [word.lower() for word in NAME_WORD.findall(code.group(1))]
        for word in ["".join(words), *words]:
            entry = self._name(word)
            if entry is not None:
                return Hit(
                    code.start(), code.end(), code.group(), entry.valence, entry.weights, EMOJI
                )
        return None

    def _name(self, word: str) -> Entry | None:
        """Look a word up, then the ends of it: custom emoji run words together (pepesad)."""
        tails = (word[cut:] for cut in range(max(1, len(word) - 2)))
        return next((self._names[tail] for tail in tails if tail in self._names), None)

    def _longest(self, bucket: Bucket, text: str, position: int) -> tuple[str, Entry] | None:
        for surface, entry in bucket:
            if text.startswith(surface, position) and self._fits(surface, entry, text, position):
                return surface, entry
        return None

    def _fits(self, surface: str, entry: Entry, text: str, position: int) -> bool:
        kind = entry.kind
        if kind is Kind.FACE:
            return _stands_free(surface, text, position)
        if kind not in STARTING:
            return True
        if position and _is_korean(text[position - 1]) and not self._prefix(text, position):
            return False
        end = position + len(surface)
        return kind is not Kind.WHOLE or end == len(text) or not _is_korean(text[end])

    def _prefix(self, text: str, position: int) -> float:
        """Return the factor of a booster glued to the word at a position, or 0."""
        if not position or text[position - 1] not in self._prefixes:
            return 0.0
        alone = position == 1 or not _is_korean(text[position - 2])
        return self._prefixes[text[position - 1]] if alone else 0.0

    def _hit(self, text: str, position: int, surface: str, entry: Entry) -> Hit:
        end = position + len(surface)
        rule = EMOJI if entry.kind is Kind.EMOJI else EMOTICON if entry.kind is Kind.FACE else WORD
        hit = Hit(position, end, surface, entry.valence, entry.weights, rule)
        if rule is not WORD:
            return hit
        if " " in surface:
            hit.rule = IDIOM
        prefix = self._prefix(text, position)
        if prefix:
            hit.scale(prefix, INTENSIFIED)
        _turn(hit, text)
        return hit


def _turn(hit: Hit, text: str) -> None:
    """Apply the negation or hyperbole around a Korean word; the hit grows to include it."""
    pleasant = hit.effect > 0
    after = negation_end(text, hit.end)
    negated = (after > 0) != is_negated_before(text, hit.start)
    if after > 0:
        hit.end = after
    elif pleasant and not negated:
        negated = is_doubted_before(text, hit.start)
    if negated:
        hit.negate(NEGATED_PLEASANT if pleasant else NEGATED_UNPLEASANT)
    found = HYPERBOLE.match(text, hit.end)
    if found is not None:
        hit.scale(HYPERBOLE_FACTOR, INTENSIFIED)
        hit.end = found.end()
    if hit.end > hit.start + len(hit.surface):
        hit.surface = text[hit.start : hit.end]


def _is_korean(character: str) -> bool:
    return "가" <= character <= "힣" or "ㄱ" <= character <= "ㆎ"


def _stands_free(face: str, text: str, position: int) -> bool:
    """Tell whether a face that begins or ends like a word is not a part of one."""
    end = position + len(face)
    if face[0].isalnum() and position and text[position - 1].isalnum():
        return False
    return not (face[-1].isalnum() and end < len(text) and text[end].isalnum())
