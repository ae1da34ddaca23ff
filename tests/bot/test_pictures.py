"""The parts that pictures go through: which are looked at, fetching them, and joining verdicts."""

from __future__ import annotations

import asyncio
import gzip
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.incoming import Incoming, Picture
from bot.pictures.attachments import LARGEST, MOST, payload_with_pictures
from bot.pictures.downloads import Downloads
from bot.pictures.verdict import WORDS, joined, mean_of
from bot.pictures.viewer import PictureViewer
from classifiers.classifier import ModelInfo
from classifiers.emotion import EMOTIONS, VALENCES, Emotion
from classifiers.errors import ClassificationFailed
from classifiers.prediction import Prediction
from classifiers.resilience.failures import Refused, Unreachable

# Which attachments are looked at


class Place:
    """A client that knows one guild with one channel."""

    def get_guild(self, guild_id: int) -> Place | None:
        return self if guild_id == 1 else None

    def get_channel_or_thread(self, channel_id: int) -> object:
        return object()

    id = 1


def noted(*attachments: dict[str, object], **changes: object) -> tuple[Picture, ...]:
    data = {
        "id": "9",
        "channel_id": "2",
        "guild_id": "1",
        "type": 0,
        "content": "hello",
        "author": {"id": "3"},
        "attachments": list(attachments),
        **changes,
    }
    item = payload_with_pictures(Place(), data)  # type: ignore[arg-type]
    assert item is not None
    return item.pictures


def attached(**changes: object) -> dict[str, object]:
    fine = {"url": "https://x/a.png", "size": 10, "content_type": "image/png", "filename": "a.png"}
    return fine | changes


def test_the_kinds_that_are_read_are_noted() -> None:
    kinds = ("image/png", "image/jpeg", "image/webp", "image/gif", "IMAGE/PNG; charset=utf-8")
    for kind in kinds:
        assert noted(attached(content_type=kind)) == (Picture("https://x/a.png", 10),)
    for kind in ("image/svg+xml", "image/avif", "video/mp4", "text/plain", ""):
        assert noted(attached(content_type=kind)) == ()


def test_without_a_type_the_name_decides() -> None:
    for name in ("a.JPG", "b.jpeg", "c.webp", "SPOILER_d.gif"):
        assert noted(attached(content_type=None, filename=name))
    for name in ("a.txt", "png", None, 7):
        assert not noted(attached(content_type=None, filename=name))


def test_size_and_number_are_limited() -> None:
    assert noted(attached(size=LARGEST))
    for size in (LARGEST + 1, 0, -1, None, "10"):
        assert not noted(attached(size=size))
    assert len(noted(*[attached()] * (MOST + 3))) == MOST
    assert len(noted(*[attached(size=0)] * 5, *[attached()] * 2)) == 2


def test_only_people_are_looked_at() -> None:
    assert noted(attached(), author={"id": "3", "bot": True}) == ()
    assert noted(attached(), webhook_id="4") == ()
    assert noted(attached(), type=7) == ()
    assert noted(attached(), type=19) != ()
    assert noted(attachments=None) == ()


# Downloads


class FileServer:
    """Serves what it is told, and counts."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        self.base = ""
        self.let_go = asyncio.Event()
        """What answers "/held", which a test asks for and lets wait."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        self.headers.append(dict(request.headers))
        if request.path == "/away":
            raise web.HTTPFound("http://127.0.0.1:1/elsewhere")
        if request.path == "/held":
            await self.let_go.wait()
        if request.path == "/endless":
            return await self._stream(request, 10_000)
        if request.path == "/packed":
            packed = gzip.compress(bytes(100_000))
            return web.Response(body=packed, headers={"Content-Encoding": "gzip"})
        size = int(request.query.get("size", 5))
        return web.Response(body=bytes(size), status=self.status)

    async def _stream(self, request: web.Request, chunks: int) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            for _ in range(chunks):
                await response.write(bytes(1000))
        except ConnectionResetError:
            pass
        return response


@pytest.fixture
async def files() -> AsyncIterator[FileServer]:
    server = FileServer()
    app = web.Application()
    app.router.add_get("/{path:.*}", server.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    server.let_go.set()
    await runner.cleanup()


async def test_the_bytes_come_as_they_are_without_a_token(files: FileServer) -> None:
    async with Downloads(files.base + "/api/v10") as downloads:
        address = f"{files.base}/a%20b.png?ex=1&is=%2F2&size=7"
        assert await downloads.fetch(address) == bytes(7)
    assert files.asked == ["/a%20b.png?ex=1&is=%2F2&size=7"]
    assert not {"Authorization", "Cookie"} & files.headers[0].keys()


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a.png",
        "http://cdn.discordapp.com/a.png",
        "https://cdn.discordapp.com:8443/a.png",
        "https://cdn.discordapp.com@example.org/a.png",
        "https://cdn.discordapp.com.example.org/a.png",
        "https://169.254.169.254/latest",
        "http://127.0.0.1:1/a.png",
        "file:///etc/passwd",
        "ftp://cdn.discordapp.com/a",
        "//cdn.discordapp.com/a",
        "a.png",
        "https://[",
        "",
    ],
)
async def test_only_the_file_servers_of_discord_are_asked(address: str) -> None:
    async with Downloads() as downloads:
        with pytest.raises(Refused):
            await downloads.fetch(address)


