"""The backend that asks a language model behind an OpenAI-compatible chat endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from classifiers.classifier import Classifier
from classifiers.errors import InvalidOption
from classifiers.llm.backend import NAME, Asking, LlmClassifier
from classifiers.llm.chat import Chat
from classifiers.llm.spending import Budget, Prices, Purse
from classifiers.options import Options
from classifiers.resilience.address import Address, Reach, checked_address, key_from
from classifiers.resilience.breaker import CircuitBreaker
from classifiers.resilience.client import HttpClient, Line
from classifiers.resilience.retry import Retry
from classifiers.resilience.standby import Standby
from classifiers.resilience.timing import Timing

__all__ = ["LlmClassifier", "create"]

CONSENT: Final = "text-leaves-this-machine"
ENDPOINT: Final = "/chat/completions"
NO_LIMIT: Final = 0


def create(options: Mapping[str, str], timing: Timing | None = None) -> Classifier:
    """Build the backend; the options stand in ``docs/backends/llm.md``.

    Args:
        options: As given after the question mark.
        timing: Where the time comes from; the machine's, when ``None``.

    Raises:
        InvalidOption: An option is missing, unknown, or its value not allowed; or the server is
            another machine and nobody has consented to that.
        BackendUnavailable: The environment variable of the key is not set.
        UnknownBackend: The fallback is no backend.
    """
    timing = timing or Timing()
    read = Options(NAME, options)
    url = read.needed("url", "http://127.0.0.1:11434/v1").rstrip("/").removesuffix(ENDPOINT)
    address = checked_address(url, NAME, insecure=read.flag("insecure"))
    _check_consent(address, read.text("consent"))
    asking = Asking(
        model=read.needed("model", "qwen3:8b"),
        batch=read.integer("batch", 10, 1, 64),
        parallel=read.integer("parallel", 4, 1, 8),
        longest=read.integer("longest", 1000, 50, 4000),
    )
    key = key_from(read.text("key_env"), NAME)
    seconds = read.number("timeout", 60, 0.1, 600)
    retry = Retry(timing, attempts=1 + read.integer("retries", 2, 0, 10), first=0.5, longest=20)
    breaker = CircuitBreaker(
        timing,
        failures=read.integer("failures", 5, 1, 100),
        pause=read.number("pause", 10, 0.1, 3600),
    )
    purse = _purse(read, timing)
    thinking = read.integer("thinking", 0, 0, 100_000)
    fallback = read.text("fallback", "embedded") or ""
    read.finish()
    line = Line(HttpClient(address, key=key, seconds=seconds), retry, breaker)
    chat = Chat(line, purse, asking.model, thinking)
    return LlmClassifier(asking, line, chat, Standby.named(NAME, fallback))


def _check_consent(address: Address, consent: str | None) -> None:
    if address.reach is not Reach.LOOPBACK and consent != CONSENT:
        msg = (
            "llm sends what people write to another machine; if your members know and agree, say "
            f"so with the option consent={CONSENT}"
        )
        raise InvalidOption(msg)


def _purse(read: Options, timing: Timing) -> Purse:
    daily = read.number("budget", NO_LIMIT, 0, 1e9)
    prices = Prices(read.number("price_in", 0, 0, 1e6), read.number("price_out", 0, 0, 1e6))
    if daily and not prices.sent + prices.answered:
        msg = "budget of llm needs price_in and price_out: money for a million tokens"
        raise InvalidOption(msg)
    return Purse(
        timing,
        Budget(daily or None, timing),
        prices,
        requests=read.number("requests_per_minute", NO_LIMIT, 0, 1e6) or None,
        tokens=read.number("tokens_per_minute", NO_LIMIT, 0, 1e9) or None,
        patience=read.number("patience", 10, 0, 600),
    )
