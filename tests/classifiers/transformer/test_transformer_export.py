"""Exports: they say what torch says, stand alone, and are made once."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from bot.cli import nunchi
from classifiers.classifier import load
from classifiers.errors import BackendUnavailable
from classifiers.prediction import Prediction
from classifiers.transformer.checkpoint import Checkpoint, load_checkpoint, quiet
from classifiers.transformer.exporting import (
    ExportJob,
    _first_that_works,
    _Judge,
    _silenced,
    name_labels,
)
from classifiers.transformer.folders import checksum, looked_at
from classifiers.transformer.manifest import Manifest, read_manifest
from classifiers.transformer.naming import Naming
from tests.classifiers.transformer.conftest import Exported
from tests.classifiers.transformer.tiny_models import SENTIMENTS, WORDS, sentences

TEXTS = [text for words in (SENTIMENTS, WORDS) for text, _ in sentences(words, 60, 5)]

ALONE = """
import asyncio, json, sys
from classifiers.classifier import load
async def judged(specification):
    classifier = load(specification)
    await classifier.start()
    texts = json.load(sys.stdin)
    said = [value for start in range(0, len(texts), classifier.info.max_batch)
            for value in await classifier.classify(texts[start:start + classifier.info.max_batch])]
    await classifier.close()
    return [[*each.probabilities, each.valence] for each in said]
if __name__ == "__main__":
    rows = asyncio.run(judged(sys.argv[1]))
    heavy = sorted({"torch", "transformers", "onnx", "onnxscript"} & set(sys.modules))
    print(json.dumps({"rows": rows, "heavy": heavy}))
