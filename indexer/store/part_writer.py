"""Writes a file of named arrays (``parts.py``) block by block, so that no array need be whole in memory.

One array at a time goes straight to its place in the file; those that grow beside it are kept in small temporary files and
follow when it is whole.
"""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import orjson

from indexer.store.parts import ALIGNMENT, header

__all__ = ["PartStream", "PartWriter", "write_parts"]

SPOOLED_IN_MEMORY = 1 << 22
"""Bytes of an array that are kept in memory while another one is written."""


class PartStream:
    """An array that is written in blocks; all have its type and, but for the first axis, its shape."""

    def __init__(self, file: BinaryIO, kind: npt.DTypeLike, row: tuple[int, ...] = ()) -> None:
        self._file = file
        self._kind = np.dtype(kind).newbyteorder("<")
        self._row = row
        self._checksum = 0
        self.n_bytes = 0
        self.length = 0

    def append(self, block: npt.NDArray[Any]) -> None:
        """Writes ``block`` after what came before."""
        array = np.ascontiguousarray(block, dtype=self._kind).reshape(len(block), *self._row)
        content = array.reshape(-1).view(np.uint8).data
        self._checksum = zlib.crc32(content, self._checksum)
        self._file.write(content)
        self.n_bytes += len(content)
        self.length += len(array)

    def entry(self, at: int) -> list[Any]:
        """What the directory says of the array when it stands at byte ``at``."""
        return [self._kind.str, [self.length, *self._row], at, self._checksum]


class PartWriter:
    """A new file of named arrays. It is whole, though not yet durable, when the context is left without an error."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._directory: dict[str, list[Any]] = {}
        self._at = ALIGNMENT
        self._spooled: dict[str, tuple[PartStream, Any]] = {}

    def __enter__(self) -> PartWriter:
        self._file = self._path.open("wb")
        self._file.write(bytes(ALIGNMENT))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            if error is None:
                self._finish()
        for _, file in self._spooled.values():
            file.close()

    @contextmanager
    def streaming(self, name: str, kind: npt.DTypeLike, row: tuple[int, ...] = ()) -> Iterator[PartStream]:
        """An array that is written straight to its place; until it is whole no other can be, but ``spooled`` ones."""
        stream = PartStream(self._file, kind, row)
        yield stream
        self._place(name, stream)

    def spooled(self, name: str, kind: npt.DTypeLike, row: tuple[int, ...] = ()) -> PartStream:
        """An array that grows beside others and is brought to its place at the end."""
        # NOTE: closed with the writer.
        file: Any = SpooledTemporaryFile(SPOOLED_IN_MEMORY, dir=str(self._path.parent))  # noqa: SIM115
        stream = PartStream(file, kind, row)
        self._spooled[name] = stream, file
        return stream

    def add(self, name: str, array: npt.NDArray[Any]) -> None:
        """Writes a whole array."""
        with self.streaming(name, array.dtype, array.shape[1:]) as stream:
            stream.append(array)

    def _place(self, name: str, stream: PartStream) -> None:
        self._directory[name] = stream.entry(self._at)
        padding = -stream.n_bytes % ALIGNMENT
        self._file.write(bytes(padding))
        self._at += stream.n_bytes + padding

    def _finish(self) -> None:
        for name, (stream, file) in self._spooled.items():
            file.seek(0)
            shutil.copyfileobj(file, self._file, 1 << 20)
            self._place(name, stream)
        listing = orjson.dumps(self._directory)
        self._file.write(listing)
        self._file.seek(0)
        self._file.write(header(listing, self._at))


def write_parts(path: Path, parts: Mapping[str, npt.NDArray[Any]]) -> None:
    """Writes the arrays as a new file; making it durable is the caller's, as with ``PartWriter``."""
    with PartWriter(path) as file:
        for name, array in parts.items():
            file.add(name, array)
