"""The whole visit: every check, and the table of what they found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.doctor import machine, parts
from bot.doctor.finding import Check, Finding, Speaker, Status
from bot.doctor.portal import portal
from bot.errors import SettingsError
from bot.settings import Settings, load_settings

CHECKS: Final[Sequence[Check]] = (
    machine.python,
    parts.token,
    portal,
    machine.data_folder,
    machine.pseudonym_key,
    machine.encryption,
    parts.store,
    parts.classifier,
    parts.fonts,
    parts.catalogues,
    machine.timezones,
    machine.clock,
)

_MARKS: Final = {Status.OK: ("✓", "green"), Status.WARN: ("!", "yellow"), Status.FAIL: ("✗", "red")}


async def examine(
    env_file: Path | None, environ: Mapping[str, str], language: str
) -> list[Finding]:
    """Run every check and return what was found, in ``language``.

    With wrong settings only they are told: the other checks would look at the wrong things.
    """
    say = Speaker(language)
    name = say("설정", "settings")
    try:
        settings = load_settings(env_file, environ)
    except SettingsError as error:
        advice = say(
            "docs/configuration.md를 보고 고친 뒤 다시 검사하세요. 나머지는 그다음에 봅니다.",
            "Correct it (docs/configuration.md) and ask again; the rest is checked after that.",
        )
        return [Finding(name, Status.FAIL, str(error), advice)]
    source = _source(env_file, say)
    return [Finding(name, Status.OK, source), *await check_all(settings, say)]


async def check_all(settings: Settings, say: Speaker) -> list[Finding]:
    """Run the checks one after the other: they share the disk and the processor."""
    return [await check(settings, say) for check in CHECKS]


def show(findings: Sequence[Finding], language: str, console: Console) -> bool:
    """Print the findings as a table; return whether nothing failed."""
    say = Speaker(language)
    table = Table("", say("항목", "check"), say("결과", "result"), box=None, pad_edge=False)
    for finding in findings:
        mark, colour = _MARKS[finding.status]
        told = Text(finding.detail)
        if finding.advice:
            told.append(f"\n-> {finding.advice}", style="bold")
        table.add_row(Text(mark, style=colour), Text(finding.name), told)
    console.print(table)
    failed, warned = (
        sum(finding.status is status for finding in findings)
        for status in (Status.FAIL, Status.WARN)
    )
    colour = "red" if failed else "yellow" if warned else "green"
    console.print(Text(_closing(failed, warned, say), style=colour))
    return failed == 0


def _closing(failed: int, warned: int, say: Speaker) -> str:
    if failed:
        return say(f"고쳐야 할 것이 {failed}개 있습니다.", f"To be put right: {failed}.")
    if warned:
        return say(
            f"문제가 없습니다. !로 표시한 것({warned}개)을 살펴보세요.",
            f"Nothing is wrong. Worth a look, marked with !: {warned}.",
        )
    return say("문제가 없습니다.", "Nothing is wrong.")


def _source(env_file: Path | None, say: Speaker) -> str:
    if env_file is not None and env_file.is_file():
        return say(f"{env_file}와 환경 변수", f"{env_file} and the environment")
    return say("환경 변수", "the environment")
