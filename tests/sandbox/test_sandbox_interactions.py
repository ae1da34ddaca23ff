from __future__ import annotations

import asyncio
import io

import discord
import pytest
from discord import app_commands, ui

from bot.sandbox import (
    CommandInputError,
    CommandNotFoundError,
    ComponentNotFoundError,
    InteractionFailedError,
    MissingPermissionError,
    Permission,
    Sandbox,
)
from bot.sandbox.interactions import CallbackType
from tests.sandbox.sandbox_client import Camp, RecordingClient, running

Answer = discord.Interaction[RecordingClient]


async def sync(
    camp: Camp, *commands: app_commands.Command | app_commands.ContextMenu | app_commands.Group
) -> None:
    for command in commands:
        camp.client.tree.add_command(command)
    await camp.client.tree.sync()


@app_commands.command(name="echo", description="Say it again")
@app_commands.choices(tone=[app_commands.Choice(name="Loud", value=2)])
async def echo(
    interaction: Answer,
    text: app_commands.Range[str, 1, 10],
    times: app_commands.Range[int, 1, 3] = 1,
    tone: int = 0,
    share: float = 0.5,
    hidden: bool = True,
) -> None:
    words = f"{text * times} {tone} {share} {interaction.locale} {interaction.guild_locale}"
    await interaction.response.send_message(words, ephemeral=hidden)


@app_commands.command(name="point", description="Point at things")
async def point(
    interaction: Answer,
    who: discord.Member,
    where: discord.TextChannel,
    role: discord.Role,
    what: discord.Attachment,
    which: discord.Member | discord.Role,
) -> None:
    read = (await what.read()).decode()
    await interaction.response.send_message(
        f"{who.name} {where.name} {role.name} {read} {which.name}"
    )


async def test_a_slash_command_with_every_plain_option(camp: Camp) -> None:
    await sync(camp, echo)
    korean = camp.guild.add_member("민아", locale="ko")

    reply = await camp.guild.run_command(korean, "/echo", channel=camp.channel, text="ha", times=2)
    assert (reply.text, reply.ephemeral) == ("haha 0 0.5 ko ko", True)
    assert reply.callback == CallbackType.MESSAGE
    assert camp.server.posts(camp.channel) == []
    shown = await camp.guild.run_command(
        camp.alice, "echo", {"text": "ho"}, channel=camp.channel, tone="Loud", share=1, hidden=False
    )
    assert shown.text == "ho 2 1.0 en-US ko"
    [post] = camp.server.posts(camp.channel)
    assert post is shown.message
    await camp.server.flush()
    assert camp.client.of("message")[0].type is discord.MessageType.chat_input_command


async def test_a_slash_command_can_point_at_things(camp: Camp) -> None:
    await sync(camp, point)
    role = camp.guild.add_role("Helpers")
    file = camp.server.world.store_file(camp.channel, "note.txt", b"note")
    options = {"who": camp.alice, "where": camp.channel, "role": role, "what": file}

    for which in (camp.alice, role):
        reply = await camp.guild.run_command(
            camp.alice, "point", options, channel=camp.channel, which=which
        )
        assert reply.text == f"Alice general Helpers note {which.name}"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({}, "missing"),
        ({"text": "a", "colour": "red"}, "unknown"),
        ({"text": 5}, "cannot take"),
        ({"text": "a", "times": True}, "cannot take"),
        ({"text": "a", "times": 4}, "within"),
        ({"text": "x" * 11}, "within"),
        ({"text": "a", "tone": 9}, "one of"),
    ],
)
async def test_options_that_the_form_refuses(
    camp: Camp, options: dict[str, object], complaint: str
) -> None:
    await sync(camp, echo)
    with pytest.raises(CommandInputError, match=complaint):
        await camp.guild.run_command(camp.alice, "echo", options, channel=camp.channel)


