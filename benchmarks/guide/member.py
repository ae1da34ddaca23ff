"""What a new member does, from the notice on."""

from __future__ import annotations

from datetime import timedelta

from bot.sandbox.components import walk
from bot.views import buttons, own_mood, privacy
from guide.album import Album
from guide.place import Place, custom_id


async def looks_around(place: Place, album: Album) -> None:
    """What can be done here; their own data, the policy, the method."""
    shown = await place.run(place.member, "help")
    album.answer("help-member", shown, "/help")
    notice = place.server.posts(place.talk)[0]
    shown = await place.guild.click(place.member, notice, buttons.METHOD)
    album.answer("method", shown)
    for action in ("status", "policy", "export"):
        shown = await place.run(place.member, f"privacy {action}")
        album.answer(f"privacy-{action}", shown, f"/privacy {action}")


async def sees_moods(place: Place, album: Album) -> None:
    """Their own mood, and the server's."""
    shown = await place.run(place.member, "mood me")
    album.answer("mood-me-asked", shown, "/mood me")
    shown = await place.press(shown, own_mood.SHOW)
    album.answer("mood-me", shown, "/mood me")
    shown = await place.run(place.member, "mood server", days=7)
    album.answer("mood-server", shown, "/mood server")


async def judges(place: Place, album: Album) -> None:
    """How a text is read, and whether that is right."""
    say, member = place.say, place.member
    asked = f"/analyze text: {place.village.analysed}"
    shown = await place.run(member, "analyze text", text=place.village.analysed)
    album.answer("analyze", shown, asked)
    asking = await place.press(shown, say("Not quite…"))
    album.answer("analyze-choose", asking, asked)
    assert asking.message is not None
    select = next(part for part in walk(asking.message.components) if part["type"] == 3)
    judged = await place.choose(asking, select["custom_id"], "surprise")
    album.answer("analyze-judged", judged, asked)
    opened = await judged.click(say("Add my text…"))
    album.modal("analyze-give", opened.modal, place.guild.world)
    sent = await (await opened.submit_modal(text=place.village.analysed)).changed()
    album.answer("analyze-given", sent, asked)
    other = await place.guild.say(place.admin, place.talk, place.village.lines[0])
    refused = await place.guild.use_context_menu(member, "Analyze emotion", other)
    album.answer("analyze-others", refused, "Analyze emotion")


async def talks(place: Place, album: Album) -> None:
    """A conversation with the bot."""
    opened = await place.run(place.member, "talk")
    shown = await opened.submit_modal(words=place.village.talked)
    album.answer("talk", shown, f"/talk {place.village.talked}")


async def checks_in(place: Place, album: Album) -> None:
    """Five faces."""
    services = place.application.services
    settings = services.roster.settings(place.guild.id)
    assert settings is not None
    await services.prompts.post_due(settings)
    post = next(
        each
        for each in reversed(place.server.posts(place.talk))
        if "nunchi:checkin" in str(each.components)
    )
    album.messages("checkin-question", [post])
    faces = [p["custom_id"] for p in walk(post.components) if "checkin" in p.get("custom_id", "")]
    shown = await place.guild.click(place.member, post, faces[1])
    album.answer("checkin-noted", shown)
    for number, name in enumerate(place.village.people[2:]):
        face = faces[(number * 2) % 4]
        await place.guild.click(place.people[name], post, face)


async def looks_back(place: Place, album: Album) -> None:
    """A retrospective, and its arc."""
    opened = await place.run(place.member, "retro write", where=place.retros)
    album.modal("retro-write", opened.modal, place.guild.world)
    answered = await opened.submit_modal(**place.village.retro)
    post = next(
        each
        for each in reversed(list(place.retros.history))
        if "nunchi:retro:mine" in str(each.components)
    )
    album.messages("retro-posted", [post])
    await place.heard()
    arc = await answered.click(place.say("Show its arc"))
    album.messages("retro-arc", arc.messages[-1:])
    for number, name in enumerate(place.village.people[2:9]):
        place.server.clock.advance(timedelta(minutes=3))
        opened = await place.run(place.people[name], "retro write", where=place.retros)
        said = place.village.others
        await opened.submit_modal(
            **{key: said[key][(number + at) % 3] for at, key in enumerate(said)}
        )
    await place.heard()


async def reads_the_report(place: Place, album: Album) -> None:
    """The buttons under it."""
    post = place.server.posts(place.reports)[-1]
    shown = await place.guild.click(place.member, post, custom_id(post, "nunchi:report:details"))
    album.answer("report-details", shown)
    shown = await place.guild.click(place.member, post, custom_id(post, "nunchi:report:channels"))
    album.answer("report-channels", shown)


async def leaves(place: Place, album: Album) -> None:
    """Deleting, opting out, opting in again."""
    shown = await place.run(place.member, "privacy delete")
    album.answer("privacy-delete", shown, "/privacy delete")
    shown = await place.press(shown, privacy.DELETE_CONFIRMED)
    album.answer("privacy-deleted", shown, "/privacy delete")
    shown = await place.run(place.member, "privacy opt-out")
    album.answer("privacy-opt-out", shown, "/privacy opt-out")
    shown = await place.run(place.member, "privacy opt-in")
    album.answer("privacy-opt-in", shown, "/privacy opt-in")
