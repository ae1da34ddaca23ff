"""Messages as pictures: what somebody sees in Discord, for guides and for looking at one's work.

A likeness, not a copy: own colours and measures, no avatars, and only what bots send.
"""

from bot.sandbox.drawing.message import draw_messages
from bot.sandbox.drawing.modal import draw_modal

__all__ = ["draw_messages", "draw_modal"]