async def test_channel_options_keep_to_their_types(camp: Camp) -> None:
    await sync(camp, point)
    forum = camp.guild.add_forum("ideas")
    options = {"who": camp.alice, "where": forum, "role": camp.guild.everyone, "which": camp.alice}
    options["what"] = camp.server.world.store_file(camp.channel, "x", b"")
    with pytest.raises(CommandInputError, match="channel types"):
        await camp.guild.run_command(camp.alice, "point", options, channel=camp.channel)


async def test_groups_subcommands_and_unknown_commands(camp: Camp) -> None:
    group = app_commands.Group(name="mood", description="Moods")
    inner = app_commands.Group(name="of", description="Of whom", parent=group)

    @inner.command(name="server", description="Of the server")
    async def server_mood(interaction: Answer, channel: discord.TextChannel) -> None:
        await interaction.response.send_message(f"mood in {channel.name}")

    await sync(camp, group)
    reply = await camp.guild.run_command(
        camp.alice, "mood of server", {"channel": camp.channel}, channel=camp.channel
    )
    assert reply.text == "mood in general"
    for wrong in ("mode", "mood", "mood of", "mood of me"):
        with pytest.raises(CommandNotFoundError):
            await camp.guild.run_command(camp.alice, wrong, channel=camp.channel)


async def test_guild_commands_win_over_global_ones(camp: Camp) -> None:
    await sync(camp, echo)
    guild = discord.Object(camp.guild.id)

    @app_commands.command(name="echo", description="The guild's own")
    async def own(interaction: Answer) -> None:
        await interaction.response.send_message("own", ephemeral=True)

    camp.client.tree.add_command(own, guild=guild)
    [first] = await camp.client.tree.sync(guild=guild)
    [again] = await camp.client.tree.sync(guild=guild)
    assert first.id == again.id
    reply = await camp.guild.run_command(camp.alice, "echo", channel=camp.channel)
    assert reply.text == "own"
    assert [command.name for command in await camp.client.tree.fetch_commands()] == ["echo"]
    with pytest.raises(discord.Forbidden):
        await camp.client.tree.sync(guild=discord.Object(1))


@pytest.mark.parametrize(
    "definition",
    [
        {"name": "Upper", "description": "x"},
        {"name": "a", "description": ""},
        {"name": "", "type": 3},
        {"name": "a", "description": "x", "options": [{"name": "b", "description": "x"}] * 2},
        {
            "name": "a",
            "description": "x",
            "options": [
                {"name": "b", "description": "x", "type": 3},
                {"name": "c", "description": "x", "type": 3, "required": True},
            ],
        },
    ],
)
async def test_bad_definitions_are_refused(camp: Camp, definition: dict[str, object]) -> None:
    with pytest.raises(discord.HTTPException) as refused:
        await camp.client.http.bulk_upsert_global_commands(camp.client.application_id, [definition])
    assert refused.value.code == 50035


async def test_commands_of_another_application_are_forbidden(camp: Camp) -> None:
    with pytest.raises(discord.Forbidden):
        await camp.client.http.get_global_commands(1)
    with pytest.raises(discord.HTTPException):
        await camp.client.http.bulk_upsert_global_commands(camp.client.application_id, {})


async def test_default_permissions_are_enforced(camp: Camp) -> None:
    @app_commands.command(name="setup", description="Set up")
    @app_commands.default_permissions(manage_guild=True)
    async def setup(interaction: Answer) -> None:
        await interaction.response.send_message(str(interaction.permissions.manage_guild))

    @app_commands.command(name="locked", description="Nobody's")
    @app_commands.default_permissions()
    async def locked(interaction: Answer) -> None:
        await interaction.response.send_message(str(interaction.app_permissions.administrator))

    await sync(camp, setup, locked)
    manager = camp.guild.add_member("Mo", roles=[camp.guild.add_role("M", Permission.MANAGE_GUILD)])
    boss = camp.guild.add_member("Bo", administrator=True)
    camp.guild.add_member("Jo", administrator=True)
    for name in ("setup", "locked"):
        with pytest.raises(MissingPermissionError):
            await camp.guild.run_command(camp.alice, name, channel=camp.channel)
    with pytest.raises(MissingPermissionError):
        await camp.guild.run_command(manager, "locked", channel=camp.channel)
    reply = await camp.guild.run_command(manager, "setup", channel=camp.channel)
    assert reply.text == "True"
    assert (await camp.guild.run_command(boss, "locked", channel=camp.channel)).text == "False"
    assert boss.permissions == camp.guild.owner.permissions


