"""Webhooks of the loopback Discord, through the real client."""

from __future__ import annotations

import discord
import pytest

from bot.sandbox.permissions import BOT_INVITE, Permission
from tests.sandbox.sandbox_client import Camp


async def permitted(camp: Camp) -> discord.TextChannel:
    await camp.guild.set_bot_permissions(BOT_INVITE | Permission.MANAGE_WEBHOOKS)
    await camp.server.flush()
    channel = camp.client.get_channel(camp.channel.id)
    assert isinstance(channel, discord.TextChannel)
    return channel


async def test_a_webhook_needs_the_permission(camp: Camp) -> None:
    channel = camp.client.get_channel(camp.channel.id)
    assert isinstance(channel, discord.TextChannel)
    for attempt in (channel.create_webhook(name="Nunchi"), channel.webhooks()):
        with pytest.raises(discord.Forbidden) as refused:
            await attempt
        assert refused.value.code == 50013


async def test_it_posts_under_any_name_and_deletes_its_own(camp: Camp) -> None:
    channel = await permitted(camp)
    webhook = await channel.create_webhook(name="Nunchi")
    assert [each.id for each in await channel.webhooks()] == [webhook.id]
    message = await webhook.send("hello", username="Alice", wait=True)
    assert (message.author.name, message.webhook_id) == ("Alice", webhook.id)
    kept = camp.channel.history.get(message.id)
    assert kept is not None
    assert kept.content == "hello"
    await webhook.delete_message(message.id)
    assert kept.deleted
    with pytest.raises(discord.NotFound):
        await webhook.delete_message(message.id)


@pytest.mark.parametrize("name", ["Discord", "my clyde", "x" * 81])
async def test_some_names_are_refused(camp: Camp, name: str) -> None:
    channel = await permitted(camp)
    webhook = await channel.create_webhook(name="Nunchi")
    with pytest.raises(discord.HTTPException) as refused:
        await webhook.send("hello", username=name, wait=True)
    assert refused.value.code == 50035


async def test_there_are_at_most_fifteen(camp: Camp) -> None:
    channel = await permitted(camp)
    for number in range(15):
        await channel.create_webhook(name=f"number {number}")
    with pytest.raises(discord.HTTPException) as refused:
        await channel.create_webhook(name="one more")
    assert refused.value.code == 30007


async def test_one_that_was_deleted_posts_no_more(camp: Camp) -> None:
    channel = await permitted(camp)
    webhook = await channel.create_webhook(name="Nunchi")
    found = camp.server.world.webhooks.get(webhook.id)
    assert found is not None
    camp.server.world.webhooks.remove(found)
    with pytest.raises(discord.NotFound) as refused:
        await webhook.send("hello", wait=True)
    assert refused.value.code == 10015


async def test_a_forum_needs_the_name_of_a_post(camp: Camp) -> None:
    await permitted(camp)
    forum = camp.guild.add_forum("retros")
    await camp.server.flush()
    channel = camp.client.get_channel(forum.id)
    assert isinstance(channel, discord.ForumChannel)
    webhook = await channel.create_webhook(name="Nunchi")
    with pytest.raises(discord.HTTPException) as refused:
        await webhook.send("hello", wait=True)
    assert refused.value.code == 220001
    message = await webhook.send("hello", thread_name="My week", wait=True)
    [thread] = forum.threads()
    assert (thread.name, message.channel.id, message.id) == ("My week", thread.id, thread.id)
    second = await webhook.send("more", thread=discord.Object(thread.id), wait=True)
    assert thread.history.get(second.id) is not None
