"""The SQLite file of the archive: opened and checked, with transactions whose errors say what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

from indexer.archive.tables import SCHEMA, SCHEMA_VERSION, TABLES, statements
from indexer.errors import ArchiveError
from indexer.store import make_folder

__all__ = ["ARCHIVE_NAME", "ChangeCounter", "Database", "read_last_change"]

ARCHIVE_NAME = "archive.db"
BUSY_TIMEOUT_MS = 10_000
CACHE_KB = 65_536
CHECKPOINT_PAGES = 8_000
RETRY_S = 0.01
OLDEST_SQLITE = (3, 37, 0)  # the first with STRICT tables
_ADVICE = {
    sqlite3.SQLITE_FULL: "make room and try again, nothing was changed",
    sqlite3.SQLITE_IOERR: "see whether the disk is full or failing, and try again",
    sqlite3.SQLITE_BUSY: "another process has it; try again",
    sqlite3.SQLITE_CORRUPT: "see what is wrong with article-search check",
    sqlite3.SQLITE_NOTADB: "see what is wrong with article-search check",
}


class Database:
    """One connection to the archive of a data directory, its schema up to date.

    Use it in the thread that made it, or, if ``any_thread``, in one at a time.

    Raises:
        ArchiveError: the file cannot be opened, is no archive, or is of a later version.
    """

    def __init__(self, data: str | Path, *, create: bool = True, any_thread: bool = False) -> None:
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
                make_folder(self.path.parent)
            self.connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=not any_thread)
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
            version = self._version()
            if version == 0 and self._tables() and (version := self._version()) == 0:
                # Asked for once more: another process may have made the tables in between.
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
        """Makes the tables of a new archive, unless another process has just done it."""
        with self.explained("open"):
            self._use_journal()
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                if self._version() == 0:
                    for statement in statements(SCHEMA):
                        self.connection.execute(statement)
                    self.connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

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
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:  # SQLite takes it back itself where the disk is full
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def explained(self, what: str) -> Iterator[None]:
        """Turns errors of SQLite and of the file system into ours; ``what`` was to be done ``the archive``."""
        try:
            yield
        except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
            # NOTE: what SQLite says of a damaged schema may quote it, and then be no UTF-8.
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            advice = f"; {_ADVICE[code]}" if code in _ADVICE else ""
            raise ArchiveError(f"cannot {what} the archive {self.path}: {error}{advice}", path=self.path) from error

    def _use_journal(self) -> None:
        """Has the file use a write-ahead log from now on."""
        until = monotonic() + BUSY_TIMEOUT_MS / 1000
        while True:
            try:
                self.connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                # NOTE: SQLite does not wait here as elsewhere when another process does the same.
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > until:
                    raise
            sleep(RETRY_S)

    def _version(self) -> int:
        return int(self.connection.execute("PRAGMA user_version").fetchone()[0])

    def _tables(self) -> set[str]:
        return {name for (name,) in self.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def read_last_change(data: str | Path) -> int:
    """Number of the last change of an archive that is there; only reads, whatever its version, and cheaper than opening it.

    Raises:
        ArchiveError: it cannot be read.
    """
    path = (Path(data) / ARCHIVE_NAME).absolute()
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)) as db:
            return int(db.execute("SELECT change FROM sequence").fetchone()[0])
    except (sqlite3.Error, OSError, UnicodeDecodeError, TypeError) as error:
        raise ArchiveError(f"cannot read the archive {path}: {error}", path=path) from error


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
