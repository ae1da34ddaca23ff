"""Training: repeatable, compiled as interpreted, with gradients that are right."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console
from rich.progress import Progress

from bot.training_commands import ProgressBars, train
from classifiers.embedded.weights import load
from classifiers.emotion import EMOTIONS
from classifiers.errors import BackendUnavailable
from classifiers.heads import Head
from classifiers.training.chat import ChatLine
from classifiers.training.datasets import DatasetUnreadable
from classifiers.training.embedded import kernels, train_file
from classifiers.training.embedded.augment import CHANGES, as_chat
from classifiers.training.embedded.calibration import best_temperature, fitted
from classifiers.training.embedded.sources import SOURCES, available, chat_lesson, lessons
from classifiers.training.embedded.trainer import Group, Plan, examples_seen
from classifiers.training.embedded.trainer import train as train_groups
from classifiers.training.embedded.vocabulary import Bags, choose, keys_of
from tests.support.tiny_embedded import PLAN, Silence, chat_lines, train_tiny, write_sets

SMALL = Plan(size=4, width=2, rounds=1)


def silent(_: int) -> None:
    """Hear of progress and do nothing."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sets(tmp_path_factory.mktemp("sets"))


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_tiny(data, tmp_path_factory.mktemp("trained") / "a.bin")


def test_the_same_seed_gives_the_same_file(data: Path, trained: Path, tmp_path: Path) -> None:
    again = train_tiny(data, tmp_path / "b.bin")
    other = train_tiny(data, tmp_path / "c.bin", seed=1)
    assert again.read_bytes() == trained.read_bytes()
    assert other.read_bytes() != trained.read_bytes()


def test_the_file_names_its_heads_and_sources(trained: Path) -> None:
    card = load(trained).card
    assert [head.name for head in card.heads] == ["nsmc", "goemotions", "emotions"]
    assert card.sources == {
        "nsmc": "CC0",
        "nsmc_ratings": "CC0",
        "goemotions": "Apache-2.0",
        "chat": "CC0",
    }
    assert set(card.temperatures) == {"ko", "en", "und"}
    assert trained.stat().st_size < 10_000_000


def test_progress_ends_where_it_said_it_would(data: Path, tmp_path: Path) -> None:
    heard = Silence()
    train_file(data, tmp_path / "w.bin", 0, heard, SMALL, chat_lines(2))
    assert list(heard.stages) == ["reading", "training"]
    assert heard.steps == heard.stages


INTERPRETED = """
import sys
from pathlib import Path
from tests.classifiers.test_embedded_training import train_few
train_few(Path(sys.argv[1]))
"""


def train_few(out: Path) -> None:
    """Train on a handful of examples and write the floats."""
    chance = np.random.default_rng(5)
    heads = (Head("one", ("a", "b", "c")), Head("many", ("x", "y"), multi_label=True))
    lengths = np.full(20, 6)
    groups = [
        Group(0, Bags(chance.integers(0, 50, 120, np.uint32), lengths),
              chance.choice(np.array([1, 2, 4, 3], np.uint64), 20), 0.7),
        Group(1, Bags(chance.integers(0, 50, 120, np.uint32), lengths),
              chance.integers(0, 4, 20, np.uint64), share=1.5),
    ]  # fmt: skip
    plan = Plan(size=4, width=3, rounds=2)
    learnt = train_groups(groups, heads, 50, plan, 3, silent)
    assert examples_seen(groups, plan) == 2 * sum((20, 30))
    np.savez(out, table=learnt.table, gates=learnt.gates, dense=learnt.dense)


def test_compiled_loops_do_what_the_source_says(tmp_path: Path) -> None:
    train_few(tmp_path / "compiled.npz")
    subprocess.run(
        [sys.executable, "-c", INTERPRETED, str(tmp_path / "interpreted.npz")],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        cwd=Path(__file__).parents[2],
        check=True,
    )
    compiled, interpreted = (
        np.load(tmp_path / f"{name}.npz") for name in ("compiled", "interpreted")
    )
    for name in ("table", "gates", "dense"):
        np.testing.assert_allclose(compiled[name], interpreted[name], rtol=2e-2, atol=2e-3)


@pytest.mark.parametrize("several", [False, True])
def test_residuals_are_the_gradient_of_the_loss(several: bool) -> None:
    scores = np.array([0.3, -0.7, 1.1], np.float32)

    def loss(values: np.ndarray) -> float:
        return kernels.residuals(values.astype(np.float32), np.uint64(5), several, 0.0, 1.0)

    slopes = scores.copy()
    kernels.residuals(slopes, np.uint64(5), several, 0.0, 1.0)
    for k in range(3):
        step = np.zeros(3, np.float32)
        step[k] = 0.01
        slope = (loss(scores + step) - loss(scores - step)) / 0.02
        assert slopes[k] == pytest.approx(slope, abs=2e-3)


