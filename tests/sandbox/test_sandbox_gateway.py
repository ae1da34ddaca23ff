from __future__ import annotations

import asyncio
import json
import zlib

import aiohttp
import discord
import pytest

from bot.sandbox import Intent, Sandbox, WaitTimeoutError, point_discord_at
from tests.sandbox.sandbox_client import UNPRIVILEGED_MEMBERS, Camp, RecordingClient, running


async def test_an_aborted_socket_resumes_and_replays(camp: Camp) -> None:
    await camp.guild.say(camp.alice, camp.channel, "before")
    await camp.server.flush()
    await camp.server.drop_connections()
    for number in range(50):
        await camp.guild.say(camp.alice, camp.channel, str(number))
    await camp.server.wait_ready()

    assert camp.client.contents() == ["before", *map(str, range(50))]
    assert camp.client.of("resumed") == [None]
    assert camp.server.gateway_counts["identify"] == 1


@pytest.mark.parametrize("code", [1000, 1001, 4000, 4007, 4009])
async def test_a_clean_close_resumes(camp: Camp, code: int) -> None:
    await camp.server.drop_connections(code)
    await camp.guild.say(camp.alice, camp.channel, "missed")
    await camp.server.wait_ready()

    assert camp.client.contents() == ["missed"]
    assert camp.server.gateway_counts["resumed"] == 1


async def test_op_7_resumes(camp: Camp) -> None:
    await camp.server.request_reconnect()
    await camp.guild.say(camp.alice, camp.channel, "at the same time")
    await camp.server.wait_until(lambda: camp.server.gateway_counts["resumed"] == 1)
    await camp.server.wait_ready()

    assert camp.client.contents() == ["at the same time"]


async def test_op_9_resumable_resumes(camp: Camp) -> None:
    await camp.server.invalidate_sessions(resumable=True)
    await camp.server.wait_until(lambda: camp.server.gateway_counts["resumed"] == 1)
    assert camp.server.gateway_counts["identify"] == 1


async def test_op_9_not_resumable_identifies_and_replays_nothing(camp: Camp) -> None:
    await camp.server.invalidate_sessions(resumable=False)
    await camp.guild.say(camp.alice, camp.channel, "lost for the gateway")
    await camp.server.wait_until(lambda: camp.server.gateway_counts["identify"] == 2)
    await camp.server.wait_ready()

    assert camp.client.contents() == []
    assert camp.server.gateway_counts["resumed"] == 0
    assert camp.seen_channel().last_message_id == camp.channel.last_message_id


async def test_a_forgotten_session_is_refused_and_identified_anew(camp: Camp) -> None:
    await camp.server.drop_connections(resumable=False)
    await camp.guild.say(camp.alice, camp.channel, "missed")
    await camp.server.wait_until(lambda: camp.server.gateway_counts["identify"] == 2)
    await camp.server.wait_ready()

    assert camp.client.contents() == []
    assert camp.server.gateway_counts["resume"] == 1
    assert camp.server.gateway_counts["resumed"] == 0


async def test_too_many_missed_events_end_the_session() -> None:
    async with Sandbox(replay_limit=20) as server:
        guild = server.add_guild("Busy")
        channel = guild.add_channel("general")
        alice = guild.add_member("Alice")
        async with running(server) as client:
            await server.drop_connections()
            for number in range(60):
                await guild.say(alice, channel, str(number))
            await server.wait_until(lambda: server.gateway_counts["identify"] == 2)
            await server.wait_ready()
            assert server.gateway_counts["resume"] == 1
            assert client.contents() == []


async def test_more_events_than_the_buffer_reach_a_connected_client() -> None:
    async with Sandbox(replay_limit=20) as server:
        guild = server.add_guild("Busy")
        channel = guild.add_channel("general")
        alice = guild.add_member("Alice")
        async with running(server) as client:
            for number in range(500):
                await guild.say(alice, channel, str(number))
            await server.flush()
            assert len(client.contents()) == 500


