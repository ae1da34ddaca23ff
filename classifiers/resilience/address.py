"""Addresses that may be asked: encrypted, or on this machine or network."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from classifiers.errors import BackendUnavailable, InvalidOption

PRIVATE_SUFFIXES: Final = (".local", ".internal", ".localhost", ".home.arpa", ".lan")
"""Names that no public server has (RFC 6761, 6762, 8375; ``.internal`` by ICANN in 2024)."""

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Reach(IntEnum):
    """How far an address may lead."""

    LOOPBACK = 0
    PRIVATE = 1
    ANYWHERE = 2


@dataclass(frozen=True, slots=True)
class Address:
    """A checked base address.

    Attributes:
        base: Without a slash at its end.
        reach: Where it leads to as far as its name tells.
        encrypted: Whether it is https.
    """

    base: str
    reach: Reach
    encrypted: bool

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        url = URL(self.base)
        return f"{url.host}:{url.port}"

    @property
    def outside(self) -> str | None:
        """Host and port, if texts that are sent there leave this network."""
        return self.host if self.reach is Reach.ANYWHERE else None

    def at(self, path: str) -> URL:
        """Return the address of a path such as ``/predict``."""
        return URL(self.base + path, encoded=True)


def checked_address(text: str, backend: str, *, insecure: bool = False) -> Address:
    """Check the address of a server.

    Args:
        text: The option as it was given.
        backend: For messages.
        insecure: Allow plain http to any host.

    Raises:
        InvalidOption: It is no address, carries credentials, or would send texts unencrypted
            through the internet. The message does not repeat the address.
    """
    try:
        url = URL(text)
        port = url.port
    except ValueError:
        url, port = URL(), None
    if url.scheme not in {"http", "https"} or not url.host or port is None:
        msg = f"the option url of {backend} must be an address such as https://models.example.org"
        raise InvalidOption(msg)
    if url.user is not None or url.password is not None or url.raw_query_string or url.fragment:
        msg = (
            f"the option url of {backend} must not carry a password, key or query: name the "
            "environment variable that holds the key with key_env="
        )
        raise InvalidOption(msg)
    reach = reach_of(url.host)
    encrypted = url.scheme == "https"
    if not encrypted and reach is Reach.ANYWHERE and not insecure:
        msg = (
            f"{backend} would send texts unencrypted to another network: use https://, or say "
            "insecure=yes if the way there is safe"
        )
        raise InvalidOption(msg)
    return Address(str(url).rstrip("/"), reach, encrypted)


def reach_of(host: str) -> Reach:
    """Return where a host name or an IP address leads to, without asking a name server.

    A name without a dot, such as a service of a compose file, belongs to the own network.
    """
    try:
        return _reach_of_ip(host)
    except ValueError:
        name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return Reach.LOOPBACK
    if "." not in name or name.endswith(PRIVATE_SUFFIXES):
        return Reach.PRIVATE
    return Reach.ANYWHERE


def _reach_of_ip(text: str) -> Reach:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_loopback:
        return Reach.LOOPBACK
    return Reach.PRIVATE if address.is_private else Reach.ANYWHERE


class GuardedResolver(AbstractResolver):
    """Resolves names, and refuses an answer that leads further than the name promised."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a host.

        Raises:
            OSError: There are none, or one lies outside the network that was promised.
        """
        found = await self._resolver.resolve(host, port, family)
        if any(_reach_of_ip(each["host"]) > self._reach for each in found):
            msg = "the name leads out of this network"
            raise OSError(msg)
        return found

    async def close(self) -> None:
        """Release the resolver."""
        await self._resolver.close()


def key_from(variable: str | None, backend: str) -> str | None:
    """Read a server's key from an environment variable.

    Raises:
        InvalidOption: The name is no name of a variable (it may be the key itself).
        BackendUnavailable: The variable is not set, or holds what no key can hold.
    """
    if variable is None:
        return None
    if not NAME.fullmatch(variable):
        msg = f"the option key_env of {backend} must be the name of an environment variable"
        raise InvalidOption(msg)
    key = os.environ.get(variable, "").strip()
    if not key:
        msg = f"{backend} finds no key: the environment variable that key_env names is not set"
        raise BackendUnavailable(msg)
    if not (key.isascii() and key.isprintable()):
        msg = f"the key of {backend} holds signs that no key has; was it copied whole?"
        raise BackendUnavailable(msg)
    return key
