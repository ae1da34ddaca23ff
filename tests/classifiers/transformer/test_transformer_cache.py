"""The folder of exports: what happens when it cannot be written, or others write to it as well."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import nunchi
from classifiers.errors import BackendUnavailable
from classifiers.transformer import export_cache
from classifiers.transformer.export_cache import default_cache, exported_once
from classifiers.transformer.exporting import ExportJob
from classifiers.transformer.folders import looked_at
from classifiers.transformer.naming import Naming
from tests.classifiers.transformer.dying import die


@pytest.fixture
def job(tmp_path: Path) -> ExportJob:
    """Return a job on a checkpoint that nobody loads."""
    folder = tmp_path / "ours"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "bert"}')
    (folder / "model.safetensors").write_bytes(b"weights")
    return ExportJob(looked_at(folder), folder, Naming(), "ours", "", ())


def test_the_cache_is_where_the_system_keeps_such_things(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache() == tmp_path / "nunchi" / "transformers"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_cache() == tmp_path / ".cache" / "nunchi" / "transformers"


def test_a_cache_that_cannot_be_written_is_told(job: ExportJob, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BackendUnavailable, match="cannot be written; name a folder by cache="):
        exported_once(job, tmp_path / "file")


def test_so_is_a_folder_to_export_to(sentiment: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    out = str(tmp_path / "file" / "out")
    result = CliRunner().invoke(nunchi, ["export", "--model", str(sentiment), "--out", out])
    assert "cannot be written; name another one" in result.stderr


def test_an_export_that_dies_leaves_nothing_behind(
    job: ExportJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_cache, "export", die)
    with pytest.raises(BackendUnavailable, match="the process that exports ours died"):
        exported_once(job, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_of_two_exports_at_once_the_first_is_kept(
    job: ExportJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"

    def overtaken(work: ExportJob) -> None:
        """Do what another process does while this one is at work."""
        (work.out / "nunchi.json").write_text("mine")
        target = cache / export_cache._name(job)
        target.mkdir()
        (target / "nunchi.json").write_text("theirs")

    monkeypatch.setattr(export_cache, "_in_a_process", overtaken)
    kept = exported_once(job, cache)
    assert [path.name for path in cache.iterdir()] == [kept.name]
    assert (kept / "nunchi.json").read_text() == "theirs"
    assert exported_once(job, cache) == kept


def test_another_checkpoint_or_another_form_is_another_export(job: ExportJob) -> None:
    names = {export_cache._name(job), export_cache._name(replace(job, quantise="int8"))}
    (job.folder.path / "model.safetensors").write_bytes(b"other weights")
    names.add(export_cache._name(job))
    (job.folder.path / "tokenizer.json").write_text("{}")
    names.add(export_cache._name(job))
    assert len(names) == 4
    assert all(name.startswith("ours-") for name in names)
