"""What a new administrator does, from the welcome on."""

from __future__ import annotations

from datetime import timedelta

from bot.sandbox import Permission
from bot.views import backfill
from bot.views import setup as panel
from bot.views import setup_pages as pages
from bot.views.setup import Page, page_id
from guide.album import Album
from guide.place import Place, custom_id


async def sets_up(place: Place, album: Album) -> None:
    """Welcome, three choices, the notice, the permissions."""
    guild, admin = place.guild, place.admin
    await place.server.wait_until(lambda: bool(place.server.posts(place.news)), 30)
    (welcome,) = place.server.posts(place.news)
    album.messages("welcome", [welcome])
    shown = await guild.click(admin, welcome, panel.OPEN)
    album.answer("setup-empty", shown)
    shown = await place.choose(shown, panel.CHANNELS, place.talk, place.questions)
    shown = await place.choose(shown, panel.REPORT_CHANNEL, place.reports)
    if place.village.language == "en":
        # Korean is spoken in one timezone only, which the panel then begins with.
        shown = await place.choose(shown, panel.TIMEZONE, place.village.timezone)
    album.answer("setup-done", shown)
    notice = place.server.posts(place.talk)[0]
    album.messages("notice", [notice])


async def turns_pages(place: Place, album: Album) -> None:
    """What can be done here; privacy, extras, the check of permissions."""
    shown = await place.run(place.admin, "help")
    shown = await (await shown.click(place.say("For those who run the server"))).changed()
    album.answer("help-admin", shown, "/help")
    shown = await place.run(place.admin, "settings")
    await place.reports.set_permissions(place.guild.me, deny=Permission.ATTACH_FILES)
    await place.server.flush()
    checked = await shown.click(panel.CHECK)
    album.messages("permissions", checked.messages[-1:])
    await place.reports.set_permissions(place.guild.me)
    await place.server.flush()
    shown = await place.press(shown, page_id(Page.PRIVACY))
    shown = await place.choose(shown, pages.RETENTION, "180")
    album.answer("settings-privacy", shown, "/settings")
    asked = await shown.select(pages.CONSENT, "explicit")
    await asked.changed(30)
    album.messages("consent", asked.messages[-1:])
    shown = await place.run(place.admin, "settings", page=Page.PRIVACY.value)
    shown = await place.press(shown, page_id(Page.EXTRAS))
    shown = await place.press(shown, pages.switch_id("thread", on=True))
    album.answer("settings-extras", shown, "/settings")


async def reads_history(place: Place, album: Album) -> None:
    """What was written before."""
    shown = await place.run(place.admin, "monitor backfill", channel=place.talk)
    album.answer("backfill-asked", shown, "/monitor backfill")
    message = shown.message
    assert message is not None
    pressed = await shown.click(custom_id(message, backfill.START))
    await place.server.wait_until(lambda: "100" in pressed.text, 60)
    album.messages("backfill-done", pressed.messages[-1:])
    await place.heard()
    shown = await place.run(place.admin, "monitor backfill", channel=place.questions)
    message = shown.message
    assert message is not None
    pressed = await shown.click(custom_id(message, backfill.START))
    await place.server.wait_until(lambda: "100" in pressed.text, 60)
    await place.heard()


async def plans_reports(place: Place, album: Album) -> None:
    """A preview, and the plan."""
    shown = await place.run(place.admin, "report preview", period="last")
    album.answer("report-preview", shown, "/report preview")
    shown = await place.run(place.admin, "report schedule")
    album.answer("report-schedule", shown, "/report schedule")


async def switches_extras_on(place: Place, album: Album) -> None:
    """Alerts, check-ins, retrospectives, conversations."""
    admin, guild = place.admin, place.guild
    await place.moderators.set_permissions(
        guild.me, allow=Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES
    )
    await place.server.flush()
    shown = await place.run(admin, "alerts on", channel=place.moderators)
    album.answer("alerts-on", shown, "/alerts on")
    shown = await place.run(admin, "checkin on", weekday=-1, hour=18)
    album.answer("checkin-on", shown, "/checkin on")
    shown = await place.run(admin, "monitor kind", channel=place.retros, kind="retrospective")
    album.answer("retro-kind", shown, "/monitor kind")
    options = {"weekday": 4, "at": "17:30", "channel": place.retros}
    await place.run(admin, "retro remind", **options)
    shown = await place.run(admin, "companion status")
    album.answer("companion-status", shown, "/companion status")


async def looks_after(place: Place, album: Album) -> None:
    """What an administrator looks at weeks later."""
    shown = await place.run(place.admin, "feedback status")
    album.answer("feedback-status", shown, "/feedback status")
    shown = await place.run(place.admin, "retro status", where=place.retros)
    album.answer("retro-status", shown, "/retro status")
    place.server.clock.advance(timedelta(minutes=1))
    shown = await place.run(place.admin, "report now", where=place.reports, period="this")
    album.messages("report-posted", place.server.posts(place.reports)[-1:])
    shown = await place.run(place.admin, "settings", page=Page.HISTORY.value)
    album.answer("settings-history", shown, "/settings")