async def test_context_menus_and_autocomplete(camp: Camp) -> None:
    @app_commands.context_menu(name="Analyze emotion")
    async def analyse(interaction: Answer, message: discord.Message) -> None:
        await interaction.response.send_message(f"read {message.content}")

    @app_commands.context_menu(name="Who is this")
    async def who(interaction: Answer, member: discord.Member) -> None:
        await interaction.response.send_message(f"it is {member.display_name}", ephemeral=True)

    @app_commands.command(name="zone", description="Pick a zone")
    async def zone(interaction: Answer, name: str) -> None:
        await interaction.response.send_message(name)

    @zone.autocomplete("name")
    async def zones(interaction: Answer, current: str) -> list[app_commands.Choice[str]]:
        names = ("Asia/Seoul", "Asia/Tokyo", "Europe/Paris")
        return [app_commands.Choice(name=n, value=n.lower()) for n in names if current in n]

    await sync(camp, analyse, who, zone)
    said = await camp.guild.say(camp.alice, camp.channel, "joy")
    reply = await camp.guild.use_context_menu(camp.alice, "Analyze emotion", said)
    assert reply.text == "read joy"
    assert (
        await camp.guild.use_context_menu(camp.alice, "Who is this", camp.alice)
    ).text == "it is Alice"
    offered = await camp.guild.autocomplete(
        camp.alice, "zone", "name", "Asia", channel=camp.channel
    )
    assert offered == [
        {"name": "Asia/Seoul", "value": "asia/seoul"},
        {"name": "Asia/Tokyo", "value": "asia/tokyo"},
    ]
    await camp.server.flush()
    assert camp.client.of("message")[1].type is discord.MessageType.context_menu_command


async def test_deferred_answers_follow_ups_edits_and_deletions(camp: Camp) -> None:
    @app_commands.command(name="slow", description="Takes its time")
    async def slow(interaction: Answer, hidden: bool) -> None:
        await interaction.response.defer(ephemeral=hidden, thinking=True)
        await interaction.followup.send("first")
        second = await interaction.followup.send("second", ephemeral=True, wait=True)
        await second.edit(content="second, better")
        third = await interaction.followup.send("third", wait=True)
        await third.delete()
        await interaction.edit_original_response(content="first, better")
        fetched = await interaction.original_response()
        assert fetched.content == "first, better"

    await sync(camp, slow)
    for hidden in (True, False):
        reply = await camp.guild.run_command(
            camp.alice, "slow", channel=camp.channel, hidden=hidden
        )
        await camp.server.wait_until(lambda r=reply: r.text == "first, better\nsecond, better")
        assert reply.callback == CallbackType.DEFERRED_MESSAGE
        assert reply.ephemeral is hidden
        assert [message.ephemeral for message in reply.messages] == [hidden, True]
    assert [post.content for post in camp.server.posts(camp.channel)] == ["first, better"]


async def test_the_answer_tells_about_itself_and_can_be_deleted(camp: Camp) -> None:
    told: list[discord.InteractionCallbackResponse[RecordingClient]] = []

    @app_commands.command(name="brief", description="Short-lived")
    async def brief(interaction: Answer) -> None:
        told.append(await interaction.response.send_message("now"))
        await interaction.delete_original_response()
        with pytest.raises(discord.NotFound):
            await interaction.original_response()

    await sync(camp, brief)
    reply = await camp.guild.run_command(camp.alice, "brief", channel=camp.channel)
    await camp.server.wait_until(lambda: reply.message is None)
    assert (reply.text, reply.ephemeral) == ("", False)
    assert told[0].message_id is not None
    assert told[0].resource.content == "now"


