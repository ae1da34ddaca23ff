"""``nunchi train transformer``: what it writes, what it says, and how it answers wrong input."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import huggingface_hub.constants
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from bot.cli import nunchi
from tests.classifiers.fine_tuning.conftest import Toys
from tests.support.tiny_transformer import make_base, toy_rows, write_tsv

QUICK = ("--epochs", "1", "--batch", "16", "--max-length", "16", "--rate", "3e-3")
HEAD = (*QUICK, "--strategy", "head", "--head-rate", "1e-2")

Says = Callable[..., Result]


@pytest.fixture
def says(toys: Toys, tmp_path: Path) -> Says:
    """Run the command on the toys, with other options where they are named."""

    def run(*more: str, **named: str) -> Result:
        chosen = {"data": toys.train, "model": toys.model, "out": str(tmp_path / "out")} | named
        words = [word for name, value in chosen.items() for word in (f"--{name}", value)]
        return CliRunner().invoke(nunchi, ["train", "transformer", *words, *more])

    return run


def refused(result: Result) -> str:
    assert result.exit_code in {69, 78}, result.output
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("nunchi: ")]
    return line


def test_it_leaves_a_model_with_figures_curves_and_a_card(
    says: Says, toys: Toys, tmp_path: Path
) -> None:
    result = says(*HEAD, "--licence", "apache-2.0", dev=toys.dev, test=toys.test)
    assert result.exit_code == 0, result.output
    out = tmp_path / "out"
    figures = json.loads((out / "evaluation.json").read_text("utf-8"))
    assert figures["part"] == "test"
    assert figures["n"] == 60
    assert set(figures["per_class"]) == {"anger", "joy", "sadness"}
    assert f"macro-F1 {figures['macro_f1']:.3f}" in result.stdout
    with Image.open(out / "learning-curves.png") as picture:
        assert picture.size[0] > 800
        assert len(picture.convert("RGB").getcolors(1 << 24) or ()) > 10
    card = (out / "README.md").read_text("utf-8")
    assert card.startswith("---\n")
    assert 'license: "apache-2.0"' in card
    assert f"accuracy {figures['accuracy']:.3f}" in card
    assert "| joy |" in card
    assert "Intended use" in card
    assert str(tmp_path) not in card
    assert "head, epoch 1: loss" in result.stderr


def test_without_test_data_the_card_says_that_the_figures_flatter(
    says: Says, tmp_path: Path
) -> None:
    assert says(*HEAD).exit_code == 0
    card = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert "flatter" in card
    assert "Licence of `tiny-bert`: not stated" in card
    assert json.loads((tmp_path / "out" / "evaluation.json").read_text())["part"] == "dev"


def test_labels_that_the_bot_does_not_know_are_told_before_and_after(
    says: Says, tmp_path: Path
) -> None:
    known = says(*HEAD)
    assert "cannot tell what these labels mean" not in known.stderr
    assert f"use it: NUNCHI_CLASSIFIER='transformers?model={tmp_path / 'out'}'" in known.stdout
    rows = [(text, f"{label}!") for text, label in toy_rows(60, 1)]
    own, out = write_tsv(tmp_path / "own.tsv", rows), str(tmp_path / "own")
    result = says(*HEAD, data=own, out=out)
    assert "cannot tell what these labels mean" in result.stderr
    assert result.stderr.index("cannot tell") < result.stderr.index("head, epoch 1")
    assert f"model={out}&map=FILE.json'" in result.stdout


def test_a_map_gives_the_labels_of_the_bot(says: Says, tmp_path: Path) -> None:
    table = tmp_path / "mine.json"
    table.write_text(json.dumps({"joy": "positive", "anger": "negative", "sadness": "negative"}))
    assert says(*HEAD, "--map", str(table)).exit_code == 0
    config = json.loads((tmp_path / "out" / "config.json").read_text("utf-8"))
    assert set(config["label2id"]) == {"positive", "negative"}


def test_a_hub_that_cannot_be_reached_is_told(says: Says, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    line = refused(says(model="nobody/has-this-model"))
    assert "nobody/has-this-model is not on this machine and the Hugging Face hub" in line


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("./no/such/folder", "there is no folder './no/such/folder'"),
        ("three/part/name", "there is no folder"),
        ("what is this?", "no folder and no model on the Hugging Face hub"),
    ],
)
def test_a_model_that_does_not_exist_is_told(says: Says, name: str, reason: str) -> None:
    assert reason in refused(says(model=name))


def test_folders_that_hold_no_model_are_told(says: Says, toys: Toys, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "holds no config.json" in refused(says(model=str(empty)))
    for path in Path(toys.model).glob("*.json"):
        (empty / path.name).write_bytes(path.read_bytes())
    assert "empty has no weights as safetensors" in refused(says(model=str(empty)))
    (empty / "model.safetensors").write_bytes(b"torn")
    assert "empty cannot be loaded as a classifier of texts" in refused(says(model=str(empty)))


def test_weights_of_another_architecture_are_refused(says: Says, tmp_path: Path) -> None:
    folder = Path(make_base(tmp_path / "mixed", "electra", layers=1))
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"hidden_size": 48}))
    assert "nothing would be pretrained" in refused(says(*QUICK, model=str(folder)))


def test_an_extra_that_is_missing_is_named(says: Says, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "peft", None)
    assert 'pip install "nunchi-bot[finetune]"' in refused(says())


def test_a_folder_that_is_taken_is_left_alone(says: Says, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "precious.txt").write_text("mine")
    assert "is not empty" in refused(says())
    assert "no training to resume" in refused(says("--resume"))
    assert (tmp_path / "out" / "precious.txt").read_text() == "mine"
    (tmp_path / "file").write_text("")
    assert "is a file" in refused(says(out=str(tmp_path / "file")))


def test_data_that_teach_nothing_are_told(says: Says, tmp_path: Path) -> None:
    assert "no example" in refused(says(data=write_tsv(tmp_path / "none.tsv", [])))
    strange = write_tsv(tmp_path / "strange.tsv", [("a", "disgust")])
    assert "'disgust'" in refused(says(dev=strange))
    rows = [(text, "joy") for text, _ in toy_rows(9, 1)]
    assert "the only label is 'joy'" in refused(says(data=write_tsv(tmp_path / "one.tsv", rows)))


def test_a_text_that_fits_nowhere_is_told(says: Says, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from transformers import BertModel

    def scant(*_: object, **__: object) -> None:
        msg = "CUDA out of memory."
        raise torch.OutOfMemoryError(msg)

    monkeypatch.setattr(BertModel, "forward", scant)
    assert "no memory for a single text; lower --max-length" in refused(says(*HEAD))
