"""``nunchi receipt``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import nunchi
from bot.receipts import OPT_OUT, Receipts
from storage.pseudonym import load_or_create_key

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def asked(file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.setenv("NUNCHI_DATA_DIR", str(folder))
    return CliRunner().invoke(nunchi, ["receipt", str(file)])


def test_a_receipt_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = load_or_create_key(tmp_path / "pseudonym.key")
    line = Receipts(key).issue(7, NOW, OPT_OUT, {"records": 3}).line
    file = tmp_path / "receipt.txt"
    file.write_text(f"확인증\n{line}\n", encoding="utf-8")
    result = asked(file, tmp_path, monkeypatch)
    assert result.exit_code == 0
    assert "wrote this receipt. It does not say for whom." in result.output


def test_a_receipt_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_or_create_key(tmp_path / "pseudonym.key")
    file = tmp_path / "receipt.txt"
    file.write_bytes(Receipts(bytes(32)).issue(7, NOW, OPT_OUT, {}).line.encode() + b"\xff" * 9)
    result = asked(file, tmp_path, monkeypatch)
    assert result.exit_code == 1
    assert "did not write this receipt" in result.output


def test_without_a_key_none_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "receipt.txt"
    file.write_text("anything")
    result = asked(file, tmp_path / "data", monkeypatch)
    assert result.exit_code == 78
    assert not (tmp_path / "data").exists()
