"""Points discord.py, unmodified, at a sandbox."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import yarl
from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sandbox.server import Sandbox


@contextmanager
def point_discord_at(target: Sandbox | str) -> Iterator[None]:
    """Send every discord.py client of this process to a sandbox.

    Three class attributes of the library are replaced, and put back at the end. Works in any
    process that knows the address.

    Args:
        target: A started sandbox, or its `base_url` ("http://127.0.0.1:port").
    """
    base = yarl.URL(target if isinstance(target, str) else target.base_url)
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE
    Route.BASE = str(base / "api/v10")
    DiscordWebSocket.DEFAULT_GATEWAY = base.with_scheme("ws") / "gateway" / ""
    Asset.BASE = str(base / "cdn")
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE = before
