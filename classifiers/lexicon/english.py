"""English: VADER decides how pleasant a word is, cue tables decide which emotion it speaks for.

Only VADER's public parts are used: its lexicon, its tokeniser, the valence of one word in its
context, and its constants. The context of a word is at most three words before and two after, so
each word is asked for with that window alone: asking with the whole text gives the same number,
but takes time that grows with the square of its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from string import punctuation
from typing import Final

from vaderSentiment.vaderSentiment import (
    BOOSTER_DICT,
    NEGATE,
    SPECIAL_CASES,
    SentimentIntensityAnalyzer,
    SentiText,
)

from classifiers.lexicon.hits import (
    DIMINISHED,
    IDIOM,
    INTENSIFIED,
    WORD,
    Hit,
    Weights,
    by_polarity,
)
from classifiers.lexicon.tables import LEAST_WEIGHT, Entry, Kind, Row

BEFORE: Final = 3
AFTER: Final = 2
BUT_BEFORE: Final = 0.5
BUT_AFTER: Final = 1.5
NEGATED_OWN: Final = 0.74
BOOSTED_OWN: Final = 1.15
"""What VADER's rules do to a word, for the words that it does not know."""
NEGATORS: Final = frozenset(NEGATE)
LATIN_WORD: Final = re.compile(r"[A-Za-z]+")
DOUBLED: Final = re.compile(r"([A-Za-z])\1")
CACHED: Final = 10_000
HIDDEN: Final = "_"
CONTEXTUAL: Final = frozenset(
    [*NEGATE, "no", "or", "nor", "so", "this", "least", "at", "very", "never", "without", "doubt"]
    + [word for phrase in (*BOOSTER_DICT, *SPECIAL_CASES) for word in phrase.split()]
)
"""Words that one of VADER's rules looks at: without them a word keeps its own valence."""

Window = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """The part of VADER's ``SentiText`` that the valence of one word depends on."""

    words_and_emoticons: Window
    is_cap_diff: bool


