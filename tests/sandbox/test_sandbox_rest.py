from __future__ import annotations

import asyncio
import time

import aiohttp
import discord
import pytest
from discord import ui

from bot.sandbox import Abort, Sandbox, UnhandledRouteError, point_discord_at
from bot.sandbox.components import MAX_COMPONENTS
from tests.sandbox.sandbox_client import Camp, RecordingClient, running

POST = "POST /channels/{channel_id}/messages"
HISTORY = "GET /channels/{channel_id}/messages"


async def test_a_limited_route_is_obeyed_without_a_refusal(camp: Camp) -> None:
    camp.server.limit(HISTORY, requests=3, per=0.2)
    start = time.monotonic()
    for _ in range(7):
        await camp.client.http.logs_from(camp.channel.id, 1)

    assert time.monotonic() - start >= 0.4
    assert camp.server.rate_limited == 0


async def test_a_client_that_comes_too_early_gets_429_and_repeats(camp: Camp) -> None:
    camp.server.limit(POST, requests=1, per=0.5)
    other = camp.guild.add_channel("other")
    async with running(camp.server) as second:
        clients = (camp.client, second)
        texts = [
            client.get_channel(channel.id).send("x")
            for channel in (camp.channel, other)
            for client in clients
        ]
        await asyncio.gather(*texts)

    assert camp.server.rate_limited == 2
    assert len(camp.server.posts(camp.channel)) == len(camp.server.posts(other)) == 2
    camp.server.lift_limits()
    await camp.seen_channel().send("free")


async def test_a_global_limit_holds_for_all_routes(camp: Camp) -> None:
    camp.server.limit_globally(requests=2, per=0.5)
    await asyncio.gather(
        *(camp.client.http.get_channel(camp.channel.id) for _ in range(2)),
        camp.client.http.get_guild(camp.guild.id),
    )

    assert camp.server.rate_limited == 1


async def test_ordered_failures_pass_once_used_up(camp: Camp) -> None:
    camp.server.fail(POST, status=403, code=50013, times=2, skip=1)
    channel = camp.seen_channel()
    await channel.send("passes")
    for _ in range(2):
        with pytest.raises(discord.Forbidden) as refused:
            await channel.send("fails")
        assert refused.value.code == 50013
    await channel.send("passes again")
    camp.server.fail(POST, status=503, times=None)
    for _ in range(3):
        with pytest.raises(discord.DiscordServerError):
            await channel.send("never")
    camp.server.clear_faults(POST)
    camp.server.clear_faults()
    await channel.send("at last")
    assert len(camp.server.posts(camp.channel)) == 3


async def test_a_delay_is_felt(camp: Camp) -> None:
    camp.server.delay(HISTORY, 0.1)
    start = time.monotonic()
    await camp.client.http.logs_from(camp.channel.id, 1)
    assert time.monotonic() - start >= 0.1


async def test_a_cut_connection_before_or_after_the_effect(camp: Camp) -> None:
    channel = camp.seen_channel()
    camp.server.abort(POST, Abort.BEFORE)
    with pytest.raises((aiohttp.ClientError, OSError)):
        await channel.send("nowhere")
    assert camp.server.posts(camp.channel) == []
    camp.server.abort(POST)
    with pytest.raises((aiohttp.ClientError, OSError)):
        await channel.send("stored")
    assert [post.content for post in camp.server.posts(camp.channel)] == ["stored"]


def test_faults_and_limits_need_a_known_route() -> None:
    server = Sandbox()
    for order in (
        lambda: server.limit("GET /nowhere", requests=1, per=1),
        lambda: server.fail("GET /nowhere", status=500),
        lambda: server.delay("GET /nowhere", 1),
        lambda: server.abort("GET /nowhere"),
    ):
        with pytest.raises(KeyError, match="nowhere"):
            order()


async def test_an_unknown_route_is_loud() -> None:
    server = Sandbox()
    await server.start()
    with point_discord_at(server.base_url):
        async with RecordingClient() as client:
            await client.login(server.token)
            with pytest.raises(discord.DiscordServerError, match="does not speak") as answer:
                await client.fetch_invite("x")
    assert answer.value.status == 501
    assert server.unhandled == ["GET /api/v10/invites/x"]
    with pytest.raises(UnhandledRouteError, match="invites"):
        await server.stop()


async def _get_status(server: Sandbox, path: str) -> int:
    async with aiohttp.ClientSession() as http, http.get(server.base_url + path) as answer:
        return answer.status


async def test_strictness_can_be_switched_off() -> None:
    async with Sandbox(strict=False) as server:
        assert await _get_status(server, "/nowhere") == 501


