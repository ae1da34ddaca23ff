"""The pages of the panel stay within Discord's limits, and every setting has a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.cogs import permission_check
from bot.cogs.permission_check import Need
from bot.cogs.switches import SWITCHES, Switch
from bot.command_errors import PERMISSION_NAMES
from bot.i18n import LANGUAGES, phrases_in
from bot.sandbox.components import validate, walk
from bot.views.permission_check import Missing, check_result
from bot.views.setup_history import NAMES, PER_PAGE, history_page
from bot.views.setup_pages import SwitchState, extras_page, privacy_page
from bot.views.welcome import direct_welcome, welcome
from storage.audit import SettingChange, audited, changes_between
from storage.records import GuildSettings, MonitoredChannel, ReportSchedule

LARGE = 2**63 - 1
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
SETTINGS = GuildSettings(
    LARGE,
    timezone="America/Argentina/ComodRivadavia",
    channels=tuple(MonitoredChannel(LARGE - number, since=0) for number in range(200)),
    report=ReportSchedule(channel_id=LARGE, weekday=6, hour=23),
    retention_days=400,
    minimum_group=7,
)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_fits(language: str) -> None:
    say = phrases_in(language)
    fullest = [
        SwitchState(
            each.key,
            say(each.name),
            say(each.meaning) + " " + say(each.elsewhere or each.meaning),
            on=False,
            fixed=True,
        )
        for each in SWITCHES
    ]
    change = SettingChange(LARGE, NOW, LARGE, "x" * 60, "*" * 500, "`" * 500)
    missing = [Missing(LARGE, name, "x" * 80) for name in PERMISSION_NAMES] * 30
    for view in (
        privacy_page(SETTINGS, say),
        extras_page(SETTINGS, fullest, say),
        history_page(SETTINGS, [change] * PER_PAGE, 5, 100, say),
        history_page(SETTINGS, [], 0, 0, say),
        check_result(missing, missing, say),
        check_result([], [], say),
        welcome(say),
        direct_welcome("*" * 500, "https://discord.com/channels/1", say),
    ):
        parts = view.to_components()
        validate(parts, v2=True)
        for part in walk(parts):
            assert len(part.get("label") or "") <= 80
            for option in part.get("options") or ():
                assert len(option["label"]) <= 100
                assert len(option.get("description") or "") <= 100


async def test_what_holds_is_offered_even_if_it_is_unusual() -> None:
    parts = list(walk(privacy_page(SETTINGS, phrases_in("en")).to_components()))
    chosen = [
        option["value"]
        for part in parts
        for option in part.get("options") or ()
        if option.get("default")
    ]
    assert chosen == ["notice", "400", "7"]


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.key)
def test_a_switch_does_what_it_says_and_the_history_names_it(switch: Switch) -> None:
    settings = GuildSettings(1)
    on = switch.turned(settings, True, NOW)
    off = switch.turned(on, False, NOW)
    assert not switch.is_on(off)
    assert switch.is_on(on) or switch.elsewhere is not None
    for before, after in ((settings, on), (on, off)):
        for change in changes_between(before, after, at=NOW, by=1):
            assert change.setting in NAMES


def test_the_history_has_a_name_for_every_setting() -> None:
    """Whoever adds a setting names it in ``bot.views.setup_history.NAMES``."""
    names = {name for name, value in audited(GuildSettings(1))}
    places = {place.rpartition(".")[0] for place in NAMES}
    assert names - set(NAMES) - places == set()


def test_needs_have_names() -> None:
    needs = [each for each in vars(permission_check).values() if isinstance(each, Need)]
    assert len(needs) > 10
    assert {need.name for need in needs} <= set(PERMISSION_NAMES)
    assert all(replace(need, shown_as="").name == need.permission for need in needs)
