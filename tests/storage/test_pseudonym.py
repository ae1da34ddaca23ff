from __future__ import annotations

import hashlib
import hmac
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from storage.errors import KeyUnusable
from storage.pseudonym import KEY_BYTES, Pseudonymiser, load_or_create_key
from storage.records import PSEUDONYM_BYTES

KEY = bytes(range(KEY_BYTES))
LOAD = (
    "import sys, pathlib, storage.pseudonym as p;"
    "sys.stdin.readline(); print(p.load_or_create_key(pathlib.Path(sys.argv[1])).hex())"
)


def test_is_the_published_construction() -> None:
    ids = (5).to_bytes(8, "big") + (2**64 - 1).to_bytes(8, "big")
    expected = hmac.new(KEY, ids, hashlib.sha256).digest()[:PSEUDONYM_BYTES]
    assert Pseudonymiser(KEY).author(5, 2**64 - 1) == expected


def test_differs_by_guild_member_and_key() -> None:
    names = Pseudonymiser(KEY)
    other = Pseudonymiser(KEY[::-1])
    found = {names.author(1, 2), names.author(2, 1), names.author(1, 3), other.author(1, 2)}
    assert len(found) == 4
    assert all(len(name) == PSEUDONYM_BYTES for name in found)


def test_is_the_same_every_time() -> None:
    names = Pseudonymiser(KEY)
    assert names.author(1, 2) == names.author(1, 2) == Pseudonymiser(KEY).author(1, 2)


def test_it_knows_what_it_was_under_every_key_so_far() -> None:
    other, third = KEY[::-1], bytes(KEY_BYTES)
    found = Pseudonymiser(KEY, other, third).ever(1, 2)
    earlier = (Pseudonymiser(KEY), Pseudonymiser(KEY, other), Pseudonymiser(KEY, other, third))
    assert found == tuple(each.author(1, 2) for each in earlier)


@pytest.mark.parametrize("key", [b"", KEY[:-1], KEY + b"x"])
def test_a_key_of_another_length_is_refused(key: bytes) -> None:
    with pytest.raises(KeyUnusable, match="32 bytes"):
        Pseudonymiser(key)


def test_a_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "pseudonym.key"
    key = load_or_create_key(path)
    assert len(key) == KEY_BYTES
    assert load_or_create_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_two_keys_differ(tmp_path: Path) -> None:
    assert load_or_create_key(tmp_path / "a") != load_or_create_key(tmp_path / "b")


def test_a_damaged_key_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "pseudonym.key"
    path.write_bytes(b"short")
    with pytest.raises(KeyUnusable, match="backup"):
        load_or_create_key(path)
    assert path.read_bytes() == b"short"


def test_an_unusable_place_is_one_readable_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    with pytest.raises(KeyUnusable, match="cannot be used") as caught:
        load_or_create_key(tmp_path / "file" / "pseudonym.key")
    assert "\n" not in str(caught.value)


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    path = tmp_path / "pseudonym.key"
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", LOAD, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    answers = {process.communicate("go\n", timeout=90)[0].strip() for process in starting}
    assert answers == {path.read_bytes().hex()}
