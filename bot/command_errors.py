"""Every error of a command or a button becomes one short answer that only its user sees."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import aiohttp
import discord
from discord import app_commands

from bot.i18n import Phrases, mark, phrases_for
from classifiers.errors import ClassifierError, NunchiError
from storage.errors import StoreUnavailable

logger = logging.getLogger(__name__)

PERMISSION_NAMES: Final = {
    "manage_guild": mark("Manage Server"),
    "view_channel": mark("View Channel"),
    "read_message_history": mark("Read Message History"),
    "send_messages": mark("Send Messages"),
    "send_messages_in_threads": mark("Send Messages in Threads"),
    "create_posts": mark("Create Posts"),
    "attach_files": mark("Attach Files"),
    "create_public_threads": mark("Create Public Threads"),
    "manage_threads": mark("Manage Threads"),
    "pin_messages": mark("Pin Messages"),
    "manage_webhooks": mark("Manage Webhooks"),
}
COMMAND_CHANGED: Final = mark("This command has just changed. Reload Discord and try again.")
DISCORD_AWAY: Final = mark("Discord did not take my answer. Please try again in a minute.")
UNKNOWN_INTERACTION: Final = 10062
"""Discord's code for an answer that comes after the three seconds."""

_CHAIN_LENGTH: Final = 8
"""How many causes of an error are logged."""


class Refusal(NunchiError):
    """A command that cannot be done, for a reason that its user should read.

    The text is already in the language of that user.
    """


class NunchiTree(app_commands.CommandTree[Any]):
    """The command tree of the bot: it answers errors instead of only logging them."""

    async def on_error(
        self, interaction: discord.Interaction, error: app_commands.AppCommandError
    ) -> None:
        """Answer an error of a command."""
        await answer_error(interaction, error)


async def answer_error(interaction: discord.Interaction, error: Exception) -> None:
    """Tell a user, in their language, what went wrong and what to do."""
    cause = _unwrapped(error)
    if isinstance(cause, discord.NotFound) and cause.code == UNKNOWN_INTERACTION:
        logger.warning("an interaction expired before it was answered")
        return
    say = phrases_for(interaction)
    origin = _origin(interaction)
    await _send(interaction, _expected(cause, origin, say) or _unexpected(cause, origin, say))


def _origin(interaction: discord.Interaction) -> str:
    """Return what was used: a command's name or a button's id, never what was typed."""
    if interaction.command is not None:
        return interaction.command.qualified_name
    data: Mapping[str, Any] = {**(interaction.data or {})}
    return str(data.get("custom_id", "an unknown command"))


def permission_names(names: list[str] | tuple[str, ...], say: Phrases) -> str:
    """Return the names of permissions as Discord shows them, as one enumeration."""
    return say.list([say(PERMISSION_NAMES.get(name, name)) for name in names])


def _unwrapped(error: Exception) -> Exception:
    wrappers = (app_commands.CommandInvokeError, app_commands.TransformerError)
    while isinstance(error, wrappers):
        inner = (
            error.original
            if isinstance(error, app_commands.CommandInvokeError)
            else error.__cause__
        )
        if not isinstance(inner, Exception):
            return error
        error = inner
    return error


def _refusal(error: Exception, say: Phrases) -> str:
    del say
    return str(error)


def _cooldown(error: Exception, say: Phrases) -> str:
    assert isinstance(error, app_commands.CommandOnCooldown)
    seconds = max(1, round(error.retry_after))
    return say.plural(
        "That was quick. Please try again in {count} second.",
        "That was quick. Please try again in {count} seconds.",
        seconds,
    )


def _missing_permissions(error: Exception, say: Phrases) -> str:
    assert isinstance(error, app_commands.MissingPermissions)
    names = permission_names(error.missing_permissions, say)
    return say(
        "You need this permission for that: {permissions}. Ask somebody who manages the server.",
        permissions=names,
    )


def _fixed(msgid: str) -> Callable[[Exception, Phrases], str]:
    return lambda _, say: say(msgid)


# The first class that fits answers, so a subclass stands before its base.
_ANSWERS: Final[tuple[tuple[type[Exception], Callable[[Exception, Phrases], str]], ...]] = (
    (Refusal, _refusal),
    (app_commands.CommandOnCooldown, _cooldown),
    (app_commands.MissingPermissions, _missing_permissions),
    (
        app_commands.NoPrivateMessage,
        _fixed(
            mark("This works in a server only. Open the server and use it in one of its channels.")
        ),
    ),
    (app_commands.CommandNotFound, _fixed(COMMAND_CHANGED)),
    (app_commands.CommandSignatureMismatch, _fixed(COMMAND_CHANGED)),
    (
        app_commands.TransformerError,
        _fixed(mark("I could not read one of the values. Check it and try again.")),
    ),
    (
        StoreUnavailable,
        _fixed(
            mark(
                "The storage is not answering. Nothing is lost: messages are read again later. "
                "Please try this again in a minute."
            )
        ),
    ),
    (
        ClassifierError,
        _fixed(mark("The emotion classifier is not answering. Please try again in a minute.")),
    ),
    (
        discord.Forbidden,
        _fixed(
            mark(
                "Discord does not let me do that here. "
                "Check my permissions in this channel and try again."
            )
        ),
    ),
    (
        discord.NotFound,
        _fixed(
            mark(
                "What this is about is gone: it may have been deleted. Use the command again "
                "to see what is there now."
            )
        ),
    ),
    (discord.HTTPException, _fixed(DISCORD_AWAY)),
    (aiohttp.ClientError, _fixed(DISCORD_AWAY)),
    (TimeoutError, _fixed(DISCORD_AWAY)),
)


def _expected(error: Exception, origin: str, say: Phrases) -> str | None:
    for kind, answer in _ANSWERS:
        if isinstance(error, kind):
            if not isinstance(error, Refusal | app_commands.AppCommandError):
                logger.warning("%s failed: %s", origin, type(error).__name__)
            return answer(error, say)
    return None


def _unexpected(error: Exception, origin: str, say: Phrases) -> str:
    reference = secrets.token_hex(4)
    logger.error("%s failed, reference %s\n%s", origin, reference, describe(error))
    if isinstance(error, NunchiError):
        sentence = say("That could not be done just now.")
    else:
        sentence = say("Sorry, something went wrong on my side.")
    advice = say(
        "If it happens again, tell the operator this reference: {reference}.",
        reference=f"`{reference}`",
    )
    return f"{sentence} {advice}"


def describe(error: BaseException) -> str:
    """Return the types and code lines of an error and its causes, but not their texts.

    The text of an error may quote what somebody wrote; logs must not.
    """
    parts = (
        f"{type(each).__module__}.{type(each).__qualname__}\n"
        + "".join(traceback.format_list(traceback.extract_tb(each.__traceback__)))
        for each in _chain(error)
    )
    return "caused by ".join(parts)


def _chain(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    for _ in range(_CHAIN_LENGTH):
        if current is None:
            return
        yield current
        current = current.__cause__ or current.__context__


async def _send(interaction: discord.Interaction, text: str) -> None:
    nobody = discord.AllowedMentions.none()
    try:
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True, allowed_mentions=nobody)
        else:
            await interaction.response.send_message(text, ephemeral=True, allowed_mentions=nobody)
    except discord.HTTPException as error:
        logger.warning("an error could not be answered: HTTP %s, code %s", error.status, error.code)
    except aiohttp.ClientError as error:
        logger.warning("an error could not be answered: %s", type(error).__name__)
