"""Named arrays in one file: the container of every file of a segment, memory-mapped when read (``part_writer.py`` writes it).

A file is a header of 64 bytes, the arrays (little endian, each at a multiple of 64 bytes, with a checksum), and a directory in
JSON. ``docs/index-format.md`` has the layout to the byte. Nothing in it can run code, and opening checks the header, the
directory and that every array lies within the file; ``verify`` reads all of it.
"""

from __future__ import annotations

import math
import mmap
import os
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from indexer.errors import IndexDamagedError

__all__ = [
    "ALIGNMENT",
    "PartFile",
    "header",
    "lengths_of",
    "make_folder",
    "narrow",
    "narrowest",
    "offsets_of",
    "sync_file",
    "sync_folder",
]

MAGIC = b"ARTSEG\r\n"
VERSION = 3
ALIGNMENT = 64
_HEADER = struct.Struct("<8sIIQQQ")
_TYPES = frozenset({"|u1", "<u2", "<u4", "<u8", "<i4", "<i8"})


def narrowest(most: int) -> type[np.unsignedinteger[Any]]:
    """The narrowest unsigned type that holds ``most``."""
    return next((kind for kind in (np.uint8, np.uint16, np.uint32) if most <= np.iinfo(kind).max), np.uint64)


def narrow(values: npt.NDArray[Any], most: int | None = None) -> npt.NDArray[Any]:
    """``values`` (none negative) in the narrowest unsigned type that holds ``most``, by default the largest of them."""
    return values.astype(narrowest(int(values.max(initial=0)) if most is None else most))


def offsets_of(lengths: npt.NDArray[Any] | Sequence[int]) -> npt.NDArray[np.int64]:
    """Where each of successive things of these lengths begins, and at last where all end: ``int64[n + 1]``."""
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def lengths_of(offsets: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """How long each of the things is that begin at ``offsets[:-1]``, one after another, ``int64[n]``."""
    wide: npt.NDArray[np.int64] = offsets.astype(np.int64)
    return wide[1:] - wide[:-1]


def header(listing: bytes, at: int) -> bytes:
    """The first bytes of a file whose directory, ``listing``, begins at byte ``at``."""
    known = _HEADER.pack(MAGIC, VERSION, zlib.crc32(listing), at, len(listing), at + len(listing))
    return known + struct.pack("<I", zlib.crc32(known))


def sync_file(path: Path) -> None:
    """Makes what was written to a file durable, by whatever process."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Makes renames and new names in ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Makes a folder, and those above it that are missing, durably; one that is there already stays as it is."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in missing:
        sync_folder(each.parent)


class PartFile:
    """The arrays of a file as read-only views of its pages; the pages go when the last view does.

    ``checksum`` is that of the directory, which holds those of all arrays: it stands for the whole file, of ``n_bytes``, at
    ``path``.

    Raises:
        FileNotFoundError: there is no such file.
        IndexDamagedError: it is no such file, of another version, cut short, or its directory is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < ALIGNMENT:
                raise self._damaged("it is too short")
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.n_bytes = size
        self.checksum = 0
        self._directory = self._read_directory(size)
        self._views: dict[str, npt.NDArray[Any]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._directory

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        # PERF: a search asks for 115 parts; a view made once costs it .03 ms, one made each time .6 ms.
        view = self._views.get(name)
        if view is None:
            view = self._views[name] = self._view(name)
        return view

    def _view(self, name: str) -> npt.NDArray[Any]:
        try:
            kind, shape, at, _ = self._directory[name]
        except KeyError:
            raise self._damaged(f"it has no part {name!r}") from None
        return np.frombuffer(self._map, dtype=kind, count=math.prod(shape), offset=at).reshape(shape)

    def release(self) -> None:
        """Gives back the memory of the pages that were read; they are read again when they are asked for."""
        self._map.madvise(mmap.MADV_DONTNEED)

    def verify(self) -> None:
        """Passes when every array, and what is between them, is as it was written; reads the whole file.

        Raises:
            IndexDamagedError: one is not.
        """
        with memoryview(self._map) as whole:
            for _ in self._verified(lambda at, size: whole[at : at + size], self.n_bytes):
                pass

    def verify_in_steps(self, chunk_bytes: int) -> Iterator[int]:
        """Verifies as :meth:`verify` does, and says after each step how many bytes it has read.

        It reads the file, and not its map, which would end the process if the file were cut short meanwhile.

        Raises:
            FileNotFoundError: it was removed.
            IndexDamagedError: the file is damaged.
        """
        try:
            with self.path.open("rb", buffering=0) as file:
                yield from self._verified(lambda at, size: os.pread(file.fileno(), size, at), chunk_bytes)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise self._damaged(error.strerror or str(error)) from error

    def _verified(self, read: Callable[[int, int], bytes | memoryview], chunk_bytes: int) -> Iterator[int]:
        for name, (kind, shape, start, checksum) in self._directory.items():
            found, at, end = 0, start, start + math.prod(shape) * np.dtype(kind).itemsize
            while at < end:
                chunk = read(at, min(chunk_bytes, end - at))
                if not len(chunk):
                    raise self._damaged(f"it ends within the part {name!r}")
                found = zlib.crc32(chunk, found)
                at += len(chunk)
                yield len(chunk)
            if found != checksum:
                raise self._damaged(f"the part {name!r} has another checksum than when it was written")
        end = _HEADER.size + 4
        for start, length in sorted([*self._places(), (self._arrays_end, 0)]):
            if start > end and bytes(read(end, start - end)).strip(b"\0"):
                raise self._damaged("there is something between its parts")
            end = start + length

    def _places(self) -> Iterator[tuple[int, int]]:
        """Where each array begins, and how many bytes it has."""
        for kind, shape, start, _ in self._directory.values():
            yield start, math.prod(shape) * np.dtype(kind).itemsize

    def _read_directory(self, size: int) -> dict[str, list[Any]]:
        header = self._map[: _HEADER.size]
        magic, version, checksum, at, length, whole = _HEADER.unpack(header)
        (header_checksum,) = struct.unpack_from("<I", self._map, _HEADER.size)
        if magic != MAGIC or header_checksum != zlib.crc32(header):
            raise self._damaged("its header is damaged")
        if version != VERSION:
            raise self._damaged(f"it is of version {version}, known is {VERSION}")
        if whole != size:
            raise self._damaged(f"it has {size} bytes and should have {whole}")
        self._arrays_end = at
        listing = self._map[at : at + length]
        if zlib.crc32(listing) != checksum:
            raise self._damaged("its directory is damaged")
        self.checksum = checksum
        directory: dict[str, list[Any]] = orjson.loads(listing)
        for name, (kind, shape, start, _) in directory.items():
            if kind not in _TYPES or start + math.prod(shape) * np.dtype(kind).itemsize > at:
                raise self._damaged(f"the part {name!r} does not lie within the file")
        return directory

    def _damaged(self, what: str) -> IndexDamagedError:
        return IndexDamagedError(
            f"the index file {self.path} cannot be read: {what}; build the index anew: article-search rebuild",
            path=self.path,
        )
