"""Looks through an archive without changing it: SQLite's own checks, then every article against what its row says of it.

For ``indexer/check.py``. A damaged archive is told of and never mended: what was in the damaged pages is in a backup, or nowhere.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import orjson

from indexer.archive.arrivals import content_hash
from indexer.archive.database import ARCHIVE_NAME, BUSY_TIMEOUT_MS
from indexer.archive.tables import NO_PATH, SCHEMA_VERSION, TABLES
from indexer.article import article_from_record
from indexer.errors import ArticleError
from indexer.findings import Finding

__all__ = ["MOST_OF_A_KIND", "verify_archive"]

BATCH = 500
MOST_OF_A_KIND = 20
"""So many findings of one kind are told; more say no more."""

_ADVICE = "bring back a backup: article-search restore FILE"
_ROWS = "SELECT number, id, change, content_hash, title, published, record FROM article WHERE number > ? ORDER BY number LIMIT ?"

_TYPES = {(int, str, int, str, str, published, str) for published in (str, type(None))}
"""What the values of a row are; damage may make anything of them."""


def verify_archive(data: str | Path) -> list[Finding]:
    """What is wrong with the archive of a data directory; reads all of it, while others may write."""
    path = Path(data) / ARCHIVE_NAME
    if not path.exists():
        return [_finding(path, f"there is no archive at {path}")]
    findings: list[Finding] = []
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            # A damaged text is to be named with its article, not to end the reading.
            db.text_factory = lambda text: text.decode("utf-8", "replace")
            db.execute("BEGIN")  # all is read as it is at one moment
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version != SCHEMA_VERSION:
                return [_of_another_version(path, version)]
            for problems in (
                _lacking_tables(db, path),
                _broken_pages(db, path),
                _dangling(db, path),
                _wrong_rows(db, path),
                _wrong_pages(db, path),
                _wrong_versions(db, path),
                _wrong_places(db, path),
            ):
                # One at a time: what was found is kept when the next one cannot be read.
                findings.extend(islice(problems, MOST_OF_A_KIND))
    except (sqlite3.Error, UnicodeDecodeError) as error:
        findings.append(_finding(path, f"{path} cannot be read ({error})"))
    return findings


def _lacking_tables(db: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    names = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if lacking := sorted(TABLES - names):
        yield _finding(path, f"{path} lacks the tables {', '.join(lacking)}")


def _broken_pages(db: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    for (problem,) in db.execute(f"PRAGMA integrity_check ({MOST_OF_A_KIND})"):
        if problem != "ok":
            yield _finding(path, f"{path} is damaged: {' '.join(problem.split())}")


def _dangling(db: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    for table, row, parent, _ in db.execute("PRAGMA foreign_key_check"):
        yield _finding(path, f"{path}: row {row} of the table {table} belongs to none of {parent}")


def _wrong_rows(db: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    """Articles that are not what their rows say, and changes that were never handed out."""
    last = db.execute("SELECT change FROM sequence").fetchone()
    if last is None or not isinstance(last[0], int):
        yield _finding(path, f"{path} has lost the number of its last change")
        return
    number = 0
    while rows := db.execute(_ROWS, (number, BATCH)).fetchall():
        for row in rows:
            number, article_id, change, *content = row
            if tuple(map(type, row)) not in _TYPES:
                wrong = "has values that are no texts and numbers"
            elif not 0 < change <= last[0]:
                wrong = f"has the change {change}, and the last one is {last[0]}"
            else:
                wrong = _wrong_in_row(article_id, *content)
            if wrong:
                yield _finding(path, f"{path}: the article {article_id!r} {wrong}")


def _wrong_in_row(article_id: str, digest: str, title: str, published: str | None, record: str) -> str:
    """What is wrong with an article; empty when nothing is."""
    if content_hash(record.encode()) != digest:
        return "is not what was written: its content has another hash"
    try:
        article = article_from_record(orjson.loads(record))
    except (ArticleError, ValueError, AttributeError) as error:
        return f"cannot be read: {error}"
    if (article.id, article.title, article.published) != (article_id, title, published):
        return "has another id, title or date in its record than in its row"
    return ""


def _wrong_pages(db: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    for page_id, text in db.execute("SELECT id, text FROM page"):
        try:
            zlib.decompress(text)
        except (zlib.error, TypeError) as error:
            yield _finding(path, f"{path}: the kept page {page_id!r} cannot be unpacked: {error}")


def _wrong_versions(db: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    """Earlier versions that are not what was written."""
    columns = "id, version, version.title, version.record, version.content_hash"
    rows = db.execute(f"SELECT {columns} FROM version JOIN article ON number = article")  # noqa: S608
    for article_id, number, title, record, digest in rows:
        if not isinstance(record, str) or content_hash(record.encode()) != digest:
            wrong = "is not what was written: its content has another hash"
        elif orjson.loads(record)["title"] != title:
            wrong = "has another title in its record than in its row"
        else:
            continue
        yield _finding(path, f"{path}: the version {number} of the article {article_id!r} {wrong}")


def _wrong_places(db: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    """Places that no input can have been read in."""
    for number, place in db.execute("SELECT number, path FROM place"):
        if not isinstance(place, str) or not place.startswith("-" if number == NO_PATH else "/"):
            yield _finding(path, f"{path}: the place {number} of inputs has a path that cannot be: {place!r}")


def _of_another_version(path: Path, version: int) -> Finding:
    if version > SCHEMA_VERSION:
        message = f"{path} was written by a later version (format {version}, known is {SCHEMA_VERSION}); upgrade"
    else:
        message = f"{path} is of format {version}, this is {SCHEMA_VERSION}; bring it up to date: article-search sync"
    return Finding(part="archive", path=path, message=message)


def _finding(path: Path, what: str) -> Finding:
    return Finding(part="archive", path=path, message=f"{what}; {_ADVICE}")
