"""The table of contents of a generation: which segments it has, and which of their articles are deleted.

``_MAIN_<number>.toc`` is JSON behind a checksum; the newest counts. A commit writes the next one beside it and renames it into
place after all it names is on disk, so that readers and a crash see the old state or the new one.
"""

from __future__ import annotations

import os
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from indexer.errors import IndexDamagedError
from indexer.store.parts import sync_folder
from indexer.store.segment import SEGMENT_FILES

__all__ = ["Contents", "SegmentEntry", "read_contents", "write_contents"]

_NAME = re.compile(r"_MAIN_(\d+)\.toc\Z")
_OWN_FILE = re.compile(r"_MAIN_\d+\.toc(\.new)?\Z|MAIN_\w+\.(seg|grams|articles)\Z")
_SEGMENT_NAME = re.compile(r"MAIN_\w+\Z")
_MAGIC = b"ARTTOC 3 "


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentEntry:
    """A segment by the stem of its files' names, with its number of articles and of the characters of their literal texts.

    ``deleted`` are its articles that count no more, ascending; ``checksums`` those of its files, as ``SEGMENT_FILES`` has them:
    another file of the same name is no part of it. A table that was written before they were has none.
    """

    name: str
    n_docs: int
    n_chars: int
    deleted: tuple[int, ...] = ()
    checksums: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a commit made the index: ``number`` counts the commits of the generation."""

    number: int = 0
    segments: tuple[SegmentEntry, ...] = ()


def read_contents(folder: Path, *, commit: int = 0) -> Contents:
    """The newest table of contents, which must be that of ``commit`` or later.

    Raises:
        FileNotFoundError: a commit took the place of the one that was newest; read again.
        IndexDamagedError: there is none, it is older, or it cannot be read.
    """
    numbers = [int(match.group(1)) for path in folder.glob("_MAIN_*.toc") if (match := _NAME.match(path.name))]
    if not numbers:
        raise _damaged(folder, "there is no table of contents")
    path = _path(folder, max(numbers))
    content = path.read_bytes()
    checksum, _, listing = content.removeprefix(_MAGIC).partition(b" ")
    if not content.startswith(_MAGIC) or checksum != b"%08x" % zlib.crc32(listing):
        raise _damaged(path, "it is no table of contents of this format, or damaged")
    try:
        record = orjson.loads(listing)
        contents = Contents(number=record["number"], segments=tuple(map(_entry, record["segments"])))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _damaged(path, f"it says what cannot be ({type(error).__name__}: {error})") from error
    if contents.number != max(numbers) or contents.number < commit:
        raise _damaged(path, f"it is of commit {contents.number}, and should be of commit {max(commit, *numbers)}")
    return contents


def write_contents(folder: Path, contents: Contents, *, spared: str | None = None) -> None:
    """Makes ``contents`` the newest, durably, and then removes the files that it does not name.

    Those of a segment named ``spared``, which is being written, stay.
    """
    listing = orjson.dumps(contents)
    path = _path(folder, contents.number)
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as file:
        file.write(_MAGIC + b"%08x " % zlib.crc32(listing) + listing)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder)
    temporary.replace(path)
    sync_folder(folder)
    segments = [spared or "", *(entry.name for entry in contents.segments)]
    named = {path.name} | {name + end for name in segments for end in SEGMENT_FILES}
    for found in folder.iterdir():
        if found.name not in named and _OWN_FILE.match(found.name):
            found.unlink()


def _entry(record: dict[str, Any]) -> SegmentEntry:
    entry = SegmentEntry(**record | {name: tuple(record.get(name, ())) for name in ("deleted", "checksums")})
    if not _SEGMENT_NAME.match(entry.name):
        raise ValueError(f"{entry.name!r} is no name of a segment")
    if entry.deleted and not 0 <= min(entry.deleted) <= max(entry.deleted) < entry.n_docs:
        raise ValueError(f"{entry.name} has deleted articles that it does not hold")
    return entry


def _path(folder: Path, number: int) -> Path:
    return folder / f"_MAIN_{number}.toc"


def _damaged(path: Path, what: str) -> IndexDamagedError:
    return IndexDamagedError(
        f"the index in {path} cannot be read: {what}; build it anew: article-search rebuild", path=path
    )
