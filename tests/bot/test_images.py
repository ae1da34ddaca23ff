"""Pictures, end to end: the real client, the loopback Discord and a model that knows colours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from PIL import Image

from bot.application import Application
from bot.pictures import attachments
from bot.sandbox import Channel, Sandbox
from bot.sandbox.messages import Message
from bot.sandbox.rest.router import FILES
from bot.views.buttons import METHOD
from classifiers.emotion import EMOTIONS, Emotion
from tests.support.camp import (
    HAPPY,
    SAD,
    Camp,
    is_classified,
    pitch,
    pitch_beside,
    same_scores,
    stored_scores,
    verdicts,
)
from tests.support.running_bot import monitor, running, settings_for, settled, until
from tests.support.tiny_vit import file_of, make_tiny_vit, picture

FETCH = f"GET {FILES}"
JOY, SADNESS = EMOTIONS.index(Emotion.JOY), EMOTIONS.index(Emotion.SADNESS)
VALENCE = -1


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"vit?model={make_tiny_vit(tmp_path_factory.mktemp('images') / 'colours')}"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running_server:
        running_server.add_guild("Home")
        yield running_server


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def application(
    server: Sandbox, tmp_path_factory: pytest.TempPathFactory, model: str
) -> AsyncIterator[Application]:
    settings = settings_for(server, tmp_path_factory.mktemp("nunchi"), images=model)
    async with running(settings) as it:
        yield it


@pytest_asyncio.fixture(loop_scope="module")
async def camp(application: Application, server: Sandbox) -> Camp:
    return await pitch_beside(application, server)


def fetched(server: Sandbox, *channels: Channel) -> list[str]:
    """Return the paths of the files that were asked for, of some channels."""
    paths = [each.path for each in server.requests if each.route == FETCH]
    return [path for path in paths if int(path.split("/")[3]) in {each.id for each in channels}]


def models(camp: Camp) -> list[str]:
    return [name for (name,) in camp.rows("model")]


async def scores(application: Application, camp: Camp) -> list[np.ndarray]:
    return list((await stored_scores(application.services.store, camp.guild.id)).values())


async def test_a_picture_alone_gets_its_own_verdict(application: Application, camp: Camp) -> None:
    files = [[(f"{name}.png", picture(name))] for name in ("joy", "sadness")]
    messages = [await camp.say("", files=each) for each in files]
    await camp.expect(application, messages)
    glad, sad = await scores(application, camp)
    assert glad[JOY] > 0.9
    assert glad[VALENCE] > 0.8
    assert sad[SADNESS] > 0.9
    assert sad[VALENCE] < -0.5
    assert application.services.pictures is not None
    seen = application.services.pictures.model
    assert seen.startswith("vit@colours-")
    assert models(camp) == [seen, seen]
    assert camp.rows("language") == [("und",), ("und",)]


async def test_words_and_picture_are_joined_and_both_models_named(
    application: Application, camp: Camp
) -> None:
    said = (await verdicts(HAPPY))[HAPPY[1]]
    shown = picture("sadness", "JPEG")
    await camp.expect(
        application,
        [
            await camp.say(HAPPY[1], files=[("rain.jpg", shown)]),
            await camp.say("", files=[("rain.jpg", shown)]),
            await camp.say(HAPPY[1]),
        ],
    )
    both, alone, words = await scores(application, camp)
    assert same_scores(words, said)
    assert both[VALENCE] == pytest.approx(2 / 3 * words[VALENCE] + alone[VALENCE] / 3, abs=1e-5)
    assert words[SADNESS] < both[SADNESS] < alone[SADNESS]
    assert both[:-1].sum() == pytest.approx(1, abs=1e-3)
    assert is_classified(both)
    first, second, third = models(camp)
    assert first == f"{third}+{second}"
    assert third.startswith("embedded@")
    assert camp.rows("language")[0] == ("en",)


async def test_nothing_of_a_picture_is_kept(application: Application, camp: Camp) -> None:
    data = picture("joy", size=(311, 173))
    await camp.expect(application, [await camp.say("", files=[("holiday.png", data)])])
    kept = b"".join(path.read_bytes() for path in camp.settings.data_dir.rglob("*"))
    assert b"holiday" not in kept
    assert data[16:60] not in kept


async def test_several_pictures_count_together_and_the_rest_is_left_out(
    application: Application, camp: Camp
) -> None:
    names = ["joy", "joy", "sadness", "joy", "sadness", "sadness"]
    files = [(f"{index}.png", picture(name)) for index, name in enumerate(names)]
    await camp.expect(application, [await camp.say("", files=files)])
    (row,) = await scores(application, camp)
    assert row[JOY] == pytest.approx(0.75, abs=0.05)
    assert len(fetched(camp.server, camp.channel)) == attachments.MOST


async def test_off_means_that_nothing_is_fetched(tmp_path: Path) -> None:
    async with Sandbox() as server:
        camp = await pitch(server, tmp_path)
        shown = [("joy.png", picture("joy"))]
        early = await camp.say("", files=shown)
        async with running(camp.settings) as application:
            assert application.services.pictures is None
            words = await camp.say(HAPPY[0], files=shown)
            await camp.expect(application, [early, words])
            await words.edit(HAPPY[1])
            await until(lambda: camp.rows("edited")[1] != (None,))
            nothing, happy = await scores(application, camp)
            assert not is_classified(nothing)
            assert same_scores(happy, (await verdicts(HAPPY))[HAPPY[1]])
        assert fetched(server, camp.channel) == []


async def test_of_somebody_who_opted_out_nothing_is_fetched(
    application: Application, camp: Camp
) -> None:
    other = camp.guild.add_member("Bom")
    await application.services.privacy.opt_out(camp.guild.id, camp.member.id)
    await camp.say("", files=[("mine.png", picture("joy"))])
    message = await camp.guild.say(other, camp.channel, "", files=[("theirs.png", picture("joy"))])
    await camp.expect(application, [message])
    assert [path.rpartition("/")[2] for path in fetched(camp.server, camp.channel)] == [
        "theirs.png"
    ]


async def test_other_channels_and_other_files_are_left_alone(
    application: Application, camp: Camp
) -> None:
    elsewhere = camp.guild.add_channel("elsewhere")
    await camp.say("", elsewhere, files=[("joy.png", picture("joy"))])
    message = await camp.say(
        HAPPY[0], files=[("notes.txt", b"hello"), ("song.ogg", b"OggS"), ("a.svg", b"<svg/>")]
    )
    await camp.expect(application, [message])
    assert fetched(camp.server, camp.channel, elsewhere) == []


BROKEN = {
    "no picture": b"\x89PNG\r\n\x1a\nhello",
    "cut off": picture("sadness", "JPEG", (300, 300))[:700],
    "a page": b"<html>Sorry</html>",
    "empty": b"",
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
async def test_a_broken_picture_leaves_the_words_alone(
    application: Application, camp: Camp, data: bytes
) -> None:
    messages = [
        await camp.say(SAD[1], files=[("broken.png", data)]),
        await camp.say("", files=[("broken.png", data)]),
        await camp.say(SAD[1], files=[("broken.png", data), ("fine.png", picture("joy"))]),
    ]
    await camp.expect(application, messages)
    words, nothing, both = await scores(application, camp)
    assert same_scores(words, (await verdicts(SAD))[SAD[1]])
    assert not is_classified(nothing)
    assert both[VALENCE] > words[VALENCE]


async def test_too_large_a_picture_is_not_even_asked_for(
    application: Application, camp: Camp, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = picture("joy", "BMP", (200, 200))
    monkeypatch.setattr(attachments, "LARGEST", len(data) - 1)
    message = await camp.say(SAD[1], files=[("large.png", data)])
    await camp.expect(application, [message])
    assert fetched(camp.server, camp.channel) == []
    assert same_scores((await scores(application, camp))[0], (await verdicts(SAD))[SAD[1]])


async def test_too_many_pixels_leave_the_words_alone(application: Application, camp: Camp) -> None:
    data = file_of(Image.new("1", (6000, 6000)))
    assert len(data) < 10_000
    await camp.expect(application, [await camp.say(SAD[1], files=[("bomb.png", data)])])
    assert len(fetched(camp.server, camp.channel)) == 1
    assert models(camp)[0].startswith("embedded@")
    assert "+" not in models(camp)[0]


@pytest.mark.parametrize("trouble", ["late", "gone", "failing", "cut"])
async def test_a_file_server_in_trouble_loses_no_message(
    application: Application, camp: Camp, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = camp.server
    monkeypatch.setattr(application.services.pictures, "_patience", 0.5)
    {
        "late": lambda: server.delay(FETCH, 1.0, times=None),
        "gone": lambda: server.fail(FETCH, status=404, times=None),
        "failing": lambda: server.fail(FETCH, status=503, times=None),
        "cut": lambda: server.abort(FETCH, times=None),
    }[trouble]()
    messages = [await camp.say(text, files=[("joy.png", picture("joy"))]) for text in SAD]
    await camp.expect(application, messages)
    expected = await verdicts(SAD)
    for text, row in zip(SAD, await scores(application, camp), strict=True):
        assert same_scores(row, expected[text])
    assert fetched(server, camp.channel)
    # The next picture counts again.
    server.clear_faults()
    monkeypatch.undo()
    messages.append(await camp.say("", files=[("joy.png", picture("joy"))]))
    await camp.expect(application, messages)
    assert (await scores(application, camp))[-1][JOY] > 0.9


async def test_an_edit_looks_at_the_picture_again(application: Application, camp: Camp) -> None:
    message = await camp.say("", files=[("joy.png", picture("joy"))])
    await camp.expect(application, [message])
    await message.edit(SAD[1])
    await until(lambda: "+" in models(camp)[0])
    (row,) = await scores(application, camp)
    assert row[JOY] < 0.5
    assert len(fetched(camp.server, camp.channel)) == 2


async def test_a_deleted_message_with_a_picture_is_forgotten(
    application: Application, camp: Camp
) -> None:
    camp.server.delay(FETCH, 0.5)
    message = await camp.say("", files=[("joy.png", picture("joy"))])
    await until(lambda: fetched(camp.server, camp.channel))
    await message.delete()
    await camp.expect(application, [])


# What members are told


IN_ENGLISH = "Pictures that are attached are looked at as well"
IN_KOREAN = "첨부한 사진도 함께 살펴봐요"


async def test_switching_it_on_tells_the_members_and_begins_with_what_was_missed(
    tmp_path: Path, model: str
) -> None:
    async with Sandbox() as server:
        camp = await pitch(server, tmp_path)
        await monitor(camp.url, camp.guild, [], language="ko")
        other, late = camp.guild.add_channel("other"), camp.guild.add_channel("late")

        async def listen_to(channel: Channel) -> Message:
            owner = camp.guild.owner
            await camp.guild.run_command(owner, "monitor add", {"channel": channel}, channel=other)
            return server.posts(channel)[0]

        async with running(camp.settings) as application:
            notice = await listen_to(camp.channel)
            await settled(application)
        assert IN_KOREAN not in notice.text
        missed = await camp.say("", files=[("joy.png", picture("joy"))])
        looking = camp.settings.model_copy(update={"images": model})
        async with running(looking) as application:
            # What was posted before is told anew, and what is posted now tells it at once.
            await until(lambda: IN_KOREAN in notice.text)
            assert IN_KOREAN in (await listen_to(late)).text
            assert len(server.posts(camp.channel)) == 1
            await camp.expect(application, [missed])
            assert (await scores(application, camp))[0][JOY] > 0.9


async def test_how_it_is_measured_names_the_image_model(
    application: Application, camp: Camp
) -> None:
    place = camp.guild.add_channel("place")
    await camp.guild.run_command(camp.guild.owner, "monitor add", {"channel": place}, channel=place)
    (notice,) = camp.server.posts(place)
    assert IN_ENGLISH in notice.text
    shown = await camp.guild.click(camp.member, notice, METHOD)
    assert application.services.pictures is not None
    assert application.services.pictures.model in shown.text
