"""Training: repeatable, compiled as interpreted, with gradients that are right."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from bot.training_bars import ProgressBars
from bot.training_commands import train
from classifiers.embedded import EmbeddedClassifier, EmbeddedPredictor
from classifiers.embedded.features import grams, plain
from classifiers.embedded.model import POOL_SCALE
from classifiers.embedded.negation import negated
from classifiers.embedded.posterior import correction_beside, correction_file
from classifiers.embedded.predictor import FEELINGS
from classifiers.embedded.reading import calibrated, softmax
from classifiers.embedded.weights import Calibration, load
from classifiers.emotion import EMOTIONS, Emotion
from classifiers.errors import BackendUnavailable, InvalidOption
from classifiers.heads import Head
from classifiers.training.chat import ChatLine
from classifiers.training.datasets import DatasetUnreadable
from classifiers.training.embedded import kernels, train_file
from classifiers.training.embedded.augment import CHANGES, as_chat
from classifiers.training.embedded.calibration import best_calibration, fitted
from classifiers.training.embedded.denials import denials
from classifiers.training.embedded.recipe import DENIAL_LIMIT, Recipe, prepare
from classifiers.training.embedded.sources import (
    SENTIMENT_HEAD,
    SOURCES,
    Lesson,
    Source,
    available,
    chat_lesson,
    chat_valence_lesson,
    emotion_lesson,
    task_lessons,
    valence_lesson,
)
from classifiers.training.embedded.state import Bench, Dense, Examples, Knobs, Layout, Table, bench
from classifiers.training.embedded.trainer import Group, Plan, examples_seen
from classifiers.training.embedded.trainer import train as train_groups
from classifiers.training.embedded.vocabulary import Bags, choose, keys_of
from tests.support.tiny_embedded import (
    RECIPE,
    Silence,
    chat_lines,
    train_tiny,
    write_set,
    write_sets,
)

FEW = Plan(size=4, width=2, rounds=1)
SMALL = Recipe(feelings=FEW, english=FEW, korean=FEW)


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


def test_n_grams_come_in_the_order_that_the_shipped_weights_were_learnt_in() -> None:
    bags = keys_of(["i'm not happy :(", "하나도 안 무서워 ㅋㅋ"], silent)
    told = hashlib.sha256(bags.values.tobytes()).hexdigest()
    assert told.startswith("afe227169a2cac36")  # chance drops n-grams in this order


def test_the_file_names_its_heads_and_sources(trained: Path) -> None:
    card = load(trained).card
    assert list(card.networks) == ["english", "feelings", "korean"]
    assert list(card.heads) == ["goemotions", "emotions", "valence", "nsmc"]
    assert card.sources == {
        "nsmc": "CC0",
        "nsmc_ratings": "CC0",
        "goemotions": "Apache-2.0",
        "chat": "CC0",
    }
    assert set(card.calibrations) == {"ko", "en", "und"}
    assert trained.stat().st_size < 10_000_000


def test_a_head_learnt_in_both_languages_is_asked_in_that_of_the_text(tmp_path: Path) -> None:
    folder = tmp_path / "sets"
    write_set(folder, "goemotions", [("happy", "joy"), ("angry", "anger"), ("hm", "joy|anger")] * 9)
    turned = [("행복해", "joy"), ("화나", "anger"), ("happy", "anger"), ("음", "joy|anger")]
    write_set(folder, "goemotions_ko_mt", turned * 9)
    card = load(train_tiny(folder, tmp_path / "w.bin")).card
    assert card.homes("goemotions") == ("english", "korean")
    predictor = EmbeddedPredictor(tmp_path / "w.bin")
    chances = predictor.predict_head("goemotions", ["happy", "행복해", "화나", "angry"])
    labels = card.heads["goemotions"].labels
    assert [labels[row.argmax()] for row in chances] == ["joy", "joy", "anger", "anger"]


def test_heads_that_only_helped_are_not_in_the_file(data: Path, trained: Path) -> None:
    helping = {source.name for source in available(data) if source.share > 0}
    assert helping == {"nsmc", "goemotions"}
    weights = load(trained)
    assert [head.name for head in weights.card.networks["korean"].heads] == ["nsmc"]
    shape = weights.card.networks["feelings"]
    assert [head.name for head in shape.heads] == ["emotions", "valence"]
    seen = 2 * shape.size
    room = shape.width * (seen + 1) + (9 + 3) * (shape.width + seen + 1)
    assert len(weights.arrays["feelings"].dense) == room


async def test_without_any_set_it_learns_from_chat_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    heard = Silence()
    out = tmp_path / "w.bin"
    train_file(tmp_path / "data", out, 0, heard, RECIPE, chat_lines())
    assert list(heard.stages) == ["reading", "training feelings"]
    assert heard.steps == heard.stages
    card = load(out).card
    assert list(card.networks) == ["feelings"]
    assert card.sources == {"chat": "CC0"}
    glad, afraid = EmbeddedPredictor(out).predict(["행복해 좋아", "so scared"])
    assert (glad.label, afraid.label) == (Emotion.JOY, Emotion.FEAR)
    assert glad.valence > 0 > afraid.valence
    classifier = EmbeddedClassifier(out)
    assert list(classifier.heads()) == ["valence"]
    with pytest.raises(InvalidOption, match="no head called 'nsmc'; it has: valence"):
        await classifier.classify_head("nsmc", ["x"])


def test_a_correction_of_shares_is_written_for_these_weights(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "w.bin"
    train_file(data, out, 0, Silence(), SMALL, chat_lines(40))
    correction = correction_beside(out, "embedded@5")
    assert correction is not None
    assert correction.usable
    assert len(correction.labels) == len(chat_lines(40)) // 2


def test_too_few_lines_held_out_leave_no_correction(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "w.bin"
    correction_file(out).write_text("of other weights", "utf-8")
    train_file(data, out, 0, Silence(), SMALL, chat_lines(2))
    assert not correction_file(out).exists()


def test_progress_ends_where_it_said_it_would(data: Path, tmp_path: Path) -> None:
    heard = Silence()
    train_file(data, tmp_path / "w.bin", 0, heard, SMALL, chat_lines(2))
    assert list(heard.stages) == [
        "reading",
        "reading ratings",
        "training feelings",
        "training english",
        "training korean",
    ]
    assert heard.steps == heard.stages


INTERPRETED = """
import sys
from pathlib import Path
from tests.classifiers.test_embedded_training import train_few
train_few(Path(sys.argv[1]))
"""


def train_few(out: Path) -> None:
    """Train on a handful of examples, some n-grams of them negated, and write the floats."""
    chance = np.random.default_rng(5)
    heads = (Head("one", ("a", "b", "c")), Head("many", ("x", "y"), multi_label=True))
    lengths = np.full(20, 6)
    turned = np.tile([False, False, True, False, False, False, True, False, True], 14)[:120]
    groups = [
        Group(0, Bags(chance.integers(0, 50, 120, np.uint32), turned, lengths),
              chance.choice(np.array([1, 2, 4, 3], np.uint64), 20), 0.7),
        Group(1, Bags(chance.integers(0, 50, 120, np.uint32), turned, lengths),
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


@dataclass(frozen=True)
class Lab:
    """A small network and one example, whose slots 1 and 2 are also in its negated part."""

    table: Table
    dense: Dense
    layout: Layout
    examples: Examples
    room: Bench

    def learn(self, rate: float) -> float:
        """Learn from the example with nothing dropped; return its loss."""
        knobs = Knobs(rate, rate, 0.0, 0.0, 0.0, 0.0, 0.0, 0)
        length = kernels.keep_some(self.examples, 0, 0.0, self.room)
        return kernels.learn(
            self.table, self.dense, self.layout, self.examples, 0, length, knobs, self.room, rate
        )


SUMS = 1e8
"""So large that a step of Adagrad is the slope times the rate over the root of this."""


def lab(several: bool) -> Lab:
    size, width, labels, slots = 4, 5, 3, 6
    chance = np.random.default_rng(3)
    table = Table(
        (chance.standard_normal((slots, size)) * 0.3).astype(np.float32),
        (chance.standard_normal(slots) * 0.5).astype(np.float32),
        np.full(slots, SUMS, np.float32),
        np.full(slots, SUMS, np.float32),
    )
    values = chance.standard_normal(width * (2 * size + 1) + labels * (width + 2 * size + 1)) * 0.4
    slopes, first, second = (np.zeros(len(values), np.float32) for _ in range(3))
    dense = Dense(values.astype(np.float32), slopes, first, second, np.zeros(1, np.int64))
    rows, turned = [0, 1, 2, 3, 1, 2], [False, False, False, False, True, True]
    return Lab(
        table,
        dense,
        Layout(np.array([width * (2 * size + 1)]), np.array([labels]), np.array([several]), width),
        Examples(
            np.array(rows, np.int32),
            np.array(turned),
            np.array([0, len(rows)]),
            np.array([0b101 if several else 0b010], np.uint64),
            np.zeros(1, np.int32),
            np.ones(1, np.float32),
        ),
        bench(len(rows), size, width, labels),
    )


def measured_slopes(values: NDArray[np.float32], loss: Callable[[], float]) -> NDArray[np.float64]:
    """Return how the loss changes with each value, by changing it a little either way."""
    slopes, step = [], np.float32(4e-3)
    for place in np.ndindex(values.shape):
        kept = values[place]
        values[place] = kept + step
        above = loss()
        values[place] = kept - step
        slopes.append((above - loss()) / float(2 * step))
        values[place] = kept
    return np.array(slopes)


@pytest.mark.parametrize("several", [False, True])
def test_the_dense_part_has_the_measured_slopes(several: bool) -> None:
    still, told = lab(several), lab(several)
    slopes = measured_slopes(still.dense.values, lambda: still.learn(0.0))
    told.learn(0.0)
    np.testing.assert_allclose(told.dense.slopes, slopes, atol=2e-3)
    assert np.abs(slopes).max() > 0.1


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize(("part", "share"), [("values", 1.0), ("gates", kernels.GATE_RATE)])
def test_the_table_moves_against_the_measured_slopes(
    several: bool, part: str, share: float
) -> None:
    still, moved = lab(several), lab(several)
    values = getattr(still.table, part)
    slopes = measured_slopes(values, lambda: still.learn(0.0)).reshape(values.shape)
    small = 0.002  # so that a slot met twice is not far from where it was the first time
    moved.learn(small * SUMS**0.5)
    steps = (values - getattr(moved.table, part)) / (small * share)
    np.testing.assert_allclose(steps, slopes, atol=5e-3)
    assert np.abs(slopes[:4]).reshape(4, -1).max(axis=1).min() > 0.05
    assert not steps[4:].any()  # slots that the example does not have


def test_both_means_are_divided_by_the_weights_of_the_whole() -> None:
    one = lab(several=False)
    length = kernels.keep_some(one.examples, 0, 0.0, one.room)
    total = kernels.pool(one.table, one.room, length)
    weights, values = np.exp(one.table.gates), one.table.values
    assert total == pytest.approx(weights[:4].sum(), rel=1e-4)
    halves = (weights[:4] @ values[:4], weights[1:3] @ values[1:3])
    expected = kernels.POOL_SCALE * np.concatenate(halves) / weights[:4].sum()
    np.testing.assert_allclose(one.room.mean, expected, atol=1e-4)


def test_training_pools_as_inference_does() -> None:
    assert kernels.POOL_SCALE == POOL_SCALE


def test_the_vocabulary_keeps_the_frequent() -> None:
    often = keys_of(["common words here"] * 40, silent)
    rare = keys_of(["seldom"], silent)
    vocabulary = choose([often, rare], 17)
    assert vocabulary.slots(often).lengths.tolist() == often.lengths.tolist()
    assert vocabulary.slots(rare).lengths[0] < rare.lengths[0] / 5


def test_the_negated_part_is_told_apart_and_takes_no_slot_of_its_own() -> None:
    texts = ["I am not happy", "so happy", "", "행복하지 않아"]
    bags = keys_of(texts, silent)
    owners = np.repeat(np.arange(4), bags.lengths)
    assert [bool(bags.turned[owners == text].any()) for text in range(4)] == [
        True, False, False, True,
    ]  # fmt: skip
    for text in (0, 3):
        own, part = bags.values[owners == text], bags.turned[owners == text]
        expected = grams([negated(plain(texts[text]))]).keys
        assert sorted(own[part].tolist()) == sorted(expected.tolist())
        assert sorted(own[~part].tolist()) == sorted(grams([plain(texts[text])]).keys.tolist())
    kept = bags.only(np.array([True, False, False, True]))
    assert kept.lengths.tolist() == bags.lengths[[0, 3]].tolist()
    assert kept.turned.sum() == bags.turned.sum()
    # Two whole texts and two negated parts have it: too few, for only whole texts count.
    twice = keys_of(["not happy"] * 2, silent)
    assert not choose([twice], 17).slots(twice).lengths.any()
    thrice = keys_of(["not happy"] * 3, silent)
    assert choose([thrice], 17).slots(thrice).turned.any()


def test_every_change_leaves_something_and_repeats_with_its_seed() -> None:
    for text in ("안녕 하세요, 오늘 뭐해?", "hi there!", "a", "..."):
        for change in CHANGES:
            for seed in range(30):
                changed = change(text, random.Random(seed))
                assert changed
                assert changed == change(text, random.Random(seed))
    chance = random.Random(0)
    assert len({as_chat("오늘 정말 힘들다", chance) for _ in range(50)}) > 25


def lesson_of(data: Path, name: str) -> tuple[Source, Lesson]:
    sources = available(data)
    pairs = zip(sources, task_lessons(data, sources), strict=True)
    return next(pair for pair in pairs if pair[0].name == name)


def test_lessons_map_labels_and_leave_out_what_has_no_class(data: Path) -> None:
    source, own = lesson_of(data, "goemotions")
    emotional = emotion_lesson(source, own)
    joy, sadness, anger = (EMOTIONS.index(each) for each in ("joy", "sadness", "anger"))
    assert dict(zip(emotional.texts, emotional.targets, strict=True)) == {
        "happy but sad": (joy, sadness),
        "so angry": (anger,),
        "hm": (),  # teaches nothing
    }
    assert emotional.head.labels == tuple(EMOTIONS)
    with pytest.raises(ValueError, match="nsmc has no map to the emotions"):
        emotion_lesson(*lesson_of(data, "nsmc"))


def test_clear_ratings_teach_the_labels_of_reviews(data: Path) -> None:
    _, ratings = lesson_of(data, "nsmc_ratings")
    assert ratings.head == lesson_of(data, "nsmc")[1].head
    assert sorted(set(ratings.targets)) == [(0,), (1,)]
    assert ratings.targets.count((0,)) == ratings.targets.count((1,)) == 4


def test_a_polar_set_teaches_valence(data: Path) -> None:
    _, reviews = lesson_of(data, "nsmc")
    polar = valence_lesson(reviews)
    assert polar.head == SENTIMENT_HEAD
    assert dict(zip(polar.texts, polar.targets, strict=True)) == {
        "좋은 영화": (2,),
        "나쁜 영화": (0,),
    }


def test_every_source_states_a_licence() -> None:
    assert all(source.licence for source in SOURCES)


def honest_scores(lines: int = 4_000) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return scores that mean what they say, and classes drawn by them."""
    chance = np.random.default_rng(0)
    scores = chance.standard_normal((lines, 3)).astype(np.float32) * np.float32(1.5)
    chances = softmax(scores).astype(float)
    labels = [chance.choice(3, p=row / row.sum()) for row in chances]
    return scores, np.array(labels, np.int64)


