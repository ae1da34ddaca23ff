"""One conversation with a chat endpoint: the request it understands, paid for and read."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from classifiers.llm.completion import Completion, read_complaint, read_completion
from classifiers.llm.prompt import (
    Format,
    messages,
    response_format,
    tokens_answered,
    tokens_sent,
)
from classifiers.llm.spending import Purse, Reserved
from classifiers.resilience.client import Line, Sent
from classifiers.resilience.failures import BadAnswer, Refused, Unreachable

log = logging.getLogger(__name__)

Row = tuple[float, ...]

WEAKER: Final = {Format.SCHEMA: Format.OBJECT, Format.OBJECT: Format.PLAIN}
ABOUT_THE_TEXTS: Final = frozenset({"content_filter", "context_length_exceeded"})
"""Codes of a refusal that no other manner would change."""

USELESS: Final = frozenset({"garbage", "cut off"})
"""Problems that are the model's fault, whatever the texts."""


class Garbled(BadAnswer):
    """A completion without anything that can be used; it may have cost money all the same."""

    def __init__(self, completion: Completion) -> None:
        super().__init__(f"the language model's answer is {completion.problem}")
        self.completion = completion


@dataclass(frozen=True, slots=True)
class Manner:
    """How a server wants to be asked; found out by asking.

    Attributes:
        format: How strictly the answer is bound to the schema.
        limit: The field for the most tokens of an answer; reasoning models have another one.
        temperature: Whether the field ``temperature`` is sent; some models refuse it.
    """

    format: Format = Format.SCHEMA
    limit: str = "max_tokens"
    temperature: bool = True


class Chat:
    """Asks for the emotions of a few texts at a time.

    Args:
        line: To the server.
        purse: Limits and money.
        model: What to ask for.
        thinking: Tokens that a reasoning model may use beside its answer.
    """

    def __init__(self, line: Line, purse: Purse, model: str, thinking: int = 0) -> None:
        self._line = line
        self._purse = purse
        self._model = model
        self._thinking = thinking
        self._manner = Manner()

    async def rate(self, texts: Sequence[str]) -> tuple[list[Row | None], Completion]:
        """Return a row for each text that was rated, and what else the answer tells.

        Raises:
            Unreachable: The server is away, or a limit is reached.
            Refused: The server does not take the texts.
            BadAnswer: What came back is no chat completion.
        """
        ids = _ids(len(texts))
        manner: Manner | None = self._manner
        refusal: Refused | None = None
        while manner is not None:
            try:
                completion = await self._asked(manner, ids, texts)
            except Refused as error:
                refusal = error
                manner = _milder(manner, error)
            else:
                if manner != self._manner:
                    log.info("the language model is asked with %s from now on", manner)
                    self._manner = manner
                return [completion.rows.get(each) for each in ids], completion
        assert refusal is not None
        raise refusal

    async def _asked(self, manner: Manner, ids: Sequence[str], texts: Sequence[str]) -> Completion:
        reserved = Reserved(tokens_sent(texts), tokens_answered(len(texts), self._thinking))
        await self._purse.reserve(reserved)
        try:
            completion = await self._line.ask(
                Sent("/chat/completions", self._body(manner, ids, texts)), partial(_useful, ids)
            )
        except Garbled as error:
            completion = error.completion
        except Refused:
            self._purse.release(reserved)
            raise
        except Unreachable as error:
            # Of what was given up half-way nobody knows whether it was billed.
            if not isinstance(error.__cause__, TimeoutError):
                self._purse.release(reserved)
            raise
        self._purse.settle(reserved, completion.sent, completion.answered)
        return completion

    def _body(self, manner: Manner, ids: Sequence[str], texts: Sequence[str]) -> bytes:
        body: dict[str, object] = {
            "model": self._model,
            "messages": messages(ids, texts),
            manner.limit: tokens_answered(len(texts), self._thinking),
            "stream": False,
        }
        if manner.temperature:
            body["temperature"] = 0
        shape = response_format(manner.format)
        if shape is not None:
            body["response_format"] = shape
        return json.dumps(body, ensure_ascii=False).encode()


def _useful(ids: Sequence[str], content: bytes) -> Completion:
    completion = read_completion(content, ids)
    if completion.problem in USELESS:
        raise Garbled(completion)
    return completion


def _ids(count: int) -> list[str]:
    """Return different ids that the author of a text cannot have known."""
    ids: dict[str, None] = {}
    while len(ids) < count:
        ids[secrets.token_hex(3)] = None
    return list(ids)


def _milder(manner: Manner, refusal: Refused) -> Manner | None:
    """Return another way to ask, or ``None`` where the request itself is not to blame."""
    complaint = read_complaint(refusal.body)
    if refusal.status == 413 or complaint.code in ABOUT_THE_TEXTS:
        return None
    if complaint.parameter == manner.limit == "max_tokens":
        return replace(manner, limit="max_completion_tokens")
    if complaint.parameter == "temperature" and manner.temperature:
        return replace(manner, temperature=False)
    weaker = WEAKER.get(manner.format)
    unexplained = complaint.parameter.partition(".")[0] in {"", "response_format"}
    return replace(manner, format=weaker) if weaker is not None and unexplained else None
