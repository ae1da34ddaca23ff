"""The classifier that asks a language model."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from pydantic import BaseModel, TypeAdapter

from classifiers.classifier import ModelInfo
from classifiers.emotion import EMOTIONS
from classifiers.errors import ClassificationFailed
from classifiers.language import detect
from classifiers.llm.chat import Chat, Row
from classifiers.llm.prompt import PROMPT_VERSION
from classifiers.prediction import Prediction
from classifiers.projection import Projection
from classifiers.resilience.address import Reach
from classifiers.resilience.client import Line, Sent, parsed
from classifiers.resilience.failures import BadAnswer, Unreachable
from classifiers.resilience.standby import Standby
from classifiers.text import said

log = logging.getLogger(__name__)

NAME: Final = "llm"
NOT_OFFERED: Final = frozenset({404, 405, 501})
"""Statuses of a server that lists no models; some only chat."""

UNSAFE: Final = re.compile(r"[^\w./:+-]")
MOST_KEPT: Final = 1024


class _Model(BaseModel):
    id: str


class _Models(BaseModel):
    data: list[_Model]


MODELS: Final = TypeAdapter(_Models)


@dataclass(frozen=True, slots=True)
class Asking:
    """How texts are handed over.

    Attributes:
        model: What to ask for.
        batch: Texts a request.
        parallel: Requests at once.
        longest: Signs of a text; what is longer is cut.
    """

    model: str
    batch: int
    parallel: int
    longest: int


class LlmClassifier:
    """Zero-shot emotions by a language model; another classifier answers where it does not.

    What is sent is the text as ``said`` leaves it: no mentions, links or ids. A text that a request
    leaves unanswered is asked for once more alone. The probabilities are what the model states,
    normalised; nobody has calibrated them.
    """

    def __init__(self, asking: Asking, line: Line, chat: Chat, standby: Standby) -> None:
        self._asking = asking
        self._line = line
        self._chat = chat
        self._standby = standby
        self._turns = asyncio.Semaphore(asking.parallel)
        self._projection = Projection.of(tuple(map(str, EMOTIONS)), name="emotions")
        self._kept: dict[bytes, Prediction] = {}
        self._info = ModelInfo(
            NAME,
            _version(asking.model),
            ("ko", "en"),
            max_batch=asking.batch * asking.parallel,
            sends_to=line.client.address.outside,
        )

    @property
    def info(self) -> ModelInfo:
        """What is known of this backend; the version names the model that answered last."""
        return self._info

    async def start(self) -> None:
        """See whether the server is there, and start the standby.

        Raises:
            BackendUnavailable: It is not and there is no standby, or the standby does not start.
        """
        address = self._line.client.address
        if address.reach is not Reach.LOOPBACK:
            log.warning(
                "privacy: the text of messages leaves this machine, to %s, where others may keep "
                "it; tell your members",
                address.host,
            )
        await self._standby.start(self._line, self._look)

    async def close(self) -> None:
        """Close the connections and the standby."""
        await self._line.client.close()
        await self._standby.close()

    async def classify(self, texts: Sequence[str]) -> Sequence[Prediction]:
        """Return one prediction a text, in order; by the standby where the model gives none.

        Raises:
            BackendAway: The server does not answer, or a limit is reached, and there is no standby.
            ClassificationFailed: The model did not rate a text, and there is no standby.
        """
        _ = self._line.client.session
        work = _Work([self._kept.pop(_digest(text), None) for text in texts])
        open_ones = work.unanswered()
        async with asyncio.TaskGroup() as requests:
            for start in range(0, len(open_ones), self._asking.batch):
                part = open_ones[start : start + self._asking.batch]
                requests.create_task(self._part(work, texts, part))
        missing = work.unanswered()
        if missing:
            await self._stand_in(work, texts, missing)
        elif texts:
            self._standby.relieved()
        return [each for each in work.judged if each is not None]

    async def _stand_in(self, work: _Work, texts: Sequence[str], missing: Sequence[int]) -> None:
        failure = work.failure or BadAnswer("the language model left out texts")
        if isinstance(failure, Unreachable):
            self._standby.serve(failure)
        else:
            log.info("the language model did not rate %d texts: %s", len(missing), failure)
        try:
            judged = await self._standby.classify([texts[index] for index in missing], failure)
        except ClassificationFailed:
            self._keep(texts, work.judged)
            raise
        for index, prediction in zip(missing, judged, strict=True):
            work.judged[index] = prediction

    async def _part(self, work: _Work, texts: Sequence[str], part: Sequence[int]) -> None:
        """Ask for some texts at once, then once more for each that was left out."""
        try:
            await self._ask(work, texts, part)
            for index in part:
                if work.judged[index] is None:
                    await self._ask(work, texts, [index])
        except Unreachable as error:
            work.note(error)

    async def _ask(self, work: _Work, texts: Sequence[str], part: Sequence[int]) -> None:
        longest = self._asking.longest
        try:
            async with self._turns:
                rows, completion = await self._chat.rate(
                    [said(texts[index])[:longest] for index in part]
                )
        except Unreachable:
            raise
        except ClassificationFailed as error:
            work.note(error)
            return
        if completion.model:
            self._describe(completion.model)
        if completion.problem is not None:
            work.note(BadAnswer(f"the answer was {completion.problem}"))
        for index, row in zip(part, rows, strict=True):
            if row is not None:
                work.judged[index] = self._prediction(texts[index], row)

    def _prediction(self, text: str, row: Row) -> Prediction:
        return self._projection.predictions(np.array([row]), [detect(text)], self._info.model)[0]

    def _keep(self, texts: Sequence[str], judged: Sequence[Prediction | None]) -> None:
        """Keep what was paid for: the batch fails as a whole, and will come again."""
        if len(self._kept) > MOST_KEPT:
            self._kept.clear()
        pairs = zip(texts, judged, strict=True)
        self._kept |= {_digest(text): each for text, each in pairs if each is not None}

    async def _look(self) -> None:
        try:
            offered = await self._line.ask(Sent("/models"), _offered)
        except Unreachable as error:
            if error.status not in NOT_OFFERED:
                raise
            return
        if offered and self._asking.model not in offered:
            log.warning("the server does not list the model that is asked for")

    def _describe(self, model: str) -> None:
        version = _version(model)
        if version != self._info.version:
            self._info = replace(self._info, version=version)
            log.info("%s is %s", self._line.client.address.host, self._info.model)


@dataclass(slots=True)
class _Work:
    """The texts of one call: what is judged, and why the rest is not."""

    judged: list[Prediction | None]
    failure: ClassificationFailed | None = None

    def note(self, failure: ClassificationFailed) -> None:
        """Remember why texts are left; that the server is away weighs more than anything else."""
        if not isinstance(self.failure, Unreachable):
            self.failure = failure

    def unanswered(self) -> list[int]:
        """Return the places of texts without a verdict."""
        return [index for index, each in enumerate(self.judged) if each is None]


def _offered(content: bytes) -> frozenset[str]:
    try:
        return frozenset(model.id for model in parsed(MODELS, content).data)
    except BadAnswer:
        return frozenset()


def _version(model: str) -> str:
    return f"{UNSAFE.sub('-', model)[:80]}+prompt{PROMPT_VERSION}"


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