def even(lines: int) -> NDArray[np.float64]:
    return np.full(lines, 1 / lines)


def test_the_best_temperature_undoes_overconfidence() -> None:
    honest, labels = honest_scores()
    found = best_calibration(honest * 3, labels, even(len(labels)))
    assert found.temperature == pytest.approx(3, rel=0.15)
    assert found.doubt <= 0.02


def test_surprising_labels_raise_doubt_rather_than_temperature() -> None:
    honest, labels = honest_scores()
    scores = honest * 6
    labels = scores.argmax(axis=1)
    chance = np.random.default_rng(1)
    labels[:400] = chance.integers(0, 3, 400)  # a tenth says anything at all
    found = best_calibration(scores, labels, even(len(labels)))
    assert found.doubt in {0.08, 0.12}
    assert found.temperature < 1


def test_a_line_counts_by_its_share() -> None:
    honest, labels = honest_scores(1_000)
    scores = np.concatenate([honest * 3, honest])
    labels = np.concatenate([labels, labels])
    shares = np.repeat([0.0, 1 / 1_000], 1_000)
    found = best_calibration(scores, labels, shares)
    assert found == best_calibration(honest, labels[1_000:], even(1_000))
    assert found.temperature < 1.5


def test_probabilities_follow_from_scores_by_temperature_and_doubt() -> None:
    scores = np.array([[2.0, 0.0, 0.0], [1e4, 0.0, 0.0]], np.float32)
    heat, doubt = np.array([[2], [1]], np.float32), np.array([[0], [0.03]], np.float32)
    found = calibrated(scores, heat, doubt)
    np.testing.assert_allclose(found[0], np.exp([1, 0, 0]) / np.exp([1, 0, 0]).sum(), atol=1e-6)
    np.testing.assert_allclose(found[1], [0.98, 0.01, 0.01], atol=1e-6)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)


