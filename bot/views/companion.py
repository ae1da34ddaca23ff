"""What the bot says in a conversation, beside the replies themselves; and the help in a crisis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import discord

from bot.companion.crisis import About
from bot.companion.helplines import DIRECTORY, Country, shipped
from bot.companion.values import Answer
from bot.i18n import Phrases
from bot.views.layout import Layout, plain, row, shortened, text
from storage.companion_settings import CompanionSettings

MORE: Final = "nunchi:talk:more"
FORGET: Final = "nunchi:talk:forget"
MODAL: Final = "nunchi:talk:words"
WORDS: Final = "words"
LONGEST: Final = 1000
"""Characters that a modal or ``/talk`` takes."""


MOST_DESCRIBED: Final = 100
"""Characters of the line under a field's name (Discord's limit)."""


class TalkModal(discord.ui.Modal):
    """A sheet to write on; what was written is heard by its custom id alone (``bot.cogs.talk``)."""

    def __init__(self, say: Phrases, sends_to: str | None = None) -> None:
        super().__init__(title=say("Talk with Nunchi"), custom_id=MODAL, timeout=1800)
        field = discord.ui.TextInput[Any](
            custom_id=WORDS, style=discord.TextStyle.paragraph, max_length=LONGEST
        )
        self.add_item(
            discord.ui.Label(
                text=say("What is on your mind?"),
                description=_promise(say, sends_to),
                component=field,
            )
        )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Leave it to whoever hears every sheet, also those from before a restart."""
        del interaction


def reply(answer: Answer, say: Phrases, *, sends_to: str | None, help_: Sequence[str]) -> Layout:
    """Return the private answer to ``/talk``.

    Args:
        answer: What the engine said.
        say: The reader's language.
        sends_to: Where the words were sent to, if they left the network.
        help_: What ``help_beside`` returned.
    """
    small = _small_print(answer, say, sends_to, help_)
    return Layout(text(plain_words(answer.text)), *([text(*small)] if small else []), _row(say))


def spoken(answer: Answer, say: Phrases, *, sends_to: str | None, help_: Sequence[str]) -> str:
    """Return the answer to a mention or a direct message, as plain text."""
    return "\n".join([plain_words(answer.text), *_small_print(answer, say, sends_to, help_)])


def help_beside(answer: Answer, country: Country | None, say: Phrases) -> list[str]:
    """Return the numbers that belong under an answer: of an emergency, and of who listens."""
    numbers = [_danger(country, say)] if answer.urgent else []
    return [*numbers, short_line(country, say)] if answer.careful else numbers


def plain_words(content: str) -> str:
    """Return what an engine wrote so that it mentions and formats nothing."""
    return plain(content)


def help_in_crisis(about: About, country: Country | None, say: Phrases) -> Layout:
    """Return the private help for somebody in a crisis, or who worries about somebody."""
    return Layout(text(help_text(about, country, say)), _row(say))


def help_text(
    about: About, country: Country | None, say: Phrases, *, measured: bool = False
) -> str:
    """Return the private help as text.

    Args:
        about: Whose life it is about.
        country: Whose lines are named; ``None`` where that is not known.
        say: The reader's language.
        measured: Whether the message stands in a channel, where it may be measured like any other.
    """
    if about is About.OTHER:
        words = [
            say("It is good that you look after them."),
            say(
                "Take it seriously, stay in touch if you can, and do not carry it alone. These "
                "lines also advise people who worry about somebody:"
            ),
        ]
        danger = say("If they are in danger right now, call {number}.", number=_emergency(country))
    else:
        words = [
            say("I am glad you told me. That sounds very heavy, and you need not bear it alone."),
            say("I am a bot and cannot be there for you the way people can. They listen now:"),
        ]
        danger = _danger(country, say)
    if measured:
        small = say("I tell nobody about this.")
    else:
        small = say("Nothing of this is stored, and nobody is told.")
    return "\n".join([*words, *_lines(country, say), danger, f"-# {small}"])


def help_in_public(country: Country | None, say: Phrases) -> str:
    """Return the help where others read along: it repeats nothing and says nothing about anyone."""
    return "\n".join(
        [
            say("I read your message, and I am glad you wrote. People are there to listen:"),
            *_lines(country, say),
            say("You can talk with me where only you can read, with `/talk`."),
        ]
    )


