"""The servers and people of a storm, and what lies about to be clicked on."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field

from bot.sandbox import Channel, Guild, Interaction, Member, Message, Permission, Role, Sandbox
from bot.sandbox.components import SELECTS, ComponentType, walk
from bot.sandbox.jsontypes import JsonObject

MEMBERS = 6
REMEMBERED = 400
WORDS = (
    "오늘 발표가 잘 끝나서 정말 기뻐요",
    "배고파 죽겠다 ㅋㅋㅋ",
    "너무 슬프고 지쳤어요…",
    "I am so happy today!",
    "this bug kills me",
    "@everyone <@1> <#2> <@&3>",
    "**bold** ```code``` ||spoiler|| [x](https://example.org)",
    "\u202e\u200b\ufeff",
    "🙂" * 40,
    "ㅠㅠ" * 300,
    "a",
    "0",
    "2026-13-99",
    "Asia/Seoul",
    "' OR 1=1 --",
    "{guild} %s {0.__class__}",
    "좋았던 점: 팀\n배운 점: 비동기\n부족했던 점: 잠\n바라는 점: 휴식",
    "x" * 4000,
)
NAMES = ("lobby", "회고", "잡담-🌱", "a" * 100, "dev", "공지", "질문-답변", "ops")


@dataclass(eq=False)
class Somewhere:
    """One server of a storm.

    Attributes:
        guild: The server.
        owner: An administrator who stays one.
        second: Another, whose right comes and goes.
        moderator: May manage messages, nothing more.
        members: Everybody else.
        keys: The role that makes an administrator.
        gone: Channels that are deleted.
    """

    guild: Guild
    owner: Member
    second: Member
    moderator: Member
    members: list[Member]
    keys: Role
    gone: list[Channel] = field(default_factory=list)

    @property
    def everybody(self) -> list[Member]:
        """Return all people, those who run things as often as the rest."""
        return [self.owner, self.second, self.moderator, *self.members]

    @property
    def places(self) -> list[Channel]:
        """Return where people can talk and use commands now."""
        texts = [each for each in self.guild.channels if each.is_text]
        return [*texts, *(each for each in self.guild.threads if not each.deleted)]


@dataclass(eq=False)
class Scene:
    """Everything that a storm acts on.

    Attributes:
        server: The loopback Discord.
        draw: Where chance comes from.
        somewheres: The servers.
        answers: Who got which answers, newest last.
        modals: Interactions with an open modal.
    """

    server: Sandbox
    draw: random.Random
    somewheres: list[Somewhere]
    answers: deque[tuple[Member, Message]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    modals: deque[Interaction] = field(default_factory=lambda: deque(maxlen=40))

    def text(self) -> str:
        """Return something that somebody might type."""
        if self.draw.random() < 0.1:
            return "".join(chr(self.draw.randrange(32, 0x2FFF)) for _ in range(20))
        return self.draw.choice(WORDS)

    def remember(self, member: Member, interaction: Interaction) -> None:
        """Keep what an interaction showed, to be clicked on later."""
        for message in interaction.messages:
            self.answers.append((member, message))
        if interaction.modal is not None:
            self.modals.append(interaction)

    def clickable(self, somewhere: Somewhere) -> tuple[Member, Message, JsonObject] | None:
        """Return somebody, a message that they see, and a part of it to use; old ones as well."""
        shown = [
            (member, message)
            for member, message in self.answers
            if member.guild is somewhere.guild and not message.deleted
        ]
        posts = [
            (self.draw.choice(somewhere.everybody), message)
            for channel in somewhere.places
            for message in self.server.posts(channel)[-4:]
        ]
        choices = [*shown[-60:], *posts]
        self.draw.shuffle(choices)
        for member, message in choices:
            parts = [part for part in walk(message.components) if usable(part)]
            if parts:
                return member, message, self.draw.choice(parts)
        return None


def usable(part: JsonObject) -> bool:
    """Tell whether a component is a button or a menu that leads to the bot."""
    kinds = SELECTS | {ComponentType.BUTTON}
    return part["type"] in kinds and bool(part.get("custom_id")) and not part.get("disabled")


def founded(server: Sandbox, draw: random.Random, number: int) -> Somewhere:
    """Make one server."""
    locale = ("ko", "en-US", "de")[number % 3]
    guild = server.add_guild(f"Storm {number}", locale=locale)
    for name in ("lobby", "회고", "reports"):
        guild.add_channel(name)
    guild.add_forum("forum")
    keys = guild.add_role("Keys", Permission.ADMINISTRATOR)
    hands = guild.add_role("Hands", Permission.MANAGE_MESSAGES)
    locales = ("ko", "en-US", "fr", "ja")
    members = [
        guild.add_member(f"Member {at}", locale=draw.choice(locales)) for at in range(MEMBERS)
    ]
    return Somewhere(
        guild,
        guild.add_member("Owner", administrator=True, locale=locale),
        guild.add_member("Second", roles=[keys], locale="en-US"),
        guild.add_member("Moderator", roles=[hands], locale="ko"),
        members,
        keys,
    )
