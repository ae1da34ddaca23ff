"""Buttons under a reading, what follows a click on them, and what moderators see of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import discord

from bot.feedback.held import Reading
from bot.i18n import Phrases
from bot.views.analysis import analysis
from bot.views.layout import Item, Layout, row, rule, text
from classifiers.emotion import EMOTIONS, Emotion
from reports.agreement import Agreement, Rate
from reports.recalibrating import MINIMUM_PEOPLE, MINIMUM_TEXTS, Trial
from reports.wording import emotion_name
from reports.wording.numbers import percent
from storage.recalibrated import GuildRecalibration

_NAME: Final = r"(?P<name>[A-Za-z0-9_-]{6,32})"
RIGHT: Final = f"nunchi:feedback:right:{_NAME}"
WRONG: Final = f"nunchi:feedback:wrong:{_NAME}"
CHOICE: Final = f"nunchi:feedback:choice:{_NAME}"
GIVE: Final = f"nunchi:feedback:give:{_NAME}"
UNDO: Final = f"nunchi:feedback:undo:{_NAME}"

TRY: Final = "nunchi:feedback:recalibrate"
STOP: Final = "nunchi:feedback:as-shipped"

TEXT_FIELD: Final = "text"


def reading(held: Reading, name: str, say: Phrases, *, asking: bool = False) -> Layout:
    """Return a reading with what its author may say of it.

    Args:
        held: The reading.
        name: What it is held under.
        say: The reader's language.
        asking: Whether the author is choosing the emotion just now.
    """
    below: list[Item] = [rule(), *_below(held, name, say, asking=asking)]
    return analysis(held.told, held.evidence, say, below=below, kept=held.given)


def _below(held: Reading, name: str, say: Phrases, *, asking: bool) -> Sequence[Item]:
    if held.told.label is None:
        return [text("-# " + say("This model names no emotions, so there is nothing to judge."))]
    if asking:
        return [text(say("What was it?")), row(_choices(held, name, say))]
    if held.corrected is None:
        return [
            text(say("Is that right?")),
            row(
                _button(say("Right"), "right", name, discord.ButtonStyle.success),
                _button(say("Not quite…"), "wrong", name),
            ),
        ]
    return _thanks(held, name, say)


def _thanks(held: Reading, name: str, say: Phrases) -> Sequence[Item]:
    said = emotion_name(held.corrected, say.language) if held.corrected else ""
    lines = [say("Thank you. Kept: you say it is {emotion}.", emotion=f"**{said}**")]
    if held.given:
        lines.append(say("Your text is in the training set of this server's operator."))
        return [text(*lines), row(_button(say("Take both back"), "undo", name))]
    lines.append("-# " + say("Your text is not kept, unless you add it to the training set."))
    return [
        text(*lines),
        row(
            _button(say("Add my text…"), "give", name),
            _button(say("Change"), "wrong", name),
            _button(say("Take it back"), "undo", name),
        ),
    ]


def _choices(held: Reading, name: str, say: Phrases) -> discord.ui.Select[Any]:
    known = held.told.labels
    return discord.ui.Select(
        custom_id=f"nunchi:feedback:choice:{name}",
        placeholder=say("Choose the emotion"),
        options=[
            discord.SelectOption(
                label=emotion_name(emotion, say.language),
                value=emotion.value,
                default=emotion is held.corrected,
            )
            for emotion in EMOTIONS
            if emotion in known or emotion is Emotion.NEUTRAL
        ],
    )


def _button(
    label: str,
    what: str,
    name: str,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
) -> discord.ui.Button[Any]:
    return discord.ui.Button(label=label, custom_id=f"nunchi:feedback:{what}:{name}", style=style)


def giving(held: Reading, say: Phrases) -> tuple[str, str, discord.ui.TextInput[Any]]:
    """Return title, explanation and field of the modal in which an author gives a text."""
    said = emotion_name(held.corrected, say.language) if held.corrected else ""
    explanation = say(
        "What you send here is kept with the label {emotion}, under a pseudonym, so that whoever "
        "runs this bot can train and test it. Take out names and anything you do not want to "
        "give. You can take it back with /privacy delete.",
        emotion=f"**{said}**",
    )
    field: discord.ui.TextInput[Any] = discord.ui.TextInput(
        style=discord.TextStyle.paragraph,
        custom_id=TEXT_FIELD,
        default=held.text,
        min_length=1,
        max_length=4000,
    )
    return say("Add my text to the training set"), explanation, field


def status(
    found: Agreement,
    used: GuildRecalibration | None,
    say: Phrases,
    tried: Trial | None = None,
) -> Layout:
    """Return what moderators see: how often members agree, and what was made of it.

    Args:
        found: How members and the bot agree.
        used: What single readings are recalibrated by.
        say: The reader's language.
        tried: What trying to recalibrate showed just now.
    """
    buttons = [discord.ui.Button[Any](label=say("Try to recalibrate"), custom_id=TRY)]
    if used is not None:
        buttons.append(discord.ui.Button(label=say("Read as shipped again"), custom_id=STOP))
    return Layout(
        text("## " + say("Feedback on readings"), *_agreement(found, say)),
        rule(),
        text("**" + say("Recalibration") + "**", *_recalibration(used, tried, say)),
        row(*buttons),
        text(
            "-# "
            + say(
                "Members judge what they like, mostly what surprised them: this is not the share "
                "of messages that are read rightly. Nobody's judgements are shown."
            )
        ),
    )


def _agreement(found: Agreement, say: Phrases) -> list[str]:
    if found.overall is None:
        return [
            say(
                "Not enough people have judged a reading yet: {people} of {needed}.",
                people=min(found.people, found.needed),
                needed=found.needed,
            ),
            say("Members judge with the buttons under `/analyze text`, of their own words."),
        ]
    lines = [
        say(
            "**{share}** of {count} judgements agree ({low} to {high}).",
            **_figures(found.overall),
        )
    ]
    lines += [
        "• "
        + say(
            "read as {emotion}: {share} of {count} ({low} to {high})",
            emotion=emotion_name(emotion, say.language),
            **_figures(each),
        )
        for emotion, each in found.by_emotion
    ]
    texts = say.plural(
        "{count} text was added to the training set.",
        "{count} texts were added to the training set.",
        found.texts or 0,
    )
    return [*lines, texts]


def _figures(found: Rate) -> dict[str, object]:
    return {
        "share": percent(found.share),
        "count": found.count,
        "low": percent(found.low),
        "high": percent(found.high),
    }


def _recalibration(used: GuildRecalibration | None, tried: Trial | None, say: Phrases) -> list[str]:
    lines = []
    if tried is not None:
        lines.append(_tried(tried, say))
    if used is None:
        lines.append(say("Readings are told as the model says."))
    else:
        lines.append(
            say(
                "Readings of {model} are told recalibrated, by {texts} judgements.",
                model=used.model,
                texts=used.fitted_texts,
            )
        )
    lines.append("-# " + say("It changes what authors are told of one text, not the reports."))
    return lines


def _tried(tried: Trial, say: Phrases) -> str:
    if not tried.enough:
        # How many people there are is told only where they are enough to be shown.
        return say(
            "It takes {texts} judgements by {people} people to try; there are {count} so far.",
            texts=MINIMUM_TEXTS,
            people=MINIMUM_PEOPLE,
            count=tried.texts,
        )
    figures = {"before": f"{tried.before:.3f}", "after": f"{tried.after:.3f}"}
    if tried.kept is None:
        return say(
            "Tried, and not used: on judgements held out it does not help beyond chance "
            "(log loss {before}, then {after}).",
            **figures,
        )
    return say(
        "Tried, and used from now on: on judgements held out the log loss falls from {before} to "
        "{after}.",
        **figures,
    )
