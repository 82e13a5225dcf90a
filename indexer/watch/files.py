"""The files under a path as they stand, and changed ones that wait until nobody writes to them any more.

Between ``notices.py``, which names paths that something happened to, and ``loop.py``. A file is told from what it was by size and
times; what is in it is compared by the archive.
"""

from __future__ import annotations

import errno
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from indexer.errors import IngestError
from indexer.sources import find_files, is_passed_over

__all__ = ["Root", "Scan", "Settling", "Stamp", "stamp_of"]

Stamp = tuple[int, int, int]
"""Size, and times of the last change of content and of anything, in ns."""
_ABSENT = {errno.ENOENT, errno.ENOTDIR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The files of a path with their stamps.

    ``unread`` are places that could not be looked into; ``linked`` says that some files or folders are links.
    """

    files: dict[str, Stamp]
    unread: tuple[str, ...] = ()
    linked: bool = False


class Root:
    """One of the paths that are followed, ``path``, a file or a folder; what lies in the ``data`` directory is no part of it."""

    def __init__(self, path: str | Path, data: str | Path) -> None:
        self.path = str(Path(path))
        absolute, own = Path(path).absolute(), Path(data).absolute()
        self.absolute = str(absolute)
        self._data = data
        self._own = str(Path(path) / own.relative_to(absolute)) if own.is_relative_to(absolute) else None

    def identity(self) -> tuple[int, int] | None:
        """Device and number of what is there; None while nothing is."""
        try:
            status = Path(self.path).stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def holds(self, path: str) -> bool:
        """Whether a file or folder of this path is one that indexing the root reads."""
        if path == self.path:
            return True
        if not _is_within(path, self.path) or (self._own is not None and _is_within(path, self._own)):
            return False
        return not any(map(is_passed_over, Path(path).relative_to(self.path).parts))

    def scan(self, below: str | None = None) -> Scan:
        """The files of the root, or of the folder ``below`` in it."""
        files: dict[str, Stamp] = {}
        unread: list[str] = []
        links = {Path(self.path): False, Path(self.path).parent: False}
        linked = False
        for found in find_files(Path(below or self.path), self._data):
            path = str(found.path if isinstance(found, IngestError) else found)
            if isinstance(found, IngestError):
                unread.append(path)
            else:
                _note_links(Path(path).parent, links)
                linked = linked or Path(path).is_symlink()
                try:
                    stamp = stamp_of(path)
                except OSError:
                    unread.append(path)
                else:
                    if stamp is not None:
                        files[path] = stamp
        return Scan(files=files, unread=tuple(unread), linked=linked or any(links.values()))


def stamp_of(path: str) -> Stamp | None:
    """The stamp of a file; None where there is none of this name.

    Raises:
        OSError: it cannot be told.
    """
    try:
        status = Path(path).stat()
    except ValueError:
        return None
    except OSError as error:
        if error.errno in _ABSENT:
            return None
        raise
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns) if stat.S_ISREG(status.st_mode) else None


def _is_within(path: str, folder: str) -> bool:
    if folder == ".":
        return not path.startswith(("/", "../"))
    return path == folder or path.startswith(folder if folder.endswith("/") else f"{folder}/")


def _note_links(folder: Path, known: dict[Path, bool]) -> None:
    """Notes of a folder, and of those above it that are not known yet, whether it is a link."""
    while folder not in known:
        known[folder] = folder.is_symlink()
        folder = folder.parent


@dataclass(slots=True)
class _Waiting:
    since: float
    due: float
    stamp: Stamp | None


@dataclass(slots=True)
class Settling:
    """Paths that changed, each until it has stood still for ``still_s``, or has been written to for ``longest_s``."""

    still_s: float
    longest_s: float
    _waiting: dict[str, _Waiting] = field(default_factory=dict)

    def touch(self, path: str, now: float, *, again: bool = True) -> None:
        """Something happened to ``path``; it waits from ``now`` on, unless it waits already and ``again`` is off."""
        waiting = self._waiting.get(path)
        if waiting is None:
            self._waiting[path] = _Waiting(now, now + self.still_s, _known(path))
        elif again:
            waiting.due, waiting.stamp = min(now + self.still_s, waiting.since + self.longest_s), _known(path)

    def due(self) -> float | None:
        """When the next of them may be still; None where none waits."""
        return min((waiting.due for waiting in self._waiting.values()), default=None)

    def still(self, now: float) -> Iterator[tuple[str, Stamp | None]]:
        """Hands out those that stand still, with their stamps: None for a folder, and for what is no longer there."""
        for path, waiting in [item for item in self._waiting.items() if item[1].due <= now]:
            stamp = _known(path)
            if stamp == waiting.stamp or now >= waiting.since + self.longest_s:
                del self._waiting[path]
                yield path, stamp
            else:
                waiting.stamp, waiting.due = stamp, now + self.still_s


def _known(path: str) -> Stamp | None:
    try:
        return stamp_of(path)
    except OSError:
        return None
