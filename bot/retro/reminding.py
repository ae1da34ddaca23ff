"""The reminder of a guild to write a retrospective: a friendly line once a week."""

from __future__ import annotations

from datetime import datetime

from bot.i18n import phrases_in
from bot.prompts import Prompt, last_moment
from bot.views.retro import WRITE, reminder_message
from storage.claims import RETRO
from storage.records import GuildSettings


def reminder_due(settings: GuildSettings, now: datetime) -> Prompt | None:
    """Return the reminder that is due; see ``bot.prompts.Source``.

    Raises:
        UnknownTimezone: The guild's timezone means nothing here.
    """
    reminder = settings.retro.reminder
    if reminder is None:
        return None
    at = (reminder.hour, reminder.minute)
    moment = last_moment(settings, now, reminder.weekday, at, reminder.since)
    if moment is None:
        return None
    channel_id, role_id = reminder.channel_id, reminder.role_id
    return Prompt(
        key=f"{RETRO}{moment:%Y-%m-%dT%H:%M}",
        moment=moment,
        channel_id=channel_id,
        view=lambda: reminder_message(channel_id, role_id, phrases_in(settings.language)),
        mark=WRITE,
        roles=() if role_id is None else (role_id,),
    )