async def test_a_wrong_token_is_refused_by_rest_and_gateway(server: Sandbox) -> None:
    with point_discord_at(server):
        async with RecordingClient() as client:
            with pytest.raises(discord.LoginFailure):
                await client.start("wrong")
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{server.base_url}/gateway/") as ws,
    ):
        await ws.receive_json()
        await ws.send_json({"op": 2, "d": {"token": "wrong", "intents": 0}})
        await ws.receive()
        assert ws.close_code == 4004
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{server.base_url}/gateway/") as ws,
    ):
        await ws.receive_json()
        await ws.send_json({"op": 6, "d": {"token": "wrong", "session_id": "x", "seq": 1}})
        await ws.receive()
        assert ws.close_code == 4004


async def test_intents_that_are_not_granted_are_refused(server: Sandbox) -> None:
    server.granted_intents = Intent.GUILD_MEMBERS
    with point_discord_at(server):
        async with RecordingClient() as client:
            with pytest.raises(discord.PrivilegedIntentsRequired):
                await client.start(server.token)
    assert server.granted_intents is Intent.GUILD_MEMBERS


async def test_without_the_content_intent_only_what_concerns_the_bot_is_readable(
    server: Sandbox,
) -> None:
    guild = server.add_guild("Private")
    channel = guild.add_channel("general")
    alice = guild.add_member("Alice")
    intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
    async with running(server, lambda: RecordingClient(intents)) as client:
        await guild.say(alice, channel, "secret", files=[("a", b"")])
        await guild.say(alice, channel, f"{guild.me.mention} hello")
        await server.say_direct(alice, "direct")
        await client.get_channel(channel.id).send("mine")
        await server.flush()

    assert client.contents() == ["", f"<@{guild.me.id}> hello", "direct", "mine"]
    assert client.of("message")[0].attachments == []


async def test_without_message_intents_no_messages_come(server: Sandbox) -> None:
    guild = server.add_guild("Silent")
    channel = guild.add_channel("general")
    async with running(server, lambda: RecordingClient(discord.Intents(guilds=True))) as client:
        await guild.say(guild.me, channel, "x")
        await server.flush()
        assert client.of("message") == []


async def test_members_come_with_their_intent_and_on_request(server: Sandbox) -> None:
    guild = server.add_guild("Open")
    guild.add_channel("general")
    alice = guild.add_member("Alice", nick="Al")
    intents = UNPRIVILEGED_MEMBERS | discord.Intents(members=True)
    async with running(server, lambda: RecordingClient(intents)) as client:
        seen = client.get_guild(guild.id)
        assert {member.name for member in seen.members} == {"Alice", "Nunchi", "Owner"}
        role = guild.add_role("Helpers")
        await guild.set_member_roles(alice, [role])
        bob = guild.add_member("Bob", roles=[role])
        await server.flush()
        assert [one.name for one in seen.get_member(alice.id).roles] == ["@everyone", "Helpers"]
        await guild.remove_member(bob)
        await server.flush()
        assert [event.user.id for event in client.of("raw_member_remove")] == [bob.id]
        [found] = await seen.query_members("Ali")
        assert (found.id, found.display_name) == (alice.id, "Al")
        [found] = await seen.query_members(user_ids=[alice.id])
        assert found.id == alice.id


async def test_a_malformed_event_ends_the_connection_of_the_real_client(server: Sandbox) -> None:
    guild = server.add_guild("Odd")
    guild.add_channel("general")
    with point_discord_at(server):
        client = RecordingClient()
        task = asyncio.create_task(client.start(server.token))
        await server.wait_ready()
        await server.send_raw("MESSAGE_CREATE", {"channel_id": "no number"})
        with pytest.raises((KeyError, ValueError)):
            await task
        assert not client.is_closed()
        await client.close()


async def test_guilds_come_and_go_at_run_time(camp: Camp) -> None:
    second = camp.server.add_guild("Second")
    await camp.server.flush()
    assert [guild.id for guild in camp.client.of("guild_join")] == [second.id]
    await camp.guild.set_available(False)
    await camp.server.flush()
    assert [guild.id for guild in camp.client.of("guild_unavailable")] == [camp.guild.id]
    await camp.guild.set_available(True)
    await camp.server.flush()
    assert [guild.id for guild in camp.client.of("guild_available")] == [camp.guild.id] * 2
    await second.kick_bot()
    await camp.server.flush()
    assert [guild.id for guild in camp.client.of("guild_remove")] == [second.id]
    with pytest.raises(discord.NotFound):
        await camp.client.fetch_guild(second.id)


