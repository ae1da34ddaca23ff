"""Pictures, end to end: the real client, the loopback Discord and a model that knows colours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bot.application import Application
from bot.pictures import attachments
from bot.sandbox import Sandbox
from bot.sandbox.rest.router import FILES
from bot.views.buttons import METHOD
from classifiers.emotion import EMOTIONS, Emotion
from tests.support.camp import (
    HAPPY,
    SAD,
    Camp,
    is_classified,
    pitch,
    same_scores,
    stored_scores,
    verdicts,
)
from tests.support.running_bot import monitor, running, settled, until
from tests.support.tiny_vit import file_of, make_tiny_vit, picture

FETCH = f"GET {FILES}"
JOY, SADNESS = EMOTIONS.index(Emotion.JOY), EMOTIONS.index(Emotion.SADNESS)
VALENCE = -1


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"vit?model={make_tiny_vit(tmp_path_factory.mktemp('images') / 'colours')}"


@pytest.fixture
async def server():
    async with Sandbox() as running_server:
        yield running_server


@pytest.fixture
async def camp(server: Sandbox, tmp_path: Path, model: str) -> Camp:
    return await pitch(server, tmp_path, images=model)


def fetched(server: Sandbox) -> list[str]:
    return [each.path for each in server.requests if each.route == FETCH]


def models(camp: Camp) -> list[str]:
    return [name for (name,) in camp.rows("model")]


async def scores(application: Application, camp: Camp) -> list[np.ndarray]:
    return list((await stored_scores(application.services.store, camp.guild.id)).values())


async def test_a_picture_alone_gets_its_own_verdict(camp: Camp) -> None:
    async with running(camp.settings) as application:
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


async def test_words_and_picture_are_joined_and_both_models_named(camp: Camp) -> None:
    said = (await verdicts(HAPPY))[HAPPY[1]]
    async with running(camp.settings) as application:
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


async def test_nothing_of_a_picture_is_kept(camp: Camp) -> None:
    data = picture("joy", size=(311, 173))
    async with running(camp.settings) as application:
        await camp.expect(application, [await camp.say("", files=[("holiday.png", data)])])
    kept = b"".join(path.read_bytes() for path in camp.settings.data_dir.rglob("*"))
    assert b"holiday" not in kept
    assert data[16:60] not in kept


async def test_several_pictures_count_together_and_the_rest_is_left_out(camp: Camp) -> None:
    names = ["joy", "joy", "sadness", "joy", "sadness", "sadness"]
    async with running(camp.settings) as application:
        files = [(f"{index}.png", picture(name)) for index, name in enumerate(names)]
        await camp.expect(application, [await camp.say("", files=files)])
        (row,) = await scores(application, camp)
        assert row[JOY] == pytest.approx(0.75, abs=0.05)
        assert len(fetched(camp.server)) == attachments.MOST


async def test_off_means_that_nothing_is_fetched(server: Sandbox, tmp_path: Path) -> None:
    camp = await pitch(server, tmp_path)
    async with running(camp.settings) as application:
        assert application.services.pictures is None
        shown = [("joy.png", picture("joy"))]
        messages = [await camp.say("", files=shown), await camp.say(HAPPY[0], files=shown)]
        await camp.expect(application, messages)
        nothing, words = await scores(application, camp)
        assert not is_classified(nothing)
        assert same_scores(words, (await verdicts(HAPPY))[HAPPY[0]])
        assert fetched(server) == []


async def test_of_somebody_who_opted_out_nothing_is_fetched(camp: Camp) -> None:
    other = camp.guild.add_member("Bom")
    async with running(camp.settings) as application:
        await application.services.privacy.opt_out(camp.guild.id, camp.member.id)
        await camp.say("", files=[("mine.png", picture("joy"))])
        message = await camp.guild.say(
            other, camp.channel, "", files=[("theirs.png", picture("joy"))]
        )
        await camp.expect(application, [message])
        assert [path.rpartition("/")[2] for path in fetched(camp.server)] == ["theirs.png"]


async def test_other_channels_and_other_files_are_left_alone(camp: Camp) -> None:
    elsewhere = camp.guild.add_channel("elsewhere")
    async with running(camp.settings) as application:
        await camp.say("", elsewhere, files=[("joy.png", picture("joy"))])
        message = await camp.say(
            HAPPY[0], files=[("notes.txt", b"hello"), ("song.ogg", b"OggS"), ("a.svg", b"<svg/>")]
        )
        await camp.expect(application, [message])
        assert fetched(camp.server) == []


BROKEN = {
    "no picture": b"\x89PNG\r\n\x1a\nhello",
    "cut off": picture("sadness", "JPEG", (300, 300))[:700],
    "a page": b"<html>Sorry</html>",
    "empty": b"",
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
async def test_a_broken_picture_leaves_the_words_alone(camp: Camp, data: bytes) -> None:
    async with running(camp.settings) as application:
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
    camp: Camp, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = picture("joy", "BMP", (200, 200))
    monkeypatch.setattr(attachments, "LARGEST", len(data) - 1)
    async with running(camp.settings) as application:
        message = await camp.say(SAD[1], files=[("large.png", data)])
        await camp.expect(application, [message])
        assert fetched(camp.server) == []
        assert same_scores((await scores(application, camp))[0], (await verdicts(SAD))[SAD[1]])


async def test_too_many_pixels_leave_the_words_alone(camp: Camp) -> None:
    data = file_of(Image.new("1", (6000, 6000)))
    assert len(data) < 10_000
    async with running(camp.settings) as application:
        await camp.expect(application, [await camp.say(SAD[1], files=[("bomb.png", data)])])
        assert len(fetched(camp.server)) == 1
        assert models(camp)[0].startswith("embedded@")
        assert "+" not in models(camp)[0]


@pytest.mark.parametrize("trouble", ["late", "gone", "failing", "cut"])
async def test_a_file_server_in_trouble_loses_no_message(
    camp: Camp, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.pictures.viewer.PATIENCE", 0.5)
    server = camp.server
    order = {
        "late": lambda: server.delay(FETCH, 1.5, times=None),
        "gone": lambda: server.fail(FETCH, status=404, times=None),
        "failing": lambda: server.fail(FETCH, status=503, times=None),
        "cut": lambda: server.abort(FETCH, times=None),
    }
    order[trouble]()
    async with running(camp.settings) as application:
        messages = [
            await camp.say(SAD[n % 4], files=[("joy.png", picture("joy"))]) for n in range(8)
        ]
        await camp.expect(application, messages)
        expected = await verdicts(SAD)
        for number, row in enumerate(await scores(application, camp)):
            assert same_scores(row, expected[SAD[number % 4]])
        assert fetched(server)


async def test_pictures_from_before_the_start_are_caught_up(camp: Camp) -> None:
    messages = [await camp.say("", files=[("joy.png", picture("joy"))]) for _ in range(3)]
    async with running(camp.settings) as application:
        await camp.expect(application, messages)
        assert all(row[JOY] > 0.9 for row in await scores(application, camp))


async def test_an_edit_looks_at_the_picture_again(camp: Camp) -> None:
    async with running(camp.settings) as application:
        message = await camp.say("", files=[("joy.png", picture("joy"))])
        await camp.expect(application, [message])
        await message.edit(SAD[1])
        await until(lambda: "+" in models(camp)[0])
        (row,) = await scores(application, camp)
        assert row[JOY] < 0.5
        assert len(fetched(camp.server)) == 2


async def test_a_deleted_message_with_a_picture_is_forgotten(camp: Camp) -> None:
    camp.server.delay(FETCH, 0.5)
    async with running(camp.settings) as application:
        message = await camp.say("", files=[("joy.png", picture("joy"))])
        await until(lambda: fetched(camp.server))
        await message.delete()
        await camp.expect(application, [])


# What members are told


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Pictures that are attached are looked at as well"),
        ("ko", "첨부한 사진도 함께 살펴봐요"),
    ],
)
async def test_the_notice_tells_of_pictures_when_they_are_looked_at(
    server: Sandbox, tmp_path: Path, model: str, language: str, sentence: str
) -> None:
    guild = server.add_guild("Camp")
    admin = guild.owner
    early, late = guild.add_channel("early"), guild.add_channel("late")
    camp = await pitch(server, tmp_path / "one")
    await monitor(camp.url, guild, [], language=language)
    async with running(camp.settings) as application:
        await guild.run_command(admin, "monitor add", {"channel": early}, channel=early)
        await settled(application)
    (notice,) = server.posts(early)
    assert sentence not in notice.text
    looking = camp.settings.model_copy(update={"images": model})
    async with running(looking) as application:
        # What was posted before is told anew, and what is posted now tells it at once.
        await until(lambda: sentence in notice.text)
        await guild.run_command(admin, "monitor add", {"channel": late}, channel=late)
        await settled(application)
        assert sentence in server.posts(late)[0].text
        assert len(server.posts(early)) == 1


async def test_how_it_is_measured_names_the_image_model(camp: Camp) -> None:
    place = camp.guild.add_channel("place")
    async with running(camp.settings) as application:
        await camp.guild.run_command(
            camp.guild.owner, "monitor add", {"channel": place}, channel=place
        )
        (notice,) = camp.server.posts(place)
        shown = await camp.guild.click(camp.member, notice, METHOD)
        assert application.services.pictures is not None
        assert application.services.pictures.model in shown.text
