"""Words on the arc of one post, for its author."""

from __future__ import annotations

from reports.retro.arc import Arc, Stage
from reports.wording import emotion_name
from reports.wording.numbers import signed
from reports.wording.retro import section_name


def arc_title(language: str) -> str:
    """Return the title of the picture."""
    return "회고의 흐름" if language == "ko" else "The arc of your retrospective"


def arc_headline(arc: Arc, language: str) -> str:
    """Return the finding, without a full stop."""
    high, low = arc.highest, arc.lowest
    korean = language == "ko"
    if high is None or low is None:
        return _even(arc, language)
    names = _named(high, language), _named(low, language)
    if korean:
        return f"가장 밝은 곳은 ‘{names[0]}’, 가장 가라앉은 곳은 ‘{names[1]}’"
    return f"Brightest in “{names[0]}”, lowest in “{names[1]}”"


def arc_lines(arc: Arc, language: str) -> tuple[str, ...]:
    """Return one line a section: its mean, how many sentences, and the emotion it shows most."""
    return tuple(f"• {_line(stage, language)}" for stage in arc.stages)


def arc_caption(arc: Arc, language: str) -> str:
    """Return how many sentences there are."""
    count = len(arc.sentences)
    if language == "ko":
        return f"문장 {count}개"
    return "1 sentence" if count == 1 else f"{count} sentences"


def arc_note(language: str) -> str:
    """Return how to read the picture."""
    if language == "ko":
        return "점: 문장 하나 · 높을수록 밝음 · 가로줄: 항목 평균 · 나만 볼 수 있어요"
    return "Dot: a sentence, higher is brighter · Bar: mean of the section · only you see this"


def arc_alt(arc: Arc, language: str) -> str:
    """Return the picture in words, the finding first; at most 1024 characters."""
    lines = "; ".join(_line(stage, language) for stage in arc.stages)
    chart = (
        "문장별 기분을 항목으로 묶은 그래프."
        if language == "ko"
        else ("A chart of the mood of each sentence, grouped by section.")
    )
    text = f"{arc_headline(arc, language)}. {lines}. {chart}"
    return text if len(text) <= 1024 else text[:1023] + "…"


def stage_name(stage: Stage, language: str) -> str:
    """Return the name of a section."""
    return section_name(stage.section, language)


def stage_emotion(stage: Stage, language: str) -> str:
    """Return the emotion that a section shows most; nothing where emotions are not known."""
    return emotion_name(stage.emotion, language) if stage.emotion is not None else ""


def _even(arc: Arc, language: str) -> str:
    mood = sum(each.valence for each in arc.sentences) / max(len(arc.sentences), 1)
    if language == "ko":
        return f"처음부터 끝까지 고른 흐름이에요 (평균 {signed(mood)})"
    return f"An even arc from start to end (mean {signed(mood)})"


def _named(stage: Stage, language: str) -> str:
    return f"{stage_name(stage, language)} {signed(stage.mood)}"


def _line(stage: Stage, language: str) -> str:
    count = len(stage.sentences)
    if language == "ko":
        sentences = f"문장 {count}개"
    else:
        sentences = f"{count} sentence" + ("" if count == 1 else "s")
    emotion = stage_emotion(stage, language)
    return " · ".join(part for part in (_named(stage, language), sentences, emotion) if part)
