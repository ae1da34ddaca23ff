from __future__ import annotations

import asyncio
from pathlib import Path

from click.testing import CliRunner

from bot.cli import nunchi
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


async def test_a_retrospective_knows_its_author_after_the_keys_were_rotated(
    tmp_path: Path,
) -> None:
    async with Sandbox() as server:
        server.add_guild("Home")
        with point_discord_at(server):
            async with bot_at(server, tmp_path) as application:
                before = await founded(World(server, application), "en-US")
                await before.run(
                    before.admin, "monitor kind", channel=before.general, kind="retrospective"
                )
                opened = await before.run(before.member, "retro write", form="free")
                await opened.submit_modal(free="It was fine. I was happy.")
                await before.heard()
            *_, post = before.general.history
            place = {
                "NUNCHI_DATA_DIR": str(tmp_path),
                "NUNCHI_STORE": f"sqlite:///{tmp_path / 'store.sqlite3'}",
            }
            arguments = ["--env-file", str(tmp_path / "none.env"), "keys", "rotate"]
            (tmp_path / "none.env").touch()
            rotated = await asyncio.to_thread(CliRunner().invoke, nunchi, arguments, env=place)
            assert rotated.exit_code == 0, rotated.output
            async with bot_at(server, tmp_path):
                stranger = before.guild.add_member("Stranger")
                refused = await before.guild.click(stranger, post, "Delete my post")
                assert "Only the person who wrote it" in refused.text
                asked = await before.guild.click(before.member, post, "Delete my post")
                await (await asked.click("Delete it")).changed()
                assert post.deleted
