"""The files of the index are looked at again and again: at once when one is not what it was, and each byte within a time.

For ``keeper.py``. Opening an index sees what is cut short, missing or another; a bit that flips on the disk is seen only by who
reads all of it: an engine that opens an index for the first time, the keeper when it begins, and this from then on. Files are
read, not mapped: one that is cut short meanwhile is an error then, and no signal that ends a process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

from indexer.status import now
from indexer.store import MANIFEST_NAME, PartFile, Snapshot, index_folder, open_newest

__all__ = ["Scrubber"]

CHUNK_BYTES = 1 << 20
LONGEST_STEP_S = 0.02
"""So long it reads in one go, when it lags behind, before it looks whether there is something else to do."""

Mark = tuple[int, int, int]


class Scrubber:
    """Reads all files of the current generation within ``interval_s``, however often they are written; 0 for never.

    Attributes:
        began, ended: when the present reading began, and when the last one ended; done, total: bytes of the present one.
    """

    def __init__(self, data: Path, analysis: str, interval_s: float) -> None:
        self._data = data
        self._analysis = analysis
        # A file may have its turn late in one reading and early in the next: so two fit into the interval.
        self._pass_s = interval_s / 2
        self._marks: dict[Path, Mark | None] = {}
        self._steps: Iterator[int] | None = None
        self._next = 0.0
        self.began: str | None = None
        self.ended: str | None = None
        self.done = 0
        self.total = 0

    def look(self) -> None:
        """Notices files that are not what they were; cheap enough to be called several times a second.

        Raises:
            IndexDamagedError: the index is damaged.
            IndexMissingError, AnalysisMismatchError: as when it is opened.
        """
        marks = {path: _mark(path) for path in self._marks}
        if marks == self._marks and marks:
            return
        known, files = self._marks, _paths(self._open())
        folder = files[0].parent if files else index_folder(self._data)
        watched = [*files, *folder.glob("*.toc"), index_folder(self._data) / MANIFEST_NAME]
        self._marks = {path: _mark(path) for path in watched}
        for path in files:
            if path in known and known[path] != self._marks[path]:
                _read_all(path)

    def restart(self) -> None:
        """Begins a new reading: the index is another one."""
        self._marks, self._steps, self._next = {}, None, 0.0

    def verify(self, pause: Callable[[], None] = lambda: None) -> None:
        """Reads every file now, as fast as it goes; ``pause`` is called every now and then.

        Raises:
            IndexDamagedError: one is damaged.
            IndexMissingError, AnalysisMismatchError: as when it is opened.
        """
        for _ in _steps(_paths(self._open())):
            pause()

    def advance(self) -> None:
        """Reads as much as it takes to be through in time.

        Raises:
            IndexDamagedError: a file is damaged.
            IndexMissingError, AnalysisMismatchError: as when it is opened.
        """
        begin = monotonic()
        if not self._pass_s or begin < self._next:
            return
        if self._steps is None:
            self._begin(begin)
        due = self.total * (begin - self._started) / self._pass_s
        while self._steps is not None and self.done < due and monotonic() - begin < LONGEST_STEP_S:
            try:
                self.done += next(self._steps)
            except StopIteration:
                self._steps = None
                self._next = self._started + self._pass_s
                self.ended = now()

    def _begin(self, begin: float) -> None:
        snapshot = self._open()
        self._steps = _steps(_paths(snapshot))
        self._started, self.began = begin, now()
        self.done, self.total = 0, sum(file.n_bytes for segment in snapshot.segments for file in segment.files) + 1

    def _open(self) -> Snapshot:
        return open_newest(self._data, analysis=self._analysis).snapshot


def _paths(snapshot: Snapshot) -> list[Path]:
    return [file.path for segment in snapshot.segments for file in segment.files]


def _mark(path: Path) -> Mark | None:
    """What changes when a file is written to or replaced; None for no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _steps(paths: list[Path]) -> Iterator[int]:
    """Reads the files, those that are still there, and says after each chunk how much it was."""
    for path in paths:
        try:
            yield from PartFile(path).verify_in_steps(CHUNK_BYTES)
        except FileNotFoundError:
            continue  # a commit has taken its place; if not, whoever opens the index sees that it is missing


def _read_all(path: Path) -> None:
    for _ in _steps([path]):
        pass
