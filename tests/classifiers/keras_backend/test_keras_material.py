from __future__ import annotations

import os
import sys
from itertools import chain

import numpy as np
import pytest
from click.testing import CliRunner

from bot.cli import nunchi
from classifiers.keras.encoding import (
    NgramEncoder,
    SubwordEncoder,
    ngrams,
    padded,
    read_encoder,
)
from classifiers.keras.errors import BundleDamaged
from classifiers.training.datasets import DatasetUnreadable
from classifiers.training.keras import RECIPES, DataRequest
from classifiers.training.keras.batches import Lesson
from classifiers.training.keras.encoders import learn_encoder
from classifiers.training.keras.hushing import hushed
from classifiers.training.keras.material import read_material
from classifiers.training.keras.trainer import _exported
from classifiers.training.keras.vectors import starting_vectors
from tests.classifiers.keras_backend import sets
from tests.classifiers.keras_backend.train_everything import Silent


def test_words_pairs_and_characters_count():
    assert list(ngrams("ab c", (1, 2))) == [
        *("ab\t", "c\t", "ab\tc\t"),
        *(" ", "a", "b", " ", "c", " "),
        *(" a", "ab", "b ", " c", "c "),
    ]
    assert list(ngrams("", (1, 4))) == [" ", " ", "  "]


def test_ngrams_are_weighed_and_survive_their_file():
    texts = ["happy day", "happy night", "happy end"]
    encoder = learn_encoder(RECIPES["bow"], texts, Silent())
    assert isinstance(encoder, NgramEncoder)
    again = read_encoder("ngrams", encoder.dump(), encoder.length)
    for text in (*texts, "day", "", "완전히 다른 말"):
        for one, other in zip(encoder.rows([text])[0], again.rows([text])[0], strict=True):
            assert (one == other).all()
    terms, weights = encoder.rows(["happy night"])[0]
    assert np.linalg.norm(weights) == pytest.approx(1)
    assert set(terms) <= set(range(1, encoder.size))
    assert padded(encoder, encoder.rows(["完"]))["terms"].shape == (1, 1)


def test_the_most_frequent_ngrams_are_kept_in_an_order_of_their_own():
    few = {"recipe": RECIPES["bow"], "texts": ["b a", "a b", "b"], "progress": Silent()}
    assert learn_encoder(**few).terms[:4] == (" ", " b", " b ", "b")
    assert learn_encoder(**few).dump() == learn_encoder(**few).dump()


def test_subwords_are_the_same_on_every_run():
    texts = [text for text, _ in sets.examples({"joy": "joy", "anger": "anger"}, 60, 1)]
    first, second = (learn_encoder(RECIPES["lstm"], texts, Silent()) for _ in range(2))
    assert first.dump() == second.dump()
    again = read_encoder("subwords", first.dump(), 5)
    row = again.rows(["좋아요 " * 50])[0][0]
    assert len(row) == 5
    assert row.tolist() == first.rows(["좋아요 " * 50])[0][0][:5].tolist()
    assert again.rows([""])[0][0].tolist() == [1]


@pytest.mark.parametrize("encoding", ["ngrams", "subwords"])
def test_a_broken_encoder_is_told_so(encoding):
    with pytest.raises(BundleDamaged, match="train it anew"):
        read_encoder(encoding, b'{"terms": ["a"], "idf": [], "characters": [1, 2]}', 8)


def test_the_film_review_model_is_what_it_is_known_as():
    recipe = RECIPES["reviews"]
    assert (recipe.width, recipe.units, recipe.warmup, recipe.dropout) == (32, 64, 0, 0)
    assert recipe.threshold == 0.7


def subwords(texts):
    encoder = learn_encoder(RECIPES["lstm"], texts, Silent())
    assert isinstance(encoder, SubwordEncoder)
    return encoder


@pytest.fixture
def lines():
    kinds = {"joy": "joy", "anger": "anger"}
    return [text for text, _ in sets.examples(kinds, 80, 1)]


