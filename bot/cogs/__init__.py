"""The commands: thin adapters between Discord and the services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cogs.alerts import AlertsCog, AlertsDesk
from bot.cogs.analyze import AnalyzeCog
from bot.cogs.backfill import BackfillDesk, backfill_command
from bot.cogs.bright import BrightDesk
from bot.cogs.channel_kind import kind_command
from bot.cogs.checkins import CheckinCog, CheckinDesk
from bot.cogs.companion import CompanionCog
from bot.cogs.feedback import FeedbackButtons, FeedbackCog, FeedbackPanel
from bot.cogs.help import HelpCog, HelpDesk
from bot.cogs.listening import Listening
from bot.cogs.monitor import MonitorCog
from bot.cogs.mood import MoodCog
from bot.cogs.notice_buttons import NoticeDesk
from bot.cogs.own_mood import OwnMoodDesk
from bot.cogs.privacy import PrivacyCog, PrivacyDesk
from bot.cogs.renewed_notices import RenewedNoticesCog
from bot.cogs.report import ReportCog
from bot.cogs.report_desk import ReportDesk
from bot.cogs.retro import RetroCog
from bot.cogs.retro_desk import RetroDesk
from bot.cogs.setup import SetupCog, SetupPanel
from bot.cogs.talk import TalkCog, TalkDesk
from bot.cogs.welcome import WelcomeCog
from bot.feedback.desk import FeedbackDesk

if TYPE_CHECKING:
    from bot.client import NunchiClient


async def add_cogs(client: NunchiClient) -> None:
    """Give a client every command, and the listeners of the buttons on older messages."""
    services = client.services
    listening, desk = Listening(services), PrivacyDesk(services)
    panel = SetupPanel(services, listening)
    client.add_view(panel.listener())
    client.add_dynamic_items(*panel.ears())
    client.add_view(NoticeDesk(desk).listener())
    client.add_view(desk.listener())
    client.add_view(desk.servers())
    client.add_dynamic_items(desk.ears())
    await client.add_cog(SetupCog(services, panel))
    monitor = MonitorCog(services, listening)
    backfill = BackfillDesk(client, services, client.backfill)
    client.add_dynamic_items(*backfill.ears())
    if monitor.app_command is not None:
        monitor.app_command.add_command(backfill_command(backfill))
        monitor.app_command.add_command(kind_command(services, listening))
    await client.add_cog(monitor)
    own = OwnMoodDesk(services)
    client.add_view(own.listener())
    client.add_view(BrightDesk(services).listener())
    await client.add_cog(MoodCog(services, own))
    readings = FeedbackDesk(services)
    client.add_dynamic_items(*FeedbackButtons(readings, services).ears())
    opinions = FeedbackPanel(readings)
    client.add_view(opinions.listener())
    await client.add_cog(AnalyzeCog(readings, client.tree))
    await client.add_cog(FeedbackCog(opinions))
    reports = ReportDesk(services, own.show)
    client.add_view(reports.listener())
    client.add_dynamic_items(*reports.ears())
    await client.add_cog(ReportCog(services, reports))
    await client.add_cog(PrivacyCog(desk))
    retro = RetroDesk(services)
    client.add_dynamic_items(*retro.ears())
    client.tree.add_command(retro.menu)
    await client.add_cog(RetroCog(services, retro))
    client.add_dynamic_items(*CheckinDesk(services).ears())
    await client.add_cog(CheckinCog(services))
    alerts = AlertsDesk(services)
    client.add_view(alerts.listener())
    await client.add_cog(AlertsCog(alerts))
    await _add_companion(client)
    await _add_help(client)
    await client.add_cog(RenewedNoticesCog(client, services.roster, listening))
    if services.settings.welcome == "on":
        await client.add_cog(WelcomeCog(client, services))


async def _add_companion(client: NunchiClient) -> None:
    services = client.services
    if services.companion is not None:
        talk = TalkDesk(services, services.companion)
        client.add_view(talk.listener())
        await client.add_cog(TalkCog(talk))
        await client.add_cog(CompanionCog(services))


async def _add_help(client: NunchiClient) -> None:
    helping = HelpDesk(client.services, client.tree, client.mentions)
    client.add_view(helping.listener())
    await client.add_cog(HelpCog(helping))
