"""Checks of what the bot is made of: token, store, classifier, fonts, catalogues."""

from __future__ import annotations

import asyncio
import base64
import binascii
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from bot.doctor.finding import Finding, Speaker, Status
from bot.errors import StartFailed
from bot.i18n import FOLDER, Catalogues
from bot.keeping import store_key
from bot.settings import Settings
from classifiers.classifier import Classifier, load
from classifiers.errors import ClassifierError, UnknownBackend
from classifiers.prediction import Prediction
from reports.errors import ReportError
from reports.fonts import FontBook
from storage.errors import (
    DriverMissing,
    InvalidStoreUrl,
    KeyUnusable,
    SchemaTooNew,
    StorageError,
)
from storage.open import file_of, open_store, redact
from storage.store import Store

STORE_PATIENCE: Final = 15.0
"""Seconds; a driver that waits for a server longer is told as no answer."""

SENTENCES: Final = ("오늘 정말 행복하고 신나요!", "I am so happy and excited today!")
LETTERS: Final = "가A"

_TOKEN_PARTS: Final = 3
_SQLITE: Final = "sqlite:///"


async def token(settings: Settings, say: Speaker) -> Finding:
    """Look at the shape of the token; whether it is valid, ``portal`` asks."""
    name = say("토큰", "token")
    if settings.discord_token is None:
        return Finding(
            name,
            Status.WARN,
            say("DISCORD_TOKEN이 없습니다", "DISCORD_TOKEN is not set"),
            say(
                ".env에 봇 토큰을 적으세요(docs/discord-setup.md). "
                "`nunchi demo`에는 필요 없습니다.",
                "Put the bot's token into .env (docs/discord-setup.md); `nunchi demo` needs none.",
            ),
        )
    application = application_of(settings.require_token())
    if application is not None:
        shape = say(f"애플리케이션 {application}의 토큰", f"of application {application}")
        return Finding(name, Status.OK, shape)
    return Finding(
        name,
        Status.FAIL,
        say("봇 토큰의 꼴이 아닙니다", "this is not the shape of a bot's token"),
        say(
            "개발자 포털의 Bot -> Reset Token에서 새로 받아 그대로 붙여 넣으세요. "
            "클라이언트 시크릿이나 공개 키가 아닙니다.",
            "Take a new one from Bot -> Reset Token in the developer portal and paste it as it is; "
            "the client secret and the public key are something else.",
        ),
    )


def application_of(candidate: str) -> int | None:
    """Return the application that a token names in its first part, or ``None`` for another shape.

    A token is three parts in URL-safe base64 with dots between; the first spells the id in digits.
    """
    parts = candidate.split(".")
    if len(parts) != _TOKEN_PARTS or not all(map(_is_base64url, parts)):
        return None
    first = parts[0]
    try:
        digits = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return int(digits) if digits.isdecimal() else None


def _is_base64url(part: str) -> bool:
    return part != "" and part.isascii() and part.replace("-", "").replace("_", "").isalnum()


async def store(settings: Settings, say: Speaker) -> Finding:
    """Open the store, wait for its answer, close it."""
    url = settings.store.get_secret_value()
    unborn = _unborn_file(url)
    try:
        file = file_of(url)
        key = store_key(settings, file) if file else None
    except StorageError as error:
        return Finding(say("저장소", "store"), Status.FAIL, str(error), _store_advice(error, say))
    if unborn is None:
        return await store_at(url, say, key=key)
    # A visit leaves nothing behind: what is not there yet is tried elsewhere.
    with tempfile.TemporaryDirectory() as folder:
        finding = await store_at(f"{_SQLITE}{folder}/{unborn}", say, key=key)
    made = say(f"{url} (처음 실행할 때 만듭니다)", f"{url} (made at the first start)")
    return finding if finding.status is Status.FAIL else replace(finding, detail=made)


def _unborn_file(url: str) -> str | None:
    """Return the name of a database file that the first start will make, or ``None``."""
    if not url.startswith(_SQLITE):
        return None
    file = Path(unquote(url.removeprefix(_SQLITE)))
    return None if file.exists() else file.name


async def store_at(
    url: str, say: Speaker, patience: float = STORE_PATIENCE, *, key: bytes | None = None
) -> Finding:
    """Judge the store at an address, with its key; ``patience`` is in seconds."""
    name = say("저장소", "store")
    try:
        milliseconds = await asyncio.wait_for(_round_trip(open_store(url, key=key)), patience)
    except TimeoutError:
        seen = say(f"{redact(url)}: 응답이 없습니다", f"{redact(url)}: no answer")
        return Finding(name, Status.FAIL, seen, _store_advice(None, say))
    except StorageError as error:
        return Finding(name, Status.FAIL, str(error), _store_advice(error, say))
    return Finding(name, Status.OK, f"{redact(url)} ({milliseconds:.1f} ms)")


