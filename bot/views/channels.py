"""The answers of `/monitor`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.i18n import Phrases
from bot.views.details import where_lines
from bot.views.layout import Layout, listed, rule, text
from reports.where import Where

_LIST_LIMIT: Final = 2000
_PROBLEMS_LIMIT: Final = 1500


def channel_list(channels: Sequence[int], problems: Sequence[str], say: Phrases) -> Layout:
    """Return the list of monitored channels and what is missing in them."""
    if not channels:
        return Layout(text(say("No channel is listened to yet. Begin with `/setup`.")))
    count = say.plural("{count} channel", "{count} channels", len(channels))
    lines = listed([f"• <#{channel_id}>" for channel_id in channels], _LIST_LIMIT, say)
    shown = text("### " + say("Listening to {channels}", channels=count), *lines)
    if not problems:
        return Layout(shown)
    missing = listed([f"• {line}" for line in problems], _PROBLEMS_LIMIT, say)
    return Layout(shown, rule(), text("**" + say("⚠️ Still to do") + "**", *missing))


def covered_channels(
    channels: Sequence[int], unseen: int, where: Where | None, say: Phrases
) -> Layout:
    """Return the channels that a report covers, with their moods where they are known.

    Args:
        channels: Those that the reader may see.
        unseen: How many more there are.
        where: The moods, of the channels that the reader may see.
        say: The reader's language.
    """
    title = "### " + say("Channels of this report")
    if not channels and not unseen:
        return Layout(text(title, say("No channel is listened to now.")))
    moods = where_lines(where, say) if where is not None else []
    named = {channel.channel_id for channel in where.channels} if where is not None else set()
    rest = [f"<#{channel_id}>" for channel_id in channels if channel_id not in named]
    lines = listed([f"• {line}" for line in (*moods, *rest)], _LIST_LIMIT, say)
    if unseen:
        lines.append(
            say.plural(
                "…and {count} that you cannot see", "…and {count} that you cannot see", unseen
            )
        )
    note = say("Moods are shown for channels in which enough people wrote.")
    return Layout(text(title, *lines), rule(), text("-# " + note))
