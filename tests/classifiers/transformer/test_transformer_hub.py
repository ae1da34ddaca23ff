"""Models of the hub: downloaded once, over real sockets; every way to fail has its own sentence."""

from __future__ import annotations

import logging
import os
import pty
import shutil
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from classifiers.classifier import load
from classifiers.errors import BackendUnavailable
from classifiers.transformer.hub import fetched
from tests.classifiers.transformer.conftest import Exported
from tests.classifiers.transformer.loopback_hub import COMMIT, LoopbackHub, loopback_hub

NOBODY = "http://127.0.0.1:9"
"""The port of a service that nobody runs any more."""


@pytest.fixture
def hub(
    exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LoopbackHub]:
    """Serve an exported model as somebody else would publish it: without our manifest."""
    published = tmp_path / "published"
    shutil.copytree(exported.folder, published)
    (published / "nunchi.json").unlink()
    (published / "onnx").mkdir()
    (published / "model.onnx").rename(published / "onnx" / "model.onnx")
    (published / "pytorch_model.bin").write_bytes(b"a pickle that nobody asks for")
    (published / "README.md").write_text("---\nlicense: mit\n---\n# A model\n")
    with loopback_hub(published) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        yield running


async def test_a_model_is_downloaded_once_and_then_found_offline(
    hub: LoopbackHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    options = f"transformers?model=tiny/model&file=onnx/model.onnx&cache={tmp_path / 'cache'}"
    classifier = load(options)
    await classifier.start()
    [first] = await classifier.classify(["i am so happy"])
    await classifier.close()
    assert first.valence > 0.5
    # The model, the commit that main led to, and the weights are all named.
    name, commit, weights, _ = classifier.info.version.split(":")
    assert (name, commit, len(weights)) == ("tiny/model", COMMIT[:8], 8)
    assert "not pinned" in caplog.text
    assert not any("pytorch_model.bin" in path for path in hub.asked)

    hub.asked.clear()
    monkeypatch.setenv("HF_ENDPOINT", NOBODY)
    offline = load(f"{options}&offline=yes")
    await offline.start()
    [again] = await offline.classify(["i am so happy"])
    await offline.close()
    assert (again, offline.info, hub.asked) == (first, classifier.info, [])


async def test_a_pinned_revision_gives_no_warning(
    hub: LoopbackHub, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache = tmp_path / "cache"
    classifier = load(
        f"transformers?model=tiny/model&revision={COMMIT}&file=onnx/model.onnx&cache={cache}"
    )
    with caplog.at_level(logging.WARNING):
        await classifier.start()
    await classifier.close()
    assert "pinned" not in caplog.text


@pytest.mark.parametrize(
    ("model", "revision", "sentence"),
    [
        ("tiny/unknown", "main", "no folder and no public model of the hub is called tiny/unknown"),
        ("tiny/gated", "main", "tiny/gated is gated: accept its terms"),
        ("tiny/model", "v9", "tiny/model has no revision v9"),
    ],
)
def test_the_hub_says_no(
    hub: LoopbackHub, tmp_path: Path, model: str, revision: str, sentence: str
) -> None:
    with pytest.raises(BackendUnavailable, match=sentence):
        fetched(model, revision, None, offline=False, cache=tmp_path)


def test_nobody_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", NOBODY)
    with pytest.raises(BackendUnavailable, match="the hub cannot be reached; check the net"):
        fetched("tiny/model", "main", None, offline=False, cache=tmp_path)


async def test_offline_mode_of_the_environment_is_kept(
    hub: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(BackendUnavailable, match="offline mode is on: download it once"):
        await load(f"transformers?model=go-emotions&cache={tmp_path}").start()
    assert not hub.asked


async def test_a_model_that_has_pickles_only_says_what_to_try(
    hub: LoopbackHub, tmp_path: Path
) -> None:
    with pytest.raises(BackendUnavailable, match=r"tiny/model has no weights .*refs/pr/1"):
        await load(f"transformers?model=tiny/model&cache={tmp_path}").start()


def test_the_download_shows_a_bar_at_a_terminal_only(hub: LoopbackHub, tmp_path: Path) -> None:
    fetch = (
        "from pathlib import Path; from classifiers.transformer.hub import fetched;"
        "import sys; fetched('tiny/model', 'main', 'onnx/model.onnx', offline=False,"
        " cache=Path(sys.argv[1]))"
    )
    command = [sys.executable, "-c", fetch]
    quiet = subprocess.run(
        [*command, str(tmp_path / "a")], check=True, capture_output=True, text=True
    )
    assert quiet.stdout + quiet.stderr == ""
    terminal, its_other_end = pty.openpty()
    termios.tcsetwinsize(its_other_end, (24, 80))
    with subprocess.Popen([*command, str(tmp_path / "b")], stderr=its_other_end) as process:
        os.close(its_other_end)
        shown = _everything(terminal)
    assert process.returncode == 0
    assert "%" in shown


def _everything(terminal: int) -> str:
    pieces = []
    try:
        while piece := os.read(terminal, 4096):
            pieces.append(piece)
    except OSError:
        # A terminal whose other end is closed ends like this on Linux.
        pass
    finally:
        os.close(terminal)
    return b"".join(pieces).decode(errors="replace")
