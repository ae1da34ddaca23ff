"""What a member sees of a message, as a picture."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET

import discord
import pytest
from PIL import Image

from bot.sandbox.drawing import draw_messages, draw_modal
from bot.sandbox.drawing.look import MARGIN, WIDTH
from reports.fonts import FontBook
from reports.rasterise import rasterise
from tests.sandbox.sandbox_client import Camp

SVG = "{http://www.w3.org/2000/svg}"
LONG = "한국어로 쓴 아주 긴 문장이 끝없이 이어지고 " * 12
UNBROKEN = "ㅋ" * 300
SAID = "*Done*, snake_case_stays ~~x~~ 5 * 3 * 2"


@pytest.fixture(scope="module")
def fonts() -> FontBook:
    return FontBook.load(system=False)


def shown_words(svg: str) -> str:
    return " ".join("".join(text.itertext()) for text in ET.fromstring(svg).iter(f"{SVG}text"))


def overflowing(svg: str, fonts: FontBook, right: float) -> list[str]:
    found = []
    for text in ET.fromstring(svg).iter(f"{SVG}text"):
        words = "".join(text.itertext())
        if float(text.attrib["x"]) + fonts.width(words, float(text.attrib["font-size"])) > right:
            found.append(words)
    return found


def dot() -> discord.File:
    file = io.BytesIO()
    Image.new("RGB", (40, 20), (250, 10, 10)).save(file, "PNG")
    return discord.File(io.BytesIO(file.getvalue()), "dot.png")


class Everything(discord.ui.LayoutView):
    def __init__(self, camp: Camp) -> None:
        super().__init__()
        mentions = f"<#{camp.channel.id}> <@{camp.alice.user.id}> <t:1760000000:d> </setup:5>"
        picture = discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://dot.png"))
        options = [discord.SelectOption(label="Monday", value="0", default=True)]
        self.add_item(
            discord.ui.Container(
                discord.ui.TextDisplay("## A heading with **bold** and `code`\n- one\n- two"),
                discord.ui.TextDisplay(f"{mentions}\n> quoted [words](https://example.org/x)"),
                discord.ui.Separator(),
                discord.ui.TextDisplay(LONG + UNBROKEN),
                picture,
                discord.ui.ActionRow(discord.ui.Select(options=options, custom_id="day")),
                discord.ui.ActionRow(
                    *(
                        discord.ui.Button(label=f"A long label of button {at}", custom_id=f"{at}")
                        for at in range(5)
                    )
                ),
                accent_colour=discord.Colour(0xFF8800),
            )
        )


async def test_everything_in_a_message_is_drawn_inside_it(camp: Camp, fonts: FontBook) -> None:
    channel = camp.client.get_channel(camp.channel.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.send(view=Everything(camp), file=dot())
    posted = list(camp.channel.history)[-1]

    svg = draw_messages([posted], fonts, asked="Alice /setup")

    words = shown_words(svg)
    for expected in ("Alice /setup", "heading", "bold", "# general", "@Alice", "2025-10-09"):
        assert expected in words
    assert "/setup" in words
    assert "Monday" in words
    assert "A long label of button 4" in words
    assert "**" not in words
    assert "https://example.org/x" not in words
    assert words.count("ㅋ") == len(UNBROKEN)
    assert words.count("한국어로") == 12
    assert overflowing(svg, fonts, WIDTH - MARGIN) == []
    with Image.open(io.BytesIO(rasterise(svg, fonts.files))) as picture:
        assert picture.width == WIDTH
        colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 20) or []}
    assert {(250, 10, 10), (255, 136, 0)} <= colours  # the attached picture, and the accent


async def test_a_plain_message_keeps_its_words(camp: Camp, fonts: FontBook) -> None:
    said = await camp.channel.post(camp.server.world.message(camp.channel, camp.alice.user, SAID))
    words = shown_words(draw_messages([said], fonts))
    assert "Done" in words
    assert "snake_case_stays" in words
    assert "5 * 3 * 2" in words
    assert not re.search(r"~~|\*Done", words)


async def test_a_modal_shows_its_fields(camp: Camp, fonts: FontBook) -> None:
    modal = {
        "title": "회고",
        "custom_id": "m",
        "components": [
            {
                "type": 18,
                "label": "좋았던 점",
                "component": {
                    "type": 4,
                    "style": 2,
                    "custom_id": "a",
                    "placeholder": "한 줄이면 돼요",
                },
            },
            {"type": 1, "components": [{"type": 4, "style": 1, "custom_id": "b", "label": "Old"}]},
        ],
    }
    words = shown_words(draw_modal(modal, camp.server.world, fonts, language="ko"))
    assert all(part in words for part in ("회고", "좋았던 점 *", "한 줄", "Old", "제출"))
