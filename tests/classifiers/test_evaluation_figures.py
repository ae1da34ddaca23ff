"""Calibration, thresholds, comparison, pictures and presentation, on arrays with known answers."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score

from classifiers.evaluation import EvaluationError, PackageMissing, Scored, compare, measure
from classifiers.evaluation.calibration import (
    calibration_error,
    class_errors,
    equal_mass_bins,
    top_label_bins,
    top_label_error,
)
from classifiers.evaluation.comparison import mcnemar
from classifiers.evaluation.errors import needed
from classifiers.evaluation.pictures import draw_confusion, draw_reliability
from classifiers.evaluation.presentation import (
    as_json,
    as_text,
    comparison_as_json,
    comparison_as_text,
)
from classifiers.evaluation.scored import flags_of, one_hot
from classifiers.evaluation.thresholds import DEFAULT, best_thresholds

CLASSES = ("anger", "joy", "neutral")
PNG = b"\x89PNG\r\n\x1a\n"


def sample(n: int = 400, *, skill: float = 0.7, seed: int = 1) -> Scored:
    """A classifier that is right with a probability of ``skill`` and says so."""
    rng = np.random.default_rng(seed)
    truth = np.random.default_rng(0).integers(0, 3, n)
    verdict = np.where(rng.random(n) < skill, truth, (truth + rng.integers(1, 3, n)) % 3)
    scores = np.full((n, 3), (1 - skill) / 2)
    scores[np.arange(n), verdict] = skill
    languages = tuple("ko" if each % 4 else "en" for each in range(n))
    return Scored(CLASSES, one_hot(truth, 3), one_hot(verdict, 3), scores, languages, False, 0.5)


def several(n: int = 300) -> Scored:
    rng = np.random.default_rng(3)
    gold = rng.random((n, 3)) < (0.5, 0.2, 0.1)
    scores = np.clip(gold * 0.4 + rng.random((n, 3)) * 0.6, 0, 1)
    limits = best_thresholds(gold, scores)
    return Scored(CLASSES, gold, scores >= limits, scores, ("en",) * n, True, 1.0, 4, limits)


def test_bins_have_equal_mass() -> None:
    probabilities = np.linspace(0, 1, 100)
    bins = equal_mass_bins(probabilities, probabilities > 0.5)
    assert [each.size for each in bins] == [7] * 10 + [6] * 5
    assert all(one.probability < other.probability for one, other in pairwise(bins))
    assert equal_mass_bins(np.zeros(0), np.zeros(0, dtype=np.bool_)) == ()
    assert len(equal_mass_bins(np.ones(4), np.ones(4, dtype=np.bool_))) == 4


def test_a_calibrated_claim_has_no_error_and_a_boast_has_one() -> None:
    rng = np.random.default_rng(0)
    claims = rng.random(60_000)
    assert calibration_error(claims, rng.random(60_000) < claims) < 0.01
    assert calibration_error(np.ones(10), np.arange(10) < 7) == pytest.approx(0.3)
    assert calibration_error(np.zeros(0), np.zeros(0, dtype=np.bool_)) == 0


def test_the_order_of_a_file_does_not_matter() -> None:
    claims, happened = np.full(300, 0.5), np.arange(300) < 150
    assert calibration_error(claims, happened) == 0
    rng = np.random.default_rng(0)
    claims, happened = rng.integers(0, 9, 300) / 10, rng.random(300) < 0.4
    errors = set()
    for _ in range(5):
        order = rng.permutation(300)
        errors.add(round(calibration_error(claims[order], happened[order]), 12))
    assert len(errors) == 1


def test_the_error_of_verdicts_is_of_their_own_probability() -> None:
    scored = sample(4_000)
    # The bins are drawn by chance: about 270 texts each, a standard error of .03.
    assert top_label_error(scored) == pytest.approx(0, abs=0.04)
    assert set(class_errors(scored)) == set(CLASSES)
    unscored = Scored(
        CLASSES, scored.gold, scored.predicted, None, scored.languages, False, scored.seconds
    )
    assert (top_label_error(unscored), class_errors(unscored)) == (None, {})
    assert top_label_bins(unscored) == ()


def test_in_a_multi_label_set_every_pair_is_a_claim() -> None:
    scored = several()
    assert sum(each.size for each in top_label_bins(scored)) == scored.gold.size


def test_thresholds_have_the_best_f1_of_all() -> None:
    scored = several()
    assert scored.scores is not None
    for at, chosen in enumerate(best_thresholds(scored.gold, scored.scores)):
        gold, scores = scored.gold[:, at], scored.scores[:, at]
        best = max(f1_score(gold, scores >= each) for each in np.unique(scores))
        assert f1_score(gold, scores >= chosen) == pytest.approx(best)


def test_texts_of_equal_score_are_accepted_together() -> None:
    gold = np.array([[True], [False], [True], [False]])
    scores = np.array([[0.9], [0.4], [0.4], [0.1]])
    assert best_thresholds(gold, scores) == pytest.approx([0.25])
    assert best_thresholds(np.array([[True]]), np.array([[0.4]])) == pytest.approx([0.2])
    assert best_thresholds(np.zeros((2, 1), dtype=np.bool_), np.ones((2, 1))) == [DEFAULT]


def test_flags_of_names() -> None:
    assert flags_of([("joy",), ("anger", "neutral"), ()], CLASSES).tolist() == [
        [False, True, False],
        [True, False, True],
        [False, False, False],
    ]


def test_a_better_classifier_is_told_from_a_worse_one() -> None:
    better, worse = sample(skill=0.9), sample(skill=0.6, seed=2)
    found = compare(better, worse)
    gap = measure(better).macro_f1 - measure(worse).macro_f1
    assert found.macro_f1_difference == pytest.approx(gap)
    assert 0 < found.low < gap < found.high
    assert found.p_value < 0.001
    assert found.accuracy_difference == pytest.approx(better.correct.mean() - worse.correct.mean())
    assert found == compare(better, worse)
    assert found != compare(better, worse, seed=1)


def test_a_classifier_against_itself_is_no_better() -> None:
    found = compare(sample(), sample())
    assert (found.low, found.high, found.p_value, found.only_first) == (0, 0, 1, 0)


def test_different_texts_cannot_be_compared() -> None:
    for other in (sample(399), sample().only(np.arange(400)[::-1])):
        with pytest.raises(EvaluationError, match="the same texts and classes"):
            compare(sample(), other)


def test_mcnemar_is_the_exact_binomial_test() -> None:
    assert mcnemar(0, 0) == 1
    assert mcnemar(1, 9) == pytest.approx(2 * (1 + 10) / 2**10)


def test_the_json_has_every_figure_rounded() -> None:
    values = json.loads(json.dumps(as_json(measure(sample()))))
    assert list(values) == [
        *("n", "accuracy", "macro_f1", "macro_recall", "micro_f1", "weighted_f1", "ece", "auc"),
        *("messages_per_second", "per_class", "per_language", "confusion"),
    ]
    assert values["messages_per_second"] == 800
    assert list(values["per_class"]) == list(CLASSES)
    assert values["per_class"]["joy"]["threshold"] is None
    assert list(values["per_language"]) == ["ko", "en"]
    assert values["confusion"]["labels"] == list(CLASSES)
    assert sum(map(sum, values["confusion"]["matrix"])) == values["n"] == 400
    assert as_json(measure(several()))["confusion"] is None


def test_the_text_shows_classes_languages_and_the_matrix() -> None:
    text = as_text(measure(sample()))
    lines = [line.split() for line in text.splitlines()]
    assert ["texts", "400"] in lines
    assert ["class", "precision", "recall", "f1", "support", "ece", "auc"] in lines
    assert ["people", "\\", "verdict", *CLASSES] in lines
    assert "people" not in as_text(measure(several()))
    # To have every label of a text right is another thing than accuracy.
    assert "all labels" in as_text(measure(several()))
    assert "all labels" not in as_text(measure(sample()))


def test_a_comparison_as_text_and_json() -> None:
    found = compare(sample(skill=0.9), sample(skill=0.6, seed=2))
    text = comparison_as_text("other", found)
    assert text.startswith("against other\n  accuracy +0.")
    assert f"only other: {found.only_second}" in text
    values = comparison_as_json("other", measure(sample()), found)
    assert values["backend"] == "other"
    assert values["figures"]["n"] == 400
    assert values["p_value"] < 0.001


def test_pictures_are_drawn(tmp_path: Path) -> None:
    confusion = measure(sample()).confusion
    assert confusion is not None
    draw_confusion(confusion, tmp_path / "confusion.png")
    for name, scored in (("one", sample()), ("several", several())):
        draw_reliability(scored, tmp_path / f"{name}.png")
    for path in tmp_path.iterdir():
        assert path.read_bytes().startswith(PNG)
        assert path.stat().st_size > 5_000


def test_a_missing_package_is_told_with_its_extra() -> None:
    with pytest.raises(PackageMissing, match=r"nothing_of_that_name: pip install .*\[evaluation\]"):
        needed("nothing_of_that_name")


def test_neither_the_bot_nor_the_command_line_loads_the_heavy_packages() -> None:
    code = (
        "import sys, bot.cli, bot.application, classifiers.evaluation;"
        "print([name for name in ('sklearn', 'matplotlib', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"
