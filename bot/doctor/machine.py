"""Checks of the machine: Python, its clock, timezones, and the folder for data."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.clock import Clock, SystemClock
from bot.doctor.finding import Finding, Speaker, Status
from bot.keeping import STORE_KEY
from bot.settings import Settings
from storage.errors import KeyUnusable, StorageError
from storage.open import file_of, is_exposed
from storage.pseudonym import load_or_create_keys
from storage.sqlite_cipher import is_plain

OLDEST_PYTHON: Final = (3, 11)
RELEASED: Final = datetime(2026, 11, 20, tzinfo=UTC)
"""The day of this version; a clock that shows an earlier one is wrong."""

FORESEEABLE: Final = timedelta(days=10 * 365)
TOLERANCE: Final = timedelta(minutes=5)

_OTHERS_MAY_READ: Final = 0o077


async def python(settings: Settings, say: Speaker) -> Finding:
    """Look at the version of Python."""
    del settings
    return python_version(sys.version_info[:3], say)


def python_version(version: tuple[int, ...], say: Speaker) -> Finding:
    """Judge a version of Python."""
    shown = ".".join(map(str, version))
    if version >= OLDEST_PYTHON:
        return Finding("Python", Status.OK, shown)
    advice = say("Python 3.11 이상을 설치하세요.", "Install Python 3.11 or newer.")
    return Finding("Python", Status.FAIL, shown, advice)


async def timezones(settings: Settings, say: Speaker) -> Finding:
    """Look for timezone data; reports are due at local times."""
    return zones_known(("Asia/Seoul", settings.timezone), say)


def zones_known(keys: Iterable[str], say: Speaker) -> Finding:
    """Judge whether timezones can be looked up."""
    name = say("시간대", "timezones")
    try:
        zones = [ZoneInfo(key) for key in dict.fromkeys(keys)]
    except ZoneInfoNotFoundError as error:
        advice = say("`pip install tzdata`를 실행하세요.", "Run `pip install tzdata`.")
        return Finding(name, Status.FAIL, str(error.args[0]), advice)
    return Finding(name, Status.OK, ", ".join(zone.key for zone in zones))


async def clock(settings: Settings, say: Speaker) -> Finding:
    """Look whether the clock can be right."""
    return clock_reading(SystemClock(), settings.data_dir, say)


def clock_reading(machine: Clock, data_dir: Path, say: Speaker) -> Finding:
    """Compare a clock with the day of this release and with the files that the bot has written."""
    name = say("시계", "clock")
    now = machine.now()
    shown = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    set_right = say(
        "시계를 맞추세요(예: `timedatectl set-ntp true`). 틀리면 보고서가 엉뚱한 때에 나갑니다.",
        "Set the clock (`timedatectl set-ntp true`); a wrong one posts reports at wrong times.",
    )
    if not RELEASED <= now < RELEASED + FORESEEABLE:
        return Finding(name, Status.FAIL, shown, set_right)
    newest = _newest_change(data_dir)
    if newest is not None and newest > now + TOLERANCE:
        seen = say(
            f"{shown}, 그런데 데이터 파일은 {newest:%Y-%m-%d %H:%M}에 바뀌었습니다",
            f"{shown}, but data files were changed at {newest:%Y-%m-%d %H:%M}",
        )
        return Finding(name, Status.WARN, seen, set_right)
    return Finding(name, Status.OK, shown)


def _newest_change(folder: Path) -> datetime | None:
    try:
        changes = [path.stat().st_mtime for path in folder.iterdir()]
    except OSError:
        return None
    return datetime.fromtimestamp(max(changes), UTC) if changes else None


async def data_folder(settings: Settings, say: Speaker) -> Finding:
    """Look whether the data folder, or the place where it will be made, can be written."""
    name = say("데이터 폴더", "data folder")
    folder = settings.data_dir.absolute()
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        advice = say(
            "쓸 수 있는 폴더를 NUNCHI_DATA_DIR에 적으세요.",
            "Name a folder that can be written in NUNCHI_DATA_DIR.",
        )
        return Finding(name, Status.FAIL, f"{nearest}: {error.strerror or error}", advice)
    if nearest == folder:
        return Finding(name, Status.OK, str(folder))
    made = say(f"{folder} (처음 실행할 때 만듭니다)", f"{folder} (made at the first start)")
    return Finding(name, Status.OK, made)


async def pseudonym_key(settings: Settings, say: Speaker) -> Finding:
    """Look at the key that authors are hidden with."""
    name = say("가명 키", "pseudonym key")
    file = settings.key_file
    if settings.given_key() is not None:
        return Finding(name, Status.OK, "NUNCHI_PSEUDONYM_KEY")
    if not file.exists():
        made = say(f"{file} (처음 실행할 때 만듭니다)", f"{file} (made at the first start)")
        return Finding(name, Status.OK, made)
    try:
        count = len(load_or_create_keys(file))
    except KeyUnusable as error:
        advice = say(
            "백업에서 되돌리세요. 키가 바뀌면 지난 기록과 수신 거부가 끊어집니다.",
            "Restore it from a backup: with another key, past records and opt-outs are orphaned.",
        )
        return Finding(name, Status.FAIL, str(error), advice)
    if file.stat().st_mode & _OTHERS_MAY_READ:
        return _open_to_all(name, file, say)
    return Finding(name, Status.OK, str(file) if count == 1 else f"{file} ({count})")


async def encryption(settings: Settings, say: Speaker) -> Finding:
    """Look whether the database file is encrypted, and who may read its key."""
    name = say("저장소 암호화", "encryption of the store")
    key = settings.data_dir / STORE_KEY
    try:
        file = file_of(settings.store.get_secret_value())
        plain = is_plain(file) if file else None
    except (OSError, StorageError) as error:
        return Finding(name, Status.WARN, str(error))
    if file is None and is_exposed(settings.store.get_secret_value()):
        seen = say("서버로 가는 길이 암호화되지 않음", "none on the way to the server")
        advice = say(
            "NUNCHI_STORE에 tls=true를 더하세요(docs/storage.md).",
            "Add tls=true to NUNCHI_STORE (docs/storage.md).",
        )
        return Finding(name, Status.WARN, seen, advice)
    if file is None:
        return Finding(name, Status.OK, say("서버가 맡습니다", "up to the server"))
    if key.exists() and key.stat().st_mode & _OTHERS_MAY_READ:
        return _open_to_all(name, key, say)
    if plain is False:
        return Finding(name, Status.OK, say(f"{file}: 암호화됨", f"{file}: encrypted"))
    clear = say(
        "암호화하지 않음 (`nunchi store encrypt` 또는 암호화된 디스크)",
        "none (`nunchi store encrypt`, or an encrypted disk)",
    )
    return Finding(name, Status.OK, clear)


def _open_to_all(name: str, file: Path, say: Speaker) -> Finding:
    seen = say(f"{file}: 다른 사용자도 읽을 수 있습니다", f"{file}: others may read it")
    return Finding(name, Status.WARN, seen, f"chmod 600 {file}")
