"""What people do in a storm, and what happens to their servers meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.sandbox import Channel, Interaction, Member, Message, Permission
from bot.sandbox import invocation as invoked
from bot.sandbox.command_input import Resolved
from bot.sandbox.components import ComponentType
from bot.sandbox.jsontypes import JsonObject
from bot.sandbox.permissions import BOT_INVITE
from bot.sandbox.replies import answer_to
from storm.commands import SLOW, Command, filled
from storm.scene import NAMES, Scene, Somewhere

Act = Callable[[Scene, Somewhere], Awaitable[list[tuple[Member, str, Interaction]]]]
"""Does something, and returns who did what by which interaction."""

SECONDS = 60.0
"""How long a deferred answer may take on a busy machine."""

CHANNEL_FEWEST = 3
CHANNEL_MOST = 9


async def command(
    scene: Scene, somewhere: Somewhere, known: list[Command]
) -> list[tuple[Member, str, Interaction]]:
    """Use a slash command with options drawn by chance, also in a direct message."""
    chosen = scene.draw.choice(known)
    if scene.draw.random() > SLOW.get(chosen.name, 1.0):
        return []
    member = scene.draw.choice(somewhere.everybody)
    where = scene.draw.choice(somewhere.places)
    if scene.draw.random() < 0.05:
        where = scene.server.direct_channel(member)
    return [await _typed(scene, somewhere, chosen, member, where)]


async def same_command_by_two(
    scene: Scene, somewhere: Somewhere, known: list[Command]
) -> list[tuple[Member, str, Interaction]]:
    """Let two administrators do the same at once, each in their own way."""
    chosen = scene.draw.choice([each for each in known if each.name not in SLOW])
    where = scene.draw.choice(somewhere.places)
    return list(
        await asyncio.gather(
            _typed(scene, somewhere, chosen, somewhere.owner, where),
            _typed(scene, somewhere, chosen, somewhere.second, where),
        )
    )


async def _typed(
    scene: Scene, somewhere: Somewhere, chosen: Command, member: Member, where: Channel
) -> tuple[Member, str, Interaction]:
    options = filled(chosen, scene, somewhere)
    dialogue = invoked.run_slash(member, chosen.name, where, options)
    return member, chosen.name, await answer_to(dialogue, SECONDS)


async def completion(
    scene: Scene, somewhere: Somewhere, known: list[Command]
) -> list[tuple[Member, str, Interaction]]:
    """Type into an option that completes itself."""
    completing = [
        (each, option) for each in known for option in each.options if option.get("autocomplete")
    ]
    chosen, option = scene.draw.choice(completing)
    member, where = scene.draw.choice(somewhere.everybody), scene.draw.choice(somewhere.places)
    typed = {option["name"]: scene.text()[:100]}
    dialogue = invoked.ask_choices(member, chosen.name, where, typed)
    return [(member, f"{chosen.name} ({option['name']})", await answer_to(dialogue))]


async def menu(
    scene: Scene, somewhere: Somewhere, entries: list[str]
) -> list[tuple[Member, str, Interaction]]:
    """Use the menu of a message, somebody else's more often than one's own."""
    messages = [each for place in somewhere.places for each in list(place.history)[-5:]]
    if not messages or not entries:
        return []
    target, entry = scene.draw.choice(messages), scene.draw.choice(entries)
    member = scene.draw.choice(somewhere.everybody)
    dialogue = invoked.run_on_message(member, entry, target)
    return [(member, entry, await answer_to(dialogue, SECONDS))]


async def click(scene: Scene, somewhere: Somewhere) -> list[tuple[Member, str, Interaction]]:
    """Press a button or choose in a menu, on a message of any age."""
    found = scene.clickable(somewhere)
    if found is None:
        return []
    member, message, part = found
    return [(member, str(part["custom_id"]), await _used(scene, member, message, part))]


async def double_click(scene: Scene, somewhere: Somewhere) -> list[tuple[Member, str, Interaction]]:
    """Press twice without waiting."""
    found = scene.clickable(somewhere)
    if found is None:
        return []
    member, message, part = found
    both = await asyncio.gather(
        _used(scene, member, message, part), _used(scene, member, message, part)
    )
    return [(member, str(part["custom_id"]), each) for each in both]


async def forged_click(scene: Scene, somewhere: Somewhere) -> list[tuple[Member, str, Interaction]]:
    """Press a button as another version, or another week, might have left it behind."""
    found = scene.clickable(somewhere)
    if found is None:
        return []
    member, message, part = found
    part["custom_id"] = _forged(scene, str(part["custom_id"]))
    return [(member, str(part["custom_id"]), await _used(scene, member, message, part))]


async def modal(scene: Scene, somewhere: Somewhere) -> list[tuple[Member, str, Interaction]]:
    """Send a modal that somebody opened, now or long ago."""
    del somewhere
    if not scene.modals:
        return []
    opened = scene.modals.popleft()
    shown = opened.modal
    if shown is None:
        return []
    fields = [part for part in _fields(shown) if part["type"] == ComponentType.TEXT_INPUT]
    values = {}
    for part in fields:
        text = scene.text()[: part.get("max_length", 4000)]
        values[str(part["custom_id"])] = text + "x" * (part.get("min_length", 0) - len(text))
    who = opened.member
    return [(who, str(shown["custom_id"]), await opened.submit_modal(**values))]


def _fields(shown: JsonObject) -> list[JsonObject]:
    found: list[JsonObject] = []
    for part in shown["components"]:
        found += [part["component"]] if "component" in part else part.get("components", [part])
    return found


async def _used(scene: Scene, member: Member, message: Message, part: JsonObject) -> Interaction:
    if part["type"] == ComponentType.BUTTON:
        return await answer_to(invoked.use(member, message, part, {}), SECONDS)
    values, more = _chosen(scene, member, part)
    data = {"values": values, **more}
    return await answer_to(invoked.use(member, message, part, data), SECONDS)


def _chosen(scene: Scene, member: Member, part: JsonObject) -> tuple[list[str], JsonObject]:
    low, high = part.get("min_values", 1), part.get("max_values", 1)
    if part["type"] == ComponentType.STRING_SELECT:
        values = [option["value"] for option in part["options"]]
        count = min(len(values), scene.draw.randint(low, high))
        return scene.draw.sample(values, max(count, low)), {}
    resolved = Resolved(member.guild, member.guild.channels[0])
    allowed = part.get("channel_types")
    known = [each for each in member.guild.channels if not allowed or each.kind in allowed]
    count = min(len(known), scene.draw.randint(low, high))
    chosen = scene.draw.sample(known, count) if count else []
    if len(chosen) < low:
        chosen = [member.guild.channels[0]]
    return [str(resolved.add(each)) for each in chosen], resolved.part()


def _forged(scene: Scene, custom_id: str) -> str:
    """Return an id that differs in digits, case, length or parts."""
    kind = scene.draw.randrange(5)
    if kind == 0:
        digits = str(scene.draw.choice((0, 1, 2**63, 10**19, -1)))
        return "".join(digits if each.isdigit() else each for each in custom_id)[:100]
    if kind == 1:
        return custom_id[: scene.draw.randrange(1, len(custom_id) + 1)]
    if kind == 2:
        return f"{custom_id}:{scene.draw.randrange(10**6)}"[:100]
    if kind == 3:
        parts = custom_id.split(":")
        scene.draw.shuffle(parts)
        return ":".join(parts)
    return custom_id.swapcase()


async def talk(scene: Scene, somewhere: Somewhere) -> list[tuple[Member, str, Interaction]]:
    """Say something, mention the bot, or write to it directly."""
    member, text = scene.draw.choice(somewhere.members), scene.text()[:2000]
    chance = scene.draw.random()
    if chance < 0.1:
        await scene.server.say_direct(member, text)
        return []
    if chance < 0.2:
        text = f"{somewhere.guild.me.user.mention} {text}"[:2000]
    place = scene.draw.choice(somewhere.places)
    message = await somewhere.guild.say(member, place, text)
    if scene.draw.random() < 0.1:
        await message.edit(scene.text()[:2000])
    if scene.draw.random() < 0.1:
        await message.delete()
    return []


async def upheaval(scene: Scene, somewhere: Somewhere) -> list[tuple[Member, str, Interaction]]:
    """Change the server itself."""
    await scene.draw.choice(
        (_renamed, _deleted, _created, _closed, _opened, _demoted, _promoted, _threaded, _bare)
    )(scene, somewhere)
    return []


async def _renamed(scene: Scene, somewhere: Somewhere) -> None:
    await scene.draw.choice(somewhere.guild.channels).rename(scene.draw.choice(NAMES))


async def _deleted(scene: Scene, somewhere: Somewhere) -> None:
    texts = [each for each in somewhere.guild.channels if each.is_text]
    if len(texts) > CHANNEL_FEWEST:
        channel = scene.draw.choice(texts)
        somewhere.gone.append(channel)
        await channel.delete()


async def _created(scene: Scene, somewhere: Somewhere) -> None:
    if len(somewhere.guild.channels) < CHANNEL_MOST:
        somewhere.guild.add_channel(scene.draw.choice(NAMES))


async def _closed(scene: Scene, somewhere: Somewhere) -> None:
    denied = scene.draw.choice(list(BOT_INVITE))
    channel = scene.draw.choice(somewhere.guild.channels)
    await channel.set_permissions(somewhere.guild.me, deny=denied)


async def _opened(scene: Scene, somewhere: Somewhere) -> None:
    del scene
    await somewhere.guild.set_bot_permissions(BOT_INVITE)
    for channel in somewhere.guild.channels:
        await channel.set_permissions(somewhere.guild.me)


async def _demoted(scene: Scene, somewhere: Somewhere) -> None:
    del scene
    await somewhere.guild.set_member_roles(somewhere.second, [])


async def _promoted(scene: Scene, somewhere: Somewhere) -> None:
    del scene
    await somewhere.guild.set_member_roles(somewhere.second, [somewhere.keys])


async def _threaded(scene: Scene, somewhere: Somewhere) -> None:
    if len(somewhere.guild.threads) > CHANNEL_MOST:
        await scene.draw.choice(somewhere.guild.threads).archive()
        return
    texts = [each for each in somewhere.guild.channels if each.is_text]
    await somewhere.guild.add_thread(scene.draw.choice(texts), "talk", somewhere.owner)


async def _bare(scene: Scene, somewhere: Somewhere) -> None:
    taken = scene.draw.choice(list(BOT_INVITE))
    await somewhere.guild.set_bot_permissions(Permission(BOT_INVITE & ~taken))
