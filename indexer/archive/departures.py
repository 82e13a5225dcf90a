"""Deletion: what it means for the rows of an article and of its copies. Called by ``articles.py`` within a transaction.

A row stays of a deleted article, as its tombstone. Who deletes one by hand wants it gone, with its copies, and an ``index`` of
the same files leaves it so. One that is gone from its files leaves by itself: a copy that is still there takes its place, and it
comes back when its file does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from indexer.archive.arrivals import promote_duplicates, touch
from indexer.archive.database import ChangeCounter

__all__ = ["delete_article", "delete_missing_article"]


def delete_article(db: sqlite3.Connection, article_id: str, changes: ChangeCounter) -> bool:
    """Deletes an article with its copies at other addresses, or one copy alone; whether it was there."""
    row = _live(db, article_id)
    if row is None:
        return False
    number, same = row
    copies = db.execute("SELECT number FROM article WHERE duplicate_of = ?", (number,)).fetchall()
    gone = [number, *(copy for (copy,) in copies)]
    _bury(db, gone, changes, missing=False)
    touch(db, gone if same is None else [*gone, same], changes)
    return True


def delete_missing_article(db: sqlite3.Connection, article_id: str, changes: ChangeCounter) -> bool:
    """Deletes an article that is gone from its files, and it alone; whether it was there."""
    row = _live(db, article_id)
    if row is None:
        return False
    number, same = row
    _bury(db, [number], changes, missing=True)
    if same is None:
        promote_duplicates(db, number, changes)
    touch(db, [number] if same is None else [number, same], changes)
    return True


def _live(db: sqlite3.Connection, article_id: str) -> tuple[int, int | None] | None:
    query = "SELECT number, duplicate_of FROM article WHERE id = ? AND deleted = 0"
    row: tuple[int, int | None] | None = db.execute(query, (article_id,)).fetchone()
    return row


def _bury(db: sqlite3.Connection, numbers: Sequence[int], changes: ChangeCounter, *, missing: bool) -> None:
    db.executemany(
        "UPDATE article SET deleted = 1, missing = ?, deleted_at = ?, duplicate_of = NULL, story = NULL,"
        " fingerprint = NULL WHERE number = ?",
        [(missing, changes.now, number) for number in numbers],
    )
    rows = [(number,) for number in numbers]
    db.executemany("DELETE FROM signature WHERE number = ?", rows)
    db.executemany("DELETE FROM page WHERE article = (SELECT id FROM article WHERE number = ?)", rows)
