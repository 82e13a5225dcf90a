"""A thing that takes a second to build, of the newest index: built once, by one thread, while the one before goes on serving."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Latest"]

Built = TypeVar("Built")


class Latest(Generic[Built]):
    """Holds what was built last, and of what. Safe to use from several threads; starts none before it is asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: tuple[object, Built] | None = None

    def get(self, of: object, build: Callable[[], Built]) -> Built:
        """What ``build`` makes of the object ``of``: at once when it is held, else what was built of another meanwhile.

        The first call waits for its own, and whoever calls during it.
        """
        held = self._held
        if held is not None and held[0] is of:
            return held[1]
        if held is None:
            with self._lock:
                return self._build(of, build)
        if self._lock.acquire(blocking=False):
            # NOTE: a commit a second (index --watch) must not make whoever types wait a second for each letter.
            threading.Thread(target=self._build_and_release, args=(of, build), daemon=True).start()
        return held[1]

    def _build_and_release(self, of: object, build: Callable[[], Built]) -> None:
        try:
            self._build(of, build)
        finally:
            self._lock.release()

    def _build(self, of: object, build: Callable[[], Built]) -> Built:
        if self._held is None or self._held[0] is not of:
            self._held = of, build()
        return self._held[1]
