"""The SQLite file of the archive: its tables, their versions, and transactions with errors that say what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import ArchiveError

__all__ = ["ARCHIVE_NAME", "SCHEMA_VERSION", "Database"]

ARCHIVE_NAME = "archive.db"
SCHEMA_VERSION = 2
BUSY_TIMEOUT_MS = 10_000
CACHE_KB = 65_536
CHECKPOINT_PAGES = 8_000
OLDEST_SQLITE = (3, 37, 0)  # the first with STRICT tables

SCHEMA = """
CREATE TABLE sequence (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    change INTEGER NOT NULL
) STRICT;
INSERT INTO sequence VALUES (1, 0);

-- One row an article, in the order of arrival. record is the article as it came; duplicate_of is the number of the article that
-- it is the same as: it is then shown as one more address of that one. fingerprint is set where it may be such a duplicate.
CREATE TABLE article (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    change INTEGER NOT NULL UNIQUE,
    deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    content_hash TEXT NOT NULL,
    title TEXT NOT NULL,
    published TEXT,
    duplicate_of INTEGER REFERENCES article (number),
    story TEXT,
    fingerprint BLOB,
    record TEXT NOT NULL CHECK (json_valid(record))
) STRICT;
CREATE INDEX article_fingerprint ON article (fingerprint) WHERE fingerprint IS NOT NULL;
CREATE INDEX article_duplicate ON article (duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX article_story ON article (story) WHERE story IS NOT NULL;

-- 64 numbers of 16 bits for each article that may have reprints; compared is 0 until its story was looked for.
CREATE TABLE signature (
    number INTEGER PRIMARY KEY REFERENCES article (number),
    compared INTEGER NOT NULL DEFAULT 0 CHECK (compared IN (0, 1)),
    bins BLOB NOT NULL
) STRICT;
CREATE INDEX signature_new ON signature (compared) WHERE compared = 0;

-- Crawled pages as they came: text is compressed with zlib, path is where it was read, article what was made of it.
CREATE TABLE page (
    id TEXT PRIMARY KEY,
    article TEXT,
    host TEXT NOT NULL,
    url TEXT,
    path TEXT,
    pending INTEGER NOT NULL CHECK (pending IN (0, 1)),
    text_hash BLOB,
    text BLOB NOT NULL
) STRICT;
CREATE INDEX page_article ON page (article);
CREATE INDEX page_pending ON page (id) WHERE pending = 1;

-- What was learnt of the pages of a host: its lines with their counts, as JSON.
CREATE TABLE host (
    host TEXT PRIMARY KEY,
    pages INTEGER NOT NULL,
    lines BLOB NOT NULL
) STRICT;
"""


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

    def close(self) -> None:
        """Closes the connection."""
        self.connection.close()

    def version(self) -> int:
        """The version of the tables; 0 for a new file.

        Raises:
            ArchiveError: it is later than this program knows.
        """
        with self.explained("open"):
            version = int(self.connection.execute("PRAGMA user_version").fetchone()[0])
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


class ChangeCounter:
    """Hands out the numbers of changes within one transaction."""

    def __init__(self, last: int) -> None:
        self.last = last

    def next(self) -> int:
        """The number of one more change."""
        self.last += 1
        return self.last