def test_a_language_with_few_lines_stays_as_it_is(trained: Path) -> None:
    lines = [line for line in chat_lines(8) if line.language == "ko"]
    found = fitted(load(trained), lines[:10])
    assert found == dict.fromkeys(("ko", "en", "und"), Calibration())
    assert fitted(load(trained), lines * 2)["ko"] != Calibration()


def test_without_numba_it_says_what_to_install(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(BackendUnavailable, match=r"pip install .*\[train\]"):
        train_file(data, tmp_path / "w.bin", 0, Silence(), RECIPE)


def test_without_data_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(DatasetUnreadable, match="is no folder"):
        train_file(tmp_path / "none", tmp_path / "w.bin", 0, Silence(), RECIPE, chat_lines(2))


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


@pytest.mark.parametrize(
    ("emotion", "sentiments"),
    [
        (Emotion.JOY, ["positive"]),
        (Emotion.NEUTRAL, ["neutral"]),
        (Emotion.SURPRISE, []),  # of either kind
        (Emotion.ANGER, ["negative"]),
        (Emotion.DISGUST, ["negative"]),
        (Emotion.FEAR, ["negative"]),
        (Emotion.SADNESS, ["negative"]),
        (Emotion.HURT, ["negative"]),
        (Emotion.EMBARRASSMENT, ["negative"]),
    ],
)
def test_a_chat_line_teaches_the_valence_of_its_label(
    emotion: Emotion, sentiments: list[str]
) -> None:
    line = ChatLine("hello", emotion, "en", "study/homework")
    lesson = chat_valence_lesson(chat_lesson([line]))
    assert lesson.texts == ("hello",)
    assert [[lesson.head.labels[x] for x in target] for target in lesson.targets] == [sentiments]


def test_denials_are_many_ways_to_deny_and_none_stands_twice() -> None:
    found = list(denials())
    texts = [text for text, _ in found]
    assert len(texts) == len(set(texts)) > 1_000
    left = dict(found)
    assert left["i'm not happy"] == (Emotion.SADNESS, Emotion.ANGER)
    assert Emotion.NEUTRAL in left["하나도 안 무서워"]
    assert found == list(denials())


def test_denials_are_few_beside_the_lines_of_chat(data: Path) -> None:
    lines = [line for line in chat_lines() if line.split == "train"]
    courses = prepare(data, available(data), lines, 0, Silence(), RECIPE)
    talk, denied, *_ = courses[FEELINGS].groups
    assert talk.share is not None
    assert denied.share is not None
    seen = denied.share * len(denied.targets)
    assert 0 < seen <= DENIAL_LIMIT * talk.share * len(talk.targets) + 1e-9
