"""The access log: a line of JSON for each request, written by the server when the answer is sent.

No key, no cookie and no body is in it. Every character that is not printable ASCII is escaped, so a request cannot forge a line
or write to a terminal. On ``SIGUSR1`` the file is opened anew, so it can be rotated.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from gunicorn.glogging import Logger

from indexer.errors import SettingsError
from search.web.request_id import request_id

__all__ = ["OFF", "STDERR", "AccessLogger", "access_line", "log_file"]

OFF: Final = "off"
STDERR: Final = "stderr"


def log_file(access_log: str) -> str | None:
    """The file that the setting ``access_log`` names; None where it names none.

    Raises:
        SettingsError: it cannot be written to.
    """
    if access_log in (OFF, STDERR):
        return None
    try:
        with Path(access_log).open("a", encoding="ascii"):
            pass
    except OSError as error:
        raise SettingsError(
            f"cannot write the access log {access_log}: {error.strerror}; choose off, stderr or another file",
            setting="access_log",
        ) from error
    return access_log


def access_line(environ: Mapping[str, Any], *, status: int, sent: int, took: timedelta, now: datetime) -> str:
    """The line of one request, without its end: ``sent`` bytes of body, ``took`` until the last of them."""
    record = {
        "time": now.isoformat(timespec="milliseconds"),
        "id": request_id(environ),
        "client": environ.get("REMOTE_ADDR") or None,
        "method": environ.get("REQUEST_METHOD"),
        "target": _text(environ.get("RAW_URI")),
        "status": status,
        "bytes": sent,
        "ms": round(took.total_seconds() * 1000, 3),
        "agent": _text(environ.get("HTTP_USER_AGENT")),
    }
    return json.dumps(record).replace("\x7f", "\\u007f")


def _text(value: str | None) -> str | None:
    """What WSGI hands on byte by byte, as the UTF-8 that it mostly is."""
    if value is None or value.isascii():
        return value
    return value.encode("latin-1", "replace").decode("utf-8", "backslashreplace")


class AccessLogger(Logger):  # type: ignore[misc]
    """Gunicorn's log with our lines; it asks for one when a request is done, or was refused for its form."""

    to_stderr = False

    def setup(self, cfg: Any) -> None:
        """Opens the log as the server is configured."""
        super().setup(cfg)
        if self.to_stderr:
            handler = logging.StreamHandler(sys.stderr)
            handler._gunicorn = True  # type: ignore[attr-defined]  # gunicorn removes it when it is configured anew
            handler.setFormatter(logging.Formatter(self.access_fmt))
            self.access_log.addHandler(handler)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Writes an error with its traceback; of a client that was given up, a line."""
        error = sys.exc_info()[1]
        if isinstance(error, BlockingIOError):  # what a socket raises whose time is over
            self.warning("a client was given up: it sent or took nothing for longer than client_timeout_s")
        else:
            super().exception(msg, *args, **kwargs)

    def access(self, resp: Any, _req: Any, environ: Mapping[str, Any], request_time: timedelta) -> None:
        """Writes the line of one request."""
        if not self.access_log.handlers:
            return
        status = int(str(resp.status).split(None, 1)[0])
        sent = getattr(resp, "sent", 0) or 0
        line = access_line(environ, status=status, sent=sent, took=request_time, now=datetime.now(UTC))
        self.access_log.info("%s", line)
