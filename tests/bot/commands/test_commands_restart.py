from __future__ import annotations

from pathlib import Path

from bot.sandbox import Sandbox, point_discord_at
from bot.views import buttons, privacy
from bot.views import setup as panel
from tests.bot.commands.town import Town, World, bot_at, founded


async def test_everything_ever_posted_still_works_after_a_restart(tmp_path: Path) -> None:
    async with Sandbox() as server:
        server.add_guild("Home")
        with point_discord_at(server):
            async with bot_at(server, tmp_path) as application:
                before = await founded(World(server, application), "en-US")
                shown = await before.run(before.admin, "setup")
                await before.choose(shown, panel.CHANNELS, before.general)
                asked = await before.run(before.member, "privacy delete")
            async with bot_at(server, tmp_path) as application:
                town = Town(
                    server,
                    application,
                    before.guild,
                    before.general,
                    before.admin,
                    before.member,
                )
                await town.choose(shown, panel.HOUR, "21:00")
                assert town.settings.report.hour == 21
                assert town.monitored == {town.general.id}
                (notice,) = server.posts(town.general)
                mine = await town.guild.click(town.member, notice, buttons.MY_DATA)
                assert mine.text.startswith("### My data")
                done = await town.press(asked, privacy.DELETE_CONFIRMED)
                assert "There was nothing to delete." in done.text