async def test_the_bot_can_leave(camp: Camp) -> None:
    await camp.seen_guild().leave()
    await camp.server.flush()
    assert list(camp.client.guilds) == []


async def test_an_unavailable_guild_is_not_sent_at_the_start(server: Sandbox) -> None:
    guild = server.add_guild("Away")
    await guild.set_available(False)
    async with running(server) as client:
        assert [one.unavailable for one in client.guilds] == [True]
        await guild.set_available(True)
        await server.flush()
        assert not client.get_guild(guild.id).unavailable


async def test_shards_get_their_guilds_only(server: Sandbox) -> None:
    guilds = [server.add_guild(f"Guild {number}") for number in range(8)]

    class Sharded(RecordingClient, discord.AutoShardedClient):
        pass

    def make() -> RecordingClient:
        return Sharded(shard_count=2, shard_ids=[0, 1])

    async with running(server, make) as client:
        await server.wait_until(lambda: len(client.guilds) == len(guilds))
        assert server.gateway_counts["identify"] == 2
        assert {(one.id >> 22) % 2 for one in client.guilds if one.shard_id == 0} <= {0}
        assert {(one.id >> 22) % 2 for one in client.guilds if one.shard_id == 1} <= {1}


async def _first_frames(server: Sandbox, compress: str) -> list[bytes]:
    address = f"{server.base_url}/gateway/?compress={compress}"
    async with aiohttp.ClientSession() as http, http.ws_connect(address) as ws:
        frames = [await ws.receive_bytes()]
        await ws.send_json({"op": 2, "d": {"token": server.token, "intents": 1}})
        frames.append(await ws.receive_bytes())
    return frames


async def test_zlib_stream_is_one_stream_for_all_frames(server: Sandbox) -> None:
    frames = await _first_frames(server, "zlib-stream")
    stream = zlib.decompressobj()
    hello, ready = (json.loads(stream.decompress(frame)) for frame in frames)
    assert (hello["op"], ready["t"]) == (10, "READY")
    assert all(frame.endswith(b"\x00\x00\xff\xff") for frame in frames)


async def test_zstd_stream_is_made_of_stored_blocks(server: Sandbox) -> None:
    for number in range(800):
        server.add_guild(f"Guild {number} with a name that makes READY longer than one block")
    hello, ready = await _first_frames(server, "zstd-stream")

    assert hello.startswith(b"\x28\xb5\x2f\xfd\x00\x38")
    assert json.loads(b"".join(_stored_blocks(hello[6:])))["op"] == 10
    assert json.loads(b"".join(_stored_blocks(ready)))["t"] == "READY"


def _stored_blocks(data: bytes) -> list[bytes]:
    blocks = []
    while data:
        size = int.from_bytes(data[:3], "little") >> 3
        blocks.append(data[3 : 3 + size])
        data = data[3 + size :]
    return blocks


async def test_nonsense_from_a_client_closes_its_socket(server: Sandbox) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{server.base_url}/gateway/") as ws,
    ):
        await ws.receive_json()
        await ws.send_str('{"op": 99}')
        await ws.send_str("not json")
        await ws.receive()
        assert ws.close_code == 4002


async def test_raw_events_and_waiting_without_any_client(server: Sandbox) -> None:
    await server.send_raw("MESSAGE_CREATE", {})
    await server.drop_connections()
    with pytest.raises(WaitTimeoutError):
        await server.wait_ready(seconds=0.02)

    async def already() -> bool:
        return True

    await server.wait_until(already)


async def test_sessions_of_killed_clients_do_not_pile_up(server: Sandbox) -> None:
    guild = server.add_guild("Crowded")
    guild.add_channel("general")
    for _ in range(12):
        async with running(server):
            await server.drop_connections()
    assert len(server._hub.sessions) <= 9
