"""The manifest: which generation of the index is current, what it covers, and by which analysis it was built.

``index/manifest.json`` in the data directory is replaced whole by a rename after each commit, so a reader sees either the
old state or the new one. Generations are folders beside it.
"""

from __future__ import annotations

import os
import shutil
import zlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from indexer.errors import AnalysisMismatchError, IndexDamagedError, IndexMissingError, IndexOutdatedError
from indexer.store.parts import sync_folder

__all__ = ["FORMAT", "Manifest", "index_folder", "manifest_stamp", "read_manifest", "remove_index", "write_manifest"]

FORMAT = 3
_NAME = "manifest.json"
_CHECKSUM = "checksum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """State of an index: ``change`` is the last change of the archive that it holds; ``analysis`` the fingerprint.

    ``user_words`` are the words of the user's own that its articles were analysed with, folded; ``commit`` is the number of the
    table of contents that held all of this when it was written.
    """

    generation: str
    analysis: str
    user_words: tuple[str, ...] = ()
    change: int = 0
    commit: int = 0
    format: int = FORMAT

    def check_analysis(self, fingerprint: str, folder: Path) -> None:
        """Passes when the index was built by the rules and the base dictionary of ``fingerprint``, whatever the user's words.

        Raises:
            AnalysisMismatchError: it was built by others.
        """
        if self.analysis.partition(":")[0] != fingerprint.partition(":")[0]:
            raise AnalysisMismatchError(
                f"the index in {folder} was built by another analysis ({self.analysis}, this is {fingerprint}); "
                "build it anew from the archive: article-search rebuild",
                path=folder,
            )

    def at(self, change: int) -> Manifest:
        """The same index when it has covered ``change``."""
        return replace(self, change=change)


def index_folder(data: str | Path) -> Path:
    """The folder of the index below the data directory."""
    return Path(data) / "index"


def read_manifest(data: str | Path) -> Manifest:
    """The manifest of the index in a data directory.

    Raises:
        IndexMissingError: there is none.
        IndexDamagedError: it cannot be read, or is of a format this program does not know.
        IndexOutdatedError: it is of an earlier format.
    """
    path = index_folder(data) / _NAME
    try:
        record = orjson.loads(path.read_bytes())
        checksum = record.pop(_CHECKSUM, None)
        if checksum not in (None, _checksum(record)):
            raise ValueError("it has another checksum than when it was written")
        manifest = Manifest(**record)
        manifest = replace(manifest, user_words=tuple(manifest.user_words))
    except FileNotFoundError:
        raise IndexMissingError(
            f"there is no index in {path.parent}; make one: article-search index PATH", path=path.parent
        ) from None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise IndexDamagedError(
            f"the manifest {path} cannot be read ({error}); build the index anew: article-search rebuild", path=path
        ) from error
    if manifest.format != FORMAT:
        kind = IndexOutdatedError if manifest.format < FORMAT else IndexDamagedError
        raise kind(
            f"{path} is of format {manifest.format}, known is {FORMAT}; build the index anew: article-search rebuild",
            path=path,
        )
    return manifest


def write_manifest(data: str | Path, manifest: Manifest) -> None:
    """Makes ``manifest`` the current one, durably."""
    folder = index_folder(data)
    temporary = folder / f".{_NAME}.{os.getpid()}"
    with temporary.open("wb") as file:
        record = asdict(manifest)
        file.write(orjson.dumps(record | {_CHECKSUM: _checksum(record)}))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / _NAME)
    sync_folder(folder)


def remove_index(data: str | Path) -> None:
    """Removes the index of a data directory, its manifest first and durably: without it the rest is nothing."""
    folder = index_folder(data)
    if folder.exists():
        (folder / _NAME).unlink(missing_ok=True)
        sync_folder(folder)
        shutil.rmtree(folder)


def manifest_stamp(data: str | Path) -> tuple[int, int, int] | None:
    """What changes when the manifest is replaced (inode, time, size); None without one. Cheap enough for every request."""
    try:
        # PERF: twice a request; 2.4 µs, and 6.7 where the path is put together as objects.
        found = os.stat(f"{data}/index/{_NAME}")  # noqa: PTH116
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _checksum(record: dict[str, Any]) -> str:
    """Eight hexadecimal digits that stand for what a manifest says; one written before they were has none."""
    return f"{zlib.crc32(orjson.dumps(record)):08x}"
