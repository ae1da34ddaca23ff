"""Takes down what members think of readings, and hands readings out as a guild has them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.feedback.held import HeldReadings, Reading
from bot.services import Services
from classifiers.classifier import Explainer
from classifiers.emotion import Emotion
from reports.agreement import Agreement, agreement
from reports.recalibrating import Trial, recalibrated, try_recalibrating
from storage.recalibrated import GuildRecalibration
from storage.records import DEFAULT_MINIMUM_GROUP, Feedback, GuildSettings


class FeedbackDesk:
    """Readings of members' own words, and what they think of them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._held = HeldReadings()

    async def read(
        self, guild_id: int, user_id: int, message_id: int, text: str
    ) -> tuple[str, Reading]:
        """Judge a text for its author, and hold the reading for a while under a name.

        Raises:
            ClassifierError: It cannot be judged.
        """
        classifier = self._services.classifier
        judged = (await classifier.classify([text]))[0]
        evidence = await classifier.explain(text) if isinstance(classifier, Explainer) else None
        reading = Reading(
            guild_id=guild_id,
            user_id=user_id,
            message_id=message_id,
            text=text,
            judged=judged,
            told=recalibrated(judged, self.used(guild_id)),
            evidence=None if evidence is None else tuple(evidence),
            at=self._services.clock.now(),
        )
        return self._held.hold(reading), reading

    def held(self, name: str, user_id: int) -> Reading | None:
        """Return a reading that can still be judged, to its own reader."""
        return self._held.get(name, user_id, self._services.clock.now())

    async def judge(
        self, name: str, reading: Reading, emotion: Emotion, text: str | None = None
    ) -> Reading | None:
        """Keep what an author says; ``None``, and nothing is kept, when they have opted out.

        Args:
            name: What the reading is held under.
            reading: What was told.
            emotion: What it is, as its author says.
            text: The text, if its author gives it.

        Raises:
            StoreUnavailable: Nothing was kept.
        """
        told = reading.told
        if told.label is None:
            return None
        roster = self._services.roster
        author = roster.author(reading.guild_id, reading.user_id)
        if roster.refuses(reading.guild_id, author):
            return None
        given = Feedback(
            guild_id=reading.guild_id,
            message_id=reading.message_id,
            author=author,
            predicted=told.label.value,
            corrected=emotion.value,
            model=told.model,
            created_at=self._services.clock.now(),
            language=told.language,
            probabilities=reading.judged.probabilities,
            text=text,
        )
        if not await self._services.store.add_feedback(given):
            return None
        changed = replace(reading, corrected=emotion, given=text is not None)
        self._held.put(name, changed)
        return changed

    async def withdraw(self, name: str, reading: Reading) -> Reading:
        """Forget what an author said of a reading.

        Raises:
            StoreUnavailable: It is still kept.
        """
        author = self._services.roster.author(reading.guild_id, reading.user_id)
        await self._services.store.withdraw_feedback(reading.guild_id, reading.message_id, author)
        changed = replace(reading, corrected=None, given=False)
        self._held.put(name, changed)
        return changed

    def used(self, guild_id: int) -> GuildRecalibration | None:
        """Return what a guild's single readings are recalibrated by."""
        settings = self._services.roster.settings(guild_id)
        return settings.recalibration if settings else None

    async def agreement(self, guild_id: int) -> Agreement:
        """Return how members and the bot agree.

        Raises:
            StoreUnavailable: It does not answer.
        """
        settings = self._services.roster.settings(guild_id)
        group = settings.minimum_group if settings else DEFAULT_MINIMUM_GROUP
        return agreement(await self._services.store.feedback(guild_id), group)

    async def recalibrate(self, guild_id: int, *, by: int) -> Trial:
        """Try to recalibrate, and use it from now on if it helps; else nothing changes.

        Raises:
            StoreUnavailable: Nothing changed.
        """
        feedback = await self._services.store.feedback(guild_id)
        model = self._services.classifier.info.model
        trial = await asyncio.to_thread(try_recalibrating, feedback, model)
        if trial.kept is not None:
            await self._use(guild_id, trial.kept, by)
        return trial

    async def read_as_shipped(self, guild_id: int, *, by: int) -> None:
        """Tell readings as the model says again.

        Raises:
            StoreUnavailable: Nothing changed.
        """
        await self._use(guild_id, None, by)

    async def _use(self, guild_id: int, found: GuildRecalibration | None, by: int) -> None:
        def edit(settings: GuildSettings) -> GuildSettings:
            return replace(settings, recalibration=found)

        await self._services.roster.change(guild_id, edit, by=by)
