"""Signatures that were left for later: computed when ``stories.py`` is about to compare them, many at once."""

from __future__ import annotations

import orjson

from indexer.archive.arrivals import NO_SIGNATURE
from indexer.archive.database import Database
from indexer.article import article_from_stored
from indexer.cleaning.duplicates import traces

__all__ = ["sign_written"]

SIGNED_AT_ONCE = 500
_UNSIGNED = "SELECT number, record FROM signature JOIN article USING (number) WHERE compared = 0 AND bins = ? LIMIT ?"


def sign_written(database: Database) -> None:
    """Gives articles that a program wrote their signatures, in transactions that keep nobody waiting.

    What is written meanwhile may be left without one: it is not to be compared yet.

    Raises:
        ArchiveError: the archive cannot be read or written.
    """
    db = database.connection
    with database.explained("read"):
        while db.execute(_UNSIGNED, (NO_SIGNATURE, 1)).fetchone():
            with database.writing():
                rows = db.execute(_UNSIGNED, (NO_SIGNATURE, SIGNED_AT_ONCE)).fetchall()
                found = traces([article_from_stored(orjson.loads(record)) for _, record in rows])
                signed = [(trace.signature, number) for (number, _), trace in zip(rows, found, strict=True)]
                enough = [row for row in signed if row[0] is not None]
                short = [(number,) for signature, number in signed if signature is None]
                db.executemany("UPDATE signature SET bins = ? WHERE number = ?", enough)
                db.executemany("DELETE FROM signature WHERE number = ?", short)