"""


async def judged(specification: str) -> list[Prediction]:
    """Return what a classifier says of the texts."""
    classifier = load(f"transformers?{specification}")
    await classifier.start()
    try:
        size = classifier.info.max_batch
        batches = [TEXTS[start : start + size] for start in range(0, len(TEXTS), size)]
        return [each for batch in batches for each in await classifier.classify(batch)]
    finally:
        await classifier.close()


def alone(specification: str) -> dict[str, Any]:
    """Return what a process of its own says of the texts, and what it imported."""
    command = [sys.executable, "-c", ALONE, f"transformers?{specification}"]
    done = subprocess.run(
        command, input=json.dumps(TEXTS), capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout))


def numbers(predictions: list[Prediction]) -> np.ndarray:
    return np.array([[*each.probabilities, each.valence] for each in predictions])


def test_the_command_tells_how_exact_the_export_is(exported: Exported) -> None:
    found = re.search(r"largest difference from torch: (\S+) \(ONNX", exported.output)
    assert found is not None
    assert float(found[1]) < 1e-4
    assert "exported by torch.export\n" in exported.output
    assert f"--backend 'transformers?model={exported.folder}'" in exported.output


def test_the_manifest_says_all_that_is_known(exported: Exported, sentiment: Path) -> None:
    manifest = json.loads((exported.folder / "nunchi.json").read_text())
    assert manifest["labels"] == list(SENTIMENTS)
    assert manifest["table"] == {name: name for name in SENTIMENTS}
    assert (manifest["multi_label"], manifest["quantise"]) == (False, "none")
    assert (manifest["source"], manifest["licence"]) == ("sentiment", "unknown")
    assert manifest["weights"] == checksum([sentiment / "model.safetensors"])
    assert set(manifest["files"]) == {
        "config.json",
        "model.onnx",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    assert str(sentiment.parent) not in json.dumps(manifest)


async def test_an_export_in_a_new_process_says_what_torch_says_here(
    exported: Exported, sentiment: Path
) -> None:
    there = alone(f"model={exported.folder}")
    here = await judged(f"model={exported.folder}")
    by_torch = await judged(f"model={sentiment}&runtime=torch")
    assert there["heavy"] == []
    np.testing.assert_allclose(np.array(there["rows"], float), numbers(here), atol=1e-5)
    np.testing.assert_allclose(numbers(here), numbers(by_torch), atol=1e-4)
    # The same weights, read the same way, have the same name however they are run.
    assert {each.model for each in here} == {each.model for each in by_torch}


async def test_eight_bits_say_nearly_the_same(exported_int8: Exported, emotions: Path) -> None:
    small = await judged(f"model={exported_int8.folder}")
    exact = await judged(f"model={emotions}&runtime=torch")
    same = [one.label == other.label for one, other in zip(small, exact, strict=True)]
    assert sum(same) / len(same) > 0.9
    assert "same label for 100% of the sample texts" in exported_int8.output
    assert small[0].model.endswith(":int8")
    assert small[0].model.removesuffix(":int8") == exact[0].model


async def test_a_checkpoint_is_exported_once_in_a_process_of_its_own(
    emotions: Path, tmp_path: Path
) -> None:
    specification = f"model={emotions}&cache={tmp_path}&languages=ko,en"
    first = alone(specification)
    [cached] = tmp_path.iterdir()
    made = (cached / "model.onnx").stat().st_mtime_ns
    second = alone(specification)
    assert (first["heavy"], second["heavy"]) == ([], [])
    assert [path.name for path in tmp_path.iterdir()] == [cached.name]
    assert (cached / "model.onnx").stat().st_mtime_ns == made
    by_torch = numbers(await judged(f"model={emotions}&runtime=torch"))
    for rows in (first["rows"], second["rows"]):
        np.testing.assert_allclose(np.array(rows, float), by_torch, atol=1e-4)


def test_classify_takes_an_exported_folder(exported: Exported) -> None:
    backend = f"transformers?model={exported.folder}"
    arguments = ["classify", "--backend", backend, "--head", "labels"]
    result = CliRunner().invoke(nunchi, arguments, input="i am so happy\n너무 슬퍼\n")
    assert result.exit_code == 0, result.output
    happy, sad = map(json.loads, result.stdout.splitlines())
    assert (happy["sentiment"], sad["sentiment"]) == ("positive", "negative")
    assert (happy["language"], sad["language"]) == ("en", "ko")
    assert happy["label"] is None
    assert happy["model"].startswith("transformers@sentiment:")
    assert max(happy["head_probabilities"], key=happy["head_probabilities"].get) == "positive"


def test_a_map_that_is_told_at_export_needs_not_be_told_again(tmp_path: Path) -> None:
    file = tmp_path / "map.json"
    table = {"joy": "positive", "sadness": "negative", "anger": "negative", "neutral": None}
    file.write_text(json.dumps(table))
    raw = Manifest(
        tuple(WORDS), None, None, "some/model", "", "MIT", (), "none", 64, "0" * 64, "x", 0.0
    )
    raw = replace(raw, files={"map.json": checksum([file])})
    named = name_labels(tmp_path, raw, Naming(str(file), multi_label=True))
    assert read_manifest(tmp_path) == named
    told = Naming().projection(named.outputs)
    assert (told.label_map.table, told.multi_label) == (table, True)


class Moody:
    """Makes a model look at its numbers before it decides what to do, as some architectures do."""

    def __init__(self, checkpoint: Checkpoint, *, broken: bool) -> None:
        self._forward = checkpoint.model.forward
        self._broken = broken

    def __call__(self, input_ids: Any = None, **arrays: Any) -> Any:
        if input_ids.sum().item() < 0:
            raise AssertionError
        answer = self._forward(input_ids=input_ids, **arrays)
        if self._broken:
            answer.logits = answer.logits * float(input_ids.sum().item() % 5 + 1)
        return answer


def moody(folder: Path, out: Path, *, broken: bool) -> tuple[Checkpoint, ExportJob, _Judge]:
    looked = looked_at(folder)
    checkpoint = load_checkpoint(looked)
    checkpoint.model.forward = Moody(checkpoint, broken=broken)
    job = ExportJob(looked, out, Naming(), "moody", "", ())
    return checkpoint, job, _Judge(checkpoint, looked, multi_label=False)


def test_other_ways_are_tried_where_the_first_fails(sentiment: Path, tmp_path: Path) -> None:
    with quiet(), _silenced():
        graph = _first_that_works(*moody(sentiment, tmp_path, broken=False))
    assert graph.way == "TorchScript"
    assert graph.failed[0].startswith("torch.export (")
    assert graph.exact.difference < 1e-4
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]


def test_a_graph_with_other_numbers_than_torch_is_not_kept(sentiment: Path, tmp_path: Path) -> None:
    """The traced graph knows the sum of the example's ids only, and is wrong elsewhere."""
    refused = pytest.raises(BackendUnavailable, match=r"cannot be exported .*runtime=torch")
    with quiet(), _silenced(), refused:
        _first_that_works(*moody(sentiment, tmp_path, broken=True))
    assert list(tmp_path.iterdir()) == []