def test_word_vectors_can_be_learnt_from_the_texts(lines):
    encoder = subwords(lines)
    table, share = starting_vectors(encoder, lines, "train", 16, 3)
    assert table.shape == (encoder.size, 16)
    assert share == 1
    assert not table[0].any()
    assert (table == starting_vectors(encoder, lines, "train", 16, 3)[0]).all()


@pytest.mark.parametrize("saved", ["words.vec", "words.bin", "words.kv"])
def test_word_vectors_of_a_file_reach_the_subwords(tmp_path, lines, saved):
    from gensim.models import KeyedVectors

    known = KeyedVectors(4)
    words = ["좋아요", "화나", "happy"]
    known.add_vectors(words, np.arange(12, dtype=np.float32).reshape(3, 4))
    path = tmp_path / saved
    if path.suffix == ".kv":
        known.save(str(path))
    else:
        known.save_word2vec_format(str(path), binary=path.suffix == ".bin")
    encoder = subwords([*lines, "좋아"])
    table, share = starting_vectors(encoder, lines, str(path), 64, 3)
    assert table.shape == (encoder.size, 4)
    assert 0 < share < 1
    number = encoder.tokens.index("\u2581화나")
    assert table[number].tolist() == known["화나"].tolist()
    # A part of a word takes the mean of the words that contain it.
    parts = encoder.rows(["happy"])[0][0]
    assert all(table[each].any() for each in parts)


def test_what_holds_no_word_vectors_is_told_so(tmp_path, lines):
    (tmp_path / "words.vec").write_text("these are no vectors")
    (tmp_path / "words.kv").write_bytes(b"nor these")
    for name, said in (
        ("words.vec", "holds no word vectors"),
        ("words.kv", "holds no word vectors"),
        ("other.vec", "there is no file of word vectors"),
    ):
        with pytest.raises(DatasetUnreadable, match=said):
            starting_vectors(subwords(lines), lines, str(tmp_path / name), 8, 0)


def test_batches_hold_every_text_once_in_an_order_of_the_seed():
    encoder = learn_encoder(RECIPES["lstm"], ["a b c d e f g"] * 5, Silent())
    rows = encoder.rows(["a b c d e f g"[: 1 + 2 * (number % 7)] for number in range(50)])
    lesson = Lesson(rows, np.zeros((50, 1), np.float32))
    orders = [
        [each.tolist() for each in lesson.batches(8, np.random.default_rng(seed))]
        for seed in (1, 1, 2)
    ]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(chain.from_iterable(orders[0])) == list(range(50))
    inputs, targets = next(lesson.forever(encoder, 8, None))
    assert inputs[0].shape[0] == targets.shape[0] == 8


def test_parts_of_a_folder(tmp_path):
    sets.write_all(tmp_path)
    material = read_material(DataRequest(str(tmp_path / "stars")))
    assert (len(material.train), len(material.dev), len(material.test)) == (160, 40, 40)
    assert material.name == "stars"
    assert not material.multi_label


def test_one_file_lends_a_tenth(tmp_path):
    sets.write_all(tmp_path)
    request = DataRequest(str(tmp_path / "mine.tsv"), limit=50, seed=4)
    material = read_material(request)
    assert (len(material.train), len(material.dev), len(material.test)) == (50, 24, 0)
    assert material.multi_label
    assert not set(material.train) & set(material.dev) or len(set(material.train)) < 50
    assert read_material(request) == material
    assert read_material(DataRequest(str(tmp_path / "mine.tsv"), seed=5)).train != material.train


def test_the_corpus_of_the_project_has_all_parts():
    material = read_material(DataRequest("chat:ko"))
    assert material.name == "chat"
    assert min(map(len, (material.train, material.dev, material.test))) > 100


def test_labels_that_were_never_learnt_are_not_measured(tmp_path):
    train = [("a", ("joy",)), ("b", ("anger",))] * 5
    sets.write(tmp_path / "set" / "train.tsv", train)
    extra = sets.write(tmp_path / "test.tsv", [("c", ("joy",)), ("d", ("fear",))])
    request = DataRequest(str(tmp_path / "set"), dev=str(extra), test=str(extra))
    assert [each.text for each in read_material(request).test] == ["c"]


