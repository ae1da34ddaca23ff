"""The answer of `/help`: what its reader can do where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import discord

from bot.i18n import Phrases
from bot.views.layout import Item, Layout, listed, plain, row, rule, shortened, text

MEMBERS: Final = "nunchi:help:members"
RUNNING: Final = "nunchi:help:running"

_EVERYBODY_LIMIT: Final = 1000
_OWN_LIMIT: Final = 1200
_RUNNING_LIMIT: Final = 3600
_NAME_LIMIT: Final = 90
"""Characters; together with the other lines they stay below the 4000 of a message."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A command that the reader may use.

    Attributes:
        shown: The command as a link that can be clicked, or the name of an entry of a menu.
        meaning: What it does, in the reader's language.
    """

    shown: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Topic:
    """Commands that belong together.

    Attributes:
        title: What they are about; empty for commands that stand alone.
        entries: The commands.
    """

    title: str
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Links:
    """Where more can be read; ``None`` where the operator named nothing.

    Attributes:
        guide: The operator's documentation.
        policy: The operator's full privacy policy.
    """

    guide: str | None = None
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class Help:
    """What one person can do in one place.

    Attributes:
        server: The name of the server; ``None`` in a direct message.
        state: What holds there, sentence by sentence.
        everybody: What everybody may use.
        menus: Names of entries in the menu of a message.
        own: What is about the reader's own data.
        running: What is for those who run the server, where the reader is one of them, by topic.
        links: Where more can be read.
        certain: Whether Discord told what this server's administrators took away.
    """

    server: str | None
    state: Sequence[str]
    everybody: Sequence[Entry]
    menus: Sequence[str]
    own: Sequence[Entry]
    running: Sequence[Topic]
    links: Links
    certain: bool = True


def for_members(found: Help, say: Phrases) -> Layout:
    """Return the first page: what holds here, and what members can do."""
    if found.server is None:
        title = say("What you can do in this conversation")
    else:
        name = plain(shortened(found.server, _NAME_LIMIT))
        title = say("What you can do in {server}", server=name)
    items: list[Item] = [text(f"## {title}", *(f"• {line}" for line in found.state)), rule()]
    if found.everybody:
        lines = listed(_lines(found.everybody), _EVERYBODY_LIMIT, say)
        items.append(text("### " + say("For everyone"), *lines, _menus(found.menus, say)))
    if found.own:
        lines = listed(_lines(found.own), _OWN_LIMIT, say)
        items.append(text("### " + say("Your own data"), *lines))
    items.append(
        text("-# " + say("Only you see this. Click a command to use it."), _doubt(found, say))
    )
    buttons = _links(found.links, say)
    if found.running:
        more = discord.ui.Button[Any](
            label=say("For those who run the server"),
            custom_id=RUNNING,
            style=discord.ButtonStyle.primary,
        )
        buttons.insert(0, more)
    return Layout(*items, *([row(*buttons)] if buttons else []))


def for_managers(found: Help, say: Phrases) -> Layout:
    """Return the second page: what those who run the server can do."""
    back = discord.ui.Button[Any](label=say("For everyone"), custom_id=MEMBERS)
    lines: list[str] = []
    for topic in found.running:
        lines += [f"**{topic.title}**"] if topic.title else []
        lines += _lines(topic.entries)
    return Layout(
        text("## " + say("For those who run the server")),
        text(*listed(lines, _RUNNING_LIMIT, say), _doubt(found, say)),
        row(back, *_links(found.links, say)),
    )


def _doubt(found: Help, say: Phrases) -> str:
    if found.certain:
        return ""
    return "-# " + say(
        "Discord did not tell whether this server took some of these commands away from you. "
        "What you see when you type / counts."
    )


def mentioned(command: str, say: Phrases) -> str:
    """Return the answer to somebody who asks for help in a channel.

    Args:
        command: `/help` as a link that can be clicked.
        say: The reader's language.
    """
    return say(
        "{command} shows what you can do here; only you see the answer. If you would rather talk "
        "about how you are, just tell me.",
        command=command,
    )


def _menus(names: Sequence[str], say: Phrases) -> str:
    if not names:
        return ""
    shown = say.list([f"**{name}**" for name in names])
    return say("In the menu of a message of your own, under Apps: {names}.", names=shown)


def _lines(entries: Sequence[Entry]) -> list[str]:
    return [f"{entry.shown} · {entry.meaning}" for entry in entries]


def _links(links: Links, say: Phrases) -> list[discord.ui.Button[Any]]:
    named = ((say("Guide"), links.guide), (say("Privacy policy"), links.policy))
    return [discord.ui.Button(label=label, url=url) for label, url in named if url is not None]
