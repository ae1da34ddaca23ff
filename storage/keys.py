"""The rules about which keys a store was written with, the same in every store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from storage.errors import KeyUnusable, StoreInUse
from storage.leases import AT_WORK, Lease
from storage.pseudonym import KeyRing


def in_force(ring: KeyRing, version: int, fingerprint: str) -> int:
    """Return ``version`` when a ring begins with the keys that a store was written with.

    Raises:
        KeyUnusable: It does not.
    """
    known = ring.fingerprints()
    if version <= len(known) and known[version - 1] == fingerprint:
        return version
    msg = (
        f"the store was written with the pseudonym key {fingerprint} ({version} in the ring), and "
        f"the ring here holds {', '.join(known)}: restore the key, or name the right store"
    )
    raise KeyUnusable(msg)


def refuse_workers(leases: Iterable[Lease], now: datetime) -> None:
    """Refuse to work while processes that write pseudonyms do.

    Raises:
        StoreInUse: There are some.
    """
    workers = [lease for lease in leases if lease.name.startswith(AT_WORK) and lease.until > now]
    if workers:
        wait = max(1, round(max(lease.until - now for lease in workers).total_seconds()))
        msg = (
            f"{len(workers)} bot process{'es work' if len(workers) > 1 else ' works'} on this "
            f"store: stop the bot and try again (after a crash, in {wait} s)"
        )
        raise StoreInUse(msg)
