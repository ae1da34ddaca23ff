"""The contract of a classifier as a test: for everybody who writes one.

In a test of a plug-in, with nothing but pytest::

    from classifiers.testing import check_classifier

    def test_it_keeps_the_contract():
        check_classifier("mine?path=model.bin")

``check_classifier_async`` is the same inside an event loop. What breaks the contract raises
``NotConforming``, whose message says what to fix; what the classifier itself raises is passed on,
with a note of what was tried.
"""

from __future__ import annotations

import asyncio
import math
import pickle
import re
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, NoReturn, TypeVar

from classifiers.classifier import Classifier, ModelInfo, load
from classifiers.emotion import EMOTIONS, Emotion
from classifiers.prediction import SUM_TOLERANCE, Prediction

T = TypeVar("T")

TEXTS: Final = (
    "오늘 진짜 최고였어 ㅎㅎ",
    "너무 슬프고 속상하다 ㅠㅠ",
    "So happy today, great work everyone!",
    "I hate this. What a terrible day",
    "회의는 3시에 시작합니다",
    "ok",
    "와 이게 뭐야?! 깜짝 놀랐네",
    "I'm scared of the exam tomorrow",
)
"""Everyday messages, long and short, in Korean and English."""

ODD: Final = (
    "",
    " \n\t ",
    "😀😀😀 🎉",
    "❤️‍🔥",
    "مرحبا كيف حالك",
    "\u202eabc",
    "a\x00b",
    "broken \ud83d surrogate",
    "\udc00",
    "e\u0301" * 50,
    "ㅋ" * 500,
    "https://example.org/ <@123456789012345678> `code`",
)
"""What people, and programs, really send."""