def test_too_little_to_learn_from(tmp_path):
    path = sets.write(tmp_path / "one.tsv", [("a", ("joy",))] * 20)
    with pytest.raises(DatasetUnreadable, match="at least two labels; it has 1"):
        read_material(DataRequest(str(path)))
    path = sets.write(tmp_path / "two.tsv", [("a", ("joy", "fear")), ("b", ("joy",))] * 20)
    with pytest.raises(DatasetUnreadable, match="leave --single-label out"):
        read_material(DataRequest(str(path), multi_label=False))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bow", "--data", "nothing.tsv"], "cannot read nothing.tsv"),
        (["bow", "--data", "{0}/unmapped.tsv"], "cannot tell what the labels mean"),
        (["bow", "--data", "{0}/stars", "--map", "wrong"], "no label map is called 'wrong'"),
        (["bow", "--data", "{0}/stars", "--map", "nsmc"], "is not in the map"),
        (
            ["keras-transformer", "--data", "{0}/mine.tsv", "--width", "10", "--heads", "3"],
            "the width 10 must be a multiple of the 3 attention heads",
        ),
        (
            ["bow", "--data", "{0}/stars", "--characters", "4", "2"],
            "the shortest run of characters, 4, is longer than the longest, 2",
        ),
    ],
)
def test_what_is_wrong_is_told_before_anything_slow_begins(tmp_path, monkeypatch, arguments, said):
    sets.write_all(tmp_path)
    sets.write(tmp_path / "unmapped.tsv", [("a", ("oops",)), ("b", ("eek",))] * 10)
    monkeypatch.setenv("NUNCHI_DATA_DIR", str(tmp_path / "home"))
    filled = [each.format(tmp_path) for each in arguments]
    out = ["--out", str(tmp_path / "out")]
    # Another test may have loaded it in this process before.
    loaded = "tensorflow" in sys.modules
    result = CliRunner().invoke(nunchi, ["train", *filled, *out])
    assert result.exit_code != 0
    assert said in result.stderr
    assert (result.stderr.count("\n"), result.stderr[-1]) == (1, "\n")
    assert ("tensorflow" in sys.modules) == loaded
    assert not (tmp_path / "home").exists()


def load_in_vain():
    with hushed():
        os.write(2, b"no such library\n")
        raise ImportError


def test_what_the_framework_says_while_it_loads_is_shown_only_when_it_fails(capfd):
    with hushed():
        os.write(2, b"I0000 oneDNN is on\n")
    sys.stderr.write("afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"
    with pytest.raises(ImportError):
        load_in_vain()
    assert capfd.readouterr().err == "no such library\n"


def test_a_place_that_is_taken_is_told_first(tmp_path):
    (tmp_path / "mine.txt").touch()
    command = ["train", "bow", "--data", "nothing.tsv", "--out", str(tmp_path)]
    result = CliRunner().invoke(nunchi, command)
    assert "holds something that is no bundle; choose another place" in result.stderr


@pytest.mark.parametrize(
    ("package", "extra"),
    [("tensorflow", "tensorflow"), ("tokenizers", "onnx"), ("matplotlib", "evaluation")],
)
def test_a_missing_package_names_the_command(tmp_path, monkeypatch, package, extra):
    sets.write_all(tmp_path)
    monkeypatch.setenv("NUNCHI_DATA_DIR", str(tmp_path / "home"))
    monkeypatch.setitem(sys.modules, package, None)
    command = ["train", "bow", "--data", str(tmp_path / "mine.tsv"), "--out", str(tmp_path / "x")]
    result = CliRunner().invoke(nunchi, command)
    assert f'pip install "nunchi-bot[{extra}]"' in result.stderr


def test_a_network_that_cannot_be_exported_is_kept_without_onnx(caplog):
    assert _exported(object(), RECIPES["bow"], "sigmoid", {}, np.zeros((1, 1))) is None
    assert "the network cannot be exported to ONNX" in caplog.text
