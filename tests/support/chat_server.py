"""A chat endpoint on this machine, after the OpenAI API, with a model that can be led astray."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from classifiers.emotion import EMOTIONS
from tests.support.inference_servers import WORDS, Server

Speak = Callable[[list[dict[str, str]]], Any]


def rated(text: str) -> dict[str, float]:
    """Return what an honest model says of a text."""
    rating = dict.fromkeys(map(str, EMOTIONS), 0.0)
    for label, words in WORDS.items():
        if any(word in text for word in words):
            return rating | {label: 0.8, "neutral": 0.2}
    return rating | {"neutral": 0.9, "surprise": 0.1}


def honest(asked: list[dict[str, str]]) -> dict[str, Any]:
    return {"results": [{"id": each["id"], "emotions": rated(each["text"])} for each in asked]}


class ChatServer(Server):
    """Chat completions.

    Attributes:
        formats: What ``response_format`` may be; anything else is refused.
        refused: Fields that are refused, as reasoning models do.
        speak: Makes the content of an answer (a value that becomes JSON, or a text) from what is
            asked; or a whole choice, as ``{"choice": ...}``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.formats = {"json_schema", "json_object", "text"}
        self.refused: set[str] = set()
        self.names_the_field = True
        self.speak: Speak = honest
        self.model = "tiny-chat-2026-11-01"
        self.counts = True
        self.prompt_tokens = 500
        self.busy = 0
        self.most_busy = 0

    @property
    def requests(self) -> list[dict[str, Any]]:
        return self.asked("/v1/chat/completions")

    def texts(self) -> list[list[str]]:
        """Return the texts of each request."""
        found = []
        for request in self.requests:
            data = json.loads(request["messages"][1]["content"])
            found.append([each["text"] for each in data["messages"]])
        return found

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v1/models", self.models),
            web.post("/v1/chat/completions", self.complete),
        ]

    async def models(self, request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": "tiny-chat"}]})

    async def complete(self, request: web.Request) -> web.Response:
        asked = await request.json()
        for name in self.refused & asked.keys():
            return self.complaint(f"Unsupported parameter: {name}", name)
        kind = asked.get("response_format", {"type": "text"})["type"]
        if kind not in self.formats:
            return self.complaint(f"response_format {kind} is not supported", "response_format")
        data = json.loads(asked["messages"][1]["content"])["messages"]
        spoken = self.speak(data)
        if isinstance(spoken, web.Response):
            return spoken
        if isinstance(spoken, dict) and "choice" in spoken:
            choice = spoken["choice"]
        else:
            content = spoken if isinstance(spoken, str) else json.dumps(spoken)
            choice = {"message": {"role": "assistant", "content": content, "refusal": None}}
            choice |= {"index": 0, "finish_reason": "stop", "logprobs": None}
        answer: dict[str, Any] = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": self.model,
            "choices": [choice],
        }
        if self.counts:
            answer["usage"] = {
                "prompt_tokens": self.prompt_tokens,
                "completion_tokens": 50 * len(data),
                "total_tokens": self.prompt_tokens + 50 * len(data),
            }
        return web.json_response(answer)

    def complaint(self, message: str, parameter: str) -> web.Response:
        error: Any = {"message": message, "type": "invalid_request_error", "code": None}
        error["param"] = parameter
        return web.json_response({"error": error if self.names_the_field else message}, status=400)
