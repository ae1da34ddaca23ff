"""JSON over HTTP with bounds: on time, on sizes, and on where it goes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from typing import Final, TypeVar

import aiohttp
from pydantic import TypeAdapter, ValidationError

from classifiers.resilience.address import Address, GuardedResolver, Reach
from classifiers.resilience.breaker import Circuit, CircuitBreaker
from classifiers.resilience.failures import BadAnswer, Refused, Unreachable
from classifiers.resilience.retry import Retry

log = logging.getLogger(__name__)

T = TypeVar("T")

MOST_SENT: Final = 1 << 20
"""Bytes of a request; servers take 2 MB and more."""

MOST_READ: Final = 2 << 20
"""Bytes of an answer: ten times what 64 texts with 44 labels need."""

LONGEST_CONNECT: Final = 5.0
"""Seconds for a connection."""

NOT_NOW: Final = frozenset({429, 502, 503, 504})
NOT_THIS: Final = frozenset({400, 413, 422})
NOT_YOU: Final = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class Sent:
    """What to send: a path below the base address and a JSON body; without a body it is a GET."""

    path: str
    body: bytes | None = None


class HttpClient:
    """One session to one server; connections are kept and used again.

    Redirects are not followed and proxies of the environment not used: texts and key go to the
    address that was given and nowhere else.
    """

    def __init__(self, address: Address, *, key: str | None = None, seconds: float = 10.0) -> None:
        self._address = address
        self._key = key
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    @property
    def address(self) -> Address:
        """Where it goes."""
        return self._address

    @property
    def session(self) -> aiohttp.ClientSession:
        """The open session.

        Raises:
            RuntimeError: It was not opened, or is closed.
        """
        if self._session is None:
            msg = "start() comes before classify()"
            raise RuntimeError(msg)
        return self._session

    async def open(self) -> None:
        """Make the session, in the event loop that will use it."""
        reach = self._address.reach
        if self._address.encrypted and reach is not Reach.LOOPBACK:
            reach = Reach.ANYWHERE  # whoever holds the certificate is who was meant
        headers = {"Accept": "application/json"}
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key}"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=8, resolver=GuardedResolver(reach)),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=headers,
            timeout=aiohttp.ClientTimeout(
                total=self._seconds, sock_connect=min(self._seconds, LONGEST_CONNECT)
            ),
        )

    async def close(self) -> None:
        """Close every connection; harmless when called twice."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def exchange(self, sent: Sent) -> bytes:
        """Send a request and return the body of a good answer.

        Raises:
            Unreachable: No answer, or one that says "not now" or "not you".
            Refused: The server does not take this request.
            BadAnswer: The answer is too long.
        """
        session = self.session
        host = self._address.host
        try:
            async with session.request(
                "GET" if sent.body is None else "POST",
                self._address.at(sent.path),
                data=sent.body,
                headers={} if sent.body is None else {"Content-Type": "application/json"},
                allow_redirects=False,
            ) as response:
                content = await _content(response)
        except TimeoutError as error:
            msg = f"{host} did not answer within {self._seconds:g} s"
            raise Unreachable(msg) from error
        except aiohttp.ClientError as error:
            msg = f"{host} cannot be reached, or broke off ({type(error).__name__})"
            again = not isinstance(error, aiohttp.ClientSSLError)
            raise Unreachable(msg, again=again) from error
        if response.status == HTTPStatus.OK:
            return content
        raise self._failure(response, content)

    def _failure(self, response: aiohttp.ClientResponse, body: bytes) -> Unreachable | Refused:
        status, host = response.status, self._address.host
        if status in NOT_NOW:
            after = seconds_of(response.headers.get("Retry-After"), datetime.now(UTC))
            msg = f"{host} has no time (HTTP {status})"
            return Unreachable(msg, again=True, retry_after=after, status=status)
        if status in NOT_THIS:
            return Refused(f"{host} refuses the texts (HTTP {status})", status=status, body=body)
        advice = "; is the key that key_env names right?" if status in NOT_YOU else ""
        return Unreachable(f"{host} answers with HTTP {status}{advice}", status=status)


async def _content(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for part in response.content.iter_chunked(1 << 16):
        content += part
        if len(content) > MOST_READ:
            response.close()
            msg = f"the answer is longer than {MOST_READ} bytes"
            raise BadAnswer(msg)
    return bytes(content)


def seconds_of(header: str | None, now: datetime) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for (RFC 9110, 10.2.3), if it does."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def parsed(shape: TypeAdapter[T], content: bytes | str) -> T:
    """Read JSON of a known shape.

    Raises:
        BadAnswer: It is no JSON, or of another shape. What was read is not repeated.
    """
    try:
        return shape.validate_json(content)
    except ValidationError:
        msg = "the server's answer is not what its protocol promises"
        raise BadAnswer(msg) from None


class Line:
    """A server asked with care: retries inside, a circuit breaker around."""

    def __init__(self, client: HttpClient, retry: Retry, breaker: CircuitBreaker) -> None:
        self.client = client
        self.breaker = breaker
        self._retry = retry

    async def ask(self, sent: Sent, read: Callable[[bytes], T]) -> T:
        """Send a request and return what ``read`` makes of the answer.

        Raises:
            ClassificationFailed: See ``HttpClient.exchange``; or what ``read`` raises, which counts
                as a failure of the server.
        """

        async def answer() -> T:
            # A trial that fails shall not hold up the messages by trying again.
            once = self.breaker.circuit is Circuit.HALF_OPEN
            return read(await self._retry.call(partial(self.client.exchange, sent), once=once))

        return await self.breaker.call(answer)