async def test_discords_file_servers_may_be_asked_unless_another_api_is_set() -> None:
    address = "https://cdn.discordapp.com/attachments/1/2/a.png?ex=1"
    assert Downloads()._allowed(address).host == "cdn.discordapp.com"
    assert Downloads()._allowed("https://media.discordapp.net/a.png").path == "/a.png"
    with pytest.raises(Refused):
        Downloads("http://127.0.0.1:1/api")._allowed(address)


async def test_redirects_are_not_followed(files: FileServer) -> None:
    async with Downloads(files.base) as downloads:
        with pytest.raises(Refused, match="HTTP 302"):
            await downloads.fetch(f"{files.base}/away")


async def test_a_body_larger_than_promised_is_cut_off(files: FileServer) -> None:
    async with Downloads(files.base, largest=1000) as downloads:
        assert len(await downloads.fetch(f"{files.base}/?size=1000")) == 1000
        for path in ("/?size=1001", "/endless"):
            with pytest.raises(Refused, match="larger than 1000 bytes"):
                await downloads.fetch(files.base + path)
        # The session is none the worse for it.
        assert len(await downloads.fetch(f"{files.base}/?size=3")) == 3


async def test_a_compressed_body_is_not_unpacked(files: FileServer) -> None:
    async with Downloads(files.base, largest=1000) as downloads:
        assert (await downloads.fetch(f"{files.base}/packed"))[:2] == b"\x1f\x8b"


async def test_a_slow_server_is_given_up(files: FileServer) -> None:
    async with Downloads(files.base, patience=0.2) as downloads:
        with pytest.raises(Unreachable, match="TimeoutError"):
            await downloads.fetch(f"{files.base}/held")


async def test_a_server_that_fails_again_and_again_is_left_in_peace(files: FileServer) -> None:
    async with Downloads(files.base) as downloads:
        files.status = 404
        for _ in range(20):
            with pytest.raises(Refused, match="HTTP 404"):
                await downloads.fetch(f"{files.base}/gone.png")
        files.status, before = 503, len(files.asked)
        for _ in range(20):
            with pytest.raises(Unreachable):
                await downloads.fetch(f"{files.base}/a.png")
    assert len(files.asked) - before == 5


async def test_downloads_must_be_entered() -> None:
    with pytest.raises(RuntimeError, match="entered"):
        await Downloads("http://127.0.0.1:1").fetch("http://127.0.0.1:1/a.png")


# Verdicts


def said(shares: dict[Emotion, float], model: str = "words@1", valence: float = 0.0) -> Prediction:
    return Prediction.of(shares, valence=valence, language="ko", model=model)


def everything(**known: float) -> dict[Emotion, float]:
    rest = (1 - sum(known.values())) / (len(EMOTIONS) - len(known))
    return {emotion: known.get(str(emotion), rest) for emotion in EMOTIONS}


def test_with_the_same_classes_the_verdicts_are_mixed() -> None:
    words = said(everything(joy=0.9), valence=0.9)
    shown = said(everything(sadness=0.8), "vit@1", valence=-0.6)
    both = joined(words, shown)
    for emotion in EMOTIONS:
        expected = WORDS * words.as_mapping()[emotion] + (1 - WORDS) * shown.as_mapping()[emotion]
        assert both.as_mapping()[emotion] == pytest.approx(expected)
    assert both.valence == pytest.approx(0.4)
    assert (both.model, both.language) == ("words@1+vit@1", "ko")


def test_a_class_that_pictures_cannot_show_keeps_its_share() -> None:
    words = said(everything(hurt=0.5, joy=0.3))
    shown = said({Emotion.JOY: 0.1, Emotion.SADNESS: 0.9}, "vit@1")
    both, before = joined(words, shown).as_mapping(), words.as_mapping()
    for emotion in set(EMOTIONS) - {Emotion.JOY, Emotion.SADNESS}:
        assert both[emotion] == before[emotion]
    assert both[Emotion.SADNESS] > before[Emotion.SADNESS]
    assert sum(both.values()) == pytest.approx(1)


def test_a_class_that_words_cannot_say_is_not_made_up() -> None:
    words = said({Emotion.JOY: 0.5, Emotion.SADNESS: 0.5})
    shown = said({Emotion.JOY: 0.2, Emotion.ANGER: 0.8}, "vit@1")
    both = joined(words, shown)
    assert both.labels == words.labels
    assert both.as_mapping() == pytest.approx(words.as_mapping())
    anger = said({Emotion.ANGER: 1.0}, "vit@1")
    assert joined(words, anger).as_mapping() == words.as_mapping()