def short_line(country: Country | None, say: Phrases) -> str:
    """Return one helpline for the small print."""
    where = f"**{country.lines[0].number}**" if country else DIRECTORY
    return say("Somebody who listens, day and night: {line}", line=where)


def forgotten(say: Phrases) -> Layout:
    """Return the answer to the wish to forget."""
    return Layout(text(say("Forgotten: I know nothing of our conversations any more.")))


def greeting(say: Phrases) -> str:
    """Return the answer to an empty mention."""
    return say("I am here. Tell me how things are, or use `/talk` where only you can read.")


def switched_off_here(say: Phrases) -> str:
    """Return the answer where conversations are switched off."""
    return say(
        "Talking with me is switched off in this server. A direct message to me still works."
    )


def too_fast(seconds: float, say: Phrases) -> str:
    """Return the friendly request to wait."""
    return say.plural(
        "Give me a moment, please: {count} second, then I am all ears again.",
        "Give me a moment, please: {count} seconds, then I am all ears again.",
        max(1, round(seconds)),
    )


def status(settings: CompanionSettings, country: str | None, say: Phrases) -> str:
    """Return what the administrators chose."""
    if not settings.talk:
        state = say(
            "Conversations are off: `/talk` and mentions are not answered. Whoever writes to me of "
            "suicide or self-harm still gets a helpline, privately."
        )
    elif settings.mentions:
        state = say(
            "Conversations are on: I answer `/talk` privately, and mentions in the channel."
        )
    else:
        state = say("Conversations are on: I answer `/talk` privately, and no mentions.")
    return "\n".join([state, _country_line(settings.country, country, say)])


def unknown_country(say: Phrases) -> str:
    """Return the refusal of a country that we know no helpline of."""
    return say(
        "I know no helpline of that country. Choose one from the list, or leave it empty: then I "
        "name {directory}.",
        directory=DIRECTORY,
    )


def _country_line(chosen: str | None, country: str | None, say: Phrases) -> str:
    if chosen is not None:
        return say("Helplines: {country}, as you chose.", country=chosen)
    if country is not None:
        return say("Helplines: {country}, by timezone and language.", country=country)
    return say(
        "Helplines: {directory}. Choose a country with `/companion country`.", directory=DIRECTORY
    )


def _small_print(
    answer: Answer, say: Phrases, sends_to: str | None, help_: Sequence[str]
) -> list[str]:
    lines = list(help_)
    if answer.first:
        lines.append(say("I am a bot, and forget what you say within half an hour."))
    if sends_to is not None:
        lines.append(say("Your words were sent to {host} for this answer.", host=sends_to))
    return [f"-# {each}" for each in lines]


def _lines(country: Country | None, say: Phrases) -> list[str]:
    if country is None:
        known = shipped().countries
        usual = say(
            "**{america}** in the USA and Canada, **{britain}** in the UK and Ireland, "
            "**{australia}** in Australia",
            america=known["US"].lines[0].number,
            britain=known["GB"].lines[0].number,
            australia=known["AU"].lines[0].number,
        )
        return [f"• {usual}", f"• {say('Elsewhere: {directory}', directory=DIRECTORY)}"]
    lines = [f"• **{line.number}** {line.names[say.language]}" for line in country.lines]
    elsewhere = say("Elsewhere: {directory}", directory=DIRECTORY)
    return [*lines, f"• {elsewhere}"]


def _danger(country: Country | None, say: Phrases) -> str:
    return say(
        "If you are in danger right now, call {number}, or go to somebody you trust.",
        number=_emergency(country),
    )


def _emergency(country: Country | None) -> str:
    return f"**{country.emergency}**" if country else "**112 / 911**"


def _promise(say: Phrases, sends_to: str | None) -> str:
    if sends_to is not None:
        sent = say("Only you see this. It is sent to {host} for an answer.", host=sends_to)
        return shortened(sent, MOST_DESCRIBED)
    return say("Only you see this. It is not stored.")


def _row(say: Phrases) -> discord.ui.ActionRow[Any]:
    return row(
        discord.ui.Button(label=say("Go on"), custom_id=MORE, style=discord.ButtonStyle.primary),
        discord.ui.Button(label=say("Forget it"), custom_id=FORGET),
    )
