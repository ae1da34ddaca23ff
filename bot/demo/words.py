"""What the demo says on the terminal, in Korean and English."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The phrases of one language, ``ko`` or ``en``; braces are filled in."""

    language: str
    opening: str
    replaying: str
    dropped: str
    stopped: str
    started: str
    waiting: str
    posted: str
    labels: dict[str, str]
    page: str
    files: str
    next_step: str
    title: str


ENGLISH = Words(
    language="en",
    opening="A loopback Discord and the real bot: {server}, {members} members, {channels} channels",
    replaying="replaying",
    dropped="The connection was cut; messages go on.",
    stopped="The bot was stopped; messages go on without it.",
    started="The bot is back and catches up.",
    waiting="It is Monday morning; the weekly report is due.",
    posted="The report was posted.",
    labels={
        "messages_sent": "Messages sent",
        "messages_expected": "Messages that must be stored",
        "messages_stored": "Messages stored",
        "missing": "Missing",
        "duplicated": "Duplicated",
        "reconnects": "Reconnects",
        "restarts": "Restarts",
        "commands_run": "Commands run",
        "commands_failed": "Commands failed",
        "reports_posted": "Reports posted",
    },
    page="Open {path} in a browser: the report as a page.",
    files="{path} tells every command and answer; the report's pictures lie beside it.",
    next_step="In a server of your own in ten minutes: docs/discord-setup.md",
    title="What happened",
)

KOREAN = Words(
    language="ko",
    opening="이 컴퓨터 안의 디스코드와 진짜 봇: {server}, 멤버 {members}명, 채널 {channels}개",
    replaying="재생 중",
    dropped="연결을 끊었어요. 대화는 계속돼요.",
    stopped="봇을 멈췄어요. 대화는 봇 없이 계속돼요.",
    started="봇이 돌아와 놓친 메시지를 따라잡아요.",
    waiting="월요일 아침, 주간 리포트가 올라올 시간이에요.",
    posted="리포트가 올라왔어요.",
    labels={
        "messages_sent": "보낸 메시지",
        "messages_expected": "저장되어야 할 메시지",
        "messages_stored": "저장된 메시지",
        "missing": "빠진 메시지",
        "duplicated": "중복된 메시지",
        "reconnects": "재연결",
        "restarts": "재시작",
        "commands_run": "실행한 명령",
        "commands_failed": "실패한 명령",
        "reports_posted": "올라온 리포트",
    },
    page="브라우저로 {path} 파일을 열면 리포트를 볼 수 있어요.",
    files="{path} 파일에는 모든 명령과 답이 있고, 리포트의 그림도 옆에 있어요.",
    next_step="내 서버에 들이는 데는 10분이면 돼요: docs/discord-setup.md(영어)",
    title="있었던 일",
)
