"""What can go wrong between a backend and its server.

::

    BackendAway                 (classifiers.errors)
    +-- Unreachable             no answer, or one that says "not now" or "not you"
    ClassificationFailed        (classifiers.errors)
    +-- BadAnswer               an answer that cannot be understood
    +-- Refused                 the server takes no offence at us, but does not take this request

None of their messages holds what a server wrote: it may repeat a text, or a key.
"""

from __future__ import annotations

from classifiers.errors import BackendAway, ClassificationFailed


class Unreachable(BackendAway):
    """The server cannot be used just now.

    Attributes:
        again: Whether trying again in a moment may help.
        retry_after: Seconds that the server asks us to wait, if it does.
        status: The HTTP status, if there was one.
    """

    def __init__(
        self,
        message: str,
        *,
        again: bool = False,
        retry_after: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.again = again
        self.retry_after = retry_after
        self.status = status


class BadAnswer(ClassificationFailed):
    """The server answered, but not what its protocol promises."""


class Refused(ClassificationFailed):
    """The server does not take a request: too many texts, or one that it cannot read.

    Attributes:
        status: The HTTP status.
        body: What the server wrote; never to be shown.
    """

    def __init__(self, message: str, *, status: int, body: bytes = b"") -> None:
        super().__init__(message)
        self.status = status
        self.body = body
