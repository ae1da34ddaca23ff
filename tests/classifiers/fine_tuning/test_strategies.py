"""Every way to train: what moves, what is learnt, and that the saved model is the trained one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from classifiers.errors import BackendUnavailable, InvalidOption
from classifiers.training.transformer import Device, FineTuning, Precision, Strategy
from classifiers.training.transformer.recipe import Outcome, fine_tune
from tests.classifiers.fine_tuning.conftest import QUICK, Recorder, Toys
from tests.support.tiny_transformer import make_base, toy_rows, write_tsv

STRATEGIES = ("head", "top", "all", "lora", "dora")
EMBEDDING = "bert.embeddings.word_embeddings.weight"
BELOW = "bert.encoder.layer.0.attention.self.query.weight"
ABOVE = "bert.encoder.layer.1.attention.self.query.weight"
NORM = "bert.encoder.layer.1.output.LayerNorm.weight"
HEAD = "classifier.weight"
MOVED = {
    "head": {HEAD},
    "top": {HEAD, ABOVE, NORM},
    "all": {HEAD, ABOVE, NORM, BELOW, EMBEDDING},
    "lora": {HEAD, ABOVE, BELOW},
    "dora": {HEAD, ABOVE, BELOW},
}
JUDGE = """
import json, sys
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils import logging

logging.disable_progress_bar()
torch.set_num_threads(1)
rows = [line.split("\\t") for line in open(sys.argv[1], encoding="utf-8").read().split("\\n")[1:-1]]
told = {}
for folder in sys.argv[2:]:
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    texts = [row[0] for row in rows]
    encoded = AutoTokenizer.from_pretrained(folder)(texts, padding=True, return_tensors="pt")
    labels = torch.tensor([model.config.label2id[row[1]] for row in rows])
    with torch.no_grad():
        told[folder] = torch.nn.functional.cross_entropy(model(**encoded).logits, labels).item()