async def test_strictness_never_hides_another_error() -> None:
    async def fail() -> None:
        async with Sandbox() as server:
            await _get_status(server, "/nowhere")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()


async def test_requests_are_logged_with_their_route(camp: Camp) -> None:
    await camp.client.http.logs_from(camp.channel.id, 5)
    last = camp.server.requests[-1]
    assert (last.route, last.status) == (HISTORY, 200)
    assert last.path == f"/channels/{camp.channel.id}/messages?limit=5"


async def test_the_library_is_put_back_afterwards() -> None:
    before = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    with point_discord_at("http://127.0.0.1:1"):
        assert discord.http.Route.BASE == "http://127.0.0.1:1/api/v10"
        assert str(discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY) == "ws://127.0.0.1:1/gateway/"
        assert discord.asset.Asset.BASE == "http://127.0.0.1:1/cdn"
    assert before == (discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY)


async def test_application_information(camp: Camp) -> None:
    information = await camp.client.application_info()
    assert information.id == camp.client.application_id
    assert information.owner.name == "Owner"


V2 = 1 << 15
TEXT = {"type": 10, "content": "text"}
BUTTON = {"type": 2, "style": 1, "label": "b", "custom_id": "b"}


@pytest.mark.parametrize(
    "body",
    [
        {"flags": V2, "content": "x", "components": [TEXT]},
        {"flags": V2, "embeds": [{"title": "x"}], "components": [TEXT]},
        {"flags": V2},
        {"flags": V2, "components": [TEXT] * (MAX_COMPONENTS + 1)},
        {"flags": V2, "components": [{"type": 10, "content": "x" * 2001}] * 2},
        {"flags": V2, "components": [{"type": 10, "content": ""}]},
        {"flags": V2, "components": [{"type": 13, "file": {"url": "attachment://missing"}}]},
        {"flags": V2, "components": [{"type": 12, "items": []}]},
        {
            "flags": V2,
            "components": [
                {"type": 12, "items": [{"media": {"url": "u"}, "description": "x" * 1025}]}
            ],
        },
        {"flags": V2, "components": [{"type": 9, "components": [TEXT]}]},
        {"flags": V2, "components": [{"type": 9, "components": [TEXT] * 4, "accessory": BUTTON}]},
        {"components": [TEXT]},
        {"components": [{"type": 1, "components": [BUTTON]}] * 2},
        {"components": [{"type": 1, "components": []}] * 6},
        {"components": [{"type": 1, "components": []}]},
        {"components": [{"type": 1, "components": [{**BUTTON, "url": "http://x"}]}]},
        {"components": [{"type": 1, "components": [{**BUTTON, "label": ""}]}]},
        {"components": [{"type": 1, "components": [{**BUTTON, "label": "x" * 81}]}]},
        {"components": [{"type": 1, "components": [{**BUTTON, "custom_id": "x" * 101}]}]},
        {"components": [{"type": 1, "components": [{"type": 3, "custom_id": "s", "options": []}]}]},
        {"components": [{"type": 1, "components": [{"type": 5, "custom_id": "s"}, BUTTON]}]},
        {
            "components": [
                {
                    "type": 1,
                    "components": [{"type": 3, "custom_id": "s", "options": [{"value": "1"}] * 2}],
                }
            ]
        },
    ],
)
async def test_components_that_discord_refuses(camp: Camp, body: dict[str, object]) -> None:
    route = discord.http.Route(
        "POST", "/channels/{channel_id}/messages", channel_id=camp.channel.id
    )
    with pytest.raises(discord.HTTPException) as refused:
        await camp.client.http.request(route, json=body)
    assert refused.value.status == 400
    assert refused.value.code in (50035, 50006)


async def test_a_layout_needs_all_its_files_and_keeps_its_flag(camp: Camp) -> None:
    channel = camp.seen_channel()
    view = ui.LayoutView()
    view.add_item(ui.TextDisplay("text"))
    file = discord.File(__file__, "unused.py")
    with pytest.raises(discord.HTTPException, match="not referenced"):
        await channel.send(view=view, file=file)
    sent = await channel.send(view=view)
    assert sent.flags.components_v2
    route = discord.http.Route(
        "PATCH",
        "/channels/{channel_id}/messages/{message_id}",
        channel_id=camp.channel.id,
        message_id=sent.id,
    )
    with pytest.raises(discord.HTTPException, match="cannot be removed"):
        await camp.client.http.request(route, json={"flags": 0})
    assert camp.server.posts(camp.channel)[0].text == "text"