def test_sentiments_on_either_side() -> None:
    feelings, mood = said(everything(joy=0.9), valence=0.8), said({}, "vit@1", valence=-1)
    assert joined(feelings, mood).as_mapping() == pytest.approx(feelings.as_mapping())
    assert joined(feelings, mood).valence == pytest.approx(0.2)
    assert joined(mood, feelings).as_mapping() == feelings.as_mapping()
    assert all(math.isnan(each) for each in joined(mood, mood).probabilities)


def test_without_words_the_pictures_decide() -> None:
    shown = said({Emotion.JOY: 1.0}, "vit@1")
    assert joined(None, shown) is shown


def test_several_pictures_count_alike() -> None:
    mean = mean_of([said({Emotion.JOY: share, Emotion.FEAR: 1 - share}) for share in (1, 0.4, 0.1)])
    assert mean.as_mapping() == pytest.approx({Emotion.FEAR: 0.5, Emotion.JOY: 0.5})
    assert mean_of([said({}, valence=1), said({}, valence=-0.5)]).valence == 0.25


# The viewer


class Frame:
    """An image classifier that reads every file as joy, and can be held or broken."""

    def __init__(self) -> None:
        self.info = ModelInfo("frame", "1", (), max_batch=2)
        self.batches: list[int] = []
        self.broken = False

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def classify(self, images: Sequence[bytes]) -> Sequence[Prediction | None]:
        self.batches.append(len(images))
        if self.broken:
            raise ClassificationFailed("the frame is broken")
        joy = {Emotion.JOY: 1.0}
        return [said(joy, "frame@1", VALENCES[Emotion.JOY]) for _ in images]


@asynccontextmanager
async def viewing(
    files: FileServer, patience: float = 5
) -> AsyncIterator[tuple[PictureViewer, Frame]]:
    async with Downloads(files.base) as downloads:
        frame = Frame()
        yield PictureViewer(frame, downloads, patience=patience), frame


def shown_by(files: FileServer, number: int, *paths: str) -> Incoming:
    pictures = tuple(Picture(files.base + path, 5) for path in paths)
    return Incoming(number, 1, 2, None, number, None, "", pictures)


async def test_messages_without_pictures_are_handed_back(files: FileServer) -> None:
    words = said({Emotion.FEAR: 1.0})
    async with viewing(files) as (viewer, frame):
        items = [shown_by(files, 1), shown_by(files, 2)]
        assert await viewer.added(items, [words, None], lambda _: True) == [words, None]
    assert frame.batches == []


async def test_batches_are_no_larger_than_the_model_takes(files: FileServer) -> None:
    async with viewing(files) as (viewer, frame):
        item = shown_by(files, 1, "/1", "/2", "/3")
        (judged,) = await viewer.added([item], [None], lambda _: True)
    assert judged is not None
    assert judged.label is Emotion.JOY
    assert frame.batches == [2, 1]


async def test_who_opts_out_meanwhile_is_not_looked_at(files: FileServer) -> None:
    refused: set[int] = set()
    async with viewing(files) as (viewer, _):
        items = [shown_by(files, number, f"/held?{number}") for number in range(6)]
        adding = asyncio.create_task(
            viewer.added(items, [None] * 6, lambda item: item.user_id not in refused)
        )
        while len(files.asked) < 4:
            await asyncio.sleep(0.01)
        refused.update({4, 5})
        files.let_go.set()
        judged = await adding
    assert [each is None for each in judged] == [False] * 4 + [True] * 2
    assert len(files.asked) == 4


async def test_what_takes_too_long_is_left_out_and_the_rest_counts(files: FileServer) -> None:
    async with viewing(files, patience=2) as (viewer, _):
        items = [shown_by(files, 1, "/held"), shown_by(files, 2, "/quick")]
        judged = await viewer.added(items, [None, None], lambda _: True)
    assert [each is None for each in judged] == [True, False]


async def test_a_model_that_fails_leaves_the_words_alone(files: FileServer) -> None:
    words = said({Emotion.FEAR: 1.0})
    async with viewing(files) as (viewer, frame):
        frame.broken = True
        item = shown_by(files, 1, "/1")
        assert await viewer.added([item], [words], lambda _: True) == [words]


async def test_a_stop_ends_what_is_under_way(files: FileServer) -> None:
    async with viewing(files) as (viewer, frame):
        adding = asyncio.create_task(
            viewer.added([shown_by(files, 1, "/held")], [None], lambda _: True)
        )
        while not files.asked:
            await asyncio.sleep(0.01)
        adding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await adding
        files.let_go.set()
        await asyncio.sleep(0.1)
    assert frame.batches == []
