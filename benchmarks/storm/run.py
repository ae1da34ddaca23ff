"""One storm from beginning to end."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from bot.application import Application, opened, serve
from bot.clock import SystemClock
from bot.sandbox import (
    CommandInputError,
    CommandNotFoundError,
    ComponentNotFoundError,
    InteractionFailedError,
    MissingPermissionError,
    Sandbox,
    point_discord_at,
)
from bot.settings import Settings
from storm import acts
from storm.checks import Rights, mentioning, overhearing, wrongs_of
from storm.commands import menus, slash_commands
from storm.scene import Scene, founded

NOT_OFFERED = (
    CommandInputError,
    CommandNotFoundError,
    ComponentNotFoundError,
    MissingPermissionError,
)
"""What Discord itself would not have let anybody do."""

MOST_WRONGS = 40
SETTLES = 3.0
"""Seconds until what was begun is over."""


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
                try:
                    await server.wait_ready(60)
                    await server.wait_until(application.connected, 60)
                    places = [founded(server, draw, number) for number in range(guilds)]
                    await server.flush()
                    scene = Scene(server, draw, places)
                    with overhearing() as overheard:
                        figures = await _rage(scene, application, interactions)
                    figures["wrong"] += [f"logged: {line}" for line in overheard.lines]
                finally:
                    serving.cancel()
                    await asyncio.gather(serving, return_exceptions=True)
    figures["wrong"] = figures["wrong"][:MOST_WRONGS]
    return {**figures, "seconds": round(time.perf_counter() - begun, 1), "seed": seed}


async def _rage(scene: Scene, application: Application, interactions: int) -> dict[str, Any]:
    guilds = [each.guild for each in scene.somewheres]
    rights = Rights(application.services.store, guilds)
    weights = _weights(scene)
    count, refused = 0, 0
    wrong: list[str] = []
    done: Counter[str] = Counter()
    while count < interactions and len(wrong) < MOST_WRONGS:
        somewhere = scene.draw.choice(scene.somewheres)
        (act,) = scene.draw.choices(list(weights), list(weights.values()))
        name = act.func.__name__ if isinstance(act, partial) else getattr(act, "__name__", "act")
        rights.note(somewhere.guild)
        try:
            told = await act(scene, somewhere)
        except NOT_OFFERED:
            refused += 1
            continue
        except InteractionFailedError as error:
            wrong.append(f"{name}: {error}")
            count += 1
            continue
        for member, what, interaction in told:
            scene.remember(member, interaction)
            wrong += wrongs_of(what, interaction)
        wrong += await rights.wrongs(somewhere.guild)
        count += len(told)
        done[name] += max(len(told), 1)
    await asyncio.sleep(SETTLES)
    for guild in guilds:
        wrong += [*await rights.wrongs(guild), *mentioning(guild)]
    return {
        "interactions": count,
        "not_offered": refused,
        "acts": dict(done),
        "commands": len(slash_commands(scene.server.commands)),
        "changes": rights.changes,
        "wrong": wrong,
    }


def _weights(scene: Scene) -> dict[acts.Act, int]:
    """Return what people do, and how often."""
    known, entries = slash_commands(scene.server.commands), menus(scene.server.commands)
    return {
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
