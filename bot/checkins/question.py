"""When a guild's question is due, and what is posted."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.i18n import phrases_in
from bot.prompts import Prompt, last_moment
from bot.views.checkins import FACE_ID, question
from storage.claims import CHECKIN
from storage.records import GuildSettings

KEY_FORMAT: Final = "%Y%m%dT%H%M"


def checkin_due(settings: GuildSettings, now: datetime) -> Prompt | None:
    """Return the question that is due; see ``bot.prompts.Source``.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
    """
    chosen = settings.checkins
    if chosen.channel_id is None:
        return None
    moment = last_moment(settings, now, chosen.weekday, (chosen.hour, 0), chosen.since)
    if moment is None:
        return None
    name = moment.strftime(KEY_FORMAT)
    say = phrases_in(settings.language)
    weekly = chosen.weekday is not None
    return Prompt(
        key=f"{CHECKIN}{name}",
        moment=moment,
        channel_id=chosen.channel_id,
        view=lambda: question(name, settings.minimum_group, say, weekly=weekly),
        mark=f"{FACE_ID}:{name}",
    )
