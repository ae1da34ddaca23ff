"""The bot with another classifier than yesterday, and with one that knows sentiments only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bot.sandbox.messages import Message
from bot.sandbox.server import Sandbox
from classifiers.classifier import load
from classifiers.emotion import EMOTIONS
from reports.period import Week, zone_of
from reports.wording import emotion_name, no_emotions
from tests.support.camp import HAPPY, SAD, Camp, SandboxTime, pitch, same_scores
from tests.support.plugin_package import POLAR, site
from tests.support.running_bot import BotProcess, ago, running, settled, until

HISTORY = "GET /channels/{channel_id}/messages"


@pytest.fixture
async def server():
    async with Sandbox() as running_server:
        yield running_server


@pytest.fixture
async def camp(server, tmp_path, monkeypatch) -> Camp:
    folder = tmp_path / "site"
    folder.mkdir()
    site(folder, monkeypatch).install("nunchi-polar", name="polar", code=POLAR)
    return await pitch(server, tmp_path)


def with_backend(camp: Camp, name: str):
    return camp.settings.model_copy(update={"classifier": name})


async def scores_by(name: str, texts: Sequence[str]) -> tuple[str, dict[str, np.ndarray]]:
    """Return the model of a classifier and what it says of some texts, as it is stored."""
    classifier = load(name)
    await classifier.start()
    try:
        judged = await classifier.classify(texts)
        model = classifier.info.model
    finally:
        await classifier.close()
    pairs = zip(texts, judged, strict=True)
    return model, {
        text: np.array([*each.probabilities, each.valence], np.float32) for text, each in pairs
    }


async def test_changing_the_classifier_loses_no_message(server, camp):
    """Messages come while the bot is down, and while it starts with another classifier."""
    said: list[Message] = []
    names = ("lexicon", "polar", "embedded")
    for round_, name in enumerate(names):
        for number in range(30):
            moment = None if said[30:] else ago(hours=1)
            said.append(await camp.say((HAPPY + SAD)[(round_ + number) % 8], at=moment))
        server.delay(HISTORY, 0.2, times=None)
        async with running(with_backend(camp, name), caught_up=False) as application:
            said += [await camp.say(HAPPY[number % 4]) for number in range(10)]
            server.clear_faults()
            await server.flush()
            await settled(application)
            said += [await camp.say(SAD[number % 4]) for number in range(10)]
            await server.flush()
            await settled(application)

    texts = {message.id: message.content for message in said}
    by_model = dict([await scores_by(name, HAPPY + SAD) for name in names])
    rows = camp.rows("id, model, scores")
    assert [number for number, _, _ in rows] == sorted(texts)
    # The last two seconds before a gap are read, and judged, once more.
    first, _, last = by_model
    assert {first, last} <= {model for _, model, _ in rows} <= set(by_model)
    for number, model, scores in rows:
        assert same_scores(np.frombuffer(scores, "<f4"), by_model[model][texts[number]])


async def test_a_killed_bot_starts_with_another_classifier_and_loses_nothing(camp):
    said = [await camp.say(HAPPY[number % 4], at=ago(hours=1)) for number in range(20)]

    async def nearly_all() -> bool:
        return len(camp.rows()) >= len(said) - 10

    process = BotProcess(with_backend(camp, "lexicon"))
    await process.start()
    try:
        said += [await camp.say(SAD[number % 4]) for number in range(20)]
        await until(nearly_all)
        said += [await camp.say(SAD[number % 4]) for number in range(10)]
    finally:
        await process.kill()
    async with running(with_backend(camp, "polar")) as application:
        await camp.expect(application, said)
    names = {model.partition("@")[0] for (model,) in camp.rows("model")}
    assert names == {"lexicon", "polar"}


@pytest.mark.parametrize(("locale", "language"), [("ko", "ko"), ("en-US", "en")])
async def test_a_classifier_of_sentiments_answers_commands_and_reports(
    server, camp, locale, language
):
    people = [camp.guild.add_member(f"Member {number}") for number in range(6)]
    last = datetime.now(UTC) - timedelta(days=7)
    for person in people:
        for text in (HAPPY[0], SAD[0], HAPPY[1]):
            await camp.guild.say(person, camp.channel, text, at=last)
            await camp.guild.say(person, camp.channel, text, at=ago(hours=1))
    camp.member.locale = locale
    async with running(with_backend(camp, "polar"), SandboxTime(server)) as application:
        read = await camp.guild.run_command(
            camp.member, "analyze text", {"text": "I love this"}, channel=camp.channel
        )
        mood = await camp.guild.run_command(
            camp.member, "mood server", {"days": 30}, channel=camp.channel
        )
        week = Week.of(last, zone_of("UTC"))
        rendered = await application.services.reporter.render(camp.guild.id, week, language)
    assert "+0.75" in read.text
    assert "polar@3" in read.text
    assert "+0.33" in mood.text
    assert rendered.report.mood is not None
    assert rendered.report.mood.value == pytest.approx(1 / 3, abs=0.001)
    names = {card.name.rpartition("-")[2] for card in rendered.cards}
    assert "mood.png" in names
    assert names.isdisjoint({"mix.png", "usual.png"}), "these are of emotions"
    assert all(len(card.png) > 10_000 for card in rendered.cards)
    for text in (read.text, mood.text, rendered.text):
        assert no_emotions(language) in text
        for emotion in EMOTIONS:
            assert emotion_name(emotion, language) not in text