async def _round_trip(opened: Store) -> float:
    """Return how many milliseconds an answer takes."""
    async with opened:
        start = time.perf_counter()
        await opened.ping()
        return (time.perf_counter() - start) * 1000


def _store_advice(error: StorageError | None, say: Speaker) -> str:
    if isinstance(error, SchemaTooNew):
        return say(
            "Nunchi를 최신 버전으로 올리세요.", "Update Nunchi to the version that wrote it."
        )
    if isinstance(error, KeyUnusable):
        return say(
            "NUNCHI_STORE_KEY나 store.key를 백업에서 되돌리세요(docs/keys.md).",
            "Restore NUNCHI_STORE_KEY or store.key from a backup (docs/keys.md).",
        )
    if isinstance(error, InvalidStoreUrl | DriverMissing):
        return say("NUNCHI_STORE를 고치세요(docs/storage.md).", "See docs/storage.md.")
    return say(
        "서버가 켜져 있는지, NUNCHI_STORE의 주소와 비밀번호가 맞는지 보세요.",
        "Is the server running? Are address and password in NUNCHI_STORE right?",
    )


async def classifier(settings: Settings, say: Speaker) -> Finding:
    """Start the classifier and let it judge a happy sentence in each language."""
    try:
        backend = load(settings.classifier)
        predictions = await _judged(backend)
    except ClassifierError as error:
        advice = _classifier_advice(error, say)
        return Finding(_classifier_name(say), Status.FAIL, str(error), advice)
    return verdict(backend.info.model, predictions, say)


def verdict(model: str, predictions: Sequence[Prediction], say: Speaker) -> Finding:
    """Judge what a model made of ``SENTENCES``."""
    name = _classifier_name(say)
    korean, english = predictions
    seen = f"{model}: ko -> {_leaning(korean)}, en -> {_leaning(english)}"
    if korean.valence > 0 and english.valence > 0:
        return Finding(name, Status.OK, seen)
    advice = say(
        "행복한 문장을 그렇게 읽지 못했습니다. 이 서버의 언어에 맞는 분류기인지 보세요.",
        "It did not read a happy sentence as one: does it know your members' languages?",
    )
    return Finding(name, Status.WARN, seen, advice)


def _classifier_name(say: Speaker) -> str:
    return say("분류기", "classifier")


async def _judged(backend: Classifier) -> list[Prediction]:
    try:
        await backend.start()
        return list(await backend.classify(SENTENCES))
    finally:
        await backend.close()


def _classifier_advice(error: ClassifierError, say: Speaker) -> str:
    if isinstance(error, UnknownBackend):
        return say("NUNCHI_CLASSIFIER를 고치세요.", "Correct NUNCHI_CLASSIFIER.")
    return say(
        "docs/configuration.md에서 NUNCHI_CLASSIFIER를 보세요.",
        "See NUNCHI_CLASSIFIER in docs/configuration.md.",
    )


async def fonts(settings: Settings, say: Speaker) -> Finding:
    """Draw a Korean and a Latin letter and look for ink."""
    try:
        book = await asyncio.to_thread(FontBook.load, settings.font_dir)
        return await asyncio.to_thread(fonts_in, book, say)
    except ReportError as error:
        return Finding(_fonts_name(say), Status.FAIL, str(error), _fonts_advice(say))


def fonts_in(book: FontBook, say: Speaker) -> Finding:
    """Judge fonts by the ink that their letters leave."""
    blank = [letter for letter in LETTERS if not book.ink(letter)]
    if not blank:
        return Finding(_fonts_name(say), Status.OK, f"{book.family}: {' '.join(LETTERS)}")
    letters = " ".join(blank)
    seen = say(
        f"{book.family}: {letters}이(가) 안 그려집니다", f"{book.family} cannot draw {letters}"
    )
    return Finding(_fonts_name(say), Status.FAIL, seen, _fonts_advice(say))


def _fonts_name(say: Speaker) -> str:
    return say("글꼴", "fonts")


def _fonts_advice(say: Speaker) -> str:
    return say(
        "`pip install pylopdf-fonts-ko`를 실행하거나 NUNCHI_FONT_DIR에 한글 글꼴 폴더를 적으세요.",
        "Run `pip install pylopdf-fonts-ko`, or name a folder with a Korean font in "
        "NUNCHI_FONT_DIR.",
    )


async def catalogues(settings: Settings, say: Speaker) -> Finding:
    """Look for the compiled sentences of the bot."""
    del settings
    return catalogues_in(FOLDER, say)


def catalogues_in(folder: Path, say: Speaker) -> Finding:
    """Judge the catalogues in a folder."""
    name = say("번역", "translations")
    try:
        found = Catalogues.load(folder)
    except StartFailed as error:
        advice = say("`pip install -e .`을 다시 실행하세요.", "Run `pip install -e .` again.")
        return Finding(name, Status.FAIL, str(error), advice)
    return Finding(name, Status.OK, ", ".join(found.phrases))


def _leaning(prediction: Prediction) -> str:
    return str(prediction.label or prediction.sentiment)
