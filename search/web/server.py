"""The application under gunicorn: several processes share one index on disk.

The application is made before the fork, so dictionaries and compiled templates are shared; the index is opened after it, in each
worker, because an open file's position must not be shared.
"""

from __future__ import annotations

import gc
import socket
import struct
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import orjson
from gunicorn import util
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from indexer.errors import SettingsError
from search.web.access_log import STDERR, AccessLogger, log_file
from search.web.companion import Companion
from search.web.counters import Counters
from search.web.errors import Problem

__all__ = ["run"]

GRACEFUL_TIMEOUT_S = 10
LONGEST_REQUEST_LINE_BYTES = 8190  # the most that gunicorn can be given: some 900 Chinese characters, percent-encoded


def run(
    make_app: Callable[[], Any],
    warm: Callable[[], None],
    *,
    bind: str,
    workers: int,
    threads: int,
    counters: Counters,
    access_log: str,
    client_timeout_s: int,
    companion: Callable[[Callable[[], bool]], None] | None = None,
) -> None:
    """Serves until it is told to stop; ``warm`` is called in each worker before it takes requests.

    Each worker counts in a row of ``counters`` of its own. The access log goes where the setting says. A ``companion`` runs in a
    process of its own beside the workers, until what it is given says that it is to stop. A client is given up that sends or
    takes nothing for ``client_timeout_s`` while a thread waits for it.

    Raises:
        SettingsError: nobody can listen at ``bind``, or the access log cannot be written.
    """
    _check_address(bind)
    AccessLogger.to_stderr = access_log == STDERR
    application = make_app()
    gc.freeze()  # what is there now is never collected, so its pages stay shared

    class Application(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            options = {
                "bind": bind,
                "workers": workers,
                "threads": threads,
                "worker_class": "gthread",
                "preload_app": True,
                "graceful_timeout": GRACEFUL_TIMEOUT_S,
                "loglevel": "warning",
                "accesslog": log_file(access_log),
                "logger_class": AccessLogger,
                "limit_request_line": LONGEST_REQUEST_LINE_BYTES,
                "control_socket_disable": True,
                # Who asked, and by which address, is for access.py to say, and no header changes it on the way there.
                "forwarded_allow_ips": "",
                "forwarder_headers": "",
                "secure_scheme_headers": {},
                "header_map": "drop",
                "pre_fork": lambda _arbiter, worker: setattr(worker, "counters_row", counters.claim()),
                "post_fork": lambda _arbiter, worker: counters.use(worker.counters_row),
                "child_exit": lambda _arbiter, worker: counters.release(worker.counters_row),
                "post_worker_init": lambda worker: _warm_up(worker, warm),
                "when_ready": partial(_ready, client_timeout_s),
            }
            for name, value in options.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Any:
            return application

    util.write_error = _write_problem  # gunicorn has no setting for what it says to a request that is no HTTP
    _Arbiter(Application(), Companion(companion) if companion else None).run()


class _Arbiter(Arbiter):  # type: ignore[misc]
    """Gunicorn's arbiter, which looks after one more process than its workers."""

    def __init__(self, application: BaseApplication, companion: Companion | None) -> None:
        super().__init__(application)
        self._companion = companion

    def manage_workers(self) -> None:
        """Keeps the number of workers; the arbiter calls it each second, and when a process has ended."""
        super().manage_workers()
        if self._companion is not None:
            self._companion.keep(close=[listener.sock for listener in self.LISTENERS])

    def stop(self, graceful: bool = True) -> None:
        """Stops all processes, the companion while the workers finish what they are at."""
        if self._companion is not None:
            self._companion.tell()
        super().stop(graceful)
        if self._companion is not None:
            self._companion.end()


def _warm_up(worker: Any, warm: Callable[[], None]) -> None:
    """Warms a worker; however long it takes to read an index from a disk, the arbiter does not take it for one that hangs."""
    thread = threading.Thread(target=warm, daemon=True)
    thread.start()
    while thread.is_alive():
        worker.notify()
        thread.join(timeout=1)


def _check_address(bind: str) -> None:
    """Gunicorn tries a taken port for seconds and ends with a traceback; this says it at once."""
    address = util.parse_address(bind)
    if not isinstance(address, tuple):
        return  # a Unix socket
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise SettingsError(
                f"cannot listen at {bind}: {error.strerror}; stop what does, or choose another with --bind",
                setting="bind",
            ) from error


def _write_problem(connection: socket.socket, status: int, _reason: str, detail: str) -> None:
    """Answers a request that never got as far as the application, as that would have."""
    problem = Problem(status=status, detail=detail or "something went wrong here; the log of the service has more")
    body = orjson.dumps(problem.record())
    head = (
        f"HTTP/1.1 {status} {problem.title}\r\nConnection: close\r\n"
        f"Content-Type: application/problem+json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    util.write_nonblock(connection, head.encode() + body)


def _ready(client_timeout_s: int, arbiter: Any) -> None:
    """Bounds the waiting, and says where, as the listeners have it: port 0 asks for any that is free."""
    for listener in arbiter.LISTENERS:
        # NOTE: gunicorn's threads wait for ever for the rest of a request; a few clients that went away would take them all.
        # Connections over TCP have these limits from the socket that accepts them; at a Unix socket it is a proxy that speaks.
        for limit in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            listener.sock.setsockopt(socket.SOL_SOCKET, limit, struct.pack("ll", client_timeout_s, 0))
        # NOTE: browsers open connections that they may need later; a thread of gunicorn waits 5 s for each to say something.
        if listener.sock.family != socket.AF_UNIX and hasattr(socket, "TCP_DEFER_ACCEPT"):
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, client_timeout_s)
    places = [str(listener) for listener in arbiter.LISTENERS]
    shown = ", ".join(place if place.startswith("unix:") else f"{place}/" for place in places)
    sys.stderr.write(f"Serving on {shown} (Ctrl+C stops)\n")
    sys.stderr.flush()
