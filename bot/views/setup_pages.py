"""The page of the panel about privacy, and the one with the extras."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import discord

from bot.i18n import Phrases, mark
from bot.views.layout import Item, Layout, row, text
from bot.views.setup import (
    CONSENT_NAMES,
    THEME,
    THEME_NAMES,
    Page,
    panel_page,
    select,
)
from storage.records import ConsentMode, GuildSettings

CONSENT: Final = "nunchi:setup:consent"
RETENTION: Final = "nunchi:setup:retention"
MINIMUM: Final = "nunchi:setup:minimum"
SWITCH: Final = r"nunchi:setup:switch:(?P<key>[a-z-]+):(?P<state>on|off)"
"""The pattern of the buttons that switch a feature: each says what it leads to, so that a click
on an older panel never does the opposite of what stood on the button."""

RETENTIONS: Final = (30, 90, 180, 365, 730)
MINIMUMS: Final = (5, 6, 8, 10, 12, 15, 20, 25)

_CONSENT_MEANINGS: Final = {
    ConsentMode.NOTICE: mark("Members read the notice, and can leave at any time."),
    ConsentMode.EXPLICIT: mark("Nobody is measured before they press a button under the notice."),
}


@dataclass(frozen=True, slots=True)
class SwitchState:
    """One feature that can be switched.

    Attributes:
        key: Stands in the custom id.
        name: What it is called, in the reader's language.
        meaning: What it does, in the reader's language.
        on: Whether it is on.
        fixed: Whether it cannot be switched here as it is now.
    """

    key: str
    name: str
    meaning: str
    on: bool
    fixed: bool


def privacy_page(settings: GuildSettings, say: Phrases) -> Layout:
    """Return the page about privacy."""
    return panel_page(
        Page.PRIVACY,
        settings,
        [
            text(
                "**" + say("Whose messages are measured") + "**",
                say("With opt-in it can take weeks until enough people take part for a report."),
            ),
            row(_consent(settings.consent, say)),
            text(
                "**" + say("How long numbers are kept") + "**",
                say("What is older is deleted every night, and so is the history of changes."),
            ),
            row(select(RETENTION, _retentions(settings.retention_days, say), _kept(settings))),
            text(
                "**" + say("Smallest group") + "**",
                say("Nothing is said about fewer people than this. Five is the least."),
            ),
            row(select(MINIMUM, _minimums(settings.minimum_group, say), _least(settings))),
            text(
                "-# " + say("The notices in the channels say so as well, and follow each change.")
            ),
        ],
        say,
    )


def extras_page(settings: GuildSettings, switches: Sequence[SwitchState], say: Phrases) -> Layout:
    """Return the page of what can be switched on and off.

    Args:
        settings: What holds now.
        switches: At most eight.
        say: The reader's language.
    """
    themes = [(say(name), theme) for theme, name in THEME_NAMES.items()]
    return panel_page(
        Page.EXTRAS,
        settings,
        [
            text("**" + say("Look of the report") + "**"),
            row(select(THEME, themes, settings.theme)),
            *(_switch(switch, say) for switch in switches),
        ],
        say,
    )


def switch_id(key: str, *, on: bool) -> str:
    """Return the custom id of the button that switches a feature on, or off."""
    return f"nunchi:setup:switch:{key}:{'on' if on else 'off'}"


def _switch(switch: SwitchState, say: Phrases) -> Item:
    state = say("On") if switch.on else say("Off")
    label = say("Switch off") if switch.on else say("Switch on")
    button: discord.ui.Button[Any] = discord.ui.Button(
        label=label,
        custom_id=switch_id(switch.key, on=not switch.on),
        style=discord.ButtonStyle.success if switch.on else discord.ButtonStyle.secondary,
        disabled=switch.fixed,
    )
    return discord.ui.Section(f"**{switch.name}** · {state}\n{switch.meaning}", accessory=button)


def _consent(chosen: ConsentMode, say: Phrases) -> discord.ui.Select[Any]:
    options = [
        discord.SelectOption(
            label=say(name),
            value=mode.value,
            description=say(_CONSENT_MEANINGS[mode]),
            default=mode is chosen,
        )
        for mode, name in CONSENT_NAMES.items()
    ]
    return discord.ui.Select(custom_id=CONSENT, options=options)


def _retentions(now: int, say: Phrases) -> list[tuple[str, str]]:
    return [
        (say.plural("{count} day", "{count} days", days), str(days))
        for days in sorted({*RETENTIONS, now})
    ]


def _minimums(now: int, say: Phrases) -> list[tuple[str, str]]:
    return [
        (say("{count} people or more", count=people), str(people))
        for people in sorted({*MINIMUMS, now})
    ]


def _kept(settings: GuildSettings) -> str:
    return str(settings.retention_days)


def _least(settings: GuildSettings) -> str:
    return str(settings.minimum_group)