async def test_silence_and_late_answers_fail(camp: Camp) -> None:
    codes: list[int] = []
    camp.server.interactions.deadline = 0.05

    @app_commands.command(name="late", description="Too late")
    async def late(interaction: Answer) -> None:
        await asyncio.sleep(0.1)
        try:
            await interaction.response.send_message("sorry")
        except discord.NotFound as error:
            codes.append(error.code)

    await sync(camp, late)
    with pytest.raises(InteractionFailedError, match="never acknowledged"):
        await camp.guild.run_command(camp.alice, "late", channel=camp.channel)
    await camp.server.wait_until(lambda: codes == [10062])


async def test_an_unfinished_deferral_fails(camp: Camp) -> None:
    @app_commands.command(name="stuck", description="Never ends")
    async def stuck(interaction: Answer) -> None:
        await interaction.response.defer()

    await sync(camp, stuck)
    with pytest.raises(InteractionFailedError, match="never finished"):
        await camp.guild.run_command(camp.alice, "stuck", channel=camp.channel, patience=0.05)


async def test_a_second_answer_and_an_expired_token_are_refused(camp: Camp) -> None:
    codes: list[int] = []

    @app_commands.command(name="twice", description="Answers twice")
    async def twice(interaction: Answer) -> None:
        await interaction.response.send_message("one", ephemeral=True)
        http = discord.webhook.async_.async_context.get()
        body = discord.webhook.async_.interaction_message_response_params(type=4, content="two")
        session = camp.client.http._HTTPClient__session
        with pytest.raises(discord.HTTPException) as second:
            await http.create_interaction_response(
                interaction.id, interaction.token, session=session, params=body
            )
        codes.append(second.value.code)
        camp.server.interactions.token_life = 0.0
        with pytest.raises(discord.NotFound) as expired:
            await interaction.followup.send("three")
        codes.append(expired.value.code)

    await sync(camp, twice)
    await camp.guild.run_command(camp.alice, "twice", channel=camp.channel)
    await camp.server.wait_until(lambda: codes == [40060, 10015])


class Panel(ui.LayoutView):
    """A message of components with every way to answer a press."""

    row = ui.ActionRow()

    def __init__(self) -> None:
        super().__init__()
        self.label = ui.TextDisplay("pressed 0")
        gallery = ui.MediaGallery(discord.MediaGalleryItem("attachment://card.png"))
        section = ui.Section("beside", accessory=ui.Thumbnail("attachment://card.png"))
        self.add_item(ui.Container(self.label, gallery, section, ui.File("attachment://all.csv")))

    @row.button(label="Again", custom_id="again")
    async def again(self, interaction: Answer, _: ui.Button[Panel]) -> None:
        self.label.content = "pressed 1"
        await interaction.response.edit_message(view=self)

    @row.button(label="Later", custom_id="later")
    async def later(self, interaction: Answer, _: ui.Button[Panel]) -> None:
        await interaction.response.defer()
        await asyncio.sleep(0.01)
        self.label.content = "pressed 2"
        await interaction.edit_original_response(view=self)

    @row.button(label="Off", custom_id="off", disabled=True)
    async def off(self, interaction: Answer, _: ui.Button[Panel]) -> None:
        await interaction.response.defer()

    @row.button(label="Ask", custom_id="ask")
    async def ask(self, interaction: Answer, _: ui.Button[Panel]) -> None:
        await interaction.response.send_modal(Question())


class Question(ui.Modal, title="A question"):
    name = ui.Label(text="Your name", component=ui.TextInput(default="nobody", required=False))
    pick = ui.Label(text="Pick", component=ui.Select(options=[discord.SelectOption(label="A")]))
    note = ui.TextDisplay("Nothing is stored.")

    async def on_submit(self, interaction: Answer) -> None:
        assert isinstance(self.name.component, ui.TextInput)
        assert isinstance(self.pick.component, ui.Select)
        words = f"hello {self.name.component.value} {self.pick.component.values}"
        await interaction.response.send_message(words, ephemeral=True)


