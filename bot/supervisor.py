"""Keeps a client alive: whatever breaks one, the next takes over; only refusals end the bot."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import aiohttp
import discord

from bot.backoff import Backoff
from bot.errors import IntentNotGranted, TokenRefused

log = logging.getLogger(__name__)

STABLE: Final = 60.0

_TOKEN_REFUSED = 4004
_INTENT_NOT_GRANTED = 4014


async def supervise(
    build: Callable[[], discord.Client], token: str, backoff: Backoff, *, stable: float = STABLE
) -> None:
    """Run clients one after another until cancelled.

    An error in the middle of an event ends the task of a client while it still counts as open, so
    each is closed for good before the next is made. What was missed is caught up by the next.

    Args:
        build: Makes the next client.
        token: What it logs in with.
        backoff: How long to wait between two.
        stable: Seconds after which a client is no failure, and the next may come at once.

    Raises:
        TokenRefused: Discord does not know the token.
        IntentNotGranted: The message content intent is off in the developer portal.
    """
    clock = asyncio.get_running_loop().time
    while True:
        client, began = build(), clock()
        try:
            await client.start(token)
        except discord.LoginFailure as error:
            raise TokenRefused from error
        except discord.PrivilegedIntentsRequired as error:
            raise IntentNotGranted from error
        except discord.ConnectionClosed as error:
            _raise_refusal(error)
            log.warning("the connection was closed with code %s", error.code)
        except aiohttp.ClientConnectionError as error:
            log.warning("Discord cannot be reached: %s", error)
        except Exception:
            # The supervisor is the one place that may catch everything: it logs and recovers.
            log.exception("the client failed")
        finally:
            await client.close()
        if clock() - began >= stable:
            backoff.reset()
        log.info("connecting anew")
        await backoff.wait()


def _raise_refusal(error: discord.ConnectionClosed) -> None:
    if error.code == _TOKEN_REFUSED:
        raise TokenRefused from error
    if error.code == _INTENT_NOT_GRANTED:
        raise IntentNotGranted from error
