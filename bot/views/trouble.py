"""What the administrators are told when a report cannot be posted."""

from __future__ import annotations

from typing import Final

from bot.command_errors import permission_names
from bot.i18n import Phrases, mark
from bot.report_place import Obstacle, Trouble
from bot.views.layout import MAX_CONTENT, plain, shortened
from bot.views.report import report_title
from reports.monthly import Period
from storage.records import GuildSettings

_NAME_LIMIT: Final = 100

_WHY: Final = {
    Trouble.GONE: mark("The channel for it is gone, or I cannot see it: {channel}."),
    Trouble.CLOSED: mark("In {channel} I lack this permission: {permissions}."),
    Trouble.ARCHIVED: mark("The thread {channel} is closed, and I may not open it again."),
    Trouble.REFUSED: mark("Discord has refused it in {channel} several times; I keep trying."),
    Trouble.UNSURE: mark(
        "The connection broke while I posted it in {channel}, and I may not read back there to "
        "see whether it arrived. I did not post it again; if it is missing, use `/report now`."
    ),
}


def trouble_text(
    obstacle: Obstacle, settings: GuildSettings, period: Period, server: str, say: Phrases
) -> str:
    """Return the message to the people in charge of a server."""
    why = say(
        _WHY[obstacle.trouble],
        channel=f"<#{settings.report.channel_id or 0}>",
        permissions=permission_names(obstacle.permissions, say),
    )
    lines = [
        say(
            "**{server}**: I could not post this: {title}.",
            server=plain(shortened(server, _NAME_LIMIT)),
            title=report_title(period, say),
        ),
        why,
        say("`/report schedule` shows what holds now. I tell you this once."),
    ]
    return shortened("\n".join(lines), MAX_CONTENT)
