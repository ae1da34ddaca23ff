"""The answers of `/monitor`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.i18n import Phrases
from bot.views.layout import Layout, listed, rule, text

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
