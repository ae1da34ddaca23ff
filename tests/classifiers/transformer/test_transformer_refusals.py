"""Checkpoints and exports that must not be run, each with a sentence that says why."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file, save_file
from transformers import BertForMaskedLM, BertForSequenceClassification, BertModel

from bot.cli import nunchi
from classifiers.classifier import load
from classifiers.errors import BackendUnavailable, ClassifierError
from classifiers.transformer.checkpoint import load_checkpoint
from classifiers.transformer.folders import looked_at
from classifiers.transformer.runners import OnnxRunner, TorchRunner, is_out_of_memory
from tests.classifiers.transformer.conftest import Exported
from tests.classifiers.transformer.tiny_models import config, save


@pytest.fixture
def copy(sentiment: Path, tmp_path: Path) -> Path:
    """Return a copy of the checkpoint that a test may spoil."""
    return Path(shutil.copytree(sentiment, tmp_path / "spoilt"))


@pytest.fixture
def exported_copy(exported: Exported, tmp_path: Path) -> Path:
    """Return a copy of the export that a test may spoil."""
    return Path(shutil.copytree(exported.folder, tmp_path / "spoilt-onnx"))


def changed(path: Path, **values: Any) -> None:
    """Change a JSON file."""
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def reweighed(folder: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> None:
    """Change the weights of a checkpoint."""
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


@pytest.mark.parametrize("architecture", [BertForMaskedLM, BertModel])
def test_a_head_that_was_never_trained_is_refused(architecture: Any, tmp_path: Path) -> None:
    """The trap of roberta-base: without this, it answers at random and nobody notices."""
    folder = save(architecture(config("bert", ["LABEL_0", "LABEL_1"])), tmp_path / "bare")
    sentence = (
        r"bare was never trained to classify: its checkpoint has no weights for the head "
        r"\(classifier.bias, classifier.weight\), which would answer at random; choose a model "
        r"that was fine-tuned .*nunchi train transformer"
    )
    with pytest.raises(BackendUnavailable, match=sentence):
        load_checkpoint(looked_at(folder))


async def test_it_is_refused_by_the_command_and_the_backend_alike(tmp_path: Path) -> None:
    folder = save(BertForMaskedLM(config("bert", ["negative", "positive"])), tmp_path / "bare")
    arguments = ["export", "--model", str(folder), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(nunchi, arguments)
    assert result.exit_code == 69
    assert result.stderr.startswith("nunchi: bare was never trained to classify")
    assert [path.name for path in tmp_path.iterdir()] == ["bare"]
    with pytest.raises(BackendUnavailable, match="never trained"):
        await load(f"transformers?model={folder}&runtime=torch").start()


def test_a_head_of_another_shape_is_refused(copy: Path) -> None:
    changed(copy / "config.json", id2label={"0": "negative", "1": "positive"})
    with pytest.raises(BackendUnavailable, match=r"another shape .*\(classifier\.bias.*num_labels"):
        load_checkpoint(looked_at(copy))


def test_a_head_that_the_architecture_does_not_know_is_refused(copy: Path) -> None:
    reweighed(copy, lambda weights: weights.update({"classifier.dense.weight": torch.ones(2, 2)}))
    with pytest.raises(BackendUnavailable, match=r"does not know \(classifier\.dense\.weight\)"):
        load_checkpoint(looked_at(copy))


def test_what_lies_beside_the_head_does_no_harm(copy: Path) -> None:
    reweighed(copy, lambda weights: weights.update({"cls.predictions.bias": torch.ones(2)}))
    assert load_checkpoint(looked_at(copy)).model.config.num_labels == 3


def test_weights_that_are_missing_are_refused(copy: Path) -> None:
    reweighed(copy, lambda weights: weights.pop("bert.pooler.dense.weight") is None)
    with pytest.raises(BackendUnavailable, match=r"lacks weights \(bert.pooler.dense.weight\)"):
        load_checkpoint(looked_at(copy))


def test_damaged_weights_are_refused(copy: Path) -> None:
    (copy / "model.safetensors").write_bytes(b"\xff" * 100)
    with pytest.raises(BackendUnavailable, match="the weights of spoilt are damaged"):
        load_checkpoint(looked_at(copy))


def test_an_architecture_that_cannot_classify_is_refused(copy: Path) -> None:
    changed(copy / "config.json", model_type="sam", architectures=["SamModel"])
    with pytest.raises(BackendUnavailable, match="whose architecture is sam"):
        load_checkpoint(looked_at(copy))


def test_a_tokenizer_that_is_missing_is_told(copy: Path) -> None:
    for path in copy.glob("tokenizer*"):
        path.unlink()
    with pytest.raises(BackendUnavailable, match="spoilt has no tokenizer"):
        load_checkpoint(looked_at(copy))
    (copy / "tokenizer.json").write_text("{}")
    with pytest.raises(BackendUnavailable, match="the tokenizer of spoilt cannot be read"):
        load_checkpoint(looked_at(copy))


def test_pickles_are_refused(copy: Path) -> None:
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    with pytest.raises(BackendUnavailable, match=r"a pickle \(pytorch_model.bin\), which can run"):
        looked_at(copy)
    (copy / "pytorch_model.bin").rename(copy / "training_args.bin")
    with pytest.raises(BackendUnavailable, match="spoilt has no weights in the format safetensors"):
        looked_at(copy)


def test_an_adapter_without_its_model_is_refused(copy: Path) -> None:
    (copy / "adapter_config.json").write_text("{}")
    with pytest.raises(BackendUnavailable, match=r"spoilt holds an adapter \(LoRA\).*merge it"):
        looked_at(copy)


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json"])
def test_code_of_its_own_is_refused(copy: Path, file: str) -> None:
    changed(copy / file, auto_map={"AutoModel": "theirs--modeling.Model"})
    with pytest.raises(BackendUnavailable, match="spoilt wants to run code of its own"):
        looked_at(copy)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackendUnavailable, match=r"holds no config\.json"):
        looked_at(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(BackendUnavailable, match=r"config\.json of the model is damaged"):
        looked_at(tmp_path)
    (tmp_path / "config.json").write_text("[]")
    with pytest.raises(BackendUnavailable, match="it holds no object"):
        looked_at(tmp_path)


async def refusal(options: str) -> str:
    """Return what the backend says instead of starting."""
    with pytest.raises(ClassifierError) as caught:
        await load(f"transformers?{options}").start()
    return str(caught.value)


def test_numbered_labels_are_refused_before_the_export_begins(tmp_path: Path) -> None:
    model = BertForSequenceClassification(config("bert", ["LABEL_0", "LABEL_1"]))
    folder = save(model, tmp_path / "numbered")
    arguments = ["export", "--model", str(folder), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(nunchi, arguments)
    assert result.stderr.startswith(
        "nunchi: the model only numbers its labels (LABEL_0 to LABEL_1)"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["numbered"]


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json", "config.json"])
async def test_a_file_that_was_changed_is_refused(exported_copy: Path, file: str) -> None:
    (exported_copy / file).write_bytes((exported_copy / file).read_bytes() + b" ")
    said = await refusal(f"model={exported_copy}")
    assert said.startswith(f"{file} is not the file that was exported (its checksum differs)")


async def test_a_file_that_is_missing_is_told(exported_copy: Path) -> None:
    (exported_copy / "tokenizer.json").unlink()
    said = await refusal(f"model={exported_copy}")
    assert said.startswith("tokenizer.json is missing from the exported model")


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"format": 1}', '{"format": 2}'])
async def test_a_damaged_manifest_is_refused(exported_copy: Path, text: str) -> None:
    (exported_copy / "nunchi.json").write_text(text)
    assert "nunchi.json of the model is damaged" in await refusal(f"model={exported_copy}")


async def test_damaged_files_without_a_manifest_are_refused(exported_copy: Path) -> None:
    (exported_copy / "nunchi.json").unlink()
    whole = (exported_copy / "model.onnx").read_bytes()
    (exported_copy / "model.onnx").write_bytes(whole[: len(whole) // 2])
    assert "model.onnx is damaged" in await refusal(f"model={exported_copy}")
    (exported_copy / "model.onnx").write_bytes(whole)
    (exported_copy / "tokenizer.json").write_text("{}")
    assert "tokenizer.json of the model is damaged" in await refusal(f"model={exported_copy}")
    (exported_copy / "tokenizer.json").unlink()
    assert "the model has no tokenizer.json" in await refusal(f"model={exported_copy}")


async def test_settings_of_another_model_are_refused(exported_copy: Path) -> None:
    (exported_copy / "nunchi.json").unlink()
    changed(exported_copy / "config.json", id2label={"0": "negative", "1": "positive"})
    said = await refusal(f"model={exported_copy}")
    assert "an array of shape (1, 3) where its settings name 2 labels" in said


async def test_what_an_export_cannot_do_is_told(exported: Exported, tmp_path: Path) -> None:
    folder = exported.folder
    assert "remove runtime=torch" in await refusal(f"model={folder}&runtime=torch")
    said = await refusal(f"model={folder}&quantise=int8")
    assert said.startswith("sentiment-onnx holds an ONNX model that is not int8")
    assert "has no file other.onnx" in await refusal(f"model={folder}&file=other.onnx")
    again = ["export", "--model", str(folder), "--out", str(tmp_path / "out")]
    assert "holds an ONNX model already" in CliRunner().invoke(nunchi, again).stderr


def test_a_folder_that_is_full_is_left_alone(sentiment: Path) -> None:
    arguments = ["export", "--model", str(sentiment), "--out", str(sentiment)]
    result = CliRunner().invoke(nunchi, arguments)
    assert result.exit_code == 69
    assert "is not empty; name a new one by --out" in result.stderr


def test_memory_that_runs_out_is_known_by_what_torch_says() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert is_out_of_memory(caught.value)
    assert not is_out_of_memory(RuntimeError("shapes do not fit"))


def test_other_errors_of_a_runtime_pass(exported: Exported, sentiment: Path) -> None:
    ids = np.full((1, 3), 10_000_000)
    arrays = dict.fromkeys(("input_ids", "attention_mask", "token_type_ids"), ids)
    with pytest.raises(Exception, match=r"(?i)index|indices"):
        OnnxRunner(exported.folder / "model.onnx").logits(arrays)
    checkpoint = load_checkpoint(looked_at(sentiment))
    with pytest.raises(IndexError):
        TorchRunner(checkpoint.model, checkpoint.inputs).logits(arrays)
