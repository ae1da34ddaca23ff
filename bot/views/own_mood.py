"""A member's own mood, as only that member sees it."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import Any, Final

import discord

from bot.i18n import Phrases
from bot.views.buttons import bright_button, export_button
from bot.views.layout import MAX_ALT_TEXT, Item, Layout, bar, joined, row, rule, shortened, text
from bot.views.privacy import OPT_IN, OPT_OUT
from bot.views.report import PictureCard
from classifiers.emotion import EMOTIONS
from reports.personal import OwnDay, OwnMood
from reports.wording import emotion_name, no_emotions
from reports.wording.numbers import percent, signed
from reports.wording.personal import (
    day_name,
    own_caution,
    own_headline,
    own_method,
    own_sentence,
    usual_line,
)

SHOW: Final = "nunchi:own-mood:show"
HIDE: Final = "nunchi:own-mood:hide"
HOW: Final = "nunchi:own-mood:how"

_TOP: Final = 5


@dataclass(frozen=True, slots=True)
class OwnMessage:
    """What is sent, once: the files are read while sending."""

    view: Layout
    files: list[discord.File]


def own_mood_message(own: OwnMood, picture: PictureCard | None, say: Phrases) -> OwnMessage:
    """Return a member's own week in words and bars, and their year as a picture."""
    language = say.language
    parts: list[Item] = [
        text(
            "### " + say("My mood"),
            f"**{own_headline(own, language)}**",
            own_sentence(own, language),
        )
    ]
    files = []
    if picture is not None:
        alt = shortened(picture.alt_text, MAX_ALT_TEXT)
        files.append(discord.File(io.BytesIO(picture.png), picture.name, description=alt))
        parts.append(discord.ui.MediaGallery(*map(discord.MediaGalleryItem, files)))
    parts += [
        text(*(_day(day, say) for day in own.week)),
        *([text(*_whole(own, say))] if own.mood is not None else []),
        rule(),
        text("-# " + own_caution(language)),
        row(_how(say), export_button(say), bright_button(say)),
        row(
            discord.ui.Button[Any](label=say("Do not show me this any more"), custom_id=HIDE),
            discord.ui.Button[Any](label=say("Opt out"), custom_id=OPT_OUT),
        ),
    ]
    return OwnMessage(Layout(*parts), files)


def offer(say: Phrases) -> Layout:
    """Return what one's own mood is, before a member has chosen to see it."""
    return Layout(
        text(
            "### " + say("My mood"),
            say(
                "I can show you how your own messages of the last week and year read, against "
                "your own days only. This is off until you choose it."
            ),
            "• " + say("Only you see it, and you are never compared with anybody."),
            "• " + say("It is a program's reading of your words, and no diagnosis."),
            "• " + say("You can take your choice back at any time; that holds at once."),
        ),
        row(
            discord.ui.Button[Any](
                label=say("Show me my own mood"),
                custom_id=SHOW,
                style=discord.ButtonStyle.primary,
            ),
            _how(say),
            bright_button(say),
        ),
    )


def not_agreed(say: Phrases) -> Layout:
    """Return the answer to somebody who is not measured because they have not agreed yet."""
    return Layout(
        text(
            "### " + say("My mood"),
            say(
                "This server asks each member first. You have not agreed, so none of your "
                "messages is measured."
            ),
            say("Should you want to see it one day: opt in, and use `/mood me` again."),
        ),
        row(discord.ui.Button[Any](label=say("Opt in"), custom_id=OPT_IN)),
    )


def not_measured(say: Phrases) -> Layout:
    """Return the answer to somebody who has opted out of being measured."""
    return Layout(
        text(
            "### " + say("My mood"),
            say(
                "You have opted out, so none of your messages is measured and there is no mood "
                "to show. That is perfectly fine."
            ),
            say("Should you want to see it one day: opt in, and use `/mood me` again."),
        ),
        row(discord.ui.Button[Any](label=say("Opt in"), custom_id=OPT_IN)),
    )


def hidden(say: Phrases) -> Layout:
    """Return the answer to a choice that was taken back."""
    return Layout(
        text(
            say("Your own mood is not shown to you any more."),
            say("Your messages still count for the mood of the server, unless you opt out."),
        ),
        row(
            discord.ui.Button[Any](label=say("Show me my own mood"), custom_id=SHOW),
            discord.ui.Button[Any](label=say("Opt out"), custom_id=OPT_OUT),
        ),
    )


def own_mood_method(model: str, say: Phrases) -> Layout:
    """Return how one's own mood is measured.

    Args:
        model: The classifier and its version.
        say: The reader's language.
    """
    return Layout(
        text(
            "### " + say("How is this measured?"),
            *(f"• {line}" for line in own_method(say.language)),
            "-# " + say("The program is called {model}.", model=f"`{model}`"),
        )
    )


def _how(say: Phrases) -> discord.ui.Button[Any]:
    return discord.ui.Button(label=say("How is this measured?"), custom_id=HOW)


def _day(day: OwnDay, say: Phrases) -> str:
    name = day_name(day.date, say.language)
    if day.mood is None:
        return joined([name, say("no messages")])
    count = say.plural("{count} message", "{count} messages", day.messages)
    return joined([f"`{_gauge(day.mood)}` {name}", f"**{signed(day.mood)}**", count])


def _gauge(mood: float) -> str:
    """Return where a mood in [-1, 1] lies between unpleasant and pleasant, as five places."""
    place = min(4, max(0, round((mood + 1) * 2)))
    return "·" * place + "●" + "·" * (4 - place)


def _whole(own: OwnMood, say: Phrases) -> list[str]:
    """Return the figures of the whole week."""
    lines = []
    if own.mood is not None:
        count = say.plural("{count} message", "{count} messages", own.messages)
        mood = say("Seven days **{value}**", value=signed(own.mood))
        lines.append(joined([mood, count]))
    if own.usual is not None:
        lines.append(usual_line(own.usual, say.language))
    return [*lines, *_emotions(own, say)]


def _emotions(own: OwnMood, say: Phrases) -> list[str]:
    if not own.tells_emotions:
        return [f"{no_emotions(say.language)}."]
    shares = [
        (share, emotion)
        for share, emotion in zip(own.shares, EMOTIONS, strict=True)
        if not math.isnan(share) and share > 0
    ]
    return [
        f"`{bar(share)}` **{percent(share)}** {emotion_name(emotion, say.language)}"
        for share, emotion in sorted(shares, key=lambda each: -each[0])[:_TOP]
    ]
