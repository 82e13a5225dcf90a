"""Notices of the system that something happened to a path, through watchdog; and where there will be none.

Used by ``loop.py``. A notice says no more than where to look: names may be old by the time it arrives. The threads of watchdog
only put paths into a queue.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

__all__ = ["LOST", "Notices"]

LOST: Final = ""
"""In the queue: notices were lost, and what changed must be looked for everywhere."""
TELLING = {"created", "modified", "closed", "moved", "deleted"}
"""Kinds of events after which content may be another; reading a file causes some of the others."""
MOUNTS = Path("/proc/self/mountinfo")
FOREIGN = frozenset(
    {"9p", "afs", "ceph", "cifs", "drvfs", "glusterfs", "lustre", "nfs", "nfs4", "smb3", "smbfs", "vboxsf", "virtiofs"}
)
"""File systems that others write to, of which this system hears nothing; so are those of FUSE."""


class Notices:
    """Puts into ``queue`` each path of the followed folders that something happened to, or ``LOST``."""

    def __init__(self, queue: SimpleQueue[str]) -> None:
        self._queue = queue
        self._lost = _Lost(queue)
        self._observer = Observer()
        self._watches: dict[str, ObservedWatch] = {}
        logging.getLogger("watchdog").addHandler(self._lost)
        self._observer.start()

    def follow(self, path: str) -> str | None:
        """Follows a file or folder from now on; where that cannot be done, why."""
        self.leave(path)
        if (kind := _file_system(path)) is not None:
            return f"it is on a file system of the kind {kind}, which tells nothing of what others write"
        is_folder = Path(path).is_dir()
        # NOTE: watchdog would watch a link itself, and not the folder that it leads to.
        followed = os.path.realpath(path) if is_folder else str(Path(path).parent)
        handler = _Handler(self._queue, followed, path if is_folder else followed)
        try:
            self._watches[path] = self._observer.schedule(handler, followed, recursive=is_folder)
        except OSError as error:
            return f"the system cannot follow it ({error.strerror or error}; see fs.inotify.max_user_watches)"
        return None

    def leave(self, path: str) -> None:
        """Follows a path no longer."""
        watch = self._watches.pop(path, None)
        if watch is not None and watch not in self._watches.values():
            self._observer.unschedule(watch)

    def close(self) -> None:
        """Ends all threads."""
        logging.getLogger("watchdog").removeHandler(self._lost)
        self._observer.stop()
        self._observer.join()


class _Handler(FileSystemEventHandler):
    """Names what lies in the folder ``followed`` as if it lay in ``shown``, which is another name of it."""

    def __init__(self, queue: SimpleQueue[str], followed: str, shown: str) -> None:
        self._queue = queue
        self._followed = Path(followed)
        self._shown = Path(shown)

    def dispatch(self, event: FileSystemEvent) -> None:
        if event.event_type not in TELLING or (event.is_directory and event.event_type == "modified"):
            return
        for path in (event.src_path, event.dest_path):
            if path and (found := Path(os.fsdecode(path))).is_relative_to(self._followed):
                self._queue.put(str(self._shown / found.relative_to(self._followed)))


class _Lost(logging.Handler):
    """Watchdog tells only its log that the system's queue ran over, or that a folder could not be followed."""

    def __init__(self, queue: SimpleQueue[str]) -> None:
        super().__init__(logging.WARNING)
        self._queue = queue

    def emit(self, _record: logging.LogRecord) -> None:
        self._queue.put(LOST)


def _file_system(path: str) -> str | None:
    """The kind of the file system that ``path`` is on, if it is one that tells nothing."""
    try:
        mounts = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None  # no Linux: watchdog has other means
    real = os.path.realpath(path)
    kinds = {}
    for line in mounts:
        before, _, after = line.partition(" - ")
        place = before.split()[4].encode("utf-8", "surrogateescape").decode("unicode_escape")
        kinds[place] = after.split()[0]
    kind = next((kinds[str(above)] for above in (Path(real), *Path(real).parents) if str(above) in kinds), "")
    return kind if kind in FOREIGN or kind.startswith("fuse.") else None
