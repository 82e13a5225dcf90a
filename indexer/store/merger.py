"""Merges of large groups beside the commits: a process of its own writes the files, and a later commit puts them in.

The one object here that outlives writers: whoever commits batch after batch hands the same ``Merger`` to each ``IndexWriter``,
which starts what is due and takes in what has ended. Until then the sources stay in the table of contents and take deletions,
which ``Merge.entry`` carries over. A process that dies leaves files that no table names, and the next commit removes them.
"""

from __future__ import annotations

import math
import os
import signal
import time
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol

from indexer.processes import end_with_parent
from indexer.store.contents import SegmentEntry
from indexer.store.merge import merge_file
from indexer.store.parts import sync_file
from indexer.store.segment import SEGMENT_FILES, Segment, new_name

__all__ = ["Merge", "Merger", "Running", "begin_process"]

NICENESS = 10
PAUSE_S = 60.0
"""After a merge that failed none is begun for so long: what hindered it (a full disk) hinders the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Segments of the generation in ``folder`` as they were when it began, and the segment that is made of them."""

    folder: Path
    name: str
    sources: tuple[SegmentEntry, ...]

    def write(self, memory: int) -> None:
        """Writes the files of the merged segment within about ``memory`` bytes; they are on disk on return."""
        for end in SEGMENT_FILES:
            merge_file(end, self.folder, self.name, self.sources, memory)
            sync_file(self.folder / (self.name + end))

    def entry(self, present: Mapping[str, SegmentEntry]) -> SegmentEntry | None:
        """The merged segment without what was deleted in its sources, as they are in ``present``, since it began.

        None when a source is gone, or its own files are: then others have written to the generation meanwhile.
        """
        deleted: list[int] = []
        base = 0
        for source in self.sources:
            now = present.get(source.name)
            if now is None:
                return None
            before = source.deleted
            since = sorted(set(now.deleted).difference(before))
            deleted += [base + doc - bisect_left(before, doc) for doc in since]
            base += source.n_docs - len(before)
        try:
            segment = Segment(self.folder, self.name)
        except FileNotFoundError:
            return None
        return SegmentEntry(
            name=self.name,
            n_docs=segment.n_docs,
            n_chars=int(segment.starts[-1]),
            deleted=tuple(deleted),
            checksums=tuple(file.checksum for file in segment.files),
        )


class Running(Protocol):
    """Whoever carries a merge out, as ``multiprocessing.Process`` tells of it."""

    @property
    def exitcode(self) -> int | None:
        """0 when it is done, another number when it failed, None before that."""

    def kill(self) -> None:
        """Ends it at once."""

    def join(self) -> None:
        """Waits for its end."""


def begin_process(merge: Merge, memory: int) -> Running:
    """Carries a merge out in a process of low priority that ends with this one."""
    # NOTE: started anew, not forked: it must not hold the locks of who commits, who may have threads.
    process = get_context("spawn").Process(target=_write, args=(merge, memory), daemon=True)
    process.start()
    return process


class Merger:
    """At most one merge at a time, beside whoever commits, within about ``memory_mb``; used by one thread."""

    def __init__(
        self,
        *,
        memory_mb: int = 1024,
        begin: Callable[[Merge, int], Running] = begin_process,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._memory = memory_mb * 2**20
        self._begin = begin
        self._clock = clock
        self._merge: Merge | None = None
        self._running: Running | None = None
        self._not_before = -math.inf

    @property
    def merge(self) -> Merge | None:
        """The merge that is under way, or has ended and was not taken."""
        return self._merge

    def start(self, folder: Path, sources: Sequence[SegmentEntry]) -> None:
        """Begins to make one segment of ``sources``; does nothing while there is a merge, and for a minute after one failed."""
        if self._merge is not None or self._clock() < self._not_before:
            return
        self._merge = Merge(folder=folder, name=new_name(), sources=tuple(sources))
        self._running = self._begin(self._merge, self._memory)

    def ready(self) -> bool:
        """Whether a merge has ended and waits for ``take``."""
        return self._running is not None and self._running.exitcode is not None

    def take(self) -> Merge | None:
        """The merge that has ended, which is forgotten; None while it is under way, without one, and after one that failed.

        A merge that failed has told why on standard error.
        """
        merge, running = self._merge, self._running
        if running is None or running.exitcode is None:
            return None
        running.join()
        self._merge = self._running = None
        if running.exitcode == 0:
            return merge
        self._not_before = self._clock() + PAUSE_S
        return None

    def close(self) -> None:
        """Ends the merge that is under way; the next commit removes what it wrote."""
        if self._running is not None:
            self._running.kill()
            self._running.join()
        self._merge = self._running = None


def _write(merge: Merge, memory: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who commits decides when it ends
    end_with_parent()
    os.nice(NICENESS)
    merge.write(memory)
