"""Readers of labelled files: formats, columns, labels, and what they say of broken ones."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from classifiers.training.chat import load_chat
from classifiers.training.datasets import (
    Columns,
    Dataset,
    DatasetUnreadable,
    Example,
    names_in,
    read_aihub,
    read_set,
    read_table,
)
from classifiers.training.datasets.source import read_source

GOOD = Example("좋다", ("joy",))
BOTH = Example('a "b" c', ("joy", "surprise"))


def written(path: Path, text: str) -> Path:
    packed = text.encode()
    path.write_bytes(gzip.compress(packed) if path.suffix == ".gz" else packed)
    return path


@pytest.mark.parametrize("suffix", [".tsv", ".tsv.gz"])
def test_tab_separated_rows_know_no_quoting(tmp_path: Path, suffix: str) -> None:
    text = 'text\tlabel\n좋다\tjoy\n\na "b" c\tjoy|surprise|joy\r\n'
    assert list(read_table(written(tmp_path / f"data{suffix}", text))) == [GOOD, BOTH]


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_comma_separated_rows_know_quoting(tmp_path: Path, suffix: str) -> None:
    text = '\ufefflabel,text\njoy,좋다\n\n"joy|surprise","a ""b"" c"\nneutral,"two\nlines"\n'
    examples = list(read_table(written(tmp_path / f"data{suffix}", text)))
    assert examples == [GOOD, BOTH, Example("two\nlines", ("neutral",))]


@pytest.mark.parametrize("suffix", [".jsonl", ".ndjson", ".jsonl.gz"])
def test_json_rows_may_hold_lists_and_numbers(tmp_path: Path, suffix: str) -> None:
    rows = [
        {"text": "좋다", "label": "joy"},
        {"text": 'a "b" c', "label": ["joy", "surprise"]},
        {"text": "three", "label": 3},
    ]
    text = "\n\n".join(json.dumps(row) for row in rows)
    examples = list(read_table(written(tmp_path / f"data{suffix}", text)))
    assert examples == [GOOD, BOTH, Example("three", ("3",))]


def test_columns_are_chosen_by_name(tmp_path: Path) -> None:
    path = written(tmp_path / "data.tsv", "id\tmessage\tmood\n1\t좋다\tjoy;surprise\n")
    columns = Columns(text="message", label="mood", separator=";")
    assert list(read_table(path, columns)) == [Example("좋다", ("joy", "surprise"))]


@pytest.mark.parametrize("name", ["labels", "rating", "emotion", "sentiment"])
def test_usual_names_of_the_label_need_not_be_named(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "data.tsv", f"text\t{name}\n좋다\tjoy\n")
    assert list(read_table(path)) == [GOOD]


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("data.txt", "x", "cannot tell the format"),
        ("data.tsv", "text\tlabel\none\n", "line 2 has 1 columns instead of 2"),
        ("data.tsv", "text\tmood\none\tjoy\n", "line 2 has no column 'label'; it has: text, mood"),
        ("data.tsv", "message\tlabel\none\tjoy\n", "line 2 has no column 'text'"),
        ("data.tsv", "text\tlabel\none\t\n", "line 2 needs a text and at least one label"),
        ("data.csv", 'text,label\n"one,joy\n', "line 2: unexpected end of data"),
        ("data.jsonl", '{"text": "one", "label": "joy"}\n{"te', "line 2 is no JSON"),
        ("data.jsonl", "[1]\n", "line 1 must be a JSON object"),
        ("data.jsonl", '{"text": 1, "label": "joy"}', "line 1 needs a text"),
        ("data.jsonl", '{"text": "one", "label": null}', "line 1 needs a text"),
    ],
)
def test_what_is_broken_is_named_with_its_line(
    tmp_path: Path, name: str, text: str, complaint: str
) -> None:
    with pytest.raises(DatasetUnreadable, match=complaint):
        list(read_table(written(tmp_path / name, text)))


def test_files_that_are_not_there_or_not_text(tmp_path: Path) -> None:
    (tmp_path / "latin.tsv").write_bytes(b"text\tlabel\n\xe9\tjoy\n")
    (tmp_path / "torn.tsv.gz").write_bytes(gzip.compress(b"text\tlabel\n" * 99)[:-9])
    (tmp_path / "plain.tsv.gz").write_bytes(b"text\tlabel\n")
    for name, complaint in (
        ("absent.tsv", "cannot read"),
        ("latin.tsv", "is not UTF-8"),
        ("torn.tsv.gz", "cannot read"),
        ("plain.tsv.gz", "cannot read"),
    ):
        with pytest.raises(DatasetUnreadable, match=complaint):
            list(read_table(tmp_path / name))


def test_a_set_has_its_parts_labels_and_kind(tmp_path: Path) -> None:
    (tmp_path / "moods").mkdir()
    (tmp_path / "empty").mkdir()
    written(tmp_path / "moods" / "train.tsv.gz", "text\tlabel\none\tjoy|fear\n")
    written(tmp_path / "moods" / "test.csv", "text,label\ntwo,anger\n")
    assert names_in(tmp_path) == ("moods",)
    train, test = (Example("one", ("joy", "fear")),), (Example("two", ("anger",)),)
    assert read_set(tmp_path, "moods") == Dataset(
        "moods", ("anger", "fear", "joy"), True, {"train": train, "test": test}
    )
    only_test = read_set(tmp_path, "moods", splits=["test"])
    assert only_test == Dataset("moods", ("anger",), False, {"test": test})


def test_a_set_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(DatasetUnreadable, match=r"'moods' in .*; there are: none"):
        read_set(tmp_path, "moods")
    with pytest.raises(DatasetUnreadable, match="is no folder"):
        names_in(tmp_path / "nowhere")


def dialogue(code: str, **turns: str) -> dict[str, object]:
    return {"profile": {"emotion": {"type": code}}, "talk": {"content": turns}}


def test_emotional_dialogues_give_the_turns_of_the_person(tmp_path: Path) -> None:
    path = tmp_path / "dialogues.json"
    content = [
        dialogue("E18", HS01="왜 나만 야근이야", SS01="많이 힘드시겠어요.", HS02="응."),
        dialogue("E35", HS01="면접이 걱정돼.", SS01="그러시군요.", HS02="", HS03=" 떨려. "),
        dialogue("E66", HS01="합격했어!"),
    ]
    path.write_text(json.dumps(content), "utf-8")
    assert [(example.labels, example.text) for example in read_aihub(path)] == [
        (("분노",), "왜 나만 야근이야"),
        (("분노",), "응."),
        (("불안",), "면접이 걱정돼."),
        (("불안",), "떨려."),
        (("기쁨",), "합격했어!"),
    ]
    assert len(list(read_aihub(path, first_turn_only=True))) == 3
    assert read_source(str(path)) == list(read_aihub(path))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({}, "must hold a list"),
        ([{}], "dialogue 1 does not have the form"),
        ([dialogue("E71", HS01="?")], "no emotion type is called 'E71'"),
        ([dialogue("E11"), {"profile": 1}], "dialogue 2 does not have the form"),
    ],
)
def test_dialogues_of_another_form_are_refused(
    tmp_path: Path, content: object, complaint: str
) -> None:
    path = tmp_path / "dialogues.json"
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(DatasetUnreadable, match=complaint):
        list(read_aihub(path))


def test_dialogues_that_are_no_json(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("[", "utf-8")
    for name in ("broken.json", "absent.json"):
        with pytest.raises(DatasetUnreadable, match="cannot read"):
            list(read_aihub(tmp_path / name))


def test_a_source_may_be_the_corpus_of_the_project(tmp_path: Path) -> None:
    for name, language, split in (
        ("chat", None, "test"),
        ("chat:ko", "ko", "test"),
        ("chat:en:dev", "en", "dev"),
        ("chat::train", None, "train"),
    ):
        assert read_source(name) == [line.example for line in load_chat(language, split)]
    with pytest.raises(DatasetUnreadable, match="the corpus has ko, en, not 'fr'"):
        read_source("chat:fr")
    assert read_source(str(written(tmp_path / "x.tsv", "text\tlabel\n좋다\tjoy\n"))) == [GOOD]
