"""``nunchi serve``: a classifier for other programs, over HTTP."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from bot import logs
from bot.errors import SettingsError
from bot.explaining import explained
from bot.judging_commands import backend_option
from bot.settings import load_settings
from classifiers.serving.limits import Limits

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
ENGINES: Final = ("aiohttp", "ray")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ServerChoices:
    """Everything about the server that is no limit."""

    backend: str
    host: str
    port: int
    engine: str
    replicas: int
    max_replicas: int | None
    ray_address: str | None
    api_key_env: str | None
    access_log: bool


@click.command()
@backend_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="Port to listen on; 0 takes a free one (not with ray).",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="aiohttp",
    show_default=True,
    help="One process, or replicas on Ray Serve (extra ray).",
)
@click.option(
    "--replicas", type=click.IntRange(1), default=1, show_default=True, help="Copies; with ray."
)
@click.option("--max-replicas", type=click.IntRange(1), help="Let Ray add copies up to this many.")
@click.option("--ray-address", help="A cluster that runs already. Default: one on this machine.")
@click.option("--api-key-env", metavar="NAME", help="Variable with the key that clients must show.")
@click.option("--access-log/--no-access-log", default=True, help="A line a request; never a text.")
@click.option("--max-batch", type=click.IntRange(1), default=64, show_default=True, help="Texts.")
@click.option(
    "--max-wait-ms",
    type=click.FloatRange(0, 10_000),
    default=0,
    show_default=True,
    help="How long the first text of a batch waits for others.",
)
@click.option(
    "--max-body", type=click.IntRange(1), default=2_000_000, show_default=True, help="Bytes."
)
@click.option(
    "--max-texts", type=click.IntRange(1), default=256, show_default=True, help="Of a request."
)
@click.option(
    "--max-chars", type=click.IntRange(1), default=10_000, show_default=True, help="Of a text."
)
@click.option(
    "--max-queue",
    type=click.IntRange(1),
    default=4096,
    show_default=True,
    help="Texts that may wait; beyond, clients are told to come again.",
)
@click.pass_obj
def serve(env_file: Path, /, **options: Any) -> None:  # noqa: ANN401 - click passes by keyword
    """Serve a classifier over HTTP until stopped.

    Speaks the /predict API of Hugging Face text-embeddings-inference, and /classify, /info,
    /health, /metrics and /openapi.json.
    """
    with explained():
        limits = Limits(
            max_wait=options.pop("max_wait_ms") / 1000,
            **{
                name: options.pop(name)
                for name in ("max_batch", "max_body", "max_texts", "max_chars", "max_queue")
            },
        )
        choices = ServerChoices(**options)
        _check(choices)
        key = _key(choices, os.environ)
        logs.configure(load_settings(env_file, os.environ))
    if not choices.access_log:
        logging.getLogger("classifiers.serving.access").setLevel(logging.WARNING)
    if key is None and choices.host not in LOOPBACK:
        log.warning("everyone who reaches %s can use this server: set --api-key-env", choices.host)
    with explained((key,) if key else ()):
        _run(choices, limits, key)


SERVING: Final = (serve,)
"""The commands of this module, for the ``nunchi`` group."""


def _run(choices: ServerChoices, limits: Limits, key: str | None) -> None:
    # Late: this is half a second of imports that no other command needs.
    from bot.cli import until_stopped  # noqa: PLC0415 - and it imports this module
    from classifiers.serving.plan import Plan  # noqa: PLC0415

    plan = Plan(choices.backend, limits, key)
    if choices.engine == "ray":
        from classifiers.serving.on_ray import Scale, deployed  # noqa: PLC0415

        most = max(choices.replicas, choices.max_replicas or 1)
        scale = Scale(choices.replicas, most, choices.ray_address)
        ray = deployed(plan, scale, choices.host, choices.port, access_log=choices.access_log)
        with ray as address:
            asyncio.run(until_stopped(_wait(address)))
    else:
        from classifiers.serving.over_aiohttp import listening  # noqa: PLC0415

        async def until_cancelled() -> None:
            async with listening(plan.application(), choices.host, choices.port) as address:
                await _wait(address)

        asyncio.run(until_stopped(until_cancelled()))


async def _wait(address: str) -> None:
    click.echo(f"serving on {address}")
    await asyncio.Event().wait()


def _check(choices: ServerChoices) -> None:
    """Refuse options that do not go together.

    Raises:
        SettingsError: They do not.
    """
    msg = None
    wants_ray = choices.replicas > 1 or choices.max_replicas or choices.ray_address
    if choices.engine != "ray" and wants_ray:
        msg = (
            "--replicas, --max-replicas and --ray-address need --engine ray; without Ray, start "
            "several servers behind a proxy, as docker/serve.compose.yaml does"
        )
    elif choices.engine == "ray" and choices.port == 0:
        msg = "Ray cannot take a free port: choose one with --port"
    elif choices.max_replicas is not None and choices.max_replicas < choices.replicas:
        msg = "--max-replicas must not be below --replicas"
    if msg:
        raise SettingsError(msg)


def _key(choices: ServerChoices, environ: Mapping[str, str]) -> str | None:
    """Return the key that clients must show, if one is asked for.

    Raises:
        SettingsError: The variable is not set.
    """
    if choices.api_key_env is None:
        return None
    key = environ.get(choices.api_key_env, "").strip()
    if not key:
        msg = f"{choices.api_key_env} is empty: put the key into it, or leave --api-key-env out"
        raise SettingsError(msg)
    return key
