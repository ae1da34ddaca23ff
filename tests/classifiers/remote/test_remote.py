"""A model on another machine: real HTTP on loopback, real protocols, and real trouble."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web

from bot.judge import Judge
from classifiers.classifier import Classifier, load
from classifiers.emotion import Emotion
from classifiers.errors import (
    BackendAway,
    BackendUnavailable,
    ClassificationFailed,
    InvalidOption,
    UnknownBackend,
)
from classifiers.label_maps import LabelMapError
from classifiers.remote import create
from tests.support.inference_servers import (
    LABELS,
    Moments,
    OpenInferenceServer,
    Server,
    TeiServer,
    VllmServer,
)

HAPPY, SAD, ANGRY, PLAIN = "so happy today", "너무 슬프다", "I hate this", "see you at nine"
TEXTS = [HAPPY, SAD, ANGRY, PLAIN]
EXPECTED = [Emotion.JOY, Emotion.SADNESS, Emotion.ANGER, Emotion.NEUTRAL]
KEY = "sk-this-must-never-be-seen"


@pytest.fixture
async def tei() -> AsyncIterator[TeiServer]:
    async with running(TeiServer()) as server:
        yield server


@asynccontextmanager
async def running(server: Any) -> AsyncIterator[Any]:
    await server.start()
    yield server
    await server.stop()


@asynccontextmanager
async def backend(
    server: Server, moments: Moments | None = None, **options: str
) -> AsyncIterator[Classifier]:
    given = {"url": server.url, "fallback": "none", **options}
    classifier = create(given, (moments or Moments()).timing)
    await classifier.start()
    try:
        yield classifier
    finally:
        await classifier.close()


def answering(status: int, times: int = 10**9, body: str = "", **headers: str) -> Any:
    """Make a trouble: so many requests are answered like this."""
    left = iter(range(times))

    async def trouble(request: web.Request) -> web.Response | None:
        if next(left, None) is None:
            return None
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=body, headers=named)

    return trouble


def posts(server: Server) -> int:
    return len(server.asked("/predict"))


# The protocols


async def test_tei_is_understood(tei):
    async with backend(tei) as classifier:
        verdicts = await classifier.classify(TEXTS)
        assert [verdict.label for verdict in verdicts] == EXPECTED
        assert [verdict.language for verdict in verdicts] == ["en", "ko", "en", "en"]
        assert verdicts[0].as_mapping()[Emotion.JOY] == pytest.approx(0.948, abs=0.001)
        assert verdicts[0].labels == (
            Emotion.ANGER,
            Emotion.JOY,
            Emotion.SADNESS,
            Emotion.NEUTRAL,
        )
        (asked,) = tei.asked("/predict")
        assert asked == {"inputs": [[text] for text in TEXTS], "raw_scores": True, "truncate": True}
        assert classifier.info.model.startswith("remote@nunchi/tiny-moods:58b6c5b44a7a+")
        assert {verdict.model for verdict in verdicts} == {classifier.info.model}
        assert classifier.info.labels == verdicts[0].labels


async def test_two_texts_are_no_pair(tei):
    async with backend(tei) as classifier:
        verdicts = await classifier.classify([HAPPY, SAD])
    assert [verdict.label for verdict in verdicts] == EXPECTED[:2]


async def test_scores_of_the_server_itself_can_be_taken(tei):
    async with backend(tei, scores="probabilities") as classifier:
        (verdict,) = await classifier.classify([HAPPY])
        assert tei.asked("/predict")[0]["raw_scores"] is False
    async with backend(tei) as classifier:
        (raw,) = await classifier.classify([HAPPY])
    assert verdict.probabilities == pytest.approx(raw.probabilities, nan_ok=True)
    assert verdict.model != raw.model


async def test_a_multi_label_model_gets_a_sigmoid():
    async with running(TeiServer()) as server, backend(server, multi_label="yes") as classifier:
        verdicts = await classifier.classify(TEXTS)
        assert [verdict.label for verdict in verdicts] == EXPECTED
        # sigmoid(4) against three sigmoid(0)
        assert verdicts[0].as_mapping()[Emotion.JOY] == pytest.approx(0.982 / 2.482, abs=0.001)


async def test_labels_that_no_map_knows_are_not_guessed():
    async with running(TeiServer(("good", "bad", "worse", "neutral"))) as server:
        with pytest.raises(LabelMapError, match="choose a map"):
            async with backend(server, fallback="embedded"):
                pass
    with pytest.raises(InvalidOption, match="different names"):
        create({"url": "http://127.0.0.1", "labels": "joy,joy"})


async def test_numbered_labels_are_named_by_an_option():
    numbered = tuple(f"LABEL_{index}" for index in range(4))
    async with running(TeiServer(numbered)) as server:
        with pytest.raises(LabelMapError, match="choose a map"):
            async with backend(server):
                pass
        async with backend(server, labels=",".join(LABELS)) as classifier:
            verdicts = await classifier.classify(TEXTS)
            assert [verdict.label for verdict in verdicts] == EXPECTED
        with pytest.raises(LabelMapError, match="4 labels"):
            async with backend(server, labels="joy,sadness"):
                pass


async def test_a_label_map_of_ones_own(tei, tmp_path):
    path = tmp_path / "map.json"
    table = {"joy": "positive", "sadness": "negative", "anger": "negative", "neutral": "neutral"}
    path.write_text(json.dumps(table))
    async with backend(tei, map=str(path)) as classifier:
        happy, sad, *_ = await classifier.classify(TEXTS)
        assert happy.labels == ()
        assert happy.valence > 0.8
        assert sad.valence < -0.8
        assert str(tmp_path) not in happy.model
    with pytest.raises(LabelMapError, match="no label map is called"):
        async with backend(tei, map="nosuchmap"):
            pass


@pytest.mark.parametrize(("kind", "columns"), [("FP32", False), ("FP32", True), ("BYTES", False)])
async def test_open_inference_is_understood(kind, columns):
    options = {"protocol": "openinference", "model": "mood", "labels": ",".join(LABELS)}
    async with (
        running(OpenInferenceServer(kind, columns)) as server,
        backend(server, **options) as classifier,
    ):
        verdicts = await classifier.classify(TEXTS)
        assert [verdict.label for verdict in verdicts] == EXPECTED
        assert classifier.info.model.startswith("remote@mood:3+")
        server.version = "4"
        (verdict,) = await classifier.classify([HAPPY])
        assert verdict.model.startswith("remote@mood:4+")


async def test_logits_are_not_taken_for_probabilities():
    async def logits(request: web.Request) -> web.Response | None:
        if request.method == "GET":
            return None
        output = {"name": "scores", "datatype": "FP32", "shape": [1, 4], "data": [4, 0, 0, 0]}
        return web.json_response({"model_name": "mood", "outputs": [output]})

    options = {"protocol": "openinference", "model": "mood", "labels": ",".join(LABELS)}
    async with running(OpenInferenceServer()) as server:
        server.trouble = logits
        async with backend(server, **options) as classifier:
            with pytest.raises(ClassificationFailed, match="scores=raw"):
                await classifier.classify([HAPPY])
        async with backend(server, scores="raw", **options) as classifier:
            (verdict,) = await classifier.classify([HAPPY])
            assert verdict.label is Emotion.JOY


async def test_vllm_is_understood_in_any_order():
    options = {"protocol": "vllm", "labels": ",".join(LABELS)}
    async with running(VllmServer()) as server:
        async with backend(server, **options) as classifier:
            verdicts = await classifier.classify(TEXTS)
            assert [verdict.label for verdict in verdicts] == EXPECTED
            assert classifier.info.model.startswith("remote@nunchi/tiny-moods+")
        async with backend(server, protocol="vllm", labels="sadness,joy,anger,neutral") as other:
            with pytest.raises(ClassificationFailed, match="another order"):
                await other.classify([HAPPY])
    with pytest.raises(InvalidOption, match="labels="):
        create({"url": "http://127.0.0.1:1", "protocol": "vllm"})


async def test_a_server_that_tells_nothing_of_its_model_is_used_all_the_same(tei):
    async def no_info(request: web.Request) -> web.Response | None:
        return web.Response(status=404) if request.path == "/info" else None

    tei.trouble = no_info
    async with backend(tei) as classifier:
        verdicts = await classifier.classify(TEXTS)
        assert [verdict.label for verdict in verdicts] == EXPECTED
        assert f"127.0.0.1:{tei.port}" in verdicts[0].model


async def test_it_loads_by_its_name(tei):
    classifier = load(f"remote?url={quote(tei.url)}&fallback=lexicon")
    await classifier.start()
    try:
        assert [each.label for each in await classifier.classify(TEXTS)] == EXPECTED
    finally:
        await classifier.close()
        await classifier.close()


# Batches


async def test_batches_keep_to_the_servers_limit_and_to_the_order():
    async with running(TeiServer(max_batch=5)) as server, backend(server) as classifier:
        assert classifier.info.max_batch == 5
        verdicts = await classifier.classify(TEXTS * 3)
        assert [verdict.label for verdict in verdicts] == EXPECTED * 3
        assert [len(asked["inputs"]) for asked in server.asked("/predict")] == [5, 5, 2]
        assert len(server.connections) == 1


async def test_a_batch_that_is_too_large_is_halved_and_the_size_remembered(tei):
    async with backend(tei) as classifier:
        tei.max_batch = 3
        verdicts = await classifier.classify(TEXTS * 2)
        assert [verdict.label for verdict in verdicts] == EXPECTED * 2
        assert [len(asked["inputs"]) for asked in tei.asked("/predict")] == [8, 4, 2, 2, 4, 2, 2]
        tei.seen.clear()
        await classifier.classify(TEXTS)
        assert [len(asked["inputs"]) for asked in tei.asked("/predict")] == [2, 2]


async def test_a_text_that_is_refused_goes_alone_to_the_fallback(tei):
    tei.poison = "poison"
    texts = [HAPPY, "poison", SAD, PLAIN]
    async with backend(tei, fallback="embedded") as classifier:
        verdicts = await classifier.classify(texts)
        names = [verdict.model.partition("@")[0] for verdict in verdicts]
        assert names == ["remote", "embedded", "remote", "remote"]
        assert verdicts[0].label is Emotion.JOY
    async with backend(tei) as classifier:
        with pytest.raises(ClassificationFailed, match="422") as refusal:
            await classifier.classify(texts)
        assert not isinstance(refusal.value, BackendAway)
        judged = await Judge(classifier, first_pause=0.001).predictions(texts)
        assert [verdict is None for verdict in judged] == [False, True, False, False]


async def test_nothing_empty_huge_or_odd_fails(tei):
    async with backend(tei) as classifier:
        assert await classifier.classify([]) == []
        assert posts(tei) == 0
        odd = ["", " ", "\x00", "\ud800", "a" * 100_000, "ㅋ" * 5000, "<@123456789012345678> happy"]
        assert len(await classifier.classify(odd)) == 7
        sent = [text for (text,) in tei.asked("/predict")[0]["inputs"]]
        assert max(map(len, sent)) <= 4000
        assert sent[-1] == "happy"


async def test_a_body_that_would_be_too_long_is_halved(tei):
    tei.max_batch = 512
    long = [" ".join(f"{n * 7919 % 100_003:05d}{chr(0x1F300 + n % 60)}" for n in range(560))] * 200
    async with backend(tei, batch="512") as classifier:
        assert len(await classifier.classify(long)) == 200
    sizes = [len(asked["inputs"]) for asked in tei.asked("/predict")]
    assert sum(sizes) == 200
    assert len(sizes) > 1


async def test_the_loop_is_free_while_a_server_thinks(tei):
    async def slow(request: web.Request) -> None:
        await asyncio.sleep(0.05)

    tei.trouble = slow
    async with backend(tei) as classifier:
        tei.connections.clear()
        many = await asyncio.gather(*(classifier.classify([text]) for text in TEXTS))
        assert [verdict.label for (verdict,) in many] == EXPECTED
        assert len(tei.connections) > 1


# Trouble


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_what_passes_is_tried_again(tei, status):
    moments = Moments()
    async with backend(tei, moments) as classifier:
        tei.trouble = answering(status, 2)
        verdicts = await classifier.classify(TEXTS)
        assert [verdict.label for verdict in verdicts] == EXPECTED
        assert posts(tei) == 3
        assert moments.slept == pytest.approx([0.15, 0.3])


@pytest.mark.parametrize("status", [301, 401, 403, 404, 424, 500])
async def test_what_does_not_pass_is_not_tried_again(tei, status):
    async with backend(tei) as classifier:
        tei.trouble = answering(status, Location="http://127.0.0.1:9/elsewhere")
        with pytest.raises(BackendAway, match=f"HTTP {status}"):
            await classifier.classify(TEXTS)
        assert posts(tei) == 1


async def test_retry_after_is_kept_to(tei):
    moments = Moments()
    async with backend(tei, moments) as classifier:
        tei.trouble = answering(429, 1, Retry_After="3")
        await classifier.classify(TEXTS)
        assert moments.slept == [3]
        tei.trouble = answering(429, 1, Retry_After="Fri, 20 Nov 2020 12:00:00 GMT")
        await classifier.classify(TEXTS)
        assert moments.slept == [3, 0]
        tei.trouble = answering(429, 1, Retry_After="soon")
        await classifier.classify(TEXTS)
        assert moments.slept == pytest.approx([3, 0, 0.15])


async def test_a_server_that_asks_for_a_long_time_gets_it(tei):
    moments = Moments()
    async with backend(tei, moments) as classifier:
        tei.trouble = answering(429, 1, Retry_After="600")
        with pytest.raises(BackendAway, match="429"):
            await classifier.classify(TEXTS)
        before = len(tei.seen)
        moments.at += 599
        with pytest.raises(BackendAway, match="tried again in a while"):
            await classifier.classify(TEXTS)
        assert len(tei.seen) == before
        moments.at += 2
        assert len(await classifier.classify(TEXTS)) == 4


async def test_a_date_in_retry_after_is_understood(tei):
    async with backend(tei) as classifier:
        later = datetime.now(UTC) + timedelta(hours=1)
        tei.trouble = answering(503, 1, Retry_After=later.strftime("%a, %d %b %Y %H:%M:%S GMT"))
        with pytest.raises(BackendAway, match="503"):
            await classifier.classify(TEXTS)
        assert posts(tei) == 1


async def test_cut_connections_are_tried_again(tei):
    cuts = iter(range(2))

    async def cut(request: web.Request) -> web.StreamResponse | None:
        if next(cuts, None) is None:
            return None
        assert request.transport is not None
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"[[")
        abort(request.transport)
        return response

    async with backend(tei) as classifier:
        tei.trouble = cut
        verdicts = await classifier.classify(TEXTS)
        assert [verdict.label for verdict in verdicts] == EXPECTED
        assert posts(tei) == 3


def abort(transport: asyncio.BaseTransport) -> None:
    """Reset a connection."""
    plug = transport.get_extra_info("socket")
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: banana\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\noops",
        b"",
    ],
)
async def test_what_is_no_http_is_a_server_that_is_away(said):
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    classifier = create({"url": url, "fallback": "none"}, Moments().timing)
    with pytest.raises(BackendUnavailable, match="name a fallback"):
        await classifier.start()
    server.close()
    await server.wait_closed()


async def test_a_slow_server_is_given_up(tei):
    release = asyncio.Event()

    async def slow(request: web.Request) -> None:
        await release.wait()

    async with backend(tei, timeout="1") as classifier:
        tei.trouble = slow
        with pytest.raises(BackendAway, match="did not answer within 1 s"):
            await classifier.classify(TEXTS)
        assert posts(tei) == 1
        release.set()


GARBAGE = {
    "no JSON": "<html>oh</html>",
    "nothing": "",
    "another shape": '{"label": "joy"}',
    "too few": json.dumps([[{"label": "joy", "score": 1.0}]]),
    "no number": json.dumps([[{"label": "joy", "score": "high"}]] * 4),
    "NaN": "[" + ",".join(['[{"label": "joy", "score": NaN}]'] * 4) + "]",
    "infinite": "[" + ",".join(['[{"label": "joy", "score": 1e999}]'] * 4) + "]",
    "other labels": json.dumps([[{"label": "good", "score": 1.0}]] * 4),
    "uneven labels": json.dumps(
        [[{"label": "joy", "score": 1.0}]] * 3 + [[{"label": "anger", "score": 1.0}]]
    ),
    "deep": "[" * 100_000,
    "endless": " " * 3_000_000,
}


@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE.keys())
async def test_garbage_fails_the_batch_and_counts(tei, body):
    moments = Moments()
    async with backend(tei, moments, failures="2", fallback="embedded") as classifier:
        tei.trouble = answering(200, 10**9, body)
        for _ in range(4):
            verdicts = await classifier.classify(TEXTS)
            assert {verdict.model.partition("@")[0] for verdict in verdicts} == {"embedded"}
        asked = len(tei.seen)
        assert asked < 5
        tei.trouble = None
        moments.at += 11
        assert [each.label for each in await classifier.classify(TEXTS)] == EXPECTED


async def test_garbage_without_a_fallback_is_an_error(tei):
    async with backend(tei) as classifier:
        tei.trouble = answering(200, body='{"secret words of the server": 1}')
        with pytest.raises(ClassificationFailed, match="its protocol promises") as failure:
            await classifier.classify(TEXTS)
        assert "secret words" not in str(failure.value)


async def test_an_answer_is_read_up_to_a_limit(tei):
    honest = [tei.scores(text, True) for text in TEXTS]
    async with backend(tei) as classifier:
        tei.trouble = answering(200, 1, json.dumps(honest) + " " * 1_000_000)
        assert [each.label for each in await classifier.classify(TEXTS)] == EXPECTED
        tei.trouble = answering(200, 1, json.dumps(honest) + " " * 3_000_000)
        with pytest.raises(ClassificationFailed, match="longer than"):
            await classifier.classify(TEXTS)


async def test_a_server_that_refuses_everything_is_left_in_peace(tei):
    async with backend(tei, fallback="embedded", failures="3") as classifier:
        tei.trouble = answering(422)
        for _ in range(5):
            verdicts = await classifier.classify(TEXTS)
            assert {verdict.model.partition("@")[0] for verdict in verdicts} == {"embedded"}
        assert posts(tei) < 8


async def test_the_breaker_opens_the_fallback_answers_and_the_return_is_noticed(tei, caplog):
    moments = Moments()
    with caplog.at_level(logging.INFO):
        async with backend(tei, moments, fallback="embedded", failures="3") as classifier:
            await tei.stop()
            for _ in range(5):
                verdicts = await classifier.classify(TEXTS)
                assert {verdict.model.partition("@")[0] for verdict in verdicts} == {"embedded"}
            tei.seen.clear()
            await tei.start()
            # Still left in peace, then one trial.
            assert (await classifier.classify([HAPPY]))[0].model.startswith("embedded@")
            assert tei.seen == []
            moments.at += 10.1
            verdicts = await classifier.classify(TEXTS)
            assert [verdict.label for verdict in verdicts] == EXPECTED
            assert verdicts[0].model.startswith("remote@nunchi/tiny-moods:")
    told = [record.message for record in caplog.records if record.name.endswith("standby")]
    assert len(told) == 2
    assert "embedded@" in told[0]
    assert "remote answers again" in told[1]


async def test_trials_that_fail_come_less_and_less_often(tei):
    moments = Moments()
    async with backend(tei, moments, failures="1", retries="0") as classifier:
        tei.trouble = answering(500)
        trials = []
        for _ in range(700):
            before = len(tei.seen)
            with pytest.raises(BackendAway):
                await classifier.classify([HAPPY])
            if len(tei.seen) > before:
                trials.append(moments.at)
            moments.at += 1
        pauses = [round(after - before) for before, after in pairwise(trials)]
        assert pauses == [10, 20, 40, 80, 120, 120, 120, 120]


async def test_only_one_request_tries_a_server_that_was_away(tei):
    moments = Moments()
    async with backend(tei, moments, failures="1", fallback="embedded") as classifier:
        tei.trouble = answering(500)
        await classifier.classify(TEXTS)
        entered, release = asyncio.Event(), asyncio.Event()

        async def slow(request: web.Request) -> None:
            entered.set()
            await release.wait()

        tei.trouble = slow
        tei.seen.clear()
        moments.at += 11
        trial = asyncio.create_task(classifier.classify(TEXTS))
        await entered.wait()
        others = await asyncio.gather(*(classifier.classify([HAPPY]) for _ in range(5)))
        assert all(verdict.model.startswith("embedded@") for (verdict,) in others)
        assert len(tei.seen) == 1
        release.set()
        assert [verdict.label for verdict in await trial] == EXPECTED


async def test_a_trial_that_is_cancelled_leaves_room_for_the_next(tei):
    moments = Moments()
    async with backend(tei, moments, failures="1") as classifier:
        tei.trouble = answering(500)
        with pytest.raises(BackendAway):
            await classifier.classify(TEXTS)
        entered = asyncio.Event()

        async def hang(request: web.Request) -> None:
            entered.set()
            await asyncio.sleep(60)

        tei.trouble = hang
        moments.at += 11
        trial = asyncio.create_task(classifier.classify(TEXTS))
        await entered.wait()
        trial.cancel()
        with pytest.raises(asyncio.CancelledError):
            await trial
        tei.trouble = None
        assert [verdict.label for verdict in await classifier.classify(TEXTS)] == EXPECTED


async def test_a_server_that_comes_back_with_another_model_is_asked_again(tei):
    moments = Moments()
    async with backend(tei, moments) as classifier:
        before = classifier.info.version
        tei.trouble = answering(500, 1)
        with pytest.raises(BackendAway):
            await classifier.classify(TEXTS)
        tei.sha = "0123456789abcdef"
        (verdict, *_) = await classifier.classify(TEXTS)
        assert verdict.model.startswith("remote@nunchi/tiny-moods:0123456789ab+")
        assert classifier.info.version != before
        tei.labels = ("joy", "anger", "sadness", "fear")
        with pytest.raises(ClassificationFailed, match="other labels"):
            await classifier.classify(TEXTS)
        assert len(await classifier.classify(TEXTS)) == 4
        assert Emotion.FEAR in classifier.info.labels


# Start


async def test_a_start_without_the_server_needs_a_fallback(tei, caplog):
    await tei.stop()
    moments = Moments()
    with pytest.raises(BackendUnavailable, match="name a fallback"):
        async with backend(tei):
            pass
    async with backend(tei, moments, fallback="embedded") as classifier:
        assert "embedded@" in caplog.text
        (verdict,) = await classifier.classify([HAPPY])
        assert verdict.model.startswith("embedded@")
        await tei.start()
        moments.at += 11
        verdicts = await classifier.classify(TEXTS)
        assert [verdict.label for verdict in verdicts] == EXPECTED
        assert classifier.info.model == verdicts[0].model


async def test_the_fallback_is_the_embedded_classifier_unless_another_is_named(tei):
    await tei.stop()
    classifier = create({"url": tei.url}, Moments().timing)
    await classifier.start()
    try:
        (verdict,) = await classifier.classify([HAPPY])
        assert verdict.model.startswith("embedded@")
    finally:
        await classifier.close()
    with pytest.raises(UnknownBackend):
        create({"url": tei.url, "fallback": "nosuch"})


async def test_a_map_that_turns_out_wrong_later_keeps_the_fallback(tei, caplog):
    tei.labels = ("LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3")
    await tei.stop()
    moments = Moments()
    async with backend(tei, moments, fallback="embedded") as classifier:
        await tei.start()
        moments.at += 11
        (verdict,) = await classifier.classify([HAPPY])
        assert verdict.model.startswith("embedded@")


async def test_a_model_for_embeddings_is_no_classifier(tei):
    info = {"model_id": "gte", "model_type": {"embedding": {"pooling": "cls"}}}
    tei.trouble = answering(200, 1, json.dumps(info))
    with pytest.raises(BackendUnavailable, match="text classifier"):
        async with backend(tei, fallback="embedded"):
            pass


async def test_it_must_be_started_and_closes_for_good(tei):
    classifier = create({"url": tei.url, "fallback": "none"})
    with pytest.raises(RuntimeError, match="start"):
        await classifier.classify([HAPPY])
    await classifier.start()
    await classifier.close()
    await classifier.close()
    with pytest.raises(RuntimeError, match="start"):
        await classifier.classify([HAPPY])


# Secrets


async def test_the_key_is_sent_and_never_seen(tei, monkeypatch, caplog):
    monkeypatch.setenv("MODEL_KEY", KEY)
    errors = []
    with caplog.at_level(logging.DEBUG):
        async with backend(tei, key_env="MODEL_KEY") as classifier:
            await classifier.classify(TEXTS)
            assert {each["Authorization"] for each in tei.headers} == {f"Bearer {KEY}"}
            for trouble in (
                answering(401, body=f"Incorrect API key provided: {KEY}"),
                answering(400, body=f"Incorrect API key provided: {KEY}"),
                answering(200, body=f'{{"key": "{KEY}"}}'),
                answering(302, Location=f"http://127.0.0.1:9/?key={KEY}"),
            ):
                tei.trouble = trouble
                try:
                    await classifier.classify([HAPPY])
                except ClassificationFailed as error:
                    logging.getLogger("test").exception("it failed")
                    errors.append(repr(error))
    assert len(errors) == 4
    assert "key_env" in errors[0]
    assert KEY not in caplog.text + "".join(errors)
    assert HAPPY not in caplog.text + "".join(errors)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "needs the option url"),
        ({"url": "models.example.org"}, "must be an address"),
        ({"url": "ftp://127.0.0.1"}, "must be an address"),
        ({"url": "http://127.0.0.1:99999"}, "must be an address"),
        ({"url": f"https://me:{KEY}@models.example.org"}, "must not carry"),
        ({"url": f"https://models.example.org/?key={KEY}"}, "must not carry"),
        ({"url": "http://models.example.org"}, "insecure=yes"),
        ({"url": "http://93.184.215.14"}, "insecure=yes"),
        ({"url": "http://[2606:2800:21f::1]/"}, "insecure=yes"),
        ({"url": "http://127.0.0.1", "key_env": KEY}, "name of an environment variable"),
        ({"url": "http://127.0.0.1", "protocol": "grpc"}, "one of tei"),
        ({"url": "http://127.0.0.1", "batch": "0"}, "whole number"),
        ({"url": "http://127.0.0.1", "protocol": "openinference"}, "needs the option model"),
        (
            {"url": "http://127.0.0.1", "protocol": "openinference", "model": "../admin"},
            "names that the server uses",
        ),
        ({"url": "http://127.0.0.1", "fallbak": "lexicon"}, "did you mean fallback"),
    ],
)
def test_wrong_options_are_explained(options, message):
    with pytest.raises(InvalidOption, match=message) as refusal:
        create(options)
    assert KEY not in str(refusal.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://models.example.org/v1",
        "http://localhost:8080",
        "http://[::1]:8080",
        "http://10.0.0.7",
        "http://192.168.1.5:80/base/",
        "http://tei:80",
        "http://box.local",
    ],
)
def test_safe_addresses_are_taken(url):
    create({"url": url, "fallback": "none"})


async def test_a_private_name_that_leads_outside_is_not_followed(tei, monkeypatch):
    async def outside(*args: object) -> list[dict[str, Any]]:
        return [{"hostname": "tei", "host": "93.184.215.14", "port": 80, "family": 2}]

    monkeypatch.setattr("aiohttp.ThreadedResolver.resolve", outside)
    classifier = create({"url": "http://tei:80", "fallback": "none"}, Moments().timing)
    with pytest.raises(BackendUnavailable, match="cannot be reached"):
        await classifier.start()


async def test_a_name_of_this_machine_is_followed(tei):
    async with backend(tei, url=f"http://localhost:{tei.port}/") as classifier:
        assert [each.label for each in await classifier.classify(TEXTS)] == EXPECTED


async def test_a_missing_key_is_told_at_once(monkeypatch):
    monkeypatch.delenv("MODEL_KEY", raising=False)
    with pytest.raises(BackendUnavailable, match="key_env names is not set"):
        create({"url": "http://127.0.0.1", "key_env": "MODEL_KEY"})
    monkeypatch.setenv("MODEL_KEY", "sk-with\nnewline")
    with pytest.raises(BackendUnavailable, match="copied whole"):
        create({"url": "http://127.0.0.1", "key_env": "MODEL_KEY"})


async def test_plain_http_to_anywhere_is_said_aloud(caplog, monkeypatch):
    classifier = create(
        {"url": "http://models.invalid", "insecure": "yes", "fallback": "none"}, Moments().timing
    )
    with pytest.raises(BackendUnavailable):
        await classifier.start()
    assert "unencrypted" in caplog.text


# Through the bot


@pytest.mark.parametrize("fallback", ["none", "embedded"])
async def test_nothing_is_lost_while_the_server_goes_and_comes_back(tei, fallback):
    classifier = create(
        {
            "url": tei.url,
            "fallback": fallback,
            "pause": "0.1",
            "failures": "2",
            "batch": "4",
            "retries": "0",
        }
    )
    await classifier.start()
    judge = Judge(classifier, first_pause=0.005, longest_pause=0.05)
    texts = [TEXTS[n * 7 % 4] for n in range(40)]
    wanted = [EXPECTED[n * 7 % 4] for n in range(40)]
    try:
        before = await judge.predictions(texts)
        await tei.stop()
        away = [asyncio.create_task(judge.predictions(texts)) for _ in range(3)]
        if fallback == "none":
            await asyncio.sleep(0.2)
            assert not any(task.done() for task in away)
        else:
            await asyncio.wait(away)
        await tei.start()
        during = await asyncio.wait_for(asyncio.gather(*away), 90)

        async def back() -> bool:
            (verdict,) = await judge.predictions([HAPPY])
            return verdict is not None and verdict.model.startswith("remote@")

        async with asyncio.timeout(90):
            while not await back():
                await asyncio.sleep(0.02)
        after = await judge.predictions(texts)
    finally:
        await classifier.close()
    for verdicts in (before, after):
        assert [verdict.label for verdict in verdicts] == wanted
    for verdicts in during:
        assert None not in verdicts
        if fallback == "none":
            assert [verdict.label for verdict in verdicts] == wanted
        else:
            assert {verdict.model.partition("@")[0] for verdict in verdicts} == {"embedded"}
