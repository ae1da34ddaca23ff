"""The backend ``vit`` with a tiny model that was really trained, saved and loaded."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
import torch

from classifiers.classifier import ModelInfo
from classifiers.emotion import Emotion, Sentiment
from classifiers.errors import (
    BackendUnavailable,
    ClassificationFailed,
    ClassifierError,
    InvalidOption,
    UnknownBackend,
)
from classifiers.images import load
from classifiers.images.checkpoint import Checkpoint
from classifiers.images.classifier import ImageClassifier
from tests.support.tiny_vit import (
    COLOURS,
    change_config,
    die,
    make_tiny_vit,
    make_untrained,
    picture,
)

shared = pytest.mark.asyncio(loop_scope="module")
"""Of the tests that use one model, started once."""

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_vit(tmp_path_factory.mktemp("images") / "tiny")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def vit(folder: Path) -> AsyncIterator[ImageClassifier]:
    async with started(f"vit?model={folder}&batch=16") as it:
        yield it


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


@asynccontextmanager
async def started(specification: str) -> AsyncIterator[ImageClassifier]:
    classifier = load(specification)
    try:
        await classifier.start()
        yield classifier
    finally:
        await classifier.close()


async def refusal(specification: str) -> str:
    with pytest.raises(ClassifierError) as caught:
        async with started(specification):
            pass
    line = str(caught.value)
    assert "\n" not in line
    return line


@shared
async def test_it_tells_what_it_was_taught_in_every_kind_of_file(vit: ImageClassifier) -> None:
    assert isinstance(vit, ImageClassifier)
    assert vit.info.labels == (Emotion.ANGER, Emotion.JOY, Emotion.SADNESS)
    for kind in ("PNG", "JPEG", "WEBP", "GIF"):
        judged = await vit.classify([picture(name, kind) for name in COLOURS])
        assert [str(each.label) for each in judged if each] == list(COLOURS)
        for each in judged:
            assert each is not None
            assert each.model == vit.info.model
            assert each.language == "und"
            assert each.confidence > 0.9
            assert sum(each.as_mapping().values()) == pytest.approx(1, abs=1e-6)


async def test_the_version_names_the_weights_and_the_map(folder: Path, copy: Path) -> None:
    async def version(specification: str) -> str:
        async with started(specification) as vit:
            return vit.info.version

    first = await version(f"vit?model={folder}")
    assert first.startswith("tiny-")
    assert await version(f"vit?model={folder}") == first
    assert await version(f"vit?model={copy}") == first.replace("tiny-", "copy-")
    swapped = copy / "map.json"
    swapped.write_text('{"anger": "joy", "joy": "anger", "sadness": "sadness"}')
    assert (await version(f"vit?model={copy}&map={swapped}"))[-8:] != first[-8:]


@shared
async def test_a_broken_picture_leaves_the_others_alone(vit: ImageClassifier) -> None:
    good, cut = picture("joy"), picture("joy", "JPEG")[:200]
    judged = await vit.classify([b"", good, cut, good, b"hello"])
    assert [each is None for each in judged] == [True, False, True, False, True]
    assert await vit.classify([]) == []
    assert await vit.classify([cut]) == [None]


@shared
async def test_the_same_verdict_alone_and_among_others(vit: ImageClassifier) -> None:
    files = [picture(name, size=(width, 7)) for name in COLOURS for width in (1, 3, 500)]
    together = await vit.classify(files)
    for file, judged in zip(files, together, strict=True):
        (alone,) = await vit.classify([file])
        assert alone is not None
        assert judged is not None
        assert np.allclose(alone.probabilities, judged.probabilities, atol=1e-5, equal_nan=True)


@shared
async def test_a_decoder_that_dies_is_started_again(
    vit: ImageClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = picture("joy")
    with monkeypatch.context() as patch:
        patch.setattr("classifiers.images.decoder._decoded", die)
        assert await vit.classify([good]) == [None]
    (judged,) = await vit.classify([good])
    assert judged is not None
    assert judged.label is Emotion.JOY


@shared
async def test_a_batch_without_memory_is_halved(
    vit: ImageClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, sizes = Checkpoint.probabilities, []

    def narrow(self, pixels):
        sizes.append(len(pixels))
        if len(pixels) > 1:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return real(self, pixels)

    monkeypatch.setattr(Checkpoint, "probabilities", narrow)
    judged = await vit.classify([picture(name) for name in COLOURS])
    assert [str(each.label) for each in judged if each] == list(COLOURS)
    assert sizes == [3, 1, 2, 1, 1]


@shared
async def test_a_model_that_fails_or_answers_nonsense_fails_the_batch_only(
    vit: ImageClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "probabilities", lambda *_: np.full((1, 3), np.nan))
        with pytest.raises(ClassificationFailed, match="no probabilities"):
            await vit.classify([picture("joy")])
        patch.setattr(Checkpoint, "pixels", lambda *_: {}["axes"])
        with pytest.raises(ClassificationFailed, match="failed with KeyError"):
            await vit.classify([picture("joy")])
    assert (await vit.classify([picture("joy")]))[0] is not None


async def test_labels_that_are_sentiments_give_a_valence_only(tmp_path: Path) -> None:
    make_tiny_vit(tmp_path / "two", ("negative", "positive"))
    async with started(f"vit?model={tmp_path / 'two'}") as vit:
        sad, glad = await vit.classify([picture("anger"), picture("joy")])
    assert sad is not None
    assert glad is not None
    assert glad.labels == ()
    assert (sad.sentiment, glad.sentiment) == (Sentiment.NEGATIVE, Sentiment.POSITIVE)


async def test_labels_with_probabilities_of_their_own(copy: Path) -> None:
    change_config(copy, problem_type="multi_label_classification")
    async with started(f"vit?model={copy}") as vit:
        (judged,) = await vit.classify([picture("joy")])
    assert judged is not None
    assert judged.label is Emotion.JOY
    assert sum(judged.as_mapping().values()) == pytest.approx(1, abs=1e-6)


async def test_nameless_labels_need_a_map(folder: Path, copy: Path) -> None:
    names = {str(index): f"LABEL_{index}" for index in range(3)}
    change_config(copy, id2label=names, label2id={name: int(key) for key, name in names.items()})
    line = await refusal(f"vit?model={copy}")
    assert "LABEL_0, LABEL_1, LABEL_2" in line
    assert "map=" in line
    table = copy / "map.json"
    table.write_text('{"LABEL_0": "anger", "LABEL_1": "joy", "LABEL_2": null}')
    async with started(f"vit?model={copy}&map={table}") as vit:
        (judged,) = await vit.classify([picture("joy")])
    assert judged is not None
    assert judged.label is Emotion.JOY
    table.write_text('{"LABEL_0": "anger"}')
    assert "'LABEL_1' is not in the map" in await refusal(f"vit?model={copy}&map={table}")


async def test_a_head_that_was_never_trained_is_refused(tmp_path: Path) -> None:
    line = await refusal(f"vit?model={make_untrained(tmp_path / 'bare')}")
    assert "bare was never trained to classify" in line
    assert "classifier.bias, classifier.weight" in line
    assert "fine-tuned" in line


async def test_one_label_tells_nothing_apart(tmp_path: Path) -> None:
    make_tiny_vit(tmp_path / "one", ("joy",), steps=0)
    assert "a single label" in await refusal(f"vit?model={tmp_path / 'one'}")


async def test_pickled_weights_are_not_read(copy: Path) -> None:
    (copy / "model.safetensors").unlink()
    torch.save({}, copy / "pytorch_model.bin")
    assert "has no model.safetensors" in await refusal(f"vit?model={copy}")


async def test_code_of_a_checkpoint_is_not_run(copy: Path) -> None:
    trap = copy / "ran"
    (copy / "theirs.py").write_text(f"open({str(trap)!r}, 'w').close()\n")
    change_config(
        copy,
        model_type="theirs",
        auto_map={
            "AutoConfig": "theirs.Config",
            "AutoModelForImageClassification": "theirs.Model",
        },
    )
    assert "cannot be loaded" in await refusal(f"vit?model={copy}")
    assert not trap.exists()


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "preprocessor_config.json"])
@pytest.mark.parametrize("content", [b"", b'{"half": '])
async def test_a_broken_file_of_the_model_is_one_line(
    copy: Path, name: str, content: bytes
) -> None:
    (copy / name).write_bytes(content)
    assert "cannot be loaded" in await refusal(f"vit?model={copy}")


async def test_an_adapter_is_refused(copy: Path) -> None:
    (copy / "adapter_config.json").write_text("{}")
    assert "is an adapter" in await refusal(f"vit?model={copy}")


async def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert "there is no folder" in await refusal(f"vit?model={tmp_path / 'absent'}")


async def test_a_model_of_the_hub_works_offline_once_it_was_downloaded(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    specification = f"vit?model=owner/moods&revision={COMMIT}&offline=yes"
    assert "was not downloaded before" in await refusal(specification)
    shutil.copytree(folder, tmp_path / "models--owner--moods" / "snapshots" / COMMIT)
    async with started(specification) as vit:
        assert vit.info.version.startswith("moods-")
        (judged,) = await vit.classify([picture("joy")])
    assert judged is not None
    assert judged.label is Emotion.JOY


@pytest.mark.parametrize("revision", ["", "&revision=main", f"&revision={COMMIT[:12]}"])
def test_a_model_of_the_hub_is_pinned_to_a_commit(revision: str) -> None:
    with pytest.raises(InvalidOption, match="revision=COMMIT"):
        load(f"vit?model=owner/moods{revision}")


def test_options_are_checked(tmp_path: Path) -> None:
    with pytest.raises(UnknownBackend, match="did you mean vit"):
        load("vitt?model=x")
    with pytest.raises(InvalidOption, match="option=value"):
        load("vit?model")
    with pytest.raises(InvalidOption, match="needs the option model"):
        load("vit")
    with pytest.raises(InvalidOption, match="did you mean model"):
        load(f"vit?model={tmp_path}&modle=x")
    with pytest.raises(InvalidOption, match="a folder has no revision"):
        load(f"vit?model={tmp_path}&revision={COMMIT}")
    assert load(f"vit?model={tmp_path}&batch=3").info == ModelInfo(
        "vit", tmp_path.name, (), max_batch=3
    )


async def test_a_missing_package_is_named_with_its_command(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(BackendUnavailable, match=r'pip install "nunchi-bot\[images\]"'):
        async with started(f"vit?model={folder}"):
            pass


async def test_it_must_be_started(folder: Path) -> None:
    vit = load(f"vit?model={folder}")
    with pytest.raises(RuntimeError, match="start"):
        await vit.classify([b""])
    await vit.close()
    await vit.close()


def test_naming_it_imports_no_framework() -> None:
    script = (
        "import sys; from classifiers.images import load; load('vit?model=/tmp');"
        "print({'torch', 'transformers', 'PIL'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
