"""An archive of an older version to the present one, in one transaction.

Version 1 had one table of articles, in no order of arrival but that of their changes, and hashed the parts of an article apart.
Version 2 kept no earlier versions, and did not know where articles came from: an article of it is never missing until the next
``index`` has read it again. Version 3 did not know what inputs had said of an article before a program wrote it.
Version 4 kept no hashes of earlier versions.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import orjson

from indexer.archive.arrivals import content_hash, place_among, touch
from indexer.archive.database import ChangeCounter, Database
from indexer.archive.tables import ADDED_IN_3, ADDED_IN_4, ADDED_IN_5, SCHEMA, SCHEMA_VERSION, statements
from indexer.article import article_from_record
from indexer.cleaning.duplicates import traces

__all__ = ["migrate"]

BATCH = 500


def migrate(database: Database) -> None:
    """Brings the tables up to the present version; makes them where there are none.

    Raises:
        ArchiveError: the file is no archive, cannot be written, or is of a later version.
    """
    version = database.version()
    if version == 0:
        database.create_tables()
    elif version < SCHEMA_VERSION:
        with database.explained("bring up to date"):
            _in_one(database.connection, _STEPS[version])
    database.check_tables()


def _in_one(db: sqlite3.Connection, bring_up: Callable[[sqlite3.Connection], None]) -> None:
    """Brings the tables up in one transaction, unless another process has just done it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        if db.execute("PRAGMA user_version").fetchone()[0] < SCHEMA_VERSION:
            bring_up(db)
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    except BaseException:
        if db.in_transaction:  # SQLite takes it back itself where the disk is full
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _from_version_2(db: sqlite3.Connection) -> None:
    for statement in statements(ADDED_IN_3):
        db.execute(statement)
    _know_what_inputs_said(db)


def _from_version_3(db: sqlite3.Connection) -> None:
    _know_what_inputs_said(db)
    _from_version_4(db)


def _know_what_inputs_said(db: sqlite3.Connection) -> None:
    for statement in statements(ADDED_IN_4):
        db.execute(statement)


def _from_version_4(db: sqlite3.Connection) -> None:
    db.execute(ADDED_IN_5)
    last = (0, 0)
    query = "SELECT article, version, record FROM version WHERE (article, version) > (?, ?) ORDER BY article, version LIMIT ?"
    while rows := db.execute(query, (*last, BATCH)).fetchall():
        db.executemany(
            "UPDATE version SET content_hash = ? WHERE article = ? AND version = ?",
            [(content_hash(record.encode()), article, version) for article, version, record in rows],
        )
        last = rows[-1][:2]


def _from_version_1(db: sqlite3.Connection) -> None:
    last = db.execute("SELECT change FROM sequence").fetchone()[0]
    db.execute("ALTER TABLE article RENAME TO article_1")
    db.execute("DROP TABLE sequence")
    for statement in statements(SCHEMA):
        db.execute(statement)
    rows = db.execute("SELECT id, change, deleted, title, published, record FROM article_1 ORDER BY change")
    while batch := rows.fetchmany(BATCH):
        _copy(db, batch)
    changes = ChangeCounter(last)
    _mark_duplicates(db, changes)
    db.execute("DROP TABLE article_1")
    db.execute("UPDATE sequence SET change = ?", (changes.last,))


def _copy(db: sqlite3.Connection, rows: list[tuple[str, int, int, str, str | None, str]]) -> None:
    articles = [article_from_record(orjson.loads(record)) for *_, record in rows]
    for (article_id, change, deleted, title, published, record), article, trace in zip(
        rows, articles, traces(articles), strict=True
    ):
        fingerprint = trace.fingerprint if article.url and not deleted else None
        cursor = db.execute(
            "INSERT INTO article (id, change, deleted, content_hash, title, published, story, fingerprint, record)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                article_id,
                change,
                deleted,
                content_hash(record.encode()),
                title,
                published,
                article.story,
                fingerprint,
                record,
            ),
        )
        if trace.signature is not None and not deleted:
            db.execute("INSERT INTO signature (number, bins) VALUES (?, ?)", (cursor.lastrowid, trace.signature))


def _mark_duplicates(db: sqlite3.Connection, changes: ChangeCounter) -> None:
    """Of articles that are the same, the first is kept, and the others become copies of it."""
    groups = db.execute(
        "SELECT fingerprint FROM article WHERE fingerprint IS NOT NULL GROUP BY fingerprint"
        " HAVING count(*) > 1 ORDER BY min(number)"
    ).fetchall()
    for group in groups:
        kept: list[tuple[int, str | None]] = []
        rows = db.execute(
            "SELECT number, published FROM article WHERE fingerprint = ? ORDER BY number", group
        ).fetchall()
        for number, published in rows:
            same = place_among(kept, number, published)
            if same != number:
                db.execute("UPDATE article SET duplicate_of = ? WHERE number = ?", (same, number))
                db.execute("DELETE FROM signature WHERE number = ?", (number,))
                touch(db, [same, number], changes)


_STEPS = {1: _from_version_1, 2: _from_version_2, 3: _from_version_3, 4: _from_version_4}
