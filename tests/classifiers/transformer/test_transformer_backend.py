"""What the backend says of texts, and how it bears what chat throws at it."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from classifiers.classifier import Classifier, load
from classifiers.emotion import Emotion, Sentiment
from classifiers.errors import InvalidOption
from classifiers.heads import HeadedClassifier, head_of
from classifiers.transformer import create
from classifiers.transformer.folders import ModelFolder, looked_at
from classifiers.transformer.tokens import Padding, Tokens, padding_of
from tests.classifiers.transformer.conftest import Exported
from tests.classifiers.transformer.tiny_models import WORDS, sentences, tokenizer

LINES = [text for text, _ in sentences(WORDS, 200, 9)]


@pytest.fixture
async def judge(exported: Exported) -> AsyncIterator[Classifier]:
    """Return a started classifier with labels that exclude each other."""
    classifier = load(f"transformers?model={exported.folder}")
    await classifier.start()
    yield classifier
    await classifier.close()


@pytest.fixture
async def feeler(exported_int8: Exported) -> AsyncIterator[Classifier]:
    """Return a started classifier with a probability for each label."""
    classifier = load(f"transformers?model={exported_int8.folder}")
    await classifier.start()
    yield classifier
    await classifier.close()


async def test_a_folder_with_blanks_in_its_name_is_one_word_in_a_version(
    sentiment: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(sentiment, tmp_path / "our model @home")
    classifier = create({"model": str(folder), "runtime": "torch"})
    await classifier.start()
    assert classifier.info.version.startswith("our-model-home:")
    await classifier.close()


async def test_sentiments_become_a_valence(judge: Classifier) -> None:
    glad, bored, sad = await judge.classify(["i am so happy", "meeting monday", "너무 슬퍼"])
    assert glad.sentiment is Sentiment.POSITIVE
    assert sad.sentiment is Sentiment.NEGATIVE
    assert bored.sentiment is Sentiment.NEUTRAL
    assert glad.valence > 0.9
    assert glad.label is None
    assert judge.info.labels == ()
    assert [each.language for each in (glad, bored, sad)] == ["en", "en", "ko"]
    assert glad.model == judge.info.model


async def test_labels_of_their_own_become_emotions(feeler: Classifier) -> None:
    said = await feeler.classify(["i am so happy", "너무 슬퍼", "짜증나 stop", "회의 자료 file"])
    wanted = [Emotion.JOY, Emotion.SADNESS, Emotion.ANGER, Emotion.NEUTRAL]
    assert [each.label for each in said] == wanted
    assert set(feeler.info.labels) == set(wanted)
    assert feeler.info.languages == ("ko", "en")
    assert all(abs(sum(each.as_mapping().values()) - 1) < 1e-6 for each in said)


async def test_the_model_s_own_labels_are_a_head(judge: Classifier, feeler: Classifier) -> None:
    assert isinstance(judge, HeadedClassifier)
    assert list(judge.heads()) == ["labels", "sentiment"]
    _, head = head_of(feeler, "emotions")
    assert (head.labels, head.multi_label) == (tuple(WORDS), True)
    rows = await judge.classify_head("labels", ["i am so happy", "sad"])
    assert rows.shape == (2, 3)
    np.testing.assert_allclose(rows.sum(axis=1), 1)
    with pytest.raises(InvalidOption, match="no head called 'kote'; it has: labels, sentiment"):
        await judge.classify_head("kote", ["x"])


async def test_heads_and_texts_come_after_start(exported: Exported) -> None:
    classifier = load(f"transformers?model={exported.folder}")
    assert isinstance(classifier, HeadedClassifier)
    assert classifier.heads() == {}
    with pytest.raises(RuntimeError, match="start"):
        await classifier.classify(["x"])


async def test_a_text_is_judged_the_same_in_any_company(judge: Classifier) -> None:
    together = await judge.classify([*LINES, "", "happy " * 500])
    alone = [(await judge.classify([text]))[0] for text in LINES[:20]]
    for one, other in zip(alone, together, strict=False):
        assert one.valence == pytest.approx(other.valence, abs=1e-5)
    assert len(together) == len(LINES) + 2


async def test_nothing_and_far_too_much(judge: Classifier) -> None:
    assert await judge.classify([]) == []
    long = "i am so happy " * 8_000
    assert len(long) > 100_000
    said = await judge.classify([long, "", "\ud800", "ㅋ" * 100_000, "<@123456789012345678>"])
    assert said[0].sentiment is Sentiment.POSITIVE
    assert [each.language for each in said[1:]] == ["und", "und", "ko", "und"]


async def test_less_is_read_where_that_is_asked_for(exported: Exported) -> None:
    text = "so " * 20 + "happy"
    seen = []
    for length in ("8", "60"):
        classifier = load(f"transformers?model={exported.folder}&max_length={length}")
        await classifier.start()
        [said] = await classifier.classify([text])
        seen.append((said.valence > 0.9, said.model))
        await classifier.close()
    assert [positive for positive, _ in seen] == [False, True]
    # Another reading is another version, so that records can be told apart.
    assert seen[0][1] != seen[1][1]


async def test_the_event_loop_goes_on_while_a_batch_is_judged(judge: Classifier) -> None:
    work = asyncio.ensure_future(judge.classify(LINES * 10))
    turns = 0
    while not work.done():
        await asyncio.sleep(0)
        turns += 1
    assert len(await work) == 2_000
    assert turns > 100


async def test_a_cancelled_batch_leaves_the_next_one_alone(judge: Classifier) -> None:
    work = asyncio.ensure_future(judge.classify(LINES * 5))
    await asyncio.sleep(0)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    [said] = await judge.classify(["i am so happy"])
    assert said.sentiment is Sentiment.POSITIVE


CRAMPED = """
import resource, sys
from pathlib import Path
import numpy as np
from classifiers.errors import OutOfMemory
from classifiers.transformer.runners import OnnxRunner
runner = OnnxRunner(Path(sys.argv[1]))
def arrays(count):
    ids = np.full((count, 60), 4)
    return {"input_ids": ids, "attention_mask": ids * 0 + 1, "token_type_ids": ids * 0}