print(json.dumps(told))
"""


@pytest.fixture(scope="session")
def trained(toys: Toys, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    folder = tmp_path_factory.mktemp("trained")
    return {
        name: fine_tune(
            toys.task(folder / name), replace(QUICK, strategy=Strategy(name)), Recorder()
        )
        for name in STRATEGIES
    }


@pytest.fixture(scope="session")
def bases(_one_thread: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("bases")
    return {name: make_base(folder / name, name) for name in ("electra", "distilbert")}


def weights(folder: Path | str) -> dict[str, Any]:
    from safetensors.torch import load_file

    return load_file(Path(folder) / "model.safetensors")


def history(outcome: Outcome) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((outcome.folder / "training.json").read_text("utf-8"))
    return told


def best_epoch(outcome: Outcome) -> dict[str, Any]:
    # max() takes the first of equals, as the training does.
    epoch: dict[str, Any] = max(history(outcome)["epochs"], key=lambda each: each["dev_macro_f1"])
    return epoch


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_loss_falls_and_new_texts_are_judged_far_better_than_by_chance(
    name: str, trained: dict[str, Outcome]
) -> None:
    outcome = trained[name]
    losses = history(outcome)["losses"]
    assert sum(losses[-8:]) < 0.7 * sum(losses[:8])
    assert outcome.measured.part == "test"
    assert outcome.measured.evaluation.accuracy > 0.55  # chance is a third


@pytest.mark.parametrize("name", STRATEGIES)
def test_only_what_the_strategy_says_moves(
    name: str, trained: dict[str, Outcome], toys: Toys
) -> None:
    before, after = weights(toys.model), weights(trained[name].folder)
    assert set(after) == {f"bert.{key}" for key in before} | {HEAD, "classifier.bias"}
    moved = {HEAD} | {
        key
        for key in (EMBEDDING, BELOW, ABOVE, NORM)
        if not before[key.removeprefix("bert.")].equal(after[key])
    }
    assert moved == MOVED[name]


def test_while_the_head_learns_everything_else_stands_still(
    trained: dict[str, Outcome], toys: Toys
) -> None:
    before, after = weights(toys.model), weights(trained["head"].folder)
    assert all(before[key].equal(after[f"bert.{key}"]) for key in before)


def test_a_new_process_finds_the_same_loss_as_the_training_did(
    trained: dict[str, Outcome], toys: Toys
) -> None:
    folders = [str(outcome.folder) for outcome in trained.values()]
    answer = subprocess.run(
        [sys.executable, "-c", JUDGE, toys.dev, *folders], capture_output=True, check=True
    )
    told = json.loads(answer.stdout)
    found = {str(each.folder): best_epoch(each)["dev_loss"] for each in trained.values()}
    assert told == pytest.approx(found, abs=1e-5)


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_folder_is_a_plain_model_with_its_labels(
    name: str, trained: dict[str, Outcome]
) -> None:
    folder = trained[name].folder
    assert {path.name for path in folder.iterdir()} == {
        "README.md",
        "config.json",
        "evaluation.json",
        "learning-curves.png",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
        "training.json",
    }
    config = json.loads((folder / "config.json").read_text("utf-8"))
    assert config["id2label"] == {"0": "anger", "1": "joy", "2": "sadness"}
    assert config["problem_type"] == "single_label_classification"


def test_the_same_seed_gives_the_same_figures_and_another_one_others(
    train: Callable[..., Outcome], trained: dict[str, Outcome]
) -> None:
    again, other = train("again"), train("other", replace(QUICK, seed=1))
    first = trained["all"]
    assert history(again)["losses"] == history(first)["losses"]
    assert history(again)["epochs"] == history(first)["epochs"]
    assert again.measured.evaluation.per_class == first.measured.evaluation.per_class
    assert history(other)["losses"] != history(first)["losses"]


@pytest.mark.parametrize("architecture", ["electra", "distilbert"])
@pytest.mark.parametrize("strategy", [Strategy.TOP, Strategy.LORA])
def test_other_architectures_train_as_well(
    architecture: str, strategy: Strategy, train: Callable[..., Outcome], bases: dict[str, str]
) -> None:
    base = bases[architecture]
    outcome = train("out", replace(QUICK, strategy=strategy, epochs=3, head_epochs=0), model=base)
    before, after = weights(base), weights(outcome.folder)
    losses = history(outcome)["losses"]
    assert sum(losses[-8:]) < sum(losses[:8])
    moved = {key for key in before if not before[key].equal(after[f"{architecture}.{key}"])}
    layers = "encoder.layer" if architecture == "electra" else "transformer.layer"
    top, bottom = f"{layers}.1", f"{layers}.0"
    assert any(key.startswith(top) for key in moved)
    assert any(key.startswith(bottom) for key in moved) is strategy.adapts
    assert not any(key.startswith("embeddings.") for key in moved)


def test_texts_with_several_labels_get_a_sigmoid_head(
    train: Callable[..., Outcome], tmp_path: Path
) -> None:
    data, test = (
        write_tsv(tmp_path / f"{seed}.tsv", toy_rows(150, seed, several=True)) for seed in (5, 6)
    )
    settings = replace(QUICK, epochs=6, balance=True)
    outcome = train("several", settings, data=data, dev=None, test=test)
    config = json.loads((outcome.folder / "config.json").read_text("utf-8"))
    assert config["problem_type"] == "multi_label_classification"
    figures = outcome.measured.evaluation
    assert figures.macro_f1 > 0.7
    assert all(0 < each.threshold < 1 for each in figures.per_class.values())  # type: ignore[operator]


def test_early_stopping_ends_a_stage_that_no_longer_improves(train: Callable[..., Outcome]) -> None:
    settings = replace(
        QUICK, strategy=Strategy.HEAD, epochs=9, patience=2, head_rate=1e-9, warm_up=0
    )
    epochs = history(train("tired", settings))["epochs"]
    assert len(epochs) == 3


def test_a_stage_that_makes_things_worse_leaves_what_was_better(
    train: Callable[..., Outcome],
) -> None:
    outcome = train("worse", replace(QUICK, rate=0.9, epochs=2, patience=0))
    assert best_epoch(outcome)["stage"] == "head"
    assert outcome.measured.evaluation.accuracy > 0.5


def test_half_precision_learns_too(train: Callable[..., Outcome]) -> None:
    outcome = train("bf16", replace(QUICK, precision=Precision.BF16, epochs=2))
    losses = history(outcome)["losses"]
    assert sum(losses[-8:]) < 0.8 * sum(losses[:8])
    assert str(weights(outcome.folder)[HEAD].dtype) == "torch.float32"


def test_a_model_of_the_same_labels_is_trained_further_with_its_own_head(
    train: Callable[..., Outcome], trained: dict[str, Outcome]
) -> None:
    first = trained["all"]
    again = train("further", replace(QUICK, head_epochs=0, epochs=1), model=str(first.folder))
    assert history(again)["epochs"][0]["dev_loss"] < 1.2 * best_epoch(first)["dev_loss"]
    assert history(again)["losses"][0] < history(first)["losses"][0]


def test_a_batch_that_does_not_fit_is_cut_without_changing_what_is_learnt(
    train: Callable[..., Outcome], toys: Toys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer, BertModel

    still = AutoModel.from_pretrained(
        toys.model, hidden_dropout_prob=0, attention_probs_dropout_prob=0
    )
    still.save_pretrained(tmp_path / "still")
    AutoTokenizer.from_pretrained(toys.model).save_pretrained(tmp_path / "still")
    settings = replace(QUICK, epochs=1, head_epochs=1, rate=1e-4)
    roomy = train("roomy", settings, model=str(tmp_path / "still"))
    real = BertModel.forward

    def scant(self: Any, input_ids: Any, **others: Any) -> Any:
        if len(input_ids) > 5:
            msg = "CUDA out of memory."
            raise torch.OutOfMemoryError(msg)
        return real(self, input_ids, **others)

    monkeypatch.setattr(BertModel, "forward", scant)
    watch = Recorder()
    tight = train("tight", settings, watch, model=str(tmp_path / "still"))
    assert any("out of memory: 4 texts at once" in note for note in watch.notes)
    expected, found = weights(roomy.folder), weights(tight.folder)
    assert all(torch.allclose(expected[key], found[key], atol=1e-5) for key in expected)


def test_what_this_machine_cannot_do_is_told(train: Callable[..., Outcome]) -> None:
    with pytest.raises(BackendUnavailable, match=r"bitsandbytes.*lora works everywhere"):
        train("qlora", replace(QUICK, strategy=Strategy.QLORA))
    with pytest.raises(InvalidOption, match=r"at most 32 tokens.* --max-length 32$"):
        train("long", replace(QUICK, max_length=64))
    import torch

    if not torch.cuda.is_available():
        with pytest.raises(BackendUnavailable, match="no CUDA GPU"):
            train("cuda", FineTuning(device=Device.CUDA, max_length=16))
        with pytest.raises(InvalidOption, match="fp16 needs a GPU"):
            train("half", FineTuning(precision=Precision.FP16, max_length=16))
