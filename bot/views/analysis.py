"""The classifier's reading of one text, for its author."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.i18n import Phrases, mark
from bot.views.layout import Item, Layout, bar, joined, listed, plain, rule, shortened, text
from bot.views.words import language_name, sentiment_name
from classifiers.classifier import Evidence
from classifiers.prediction import Prediction
from reports.wording import emotion_name, no_emotions
from reports.wording.numbers import percent, signed

RULE_NAMES: Final = {
    "word": mark("word"),
    "negated": mark("negated"),
    "intensified": mark("made stronger"),
    "diminished": mark("made weaker"),
    "emoji": mark("emoji"),
    "emoticon": mark("emoticon"),
    "laughter": mark("laughter"),
    "tears": mark("tears"),
    "contrast": mark("contrast"),
    "idiom": mark("idiom"),
    "modifier": mark("changes the words near it"),
}
_SURFACE_LIMIT: Final = 60
_EVIDENCE_LIMIT: Final = 1500
_NEGLIGIBLE: Final = 0.005
"""Half a percent: it would be shown as 0%."""


def analysis(
    prediction: Prediction,
    evidence: Sequence[Evidence] | None,
    say: Phrases,
    *,
    below: Sequence[Item] = (),
    kept: bool = False,
) -> Layout:
    """Return the reading: the emotions, the sentiment, and why.

    Args:
        prediction: What the classifier says.
        evidence: Why it says so, or ``None`` from a classifier that cannot explain.
        say: The reader's language.
        below: What follows it.
        kept: Whether the author gave the text to the training set.
    """
    parts: list[Item] = [text(_headline(prediction, say), *_bars(prediction, say)), rule()]
    if evidence is not None:
        parts += [text(*_reasons(evidence, say)), rule()]
    return Layout(*parts, text("-# " + _footer(prediction, say, kept=kept)), *below)


def _headline(prediction: Prediction, say: Phrases) -> str:
    mood = f"{sentiment_name(prediction.sentiment, say)} ({signed(prediction.valence)})"
    if prediction.label is None:
        return f"### {mood}"
    name = emotion_name(prediction.label, say.language)
    return f"### {joined([name, percent(prediction.confidence), mood])}"


def _bars(prediction: Prediction, say: Phrases) -> list[str]:
    if prediction.label is None:
        return [f"{no_emotions(say.language)}."]
    known = sorted(prediction.as_mapping().items(), key=lambda pair: -pair[1])
    return [
        f"`{bar(probability)}` {percent(probability)} {emotion_name(emotion, say.language)}"
        for emotion, probability in known
    ]


def _reasons(evidence: Sequence[Evidence], say: Phrases) -> list[str]:
    if not evidence:
        return [say("No single word or sign moved the verdict.")]
    lines = [_reason(piece, say) for piece in evidence]
    title = say("What moved the verdict")
    return [f"**{title}**", *listed(lines, _EVIDENCE_LIMIT, say)]


def _reason(piece: Evidence, say: Phrases) -> str:
    surface = plain(shortened(piece.surface, _SURFACE_LIMIT))
    effect = signed(piece.effect) if abs(piece.effect) >= _NEGLIGIBLE else ""
    emotion = emotion_name(piece.emotion, say.language) if piece.emotion else ""
    why = say(RULE_NAMES.get(piece.rule, RULE_NAMES["word"]))
    return f"• **{surface}** {joined([why, emotion, effect])}"


def _footer(prediction: Prediction, say: Phrases, *, kept: bool) -> str:
    source = joined([language_name(prediction.language, say), prediction.model])
    only_you = say("Only you see this.")
    if not kept:
        only_you = say("Only you see this. The text was not stored.")
    return f"{source}\n-# {only_you}"
