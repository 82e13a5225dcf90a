"""Named arrays in one file: the container of every file of a segment, memory-mapped when read.

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
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from indexer.errors import IndexDamagedError

__all__ = ["PartFile", "lengths_of", "narrow", "sync_folder", "write_parts"]

MAGIC = b"ARTSEG\r\n"
VERSION = 2
ALIGNMENT = 64
_HEADER = struct.Struct("<8sIIQQQ")
_TYPES = frozenset({"|u1", "<u2", "<u4", "<u8", "<i4", "<i8"})


def narrow(values: npt.NDArray[Any], most: int | None = None) -> npt.NDArray[Any]:
    """``values`` (none negative) in the narrowest unsigned type that holds ``most``, by default the largest of them."""
    largest = int(values.max()) if most is None and values.size else (most or 0)
    for kind in (np.uint8, np.uint16, np.uint32):
        if largest <= np.iinfo(kind).max:
            return values.astype(kind)
    return values.astype(np.uint64)


def lengths_of(offsets: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """How long each of the things is that begin at ``offsets[:-1]``, one after another, ``int64[n]``."""
    wide: npt.NDArray[np.int64] = offsets.astype(np.int64)
    return wide[1:] - wide[:-1]


def write_parts(path: Path, parts: Mapping[str, npt.NDArray[Any]]) -> None:
    """Writes the arrays as a new file, durably; the folder is the caller's to sync."""
    directory: dict[str, list[Any]] = {}
    with path.open("wb") as file:
        file.write(bytes(ALIGNMENT))
        at = ALIGNMENT
        for name, part in parts.items():
            array = np.ascontiguousarray(part, dtype=part.dtype.newbyteorder("<"))
            content = array.reshape(-1).view(np.uint8).data
            directory[name] = [array.dtype.str, list(array.shape), at, zlib.crc32(content)]
            file.write(content)
            padding = -len(content) % ALIGNMENT
            file.write(bytes(padding))
            at += len(content) + padding
        listing = orjson.dumps(directory)
        file.write(listing)
        header = _HEADER.pack(MAGIC, VERSION, zlib.crc32(listing), at, len(listing), at + len(listing))
        file.seek(0)
        file.write(header + struct.pack("<I", zlib.crc32(header)))
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Makes renames and new names in ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class PartFile:
    """The arrays of a file as read-only views of its pages; the pages go when the last view does.

    Raises:
        FileNotFoundError: there is no such file.
        IndexDamagedError: it is no such file, of another version, cut short, or its directory is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < ALIGNMENT:
                raise self._damaged("it is too short")
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
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

    def verify(self) -> None:
        """Passes when every array is as it was written; reads the whole file.

        Raises:
            IndexDamagedError: one is not.
        """
        for name, (_, _, _, checksum) in self._directory.items():
            if zlib.crc32(self[name].reshape(-1).view(np.uint8).data) != checksum:
                raise self._damaged(f"the part {name!r} has another checksum than when it was written")

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
        listing = self._map[at : at + length]
        if zlib.crc32(listing) != checksum:
            raise self._damaged("its directory is damaged")
        directory: dict[str, list[Any]] = orjson.loads(listing)
        for name, (kind, shape, start, _) in directory.items():
            if kind not in _TYPES or start + math.prod(shape) * np.dtype(kind).itemsize > at:
                raise self._damaged(f"the part {name!r} does not lie within the file")
        return directory

    def _damaged(self, what: str) -> IndexDamagedError:
        return IndexDamagedError(
            f"the index file {self._path} cannot be read: {what}; build the index anew: article-search rebuild",
            path=self._path,
        )