class English:
    """Reads the words of an English text, or the English words of a mixed one."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._vader = SentimentIntensityAnalyzer()
        self._lexicon: dict[str, float] = self._vader.lexicon
        self._cues: dict[str, Weights] = {}
        self._stems: dict[str, Weights] = {}
        self._own: dict[str, Entry] = {}
        self._phrases: dict[str, list[tuple[Window, Entry]]] = {}
        for row in rows:
            self._add(row)
        self._heads = frozenset(self._phrases)
        self._known = frozenset({*self._lexicon, *self._own, *self._heads})
        self._weights_of = lru_cache(CACHED)(self._find_weights)
        self._cached_valence = lru_cache(CACHED)(self._ask_vader)

    def scan(self, text: str) -> list[Hit]:
        """Return a hit for each word or phrase that has a valence or an emotion.

        A text without such a word costs one look at its words. Where no word or phrase of our
        own stands in the text, the effects are the numbers that VADER sums to its compound.
        """
        words = SentiText(text)
        tokens: list[str] = words.words_and_emoticons
        lowered = [token.lower() for token in tokens]
        plain = [word.strip(punctuation) or word for word in lowered]
        if self._known.isdisjoint(plain) and self._known.isdisjoint(lowered):
            return []
        hits = [] if self._heads.isdisjoint(plain) else self._take_phrases(tokens, lowered, plain)
        for index, word in enumerate(plain):
            if word in self._own:
                hits.append(_own_hit(tokens, lowered, index, self._own[word]))
            elif lowered[index] in self._lexicon:
                hit = self._word_hit(tokens, lowered, index, capitals=words.is_cap_diff)
                if hit is not None:
                    hits.append(hit)
        hits.sort(key=_start)
        if "but" in lowered:
            _weigh_clauses(hits, lowered.index("but"))
        _locate(hits, text)
        return hits

    def unstretched(self, text: str) -> str:
        """Give elongated words (happyy, noo) their usual spelling; positions stay.

        VADER knows no elongated words, so this is for texts that are known to hold some.
        """
        return LATIN_WORD.sub(self._unstretched_word, text)

    def _unstretched_word(self, found: re.Match[str]) -> str:
        word = found.group()
        usual = DOUBLED.sub(r"\1", word)
        if usual == word or self._is_spelled(word.lower()):
            return word
        candidates = (word[:-1], usual) if word[-1] == word[-2] else (usual,)
        known = (each for each in candidates if self._is_spelled(each.lower()))
        return next(known, word).ljust(len(word))

    def _is_spelled(self, word: str) -> bool:
        return word in self._known or word in BOOSTER_DICT

    def _add(self, row: Row) -> None:
        kind = row.entry.kind
        if kind is Kind.OWN and row.form not in self._lexicon:
            self._own[row.form] = row.entry
        elif kind is Kind.PHRASE:
            words = tuple(word.strip(punctuation) for word in row.form.split())
            self._phrases.setdefault(words[0], []).append((words, row.entry))
            self._phrases[words[0]].sort(key=lambda pair: -len(pair[0]))
        else:
            table = self._stems if row.form.endswith("*") else self._cues
            shares = tuple((index, weight / LEAST_WEIGHT) for index, weight in row.entry.weights)
            table[row.form.removesuffix("*")] = shares

    def _take_phrases(self, tokens: list[str], lowered: list[str], plain: list[str]) -> list[Hit]:
        """Return the phrases, and empty their words so that nothing else reads them."""
        hits = []
        for index, word in enumerate(plain):
            for words, entry in self._phrases.get(word, ()):
                end = index + len(words)
                if tuple(plain[index:end]) == words:
                    surface = " ".join(tokens[index:end])
                    tokens[index:end] = lowered[index:end] = plain[index:end] = [""] * len(words)
                    hits.append(Hit(index, end, surface, entry.valence, entry.weights, IDIOM))
                    break
        return [hit for hit in hits if hit.weights]

    def _word_hit(
        self, tokens: list[str], lowered: list[str], index: int, *, capitals: bool
    ) -> Hit | None:
        if _only_modifies(lowered, index):
            return None
        effect = self._valence(tokens, lowered, index, capitals=capitals)
        return self._vader_hit(tokens[index], lowered[index], index, effect) if effect else None

    def _valence(
        self, tokens: list[str], lowered: list[str], index: int, *, capitals: bool
    ) -> float:
        first, last = max(0, index - BEFORE), index + AFTER + 1
        near = lowered[first:last]
        shouted = capitals and tokens[index].isupper()
        if CONTEXTUAL.isdisjoint(near) and not shouted and "n't" not in "".join(near):
            return self._lexicon[lowered[index]]
        window = tuple(map(self._relevant, tokens[first:last], near))
        return self._cached_valence(window, index - first, capitals)

    def _relevant(self, token: str, word: str) -> str:
        """Hide a word that no rule looks at: the cache then holds few windows, and no text."""
        known = word in CONTEXTUAL or word in self._lexicon or "n't" in word
        return token if known else HIDDEN

    def _ask_vader(self, window: Window, index: int, capitals: bool) -> float:
        values = self._vader.sentiment_valence(
            0.0, Context(window, capitals), window[index], index, []
        )
        return float(values[-1])

    def _vader_hit(self, surface: str, word: str, index: int, effect: float) -> Hit:
        known = self._lexicon[word]
        hit = Hit(index, index + 1, surface, effect, by_polarity(effect), WORD)
        if effect * known < 0:
            hit.effect = -effect
            hit.negate(1.0)
            return hit
        strength = max(abs(effect), 1.0)
        shares = self._weights_of(word)
        if shares:
            hit.weights = tuple((emotion, share * strength) for emotion, share in shares)
        if abs(effect) != abs(known):
            hit.rule = INTENSIFIED if abs(effect) > abs(known) else DIMINISHED
        return hit

    def _find_weights(self, word: str) -> Weights:
        if word in self._cues:
            return self._cues[word]
        heads = (word[:length] for length in range(len(word), 1, -1))
        return next((self._stems[head] for head in heads if head in self._stems), ())


def _own_hit(tokens: list[str], lowered: list[str], index: int, entry: Entry) -> Hit:
    hit = Hit(index, index + 1, tokens[index], entry.valence, entry.weights, WORD)
    before = lowered[max(0, index - BEFORE) : index]
    if any(word in NEGATORS or "n't" in word for word in before):
        hit.negate(NEGATED_OWN)
    elif before and BOOSTER_DICT.get(before[-1], 0) > 0:
        hit.scale(BOOSTED_OWN, INTENSIFIED)
    return hit


def _only_modifies(lowered: list[str], index: int) -> bool:
    if lowered[index] in BOOSTER_DICT:
        return True
    return lowered[index] == "kind" and lowered[index + 1 : index + 2] == ["of"]


def _start(hit: Hit) -> int:
    return hit.start


def _weigh_clauses(hits: list[Hit], but: int) -> None:
    """Halve what stands before the first 'but' and raise what follows, just as VADER does.

    VADER looks each value up by equality, so of two equal values the first is changed twice;
    its compound can only be met by doing the same.
    """
    effects = [hit.effect for hit in hits]
    for value_index in range(len(effects)):
        first = effects.index(effects[value_index])
        factor = BUT_BEFORE if hits[first].start < but else BUT_AFTER
        effects[first] *= factor
    for hit, effect in zip(hits, effects, strict=True):
        if effect != hit.effect:
            share = effect / hit.effect
            hit.weights = tuple((index, weight * share) for index, weight in hit.weights)
            hit.effect = effect


def _locate(hits: list[Hit], text: str) -> None:
    """Turn indices of tokens into positions in the text."""
    if not hits:
        return
    last = max(hit.end for hit in hits)
    spans: list[tuple[int, int]] = []
    end = 0
    for piece in text.split(maxsplit=last)[:last]:
        start = text.index(piece, end)
        end = start + len(piece)
        spans.append((start, end))
    for hit in hits:
        hit.start, hit.end = spans[hit.start][0], spans[hit.end - 1][1]
