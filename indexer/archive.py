"""The archive: every article in SQLite with its change sequence. It is the truth; every index follows it.

``cleaning → Article → archive → targets``. Each write gets the next number of one sequence; a target remembers the number it
has covered and asks for what came after, so a crash costs a catch-up and never an article. A deleted article leaves its row as a
tombstone. People may open the file with their own tools.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import orjson

from indexer.article import Article, article_from_record, article_to_record, content_hash
from indexer.errors import ArchiveError

__all__ = ["ARCHIVE_NAME", "Archive", "Change", "WriteCounts"]

ARCHIVE_NAME = "archive.db"
SCHEMA_VERSION = 1
BUSY_TIMEOUT_MS = 10_000
OLDEST_SQLITE = (3, 37, 0)  # the first with STRICT tables

_SCHEMA = """
CREATE TABLE IF NOT EXISTS article (
    id TEXT PRIMARY KEY,
    change INTEGER NOT NULL UNIQUE,
    deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    content_hash TEXT NOT NULL,
    title TEXT NOT NULL,
    published TEXT,
    record TEXT NOT NULL CHECK (json_valid(record))
) STRICT;
CREATE TABLE IF NOT EXISTS sequence (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    change INTEGER NOT NULL
) STRICT;
INSERT OR IGNORE INTO sequence VALUES (1, 0);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The latest write to one article. ``article`` is None where it was deleted."""

    number: int
    id: str
    article: Article | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteCounts:
    """What a batch did: articles that were new, that replaced another version, that were there already."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0


class Archive:
    """One connection to the archive of a data directory; use it in the thread that made it.

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
        with self._explained("open"):
            if create:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, isolation_level=None)
            self._prepare()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self._db.close()

    def put(self, articles: Iterable[Article]) -> WriteCounts:
        """Counts of what was written, all of it durable on return or, after an error, none.

        An article equal to the one held costs a look-up and no change number.
        """
        added = updated = unchanged = 0
        with self._explained("write to"), self._transaction():
            change = self.last_change()
            for article in articles:
                digest = content_hash(article)
                held = self._db.execute(
                    "SELECT content_hash, deleted FROM article WHERE id = ?", (article.id,)
                ).fetchone()
                if held == (digest, 0):
                    unchanged += 1
                    continue
                change += 1
                self._db.execute(
                    "INSERT OR REPLACE INTO article (id, change, deleted, content_hash, title, published, record)"
                    " VALUES (?, ?, 0, ?, ?, ?, ?)",
                    (article.id, change, digest, article.title, article.published, _dump(article)),
                )
                if held is None or held[1]:
                    added += 1
                else:
                    updated += 1
            self._db.execute("UPDATE sequence SET change = ?", (change,))
        return WriteCounts(added=added, updated=updated, unchanged=unchanged)

    def delete(self, ids: Iterable[str]) -> int:
        """How many of ``ids`` were there and are deleted now; a tombstone stays of each."""
        deleted = 0
        with self._explained("write to"), self._transaction():
            change = self.last_change()
            for article_id in ids:
                cursor = self._db.execute(
                    "UPDATE article SET deleted = 1, change = ? WHERE id = ? AND deleted = 0", (change + 1, article_id)
                )
                change += cursor.rowcount
                deleted += cursor.rowcount
            self._db.execute("UPDATE sequence SET change = ?", (change,))
        return deleted

    def changes(self, after: int) -> Iterator[Change]:
        """The latest change of every article written after change ``after``, in their order."""
        with self._explained("read"):
            rows = self._db.execute(
                "SELECT change, id, deleted, record FROM article WHERE change > ? ORDER BY change", (after,)
            )
            for number, article_id, deleted, record in rows:
                article = None if deleted else article_from_record(orjson.loads(record))
                yield Change(number=number, id=article_id, article=article)

    def count_changes(self, after: int) -> int:
        """How many articles were written after change ``after``."""
        with self._explained("read"):
            return int(self._db.execute("SELECT count(*) FROM article WHERE change > ?", (after,)).fetchone()[0])

    def last_change(self) -> int:
        """Number of the last change; 0 for an empty archive."""
        with self._explained("read"):
            return int(self._db.execute("SELECT change FROM sequence").fetchone()[0])

    def count(self) -> int:
        """How many articles are held, deleted ones left out."""
        with self._explained("read"):
            return int(self._db.execute("SELECT count(*) FROM article WHERE deleted = 0").fetchone()[0])

    def _prepare(self) -> None:
        self._db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version > SCHEMA_VERSION:
            raise ArchiveError(
                f"{self.path} was written by a later version (format {version}, known is {SCHEMA_VERSION}); upgrade",
                path=self.path,
            )
        self._db.execute("PRAGMA synchronous = FULL")
        if version < SCHEMA_VERSION:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise ArchiveError(f"cannot {what} the archive {self.path}: {error}", path=self.path) from error


def _dump(article: Article) -> str:
    return orjson.dumps(article_to_record(article)).decode()
