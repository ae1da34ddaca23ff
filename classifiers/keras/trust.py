"""Which bundles may be used: those that were trained here, and those that somebody vouches for.

Training signs the manifest, which holds the checksums of all other members, with HMAC-SHA-256
(RFC 2104) and a key that never leaves the machine: ``bundles.key`` in ``NUNCHI_DATA_DIR``. The
signature says no more than "trained where this key is". It matters because ``model.keras`` is
code: a file made for the purpose can run anything when Keras opens it. ``model.onnx`` is data,
run by ONNX Runtime without anything of the bundle's own; but what judges people should be chosen
knowingly too, so that a foreign bundle is refused either way, unless the option ``trusted`` says
otherwise.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from classifiers.errors import BackendUnavailable, InvalidOption
from classifiers.keras.bundle import Bundle
from classifiers.keras.errors import BundleForeign
from classifiers.options import FALSE, TRUE

DATA_DIR: Final = "NUNCHI_DATA_DIR"
KEY_NAME: Final = "bundles.key"
KEY_BYTES: Final = 32
SHORTEST_FINGERPRINT: Final = 16
"""Hexadecimal digits: 64 bits, beyond what anybody finds a second bundle for."""


def key_file(environ: Mapping[str, str]) -> Path:
    """Return where this machine's key lies, or would lie."""
    return Path(environ.get(DATA_DIR) or "data") / KEY_NAME


def load_or_create_key(path: Path) -> bytes:
    """Return the key of a file; without the file, make it, readable to its owner only.

    Raises:
        BackendUnavailable: The file cannot be read or made, or holds no key.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _read_key(path)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            key = secrets.token_bytes(KEY_BYTES)
            file.write(key.hex() + "\n")
    except OSError as error:
        msg = f"the key of bundles {path} cannot be used: {error.strerror or error}"
        raise BackendUnavailable(msg) from error
    return key


def sign(manifest: bytes, key: bytes) -> str:
    """Return the signature of a manifest, hexadecimal."""
    return hmac.new(key, manifest, hashlib.sha256).hexdigest()


def is_ours(bundle: Bundle, key: Path) -> bool:
    """Tell whether a bundle was signed with the key of a file; without a file it was not.

    Raises:
        BackendUnavailable: The file cannot be read, or holds no key.
    """
    if not key.is_file():
        return False
    made_here = sign(bundle.sealed, _read_key(key)).encode()
    return hmac.compare_digest(made_here, bundle.signature.encode())


def check_trust(bundle: Bundle, trusted: str, key: Path) -> None:
    """Refuse a bundle that was made elsewhere and that nobody vouches for.

    Args:
        bundle: The bundle; only its manifest has been read.
        trusted: The option: ``no``, ``yes``, or the beginning of the fingerprint of the one
            bundle that is meant, so that another one in its place is refused.
        key: The file of this machine's key.

    Raises:
        BundleForeign: It is refused; the message holds its fingerprint.
        InvalidOption: ``trusted`` is none of these.
    """
    said = trusted.lower()
    if said in TRUE:
        return
    if said not in FALSE:
        _check_fingerprint(bundle, said)
    elif not is_ours(bundle, key):
        msg = (
            f"the bundle {bundle.path} was not trained here; if you trust who made it, add "
            f"trusted={bundle.fingerprint[:SHORTEST_FINGERPRINT]}"
        )
        raise BundleForeign(msg)


def _check_fingerprint(bundle: Bundle, said: str) -> None:
    if len(said) < SHORTEST_FINGERPRINT or not set(said) <= set("0123456789abcdef"):
        msg = (
            f"the option trusted of keras must be yes, no, or at least {SHORTEST_FINGERPRINT} "
            "digits of a fingerprint"
        )
        raise InvalidOption(msg)
    if not bundle.fingerprint.startswith(said):
        msg = (
            f"the bundle {bundle.path} is not the one that is trusted: its fingerprint is "
            f"{bundle.fingerprint[:SHORTEST_FINGERPRINT]}"
        )
        raise BundleForeign(msg)


def _read_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        msg = f"the key of bundles {path} cannot be used; delete it, and train the bundles again"
        raise BackendUnavailable(msg) from error
    if len(key) != KEY_BYTES:
        msg = f"the key of bundles {path} has not {KEY_BYTES} bytes; delete it"
        raise BackendUnavailable(msg)
    return key
