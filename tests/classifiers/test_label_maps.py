"""Label maps: built-in tables, files, and which map fits which labels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from classifiers.emotion import EMOTIONS
from classifiers.label_maps import LabelMapError, built_in_maps, fitting_maps, map_for


def test_every_built_in_map_leads_to_classes_of_ours() -> None:
    maps = built_in_maps()
    assert {"goemotions", "kote", "gamsung", "tweeteval_emotion", "meld", "isear", "xed"} <= set(
        maps
    )
    for name, known in maps.items():
        assert known.name == name
        assert known.classes
        assert known.classes_of(known.table) == known.classes


def test_labels_become_distinct_classes_in_canonical_order() -> None:
    kote = built_in_maps()["kote"]
    assert kote.classes_of(["기쁨", "행복", "짜증", "귀찮음"]) == ("anger", "joy")
    assert kote.classes_of(["귀찮음"]) == ()
    assert len(kote.table) == 44
    with pytest.raises(LabelMapError, match="'기쁘다' is not in the map 'kote'"):
        kote.classes_of(["기쁘다"])


def test_emotions_and_sentiments_are_told_apart() -> None:
    maps = built_in_maps()
    assert maps["emotions"].classes == tuple(map(str, EMOTIONS))
    assert not maps["emotions"].is_sentiment
    assert maps["sentiment"].is_sentiment
    assert maps["nsmc"].classes == ("negative", "positive")


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        (["joy", "hurt"], "emotions"),
        (["joy", "fear", "neutral"], "emotions"),
        (["negative", "positive"], "nsmc"),
        (["negative", "positive", "neutral"], "sentiment"),
        (["슬픔", "상처"], "gamsung"),
        (["happy", "others"], "emocontext"),
        (["joy", "trust"], "xed"),
        (["Joy", "HURT "], "emotions"),
        (["Positive", "negative"], "nsmc"),
        (["기쁨", "슬픔"], "emotions_ko"),
        (["분노", "혐오", "불안", "기쁨", "슬픔", "놀람", "상처", "당황", "중립"], "emotions_ko"),
        (["긍정", "부정"], "sentiment_ko"),
    ],
)
def test_the_map_that_surely_fits_need_not_be_named(labels: list[str], name: str) -> None:
    known = map_for(None, labels)
    assert known.name == name
    assert known.classes_of(labels)


def test_capital_letters_keep_their_meaning_where_a_map_tells_them_apart(tmp_path: Path) -> None:
    file = tmp_path / "map.json"
    file.write_text(json.dumps({"A": "joy", "a": "anger"}), "utf-8")
    known = map_for(str(file), ["A", "a", " a"])
    assert [known.classes_of([label]) for label in ("A", "a", " a")] == [
        ("joy",),
        ("anger",),
        ("anger",),
    ]


def test_labels_that_nobody_knows_are_named_but_not_by_the_thousand() -> None:
    with pytest.raises(LabelMapError, match=r"\(a, b, c, \.\.\.\).*\{\"a\": \"joy\"\}"):
        map_for(None, ["d", "c", "b", "a"])


@pytest.mark.parametrize(
    ("labels", "choices"),
    [(["grief", "joy"], "goemotions, goemotions_ekman"), (["what"], "emotions, goemotions, kote")],
)
def test_where_none_or_several_fit_the_choice_is_left_to_people(
    labels: list[str], choices: str
) -> None:
    with pytest.raises(LabelMapError, match=f"choose a map: {choices}"):
        map_for(None, labels)


def test_a_map_may_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "map.json"
    file.write_text(json.dumps({"good": "joy", "bad": "anger", "odd": None}), "utf-8")
    assert map_for(str(file), ["good"]).classes == ("anger", "joy")
    file.write_text(json.dumps({"classes": [], "mine": {"good": "positive"}}), "utf-8")
    assert map_for(f"{file}#mine", []).classes == ("positive",)


@pytest.mark.parametrize(
    ("content", "suffix", "complaint"),
    [
        ("{", "", "is no JSON"),
        ('{"a": {"good": "joy"}}', "", "must hold an object"),
        ('{"a": {"good": "joy"}}', "#b", "must hold an object"),
        ('{"good": null}', "", "must lead to the nine emotions"),
        ('{"good": 1}', "", "must hold an object"),
        ('{"good": "bliss"}', "", "nine emotions .*embarrassment.*, not to bliss$"),
        ('{"good": "joy", "bad": "negative"}', "", "must lead to the nine emotions .*not to both"),
    ],
)
def test_files_that_are_no_maps(tmp_path: Path, content: str, suffix: str, complaint: str) -> None:
    file = tmp_path / "map.json"
    file.write_text(content, "utf-8")
    with pytest.raises(LabelMapError, match=complaint):
        map_for(f"{file}{suffix}", [])


def test_a_name_that_is_neither_map_nor_file() -> None:
    with pytest.raises(LabelMapError, match="no label map is called 'plutchik'"):
        map_for("plutchik", [])
    with pytest.raises(LabelMapError, match=r"Did you mean goemotions\?"):
        map_for("goemotion", [])
    with pytest.raises(LabelMapError, match=r"there is no file maps/mine\.json with a label map"):
        map_for("maps/mine.json#reviews", [])


def test_fitting_maps_know_every_label() -> None:
    assert fitting_maps(["당황", "기쁨"]) == ["gamsung", "emotions_ko"]