async def test_a_layout_with_files_and_buttons(camp: Camp) -> None:
    @app_commands.command(name="panel", description="Shows a panel")
    async def panel(interaction: Answer) -> None:
        files = [
            discord.File(io.BytesIO(b"png"), "card.png", description="mood 62 of 100"),
            discord.File(io.BytesIO(b"csv"), "all.csv"),
        ]
        await interaction.response.send_message(view=Panel(), files=files)

    await sync(camp, panel)
    reply = await camp.guild.run_command(camp.alice, "panel", channel=camp.channel)
    assert reply.text == "pressed 0\nbeside"
    assert [(file.filename, file.content) for file in reply.files] == [
        ("card.png", b"png"),
        ("all.csv", b"csv"),
    ]
    assert (
        reply.message.components[1]["components"][1]["items"][0]["media"]["url"]
        == reply.files[0].url
    )

    pressed = await reply.click("Again")
    assert pressed.callback == CallbackType.UPDATE_MESSAGE
    assert pressed.message is reply.message
    assert reply.text == "pressed 1\nbeside"
    later = await reply.click("later")
    assert later.callback == CallbackType.DEFERRED_UPDATE
    await later.changed()
    assert reply.text == "pressed 2\nbeside"
    with pytest.raises(InteractionFailedError):
        await later.changed(patience=0.01)
    for wrong in ("Off", "Missing"):
        with pytest.raises(ComponentNotFoundError):
            await reply.click(wrong)
    await reply.message.delete()
    with pytest.raises(ComponentNotFoundError, match="deleted"):
        await camp.guild.click(camp.alice, pressed._dialogue.source, "Again")


async def test_modals_are_filled_by_label_or_custom_id(camp: Camp) -> None:
    @app_commands.command(name="panel", description="Shows a panel")
    async def panel(interaction: Answer) -> None:
        files = [discord.File(io.BytesIO(b""), name) for name in ("card.png", "all.csv")]
        await interaction.response.send_message(view=Panel(), files=files)

    await sync(camp, panel)
    reply = await camp.guild.run_command(camp.alice, "panel", channel=camp.channel)
    opened = await reply.click("Ask")
    assert opened.modal["title"] == "A question"
    sent = await opened.submit_modal(**{"Your name": "Mina", "Pick": "A"})
    assert (sent.text, sent.ephemeral) == ("hello Mina ['A']", True)
    empty = await (await reply.click("Ask")).submit_modal(Pick=["A"])
    assert empty.text == "hello nobody ['A']"
    with pytest.raises(ComponentNotFoundError, match="no fields"):
        await (await reply.click("Ask")).submit_modal(age=5)
    with pytest.raises(ComponentNotFoundError, match="no modal"):
        await sent.submit_modal()


async def test_modals_with_rows_too(camp: Camp) -> None:
    class Old(ui.Modal, title="Old"):
        name = ui.TextInput(label="Name", custom_id="name")

        async def on_submit(self, interaction: Answer) -> None:
            await interaction.response.send_message(f"old {self.name.value}", ephemeral=True)

    @app_commands.command(name="old", description="An old modal")
    async def old(interaction: Answer) -> None:
        await interaction.response.send_modal(Old())

    await sync(camp, old)
    opened = await camp.guild.run_command(camp.alice, "old", channel=camp.channel)
    assert opened.message is None
    assert (await opened.submit_modal(Name="Bo")).text == "old Bo"


