"""A process beside the workers of gunicorn: started by their parent, started again when it ends, and ended with it.

``server.py`` uses it. It is forked like a worker, so what was loaded before is shared; unlike a worker it listens to nobody.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from time import monotonic, sleep

__all__ = ["Companion"]

FIRST_DELAY_S = 0.1
LAST_DELAY_S = 30.0
GOOD_AFTER_S = 60.0
"""A process that lived so long is started again without delay."""
END_TIMEOUT_S = 10.0
_TOLD_TO_STOP = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
_FOR_THE_PARENT = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGTTIN, signal.SIGTTOU, signal.SIGWINCH)

_log = logging.getLogger("article_search.keeper")


class Companion:
    """The process that does ``work``, which is given what says whether it is to stop; used by the parent's one thread."""

    def __init__(self, work: Callable[[Callable[[], bool]], None]) -> None:
        self._work = work
        self._pid: int | None = None
        self._ending = False
        self._started = 0.0
        self._delay_s = FIRST_DELAY_S
        self._next_start = 0.0

    def keep(self, *, close: Sequence[socket.socket]) -> None:
        """Starts the process if there is none and it is time for it; there it closes the sockets ``close``."""
        at = monotonic()
        if self._pid is not None and not self._alive(self._pid):
            self._pid = None
            if at - self._started >= GOOD_AFTER_S:
                self._delay_s = FIRST_DELAY_S
            self._next_start, self._delay_s = at + self._delay_s, min(2 * self._delay_s, LAST_DELAY_S)
            _log.error("the process that keeps the index has ended; it is started again")
        if self._pid is None and not self._ending and at >= self._next_start:
            self._started = at
            self._pid = self._fork(close)

    def tell(self) -> None:
        """Tells the process to stop, and starts none any more."""
        self._ending = True
        if self._pid is not None and self._alive(self._pid):
            os.kill(self._pid, signal.SIGTERM)

    def end(self) -> None:
        """Waits until the process has stopped; ends it by force when that takes too long."""
        until = monotonic() + END_TIMEOUT_S
        while self._pid is not None and self._alive(self._pid):
            if monotonic() > until:
                os.kill(self._pid, signal.SIGKILL)
            sleep(0.01)

    @staticmethod
    def _alive(pid: int) -> bool:
        try:
            return os.waitpid(pid, os.WNOHANG) == (0, 0)
        except ChildProcessError:
            return False  # the arbiter, who waits for every child, was told first

    def _fork(self, close: Sequence[socket.socket]) -> int:
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            told: list[int] = []
            for number in _TOLD_TO_STOP:
                signal.signal(number, lambda received, _frame: told.append(received))
            for number in _FOR_THE_PARENT:
                signal.signal(number, signal.SIG_IGN)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for listener in close:
                listener.close()
            self._work(lambda: bool(told) or os.getppid() != parent)
            status = 0
        except BaseException:  # noqa: BLE001  whatever it is, a process of ours may not go on as the parent
            _log.exception("the process that keeps the index ends")
        finally:
            sys.stderr.flush()
            os._exit(status)
