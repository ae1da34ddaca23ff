"""Whose consent a guild asks for before a message may be measured."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from storage.packing import milliseconds
from storage.records import FOREVER, ConsentMode, GuildSettings

NEVER_ASKED: Final = -1
"""Before every message: no consent was ever asked for."""


def asked_until(settings: GuildSettings | None) -> int:
    """Return up to when messages need their author's consent, in milliseconds since the epoch.

    ``FOREVER`` while the guild is ``explicit``; afterwards when it ceased to be, so that nobody's
    messages from that time are taken later; ``NEVER_ASKED`` where it never was.
    """
    if settings is None:
        return NEVER_ASKED
    if settings.consent is ConsentMode.EXPLICIT:
        return FOREVER
    ended = settings.notice_since
    return NEVER_ASKED if ended is None else milliseconds(ended)


def is_consented(written: int, asked: int, consented: datetime | None) -> bool:
    """Return whether a message may be measured, as far as consent goes.

    Args:
        written: When it was written, in milliseconds since the epoch.
        asked: See ``asked_until``.
        consented: When its author agreed, or ``None``.
    """
    return written > asked or (consented is not None and milliseconds(consented) < written)
