"""What people do with retrospectives: write one, delete one, look at the arc of one's own."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from datetime import timedelta
from re import Match
from typing import Any, Final

import aiohttp
import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.cogs.answers import NOBODY, answer, guild_of
from bot.cogs.listening import settings_of
from bot.command_errors import Refusal
from bot.i18n import phrases_for, phrases_in
from bot.retro.composing import composed
from bot.retro.ownership import PATTERN, Mark, mark_of, mine_pattern, written_text
from bot.retro.posting import Draft, Place, RetroPosts, may_write, parent_of
from bot.retro.reading import texts_of
from bot.services import Services
from bot.views import retro as views
from bot.views.layout import shortened
from bot.views.listeners import pattern_ear
from bot.views.report import PictureCard
from reports.errors import ReportError
from reports.period import zone_of
from reports.retro.arc import LEAST, Arc, Sentence
from reports.retro.forms import form_of
from storage.retrospectives import ChannelKind

log = logging.getLogger(__name__)

PACE: Final = (3, 60.0)
"""How many posts somebody may make in how many seconds."""

GAP: Final = timedelta(minutes=7)
"""Between two messages of one post."""

_NEIGHBOURS: Final = 10
"""Messages before and after one's own that are looked at for the rest of a post."""

_THREAD_NAME: Final = 100


