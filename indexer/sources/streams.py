"""Streams that containers are read through: a beginning looked at, and what was unpacked counted against the limits.

Between ``containers.py``, ``inputs.py`` and the readers. None holds more than a block.
"""

from __future__ import annotations

import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import BinaryIO, Final, cast

from indexer.errors import UnreadableError
from indexer.sources.limits import ReadLimits

__all__ = ["BLOCK_BYTES", "DAMAGE", "MEMBER_DAMAGE", "Budget", "open_gzip", "open_unpacked", "peeked"]

BLOCK_BYTES: Final = 64 * 1024
DAMAGE: Final = (EOFError, zlib.error, gzip.BadGzipFile)
"""What damaged compressed data raises when it is read."""

MEMBER_DAMAGE: Final = (
    *DAMAGE, OSError, zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, struct.error, NotImplementedError,
)  # fmt: skip


class Budget:
    """What one file may unpack to, shared by all that lies in it."""

    def __init__(self, limits: ReadLimits) -> None:
        self.limits = limits
        self._left = limits.max_archive_bytes

    def spend(self, size: int) -> None:
        """Count ``size`` bytes that were unpacked.

        Raises:
            UnreadableError: that is more than the limit.
        """
        self._left -= size
        if self._left < 0:
            raise UnreadableError(
                f"it unpacks to more than max_archive_bytes ({self.limits.max_archive_bytes:,} bytes); "
                "raise the limit if it is sound"
            )


class _Unpacked(io.RawIOBase):
    """Unpacked data, counted; ``packed_size`` tells how many packed bytes it took so far."""

    def __init__(self, read: Callable[[int], bytes], packed_size: Callable[[], int], budget: Budget) -> None:
        self._read = read
        self._packed_size = packed_size
        self._budget = budget
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        piece = self._read(len(buffer))
        self._size += len(piece)
        self._budget.spend(len(piece))
        limits = self._budget.limits
        if self._size > limits.max_article_bytes and self._size > limits.max_archive_ratio * max(
            1, self._packed_size()
        ):
            raise UnreadableError(
                f"one packed byte becomes more than max_archive_ratio ({limits.max_archive_ratio}) bytes, "
                "as in data made to fill a disk; raise the limit if it is sound"
            )
        buffer[: len(piece)] = piece
        return len(piece)


class _Counted(io.RawIOBase):
    """Counts the packed bytes that are read through it."""

    def __init__(self, stream: BinaryIO) -> None:
        self.size = 0
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        piece = self._stream.read(len(buffer))
        self.size += len(piece)
        buffer[: len(piece)] = piece
        return len(piece)


class _Peeked(io.RawIOBase):
    """A stream from its beginning, part of which was read already; a failure met there is raised at its place."""

    def __init__(self, head: bytes, rest: BinaryIO, failure: Exception | None) -> None:
        self._head = memoryview(head)
        self._rest = rest
        self._failure = failure

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._head:
            piece: bytes | memoryview = self._head[: len(buffer)]
            self._head = self._head[len(piece) :]
        elif self._failure:
            raise self._failure
        else:
            piece = self._rest.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def peeked(stream: BinaryIO, size: int) -> tuple[bytes, BinaryIO]:
    """The first ``size`` bytes of ``stream`` (or all, if it is shorter), and the stream still with them.

    Raises:
        UnreadableError: the data is damaged, or past the limits, from its first byte on.
    """
    pieces = bytearray()
    failure: Exception | None = None
    try:
        while len(pieces) < size and (piece := stream.read(min(BLOCK_BYTES, size - len(pieces)))):
            pieces += piece
    except (*DAMAGE, OSError, UnreadableError) as error:
        if not pieces:
            raise
        failure = error
    head = bytes(pieces)
    return head, cast(BinaryIO, io.BufferedReader(_Peeked(head, stream, failure), BLOCK_BYTES))


def open_gzip(stream: BinaryIO, budget: Budget) -> BinaryIO:
    """What the gzip data in ``stream`` holds, as a stream within the limits."""
    counted = _Counted(stream)
    unpacked = gzip.GzipFile(fileobj=io.BufferedReader(counted, BLOCK_BYTES))
    # A piece at a time, so that what comes before damage is handed out before the damage is met.
    return cast(BinaryIO, _Unpacked(unpacked.read1, lambda: counted.size, budget))


def open_unpacked(stream: BinaryIO, packed_bytes: int, budget: Budget) -> BinaryIO:
    """A member of an archive, of ``packed_bytes`` there, as a stream within the limits."""

    def read(size: int) -> bytes:
        try:
            return stream.read(size)
        except MEMBER_DAMAGE as error:
            raise UnreadableError(f"the member of the archive is damaged or breaks off: {error}") from None

    return cast(BinaryIO, _Unpacked(read, lambda: packed_bytes, budget))
