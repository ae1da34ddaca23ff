"""Options of the backend, the table of presets, and ``nunchi models``."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from bot.cli import nunchi
from classifiers.classifier import load
from classifiers.errors import BackendUnavailable, InvalidOption
from classifiers.label_maps import LabelMapError, built_in_maps
from classifiers.transformer.choice import choice_of
from classifiers.transformer.presets import is_commit, presets


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("", r"needs the option model, such as transformers\?model=go-emotions"),
        ("model=kote&quantize=int8", r"no option 'quantize'.*; did you mean quantise\?"),
        ("model=kote&runtime=tensorflow", "runtime of transformers must be one of onnx, torch"),
        ("model=kote&runtime=torch&quantise=int8", "int8 runs by ONNX Runtime only"),
        ("model=go-emotions-int8&runtime=torch", "an ONNX file cannot be run by torch"),
        ("model=kote&threads=0", "threads of transformers must be a whole number"),
        ("model=kote&languages=korean", "must be codes such as ko,en"),
        ("model=kote&multi_label=perhaps", "must be yes or no"),
    ],
)
def test_options_that_cannot_be_used_are_refused(options: str, sentence: str) -> None:
    with pytest.raises(InvalidOption, match=sentence):
        load(f"transformers?{options}")


async def test_a_folder_that_is_not_there_is_refused(tmp_path) -> None:
    with pytest.raises(InvalidOption, match=r"no folder is called '.*/nowhere'"):
        await load(f"transformers?model={tmp_path}/nowhere").start()


@pytest.mark.parametrize(
    ("model", "end"), [("kotee", r"did you mean model=kote\?$"), ("mine", "HF_HUB_OFFLINE$")]
)
async def test_a_preset_that_is_misspelt_is_suggested(tmp_path, model: str, end: str) -> None:
    with pytest.raises(BackendUnavailable, match=end):
        await load(f"transformers?model={model}&offline=yes&cache={tmp_path}").start()


async def test_a_map_that_is_not_there_is_told_before_a_model_is_sought(tmp_path) -> None:
    with pytest.raises(LabelMapError, match=r"there is no file mine\.json with a label map"):
        await load(f"transformers?model=kote&map=mine.json&offline=yes&cache={tmp_path}").start()


def test_a_preset_brings_what_has_to_be_known() -> None:
    kote = choice_of({"model": "kote"})
    assert (kote.model, kote.revision) == ("searle-j/kote_for_easygoing_people", "refs/pr/1")
    assert (kote.naming.label_map, kote.naming.multi_label) == ("kote", True)
    assert (kote.languages, kote.batch, kote.threads) == (("ko",), 32, 1)
    own = choice_of(
        {"model": "kote", "revision": "main", "multi_label": "no", "languages": "ko,en"}
    )
    assert (own.revision, own.naming.multi_label, own.languages) == ("main", False, ("ko", "en"))


def test_no_preset_may_not_be_used_commercially() -> None:
    for preset in presets().values():
        assert "NC" not in preset.licence.upper().split("-")
        assert preset.label_map in built_in_maps()
        assert preset.is_pinned == is_commit(preset.revision)
    assert {preset.licence for preset in presets().values()} == {"MIT", "unclear"}
    assert "ask its authors" in presets()["xlm-sentiment"].note


def test_models_are_listed_with_what_one_must_know() -> None:
    result = CliRunner().invoke(nunchi, ["models"])
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0].split() == [
        "NAME",
        "LABELS",
        "LANGUAGES",
        "SIZE",
        "LICENCE",
        "REVISION",
        "MODEL",
    ]
    [kote] = [line for line in lines if line.startswith("kote ")]
    assert "44 (kote)" in kote
    assert "refs/pr/1 (not pinned)" in kote
    [nsmc] = [line for line in lines if line.startswith("nsmc ")]
    assert "main (not pinned)" in nsmc
    [english] = [line for line in lines if line.startswith("go-emotions ")]
    assert english.split()[-2:] == ["d75048347613", "SamLowe/roberta-base-go_emotions"]
    [unclear] = [line for line in lines if line.startswith("xlm-sentiment ")]
    assert "unclear" in unclear


def test_models_are_listed_for_programs() -> None:
    rows = json.loads(CliRunner().invoke(nunchi, ["models", "--json"]).output)
    assert [row["name"] for row in rows] == list(presets())
    assert rows[2]["revision"] == "d75048347613a25d77de8cf6412eaae9fa7b26be"


def test_nothing_heavy_is_imported_before_a_model_is_started() -> None:
    code = (
        "import sys, bot.cli, classifiers.transformer, classifiers.transformer.exporting;"
        "from classifiers.classifier import load; load('transformers?model=kote');"
        "heavy = {'torch', 'transformers', 'onnx', 'onnxruntime', 'tokenizers', 'huggingface_hub'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
