"""The answer to "Check permissions": each thing that is missing, where, and what it is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.command_errors import permission_names
from bot.i18n import Phrases
from bot.views.layout import Layout, listed, text

_LIMIT: Final = 1700


@dataclass(frozen=True, slots=True)
class Missing:
    """One permission that is missing in one channel.

    Attributes:
        channel_id: Discord snowflake.
        permission: Key of ``bot.command_errors.PERMISSION_NAMES``; ``None`` when the channel is
            gone or out of sight.
        purpose: What it is for, in the reader's language.
    """

    channel_id: int
    permission: str | None = None
    purpose: str = ""


def check_result(needed: Sequence[Missing], welcome: Sequence[Missing], say: Phrases) -> Layout:
    """Return what is missing.

    Args:
        needed: Without these something does not work.
        welcome: Without these everything works, only less nicely.
        say: The reader's language.
    """
    title = "### " + say("Permissions")
    parts = [text(title)] if needed else [text(title, say("✅ I have everything that I need."))]
    if needed:
        lines = [_line(each, say) for each in needed]
        parts.append(text("**" + say("Missing") + "**", *listed(lines, _LIMIT, say)))
        parts.append(
            text(
                "-# "
                + say(
                    "Give my role these permissions in the settings of the channel, under "
                    "Permissions, and check again."
                )
            )
        )
    if welcome:
        lines = [_line(each, say) for each in welcome]
        parts.append(text("**" + say("Not needed, but nice") + "**", *listed(lines, _LIMIT, say)))
    return Layout(*parts)


def _line(missing: Missing, say: Phrases) -> str:
    channel = f"<#{missing.channel_id}>"
    if missing.permission is None:
        return "• " + say(
            "{channel}: gone, or hidden from me. Choose another, or let me see it.", channel=channel
        )
    return "• " + say(
        "{channel}: **{permission}**, {purpose}.",
        channel=channel,
        permission=permission_names((missing.permission,), say),
        purpose=missing.purpose,
    )
