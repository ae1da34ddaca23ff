"""Our own client, the backend ``remote``, against this server: the same verdicts as without."""

from __future__ import annotations

import pytest

from classifiers.classifier import load
from classifiers.errors import BackendUnavailable
from tests.classifiers.serving.running import Polar, served

TEXTS = [
    "정말 행복해",
    "화나 죽겠네 진짜",
    "",
    "the meeting moved to three",
    "I feel so sad and lonely",
    "a" * 5_000,
    "무서워서 잠이 안 와",
    "😀",
] * 10
OPTIONS = "protocol=tei&fallback=none&retries=0"


def address_of(client: object) -> str:
    return str(client.session._base_url).rstrip("/")  # type: ignore[attr-defined]


async def test_the_verdicts_are_those_of_the_backend_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOOR", "open-sesame-1234567890")
    direct = load("embedded")
    async with served(direct, key="open-sesame-1234567890") as client:
        url = address_of(client)
        remote = load(f"remote?url={url}&map=emotions&key_env=DOOR&{OPTIONS}")
        await remote.start()
        assert remote.info.version.startswith(f"embedded:{direct.info.version}")
        judged = await remote.classify(TEXTS)
        # The client sends what a text says, and a stop where it says nothing.
        expected = await direct.classify([text[:4000] or "." for text in TEXTS])
        with pytest.raises(BackendUnavailable):
            await load(f"remote?url={url}&map=emotions&{OPTIONS}").start()
        await remote.close()
    assert [each.label for each in judged] == [each.label for each in expected]
    for mine, theirs in zip(judged, expected, strict=True):
        assert mine.probabilities == pytest.approx(theirs.probabilities, abs=1e-4)


async def test_a_valence_survives_the_way_there_and_back() -> None:
    async with served(Polar()) as client:
        remote = load(f"remote?url={address_of(client)}&map=sentiment&{OPTIONS}")
        await remote.start()
        judged = await remote.classify(["-0.7", "0.25", "0", "1"])
        await remote.close()
    assert [each.valence for each in judged] == pytest.approx([-0.7, 0.25, 0, 1], abs=1e-4)
    assert all(each.label is None for each in judged)
