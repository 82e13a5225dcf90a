"""When articles were last written: read beside whoever writes, by whoever shows articles and not the archive."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import orjson

from indexer.archive.database import ARCHIVE_NAME, BUSY_TIMEOUT_MS
from indexer.errors import ArchiveError

__all__ = ["written_times"]

_QUERY = "SELECT id, written_at FROM article WHERE written_at IS NOT NULL AND id IN (SELECT value FROM json_each(?))"


def written_times(data: str | Path, ids: Sequence[str]) -> dict[str, str]:
    """Id → when the article was last written, RFC 3339, in UTC; what the archive of ``data`` doesn't know is left out.

    Nothing is written, not even where the archive is of an earlier version, which knows no times.

    Raises:
        ArchiveError: the archive cannot be read.
    """
    path = Path(data).resolve() / ARCHIVE_NAME
    if not path.exists():
        return {}
    wanted = orjson.dumps(list(ids)).decode()
    # NOTE: opened to read, SQLite lays a log beside a file that has none, and whoever writes next might not be allowed to use
    # it. A file without a log is whole in itself, and is read as one that does not change.
    ways = ["immutable=1", "mode=ro"]
    if path.with_name(f"{ARCHIVE_NAME}-wal").exists():
        ways.reverse()
    for way in ways:
        try:
            return _read(f"{path.as_uri()}?{way}", wanted)
        except sqlite3.Error as error:
            if "no such column" in str(error):
                return {}
            reason = error
    raise ArchiveError(f"cannot read the archive {path}: {reason}", path=path) from reason


def _read(address: str, wanted: str) -> dict[str, str]:
    with closing(sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT_MS / 1000)) as connection:
        return dict(connection.execute(_QUERY, (wanted,)).fetchall())