def test_the_vocabulary_keeps_the_frequent() -> None:
    often = keys_of(["common words here"] * 40, silent)
    rare = keys_of(["seldom"], silent)
    vocabulary = choose([often, rare])
    assert vocabulary.slots(often).lengths.tolist() == often.lengths.tolist()
    assert vocabulary.slots(rare).lengths[0] < rare.lengths[0] / 5


def test_every_change_leaves_something_and_repeats_with_its_seed() -> None:
    for text in ("안녕 하세요, 오늘 뭐해?", "hi there!", "a", "..."):
        for change in CHANGES:
            for seed in range(30):
                changed = change(text, random.Random(seed))
                assert changed
                assert changed == change(text, random.Random(seed))
    chance = random.Random(0)
    assert len({as_chat("오늘 정말 힘들다", chance) for _ in range(50)}) > 25


def test_lessons_map_labels_and_leave_out_what_has_no_class(data: Path) -> None:
    found = {(x.name, x.head.name): x for x in lessons(data, available(data))}
    emotional = found["goemotions", "emotions"]
    joy, sadness = EMOTIONS.index("joy"), EMOTIONS.index("sadness")
    assert set(emotional.targets) == {(joy, sadness), (EMOTIONS.index("anger"),)}
    assert "hm" not in emotional.texts
    ratings = found["nsmc_ratings", "nsmc"]
    assert sorted(set(ratings.targets)) == [(0,), (1,)]
    assert ratings.targets.count((0,)) == ratings.targets.count((1,)) == 4


def test_every_source_states_a_licence() -> None:
    assert all(source.licence for source in SOURCES)


def test_the_best_temperature_undoes_overconfidence() -> None:
    chance = np.random.default_rng(0)
    honest = chance.standard_normal((4_000, 3)).astype(np.float32) * 1.5
    chances = np.exp(honest) / np.exp(honest).sum(axis=1, keepdims=True)
    labels = np.array([chance.choice(3, p=row / row.sum()) for row in chances.astype(float)])
    assert best_temperature(honest * 3, labels) == pytest.approx(3, rel=0.15)


def test_a_language_with_few_lines_keeps_its_temperature(trained: Path) -> None:
    lines = [line for line in chat_lines(8) if line.language == "ko"]
    found = fitted(load(trained), lines[:10])
    assert found == {"ko": 1.0, "en": 1.0, "und": 1.0}
    assert fitted(load(trained), lines * 2)["ko"] != 1.0


def test_without_numba_it_says_what_to_install(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(BackendUnavailable, match=r"pip install .*\[train\]"):
        train_file(data, tmp_path / "w.bin", 0, Silence(), PLAN)


def test_without_data_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(DatasetUnreadable, match="is no folder"):
        train_file(tmp_path / "none", tmp_path / "w.bin", 0, Silence(), PLAN, chat_lines(2))


def test_the_command_explains_data_that_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "nsmc").mkdir()
    (tmp_path / "nsmc" / "train.tsv").write_text("text\tnothing\nhello\tthere\n", "utf-8")
    answer = CliRunner().invoke(
        train, ["embedded", "--data", str(tmp_path), "--out", str(tmp_path / "w.bin")]
    )
    assert answer.exit_code not in (0, 2)
    assert answer.stderr.count("nunchi: ") == 1
    assert not (tmp_path / "w.bin").exists()


def test_each_stage_has_its_bar() -> None:
    with Progress(console=Console(quiet=True)) as shown:
        bars = ProgressBars(shown)
        bars.advance(1)
        bars.begin("reading", 10)
        bars.advance(10)
        bars.begin("training", 5)
        bars.advance(2)
        done = [(task.description, task.completed) for task in shown.tasks]
    assert done == [("reading", 10), ("training", 2)]


def test_the_command_asks_for_what_it_needs(tmp_path: Path) -> None:
    answer = CliRunner().invoke(train, ["embedded", "--data", str(tmp_path / "none")])
    assert answer.exit_code == 2
    assert "does not exist" in answer.output


def test_a_chat_line_teaches_its_label() -> None:
    line = ChatLine("hello", EMOTIONS[3], "en", "study/homework")
    assert chat_lesson([line]).targets == ((3,),)
