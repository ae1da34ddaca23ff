"""One storm from beginning to end."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from bot.application import Application, opened, serve
from bot.clock import SystemClock
from bot.sandbox import (
    CommandInputError,
    CommandNotFoundError,
    ComponentNotFoundError,
    Interaction,
    InteractionFailedError,
    MissingPermissionError,
    Sandbox,
    point_discord_at,
)
from bot.sandbox.interactions import CallbackType
from bot.settings import Settings
from storm import acts
from storm.checks import (
    chosen_in,
    mentioning,
    moderates,
    overhearing,
    runs_it,
    wrongs_of,
)
from storm.commands import menus, slash_commands
from storm.scene import Scene, Somewhere, founded

NOT_OFFERED = (
    CommandInputError,
    CommandNotFoundError,
    ComponentNotFoundError,
    MissingPermissionError,
)
"""What Discord itself would not have let anybody do."""

MOST_WRONGS = 40
FOLLOWS = 3.0
"""Seconds within which a click that was acknowledged changes what is shown."""


async def storm(folder: Path, interactions: int, seed: int, *, guilds: int = 3) -> dict[str, Any]:
    """Let a storm loose and return figures of it.

    Args:
        folder: For the bot's files.
        interactions: How many interactions to answer, at least.
        seed: The same seed draws the same storm, as far as the bot answers in the same order.
        guilds: How many servers.
    """
    draw = random.Random(seed)
    begun = time.perf_counter()
    async with Sandbox() as server:
        server.add_guild("Home")
        with point_discord_at(server):
            settings = Settings.model_validate(
                {
                    "discord_token": server.token,
                    "data_dir": folder,
                    "store": f"sqlite:///{folder / 'storm.sqlite3'}",
                }
            )
            async with opened(settings, SystemClock()) as application:
                serving = asyncio.create_task(serve(application, server.token))
                await server.wait_ready(60)
                await server.wait_until(application.connected, 60)
                places = [founded(server, draw, number) for number in range(guilds)]
                await server.flush()
                scene = Scene(server, draw, places)
                with overhearing() as overheard:
                    figures = await _rage(scene, application, interactions)
                figures["wrong"] += [f"logged: {line}" for line in overheard.lines]
                serving.cancel()
                await asyncio.gather(serving, return_exceptions=True)
    figures["wrong"] = figures["wrong"][:MOST_WRONGS]
    return {**figures, "seconds": round(time.perf_counter() - begun, 1), "seed": seed}


async def _rage(scene: Scene, application: Application, interactions: int) -> dict[str, Any]:
    definitions = scene.server.commands
    known, entries = slash_commands(definitions), menus(definitions)
    weights: dict[acts.Act, int] = {
        partial(acts.command, known=known): 30,
        acts.click: 30,
        acts.forged_click: 8,
        acts.double_click: 6,
        partial(acts.same_command_by_two, known=known): 4,
        partial(acts.completion, known=known): 4,
        partial(acts.menu, entries=entries): 4,
        acts.modal: 6,
        acts.talk: 8,
        acts.upheaval: 3,
    }
    count, refused = 0, 0
    wrong: list[str] = []
    done: Counter[str] = Counter()
    while count < interactions and len(wrong) < MOST_WRONGS:
        somewhere = scene.draw.choice(scene.somewheres)
        (act,) = scene.draw.choices(list(weights), list(weights.values()))
        name = act.func.__name__ if isinstance(act, partial) else getattr(act, "__name__", "act")
        try:
            found = await _watched(scene, application, somewhere, act)
        except NOT_OFFERED:
            refused += 1
            continue
        except InteractionFailedError as error:
            wrong.append(f"{name}: {error}")
            count += 1
            continue
        wrong += found[1]
        count += found[0]
        done[name] += found[0]
    wrong += [line for each in scene.somewheres for line in mentioning(each.guild)]
    return {
        "interactions": count,
        "not_offered": refused,
        "acts": dict(done),
        "commands": len(known),
        "wrong": wrong,
    }


async def _followed(interaction: Interaction) -> None:
    """Wait for what follows a click that was only acknowledged, if anything does."""
    if interaction.callback == CallbackType.DEFERRED_UPDATE:
        with suppress(InteractionFailedError):
            await interaction.changed(FOLLOWS)


async def _watched(
    scene: Scene, application: Application, somewhere: Somewhere, act: acts.Act
) -> tuple[int, list[str]]:
    """Do something, and look at what it did; return how many interactions, and what was wrong."""
    roster = application.services.roster
    everybody = [member for each in scene.somewheres for member in each.everybody]
    allowed = {member: (runs_it(member), moderates(member)) for member in everybody}
    before = {each.guild: chosen_in(roster, each.guild) for each in scene.somewheres}
    told = await act(scene, somewhere)
    wrong = []
    for *_, interaction in told:
        await _followed(interaction)
    for member, what, interaction in told:
        scene.remember(member, interaction)
        now = chosen_in(roster, member.guild)
        old = before[member.guild]
        change = {name for name in {*now, *old} if now.get(name) != old.get(name)}
        if any(allowed[other][0] for other, *_ in told):
            change = set()  # Somebody who may was at it at the same time.
        wrong += wrongs_of(member, what, interaction, change, allowed=allowed[member])
    return len(told), wrong