class RetroDesk:
    """Answers the dialog, the buttons and the menu entry about retrospectives."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._posts = RetroPosts(services.pipeline)
        self._pace = commands.CooldownMapping.from_cooldown(*PACE, _member)
        self.menu = app_commands.ContextMenu(
            name=locale_str("Retrospective arc"), callback=self._arc_asked
        )
        self.menu.guild_only = True
        app_commands.checks.cooldown(5, 30.0)(self.menu)

    def ears(self) -> tuple[type[discord.ui.DynamicItem[discord.ui.Button[Any]]], ...]:
        """Return what hears the buttons, on messages of any age."""
        return (
            pattern_ear(rf"{views.WRITE}:(?P<channel>\d{{15,20}})", self._write_clicked),
            pattern_ear(mine_pattern(), self._delete_clicked),
            pattern_ear(rf"{views.DROP}(?P<message>\d{{15,20}}):{PATTERN}", self._delete_confirmed),
            pattern_ear(
                rf"{views.ARC}(?P<channel>\d{{15,20}}):(?P<message>\d{{15,20}}):{PATTERN}",
                self._arc_clicked,
            ),
        )

    # Where

    def channel_of(
        self, interaction: discord.Interaction, chosen: int | None, *, any_of_them: bool = False
    ) -> int:
        """Return the channel for retrospectives that somebody means.

        Args:
            interaction: Who asks, and where.
            chosen: A channel that was named.
            any_of_them: Whether it is enough that there is one.

        Raises:
            Refusal: There is none, or it is not clear which.
        """
        guild, say = guild_of(interaction), phrases_for(interaction)
        known = [
            each.channel_id
            for each in settings_of(guild, self._services).channels
            if each.kind is ChannelKind.RETROSPECTIVE
        ]
        if not known:
            raise Refusal(
                say(
                    "This server has no channel for retrospectives yet. Somebody who manages the "
                    "server can make one with `/monitor kind`."
                )
            )
        here = interaction.channel
        inside = here.parent_id if isinstance(here, discord.Thread) else interaction.channel_id
        wanted = chosen or inside
        if wanted in known:
            return wanted or known[0]
        if chosen is None and (len(known) == 1 or any_of_them):
            return known[0]
        names = ", ".join(f"<#{each}>" for each in known[:10])
        raise Refusal(
            say("Choose a channel for retrospectives, or use it in one: {channels}", channels=names)
        )

    def _place(self, interaction: discord.Interaction, channel_id: int) -> Place:
        """Return where to post: the thread somebody is in, or the channel.

        Raises:
            Refusal: It is gone, or the member may not write there.
        """
        guild, say = guild_of(interaction), phrases_for(interaction)
        here, member = interaction.channel, interaction.user
        place: object = guild.get_channel(channel_id)
        in_thread = isinstance(here, discord.Thread) and here.parent_id == channel_id
        if in_thread and not isinstance(place, discord.ForumChannel):
            place = here
        if not isinstance(place, Place) or not isinstance(member, discord.Member):
            raise Refusal(say("This channel is gone, or I cannot see it. Choose another."))
        if not may_write(place, member):
            raise Refusal(
                say(
                    "You may not write in {channel}. Choose a channel where you can.",
                    channel=place.mention,
                )
            )
        return place

    # Writing

    async def open_dialog(
        self, interaction: discord.Interaction, form: str | None, channel_id: int | None = None
    ) -> None:
        """Open the dialog of a form; that of the channel if none is given."""
        guild, say = guild_of(interaction), phrases_for(interaction)
        where = self.channel_of(interaction, channel_id)
        self._place(interaction, where)
        self._require_patience(interaction)
        settings = settings_of(guild, self._services)
        asked = form_of(form or settings.retro.form_of(where))

        async def submitted(answered: discord.Interaction, answers: Sequence[str]) -> None:
            await self._submitted(answered, where, asked.key, answers)

        modal = views.RetroModal(asked, settings.language, say, submitted)
        await interaction.response.send_modal(modal)

    def _require_patience(self, interaction: discord.Interaction) -> None:
        """Keep somebody from filling a channel: neither slow mode nor AutoMod sees these posts.

        Raises:
            discord.app_commands.CommandOnCooldown: They have posted a few a moment ago.
        """
        bucket = self._pace.get_bucket(interaction)
        if bucket is not None and (wait := bucket.get_retry_after()):
            raise app_commands.CommandOnCooldown(app_commands.Cooldown(*PACE), wait)

    async def _write_clicked(self, interaction: discord.Interaction, match: Match[str]) -> None:
        channel_id = int(match["channel"])
        settings = settings_of(guild_of(interaction), self._services)
        kinds = {each.channel_id: each.kind for each in settings.channels}
        retro = kinds.get(channel_id) is ChannelKind.RETROSPECTIVE
        await self.open_dialog(interaction, None, channel_id if retro else None)

    async def _submitted(
        self, interaction: discord.Interaction, channel_id: int, form: str, answers: Sequence[str]
    ) -> None:
        guild, say = guild_of(interaction), phrases_for(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        language = settings_of(guild, self._services).language
        messages = composed(form_of(form), answers, language)
        if not messages:
            raise Refusal(
                say("There was nothing in it, so I posted nothing. Fill in at least one field.")
            )
        try:
            self.channel_of(interaction, channel_id)
            place = self._place(interaction, channel_id)
            posted = await self._post(interaction, place, messages, language)
            self._pace.update_rate_limit(interaction)
        except (Refusal, discord.HTTPException, aiohttp.ClientError, TimeoutError) as error:
            await self._give_back(interaction, messages, error)
            return
        mark = Mark.of(self._services.roster, interaction.id, interaction.user.id)
        arc_id = f"{views.ARC}{posted[0].channel.id}:{posted[0].id}:{mark.text}"
        measured = not self._services.privacy.is_refused(guild.id, interaction.user.id)
        shown = views.written(posted[0].jump_url, arc_id, say, measured=measured)
        await answer(interaction, shown)

    async def _post(
        self,
        interaction: discord.Interaction,
        place: Place,
        messages: Sequence[str],
        language: str,
    ) -> Sequence[discord.Message]:
        member, say = interaction.user, phrases_in(language)
        assert isinstance(member, discord.Member)
        zone = zone_of(settings_of(guild_of(interaction), self._services).timezone)
        day = self._services.clock.now().astimezone(zone).date().isoformat()
        title = say("Retrospective of {name}", name=member.display_name) + f", {day}"
        mark = Mark.of(self._services.roster, interaction.id, member.id)
        draft = Draft(member, messages, shortened(title, _THREAD_NAME), mark)
        return await self._posts.post(place, draft, say)

    async def _give_back(
        self, interaction: discord.Interaction, messages: Sequence[str], error: Exception
    ) -> None:
        """Tell that it could not be posted, and return what was written: it must not be lost."""
        say = phrases_for(interaction)
        log.warning("a retrospective was not posted: %s", type(error).__name__)
        reason = str(error) if isinstance(error, Refusal) else ""
        sentence = say("I could not post it. Here is your text, so that nothing is lost.")
        text = "\n\n".join(messages).encode()
        await interaction.followup.send(
            "\n".join(part for part in (sentence, reason) if part),
            file=discord.File(io.BytesIO(text), filename="retrospective.md"),
            ephemeral=True,
            allowed_mentions=NOBODY,
        )

    # Deleting

    async def _delete_clicked(self, interaction: discord.Interaction, match: Match[str]) -> None:
        mark = Mark.matched(match)
        self._require_author(interaction, mark)
        message = interaction.message
        assert message is not None
        custom_id = f"{views.DROP}{message.id}:{mark.text}"
        await answer(interaction, views.confirm_delete(custom_id, phrases_for(interaction)))

    async def _delete_confirmed(self, interaction: discord.Interaction, match: Match[str]) -> None:
        say, mark = phrases_for(interaction), Mark.matched(match)
        self._require_author(interaction, mark)
        await interaction.response.defer()
        message = await self._fetched(interaction, interaction.channel_id or 0, match)
        if mark_of(message) != mark:
            raise Refusal(
                say(
                    "What this is about is gone: it may have been deleted. Use the command "
                    "again to see what is there now."
                )
            )
        pieces = await self._posts.pieces(message, mark)
        await self._posts.delete(pieces)
        guild = guild_of(interaction)
        self._services.pipeline.discard(guild.id, [piece.id for piece in pieces])
        await interaction.edit_original_response(
            view=views.done(say("Deleted, and what was measured of it too.")),
            allowed_mentions=NOBODY,
        )

    def _require_author(self, interaction: discord.Interaction, mark: Mark) -> None:
        if mark.is_of(self._services.roster, interaction.user.id):
            return
        if interaction.permissions.manage_messages and isinstance(interaction.channel, Place):
            return
        say = phrases_for(interaction)
        raise Refusal(
            say("Only the person who wrote it can do that. `/retro write` begins one of your own.")
        )

    # The arc

    async def _arc_asked(self, interaction: discord.Interaction, message: discord.Message) -> None:
        mark = mark_of(message)
        own = message.author.id == interaction.user.id and not message.author.bot
        if mark is not None and message.author.bot:
            own = mark.is_of(self._services.roster, interaction.user.id)
        if not own:
            say = phrases_for(interaction)
            raise Refusal(
                say(
                    "I read messages only for the people who wrote them, so that nobody's feelings "
                    "are looked up by others. Try it on one of your own."
                )
            )
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show_arc(interaction, message, mark)

    async def _arc_clicked(self, interaction: discord.Interaction, match: Match[str]) -> None:
        mark = Mark.matched(match)
        if not mark.is_of(self._services.roster, interaction.user.id):
            raise Refusal(
                phrases_for(interaction)(
                    "Only the person who wrote it can do that. `/retro write` begins one of "
                    "your own."
                )
            )
        await interaction.response.defer(ephemeral=True, thinking=True)
        message = await self._fetched(interaction, int(match["channel"]), match)
        await self._show_arc(interaction, message, mark)

    async def _show_arc(
        self, interaction: discord.Interaction, message: discord.Message, mark: Mark | None
    ) -> None:
        guild, say = guild_of(interaction), phrases_for(interaction)
        if mark is not None and message.author.bot:
            pieces = await self._posts.pieces(message, mark)
        else:
            pieces = await _own_pieces(message)
        settings = settings_of(guild, self._services)
        parent = parent_of(message.channel) if isinstance(message.channel, Place) else None
        hint = settings.retro.form_of(parent.id) if parent is not None else None
        arc = await self._arc({each.id: written_text(each) for each in pieces}, hint)
        if arc is None:
            raise Refusal(say("An arc needs at least two sentences. Try it on a longer post."))
        picture = await self._picture(arc, settings.theme, say.language)
        view, files = views.arc_message(arc, picture, say)
        await interaction.followup.send(
            view=view, files=files, ephemeral=True, allowed_mentions=NOBODY
        )

    async def _arc(self, texts: dict[int, str], hint: str | None) -> Arc | None:
        pieces = texts_of(texts, hint)
        told = [pair for piece in pieces for pair in piece.post.sentences()]
        predictions = await self._services.retro.judge.predictions([each for _, each in told])
        sentences = [
            Sentence(section, prediction.valence, prediction.label)
            for (section, _), prediction in zip(told, predictions, strict=True)
            if prediction is not None
        ]
        return Arc.of(pieces[0].post.form, sentences) if len(sentences) >= LEAST else None

    async def _picture(self, arc: Arc, theme: str, language: str) -> PictureCard | None:
        try:
            return await self._services.studio.draw_arc(arc, theme=theme, language=language)
        except ReportError as error:
            log.warning("the arc of a post cannot be drawn: %s", error)
            return None

    async def _fetched(
        self, interaction: discord.Interaction, channel_id: int, match: Match[str]
    ) -> discord.Message:
        guild, say = guild_of(interaction), phrases_for(interaction)
        place = guild.get_channel_or_thread(channel_id)
        if place is None or not isinstance(place, discord.abc.Messageable):
            raise Refusal(
                say(
                    "What this is about is gone: it may have been deleted. Use the command "
                    "again to see what is there now."
                )
            )
        return await place.fetch_message(int(match["message"]))


def _member(interaction: discord.Interaction) -> tuple[int, int]:
    return interaction.guild_id or 0, interaction.user.id


async def _own_pieces(message: discord.Message) -> list[discord.Message]:
    """Return a message with those around it that its author wrote in one go, oldest first."""
    try:
        around = [each async for each in message.channel.history(limit=21, around=message)]
    except discord.HTTPException:
        around = []
    ordered = sorted({each.id: each for each in [*around, message]}.values(), key=_age)
    place = next(index for index, each in enumerate(ordered) if each.id == message.id)
    first = last = place
    while first > 0 and _together(ordered[first - 1], ordered[first]):
        first -= 1
    while last + 1 < len(ordered) and _together(ordered[last], ordered[last + 1]):
        last += 1
    return ordered[first : last + 1]


def _together(before: discord.Message, after: discord.Message) -> bool:
    same = before.author.id == after.author.id and not after.author.bot
    return same and after.created_at - before.created_at <= GAP


def _age(message: discord.Message) -> int:
    return message.id
