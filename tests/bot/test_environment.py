from __future__ import annotations

from pathlib import Path

from bot.environment import lend_variables

OURS = ("NUNCHI_", "DISCORD_TOKEN")


def test_keys_of_servers_may_stand_in_the_file_of_settings(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("MODEL_KEY=from-file\nKNOWN=from-file\nEMPTY=\nNUNCHI_STORE=x\n", "utf-8")
    environ = {"KNOWN": "from-process"}
    lend_variables(file, environ, OURS)
    assert environ == {"KNOWN": "from-process", "MODEL_KEY": "from-file"}


def test_the_token_is_not_handed_on(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("DISCORD_TOKEN=secret\n", "utf-8")
    environ: dict[str, str] = {}
    lend_variables(file, environ, OURS)
    assert environ == {}


def test_a_file_that_cannot_be_read_lends_nothing(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"\xff\xfe")
    environ: dict[str, str] = {}
    lend_variables(file, environ, OURS)
    lend_variables(tmp_path / "absent", environ, OURS)
    assert environ == {}
