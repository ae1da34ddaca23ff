"""The people of the walk, and what they say in the four weeks before the bot comes."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

BEFORE: Final = timedelta(weeks=4)

_DAILY: Final = (0, 1, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Village:
    """One community in one language.

    Attributes:
        language: ``ko`` or ``en``.
        locale: The same as Discord writes it.
        timezone: Where it lives.
        server: Its name.
        channels: Names of: talk, questions, retrospectives, moderators, reports, greetings.
        people: Names; the first administers, the second is the new member of the walk.
        lines: What people say; the last third is said in bad moods.
        analysed: What the new member has read.
        talked: What the new member tells the bot.
        retro: The new member's retrospective, by section of the form 4L.
        others: Sentences of which others make theirs, by section.
    """

    language: str
    locale: str
    timezone: str
    server: str
    channels: tuple[str, str, str, str, str, str]
    people: tuple[str, ...]
    lines: tuple[str, ...]
    analysed: str
    talked: str
    retro: dict[str, str]
    others: dict[str, tuple[str, ...]]

    @property
    def joined(self) -> datetime:
        """When the bot is invited: a Monday, ten in the morning."""
        return datetime(2026, 11, 16, 10, tzinfo=ZoneInfo(self.timezone)).astimezone(UTC)

    @property
    def friday_evening(self) -> datetime:
        """When the question of the check-in is due."""
        return datetime(2026, 11, 20, 18, tzinfo=ZoneInfo(self.timezone)).astimezone(UTC)


KOREAN: Final = Village(
    language="ko",
    locale="ko",
    timezone="Asia/Seoul",
    server="단풍 스터디",
    channels=("자유-잡담", "질문-답변", "회고", "운영진", "주간-리포트", "공지"),
    people=("서연", "하은", "도윤", "지호", "수아", "민재", "정훈", "유진", "예린", "시우"),
    lines=(
        "좋은 아침이에요! 오늘도 힘내요 😊",
        "드디어 테스트 다 통과했어요 너무 좋다!!",
        "도와주셔서 정말 감사합니다 덕분에 해결했어요",
        "오늘 발표 진짜 멋졌어요 👏",
        "점심 뭐 드실래요?",
        "3시에 회의실 예약해 뒀어요",
        "자료는 드라이브에 올려 뒀습니다",
        "이거 어떻게 하는 건지 아시는 분?",
        "헐 이게 되네 ㅋㅋㅋ 신기하다",
        "벌써 11월이라니 믿기지 않아요",
        "주말에 같이 카페 가실 분 ㅎㅎ 재밌겠다",
        "배포 성공! 다들 고생 많으셨어요 사랑합니다",
        "내일 면접인데 너무 떨리고 걱정돼요",
        "에러가 계속 나서 진짜 짜증나네요",
        "어제 밤새웠더니 너무 힘들고 우울해요 ㅠㅠ",
        "또 서버가 죽었어요 화나네 진짜",
        "이번에 떨어졌어요... 속상하다 ㅠㅠ",
    ),
    analysed="드디어 배포 성공! 다들 고생했어요 ㅎㅎ",
    talked="내일 발표인데 너무 떨려",
    retro={
        "liked": "팀원들이 코드 리뷰를 꼼꼼하게 해 줘서 정말 고마웠다. 데모가 성공해서 기뻤다!",
        "learned": "트랜잭션이 왜 필요한지 이제야 알겠다.",
        "lacked": "잠이 부족해서 하루 종일 힘들었다. 테스트를 미룬 것도 아쉽다.",
        "longed_for": "다음 주에는 다 같이 산책하고 싶다.",
    },
    others={
        "liked": ("같이 공부하니 즐거웠다.", "발표가 잘 끝나서 뿌듯하다!", "점심이 맛있었다."),
        "learned": ("인덱스를 거는 법을 배웠다.", "도커를 처음 써 봤다.", "질문하는 법을 배웠다."),
        "lacked": ("시간이 모자라서 속상했다.", "집중이 안 돼서 답답했다.", "복습을 못 했다."),
        "longed_for": ("더 일찍 시작하고 싶다.", "리뷰를 더 받고 싶다.", "푹 쉬고 싶다."),
    },
)

ENGLISH: Final = Village(
    language="en",
    locale="en-US",
    timezone="Europe/London",
    server="Maple Study Camp",
    channels=("general", "questions", "retrospectives", "moderators", "weekly-report", "news"),
    people=("Ada", "Mina", "Ben", "Chloe", "Dev", "Elif", "Femi", "Grace", "Hugo", "Ines"),
    lines=(
        "good morning everyone! have a lovely day",
        "all tests are green, I am so happy!!",
        "thank you so much for your help, you saved my day",
        "your talk was wonderful, congratulations 👏",
        "what's for lunch?",
        "the room is booked for three o'clock",
        "slides are in the shared folder",
        "does anyone know how to rebase this?",
        "wow, I did not expect that to work",
        "already November, unbelievable",
        "coffee on Saturday? would be fun",
        "we shipped it! I love this team",
        "my interview is tomorrow and I am so nervous",
        "this build keeps failing, so annoying",
        "slept three hours, feeling tired and sad today",
        "the server is down again, I am furious",
        "I did not get the job... I am heartbroken",
    ),
    analysed="It finally works, thank you all!",
    talked="my presentation is tomorrow and I am so nervous",
    retro={
        "liked": "The team reviewed my code so carefully, thank you. The demo was a joy!",
        "learned": "Why transactions matter.",
        "lacked": "I slept badly and was tired all day. I am sad that the tests had to wait.",
        "longed_for": "A walk together next week.",
    },
    others={
        "liked": ("Studying together was fun.", "My talk went well, so proud!", "Lunch was good."),
        "learned": ("How an index works.", "First steps with containers.", "How to ask for help."),
        "lacked": ("There was no time, it upset me.", "I could not focus.", "No rehearsal, sadly."),
        "longed_for": ("An earlier start.", "More reviews, please.", "A quiet weekend."),
    },
)

VILLAGES: Final = {"ko": KOREAN, "en": ENGLISH}


def chatter(
    village: Village, first: datetime, last: datetime
) -> list[tuple[datetime, str, int, str]]:
    """Return moment, person, channel (0 or 1) and words, by time; the same at every run."""
    draw = random.Random(f"{village.language}{first:%Y%m%d}")
    good = len(village.lines) - len(village.lines) // 3
    said: list[tuple[datetime, str, int, str]] = []
    days = (last - first) // timedelta(days=1)
    for day in range(days):
        # Wednesdays are hard, Fridays are not.
        gloom = {2: 0.55, 4: 0.1}.get((first + timedelta(days=day)).weekday(), 0.25)
        for number, person in enumerate(village.people):
            # The new member writes a little every day, so that there is a mood of theirs to see.
            for _ in range(draw.choice((1, 2, 2, 3) if number == 1 else _DAILY)):
                moment = first + timedelta(days=day, seconds=draw.randrange(13 * 3600))
                low = draw.random() < gloom * (0.5 if number == 1 else 1.0)
                words = draw.choice(village.lines[good:] if low else village.lines[:good])
                said.append((moment, person, draw.randrange(2), words))
    return sorted(said)