async def test_selects_of_every_kind(camp: Camp) -> None:
    def describe(values: object) -> str:
        return ", ".join(sorted(getattr(value, "name", str(value)) for value in values))

    class Pickers(ui.View):
        @ui.select(
            cls=ui.Select, custom_id="s", options=[discord.SelectOption(label="One", value="1")]
        )
        async def text(self, interaction: Answer, select: ui.Select[Pickers]) -> None:
            await interaction.response.send_message(describe(select.values))

        @ui.select(cls=ui.ChannelSelect, placeholder="Channels", max_values=2)
        async def channel(self, interaction: Answer, select: ui.ChannelSelect[Pickers]) -> None:
            await interaction.response.send_message(describe(select.values))

        @ui.select(cls=ui.UserSelect, custom_id="u")
        async def user(self, interaction: Answer, select: ui.UserSelect[Pickers]) -> None:
            await interaction.response.send_message(describe(select.values))

        @ui.select(cls=ui.RoleSelect, custom_id="r")
        async def role(self, interaction: Answer, select: ui.RoleSelect[Pickers]) -> None:
            await interaction.response.send_message(describe(select.values))

    @app_commands.command(name="pick", description="Pick")
    async def pick(interaction: Answer) -> None:
        await interaction.response.send_message("pick", view=Pickers(), ephemeral=True)

    await sync(camp, pick)
    second = camp.guild.add_channel("second")
    role = camp.guild.add_role("Helpers")
    await camp.server.flush()
    reply = await camp.guild.run_command(camp.alice, "pick", channel=camp.channel)
    assert (await reply.select("s", "One")).text == "1"
    assert (await reply.select("Channels", camp.channel, second)).text == "general, second"
    assert (await reply.select("u", camp.alice)).text == "Alice"
    assert (await camp.guild.select(camp.alice, reply.message, "r", role)).text == "Helpers"
    with pytest.raises(CommandInputError, match="1 to 1"):
        await reply.select("s")
    with pytest.raises(CommandInputError, match="not among"):
        await reply.select("s", "Two")
    with pytest.raises(CommandInputError, match="cannot point"):
        await reply.select("u", "Alice")


async def test_callbacks_that_do_not_fit_are_refused(camp: Camp) -> None:
    refused: list[int] = []
    bodies = [
        {"type": 8, "data": {"choices": []}},
        {"type": 99},
        {},
        {"type": 9, "data": {"title": "", "custom_id": "x", "components": [{"type": 10}]}},
        {"type": 9, "data": {"title": "t", "components": [{"type": 10}]}},
        {"type": 9, "data": {"title": "t", "custom_id": "x", "components": []}},
        {"type": 4, "data": {}},
    ]

    async def answer_badly(interaction: Answer) -> None:
        for body in bodies:
            route = discord.http.Route(
                "POST",
                "/interactions/{i}/{webhook_token}/callback",
                i=interaction.id,
                webhook_token=interaction.token,
            )
            with pytest.raises(discord.HTTPException) as error:
                await camp.client.http.request(route, json=body)
            refused.append(error.value.status)
        await interaction.response.send_message("at last", ephemeral=True)

    command = app_commands.Command(name="bad", description="Bad", callback=answer_badly)
    await sync(camp, command)
    reply = await camp.guild.run_command(camp.alice, "bad", channel=camp.channel)
    assert reply.text == "at last"
    assert refused == [400] * len(bodies)


async def test_interactions_reach_a_client_without_message_intents(server: Sandbox) -> None:
    guild = server.add_guild("Bare")
    channel = guild.add_channel("general")
    alice = guild.add_member("Alice")
    async with running(server, lambda: RecordingClient(discord.Intents.none())) as client:
        client.tree.add_command(echo)
        await client.tree.sync()
        reply = await guild.run_command(alice, "echo", channel=channel, text="hi")
        assert reply.text.startswith("hi")


