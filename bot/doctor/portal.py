"""Asks Discord itself: whether it knows the token, and whether the switch is on that the bot needs.

One log-in, without a connection to the gateway: nobody in Discord sees anything of it.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import Final

import discord

from bot.doctor.finding import Finding, Speaker, Status
from bot.doctor.parts import application_of
from bot.errors import StartFailed, TokenRefused
from bot.reclassify_history import logged_in
from bot.sandbox.connect import point_discord_at
from bot.settings import Settings

PATIENCE: Final = 15.0
"""Seconds; a Discord that takes longer is told as not reached."""

_NAME: Final = "Discord"


async def portal(settings: Settings, say: Speaker, patience: float = PATIENCE) -> Finding:
    """Log in by the token and look at the application's switches; ``patience`` is in seconds."""
    token = settings.discord_token and settings.require_token()
    if not token or application_of(token) is None:
        detail = say("토큰이 없어 물어보지 않았습니다", "not asked, for want of a token")
        return Finding(_NAME, Status.OK, detail)
    address = settings.discord_api
    try:
        with point_discord_at(address) if address else nullcontext():
            async with asyncio.timeout(patience), logged_in(token) as client:
                return _switches(client.application, say)
    except TokenRefused:
        return _refused(say)
    except (StartFailed, discord.HTTPException, TimeoutError):
        return _away(say)


def _switches(application: discord.AppInfo | None, say: Speaker) -> Finding:
    flags = application.flags if application else discord.ApplicationFlags()
    if flags.gateway_message_content or flags.gateway_message_content_limited:
        return Finding(
            _NAME,
            Status.OK,
            say(
                "토큰을 받아들이고, 메시지 내용 인텐트가 켜져 있습니다",
                "takes the token; the message content intent is on",
            ),
        )
    return Finding(
        _NAME,
        Status.FAIL,
        say("메시지 내용 인텐트가 꺼져 있습니다", "the message content intent is off"),
        say(
            "개발자 포털에서 Bot -> Privileged Gateway Intents -> Message Content Intent를 켜고 "
            "저장하세요(https://discord.com/developers/applications).",
            "Switch on Bot -> Privileged Gateway Intents -> Message Content Intent and save "
            "(https://discord.com/developers/applications).",
        ),
    )


def _refused(say: Speaker) -> Finding:
    return Finding(
        _NAME,
        Status.FAIL,
        say("토큰을 받아들이지 않습니다", "refuses the token"),
        say(
            "개발자 포털의 Bot -> Reset Token에서 새로 받아 DISCORD_TOKEN에 적으세요.",
            "Take a new one from Bot -> Reset Token in the developer portal and put it into "
            "DISCORD_TOKEN.",
        ),
    )


def _away(say: Speaker) -> Finding:
    return Finding(
        _NAME,
        Status.WARN,
        say("지금 연결할 수 없습니다", "cannot be reached now"),
        say(
            "이 컴퓨터의 네트워크와 방화벽을 보세요. 봇은 연결될 때까지 다시 시도합니다.",
            "See to this machine's network and firewall; the bot tries until it gets through.",
        ),
    )
