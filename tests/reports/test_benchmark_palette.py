"""The script that checks the colours, and looks for better ones."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from benchmarks.palette import checked, main
from classifiers.emotion import Emotion
from reports.svg.palette import VISIONS
from reports.svg.theme import DARK, STACK


def test_every_limit_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"dark", "light"}
    for theme in found.values():
        assert set(theme["colours"]) == {emotion.value for emotion in STACK}
        for kind in ("adjacent", "any_two", "on_card", "year_steps"):
            assert set(VISIONS) < set(theme[kind])
            assert all(theme[kind][vision] > theme[kind]["limit"] for vision in VISIONS)
        assert theme["adjacent"]["limit"] == 8


def test_colours_that_are_too_alike_are_found() -> None:
    alike = {**DARK.emotions, Emotion.FEAR: DARK.emotions[Emotion.ANGER]}
    found = checked(replace(DARK, emotions=alike))
    assert not found["kept"]
    assert found["adjacent"]["normal"] == 0


def test_a_search_never_makes_it_worse(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--search", "200"]) == 0
    for theme in json.loads(capsys.readouterr().out).values():
        before, after = (
            min(each[vision] for vision in VISIONS)
            for each in (theme["adjacent"], theme["searched"]["adjacent"])
        )
        assert after > before - 0.3  # rounded to whole values of colour
        assert len(set(theme["searched"]["colours"])) == len(STACK)
