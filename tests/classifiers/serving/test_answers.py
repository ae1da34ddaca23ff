"""What the server answers: TEI's shape, our own shape, and what is known of the model."""

from __future__ import annotations

import math
from importlib.metadata import version
from typing import Any

import pytest

from classifiers.classifier import load
from classifiers.emotion import EMOTIONS
from tests.classifiers.serving.running import Client, Gated, Polar, served
from tests.support.parrot import Parrot

TEXTS = ["정말 행복해", "화나 죽겠네", "just a table", "I am so sad today ㅠㅠ"]


async def predicted(client: Client, inputs: Any, **more: Any) -> Any:
    status, answer = await client.post("/predict", {"inputs": inputs, **more})
    assert status == 200, answer
    return answer


async def classified(client: Client, texts: list[str], **more: Any) -> list[dict[str, Any]]:
    status, answer = await client.post("/classify", {"texts": texts, **more})
    assert status == 200, answer
    return answer["predictions"]  # type: ignore[index, call-overload, no-any-return]


async def test_one_text_gives_one_list_with_the_most_probable_label_first() -> None:
    async with served(Gated()) as client:
        answer = await predicted(client, "so much joy")
    assert answer[0] == {"label": "joy", "score": 0.6}
    assert {each["label"] for each in answer} == set(EMOTIONS)
    assert [each["score"] for each in answer[1:]] == [0.05] * 8


async def test_lists_give_lists_in_the_same_order() -> None:
    async with served(Gated()) as client:
        flat = await predicted(client, ["anger", "joy", "fear"])
        wrapped = await predicted(client, [["anger"], ["joy"], ["fear"]])
        alone = await predicted(client, ["hurt"])
    assert [each[0]["label"] for each in flat] == ["anger", "joy", "fear"]
    assert wrapped == flat
    assert len(alone) == 1
    assert alone[0][0]["label"] == "hurt"


async def test_a_softmax_of_raw_scores_gives_the_probabilities_back() -> None:
    async with served(Gated()) as client:
        raw = await predicted(client, "joy", raw_scores=True)
        plain = await predicted(client, "joy")
    powers = [math.exp(each["score"]) for each in raw]
    assert [each["label"] for each in raw] == [each["label"] for each in plain]
    assert [power / sum(powers) for power in powers] == pytest.approx(
        [each["score"] for each in plain], abs=1e-5
    )


async def test_a_long_text_is_cut_where_the_request_says_so() -> None:
    gated = Gated()
    text = "joy" + "." * 99_994 + "sad"
    async with served(gated) as client:
        await predicted(client, text, truncate=True)
        await predicted(client, text, truncate=True, truncation_direction="Left")
    (right,), (left,) = gated.seen
    assert (len(right), right[:3]) == (10_000, "joy")
    assert (len(left), left[-3:]) == (10_000, "sad")


async def test_a_model_of_sentiments_answers_with_the_three_of_them() -> None:
    async with served(Polar()) as client:
        scores = await predicted(client, "-0.7")
        (own,) = await classified(client, ["-0.7"])
        _, info = await client.get("/info")
    assert scores == [
        {"label": "negative", "score": 0.7},
        {"label": "neutral", "score": 0.3},
        {"label": "positive", "score": 0.0},
    ]
    assert (own["label"], own["valence"], own["sentiment"]) == (None, -0.7, "negative")
    assert own["probabilities"] == dict.fromkeys(EMOTIONS)
    assert info["model_type"]["classifier"]["label2id"] == {  # type: ignore[call-overload, index]
        "negative": 0,
        "neutral": 1,
        "positive": 2,
    }


async def test_our_own_shape_says_what_the_classifier_says() -> None:
    direct = load("embedded")
    await direct.start()
    expected = await direct.classify(TEXTS)
    await direct.close()
    async with served(load("embedded")) as client:
        verdicts = await classified(client, TEXTS)
        scores = await predicted(client, TEXTS)
    for verdict, prediction, ranked in zip(verdicts, expected, scores, strict=True):
        assert verdict["label"] == prediction.label == ranked[0]["label"]
        assert list(verdict["probabilities"]) == [str(each) for each in EMOTIONS]
        assert list(verdict["probabilities"].values()) == pytest.approx(
            prediction.probabilities, abs=1e-6
        )
        assert {each["label"]: each["score"] for each in ranked} == verdict["probabilities"]
        assert verdict["valence"] == pytest.approx(prediction.valence, abs=1e-6)
        assert (verdict["language"], verdict["model"]) == (prediction.language, prediction.model)
        assert verdict["sentiment"] == prediction.sentiment
        assert "head_probabilities" not in verdict


async def test_a_head_is_added_for_those_who_ask_for_it() -> None:
    async with served(Parrot()) as client:
        status, _ = await client.post("/classify", {"texts": ["joy"], "head": "smell"})
        _, info = await client.get("/info")
    assert status == 422
    assert info["heads"]["taste"] == {  # type: ignore[call-overload, index]
        "labels": ["bitter", "sweet", "sour"],
        "multi_label": False,
    }
    async with served(load("embedded")) as client:
        verdicts = await classified(client, ["이 영화 최고예요", "돈이 아깝다"], head="nsmc")
    assert [
        max(each["head_probabilities"], key=each["head_probabilities"].get) for each in verdicts
    ] == ["positive", "negative"]


async def test_info_has_what_clients_of_tei_look_for() -> None:
    async with served(load("embedded")) as client:
        _, info = await client.get("/info")
    assert isinstance(info, dict)
    assert (info["model_id"], info["model"]) == ("embedded", f"embedded@{info['model_sha']}")
    assert list(info["model_type"]["classifier"]["id2label"].values()) == list(EMOTIONS)
    assert info["max_client_batch_size"] == 256
    assert info["max_concurrent_requests"] == 4096
    assert info["version"] == version("nunchi-bot")


async def test_unknown_keys_are_ignored_in_teis_shape_and_refused_in_ours() -> None:
    async with served(Gated()) as client:
        await predicted(client, "joy", parameters={})
        status, answer = await client.post("/classify", {"texts": ["joy"], "heads": "nsmc"})
    assert status == 422
    assert "heads" in answer["error"]  # type: ignore[call-overload, index]
