"""One match of a lexicon entry in a text, on its way to becoming evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from classifiers.emotion import EMOTIONS, Emotion
from classifiers.lexicon.tables import LEAST_WEIGHT

Weights = tuple[tuple[int, float], ...]

WORD: Final = "word"
NEGATED: Final = "negated"
INTENSIFIED: Final = "intensified"
DIMINISHED: Final = "diminished"
EMOJI: Final = "emoji"
EMOTICON: Final = "emoticon"
LAUGHTER: Final = "laughter"
TEARS: Final = "tears"
CONTRAST: Final = "contrast"
IDIOM: Final = "idiom"
MODIFIER: Final = "modifier"

GRAPHIC: Final = frozenset({EMOJI, EMOTICON, LAUGHTER, TEARS})
"""Rules of signs, which answer the words instead of standing in a sentence."""


def _share(emotion: Emotion, share: float) -> tuple[int, float]:
    return EMOTIONS.index(emotion), share


PLEASANT: Final = (_share(Emotion.JOY, 1.0),)
UNPLEASANT: Final = (
    _share(Emotion.SADNESS, 0.4),
    _share(Emotion.ANGER, 0.3),
    _share(Emotion.DISGUST, 0.2),
    _share(Emotion.FEAR, 0.1),
)
"""Which emotions a piece speaks for when only its polarity is known, most likely first."""


@dataclass(slots=True)
class Hit:
    """A match whose effect the rules around it may still change.

    Attributes:
        start: Where it begins in the text.
        end: Where it ends, a negation that was read with it included.
        surface: The piece of text.
        effect: Valence on VADER's scale, about -4 to 4.
        weights: Index into ``EMOTIONS`` and weight, for each emotion it speaks for.
        rule: The key of the last rule that shaped it.
        emotion: The emotion to show for it; ``None`` for a pure modifier.
    """

    start: int
    end: int
    surface: str
    effect: float
    weights: Weights
    rule: str

    @property
    def emotion(self) -> Emotion | None:
        """The emotion that it speaks for most, if any."""
        return EMOTIONS[self.weights[0][0]] if self.weights else None

    def scale(self, factor: float, rule: str) -> None:
        """Strengthen or weaken it; that it is negated stays the more telling rule."""
        self.effect *= factor
        self.weights = tuple((index, weight * factor) for index, weight in self.weights)
        if self.rule != NEGATED:
            self.rule = rule

    def negate(self, factor: float) -> None:
        """Turn it around: not happy is mildly unpleasant, not sad is mildly pleasant."""
        self.effect *= -factor
        self.weights = by_polarity(self.effect)
        self.rule = NEGATED


def by_polarity(effect: float) -> Weights:
    """Return the weights of a piece of which only the valence is known."""
    if effect == 0:
        return ()
    strength = max(abs(effect), LEAST_WEIGHT)
    shares = PLEASANT if effect > 0 else UNPLEASANT
    return tuple((index, strength * share) for index, share in shares)
