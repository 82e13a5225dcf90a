"""Earlier versions of articles: kept when a record is replaced, so that a correction can be looked at, and undone.

The last version of an article is in its own row, that of a deleted one too; the earlier ones are rows of the table ``version``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import orjson

from indexer.article import Article, article_from_stored

__all__ = ["KEPT_VERSIONS", "ArticleVersion", "History", "keep_versions", "read_history"]

KEPT_VERSIONS = 10

State = Literal["current", "replaced", "deleted", "missing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleVersion:
    """What an article was from ``written_at`` on, until ``ended_at``: moments as RFC 3339, None where they are not known.

    ``number`` counts from 1. ``missing`` is deleted for want of its file.
    """

    number: int
    state: State
    written_at: str | None
    ended_at: str | None
    article: Article


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The versions of one article that are kept, the latest last; ``same_as`` is the id of the article it is a copy of."""

    id: str
    same_as: str | None
    versions: tuple[ArticleVersion, ...]


def keep_versions(db: sqlite3.Connection, numbers: Sequence[int], now: str, keep: int) -> None:
    """Keeps the records of the articles ``numbers``, which are about to be replaced; of each the latest ``keep``."""
    if keep == 0:
        db.executemany("DELETE FROM version WHERE article = ?", [(number,) for number in numbers])
        return
    db.executemany(
        "INSERT INTO version (article, version, written_at, replaced_at, title, record, content_hash)"
        " SELECT number, (SELECT coalesce(max(version), 0) + 1 FROM version WHERE article = number),"
        " written_at, ?, title, record, content_hash FROM article WHERE number = ?",
        [(now, number) for number in numbers],
    )
    db.executemany(
        "DELETE FROM version WHERE article = ?1"
        " AND version <= (SELECT max(version) FROM version WHERE article = ?1) - ?2",
        [(number, keep) for number in numbers],
    )


def read_history(db: sqlite3.Connection, article_id: str) -> History | None:
    """What is kept of an article; None where there never was one of this id."""
    row = db.execute(
        "SELECT number, deleted, missing, written_at, deleted_at, record,"
        " (SELECT id FROM article AS first WHERE first.number = article.duplicate_of) FROM article WHERE id = ?",
        (article_id,),
    ).fetchone()
    if row is None:
        return None
    number, deleted, missing, written_at, deleted_at, record, same_as = row
    versions = [
        _version(at, "replaced", written, replaced, earlier)
        for at, written, replaced, earlier in db.execute(
            "SELECT version, written_at, replaced_at, record FROM version WHERE article = ? ORDER BY version", (number,)
        )
    ]
    state: State = "current" if not deleted else "missing" if missing else "deleted"
    last = versions[-1].number + 1 if versions else 1
    versions.append(_version(last, state, written_at, deleted_at, record))
    return History(id=article_id, same_as=same_as, versions=tuple(versions))


def _version(number: int, state: State, written_at: str | None, ended_at: str | None, record: str) -> ArticleVersion:
    article = article_from_stored(orjson.loads(record))
    return ArticleVersion(number=number, state=state, written_at=written_at, ended_at=ended_at, article=article)
