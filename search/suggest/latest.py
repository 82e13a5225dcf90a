"""A thing that takes a second to build, of the newest index: built by one thread, while the one before goes on serving."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["Latest"]

Built = TypeVar("Built")

PAUSE = 50
"""No build begins for so many times as long as the last one took: under commits without end they take a fiftieth of the time."""


class Latest(Generic[Built]):
    """Holds what was built last, and of which state. Safe to use from several threads; starts none before it is asked."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._held: tuple[Hashable, Built] | None = None
        self._not_before = 0.0

    def get(self, of: Hashable, build: Callable[[], Built]) -> Built:
        """What ``build`` makes of the state named ``of``: at once when it is held, else what was built of another meanwhile.

        The first call waits for its own, and whoever calls during it.
        """
        held = self._held
        if held is not None and held[0] == of:
            return held[1]
        if held is None:
            with self._lock:
                return self._build(of, build)
        if self._clock() >= self._not_before and self._lock.acquire(blocking=False):
            # NOTE: a commit a second (index --watch) must not make whoever types wait a second for each letter.
            threading.Thread(target=self._build_and_release, args=(of, build), daemon=True).start()
        return held[1]

    def _build_and_release(self, of: Hashable, build: Callable[[], Built]) -> None:
        try:
            self._build(of, build)
        finally:
            self._lock.release()

    def _build(self, of: Hashable, build: Callable[[], Built]) -> Built:
        if self._held is None or self._held[0] != of:
            begin = self._clock()
            self._held = of, build()
            end = self._clock()
            self._not_before = end + PAUSE * (end - begin)
        return self._held[1]
