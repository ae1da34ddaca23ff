"""The demo is the first thing that a newcomer sees: it must work, and say so truly."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from bot.demo.export import read_export
from bot.demo.run import run_demo
from bot.demo.script import Action, ScriptError

PNG = b"\x89PNG\r\n\x1a\n"


def screen() -> Console:
    return Console(file=io.StringIO(), width=100)


def shown(console: Console) -> str:
    return console.file.getvalue()


async def test_the_built_in_week_is_complete_and_reported_once(tmp_path, monkeypatch):
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    console = screen()
    summary = await run_demo(tmp_path / "out", None, console)
    written = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary.ok
    assert written["messages_stored"] == written["messages_expected"] >= 400
    assert (written["missing"], written["duplicated"], written["commands_failed"]) == (0, 0, 0)
    assert (written["reconnects"], written["restarts"], written["reports_posted"]) == (1, 1, 1)
    assert written["commands_run"] >= 10
    assert len(written["pictures"]) >= 2
    for name in written["pictures"]:
        assert (tmp_path / "out" / name).read_bytes().startswith(PNG)
    assert "올라온 리포트" in shown(console)
    transcript = (tmp_path / "out" / "transcript.md").read_text()
    assert "/privacy opt-out" in transcript
    assert "목요일" in transcript, "the low point of the invented week"
    assert "#회고" in transcript
    assert not re.search(r"<[#@t]", transcript), "names and times, as Discord shows them"
    page = (tmp_path / "out" / written["page"]).read_text("utf-8")
    assert "단풍캠프" in page
    assert "#질문-답변" in page
    assert 'lang="ko"' in page
    assert f"{tmp_path / 'out' / written['page']}" in shown(console), "what to look at is told"
    assert "discord-setup.md" in shown(console), "and what comes next"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "summary.json",
        "transcript.md",
        written["page"],
        *written["pictures"],
    }, "no empty log"


def export_message(number, author="1", **fields):
    at = datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(hours=number)
    return {
        "id": str(1000 + number),
        "type": "Default",
        "timestamp": at.isoformat(),
        "timestampEdited": None,
        "content": f"what a lovely day {number}",
        "author": {"id": author, "name": f"user{author}", "nickname": "Sam", "isBot": False},
        **fields,
    }


def write_export(path, messages, **changes):
    document = {
        "guild": {"id": "1", "name": "Book club"},
        "channel": {"id": "2", "type": "GuildTextChat", "name": "general"},
        "messages": messages,
        **changes,
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


async def test_an_export_is_replayed_with_everything_that_is_in_one(tmp_path, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    bot = {"id": "99", "name": "helper", "isBot": True}
    messages = [export_message(number, author=str(number % 6)) for number in range(60)]
    messages += [
        export_message(60, author="99", content="I am a bot") | {"author": bot},
        export_message(61, type="Reply", reference={"messageId": "1003"}, content="so true!"),
        export_message(62, type="Reply", reference={"messageId": "7"}, content="answer to nothing"),
        export_message(63, type="GuildMemberJoin", content="Joined the server."),
        export_message(64, content=""),
        export_message(65, content="x" * 9000),
        export_message(65, content="x" * 9000),
        export_message(66, content="https://example.org/page"),
    ]
    path = write_export(tmp_path / "export.json", messages)
    console = screen()
    summary = await run_demo(tmp_path / "out", path, console)
    assert summary.ok
    assert summary.messages_sent == 67
    assert summary.messages_expected == 65, "all but the bot's and the system's"
    assert "Reports posted" in shown(console)


async def test_an_export_of_a_lonely_channel_still_ends_well(tmp_path):
    path = write_export(tmp_path / "export.json", [export_message(0)])
    summary = await run_demo(tmp_path / "out", path, screen())
    assert summary.ok
    assert summary.pictures == (), "one person is no group; no picture of a mood"
    page = (tmp_path / "out" / summary.page).read_text("utf-8")
    assert "too few people" in page.lower() or "5 people" in page


def test_an_export_keeps_names_apart_and_finds_zone_and_language(tmp_path):
    messages = [
        export_message(0, author="12345", content="오늘 정말 좋았어요"),
        export_message(1, author="67890", content="저도요 감사합니다"),
    ]
    messages[-1]["timestamp"] = "2026-03-03T10:00:00+09:00"
    scenario = read_export(write_export(tmp_path / "export.json", messages))
    assert {member.name for member in scenario.members} == {"Sam", "Sam 7890"}
    assert (scenario.timezone.key, scenario.language) == ("Asia/Seoul", "ko")
    assert [turn.action for turn in scenario.turns] == [Action.SAY, Action.SAY]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("no json at all", "no JSON file"),
        ("[]", "no DiscordChatExporter export"),
        ('{"messages": []}', "no DiscordChatExporter export|no message"),
        ('{"guild": {}, "channel": {"name": "a"}, "messages": []}', "no message"),
    ],
)
def test_a_file_that_is_no_export_is_explained(tmp_path, content, complaint):
    path = tmp_path / "export.json"
    path.write_text(content)
    with pytest.raises(ScriptError, match=complaint):
        read_export(path)
