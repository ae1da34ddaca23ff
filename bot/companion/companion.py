"""The companion: hears, decides whether it is a crisis, and answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from math import isnan
from typing import Final

from bot.companion.conversations import LONGEST_WORDS, Conversation, Conversations, Turn
from bot.companion.crisis import Crisis, CrisisDetector
from bot.companion.curated import CuratedEngine
from bot.companion.engine import Engine
from bot.companion.errors import NoReply
from bot.companion.intensity import is_intense
from bot.companion.limits import Buckets
from bot.companion.occasions import (
    FELT,
    SERIOUS,
    URGENT,
    WRITTEN_WITH_CARE,
    Occasion,
    Occasions,
)
from bot.companion.prompt import INSTRUCTIONS
from bot.companion.safety import trimmed, why_unsafe
from bot.companion.values import Answer, Heard, Place, Spoken
from classifiers.classifier import Classifier
from classifiers.emotion import EMOTIONS, Emotion
from classifiers.errors import ClassifierError
from classifiers.language import detect
from classifiers.prediction import Prediction
from classifiers.text import is_classifiable, said

log = logging.getLogger(__name__)

SURE: Final = 0.6
"""Probability from which on a feeling is named; below, the bot asks."""
SURE_OF_A_TURN: Final = 0.97
"""The same where somebody who was low a moment ago is heard as glad, or the other way round."""
BRIGHT: Final = frozenset({Emotion.JOY, Emotion.SURPRISE})
LOW: Final = frozenset(
    {Emotion.SADNESS, Emotion.HURT, Emotion.FEAR, Emotion.ANGER, Emotion.DISGUST}
)
UNEASY: Final = LOW | {Emotion.EMBARRASSMENT}
HARD: Final = 0.7
"""Probability of all uneasy feelings together from which on it is called hard."""
HEARING: Final = 2.0
"""Seconds that the classifier has."""
WRITING: Final = 20.0
"""Seconds that an engine has before a curated reply answers."""
HEAVY: Final = frozenset({Emotion.SADNESS, Emotion.HURT, Emotion.FEAR})
"""Feelings under which, in private, a helpline stands in the small print."""
SWEEP_EVERY: Final = 60.0


class Companion:
    """One for the process; it keeps conversations in memory, and nothing anywhere else.

    Args:
        classifier: Tells the emotion.
        curated: Answers by default, and whenever the other engine has no answer.
        writer: An engine that writes by itself, or ``None``.
        now: Seconds of a clock that never goes back.
    """

    def __init__(
        self,
        classifier: Classifier,
        curated: CuratedEngine,
        writer: Engine | None,
        now: Callable[[], float],
    ) -> None:
        self._classifier = classifier
        self._curated = curated
        self._writer = writer
        self.now = now
        self._detector = CrisisDetector.shipped()
        self._occasions = Occasions.shipped()
        self.conversations = Conversations(now)
        self.people = Buckets(6, 10.0, now)
        self.channels = Buckets(10, 6.0, now)
        self.help_given = Buckets(3, 200.0, now)

    @property
    def sends_to(self) -> str | None:
        """The host outside this network that words are sent to, if they are."""
        return self._writer.sends_to if self._writer else None

    @property
    def writes(self) -> bool:
        """Whether an engine writes by itself, which takes a moment."""
        return self._writer is not None

    async def start(self) -> None:
        """Load the engine.

        Raises:
            BackendUnavailable: It cannot be had.
        """
        if self._writer is not None:
            await self._writer.start()

    async def close(self) -> None:
        """Release the engine."""
        if self._writer is not None:
            await self._writer.close()

    async def keep_forgetting(self) -> None:
        """Forget old conversations until cancelled, also when nobody says anything."""
        while True:
            await asyncio.sleep(SWEEP_EVERY)
            self.conversations.sweep()

    def forget(self, user_id: int, place: Place | None = None) -> bool:
        """Forget what somebody said, in a place or anywhere; return whether there was anything."""
        return self.conversations.forget(user_id, place)

    def be_careful(self, user_id: int, place: Place) -> None:
        """Answer with curated words only, and name a helpline, while this conversation lasts."""
        self.conversations.of(user_id, place).be_careful(self.now())

    def crisis_in(self, text: str) -> Crisis | None:
        """Return what speaks for a crisis. Needs no classifier, no network and no storage."""
        return self._detector.find(text)

    async def answer(self, spoken: Spoken) -> Answer:
        """Answer. Whoever calls has asked the limits; a crisis has none."""
        language = language_of(spoken)
        reading = self._detector.read(spoken.text)
        crisis = reading.crisis
        conversation = self.conversations.of(spoken.user_id, spoken.place)
        if crisis is not None:
            if spoken.place.private:
                conversation.be_careful(self.now())
            return Answer("", language, crisis)
        first = conversation.fresh
        heard = await self._heard(spoken, language, conversation)
        text = await self._reply(heard, conversation)
        conversation.add(self._turn(heard, text, spoken))
        heavy = heard.occasion in SERIOUS or (heard.emotion in HEAVY and (first or heard.intense))
        careful = conversation.careful or ((heavy or reading.unsure) and spoken.place.private)
        urgent = heard.occasion in URGENT
        return Answer(text, language, first=first, careful=careful, urgent=urgent)

    async def _heard(self, spoken: Spoken, language: str, conversation: Conversation) -> Heard:
        words = said(spoken.text)
        occasion = self._occasions.of(spoken.text)
        if occasion is not None:
            intense = is_intense(spoken.text, None)
            return Heard(words, language, FELT.get(occasion), intense, occasion)
        prediction = await self._judged(spoken.text)
        emotion = _emotion(prediction, conversation.mood)
        intense = is_intense(spoken.text, prediction)
        if conversation.about is not None and emotion is not Emotion.JOY:
            about = conversation.about
            return Heard(words, language, FELT[about], intense, about)
        unclear = emotion is None and conversation.mood not in BRIGHT
        hard = Occasion.HARD if unclear and _is_hard(prediction) else None
        return Heard(words, language, emotion, intense, hard)

    async def _judged(self, text: str) -> Prediction | None:
        if not is_classifiable(text):
            return None
        try:
            async with asyncio.timeout(HEARING):
                return (await self._classifier.classify([text]))[0]
        except (ClassifierError, TimeoutError) as error:
            log.warning("the companion answers without the classifier: %s", type(error).__name__)
            return None

    async def _reply(self, heard: Heard, conversation: Conversation) -> str:
        # After a crisis only words that were written with care.
        with_care = conversation.careful or heard.occasion in WRITTEN_WITH_CARE
        if self._writer is not None and not with_care and heard.words:
            try:
                return await self._written(self._writer, heard, conversation)
            except NoReply as error:
                log.info("a curated reply answers: %s", error)
        return await self._curated.reply(heard, conversation)

    async def _written(self, writer: Engine, heard: Heard, conversation: Conversation) -> str:
        try:
            async with asyncio.timeout(WRITING):
                answer = trimmed(await writer.reply(heard, conversation))
        except TimeoutError as error:
            msg = f"nothing was written within {WRITING:g} s"
            raise NoReply(msg) from error
        reason = why_unsafe(answer, heard.language, INSTRUCTIONS[heard.language])
        if reason is not None:
            msg = f"the engine wrote {reason}"
            raise NoReply(msg)
        return answer

    def _turn(self, heard: Heard, text: str, spoken: Spoken) -> Turn:
        if self._writer is None or not self._writer.remembers_words or not spoken.measured:
            return Turn(self.now(), heard.emotion, occasion=heard.occasion)
        words = heard.words[:LONGEST_WORDS]
        return Turn(self.now(), heard.emotion, words, text, heard.occasion)


def language_of(spoken: Spoken) -> str:
    """Return the language to answer in: that of the words, where they have one of ours."""
    found = detect(said(spoken.text))
    return found if found in ("ko", "en") else spoken.language


def _emotion(prediction: Prediction | None, mood: Emotion | None) -> Emotion | None:
    if prediction is None:
        return None
    turned = (mood in LOW and prediction.label in BRIGHT) or (
        mood in BRIGHT and prediction.label in LOW
    )
    least = SURE_OF_A_TURN if turned else SURE
    return prediction.label if prediction.confidence >= least else None


def _is_hard(prediction: Prediction | None) -> bool:
    """Tell whether it is some uneasy feeling, though not which."""
    if prediction is None:
        return False
    shares = zip(EMOTIONS, prediction.probabilities, strict=True)
    return sum(s for emotion, s in shares if emotion in UNEASY and not isnan(s)) >= HARD
