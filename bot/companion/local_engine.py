"""The engine that lets a local language model write, with transformers, in a worker thread."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from bot.companion.conversations import Conversation
from bot.companion.errors import NoReply
from bot.companion.prompt import Message, messages
from bot.companion.values import Heard
from classifiers.errors import BackendUnavailable
from classifiers.extras import required
from classifiers.options import Options

log = logging.getLogger(__name__)

NAME: Final = "transformers"
EXTRA: Final = "torch"
MOST_WAITING: Final = 4
"""Answers that may wait for the one worker; beyond that the curated replies answer at once."""
ASKED: Final = "Person: "
ANSWERED: Final = "Companion:"


class LocalEngine:
    """Generates with a causal language model from a folder, or from the hub.

    Args:
        model: Folder or hub id; only safetensors, and no code of the model is run.
        revision: Of the hub id; a commit is best.
        seconds: Longest time to write.
        tokens: Most tokens to write.
    """

    sends_to: str | None = None
    remembers_words = True

    def __init__(self, model: str, revision: str | None, seconds: float, tokens: int) -> None:
        self._name = model
        self._revision = revision
        self._seconds = seconds
        self._tokens = tokens
        self._worker: ThreadPoolExecutor | None = None
        self._waiting = 0
        self._model: Any = None
        self._tokenizer: Any = None

    async def start(self) -> None:
        """Load the model in the worker.

        Raises:
            BackendUnavailable: The extra or the model is missing, or it is none that writes.
        """
        required("torch", EXTRA)
        required("transformers", EXTRA)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="companion")
        try:
            await asyncio.get_running_loop().run_in_executor(self._worker, self._load)
        except BackendUnavailable:
            await self.close()
            raise

    async def close(self) -> None:
        """Stop the worker."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.shutdown(wait=True, cancel_futures=True)
        self._model = self._tokenizer = None

    async def reply(self, heard: Heard, conversation: Conversation) -> str:
        """Return what the model writes.

        Raises:
            NoReply: Too many wait already, or the model fails.
        """
        if self._worker is None:
            msg = "the model is not loaded"
            raise NoReply(msg)
        if self._waiting >= MOST_WAITING:
            msg = "too many answers wait for the model"
            raise NoReply(msg)
        chat = messages(heard, conversation)
        self._waiting += 1
        job = asyncio.get_running_loop().run_in_executor(self._worker, self._write, chat)
        job.add_done_callback(self._done)
        return await asyncio.shield(job)

    def _done(self, job: asyncio.Future[str]) -> None:
        self._waiting -= 1
        if not job.cancelled():
            job.exception()  # whoever waited may be gone

    def _load(self) -> None:
        transformers = required("transformers", EXTRA)
        pinned = {"revision": self._revision} if self._revision else {}
        local = Path(self._name).is_dir()
        try:
            self._tokenizer = transformers.AutoTokenizer.from_pretrained(
                self._name, trust_remote_code=False, local_files_only=local, **pinned
            )
            self._model = transformers.AutoModelForCausalLM.from_pretrained(
                self._name,
                trust_remote_code=False,
                use_safetensors=True,
                local_files_only=local,
                **pinned,
            ).eval()
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            msg = f"the companion's model {self._name} cannot be loaded ({type(error).__name__})"
            raise BackendUnavailable(msg) from error

    def _write(self, chat: list[Message]) -> str:
        torch = required("torch", EXTRA)
        try:
            ids = self._encoded(chat)
            with torch.inference_mode():
                written = self._model.generate(
                    ids,
                    attention_mask=torch.ones_like(ids),
                    max_new_tokens=self._tokens,
                    max_time=self._seconds,
                    do_sample=True,
                    temperature=0.8,
                    top_p=0.9,
                    pad_token_id=self._padding(),
                )
        except (RuntimeError, ValueError, IndexError) as error:
            msg = f"the model failed ({type(error).__name__})"
            raise NoReply(msg) from error
        text = self._tokenizer.decode(written[0, ids.shape[1] :], skip_special_tokens=True)
        return str(text).split(ASKED.strip(), 1)[0].strip()

    def _encoded(self, chat: list[Message]) -> Any:  # noqa: ANN401 - a tensor
        """Return the ids of a chat, with the oldest turns left out until it fits."""
        room = getattr(self._model.config, "max_position_embeddings", None) or 4096
        system, *turns = [{**each, "content": self._defused(each["content"])} for each in chat]
        while True:
            ids = self._ids([system, *turns])
            if ids.shape[1] + self._tokens <= room:
                return ids
            if len(turns) == 1:
                msg = "what was said does not fit into the model"
                raise NoReply(msg)
            turns = turns[2:]

    def _ids(self, chat: list[Message]) -> Any:  # noqa: ANN401 - a tensor
        if getattr(self._tokenizer, "chat_template", None):
            text = self._tokenizer.apply_chat_template(
                chat, tokenize=False, add_generation_prompt=True
            )
            return self._tokenizer(text, return_tensors="pt", add_special_tokens=False)["input_ids"]
        lines = [
            (f"{ASKED}{each['content']}" if each["role"] == "user" else each["content"])
            if each["role"] != "assistant"
            else f"{ANSWERED} {each['content']}"
            for each in chat
        ]
        text = "\n".join([*lines, ANSWERED])
        return self._tokenizer(text, return_tensors="pt")["input_ids"]

    def _defused(self, content: str) -> str:
        """Take out what would begin another part of the conversation."""
        for token in self._tokenizer.all_special_tokens:
            content = content.replace(token, " ")
        return " ".join(content.replace(ASKED, " ").replace(ANSWERED, " ").split())

    def _padding(self) -> int | None:
        padding: int | None = self._tokenizer.pad_token_id
        return self._tokenizer.eos_token_id if padding is None else padding


def create(options: Mapping[str, str]) -> LocalEngine:
    """Build the engine; nothing is loaded yet.

    Raises:
        InvalidOption: An option is missing, unknown or not allowed.
    """
    read = Options(NAME, options)
    engine = LocalEngine(
        read.needed("model", "FOLDER"),
        read.text("revision"),
        read.number("timeout", 12, 0.1, 120),
        read.integer("tokens", 120, 8, 400),
    )
    read.finish()
    return engine
