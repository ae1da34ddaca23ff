"""Fetching pictures, from Discord's own file servers only, and never more than asked for."""

from __future__ import annotations

from types import TracebackType
from typing import Final, Self

import aiohttp
from yarl import URL

from bot.pictures.attachments import LARGEST
from classifiers.resilience.breaker import CircuitBreaker
from classifiers.resilience.failures import Refused, Unreachable
from classifiers.resilience.timing import Timing

CDN_HOSTS: Final = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
"""Where Discord serves attachments (Discord's documentation, "Image Formatting")."""

PATIENCE: Final = 5.0
"""Seconds for one picture, from the connection to its last byte."""

CHUNK: Final = 2**16


class Downloads:
    """A session of its own, which carries no token and no cookies and follows no redirects.

    When the file server fails again and again it is left in peace for a while, so that messages
    do not wait for it in vain.
    """

    def __init__(
        self, api: str | None = None, *, patience: float = PATIENCE, largest: int = LARGEST
    ) -> None:
        """Prepare.

        Args:
            api: Base address of another API that speaks Discord's; then only files of the same
                server are fetched, and none of Discord's.
            patience: Seconds for one picture.
            largest: Bytes of one picture.
        """
        self._origin = URL(api).origin() if api else None
        self._patience = patience
        self._largest = largest
        self._breaker = CircuitBreaker(Timing())
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # Bodies are taken as they are: a compressed one would be no picture, but might be a bomb.
        self._session = aiohttp.ClientSession(
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept": "image/*", "Accept-Encoding": "identity"},
            timeout=aiohttp.ClientTimeout(total=self._patience),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch(self, address: str) -> bytes:
        """Return the bytes of a picture.

        Raises:
            Refused: It is elsewhere, gone or too large.
            Unreachable: The file server does not answer, or is left in peace just now.
        """
        url = self._allowed(address)
        return await self._breaker.call(lambda: self._fetched(url))

    def _allowed(self, address: str) -> URL:
        try:
            url = URL(address, encoded=True)
            origin = url.origin()
        except ValueError as error:
            msg = "the address of a picture cannot be read"
            raise Refused(msg, status=0) from error
        if self._origin is None:
            allowed = url.host in CDN_HOSTS and origin == URL(f"https://{url.host}")
        else:
            allowed = origin == self._origin
        if not allowed:
            msg = f"a picture is not fetched from {url.host}, which is no file server of Discord"
            raise Refused(msg, status=0)
        return url

    async def _fetched(self, url: URL) -> bytes:
        if self._session is None:
            msg = "downloads must be entered first"
            raise RuntimeError(msg)
        try:
            async with self._session.get(url, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise _failure(answer.status)
                return await self._body(answer)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            msg = f"a picture cannot be fetched ({type(error).__name__})"
            raise Unreachable(msg) from error

    async def _body(self, answer: aiohttp.ClientResponse) -> bytes:
        if (answer.content_length or 0) > self._largest:
            raise self._too_large(answer)
        body = bytearray()
        async for chunk in answer.content.iter_chunked(CHUNK):
            body += chunk
            if len(body) > self._largest:
                raise self._too_large(answer)
        return bytes(body)

    def _too_large(self, answer: aiohttp.ClientResponse) -> Refused:
        # The rest is not wanted, so that the connection is of no more use.
        answer.close()
        return Refused(f"a picture is larger than {self._largest} bytes", status=answer.status)


def _failure(status: int) -> Exception:
    msg = f"a picture cannot be fetched (HTTP {status})"
    if status == 429 or status >= 500:
        return Unreachable(msg, status=status)
    return Refused(msg, status=status)
