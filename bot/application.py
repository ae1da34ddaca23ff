"""The composition root: opens everything, wires it together, and closes it in reverse."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.alerts import AlertWatch
from bot.alerts_schedule import AlertSchedule
from bot.backoff import Backoff
from bot.checkins.question import checkin_due
from bot.client import NunchiClient
from bot.clock import Clock, SystemClock
from bot.companion.engines import opened_companion
from bot.errors import StartFailed
from bot.health_page import HealthPage
from bot.housekeeping import Housekeeping
from bot.judge import Judge
from bot.keeping import ring_of, store_of
from bot.leaving import Leaving
from bot.pictures.viewer import opened_viewer
from bot.pipeline import Pipeline
from bot.presence import Presence, at_work
from bot.privacy import Privacy
from bot.progress import Progress
from bot.prompts import Prompts
from bot.receipts import Receipts
from bot.reporter import Reporter
from bot.retro.reading import RetroReader
from bot.retro.reminding import reminder_due
from bot.roster import Roster
from bot.sandbox.connect import point_discord_at
from bot.schedule import Schedule
from bot.services import Services
from bot.settings import Settings
from bot.studio import Studio
from bot.supervisor import supervise
from classifiers.classifier import load
from storage.errors import StoreUnavailable

log = logging.getLogger(__name__)

ROSTER_EVERY: Final = 60.0
"""Seconds between looks at what other processes have changed."""

GRACE: Final = 10.0
"""Seconds that a stop waits for what was received to be stored."""


@dataclass(slots=True)
class Application:
    """Everything that lives as long as the process."""

    services: Services
    progress: Progress
    presence: Presence
    housekeeping: Housekeeping
    client: NunchiClient | None = None

    def build_client(self) -> NunchiClient:
        """Make the next client."""
        self.client = NunchiClient(self.services, self.progress)
        return self.client

    def connected(self) -> bool:
        """Tell whether the gateway is ready."""
        return self.client is not None and self.client.is_ready()


@asynccontextmanager
async def opened(settings: Settings, clock: Clock) -> AsyncIterator[Application]:
    """Open the store and the classifier, start the workers, and close all of it at the end.

    Raises:
        NunchiError: The store, the classifier or a port cannot be had; one readable line.
    """
    async with AsyncExitStack() as stack:
        owner = _owner()
        store = await stack.enter_async_context(store_of(settings))
        presence, pseudonyms = await stack.enter_async_context(
            at_work(settings, store, clock, owner)
        )
        classifier = load(settings.classifier)
        stack.push_async_callback(classifier.close)
        await classifier.start()
        pictures = await stack.enter_async_context(opened_viewer(settings))
        companion = await stack.enter_async_context(
            opened_companion(settings.companion, classifier)
        )
        studio = await stack.enter_async_context(Studio(settings.font_dir))
        roster = Roster(store, pseudonyms, clock)
        await roster.load()
        progress, judge = Progress(), Judge(classifier)
        pipeline = Pipeline(
            store,
            judge,
            roster,
            progress,
            clock,
            queue_size=settings.queue_size,
            batch_size=settings.batch_size,
            batch_wait=settings.batch_wait_ms / 1000,
        )
        if pictures is not None:
            pipeline.look_at_pictures(pictures)
        retro = RetroReader(judge, roster, store)
        pipeline.read_retrospectives(retro)
        grace = timedelta(days=settings.report_grace_days)
        correction = classifier.info.correction
        reporter = Reporter(
            store, roster, studio, clock, owner, grace, correction, forecast=settings.forecast
        )
        schedule = Schedule(store, roster, reporter, clock)
        privacy = Privacy(store, roster, pipeline, clock, Receipts(ring_of(settings).first))
        await privacy.complete_consent()
        if companion is not None:
            privacy.also_forget(companion.forget)
        leaving = Leaving(store, roster, pipeline, clock, timedelta(days=settings.left_grace_days))
        housekeeping = Housekeeping(store, roster, leaving, clock, owner)
        services = Services(
            settings=settings,
            clock=clock,
            store=store,
            classifier=classifier,
            roster=roster,
            pipeline=pipeline,
            privacy=privacy,
            reporter=reporter,
            studio=studio,
            schedule=schedule,
            retro=retro,
            prompts=Prompts(store, roster, clock, (reminder_due, checkin_due), owner),
            leaving=leaving,
            owner=owner,
            alerts=AlertWatch(store, roster, clock, owner),
            pictures=pictures,
            companion=companion,
        )
        yield Application(services, progress, presence, housekeeping)


async def serve(application: Application, token: str) -> None:
    """Work until cancelled, then store what was received.

    Raises:
        BotError: Discord refuses the token or the intent.
    """
    services = application.services
    async with AsyncExitStack() as stack:
        await _serve_health(stack, application)
        pipeline = stack.enter_context(_running(services.pipeline.run(), "pipeline"))
        present = stack.enter_context(_running(application.presence.run(), "presence"))
        keeping = stack.enter_context(_running(application.housekeeping.run(), "housekeeping"))
        watching = stack.enter_context(_running(_watch_roster(services.roster), "roster"))
        services.schedule.start()
        stack.callback(services.schedule.stop)
        alerts = AlertSchedule(services.alerts)
        alerts.start()
        stack.callback(alerts.stop)
        services.prompts.start()
        stack.callback(services.prompts.stop)
        if services.companion is not None:
            stack.enter_context(_running(services.companion.keep_forgetting(), "companion"))
        connection = stack.enter_context(
            _running(supervise(application.build_client, token, Backoff()), "supervisor")
        )
        try:
            done, _ = await asyncio.wait(
                {pipeline, present, keeping, watching, connection},
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in done:
                task.result()
        finally:
            await _disconnect(connection)
            if not pipeline.done():
                await _store_the_rest(services.pipeline)


async def run(settings: Settings) -> None:
    """Run the bot until cancelled.

    Raises:
        NunchiError: It cannot start, or Discord refuses it; one readable line.
    """
    token = settings.require_token()
    address = settings.discord_api
    with point_discord_at(address) if address else nullcontext():
        async with opened(settings, SystemClock()) as application:
            await serve(application, token)


@contextmanager
def _running(work: Coroutine[None, None, None], name: str) -> Iterator[asyncio.Task[None]]:
    task = asyncio.create_task(work, name=name)
    try:
        yield task
    finally:
        task.cancel()


async def _disconnect(connection: asyncio.Task[None]) -> None:
    connection.cancel()
    await asyncio.gather(connection, return_exceptions=True)


async def _store_the_rest(pipeline: Pipeline) -> None:
    try:
        async with asyncio.timeout(GRACE):
            await pipeline.drained()
    except TimeoutError:
        log.warning("stopping before everything was stored; the rest is caught up next time")


async def _watch_roster(roster: Roster) -> None:
    while True:
        await asyncio.sleep(ROSTER_EVERY)
        try:
            await roster.load()
        except StoreUnavailable as error:
            log.warning("the settings of the guilds cannot be read anew: %s", error)


async def _serve_health(stack: AsyncExitStack, application: Application) -> None:
    settings = application.services.settings
    if settings.health_port is None:
        return
    health = HealthPage(
        application.services.store, application.services.pipeline, application.connected
    )
    stack.push_async_callback(health.stop)
    try:
        await health.start(settings.health_host, settings.health_port)
    except OSError as error:
        msg = f"NUNCHI_HEALTH_PORT={settings.health_port} cannot be used: {error.strerror}"
        raise StartFailed(msg) from error


def _owner() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
