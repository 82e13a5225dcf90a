"""Counts that all processes of the service share: in memory that is mapped before they are forked, a row for each process.

``metrics.py`` shows them. Each process writes to its own row, so nothing is locked between them, and one that dies takes no count
with it; the next that gets its row counts on.

PERF: a request takes 0.5 µs here, and 4 with prometheus_client over processes, which keeps a file for each of them.
"""

from __future__ import annotations

import mmap
import threading
from bisect import bisect_left
from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["BOUNDS_S", "METHODS", "OTHER", "STATUSES", "Counters"]

PROCESSES: Final = 64
"""Rows; more processes than that at once share the last, and may then lose counts."""
BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
OTHER: Final = "other"
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", OTHER)
STATUSES: Final = (*(status.value for status in HTTPStatus), 0)
"""A status that is none counts as 0."""

_METHOD = {name: at for at, name in enumerate(METHODS)}
_STATUS = {status: at for at, status in enumerate(STATUSES)}
_EVENTS: Final = 2


class Counters:
    """Requests by route, method and status, their durations by route, and two more counts; made before the fork."""

    def __init__(self) -> None:
        self._taken = [False] * PROCESSES
        self._lock = threading.Lock()
        self._begin = 0
        self.know(())

    def know(self, routes: Iterable[str]) -> None:
        """Begins anew, with all the routes there are: what is asked for beside them counts as ``OTHER``."""
        self.routes = (*dict.fromkeys(routes), OTHER)
        self._route = {route: at for at, route in enumerate(self.routes)}
        shape = (len(self.routes), len(METHODS), len(STATUSES))
        self._shapes = (shape, (len(self.routes), len(BOUNDS_S) + 1), (len(self.routes),), (_EVENTS,))
        self._starts = np.cumsum([0, *(int(np.prod(part)) for part in self._shapes)]).tolist()
        self._width = self._starts[-1]
        self._map = mmap.mmap(-1, PROCESSES * self._width * 8)
        self._cells = memoryview(self._map).cast("d")

    def claim(self) -> int:
        """A row that no process has; for the process that forks the others."""
        row = self._taken.index(False) if False in self._taken else PROCESSES - 1
        self._taken[row] = True
        self._cells[row * self._width + self._starts[3] + 1] += 1
        return row

    def release(self, row: int) -> None:
        """The process with that row has ended."""
        self._taken[row] = False

    def use(self, row: int) -> None:
        """Has this process count in that row from now on."""
        self._begin = row * self._width

    def count(self, route: str | None, method: str, status: int, seconds: float) -> None:
        """Counts a request that was answered."""
        at = self._route.get(route or OTHER, len(self.routes) - 1)
        cell = (at * len(METHODS) + _METHOD.get(method, len(METHODS) - 1)) * len(STATUSES)
        cell += _STATUS.get(status, len(STATUSES) - 1) + self._begin
        bucket = self._begin + self._starts[1] + at * (len(BOUNDS_S) + 1) + bisect_left(BOUNDS_S, seconds)
        cells = self._cells
        with self._lock:
            cells[cell] += 1
            cells[bucket] += 1
            cells[self._begin + self._starts[2] + at] += seconds

    def count_partial(self) -> None:
        """Counts a search that was cut short."""
        with self._lock:
            self._cells[self._begin + self._starts[3]] += 1

    def requests(self) -> NDArray[np.float64]:
        """Answered requests, float64[n_routes, n_methods, n_statuses]."""
        return self._sum(0)

    def durations(self) -> NDArray[np.float64]:
        """Requests by duration, up to each of ``BOUNDS_S`` and above the last, float64[n_routes, n_bounds + 1]."""
        return self._sum(1)

    def seconds(self) -> NDArray[np.float64]:
        """What the requests took altogether, float64[n_routes]."""
        return self._sum(2)

    @property
    def partial(self) -> int:
        """Searches that were cut short."""
        return int(self._sum(3)[0])

    @property
    def started(self) -> int:
        """Rows that were ever claimed: processes that were started."""
        return int(self._sum(3)[1])

    def _sum(self, part: int) -> NDArray[np.float64]:
        cells = np.frombuffer(self._map, np.float64).reshape(PROCESSES, self._width)
        total: NDArray[np.float64] = cells[:, self._starts[part] : self._starts[part + 1]].sum(axis=0)
        return total.reshape(self._shapes[part])
