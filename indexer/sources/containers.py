"""Archives with files in them: zip and tar, a member at a time, none unpacked to the disk.

Called by ``inputs.py``, which reads each member as it reads a file. A tar is a stream; a zip has its list at the end, so one that
lies within another container is kept in a temporary file while it is read. What is hidden or called README.md is passed
over, as in a folder; a path that leaves the archive, a link, a device and an encrypted member are errors.
"""

from __future__ import annotations

import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Final, cast

from indexer.errors import IngestError, UnreadableError
from indexer.sources.decode import decode
from indexer.sources.streams import BLOCK_BYTES, MEMBER_DAMAGE, Budget, open_unpacked

__all__ = ["ARCHIVE_DAMAGE", "Member", "is_passed_over", "read_tar", "read_zip"]

SPOOL_BYTES: Final = 8 * 1024 * 1024
UTF8_NAME: Final = 0x800
ENCRYPTED: Final = 0x1
SKIPPED_NAMES: Final = frozenset({"readme.md"})
UNFINISHED: Final = ("~", ".crdownload", ".part", ".partial", ".swp", ".tmp")
"""How names end that programs give to copies, and to files until they are written."""
ARCHIVE_DAMAGE: Final = (*MEMBER_DAMAGE, ValueError, OverflowError)
"""What damaged archives raise when they are read."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its path there, and its data, to be read before the next member is asked for."""

    path: str
    stream: BinaryIO


def is_passed_over(name: str) -> bool:
    """Whether a file or folder of this name is passed over: hidden, a README, or not what it is to become."""
    return name.startswith(".") or name.lower() in SKIPPED_NAMES or name.lower().endswith(UNFINISHED)


def read_tar(stream: BinaryIO, budget: Budget) -> Iterator[Member | IngestError]:
    """The files of a tar archive, in its order; what cannot be taken is an error with the member's path.

    Raises:
        ARCHIVE_DAMAGE: the archive is damaged from here on.
    """
    # NOTE: tarfile remembers every member it has met, which would grow with the archive, so its list is emptied.
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        while entry := archive.next():
            archive.members = []  # type: ignore[attr-defined]
            if entry.isdir() or _is_hidden(entry.name):
                continue
            if fault := _path_fault(entry.name) or _kind_fault(entry):
                yield UnreadableError(fault, path=entry.name)
                continue
            content = archive.extractfile(entry)
            if content is not None:
                yield Member(entry.name, open_unpacked(cast(BinaryIO, content), max(1, entry.size), budget))
    # What comes behind the archive's end is its packing's checksum: read, so that a cut is noticed.
    while stream.read(BLOCK_BYTES):
        pass


def read_zip(stream: BinaryIO, budget: Budget) -> Iterator[Member | IngestError]:
    """The files of a zip archive, in its order; what cannot be taken is an error with the member's path.

    Raises:
        ARCHIVE_DAMAGE: the archive is damaged.
    """
    with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as spool:
        seekable: BinaryIO = stream
        if not stream.seekable():
            shutil.copyfileobj(stream, spool)
            seekable = cast(BinaryIO, spool)
        with zipfile.ZipFile(seekable) as archive:
            for entry in archive.infolist():
                yield from _zip_member(archive, entry, budget)


def _zip_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget) -> Iterator[Member | IngestError]:
    name = _zip_name(entry)
    if name and (name.endswith("/") or _is_hidden(name)):
        return
    fault = _path_fault(name) if name else "the member has no name"
    if entry.flag_bits & ENCRYPTED:
        fault = "it is encrypted; give an archive without a password"
    if fault:
        yield UnreadableError(fault, path=name)
        return
    try:
        content = archive.open(entry)
    except (*ARCHIVE_DAMAGE, RuntimeError) as error:
        yield UnreadableError(f"the member is damaged or packed in a way that is not read: {error}", path=name)
        return
    with content:
        yield Member(name, open_unpacked(cast(BinaryIO, content), entry.compress_size, budget))


def _zip_name(entry: zipfile.ZipInfo) -> str:
    """The member's path. Without its flag for UTF-8 it is as the packing machine wrote it: on a Chinese one, GB18030."""
    if entry.flag_bits & UTF8_NAME:
        return entry.filename
    try:
        return decode(entry.filename.encode("cp437"))
    except (UnicodeEncodeError, UnreadableError):
        return entry.filename


def _is_hidden(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return any(part.startswith(".") and part not in (".", "..") for part in parts) or is_passed_over(
        parts[-1] if parts else "."
    )


def _path_fault(path: str) -> str | None:
    parts = path.replace("\\", "/").split("/")
    if ".." in parts or path.startswith(("/", "\\")) or ":" in parts[0][1:2]:
        return "its path leads out of the archive; it was skipped"
    return None


def _kind_fault(entry: tarfile.TarInfo) -> str | None:
    if entry.isfile():
        return None
    return (
        "it is a link; only files are read" if entry.issym() or entry.islnk() else "it is no file; only files are read"
    )
