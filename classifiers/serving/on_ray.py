"""The application on Ray Serve: replicas on the cores of one machine, or of many.

Each replica is the whole application with a batcher of its own. Ray's ``serve.batch`` is not used:
it batches calls, not the texts in them, and has no bound at which it sends clients away.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from classifiers.errors import BackendUnavailable
from classifiers.extras import required
from classifiers.serving.application import Application
from classifiers.serving.asgi import AsgiApplication
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
def deployed(plan: Plan, scale: Scale, host: str, port: int) -> Iterator[str]:
    """Serve on Ray until the context ends.

    Args:
        plan: What each replica serves.
        scale: How many there are.
        host: The address to listen on.
        port: The port of the proxy; Ray cannot choose one.

    Yields:
        The address, ``http://host:port``.

    Raises:
        BackendUnavailable: Ray is not installed, or no replica comes up.
    """
    # Ray reads it when it is imported; a server of ours tells nobody that it runs.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    ray = required("ray", EXTRA)
    serve = required("ray.serve", EXTRA)
    plan.application()  # A wrong backend is told here, in one line, before a cluster is started.
    _connect(ray, scale)
    try:
        serve.start(proxy_location="HeadOnly", http_options={"host": host, "port": port})
        try:
            serve.run(_deployment(serve, plan, scale), name=NAME, route_prefix="/")
        except RuntimeError as error:
            msg = f"no replica of {NAME} came up; the logs of Ray say why"
            raise BackendUnavailable(msg) from error
        yield f"http://{host}:{port}"
    finally:
        _disconnect(ray, serve, scale)


def _connect(ray: Any, scale: Scale) -> None:  # noqa: ANN401 - Ray is optional
    quiet = {"log_to_driver": False, "logging_level": logging.WARNING}
    if scale.address is not None:
        ray.init(address=scale.address, namespace=NAME, **quiet)
        return
    ray.init(
        address="local",
        namespace=NAME,
        num_cpus=max(1, round(scale.most * scale.cpus + 0.5)),
        include_dashboard=False,
        object_store_memory=SMALLEST_OBJECT_STORE,
        # A cluster of one machine is nobody else's business: all of its ports are on loopback.
        _node_ip_address="127.0.0.1",
        **quiet,
    )


def _disconnect(ray: Any, serve: Any, scale: Scale) -> None:  # noqa: ANN401
    if scale.address is None:
        serve.shutdown()
    else:
        serve.delete(NAME)
    ray.shutdown()


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
