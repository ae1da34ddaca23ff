from __future__ import annotations

import json
import shutil
import stat
import zipfile
from pathlib import Path
from urllib.parse import urlencode

import pytest

from classifiers.classifier import load
from classifiers.errors import BackendUnavailable
from classifiers.keras import BundleDamaged, BundleForeign, BundleUnusable, open_bundle
from classifiers.keras.bundle import check_place
from classifiers.keras.trust import key_file, load_or_create_key

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def folder(workshop, tmp_path):
    """Return a copy of a bundle that is a folder."""
    return Path(shutil.copytree(workshop.bundle("reviews"), tmp_path / "reviews"))


@pytest.fixture
def file(workshop, tmp_path):
    """Return a copy of a bundle that is one file."""
    return Path(shutil.copy(workshop.bundle("stars.nunchi"), tmp_path / "stars.nunchi"))


def taken(path, **options):
    return load("keras?" + urlencode({"path": path, **options}))


async def test_a_bundle_may_be_moved_on_the_machine_that_trained_it(workshop, folder, file):
    for path in (folder, file):
        classifier = taken(path, key=workshop.key)
        await classifier.start()
        assert len(await classifier.classify(["좋아요"])) == 1
        await classifier.close()


@pytest.mark.parametrize("runtime", ["onnx", "keras"])
def test_a_bundle_from_elsewhere_is_refused(folder, tmp_path, runtime):
    for home in (tmp_path / "no-key", tmp_path / "other-key"):
        with pytest.raises(BundleForeign) as caught:
            taken(folder, key=home, runtime=runtime)
        assert "was not trained here" in str(caught.value)
        assert f"trusted={open_bundle(folder).fingerprint[:16]}" in str(caught.value)
        load_or_create_key(tmp_path / "other-key")


async def test_a_bundle_from_elsewhere_is_used_once_somebody_vouches_for_it(folder, tmp_path):
    fingerprint = open_bundle(folder).fingerprint
    for trusted in ("yes", fingerprint[:16], fingerprint.upper()):
        classifier = taken(folder, key=tmp_path / "no-key", trusted=trusted)
        await classifier.start()
        assert len(await classifier.classify(["좋아요"])) == 1
        await classifier.close()
    with pytest.raises(BundleForeign, match="is not the one that is trusted"):
        taken(folder, trusted="0" * 16)


def test_the_key_lies_in_the_data_folder_by_default(workshop, folder, monkeypatch, tmp_path):
    monkeypatch.setenv("NUNCHI_DATA_DIR", str(workshop.key.parent))
    taken(folder)
    monkeypatch.setenv("NUNCHI_DATA_DIR", str(tmp_path))
    with pytest.raises(BundleForeign):
        taken(folder)
    assert key_file({}) == Path("data") / "bundles.key"


def test_a_changed_manifest_is_no_longer_ours(workshop, folder):
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"threshold": 0.7', '"threshold": 0.1'))
    with pytest.raises(BundleForeign):
        taken(folder, key=workshop.key)


@pytest.mark.parametrize("member", ["model.onnx", "tokenizer.json"])
@pytest.mark.parametrize("damage", ["changed", "missing"])
async def test_a_damaged_member_is_named(workshop, folder, member, damage):
    path = folder / member
    if damage == "changed":
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    else:
        path.unlink()
    said = "does not match its checksum" if damage == "changed" else "is missing"
    classifier = taken(folder, key=workshop.key)
    with pytest.raises(BundleDamaged, match=f"{member}.*{said}"):
        await classifier.start()
    await classifier.close()


async def test_a_keras_file_is_checked_before_keras_sees_it(workshop, folder):
    (folder / "model.keras").write_bytes(b"something that runs code")
    classifier = taken(folder, key=workshop.key, runtime="keras", trusted="yes")
    with pytest.raises(BundleDamaged, match=r"model.keras.*does not match its checksum"):
        await classifier.start()
    await classifier.close()


async def test_a_broken_file_is_damaged(workshop, file):
    content = file.read_bytes()
    # Half of it may end in the network, which is a ZIP itself, and then is one without a manifest.
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(BundleUnusable, match="broken"):
        taken(file, key=workshop.key)
    file.write_bytes(content[:100])
    with pytest.raises(BundleDamaged, match="cannot be read; copy the bundle again"):
        taken(file, key=workshop.key)
    middle = content.index(b"tokenizer.json") + 200
    file.write_bytes(content[:middle] + b"???" + content[middle + 3 :])
    classifier = taken(file, key=workshop.key)
    with pytest.raises(BundleDamaged, match=r"tokenizer.json"):
        await classifier.start()
    await classifier.close()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "has no manifest.json"),
        (b"{", "cannot be used"),
        (b'{"format": 2}', "another version of Nunchi"),
    ],
)
def test_what_is_no_bundle_is_told_so(tmp_path, content, said):
    if content is not None:
        (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(BundleUnusable, match=said):
        taken(tmp_path)


def test_no_bundle_at_all(tmp_path):
    with pytest.raises(BundleUnusable, match="there is no bundle"):
        taken(tmp_path / "nothing")


def test_labels_and_their_meaning_must_agree(folder):
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["labels"] = ["부정", "모름"]
    path.write_text(json.dumps(manifest))
    with pytest.raises(BundleUnusable, match="cannot be used"):
        taken(folder, trusted="yes")


def test_a_bundle_without_onnx_runs_by_keras(workshop, folder):
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    del manifest["files"]["model.onnx"]
    path.write_text(json.dumps(manifest))
    taken(folder, trusted="yes")
    with pytest.raises(BundleUnusable, match="cannot be run with runtime=onnx"):
        taken(folder, trusted="yes", runtime="onnx")


def test_a_member_that_unpacks_to_more_than_it_may_is_refused(tmp_path):
    path = tmp_path / "bomb.nunchi"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b" " * 2**22)
    assert path.stat().st_size < 2**14
    with pytest.raises(BundleDamaged, match="too large"):
        taken(path)


def test_the_key_is_for_its_owner_only(tmp_path):
    path = tmp_path / "home" / "bundles.key"
    key = load_or_create_key(path)
    assert load_or_create_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for content in ("no key", "00ff"):
        path.write_text(content)
        with pytest.raises(BackendUnavailable, match="delete it"):
            load_or_create_key(path)
    (tmp_path / "taken").touch()
    with pytest.raises(BackendUnavailable, match="cannot be used"):
        load_or_create_key(tmp_path / "taken" / "bundles.key")


def test_nothing_else_is_overwritten(tmp_path, folder, file):
    check_place(tmp_path / "new")
    check_place(folder)
    check_place(file)
    (tmp_path / "notes.txt").touch()
    (tmp_path / "folder.nunchi").mkdir()
    for place in (tmp_path, tmp_path / "notes.txt", tmp_path / "folder.nunchi"):
        with pytest.raises(BundleUnusable, match="holds something that is no bundle"):
            check_place(place)
