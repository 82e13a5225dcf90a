"""The SQLite file of the archive: opened and checked, with transactions whose errors say what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from indexer.archive.tables import SCHEMA, SCHEMA_VERSION, TABLES
from indexer.errors import ArchiveError

__all__ = ["ARCHIVE_NAME", "ChangeCounter", "Database"]

ARCHIVE_NAME = "archive.db"
BUSY_TIMEOUT_MS = 10_000
CACHE_KB = 65_536
CHECKPOINT_PAGES = 8_000
OLDEST_SQLITE = (3, 37, 0)  # the first with STRICT tables


class Database:
    """One connection to the archive of a data directory, its schema up to date; use it in the thread that made it.

    Raises:
        ArchiveError: the file cannot be opened, is no archive, or is of a later version.
    """

    def __init__(self, data: str | Path, *, create: bool = True) -> None:
        self.path = Path(data) / ARCHIVE_NAME
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise ArchiveError(
                f"SQLite {sqlite3.sqlite_version} is too old for the archive; 3.37 or later is needed", path=self.path
            )
        if not create and not self.path.exists():
            raise ArchiveError(
                f"there is no archive at {self.path}; index something first: article-search index PATH", path=self.path
            )
        with self.explained("open"):
            if create:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            self.connection = sqlite3.connect(self.path, isolation_level=None)
            self.connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            self.connection.execute("PRAGMA synchronous = FULL")
            # PERF: 60,000 articles are written at 27 µs each, and at 65 with SQLite's own limits of 2 MB and 4 MB.
            self.connection.execute(f"PRAGMA cache_size = {-CACHE_KB}")
            self.connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            # What a long reader made it grow beyond that is given back when it is written from its beginning again.
            self.connection.execute(f"PRAGMA journal_size_limit = {CHECKPOINT_PAGES * 4096}")

    def close(self) -> None:
        """Closes the connection."""
        self.connection.close()

    def version(self) -> int:
        """The version of the tables; 0 for a new file.

        Raises:
            ArchiveError: it is later than this program knows, or the file is another program's.
        """
        with self.explained("open"):
            version = int(self.connection.execute("PRAGMA user_version").fetchone()[0])
            if version == 0 and self._tables():
                raise ArchiveError(
                    f"{self.path} is the database of another program; choose another directory with --data",
                    path=self.path,
                )
        if version > SCHEMA_VERSION:
            raise ArchiveError(
                f"{self.path} was written by a later version (format {version}, known is {SCHEMA_VERSION}); upgrade",
                path=self.path,
            )
        return version

    def create_tables(self) -> None:
        """Makes the tables of a new archive."""
        with self.explained("open"):
            self.connection.execute("PRAGMA journal_mode = WAL")
            script = f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            self.connection.executescript(script)

    def check_tables(self) -> None:
        """Makes sure that all tables are there.

        Raises:
            ArchiveError: one was taken away.
        """
        with self.explained("open"):
            lacking = sorted(TABLES - self._tables())
        if lacking:
            raise ArchiveError(
                f"{self.path} lacks {', '.join(lacking)}: it was changed by another program; restore it from a backup",
                path=self.path,
            )

    def last_change(self) -> int:
        """Number of the last change; 0 for an empty archive."""
        with self.explained("read"):
            return int(self.connection.execute("SELECT change FROM sequence").fetchone()[0])

    @contextmanager
    def writing(self) -> Iterator[ChangeCounter]:
        """A transaction that hands out change numbers: all of it is durable at its end or, after an error, none.

        Raises:
            ArchiveError: the archive cannot be written to.
        """
        with self.explained("write to"):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                counter = ChangeCounter(self.last_change())
                yield counter
                if counter.last != counter.first:  # a batch of nothing new is not waited for until it is on disk
                    self.connection.execute("UPDATE sequence SET change = ?", (counter.last,))
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")

    @contextmanager
    def explained(self, what: str) -> Iterator[None]:
        """Turns errors of SQLite and of the file system into ours; ``what`` was to be done ``the archive``."""
        try:
            yield
        except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
            # NOTE: what SQLite says of a damaged schema may quote it, and then be no UTF-8.
            raise ArchiveError(f"cannot {what} the archive {self.path}: {error}", path=self.path) from error

    def _tables(self) -> set[str]:
        return {name for (name,) in self.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


class ChangeCounter:
    """Hands out the numbers of changes within one transaction; ``now`` is its time, as RFC 3339."""

    def __init__(self, last: int) -> None:
        self.first = last
        self.last = last
        self.now = datetime.now(UTC).isoformat(timespec="seconds")

    def next(self) -> int:
        """The number of one more change."""
        self.last += 1
        return self.last
