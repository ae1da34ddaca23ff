"""The engine that answers by default: one of the curated replies, and no network."""

from __future__ import annotations

import random
from collections.abc import Sequence

from bot.companion.conversations import Conversation
from bot.companion.library import Intensity, Library, Reply, When
from bot.companion.occasions import URGENT, Occasion
from bot.companion.retrieval import TopicIndex
from bot.companion.values import Heard

TOPICAL = 0.62
"""Likeness from which on a reply about a topic is taken."""
SAID_AGAIN = URGENT | {Occasion.HUMAN}
"""What is rather said twice than answered beside the point."""


class CuratedEngine:
    """Chooses by emotion, intensity, point of the conversation and topic; none twice.

    Args:
        library: What may be said.
        chance: Chooses between replies that fit equally well.
    """

    sends_to: str | None = None
    remembers_words = False

    def __init__(self, library: Library, chance: random.Random | None = None) -> None:
        self._library = library
        self._chance = chance or random.Random()  # noqa: S311 - variety, no secret
        self._topics = TopicIndex([reply.topic for reply in library.replies])

    async def start(self) -> None:
        """Nothing needs to be loaded."""

    async def close(self) -> None:
        """Nothing needs to be released."""

    async def reply(self, heard: Heard, conversation: Conversation) -> str:
        """Return what to say, and note that it was said."""
        chosen = self.choose(heard, conversation)
        if chosen.number in conversation.used:
            conversation.used.remove(chosen.number)
        conversation.used.append(chosen.number)
        return chosen.text

    def choose(self, heard: Heard, conversation: Conversation) -> Reply:
        """Return the reply that fits best and was not given yet in this conversation.

        An occasion comes first, a topic that the words are about next, then intensity and point of
        the conversation.
        When every reply to the emotion was given, the ones that only ask come; then the one that
        was given longest ago.
        """
        given = set(conversation.used)
        if heard.occasion and (chosen := self._on(heard.occasion, heard.language, conversation)):
            return chosen
        for emotion in dict.fromkeys((heard.emotion, None)):
            replies = self._library.about(emotion, heard.language)
            fresh = [reply for reply in replies if reply.number not in given]
            if fitting := self._fitting(fresh, heard, conversation):
                return fitting
        return self._longest_ago(heard, conversation)

    def _on(self, occasion: Occasion, language: str, conversation: Conversation) -> Reply | None:
        """Return a reply to an occasion; one that was given only where that matters more."""
        when = When.LATER if _goes_on(occasion, conversation) else When.FIRST
        replies = self._library.on(occasion, language)
        fresh = [reply for reply in replies if reply.number not in conversation.used]
        fitting = [reply for reply in fresh if reply.when in (when, When.ANY)]
        if fitting:
            return self._chance.choice(fitting)
        if occasion not in SAID_AGAIN:
            return None
        if fresh:
            return self._chance.choice(fresh)
        return min(replies, key=lambda reply: conversation.used.index(reply.number))

    def _fitting(
        self, replies: Sequence[Reply], heard: Heard, conversation: Conversation
    ) -> Reply | None:
        likeness = self._topics.similar(heard.words)
        topical = [reply for reply in replies if likeness[reply.number] >= TOPICAL]
        if topical:
            return max(topical, key=lambda reply: likeness[reply.number])
        general = [reply for reply in replies if not reply.topic]
        if not general:
            return None
        best = max(_fit(reply, heard, conversation) for reply in general)
        return self._chance.choice(
            [reply for reply in general if _fit(reply, heard, conversation) == best]
        )

    def _longest_ago(self, heard: Heard, conversation: Conversation) -> Reply:
        replies = self._library.about(heard.emotion, heard.language)
        return min(
            (reply for reply in replies if not reply.topic),
            key=lambda reply: conversation.used.index(reply.number),
        )


def _goes_on(occasion: Occasion, conversation: Conversation) -> bool:
    """Tell whether somebody speaks of the same again; a yes or no always goes on with something."""
    if occasion is Occasion.ASSENT:
        return not conversation.fresh or conversation.careful
    return any(turn.occasion is occasion for turn in conversation.turns)


def _fit(reply: Reply, heard: Heard, conversation: Conversation) -> int:
    """Return how well a reply fits: right beats open, and open beats wrong."""
    intensity = Intensity.HIGH if heard.intense else Intensity.LOW
    when = When.FIRST if conversation.fresh else When.LATER
    return 2 * _grade(reply.when, when) + _grade(reply.intensity, intensity)


def _grade(tag: Intensity | When, wanted: Intensity | When) -> int:
    if tag == wanted:
        return 2
    return 1 if tag.value == "any" else 0
