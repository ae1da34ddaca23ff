"""The backend for a model that an inference server runs: TEI, Open Inference Protocol, vLLM."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from classifiers.classifier import Classifier
from classifiers.errors import InvalidOption
from classifiers.options import Options
from classifiers.remote.backend import NAME, Reading, RemoteClassifier
from classifiers.remote.openinference import OpenInference
from classifiers.remote.protocols import InferenceProtocol
from classifiers.remote.tei import Tei
from classifiers.remote.vllm import Vllm
from classifiers.resilience.address import checked_address, key_from
from classifiers.resilience.breaker import CircuitBreaker
from classifiers.resilience.client import HttpClient, Line
from classifiers.resilience.retry import Retry
from classifiers.resilience.standby import Standby
from classifiers.resilience.timing import Timing

__all__ = ["RemoteClassifier", "create"]

log = logging.getLogger(__name__)

PROTOCOLS: Final = ("tei", "openinference", "vllm")
RAW, PROBABILITIES = "raw", "probabilities"


def create(options: Mapping[str, str], timing: Timing | None = None) -> Classifier:
    """Build the backend; the options stand in ``docs/backends/remote.md``.

    Args:
        options: As given after the question mark.
        timing: Where the time comes from; the machine's, when ``None``.

    Raises:
        InvalidOption: An option is missing, unknown, or its value not allowed.
        BackendUnavailable: The environment variable of the key is not set.
        UnknownBackend: The fallback is no backend.
    """
    timing = timing or Timing()
    read = Options(NAME, options)
    address = checked_address(
        read.needed("url", "http://127.0.0.1:8080"), NAME, insecure=read.flag("insecure")
    )
    protocol_name = read.choice("protocol", PROTOCOLS, "tei")
    scores = read.choice(
        "scores", (RAW, PROBABILITIES), RAW if protocol_name == "tei" else PROBABILITIES
    )
    labels = _names(read.text("labels"))
    reading = Reading(
        raw=scores == RAW,
        multi_label=read.flag("multi_label"),
        map_name=read.text("map"),
        labels=labels,
        languages=_names(read.text("languages")) or ("ko", "en"),
        max_batch=read.integer("batch", 32, 1, 512),
    )
    key = key_from(read.text("key_env"), NAME)
    seconds = read.number("timeout", 10, 0.1, 300)
    retry = Retry(timing, attempts=1 + read.integer("retries", 2, 0, 10))
    breaker = CircuitBreaker(
        timing,
        failures=read.integer("failures", 5, 1, 100),
        pause=read.number("pause", 10, 0.1, 3600),
    )
    protocol = _protocol(read, protocol_name, reading)
    fallback = read.text("fallback", "embedded") or ""
    read.finish()
    line = Line(HttpClient(address, key=key, seconds=seconds), retry, breaker)
    return RemoteClassifier(protocol, line, Standby.named(NAME, fallback), reading)


def _protocol(read: Options, name: str, reading: Reading) -> InferenceProtocol:
    if name == "tei":
        return Tei(raw=reading.raw)
    if name == "openinference":
        return OpenInference(
            read.needed("model", "mood&protocol=openinference"),
            read.text("model_version"),
            read.text("input"),
            read.text("output"),
        )
    if reading.labels is None or reading.raw:
        msg = "protocol=vllm needs labels=, in the order of the model, and gives probabilities only"
        raise InvalidOption(msg)
    return Vllm(reading.labels, read.text("model"))


def _names(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    names = tuple(name.strip() for name in text.split(","))
    if not all(names) or len(set(names)) != len(names):
        msg = "labels and languages of remote are different names with commas between them"
        raise InvalidOption(msg)
    return names
