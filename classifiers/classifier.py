"""The contract of a classifier, and how one is found by name.

A plug-in is a factory ``Mapping[str, str] -> Classifier`` under the entry point group
``nunchi.classifiers`` (``docs/plug-ins.md``); ``load("name?option=value")`` finds and builds it. A
backend imports its framework in its factory or in ``start``, never when its module is imported.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import EntryPoint, entry_points
from typing import Final, ParamSpec, Protocol, TypeVar, runtime_checkable
from urllib.parse import parse_qsl

from classifiers.correction import ShareCorrection
from classifiers.discovery import build, by_name, chosen, package_of
from classifiers.emotion import EMOTIONS, Emotion
from classifiers.errors import BackendUnavailable, ClassificationFailed, InvalidOption
from classifiers.prediction import Prediction
from classifiers.worker import spawned_worker

GROUP: Final = "nunchi.classifiers"

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What is known of a backend before it classifies anything.

    Attributes:
        name: The backend, such as ``lexicon``.
        version: Changes whenever the same text may get another prediction.
        languages: ISO 639-1 codes that it was made for.
        labels: The emotions that it can tell apart.
        max_batch: How many texts one call may carry.
        correction: How the shares of its predictions are corrected for its errors, if that was
            measured.
        sends_to: The host outside this network that texts are sent to, if they are.
    """

    name: str
    version: str
    languages: tuple[str, ...]
    labels: tuple[Emotion, ...] = EMOTIONS
    max_batch: int = 64
    correction: ShareCorrection | None = None
    sends_to: str | None = None

    @property
    def model(self) -> str:
        """The identifier that predictions carry."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of a text that moved the verdict.

    Attributes:
        surface: The piece as it stands in the text.
        effect: What it adds to the valence, in [-1, 1] before squashing; 0 for a pure modifier.
        emotion: The emotion that it speaks for, if any.
        rule: A stable key of why: ``word``, ``negated``, ``intensified``, ``diminished``,
            ``emoji``, ``emoticon``, ``laughter``, ``tears``, ``contrast``, ``idiom``, ``modifier``.
    """

    surface: str
    effect: float
    emotion: Emotion | None
    rule: str


@runtime_checkable
class Classifier(Protocol):
    """Anything that turns texts into predictions without blocking the event loop."""

    @property
    def info(self) -> ModelInfo:
        """What is known of this backend."""
        ...

    async def start(self) -> None:
        """Load what is needed.

        Raises:
            BackendUnavailable: An extra, a file or a server is missing.
        """
        ...

    async def classify(self, texts: Sequence[str]) -> Sequence[Prediction]:
        """Return one prediction a text, in order. At most ``info.max_batch`` texts a call.

        Raises:
            ClassificationFailed: The batch could not be classified.
        """
        ...

    async def close(self) -> None:
        """Release workers and connections; harmless when called twice."""
        ...


@runtime_checkable
class Explainer(Protocol):
    """A classifier that can say which parts of a text moved its verdict."""

    async def explain(self, text: str) -> Sequence[Evidence]:
        """Return the evidence in the order of the text."""
        ...


class Predictor(Protocol):
    """The synchronous heart of a local backend; it runs in a worker."""

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return one prediction a text, in order."""
        ...


class ThreadClassifier:
    """Runs a predictor in one worker thread: for backends whose work releases the GIL."""

    def __init__(self, info: ModelInfo, build: Callable[[], Predictor]) -> None:
        self._info = info
        self._build = build
        self._predictor: Predictor | None = None
        self._worker: Executor | None = None

    @property
    def info(self) -> ModelInfo:
        """What is known of this backend."""
        return self._info

    async def start(self) -> None:
        """Start the worker and build the predictor in it."""
        self._worker = ThreadPoolExecutor(1, thread_name_prefix=self._info.name)
        loop = asyncio.get_running_loop()
        self._predictor = await loop.run_in_executor(self._worker, self._build)

    async def classify(self, texts: Sequence[str]) -> Sequence[Prediction]:
        """Classify in the worker thread."""
        if self._predictor is None:
            msg = "start() comes before classify()"
            raise RuntimeError(msg)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, self._predictor.predict, texts)

    async def close(self) -> None:
        """Stop the worker."""
        worker, self._worker, self._predictor = self._worker, None, None
        if worker is not None:
            worker.shutdown(wait=True, cancel_futures=True)


class ProcessClassifier:
    """Runs a predictor in one spawned process: for pure Python work, which would hold the GIL.

    ``build`` must be importable by name, for it travels to the process. A process that died is
    replaced: the batch in its hands fails, the next one works again.
    """

    def __init__(self, info: ModelInfo, build: Callable[[], Predictor]) -> None:
        self._info = info
        self._build = build
        self._worker: Executor | None = None

    @property
    def info(self) -> ModelInfo:
        """What is known of this backend."""
        return self._info

    async def start(self) -> None:
        """Start the process and build the predictor in it.

        Raises:
            BackendUnavailable: The process died before it was ready.
        """
        self._worker = spawned_worker()
        try:
            await self._run(_predict, self._build, ())
        except ClassificationFailed as error:
            await self.close()
            msg = f"the worker of {self._info.model} does not start; is there enough memory?"
            raise BackendUnavailable(msg) from error

    async def classify(self, texts: Sequence[str]) -> Sequence[Prediction]:
        """Classify in the worker process."""
        return await self._run(_predict, self._build, tuple(texts))

    async def close(self) -> None:
        """Stop the process."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.shutdown(wait=True, cancel_futures=True)

    async def _run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._worker is None:
            msg = "start() comes before classify()"
            raise RuntimeError(msg)
        call = partial(function, *args, **kwargs)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._worker, call)
        except BrokenProcessPool as error:
            self._worker = spawned_worker()
            msg = f"the worker of {self._info.model} died and was started again"
            raise ClassificationFailed(msg) from error


@cache
def _built(build: Callable[[], Predictor]) -> Predictor:
    """Build once in the worker process; the parent never calls this."""
    return build()


def _predict(build: Callable[[], Predictor], texts: Sequence[str]) -> list[Prediction]:
    return _built(build).predict(texts)


def installed() -> dict[str, EntryPoint]:
    """Return every installed backend by name: what ``load`` would take, or refuse to choose."""
    return {name: first for name, (first, *_) in by_name(entry_points(group=GROUP)).items()}


def load(specification: str) -> Classifier:
    """Build the classifier that ``name?option=value&option=value`` names; it is not started.

    Raises:
        UnknownBackend: No backend of that name is installed.
        InvalidOption: The options cannot be read, or the backend refuses one.
        BackendUnavailable: A package is missing, or the one that brings the backend is broken,
            made for another version of this project, or not the only one of that name.
    """
    name, _, query = specification.partition("?")
    point = chosen(name, entry_points(group=GROUP))
    return built(point, _options(query))


def built(point: EntryPoint, options: Mapping[str, str]) -> Classifier:
    """Build the classifier of an entry point; raises what ``load`` does."""
    classifier = build(point, options)
    if not isinstance(classifier, Classifier):
        msg = (
            f"the factory {point.name!r} of {package_of(point)} gave a "
            f"{type(classifier).__name__}, which is no classifier"
        )
        raise BackendUnavailable(msg)
    return classifier


def _options(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True) if query else []
    except ValueError as error:
        msg = f"classifier options must look like name?option=value, not {query!r}"
        raise InvalidOption(msg) from error
    return dict(pairs)
