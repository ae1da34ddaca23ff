"""The receipt of an erasure, on the screen and as a small text file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import discord

from bot.i18n import Phrases
from bot.receipts import OPT_OUT as OPTED_OUT
from bot.receipts import Receipt
from bot.views.kept import kinds
from bot.views.layout import Layout, plain, row, shortened, text
from bot.views.place import Place
from bot.views.privacy import OPT_IN, OPT_OUT
from reports.errors import ReportError
from reports.period import zone_of
from storage.personal_data import RECORDS
from storage.records import ConsentMode, GuildSettings

SAVE: Final = "nunchi:privacy:receipt"

_MARKS: Final = ("### ", "-# ")
_NAME_LENGTH: Final = 90
_FORMAT: Final = "%Y-%m-%d %H:%M:%S"


def receipt_message(
    receipt: Receipt, settings: GuildSettings, place: Place, say: Phrases
) -> Layout:
    """Return the answer to an opt-out or a deletion.

    Args:
        receipt: What was done.
        settings: Of the server.
        place: The server.
        say: The reader's language.
    """
    out = receipt.what == OPTED_OUT
    if out:
        title, meaning = (
            say("Receipt of your opt-out"),
            say("You have opted out. Your messages are no longer measured."),
        )
        button = _button(place, OPT_IN, say("Opt in"))
    else:
        title, meaning = say("Receipt of your deletion"), _afterwards(settings, say)
        button = _button(place, OPT_OUT, say("Opt out"))
    return Layout(
        text("### " + title, _server(place, say), meaning),
        text(*_deleted(receipt, say)),
        text(
            say("When: {moment}", moment=_moments(receipt.at, settings.timezone)),
            say("Receipt number: {number}", number=f"`{receipt.number}`"),
        ),
        text(say("What remains, and why:"), "• " + _remains(say, out=out), *_totals(receipt, say)),
        text(f"-# `{receipt.line}`"),
        row(_button(place, SAVE, say("Save as a file")), button),
    )


def receipt_text(message: discord.Message) -> str:
    """Return what a message with a receipt says, as plain text for a file."""
    lines = []
    for part in _texts(message.components):
        for line in part.splitlines():
            content = line.removeprefix(_MARKS[0]).removeprefix(_MARKS[1])
            lines.append(content.replace("`", "").replace("**", ""))
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def receipt_file_name(content: str) -> str:
    """Return what the file of a receipt is called."""
    number = content.rpartition("number=")[2].strip()
    return f"nunchi-receipt-{number}.txt" if number else "nunchi-receipt.txt"


def _server(place: Place, say: Phrases) -> str:
    number = f"`{place.guild_id}`"
    if place.name is not None:
        number = f"{plain(shortened(place.name, _NAME_LENGTH))} ({number})"
    return say("Server {number}", number=number)


def _afterwards(settings: GuildSettings, say: Phrases) -> str:
    if settings.consent is ConsentMode.EXPLICIT:
        return say("Nothing of yours is measured until you agree again.")
    return say("New messages are still measured, unless you opt out as well.")


def _deleted(receipt: Receipt, say: Phrases) -> list[str]:
    if not receipt.counts:
        return [say("There was nothing to delete.")]
    records = receipt.counts.get(RECORDS, 0)
    lines = []
    if records:
        lines.append(
            say.plural("{count} record was deleted.", "{count} records were deleted.", records)
        )
    others = kinds({**receipt.counts, RECORDS: 0}, say)
    if others:
        lines.append(say("Deleted as well:") if records else say("Deleted:"))
        lines += [f"• {line}" for line in others]
    return lines


def _remains(say: Phrases, *, out: bool) -> str:
    if out:
        return say(
            "A keyed hash of you in this server, with the time of the opt-out: without it nobody "
            "could refuse your messages after a restart, when you come back, or when old messages "
            "are read in."
        )
    return say(
        "A keyed hash of you in this server, with the time of the deletion: so that what was "
        "deleted is never read in again."
    )


def _totals(receipt: Receipt, say: Phrases) -> Iterator[str]:
    if receipt.counts.get(RECORDS):
        yield (
            "• "
            + say(
                "Reports that were shown keep their totals of the whole server; none is of a "
                "person."
            )
        )


def _moments(at: datetime, timezone: str) -> str:
    world = f"{at.astimezone(UTC):{_FORMAT}} UTC"
    try:
        zone = zone_of(timezone)
    except ReportError:
        return world
    if timezone == "UTC":
        return world
    return f"{at.astimezone(zone):{_FORMAT}} ({timezone}) = {world}"


def _texts(components: Any) -> Iterator[str]:  # noqa: ANN401 - the library's many kinds
    for each in components:
        if isinstance(each, discord.TextDisplay):
            yield each.content
        yield from _texts(getattr(each, "children", ()))


def _button(place: Place, custom_id: str, label: str) -> discord.ui.Button[Any]:
    return discord.ui.Button(label=label, custom_id=place.custom_id(custom_id))
