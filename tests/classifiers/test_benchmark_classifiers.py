"""``benchmarks/classifiers.py``: a row for everyone, and figures that agree with the evaluation."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli import nunchi
from classifiers.embedded.backend import SHIPPED

ROOT = Path(__file__).parents[2]
ALWAYS = ("embedded", "embedded, awaited", "lexicon", "VADER alone", "TF-IDF + logistic regression")
ELECTRA = "ELECTRA 14M, random weights"
HAS_TORCH = all(map(find_spec, ("torch", "transformers", "tokenizers")))
LINES = """text\tlabel
오늘 진짜 행복해 ㅎㅎ\tjoy
so happy today, great work!\tjoy
너무 슬프다 ㅠㅠ\tsadness
I feel so sad and lonely\tsadness
화가 난다 진짜 짜증나\tanger
this makes me so angry\tanger
회의는 세 시로 옮겼어요\tneutral
the meeting moved to three\tneutral
무서워서 잠이 안 와\tfear
곱창이 너무 역겨웠다\tdisgust
wow I did not expect that\tsurprise
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("benchmark") / "lines.tsv"
    path.write_text(LINES, "utf-8")
    return path


def ran(script: str, *arguments: str) -> str:
    command = [sys.executable, str(ROOT / "benchmarks" / script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def evaluated(backend: str, source: str) -> dict[str, Any]:
    arguments = ["evaluate", "--backend", backend, "--data", source, "--json"]
    result = CliRunner().invoke(nunchi, arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_macro_f1_is_that_of_the_evaluation(data: Path) -> None:
    more = ("--backend", f"embedded?weights={SHIPPED}")
    result = json.loads(ran("classifiers.py", "--quick", "--json", "--data", str(data), *more))
    contenders = result["contenders"]
    known = contenders.pop("embedded?weights=weights.bin")
    assert known["quality"] == contenders["embedded"]["quality"]
    assert known["cost"]["model"].startswith("embedded@")
    assert known["cost"]["start_seconds"] > 0
    assert 20 < contenders["lexicon"]["cost"]["resident_mb"] < 1000
    assert contenders["VADER alone"]["cost"] is None
    assert tuple(contenders) == ALWAYS + ((ELECTRA,) if HAS_TORCH else ())
    for name in ("embedded", "lexicon"):
        found, told = contenders[name]["quality"][str(data)], evaluated(name, str(data))
        assert (found["n"], found["macro_f1"]) == (11, pytest.approx(told["macro_f1"], abs=1e-6))
        assert list(found["per_language"]) == list(told["per_language"])
        for language, figures in told["per_language"].items():
            macro_f1 = found["per_language"][language]["macro_f1"]
            assert macro_f1 == pytest.approx(figures["macro_f1"], abs=1e-6)
    chat = contenders["lexicon"]["quality"]["chat:ko"]["macro_f1"]
    assert chat == pytest.approx(evaluated("lexicon", "chat:ko")["macro_f1"], abs=1e-6)

    # VADER can only be right where people said joy, sadness or neutral.
    assert 0 < contenders["VADER alone"]["quality"][str(data)]["macro_f1"] < 4 / 7
    assert contenders["VADER alone"]["in_batches"]["ratio"] == 1
    assert all(each["one_by_one"]["rate"] > 0 for each in contenders.values())
    embedded = result["embedded"]
    assert embedded["model"].startswith("embedded@")
    assert 0 < embedded["import_seconds"] < embedded["load_seconds"]
    assert 0 < embedded["resident_imports_mb"] < embedded["resident_added_mb"]


def test_the_table_has_a_row_for_everyone(data: Path) -> None:
    printed = ran("classifiers.py", "--quick", "--data", str(data)).splitlines()
    [heading] = [line for line in printed if "one by one" in line]
    sets = ["chat:ko", "chat:en", "lines.tsv", "lines.tsv en", "lines.tsv ko"]
    assert sorted(re.split(r"\s{2,}", heading.strip())[6:]) == sorted(sets)
    cells = [re.split(r"\s{2,}", line) for line in printed]
    rows = {name: figures for name, *figures in cells if len(figures) == 6 + len(sets)}
    assert set(ALWAYS) <= set(rows)
    assert (ELECTRA in rows) == HAS_TORCH
    assert [rows["VADER alone"][at] for at in (1, 3)] == ["1.000", "1.000"]
    for name in ("embedded", "lexicon", "VADER alone", "TF-IDF + logistic regression"):
        assert all(re.fullmatch(r"[01]\.\d{3}", field) for field in rows[name][6:])
    if not HAS_TORCH:
        assert [line for line in printed if line.startswith(ELECTRA) and "[torch]" in line]


def test_a_file_that_is_not_there_is_told() -> None:
    script = str(ROOT / "benchmarks" / "classifiers.py")
    command = [sys.executable, script, "--quick", "--data", "missing.tsv"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "missing.tsv" in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr


def test_the_scripts_beside_it_find_the_package_of_its_name() -> None:
    assert "--bags" in ran("shares.py", "--help")
