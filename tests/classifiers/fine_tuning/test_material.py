"""Which examples a model is trained, chosen and measured on, and which data are refused."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pytest

from classifiers.label_maps import LabelMapError
from classifiers.training.datasets import DatasetUnreadable
from classifiers.training.transformer import Kind, Task, UnusableData
from classifiers.training.transformer.material import Material, read_material
from tests.support.tiny_transformer import toy_rows, write_tsv


def material(tmp_path: Path, rows: list[tuple[str, str]], **choices: object) -> Material:
    data = write_tsv(tmp_path / "train.tsv", rows)
    return read_material(Task(data, "model", tmp_path, **choices), 0)  # type: ignore[arg-type]


def test_a_tenth_of_each_label_is_kept_back_by_the_seed(tmp_path: Path) -> None:
    rows = [(f"text {number}", "rare" if number % 10 == 0 else "common") for number in range(300)]
    data = write_tsv(tmp_path / "train.tsv", rows)
    first, again, other = (read_material(Task(data, "m", tmp_path), seed) for seed in (0, 0, 1))
    assert Counter(each.labels[0] for each in first.dev) == {"common": 27, "rare": 3}
    assert first == again
    assert first.dev != other.dev
    assert len(first.train) == 270
    assert "kept back to choose the best epoch: 30 of 300" in first.notes


def test_a_text_that_occurs_twice_stays_on_one_side(tmp_path: Path) -> None:
    rows = [(f"text {number % 50}", "ab"[number % 2]) for number in range(300)]
    found = material(tmp_path, rows)
    assert {each.text for each in found.train}.isdisjoint({each.text for each in found.dev})


def test_texts_are_cleaned_as_the_bot_cleans_them(tmp_path: Path) -> None:
    rows = [*toy_rows(30, 1), ("**so** happy https://example.org <@123456789012345678>", "joy")]
    found = material(tmp_path, rows)
    assert "so happy" in {each.text for each in (*found.train, *found.dev)}


def test_a_folder_gives_its_parts(tmp_path: Path) -> None:
    for number, part in enumerate(("train", "dev", "test")):
        path = tmp_path / "mine" / f"{part}.tsv.gz"
        path.parent.mkdir(exist_ok=True)
        text = "\n".join(["text\tlabel", *("\t".join(row) for row in toy_rows(20, number))])
        path.write_bytes(gzip.compress(text.encode()))
    found = read_material(Task(str(tmp_path / "mine"), "m", tmp_path), 0)
    assert [len(part) for part in (found.train, found.dev, found.test)] == [20, 20, 20]
    given = write_tsv(tmp_path / "other.tsv", toy_rows(7, 9))
    found = read_material(Task(str(tmp_path / "mine"), "m", tmp_path, test=given), 0)
    assert len(found.test) == 7


def test_the_corpus_of_the_project_gives_its_parts(tmp_path: Path) -> None:
    found = read_material(Task("chat:en", "m", tmp_path), 0)
    assert len(found.labels) == 9
    assert len(found.train) > len(found.dev) > 0
    assert found.test


def test_a_map_turns_labels_into_classes_of_ours(tmp_path: Path) -> None:
    rows = [(f"text {number}", name) for number in range(20) for name in ("기쁨", "분노", "당황")]
    found = material(tmp_path, rows, label_map="gamsung")
    assert found.labels == ("anger", "joy", "embarrassment")  # the order of the bot
    with pytest.raises(LabelMapError, match="no label map is called"):
        material(tmp_path, rows, label_map="gamsun")


def test_labels_of_no_class_are_left_out_with_a_word(tmp_path: Path) -> None:
    rows = [(f"{name} {number}", name) for number in range(20) for name in ("joy", "curiosity")]
    rows += [(f"sad {number}", "sadness") for number in range(20)]
    found = material(tmp_path, rows, label_map="goemotions")
    assert found.labels == ("joy", "sadness")
    assert "left out, for they have no label or several: 20 examples" in found.notes


def test_several_labels_make_a_set_multi_label_unless_one_is_wished(tmp_path: Path) -> None:
    rows = toy_rows(60, 1, several=True)
    assert material(tmp_path, rows).multi_label
    single = material(tmp_path, rows, kind=Kind.SINGLE)
    assert not single.multi_label
    assert len(single.train) + len(single.dev) == 40
    assert material(tmp_path, toy_rows(60, 1), kind=Kind.MULTI).multi_label


def test_test_texts_that_were_learnt_are_counted(tmp_path: Path) -> None:
    rows = toy_rows(60, 1)
    test = write_tsv(tmp_path / "test.tsv", [*rows[:30], *toy_rows(10, 2)])
    found = material(tmp_path, rows, test=test)
    (note,) = [note for note in found.notes if "test texts" in note]
    assert note.endswith("of 40 test texts also stand in the training data")


@pytest.mark.parametrize(
    ("rows", "dev", "reason"),
    [
        ([], None, "no example to learn from"),
        ([("a", "joy"), ("b", "joy")], None, "the only label is 'joy'"),
        ([("a", "joy"), ("b", "anger")], None, "too few examples"),
        (toy_rows(30, 1), [("a", "joy"), ("b", "fear")], "the dev data have labels .*: 'fear'$"),
        (toy_rows(30, 1), [], "holds no example to choose"),
    ],
)
def test_data_that_teach_nothing_are_refused(
    rows: list[tuple[str, str]], dev: list[tuple[str, str]] | None, reason: str, tmp_path: Path
) -> None:
    named = None if dev is None else write_tsv(tmp_path / "dev.tsv", dev)
    with pytest.raises(UnusableData, match=reason):
        material(tmp_path, rows, dev=named)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetUnreadable, match=r"missing\.tsv"):
        read_material(Task(str(tmp_path / "missing.tsv"), "m", tmp_path), 0)