async def test_modals_with_choices_of_every_kind(camp: Camp) -> None:
    class Everything(ui.Modal, title="Everything"):
        who = ui.Label(text="Who", component=ui.UserSelect())
        where = ui.Label(text="Where", component=ui.ChannelSelect(max_values=2, required=False))
        sure = ui.Label(text="Sure", component=ui.Checkbox(default=True))
        one = ui.Label(
            text="One", component=ui.RadioGroup(options=_options(discord.RadioGroupOption))
        )
        many = ui.Label(
            text="Many",
            component=ui.CheckboxGroup(options=_options(discord.CheckboxGroupOption)),
        )

        async def on_submit(self, interaction: Answer) -> None:
            [who] = self.who.component.values
            words = (
                who.name,
                [channel.name for channel in self.where.component.values],
                self.sure.component.value,
                self.one.component.value,
                self.many.component.values,
            )
            await interaction.response.send_message(repr(words), ephemeral=True)

    @app_commands.command(name="all", description="Every kind of field")
    async def everything(interaction: Answer) -> None:
        await interaction.response.send_modal(Everything())

    await sync(camp, everything)
    opened = await camp.guild.run_command(camp.alice, "all", channel=camp.channel)
    fields = {"Who": camp.alice, "Where": [camp.channel], "One": "First", "Many": ["First", "2"]}
    sent = await opened.submit_modal(**fields)
    assert sent.text == "('Alice', ['general'], True, '1', ['1', '2'])"
    reopened = await camp.guild.run_command(camp.alice, "all", channel=camp.channel)
    with pytest.raises(CommandInputError, match="not among"):
        await reopened.submit_modal(Who=camp.alice, One="Third")
    sparse = await reopened.submit_modal(Who=camp.alice, Sure=False)
    assert sparse.text == "('Alice', [], False, None, [])"
    with pytest.raises(ComponentNotFoundError, match="no modal"):
        await reopened.submit_modal(Who=camp.alice)


def _options(kind: type) -> list[object]:
    return [kind(label="First", value="1"), kind(label="Second", value="2")]


async def test_expired_interactions_are_forgotten(camp: Camp) -> None:
    await sync(camp, echo)
    camp.server.interactions.token_life = 0.0
    for _ in range(3):
        await camp.guild.run_command(camp.alice, "echo", channel=camp.channel, text="a")
    assert len(camp.server.interactions._by_token) == 1


async def test_a_modal_answer_can_update_the_message_it_came_from(camp: Camp) -> None:
    class Rename(ui.Modal, title="Rename"):
        name = ui.TextInput(label="Name")

        async def on_submit(self, interaction: Answer) -> None:
            await interaction.response.edit_message(content=self.name.value, view=None)

    class Door(ui.View):
        @ui.button(label="Rename")
        async def rename(self, interaction: Answer, _: ui.Button[Door]) -> None:
            await interaction.response.send_modal(Rename())

    @app_commands.command(name="door", description="A door")
    async def door(interaction: Answer) -> None:
        await interaction.response.send_message("old", view=Door())

    @app_commands.command(name="plain", description="A modal out of nothing")
    async def plain(interaction: Answer) -> None:
        await interaction.response.send_modal(Rename())

    await sync(camp, door, plain)
    shown = await camp.guild.run_command(camp.alice, "door", channel=camp.channel)
    sent = await (await shown.click("Rename")).submit_modal(Name="new")
    assert (sent.message, shown.text) == (shown.message, "new")
    opened = await camp.guild.run_command(camp.alice, "plain", channel=camp.channel)
    camp.server.interactions.deadline = 0.1
    with pytest.raises(InteractionFailedError):
        await opened.submit_modal(Name="nowhere")


async def test_answers_in_the_name_of_another_application_are_unknown(camp: Camp) -> None:
    route = discord.http.Route("POST", "/webhooks/{w}/{webhook_token}", w=1, webhook_token="t")
    with pytest.raises(discord.NotFound) as refused:
        await camp.client.http.request(route, json={"content": "x"})
    assert refused.value.code == 10015
    route = discord.http.Route(
        "POST", "/interactions/{i}/{webhook_token}/callback", i=1, webhook_token="t"
    )
    with pytest.raises(discord.NotFound) as unknown:
        await camp.client.http.request(route, json={"type": 4})
    assert unknown.value.code == 10062