LONG: Final = 100_000
"""Characters of a long text; Discord sends at most 4000, other callers do not stop there."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")


class NotConforming(AssertionError):
    """A classifier breaks the contract; the message says what to fix."""


@dataclass(frozen=True, slots=True)
class Expectations:
    """What is asked of a classifier beyond the plain contract, or let through.

    Attributes:
        tolerance: How far a probability or valence may be from that of the same text in another
            batch. Quantised networks need more than others.
        fallback: Whether predictions may name another model than ``info.model``, as those of a
            local fallback behind a server do.
        stall: Seconds for which the event loop may be held up at most: a gross limit that only
            finds work on the wrong thread. Figures are what ``benchmarks/backends_loop.py`` gives.
        patience: Seconds that starting, or judging one batch, may take.
        texts: At least four different messages that the classifier is made for.
    """

    tolerance: float = 1e-3
    fallback: bool = False
    stall: float = 1.0
    patience: float = 120.0
    texts: tuple[str, ...] = TEXTS


Made = str | Callable[[], Classifier]
"""``name?option=value`` of an installed classifier, or what builds one that is not started."""


def check_classifier(made: Made, expectations: Expectations | None = None) -> None:
    """Check that a classifier keeps the contract; takes seconds, most of them its own.

    Args:
        made: The classifier. It is built twice.
        expectations: What to let through.

    Raises:
        NotConforming: It does not.
        ClassifierError: What the classifier raises where it should not.
    """
    asyncio.run(check_classifier_async(made, expectations))


async def check_classifier_async(made: Made, expectations: Expectations | None = None) -> None:
    """Check as ``check_classifier`` does, inside a running event loop."""
    wanted = expectations or Expectations()
    if len(set(wanted.texts)) < 4:
        msg = "give at least four different texts"
        raise ValueError(msg)
    build = made if callable(made) else _loader(made)
    await _noted("starting and closing", _check_life(build, wanted))
    classifier = build()
    try:
        await _patiently(classifier.start(), wanted, "start()")
        subject = _Subject(classifier, wanted)
        for what, check in _CHECKS:
            await _noted(what, check(subject))
    finally:
        await classifier.close()


@dataclass(slots=True)
class _Subject:
    """A started classifier under test."""

    classifier: Classifier
    wanted: Expectations
    alone: list[Prediction] = field(default_factory=list)
    """What it says of each of the texts by itself."""

    @property
    def info(self) -> ModelInfo:
        return self.classifier.info

    def filled(self, count: int) -> list[str]:
        """Return as many texts, all of them in turn."""
        texts = self.wanted.texts
        return [texts[place % len(texts)] for place in range(count)]

    async def judged(self, texts: Sequence[str], what: str) -> list[Prediction]:
        """Judge a batch and check each prediction by itself."""
        answer = await _patiently(self.classifier.classify(texts), self.wanted, what)
        judged = list(answer)
        if len(judged) != len(texts):
            _fail(
                f"{what}: {len(judged)} predictions for {len(texts)} texts; classify() must return "
                "one for each, in order, also for a text that says nothing"
            )
        for prediction in judged:
            self._check(prediction, what)
        return judged

    def same(self, one: Sequence[Prediction], other: Sequence[Prediction], advice: str) -> None:
        """Require two lists of predictions to be the same, within the tolerance."""
        for place, (first, second) in enumerate(zip(one, other, strict=True)):
            difference = _difference(first, second)
            if not difference <= self.wanted.tolerance:
                _fail(f"text {place} differs by {difference:.2g}: {advice}")

    def _check(self, prediction: object, what: str) -> None:
        if not isinstance(prediction, Prediction):
            _fail(f"{what}: a {type(prediction).__name__} instead of a Prediction")
        if len(prediction.probabilities) != len(EMOTIONS):
            _fail(f"{what}: {len(prediction.probabilities)} probabilities; use Prediction.of()")
        known = list(prediction.as_mapping().values())
        if known and (min(known) < 0 or abs(sum(known) - 1) > SUM_TOLERANCE):
            _fail(f"{what}: the known probabilities must lie in [0, 1] and sum to 1, not {known}")
        if not -1 <= prediction.valence <= 1:
            _fail(f"{what}: the valence must lie in [-1, 1], not {prediction.valence}")
        if not _LANGUAGE.fullmatch(prediction.language):
            _fail(
                f"{what}: the language must be an ISO 639-1 code or 'und', not "
                f"{prediction.language!r}; classifiers.plugins.detect() tells it"
            )
        self._check_origin(prediction, what)

    def _check_origin(self, prediction: Prediction, what: str) -> None:
        if prediction.model != self.info.model:
            if not self.wanted.fallback:
                _fail(
                    f"{what}: the prediction names the model {prediction.model!r}, info.model is "
                    f"{self.info.model!r}; pass model=self.info.model (predictions of a fallback "
                    "are let through by Expectations(fallback=True))"
                )
            return
        strangers = [str(each) for each in prediction.labels if each not in self.info.labels]
        if strangers:
            _fail(f"{what}: {', '.join(strangers)} must stand in ModelInfo.labels")


async def _check_life(build: Callable[[], Classifier], wanted: Expectations) -> None:
    classifier = build()
    if not isinstance(classifier, Classifier):
        _fail(f"a {type(classifier).__name__} lacks info, start(), classify() or close()")
    try:
        await _patiently(classifier.close(), wanted, "close() before start()")
    except Exception as error:
        msg = "close() before start() must do nothing: it is called when start() has failed"
        raise NotConforming(msg) from error
    classifier = build()
    await _patiently(classifier.start(), wanted, "start()")
    try:
        await _patiently(classifier.classify(wanted.texts[:1]), wanted, "the first text")
    finally:
        await _patiently(classifier.close(), wanted, "close()")
    try:
        await _patiently(classifier.close(), wanted, "the second close()")
    except Exception as error:
        msg = "a second close() must do nothing: forget the worker in the first"
        raise NotConforming(msg) from error


async def _check_info(subject: _Subject) -> None:
    info = subject.info
    if not _NAME.fullmatch(info.name):
        _fail(f"ModelInfo.name must be lower-case letters, digits, - _ and ., not {info.name!r}")
    if not info.version or re.search(r"\s|@", info.version):
        _fail(f"ModelInfo.version must be a word without blanks and @, not {info.version!r}")
    if info.max_batch < 1:
        _fail(f"ModelInfo.max_batch must be at least 1, not {info.max_batch}")
    if not all(_LANGUAGE.fullmatch(code) for code in info.languages):
        _fail(f"ModelInfo.languages must be ISO 639-1 codes, not {info.languages}")
    labels = info.labels
    if len(set(labels)) != len(labels) or not all(isinstance(each, Emotion) for each in labels):
        _fail("ModelInfo.labels must be different members of Emotion")


async def _check_alone(subject: _Subject) -> None:
    for text in subject.wanted.texts:
        subject.alone += await subject.judged([text], "one text")
    if subject.info.labels and not any(each.labels for each in subject.alone):
        _fail("no prediction has a probability: say ModelInfo(labels=()) for sentiments only")


async def _check_batches(subject: _Subject) -> None:
    texts, size = subject.wanted.texts, subject.info.max_batch
    if list(await subject.classifier.classify([])):
        _fail("an empty batch must give an empty list")
    advice = "a text must get the same prediction whatever stands beside it, in the same order"
    for first in range(0, len(texts), size):
        part = texts[first : first + size]
        judged = await subject.judged(part, "a batch")
        subject.same(judged, subject.alone[first : first + size], advice)
        turned = await subject.judged(part[::-1], "the batch the other way round")
        subject.same(turned[::-1], judged, advice)
    full = await subject.judged(subject.filled(size), "a batch of max_batch texts")
    expected = [subject.alone[place % len(texts)] for place in range(size)]
    subject.same(full, expected, "a full batch must give what its texts get by themselves")


async def _check_odd(subject: _Subject) -> None:
    for text in ODD:
        await subject.judged([text], f"the text {text[:12]!a}")
    beside = [*ODD, subject.wanted.texts[0]][-subject.info.max_batch :]
    judged = await subject.judged(beside, "a batch of odd texts")
    subject.same(judged[-1:], subject.alone[:1], "an odd text must not change its neighbours")


async def _check_long(subject: _Subject) -> None:
    words = " ".join(subject.wanted.texts) + " "
    text = (words * (LONG // len(words) + 1))[:LONG]
    unbroken = "ha" * (LONG // 2)
    for each in (text, unbroken):
        await subject.judged([each], f"a text of {LONG} characters (cut it short)")


async def _check_together(subject: _Subject) -> None:
    size = min(subject.info.max_batch, len(subject.wanted.texts))
    texts = subject.filled(size)
    calls = [subject.judged(texts[turn:] + texts[:turn], "calls at once") for turn in range(size)]
    for turn, judged in enumerate(await asyncio.gather(*calls)):
        back = judged[size - turn :] + judged[: size - turn]
        subject.same(back, subject.alone[:size], "calls at once must not mix up their texts")


async def _check_cancelling(subject: _Subject) -> None:
    texts = subject.filled(subject.info.max_batch)
    call = asyncio.ensure_future(subject.classifier.classify(texts))
    await asyncio.sleep(0)
    call.cancel()
    with suppress(asyncio.CancelledError):
        await _patiently(asyncio.wait({call}), subject.wanted, "a cancelled call")
    size = min(subject.info.max_batch, len(subject.wanted.texts))
    judged = await subject.judged(subject.filled(size), "a batch after a cancelled one")
    subject.same(judged, subject.alone[:size], "a cancelled call must not disturb the next one")


async def _check_loop(subject: _Subject) -> None:
    """Judge full batches, and see whether the loop lives meanwhile."""
    loop = asyncio.get_running_loop()
    texts = subject.filled(subject.info.max_batch)
    longest, turns, seen = 0.0, 0, loop.time()
    call = asyncio.ensure_future(subject.judged(texts, "a full batch"))
    while not call.done():
        await asyncio.sleep(0)
        now = loop.time()
        longest, seen, turns = max(longest, now - seen), now, turns + 1
    await call
    advice = "predict in a worker (LocalClassifier does), or await what you wait for"
    if turns < _LEAST_TURNS:
        _fail(f"classify() works on the event loop without ever giving way: {advice}")
    if longest > subject.wanted.stall:
        _fail(f"the event loop stood still for {longest:.2f} s: {advice}")


_LEAST_TURNS: Final = 3
"""Turns of the loop while a worker has a batch: its start, its end, and one between."""


async def _check_pickling(subject: _Subject) -> None:
    copies = pickle.loads(pickle.dumps(subject.alone))  # noqa: S301 - our own bytes
    if any(_difference(*pair) > 0 for pair in zip(copies, subject.alone, strict=True)):
        _fail("predictions must survive pickling: they cross to other processes")


async def _check_stability(subject: _Subject) -> None:
    before = subject.info
    await subject.judged(subject.wanted.texts[:1], "one text")
    if subject.info != before:
        _fail("info changes while it judges; it may do so in start() only")


_CHECKS: Final[tuple[tuple[str, Callable[[_Subject], Coroutine[None, None, None]]], ...]] = (
    ("what info says", _check_info),
    ("texts one by one", _check_alone),
    ("batches", _check_batches),
    ("odd texts", _check_odd),
    ("long texts", _check_long),
    ("several calls at once", _check_together),
    ("a call that is cancelled", _check_cancelling),
    ("the event loop meanwhile", _check_loop),
    ("pickling", _check_pickling),
    ("info again", _check_stability),
)


def _loader(specification: str) -> Callable[[], Classifier]:
    return lambda: load(specification)


async def _noted(what: str, check: Awaitable[None]) -> None:
    try:
        await check
    except Exception as error:
        error.add_note(f"while check_classifier tried: {what}")
        raise


async def _patiently(work: Awaitable[T], wanted: Expectations, what: str) -> T:
    try:
        async with asyncio.timeout(wanted.patience) as limit:
            return await work
    except TimeoutError as error:
        if not limit.expired():
            raise
        msg = f"{what} took longer than {wanted.patience:g} s (Expectations(patience=...))"
        raise NotConforming(msg) from error


def _difference(one: Prediction, other: Prediction) -> float:
    """Return the largest difference of two predictions; infinite where one lacks a class."""
    if (one.language, one.model, one.labels) != (other.language, other.model, other.labels):
        return math.inf
    pairs = zip(one.probabilities, other.probabilities, strict=True)
    known = [abs(first - second) for first, second in pairs if not math.isnan(first)]
    return max([abs(one.valence - other.valence), *known])


def _fail(message: str) -> NoReturn:
    raise NotConforming(message)
