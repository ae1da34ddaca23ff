"""The server without a server library: what is asked comes in, what is answered goes out."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from classifiers.classifier import Classifier
from classifiers.errors import ClassificationFailed, ClassifierError, InvalidOption
from classifiers.heads import head_of
from classifiers.prediction import Prediction
from classifiers.serving import metrics
from classifiers.serving.answers import description, of_head, scores
from classifiers.serving.batcher import BatchBroken, Batcher, QueueClosed, QueueFull
from classifiers.serving.limits import Limits
from classifiers.serving.messages import (
    GIVEN_UP,
    ErrorType,
    Request,
    RequestRefused,
    Response,
    body_too_large,
    declared_length,
)
from classifiers.serving.openapi import document
from classifiers.serving.reading import Asked, read_classify, read_predict
from classifiers.wire import as_object

log = logging.getLogger(__name__)
access_log = logging.getLogger("classifiers.serving.access")

PROBE: Final = "안녕 hello"
PROBE_SECONDS: Final = 5.0
"""How long ``/health`` waits for the classifier after a batch that failed."""

READ_SECONDS: Final = 20.0
"""How long the body of a request may take to arrive."""

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class _Judged:
    prediction: Prediction
    head: dict[str, float] | None = None


class Application:
    """Serves one classifier: checks, batches, answers, counts.

    ``handle`` never raises for what a client sends, and nothing that a client sends is logged.
    """

    def __init__(
        self, classifier: Classifier, limits: Limits, *, key: str | None = None, replica: str = ""
    ) -> None:
        """Prepare, without starting.

        Args:
            classifier: What judges; started and closed with the application.
            limits: What is accepted.
            key: What clients must show, as ``Authorization: Bearer KEY``; ``/health`` is open.
            replica: Which of several servers this is, for the metrics.
        """
        self._classifier = classifier
        self._limits = limits
        self._key = None if key is None else _digest(key)
        self._replica = replica
        self._batcher: Batcher[tuple[str, str | None], _Judged] | None = None
        self._metrics = metrics.Metrics(lambda: self._running.queued, replica)
        self._stopping = False
        self._document = document(limits)
        self._routes: dict[str, tuple[str, Handler]] = {
            "/predict": ("POST", self._predict),
            "/classify": ("POST", self._classify),
            "/info": ("GET", self._info),
            "/health": ("GET", self._health),
            "/metrics": ("GET", self._tell_metrics),
            "/openapi.json": ("GET", self._openapi),
        }

    async def start(self) -> None:
        """Load the classifier.

        Raises:
            BackendUnavailable: It cannot be started.
        """
        await self._classifier.start()
        self._batcher = Batcher(
            self._judge,
            max_batch=self._max_batch,
            max_wait=self._limits.max_wait,
            max_queue=self._limits.max_queue,
            observe=self._metrics.judged,
        )
        self._batcher.start()

    @property
    def stopping(self) -> bool:
        """Whether ``stop_accepting`` was called."""
        return self._stopping

    def stop_accepting(self) -> None:
        """Answer 503 to whatever comes from now on; what is in hand is finished at once."""
        self._stopping = True
        if self._batcher is not None:
            self._batcher.hurry()

    async def close(self) -> None:
        """Judge what waits, then release the classifier; harmless when called twice."""
        self.stop_accepting()
        batcher, self._batcher = self._batcher, None
        if batcher is not None:
            await batcher.close()
        await self._classifier.close()

    async def handle(self, request: Request) -> Response:
        """Answer a request."""
        started = time.perf_counter()
        self._metrics.began()
        # Only paths that we know are named: another one may be a text that went astray.
        path = request.path if request.path in self._routes else "other"
        status, response = GIVEN_UP, None
        try:
            response = await self._answered(request)
            status = response.status
        finally:
            seconds = time.perf_counter() - started
            self._metrics.ended(path, status, seconds, response)
            texts = 0 if response is None else response.texts
            access_log.info("%s %s %d texts, %.1f ms", path, status, texts, seconds * 1000)
        return response

    @property
    def _running(self) -> Batcher[tuple[str, str | None], _Judged]:
        if self._batcher is None:
            raise _unhealthy("the server is stopping")
        return self._batcher

    @property
    def _max_batch(self) -> int:
        return min(self._limits.max_batch, self._classifier.info.max_batch)

    async def _answered(self, request: Request) -> Response:
        try:
            return await self._routed(request)
        except RequestRefused as refusal:
            return refusal.response()
        except Exception as error:  # noqa: BLE001 - see below
            # The outermost boundary: a mistake of ours costs one request, not the server. The
            # error's own words may hold a text, so that only its kind is told.
            log.error("an answer failed with %s", type(error).__name__)
            message = "the server made a mistake; its log has the kind of error"
            return RequestRefused(
                HTTPStatus.INTERNAL_SERVER_ERROR, ErrorType.BACKEND, message
            ).response()

    async def _routed(self, request: Request) -> Response:
        if request.path != "/health":
            self._admit(request)
        if request.path not in self._routes:
            known = ", ".join(self._routes)
            raise RequestRefused(
                HTTPStatus.NOT_FOUND, ErrorType.NOT_FOUND, f"there is nothing here but {known}"
            )
        method, handler = self._routes[request.path]
        if request.method != method and (request.method, method) != ("HEAD", "GET"):
            raise RequestRefused(
                HTTPStatus.METHOD_NOT_ALLOWED,
                ErrorType.VALIDATION,
                f"{request.path} takes {method}",
                {"Allow": method},
            )
        return await handler(request)

    def _admit(self, request: Request) -> None:
        """Check the key; digests of equal length are compared in constant time."""
        if self._key is None:
            return
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        right = hmac.compare_digest(_digest(shown.strip()), self._key)
        if not right or scheme.lower() != "bearer":
            raise RequestRefused(
                HTTPStatus.UNAUTHORIZED,
                ErrorType.UNAUTHORIZED,
                "the key is missing or wrong: send it as Authorization: Bearer KEY",
                {"WWW-Authenticate": "Bearer", "Connection": "close"},
            )

    async def _body(self, request: Request) -> bytes:
        if self._stopping:
            raise _unhealthy("the server is stopping")
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            raise RequestRefused(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                ErrorType.VALIDATION,
                "the body must not be compressed",
                {"Connection": "close"},
            )
        if declared_length(request.headers) > self._limits.max_body:
            raise body_too_large(self._limits.max_body)
        try:
            async with asyncio.timeout(READ_SECONDS):
                return await request.read(self._limits.max_body)
        except TimeoutError:
            raise RequestRefused(
                HTTPStatus.REQUEST_TIMEOUT,
                ErrorType.VALIDATION,
                f"the body did not arrive within {READ_SECONDS:g} s",
                {"Connection": "close"},
            ) from None

    async def _predict(self, request: Request) -> Response:
        asked = read_predict(await self._body(request), self._limits)
        judged = await self._judged(asked)
        answers = [scores(each.prediction, raw=asked.raw_scores) for each in judged]
        return Response.of(answers[0] if asked.single else answers, texts=len(judged))

    async def _classify(self, request: Request) -> Response:
        asked = read_classify(await self._body(request), self._limits)
        if asked.head is not None:
            self._check_head(asked.head)
        judged = await self._judged(asked)
        verdicts: list[dict[str, Any]] = [as_object(each.prediction) for each in judged]
        if asked.head is not None:
            for each, one in zip(verdicts, judged, strict=True):
                each["head_probabilities"] = one.head
        return Response.of({"predictions": verdicts}, texts=len(judged))

    async def _info(self, request: Request) -> Response:
        del request
        return Response.of(description(self._classifier, self._limits, self._max_batch))

    async def _openapi(self, request: Request) -> Response:
        del request
        return Response.of(self._document)

    async def _tell_metrics(self, request: Request) -> Response:
        del request
        text = self._metrics.text()
        return Response(HTTPStatus.OK, text.encode(), content_type=metrics.CONTENT_TYPE)

    async def _health(self, request: Request) -> Response:
        """Say whether texts can be judged; tried on one where the last batch failed."""
        del request
        if self._stopping:
            raise _unhealthy("the server is stopping")
        if self._running.failures:
            try:
                async with asyncio.timeout(PROBE_SECONDS):
                    await self._running.submit([(PROBE, None)])
            except (ClassifierError, TimeoutError):
                raise _unhealthy("the classifier does not answer") from None
        return Response.of({"status": "ok"})

    def _check_head(self, name: str) -> None:
        try:
            head_of(self._classifier, name)
        except InvalidOption as error:
            # Not its own words, which repeat the name that was sent.
            message = "the model has no such head; /info lists those it has"
            raise RequestRefused(
                HTTPStatus.UNPROCESSABLE_ENTITY, ErrorType.VALIDATION, message
            ) from error

    async def _judged(self, asked: Asked) -> list[_Judged]:
        try:
            return await self._running.submit([(text, asked.head) for text in asked.texts])
        except QueueFull as error:
            raise RequestRefused(
                HTTPStatus.TOO_MANY_REQUESTS,
                ErrorType.OVERLOADED,
                str(error),
                {"Retry-After": str(error.retry_after)},
            ) from error
        except QueueClosed as error:
            raise _unhealthy(str(error)) from error
        except BatchBroken as error:
            raise RequestRefused(
                HTTPStatus.INTERNAL_SERVER_ERROR, ErrorType.BACKEND, str(error)
            ) from error
        except ClassifierError as error:
            # The log has its words: they may speak of machines that clients need not know.
            message = "the classifier could not judge the texts; the server's log says why"
            raise RequestRefused(
                HTTPStatus.FAILED_DEPENDENCY, ErrorType.BACKEND, message
            ) from error

    async def _judge(self, items: Sequence[tuple[str, str | None]]) -> list[_Judged]:
        """Judge one batch; its texts may ask for different heads."""
        texts = [text for text, _ in items]
        judged = [_Judged(each) for each in await self._classifier.classify(texts)]
        if len(judged) != len(texts):
            msg = f"the classifier gave {len(judged)} predictions for {len(texts)} texts"
            raise ClassificationFailed(msg)
        for name in {name for _, name in items if name is not None}:
            headed, head = head_of(self._classifier, name)
            places = [at for at, (_, wanted) in enumerate(items) if wanted == name]
            rows = await headed.classify_head(name, [texts[at] for at in places])
            for at, row in zip(places, rows, strict=True):
                judged[at] = _Judged(judged[at].prediction, of_head(head, row.tolist()))
        return judged


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


def _unhealthy(message: str) -> RequestRefused:
    return RequestRefused(HTTPStatus.SERVICE_UNAVAILABLE, ErrorType.UNHEALTHY, message)
