"""The classifier whose model runs on another machine."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.classifier import ModelInfo
from classifiers.emotion import EMOTIONS
from classifiers.errors import BackendUnavailable, ClassificationFailed
from classifiers.label_maps import LabelMapError
from classifiers.language import detect
from classifiers.prediction import Prediction
from classifiers.projection import Projection
from classifiers.remote.protocols import InferenceProtocol, Scores, Served
from classifiers.resilience.address import Reach
from classifiers.resilience.client import MOST_SENT, Line
from classifiers.resilience.failures import BadAnswer, Refused, Unreachable
from classifiers.resilience.standby import Standby
from classifiers.text import said

log = logging.getLogger(__name__)

NAME: Final = "remote"

NOT_OFFERED: Final = frozenset({404, 405, 501})
"""Statuses of a server that tells nothing of its model; some only classify."""

BLANK: Final = "."
"""Stands for a text that says nothing: servers refuse an empty one."""

UNSAFE: Final = re.compile(r"[^\w./:+-]")
SHORT_REVISION: Final = 12
TOO_LARGE: Final = 413


@dataclass(frozen=True, slots=True)
class Reading:
    """How scores become predictions.

    Attributes:
        raw: The scores are logits; otherwise probabilities.
        multi_label: Each label has a probability of its own.
        map_name: A label map, or ``None`` for the only one that fits.
        labels: Names for the server's labels, in the order of their numbers.
        languages: What the model was made for.
        max_batch: Most texts a request.
    """

    raw: bool
    multi_label: bool
    map_name: str | None
    labels: tuple[str, ...] | None
    languages: tuple[str, ...]
    max_batch: int


class RemoteClassifier:
    """One POST a batch to an inference server; another classifier answers while it is away.

    What is sent is the text as ``said`` leaves it: no mentions, links or ids, at most 4 000 signs.
    """

    def __init__(
        self, protocol: InferenceProtocol, line: Line, standby: Standby, reading: Reading
    ) -> None:
        self._protocol = protocol
        self._line = line
        self._standby = standby
        self._reading = reading
        self._largest = reading.max_batch
        self._served: Served | None = None
        self._projection: Projection | None = None
        self._info = ModelInfo(
            NAME,
            "unknown",
            reading.languages,
            EMOTIONS,
            max_batch=reading.max_batch,
            sends_to=line.client.address.outside,
        )

    @property
    def info(self) -> ModelInfo:
        """What is known of this backend; the version once the server has told its model."""
        return self._info

    async def start(self) -> None:
        """Ask the server for its model, and start the standby.

        Raises:
            BackendUnavailable: The server does not answer and there is no standby, the standby
                does not start, or the model is none that classifies texts.
            LabelMapError: It is not known what the model's labels mean.
        """
        address = self._line.client.address
        if address.reach is Reach.ANYWHERE:
            how = "" if address.encrypted else ", unencrypted, as insecure=yes allows"
            log.warning("the text of messages leaves this network, to %s%s", address.host, how)
        await self._standby.start(self._line, self._learn)

    async def close(self) -> None:
        """Close the connections and the standby."""
        await self._line.client.close()
        await self._standby.close()

    async def classify(self, texts: Sequence[str]) -> Sequence[Prediction]:
        """Return one prediction a text, in order; by the standby where the server cannot.

        Raises:
            BackendAway: The server does not answer, and there is no standby.
            ClassificationFailed: It cannot judge these texts, and there is no standby.
        """
        judged: list[Prediction] = []
        while len(judged) < len(texts):
            judged += await self._part(texts[len(judged) : len(judged) + self._largest])
        return judged

    async def _part(self, texts: Sequence[str]) -> list[Prediction]:
        try:
            judged = await self._asked(texts)
        except Refused as refusal:
            if len(texts) == 1:
                # One text that is refused tells nothing of the server; one after another does.
                self._line.breaker.failed(refusal)
                return await self._standby.classify(texts, refusal)
            middle = len(texts) // 2
            if refusal.status == TOO_LARGE:
                self._largest = max(1, min(self._largest, middle))
            return [*await self._part(texts[:middle]), *await self._part(texts[middle:])]
        except ClassificationFailed as error:
            # Whoever comes back may have another model.
            self._served = None
            self._standby.serve(error)
            return await self._standby.classify(texts, error)
        self._standby.relieved()
        return judged

    async def _asked(self, texts: Sequence[str]) -> list[Prediction]:
        if self._served is None:
            await self._learn_late()
        sent = self._protocol.asks_for_scores([said(text) or BLANK for text in texts])
        if sent.body is not None and len(sent.body) > MOST_SENT and len(texts) > 1:
            msg = "the texts are too long for one request"
            raise Refused(msg, status=0)
        return await self._line.ask(sent, partial(self._read, texts))

    def _read(self, texts: Sequence[str], content: bytes) -> list[Prediction]:
        scores = self._protocol.reads_scores(content, len(texts))
        labels = self._named(scores)
        projection = self._projection
        if projection is None or projection.labels != labels:
            try:
                projection = self._understand(labels)
            except LabelMapError as error:
                raise BadAnswer(str(error)) from error
        if scores.revision and self._served and scores.revision != self._served.revision:
            self._served = replace(self._served, revision=scores.revision)
            self._describe(self._served)
        rows = self._probabilities(scores.rows)
        return projection.predictions(rows, [detect(text) for text in texts], self._info.model)

    # What the server has

    async def _learn(self) -> None:
        """Ask for the model, and find out what its labels mean where they are known by now."""
        try:
            served = await self._line.ask(
                self._protocol.asks_for_model(), self._protocol.reads_model
            )
        except Unreachable as error:
            if error.status not in NOT_OFFERED:
                raise
            served = Served(self._line.client.address.host)
        self._served = served
        self._projection = None
        self._largest = min(self._reading.max_batch, served.max_batch or self._reading.max_batch)
        labels = self._reading.labels or served.labels
        if labels is not None:
            if len(labels) != len(served.labels or labels):
                msg = f"the model has {len(served.labels or ())} labels, but labels= {len(labels)}"
                raise LabelMapError(msg)
            self._understand(labels)
        else:
            self._describe(served)

    async def _learn_late(self) -> None:
        try:
            await self._learn()
        except (BackendUnavailable, LabelMapError) as error:
            self._served = None
            failure = BadAnswer(str(error))
            self._line.breaker.failed(failure)
            raise failure from error

    def _named(self, scores: Scores) -> tuple[str, ...]:
        """Return the labels of the columns, by the names that the options give them."""
        given = self._reading.labels
        known = self._served.labels if self._served is not None else None
        if scores.labels is not None and known is not None and set(scores.labels) != set(known):
            msg = "the server's model has other labels than before"
            raise BadAnswer(msg)
        if scores.labels is not None and known is not None and given is not None:
            renamed = dict(zip(known, given, strict=True))
            return tuple(renamed.get(label, label) for label in scores.labels)
        labels = scores.labels or given or known
        if labels is None:
            msg = "the server does not name its labels: give their names with labels="
            raise BadAnswer(msg)
        if len(labels) != scores.rows.shape[1]:
            msg = f"the server has {scores.rows.shape[1]} labels, but {len(labels)} names are known"
            raise BadAnswer(msg)
        return labels

    def _understand(self, labels: Sequence[str]) -> Projection:
        if len(labels) < 2 and not self._reading.multi_label:
            msg = "a model with one label needs the option multi_label=yes"
            raise LabelMapError(msg)
        projection = Projection.of(
            labels, multi_label=self._reading.multi_label, name=self._reading.map_name
        )
        self._projection = projection
        if self._served is not None:
            self._describe(self._served)
        return projection

    def _describe(self, served: Served) -> None:
        version = UNSAFE.sub("-", served.model)[:80]
        if served.revision:
            version += f":{UNSAFE.sub('-', served.revision)[:SHORT_REVISION]}"
        if self._projection is not None:
            version += f"+{_fingerprint(self._projection, raw=self._reading.raw)}"
        emotions = EMOTIONS if self._projection is None else self._projection.emotions
        info = replace(self._info, version=version, labels=emotions, max_batch=self._largest)
        if info.version != self._info.version:
            log.info("%s is %s", self._line.client.address.host, info.model)
        self._info = info

    def _probabilities(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Return probabilities of shape (texts, labels)."""
        if self._reading.raw:
            return sigmoid(rows) if self._reading.multi_label else softmax(rows)
        sums = rows.sum(axis=1)
        if not self._reading.multi_label and not np.allclose(sums, 1, atol=0.02):
            msg = "the scores are no probabilities: say scores=raw, or multi_label=yes"
            raise BadAnswer(msg)
        return rows


def softmax(rows: NDArray[Any]) -> NDArray[Any]:
    """Return each row as probabilities that sum to 1."""
    grown = np.exp(rows - rows.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True))


def sigmoid(rows: NDArray[Any]) -> NDArray[Any]:
    """Return each score as a probability of its own."""
    # The half-angle form neither overflows nor warns.
    return np.asarray(0.5 * (1 + np.tanh(0.5 * rows)))


def _fingerprint(projection: Projection, *, raw: bool) -> str:
    """Return what changes when the same scores would be read in another way."""
    table = sorted((label, projection.label_map.table[label] or "") for label in projection.labels)
    content = repr((table, projection.multi_label, raw))
    return hashlib.sha256(content.encode()).hexdigest()[:6]
