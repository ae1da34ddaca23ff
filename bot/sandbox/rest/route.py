"""What a route is: a method, a path template as Discord documents it, and a handler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.rest.call import Call

Handler: TypeAlias = "Callable[[Call], Awaitable[Any]]"
"""Answers with a JSON value, or with None for 204."""


@dataclass(frozen=True, slots=True)
class Route:
    """One route; `needs_token` is false where the path itself carries a secret."""

    method: str
    template: str
    handler: Handler
    needs_token: bool = True

    @property
    def name(self) -> str:
        """How drivers call it: `GET /channels/{channel_id}/messages`."""
        return f"{self.method} {self.template}"
