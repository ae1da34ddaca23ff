"""The application on Ray Serve: replicas on the cores of one machine, or of many.

Each replica is the whole application with a batcher of its own. Ray's ``serve.batch`` is not used:
it batches calls, not the texts in them, and has no bound at which it sends clients away.
"""

from __future__ import annotations

import logging
import math
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from classifiers.errors import BackendUnavailable
from classifiers.extras import required
from classifiers.serving.application import Application
from classifiers.serving.asgi import AsgiApplication
from classifiers.serving.messages import cannot_listen
from classifiers.serving.plan import Plan

NAME: Final = "nunchi"
EXTRA: Final = "ray"

SMALLEST_OBJECT_STORE: Final = 80 * 1024 * 1024
"""Bytes; the least that Ray takes is 75 MiB, and requests and answers are small."""

STOP_SECONDS: Final = 30.0
"""How long a replica may go on with what it has in hand when it is stopped."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How many replicas there are, and where.

    Attributes:
        replicas: At the start, and at least.
        most: At most; more than ``replicas`` lets Ray add and remove them as needed.
        address: Of a cluster that runs already, as ``ray.init`` takes it; without one, a cluster
            is started on this machine and ends with the server.
        cpus: Cores that Ray reserves for a replica.
    """

    replicas: int = 1
    most: int = 1
    address: str | None = None
    cpus: float = 1.0


@contextmanager
def deployed(
    plan: Plan, scale: Scale, host: str, port: int, *, access_log: bool = True
) -> Iterator[str]:
    """Serve on Ray until the context ends.

    Args:
        plan: What each replica serves.
        scale: How many there are.
        host: The address to listen on.
        port: The port of the proxy; Ray cannot choose one.
        access_log: Whether Ray writes a line a request into its log files; never a text.

    Yields:
        The address, ``http://host:port``.

    Raises:
        BackendUnavailable: Ray is not installed, its cluster does not answer, the port is taken,
            or no replica comes up.
    """
    # What is wrong with the backend or the port is told in one line before Ray is started.
    plan.application()
    if scale.address is None:
        _check_port(host, port)
    else:  # Ray's proxy may have the port from an earlier time.
        _check_cluster(scale.address)
    _prepare(scale)
    ray = required("ray", EXTRA)
    serve = required("ray.serve", EXTRA)
    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    _connect(ray, scale)
    try:
        serve.start(proxy_location="HeadOnly", http_options={"host": host, "port": port})
        try:
            serve.run(
                _deployment(serve, plan, scale),
                name=NAME,
                route_prefix="/",
                logging_config={"enable_access_log": access_log},
            )
        except RuntimeError as error:
            msg = "no replica came up; the log files of Ray say why"
            raise BackendUnavailable(msg) from error
        yield f"http://{host}:{port}"
        serve.delete(NAME)
    finally:
        ray.shutdown()


def _prepare(scale: Scale) -> None:
    """Set what Ray reads when it is imported; what is set already stays."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if scale.address is None:
        # A cluster of one machine is nobody else's business. On Windows and macOS this is Ray's
        # default; elsewhere it is the only way to keep its ports on loopback.
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")


def _check_port(host: str, port: int) -> None:
    """Try the port: what Ray says when it is taken is a page long."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise cannot_listen(host, port, error) from error


def _check_cluster(address: str) -> None:
    """Knock: Ray itself tries for minutes. Words such as ``auto`` are left to Ray."""
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdecimal() or "/" in host:
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=5).close()
    except OSError as error:
        raise _no_cluster(address) from error


def _no_cluster(address: str) -> BackendUnavailable:
    return BackendUnavailable(f"no cluster of Ray answers at {address}")


def _connect(ray: Any, scale: Scale) -> None:  # noqa: ANN401 - Ray is optional
    quiet = {"log_to_driver": False, "logging_level": logging.WARNING}
    if scale.address is not None:
        try:
            ray.init(address=scale.address, namespace=NAME, **quiet)
        except ConnectionError as error:
            raise _no_cluster(scale.address) from error
        return
    ray.init(
        address="local",
        namespace=NAME,
        num_cpus=max(1, math.ceil(scale.most * scale.cpus)),
        include_dashboard=False,
        object_store_memory=SMALLEST_OBJECT_STORE,
        **quiet,
    )


def _deployment(serve: Any, plan: Plan, scale: Scale) -> Any:  # noqa: ANN401
    def build() -> Application:
        return plan.application(serve.get_replica_context().replica_id.unique_id)

    class Nunchi:
        """A replica; what it does is the application."""

    options: dict[str, Any] = {
        "name": NAME,
        "ray_actor_options": {"num_cpus": scale.cpus},
        # What Ray keeps back cannot be batched: the queue is the application's own.
        "max_ongoing_requests": plan.limits.max_queue,
        "graceful_shutdown_timeout_s": STOP_SECONDS,
        "health_check_period_s": 10,
    }
    if scale.most > scale.replicas:
        options["autoscaling_config"] = {
            "min_replicas": scale.replicas,
            "max_replicas": scale.most,
            # A replica that always has a full batch in hand and the next one waiting is busy.
            "target_ongoing_requests": 2 * plan.limits.max_batch,
        }
    else:
        options["num_replicas"] = scale.replicas
    asgi = serve.ingress(AsgiApplication(build))(Nunchi)
    return serve.deployment(**options)(asgi).bind()
