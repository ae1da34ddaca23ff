"""The engine that asks a language model behind an OpenAI-compatible chat endpoint."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter

from bot.companion.conversations import Conversation
from bot.companion.errors import NoReply
from bot.companion.prompt import messages
from bot.companion.values import Heard
from classifiers.errors import ClassificationFailed, InvalidOption
from classifiers.llm.completion import THOUGHT, read_complaint
from classifiers.options import Options
from classifiers.resilience.address import Reach, checked_address, key_from
from classifiers.resilience.breaker import CircuitBreaker
from classifiers.resilience.client import HttpClient, Line, Sent, parsed
from classifiers.resilience.failures import BadAnswer, Refused
from classifiers.resilience.retry import Retry
from classifiers.resilience.timing import Timing

log = logging.getLogger(__name__)

NAME: Final = "openai"
ENDPOINT: Final = "/chat/completions"
CONSENT: Final = "text-leaves-this-machine"
MOST_TOKENS: Final = 200


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Completion(BaseModel):
    choices: list[_Choice]


COMPLETION: Final = TypeAdapter(_Completion)


@dataclass(frozen=True, slots=True)
class Fields:
    """Which fields a server takes; found out by asking.

    Attributes:
        limit: What it calls the most tokens of an answer.
        temperature: Whether it takes one.
    """

    limit: str = "max_tokens"
    temperature: bool = True

    def milder(self, refused: Refused) -> Fields | None:
        """Return other fields to try after a refusal, or ``None``."""
        parameter = read_complaint(refused.body).parameter
        if parameter == "max_tokens" and self.limit == "max_tokens":
            return Fields("max_completion_tokens", self.temperature)
        if parameter == "temperature" and self.temperature:
            return Fields(self.limit, temperature=False)
        return None


class OpenAiEngine:
    """Asks for one answer; the instructions are fixed, and the model has no tools."""

    remembers_words = True

    def __init__(self, line: Line, model: str) -> None:
        self._line = line
        self._model = model
        self._fields = Fields()
        self.sends_to = line.client.address.outside

    async def start(self) -> None:
        """Open the connection; the server may come later."""
        await self._line.client.open()
        if self.sends_to:
            log.warning(
                "privacy: what members say to the bot leaves this machine, to %s, where others "
                "may keep it; they are told under each answer",
                self.sends_to,
            )

    async def close(self) -> None:
        """Close the connection."""
        await self._line.client.close()

    async def reply(self, heard: Heard, conversation: Conversation) -> str:
        """Return what the model says.

        Raises:
            NoReply: The server is away, or its answer cannot be used.
        """
        chat = messages(heard, conversation)
        try:
            return await self._asked(chat)
        except ClassificationFailed as error:
            raise NoReply(str(error)) from error

    async def _asked(self, chat: list[dict[str, str]]) -> str:
        fields: Fields | None = self._fields
        while fields is not None:
            sent = Sent(ENDPOINT, self._body(chat, fields))
            try:
                answer = await self._line.ask(sent, _content)
            except Refused as error:
                fields = fields.milder(error)
                if fields is None:
                    raise
            else:
                self._fields = fields
                return answer
        raise AssertionError

    def _body(self, chat: list[dict[str, str]], fields: Fields) -> bytes:
        body: dict[str, Any] = {"model": self._model, "messages": chat, fields.limit: MOST_TOKENS}
        if fields.temperature:
            body["temperature"] = 0.7
        return json.dumps(body).encode()


def _content(content: bytes) -> str:
    completion = parsed(COMPLETION, content)
    if not completion.choices:
        msg = "the server's answer has no choices"
        raise BadAnswer(msg)
    choice = completion.choices[0]
    if choice.message.refusal or choice.finish_reason == "content_filter":
        msg = "the language model refused to answer"
        raise BadAnswer(msg)
    return THOUGHT.sub("", choice.message.content or "")


def create(options: Mapping[str, str], timing: Timing | None = None) -> OpenAiEngine:
    """Build the engine.

    Raises:
        InvalidOption: An option is missing, unknown or not allowed; or the server is another
            machine and nobody has consented to that.
        BackendUnavailable: The environment variable of the key is not set.
    """
    timing = timing or Timing()
    read = Options(NAME, options)
    url = read.needed("url", "http://127.0.0.1:11434/v1").rstrip("/").removesuffix(ENDPOINT)
    address = checked_address(url, NAME, insecure=read.flag("insecure"))
    if address.reach is not Reach.LOOPBACK and read.text("consent") != CONSENT:
        msg = (
            "openai sends what members say to the bot to another machine; if they know and agree, "
            f"say so with the option consent={CONSENT}"
        )
        raise InvalidOption(msg)
    read.text("consent")
    model = read.needed("model", "qwen3:8b")
    key = key_from(read.text("key_env"), NAME)
    seconds = read.number("timeout", 12, 0.1, 120)
    retry = Retry(timing, attempts=1 + read.integer("retries", 1, 0, 5))
    read.finish()
    client = HttpClient(address, key=key, seconds=seconds)
    return OpenAiEngine(Line(client, retry, CircuitBreaker(timing)), model)