runner.logits(arrays(2))
many = arrays(20_000)
size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + 100_000_000,) * 2)
try:
    runner.logits(many)
except OutOfMemory as error:
    print(error)
print(runner.logits(arrays(2)).shape)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")
def test_a_batch_that_does_not_fit_into_memory_is_told_as_such(exported: Exported) -> None:
    command = [sys.executable, "-c", CRAMPED, str(exported.folder / "model.onnx")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["no memory for 20000 texts at once", "(2, 3)"]


def test_texts_of_like_length_share_an_array() -> None:
    tokens = Tokens(tokenizer().backend_tokenizer, Padding(0), 40)
    texts = ["so " * count for count in (30, 1, 2, 35, 3)]
    shapes = {tuple(places): arrays["input_ids"].shape for places, arrays in tokens.batches(texts)}
    assert shapes == {(1, 2, 4): (3, 5), (0, 3): (2, 37)}


def test_padding_is_masked_on_the_side_that_the_model_wants() -> None:
    built = tokenizer().backend_tokenizer
    for on_left, mask in ((False, [1, 1, 1, 0]), (True, [0, 1, 1, 1])):
        [(_, arrays)] = Tokens(built, Padding(9, on_left), 40).batches(["so", "so so"])
        assert arrays["attention_mask"].tolist() == [mask, [1, 1, 1, 1]]
        assert arrays["input_ids"][0][mask.index(0)] == 9


def test_a_text_without_a_token_is_still_a_row() -> None:
    built = tokenizer().backend_tokenizer
    built.post_processor = None
    [(_, arrays)] = Tokens(built, Padding(0), 40).batches([""])
    assert arrays["attention_mask"].tolist() == [[1]]
    assert list(Tokens(built, Padding(0), 40).batches([])) == []


def folder_with(**config: object) -> ModelFolder:
    return ModelFolder(Path("x"), "x", config, {"model_max_length": 10**30}, None, ())


def test_a_model_reads_as_many_tokens_as_it_has_positions(sentiment: Path) -> None:
    assert looked_at(sentiment).longest() == 64
    assert folder_with(model_type="bert", max_position_embeddings=512).longest() == 512
    roberta = folder_with(model_type="roberta", max_position_embeddings=514, pad_token_id=1)
    assert roberta.longest() == 512
    assert folder_with(model_type="t5").longest() == 1_000_000


def test_the_padding_token_is_found_in_the_files(sentiment: Path) -> None:
    looked = looked_at(sentiment)
    assert padding_of(looked) == Padding(0)
    config = {name: value for name, value in looked.config.items() if name != "pad_token_id"}
    settings = {"pad_token": {"content": "[CLS]"}, "padding_side": "left"}
    other = ModelFolder(sentiment, "x", config, settings, None, looked.weights)
    assert padding_of(other) == Padding(2, on_left=True)


def test_the_licence_is_read_from_the_card(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").touch()
    assert looked_at(tmp_path).licence == "unknown"
    (tmp_path / "README.md").write_text('---\ntags: [x]\nlicense: "cc-by-4.0"\n---\n')
    assert looked_at(tmp_path).licence == "cc-by-4.0"
    (tmp_path / "README.md").write_text("# A model\nlicense: to be decided\n")
    assert looked_at(tmp_path).licence == "unknown"
