"""What the commands may use: handed to the client by the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from bot.alerts import AlertWatch
from bot.clock import Clock
from bot.companion.companion import Companion
from bot.leaving import Leaving
from bot.pictures.viewer import PictureViewer
from bot.pipeline import Pipeline
from bot.privacy import Privacy
from bot.prompts import Prompts
from bot.reporter import Reporter
from bot.retro.reading import RetroReader
from bot.roster import Roster
from bot.schedule import Schedule
from bot.settings import Settings
from bot.studio import Studio
from classifiers.classifier import Classifier
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Services:
    """One of each, for the life of the process; a client may come and go."""

    settings: Settings
    clock: Clock
    store: Store
    classifier: Classifier
    roster: Roster
    pipeline: Pipeline
    privacy: Privacy
    reporter: Reporter
    studio: Studio
    schedule: Schedule
    alerts: AlertWatch
    leaving: Leaving
    owner: str
    retro: RetroReader
    prompts: Prompts
    pictures: PictureViewer | None = None
    companion: Companion | None = None
