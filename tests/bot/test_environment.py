from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from bot.cli import nunchi
from bot.environment import lent_variables


def ours(name: str) -> bool:
    return name.startswith("NUNCHI_")


def test_keys_of_servers_may_stand_in_the_file_of_settings(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("MODEL_KEY=from-file\nKNOWN=from-file\nEMPTY=\nNUNCHI_STORE=x\n", "utf-8")
    environ = {"KNOWN": "from-process"}
    with lent_variables(file, environ, ours):
        assert environ == {"KNOWN": "from-process", "MODEL_KEY": "from-file"}
    assert environ == {"KNOWN": "from-process"}


def test_a_file_that_cannot_be_read_lends_nothing(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"\xff\xfe")
    environ: dict[str, str] = {}
    for path in (file, tmp_path / "absent"):
        with lent_variables(path, environ, ours):
            assert environ == {}


def test_a_backend_finds_its_key_there_and_nobody_finds_the_token(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    token = "DISCORD_TOKEN=not-for-backends\nNUNCHI_LANGUAGE=ko\n"
    file.write_text(f"{token}MODEL_KEY=k\nNUNCHI_DATA_DIR={tmp_path}\n", "utf-8")
    arguments = ["--env-file", str(file), "classify", "--backend"]

    def said(key: str) -> str:
        backend = f"remote?url=http://127.0.0.1:9&key_env={key}&fallback=none&retries=0"
        return CliRunner().invoke(nunchi, [*arguments, backend], input="hi\n").output

    assert "finds no key" in said("OTHER_KEY")
    assert "finds no key" in said("DISCORD_TOKEN")
    assert "finds no key" not in said("MODEL_KEY")
