"""Waiting until the index covers a change: ``?wait=searchable``."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from indexer.errors import StorageError
from indexer.store import manifest_stamp, read_manifest

__all__ = ["IndexWatch"]

POLL_S = 0.005
CROWDED_S = 1.0
"""The longest wait where all other threads of the process wait already: searches need one too."""


class IndexWatch:
    """What the index of a data directory covers, for any number of threads.

    A wait takes ``timeout_s`` at most, and ``most_waiting`` threads may wait so long. In a child of who made it, nobody waits
    once that one has ended.
    """

    def __init__(self, data: str | Path, *, timeout_s: float, most_waiting: int) -> None:
        self._data = data
        self._timeout_s = timeout_s
        self._places = threading.Semaphore(most_waiting)
        self._seen: tuple[tuple[int, int, int] | None, int] = (None, 0)
        self._made_by = os.getpid()

    def covers(self, change: int) -> bool:
        """Whether a search finds everything up to ``change`` by now."""
        stamp = manifest_stamp(self._data)
        seen, covered = self._seen
        if stamp != seen:
            try:
                covered = read_manifest(self._data).change
            except StorageError:
                covered = 0  # nothing can be found while there is no index, or none that can be read
            self._seen = (stamp, covered)
        return covered >= change

    def wait(self, change: int) -> bool:
        """Waits until a search finds everything up to ``change``; False where that takes too long, or the service is gone."""
        if self.covers(change):
            return True
        has_place = self._places.acquire(blocking=False)
        end = time.monotonic() + (self._timeout_s if has_place else min(self._timeout_s, CROWDED_S))
        try:
            while time.monotonic() < end and not self._orphaned():
                time.sleep(POLL_S)
                if self.covers(change):
                    return True
            return False
        finally:
            if has_place:
                self._places.release()

    def _orphaned(self) -> bool:
        """Whether the first process of the service is gone: a worker that waited on would keep its port from the next service."""
        return self._made_by not in (os.getpid(), os.getppid())
