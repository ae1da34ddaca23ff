"""Transport compression of the gateway (`compress=` in the socket's address)."""

from __future__ import annotations

import zlib
from typing import Protocol

# Frame layout of RFC 8878: magic number, then a frame header that declares no content size
# and no checksum, and a window of 128 KiB (exponent 7, so that every raw block fits).
_ZSTD_HEADER = b"\x28\xb5\x2f\xfd\x00\x38"
_ZSTD_BLOCK = 1 << 17


class Codec(Protocol):
    """Turns one message into the bytes of one binary frame."""

    def encode(self, text: str) -> bytes:
        """The next piece of the compressed stream."""


class ZlibStream:
    """`zlib-stream`: one deflate stream a socket, flushed after every message."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj()

    def encode(self, text: str) -> bytes:
        """The next piece of the stream; ends in 00 00 FF FF."""
        return self._stream.compress(text.encode()) + self._stream.flush(zlib.Z_SYNC_FLUSH)


class ZstdStream:
    """`zstd-stream` made of stored blocks: valid for every decoder, and needs no library."""

    def __init__(self) -> None:
        self._header = _ZSTD_HEADER

    def encode(self, text: str) -> bytes:
        """The next blocks of the stream, none of them marked as the last."""
        data = text.encode()
        pieces = [self._header]
        self._header = b""
        for start in range(0, len(data), _ZSTD_BLOCK):
            block = data[start : start + _ZSTD_BLOCK]
            # Bit 0: last block; bits 1-2: block type, 0 for stored; the rest: size.
            pieces += [(len(block) << 3).to_bytes(3, "little"), block]
        return b"".join(pieces)


def codec_for(name: str | None) -> Codec | None:
    """The codec a client asked for; None means plain text frames."""
    match name:
        case "zlib-stream":
            return ZlibStream()
        case "zstd-stream":
            return ZstdStream()
    return None
