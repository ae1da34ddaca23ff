"""What the outputs of a model mean, read from its files and from what is told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from classifiers.emotion import Emotion
from classifiers.label_maps import LabelMapError, built_in_maps
from classifiers.transformer.naming import Naming, Outputs, outputs_of
from classifiers.transformer.parity import squashed


def test_labels_and_kind_come_from_the_configuration() -> None:
    config = {"id2label": {"0": "joy", "1": "anger"}, "problem_type": "multi_label_classification"}
    assert outputs_of(config) == Outputs(("joy", "anger"), True)
    del config["problem_type"]
    projection = Naming().projection(outputs_of(config))
    assert not projection.multi_label
    assert projection.emotions == (Emotion.ANGER, Emotion.JOY)
    assert Naming(multi_label=True).projection(outputs_of(config)).multi_label


def test_labels_that_are_only_numbered_need_a_map(tmp_path: Path) -> None:
    outputs = outputs_of({"num_labels": 2})
    with pytest.raises(LabelMapError) as caught:
        Naming().projection(outputs)
    assert str(caught.value) == (
        "the model only numbers its labels (LABEL_0 to LABEL_1); say what they mean by map=FILE, "
        'a JSON file such as {"LABEL_0": "joy"}'
    )
    file = tmp_path / "map.json"
    file.write_text(json.dumps({"LABEL_0": "negative", "LABEL_1": "positive"}))
    [good] = Naming(str(file)).projection(outputs).predictions(np.array([[0.1, 0.9]]), ["en"], "m")
    assert good.valence == pytest.approx(0.8)
    file.write_text(json.dumps({"LABEL_0": "negative"}))
    with pytest.raises(LabelMapError, match="'LABEL_1' is not in the map"):
        Naming(str(file)).projection(outputs)


def test_a_preset_names_labels_that_are_only_numbered() -> None:
    naming = Naming("nsmc", multi_label=False, labels=("negative", "positive"))
    assert naming.projection(outputs_of({"num_labels": 2})).labels == ("negative", "positive")
    # A model that does name them knows best.
    told = outputs_of({"id2label": {"0": "positive", "1": "negative"}})
    assert naming.projection(told).labels == ("positive", "negative")


def test_names_in_capitals_mean_the_same() -> None:
    outputs = outputs_of({"id2label": {"0": "NEGATIVE", "1": "Positive"}})
    projection = Naming().projection(outputs)
    assert projection.labels == ("NEGATIVE", "Positive")
    meant = {label: projection.label_map.table[label] for label in projection.labels}
    assert meant == {"NEGATIVE": "negative", "Positive": "positive"}


@pytest.mark.parametrize("labels", [("spam", "ham"), ("joy", "spam")])
def test_labels_that_no_map_knows_are_refused(labels: tuple[str, ...]) -> None:
    with pytest.raises(LabelMapError, match="choose a map: emotions, goemotions"):
        Naming().projection(Outputs(labels))
    with pytest.raises(LabelMapError, match="is not in the map 'kote'"):
        Naming("kote").projection(Outputs(labels))


@pytest.mark.parametrize(
    "config", [{"id2label": {"0": "score"}}, {"num_labels": 1}, {"problem_type": "regression"}]
)
def test_a_single_score_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(LabelMapError, match="a single output, a score without classes"):
        outputs_of(config)


def test_two_labels_of_one_name_are_refused() -> None:
    with pytest.raises(LabelMapError, match="have the same name"):
        outputs_of({"id2label": {"0": "joy", "1": "joy"}})


def test_a_map_that_came_with_the_model_counts_unless_another_is_named() -> None:
    outputs = Outputs(("happy", "bad"), False, {"happy": "joy", "bad": "anger"})
    assert Naming().projection(outputs).emotions == (Emotion.ANGER, Emotion.JOY)
    with pytest.raises(LabelMapError):
        Naming("sentiment").projection(outputs)


def test_probabilities_of_both_kinds_of_heads_stay_numbers_however_large_the_logits() -> None:
    logits = np.array([[1000.0, -1000.0, 0.0], [0.0, np.log(2), 0.0]])
    np.testing.assert_allclose(
        squashed(logits, multi_label=False), [[1, 0, 0], [0.25, 0.5, 0.25]], atol=1e-12
    )
    np.testing.assert_allclose(
        squashed(logits, multi_label=True), [[1, 0, 0.5], [0.5, 2 / 3, 0.5]], atol=1e-12
    )


def test_the_labels_of_the_korean_preset_are_those_of_its_data_set_in_order() -> None:
    labels = tuple(built_in_maps()["kote"].table)
    assert len(labels) == 44
    assert (labels[0], labels[5], labels[43]) == ("불평/불만", "슬픔", "안심/신뢰")
