"""The list of past reports, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import discord

from bot.i18n import Phrases
from bot.views.layout import Layout, rule, text
from bot.views.report import report_title
from bot.views.report_buttons import history_turns
from reports.monthly import is_on_demand, parse_period
from storage.records import ClaimState, ReportClaim

PAGE: Final = 10


def history_view(guild_id: int, claims: Sequence[ReportClaim], page: int, say: Phrases) -> Layout:
    """Return one page of the past reports, from 0; one that does not exist is the last.

    Args:
        guild_id: Where.
        claims: Of finished reports, newest first.
        page: Which page.
        say: The reader's language.
    """
    title = "### " + say("Past reports")
    if not claims:
        return Layout(text(title, say("There are none yet. `/report now` posts one.")))
    pages = (len(claims) + PAGE - 1) // PAGE
    number = min(max(page, 0), pages - 1)
    shown = claims[number * PAGE : (number + 1) * PAGE]
    return Layout(
        text(title, *(f"• {_line(guild_id, claim, say)}" for claim in shown)),
        rule(),
        text("-# " + say("Page {page} of {pages}", page=number + 1, pages=pages)),
        history_turns(number, pages, say),
    )


def _line(guild_id: int, claim: ReportClaim, say: Phrases) -> str:
    title = report_title(parse_period(claim.period), say)
    if claim.state is ClaimState.SKIPPED or claim.message_id is None:
        return say("{title}: not posted", title=title)
    link = f"https://discord.com/channels/{guild_id}/{claim.channel_id}/{claim.message_id}"
    when = discord.utils.format_dt(discord.utils.snowflake_time(claim.message_id), "d")
    line = f"[{title}]({link}) {when}"
    return f"{line} · {say('on demand')}" if is_on_demand(claim.period) else line
