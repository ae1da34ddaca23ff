"""Where the walk takes place: the village on a loopback Discord, with the real bot in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.application import Application, opened, serve
from bot.i18n import Phrases, phrases_in
from bot.sandbox import Channel, Guild, Interaction, Member, Permission, Sandbox
from bot.sandbox.components import walk
from bot.sandbox.messages import Message
from bot.sandbox.permissions import BOT_INVITE
from bot.settings import Settings
from guide.village import BEFORE, Village, chatter

INVITED = (
    BOT_INVITE
    | Permission.PIN_MESSAGES
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.MANAGE_WEBHOOKS
)


@dataclass
class Place:
    """Everything that the walk holds in hand."""

    server: Sandbox
    village: Village
    application: Application
    guild: Guild
    talk: Channel
    questions: Channel
    retros: Channel
    moderators: Channel
    reports: Channel
    news: Channel
    people: dict[str, Member]

    @property
    def say(self) -> Phrases:
        """The catalogue of the village."""
        return phrases_in(self.village.language)

    @property
    def admin(self) -> Member:
        """Who sets the bot up."""
        return self.people[self.village.people[0]]

    @property
    def member(self) -> Member:
        """Who meets the bot as a member."""
        return self.people[self.village.people[1]]

    async def run(
        self, who: Member, command: str, where: Channel | None = None, **options: object
    ) -> Interaction:
        """Use a command."""
        return await self.guild.run_command(
            who, command, options, channel=where or self.talk, patience=60
        )

    async def press(self, shown: Interaction, button: str) -> Interaction:
        """Press a button that changes the message it is on."""
        return await (await shown.click(button)).changed(30)

    async def choose(self, shown: Interaction, select: str, *values: object) -> Interaction:
        """Choose in a select menu."""
        return await (await shown.select(select, *values)).changed(30)

    async def heard(self) -> None:
        """Wait until the bot has stored everything."""
        await self.server.flush(60)
        await self.application.services.pipeline.drained()

    async def talk_until(self, last: datetime) -> None:
        """Let the village talk from now until a moment."""
        for moment, person, which, words in chatter(self.village, self.server.clock.now(), last):
            self.server.clock.set(moment)
            await self.guild.say(self.people[person], (self.talk, self.questions)[which], words)
        self.server.clock.set(last)
        await self.heard()


def custom_id(message: Message, beginning: str) -> str:
    """Return the id of the first component whose id begins so."""
    return next(
        str(part["custom_id"])
        for part in walk(message.components)
        if str(part.get("custom_id", "")).startswith(beginning)
    )


@asynccontextmanager
async def founded(server: Sandbox, village: Village, folder: Path) -> AsyncIterator[Place]:
    """Open a village that has talked for weeks, and let the bot join it."""
    server.clock.set(village.joined - BEFORE)
    guild = server.add_guild(village.server, locale=village.locale, bot_permissions=INVITED)
    names = village.channels
    talk, questions, retros, moderators, reports, news = (guild.add_channel(each) for each in names)
    people = {
        name: guild.add_member(name, locale=village.locale, administrator=number == 0)
        for number, name in enumerate(village.people)
    }
    await moderators.set_permissions(guild.everyone, deny=Permission.VIEW_CHANNEL)
    guild.system_channel = news
    for moment, person, which, words in chatter(village, server.clock.now(), village.joined):
        server.clock.set(moment)
        await guild.say(people[person], (talk, questions)[which], words)
    server.clock.set(village.joined)
    async with _bot(server, folder) as application:
        yield Place(
            server, village, application, guild, talk, questions, retros, moderators, reports,
            news, people,
        )  # fmt: skip


@asynccontextmanager
async def _bot(server: Sandbox, folder: Path) -> AsyncIterator[Application]:
    settings = Settings.model_validate(
        {
            "discord_token": server.token,
            "discord_api": server.base_url,
            "data_dir": folder,
            "store": f"sqlite:///{folder / 'store.sqlite3'}",
        }
    )
    async with opened(settings, server.clock) as application:
        serving = asyncio.create_task(serve(application, server.token))
        try:
            await server.wait_ready(60)
            await server.wait_until(application.connected, 60)
            yield application
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
