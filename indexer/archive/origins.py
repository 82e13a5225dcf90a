"""Where inputs were read, so that an article whose file, or line of a file, is gone can be told from one that came otherwise.

``intake.py`` notes each input with the file it is in; what is put by a program or comes over standard input has the place
``NO_PATH``. An input is a page or an article; one may stand in several files, and an article may be made of several pages, so an
article is missing only when all its inputs are gone from all places. Paths are absolute, with links as they were given:
``index current`` means the same folder whatever ``current`` points to by then.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from indexer.archive.database import Database
from indexer.archive.tables import NO_PATH

__all__ = ["Missing", "Origins", "RootCount", "as_text", "note_by_hand", "place_of"]

MEMBER = "!"
"""Between an archive and the path in it; in the name of a file it is a sign like any other."""

_WATCHED = """
DROP TABLE IF EXISTS temp.seen;
CREATE TEMP TABLE seen (input TEXT, place INTEGER, PRIMARY KEY (input, place)) WITHOUT ROWID;
DROP TABLE IF EXISTS temp.asked;
CREATE TEMP TABLE asked (place INTEGER, root INTEGER, judged INTEGER, PRIMARY KEY (place, root)) WITHOUT ROWID;
DROP TABLE IF EXISTS temp.gone;
CREATE TEMP TABLE gone (input TEXT, place INTEGER, PRIMARY KEY (input, place)) WITHOUT ROWID;
DROP TABLE IF EXISTS temp.leaving;
CREATE TEMP TABLE leaving (number INTEGER PRIMARY KEY, id TEXT);
"""
_GONE = """
INSERT INTO temp.gone
SELECT DISTINCT input, place FROM origin JOIN temp.asked USING (place)
WHERE judged AND NOT EXISTS (SELECT 1 FROM temp.seen WHERE seen.input = origin.input AND seen.place = origin.place)
"""
_LEAVING = """
INSERT INTO temp.leaving
SELECT DISTINCT article.number, article.id
FROM temp.gone LEFT JOIN page ON page.id = gone.input
    JOIN article ON article.id = coalesce(page.article, gone.input) AND article.deleted = 0
WHERE NOT EXISTS (
    SELECT 1 FROM origin
    WHERE origin.input IN (SELECT article.id UNION SELECT other.id FROM page AS other WHERE other.article = article.id)
        AND NOT EXISTS (SELECT 1 FROM temp.gone AS too WHERE too.input = origin.input AND too.place = origin.place)
)
"""
_COUNTS = """
SELECT root, count(DISTINCT article.number), count(DISTINCT CASE WHEN NOT EXISTS (
    SELECT 1 FROM article AS copy
    WHERE copy.duplicate_of = leaving.number AND copy.deleted = 0 AND copy.number NOT IN (SELECT number FROM temp.leaving)
) THEN leaving.number END)
FROM origin JOIN temp.asked USING (place) LEFT JOIN page ON page.id = origin.input
    JOIN article ON article.id = coalesce(page.article, origin.input) AND article.deleted = 0
    LEFT JOIN temp.leaving ON leaving.number = article.number
GROUP BY root
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RootCount:
    """How many articles are held of the files under ``path``, and how many of them are missing now.

    One that has a copy at another place, which takes its own, is not missing: its file was moved.
    """

    path: str
    held: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Ids of the articles that are gone from everywhere, and the counts of each path asked for that has any."""

    ids: tuple[str, ...]
    roots: tuple[RootCount, ...]


def place_of(path: str) -> str:
    """The path under which a file is noted: absolute, and text."""
    return as_text(os.path.abspath(path))  # noqa: PTH100  a link stays a link


def as_text(path: str) -> str:
    """The path as it can be kept, whatever bytes the names in it have: not all are UTF-8."""
    return path.encode("utf-8", "backslashreplace").decode()


def note_by_hand(db: sqlite3.Connection, ids: Iterable[str]) -> None:
    """Notes within a transaction that a program wrote the articles: they are not missed in any file."""
    db.executemany(f"INSERT OR IGNORE INTO origin (input, place) VALUES (?, {NO_PATH})", ((key,) for key in ids))  # noqa: S608


class Origins:
    """The places of one archive's inputs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._db = database.connection
        self._watching = False
        self._last: tuple[str | None, int] = (None, NO_PATH)

    def watch(self) -> None:
        """From now on what is noted is remembered apart, until the archive is closed: :meth:`missing` is what was not noted."""
        with self._database.explained("write to"):
            self._db.executescript(_WATCHED)
        self._watching = True

    def note(self, inputs: Sequence[tuple[str, str | None]]) -> None:
        """Notes each input's id with the place it was read in, as :func:`place_of` has it; None for no file.

        Raises:
            ArchiveError: the archive cannot be written; nothing is noted then.
        """
        with self._database.writing():
            self._last = (None, NO_PATH)
            rows = [(key, self._number(place)) for key, place in inputs]
            self._db.executemany("INSERT OR IGNORE INTO origin (input, place) VALUES (?, ?)", rows)
            if self._watching:
                self._db.executemany("INSERT OR IGNORE INTO temp.seen (input, place) VALUES (?, ?)", rows)

    def missing(self, roots: Sequence[str], unread: Sequence[str], among: Sequence[str] | None = None) -> Missing:
        """The articles of files under ``roots`` of which nothing was noted since :meth:`watch`.

        Whatever lies under ``unread``, places that could not be read to the end, is not missing; given ``among``, neither is what
        lies under none of these.

        Raises:
            ArchiveError: the archive cannot be read.
        """
        with self._database.explained("read"):
            self._ask(roots, unread, among)
            if self._db.execute(_GONE).rowcount == 0:
                return Missing(ids=(), roots=())
            self._db.execute(_LEAVING)
            ids = tuple(key for (key,) in self._db.execute("SELECT id FROM temp.leaving ORDER BY number"))
            counts = tuple(
                RootCount(path=roots[root], held=held, missing=missing)
                for root, held, missing in self._db.execute(_COUNTS)
                if missing
            )
        return Missing(ids=ids, roots=counts)

    def forget(self) -> None:
        """Within a transaction, drops the places that :meth:`missing` found to be gone, and the pages read there alone."""
        self._db.execute(
            "DELETE FROM origin WHERE EXISTS (SELECT 1 FROM temp.gone WHERE gone.input = origin.input"
            " AND gone.place = origin.place)"
        )
        self._db.execute(
            "DELETE FROM page WHERE id IN (SELECT input FROM temp.gone) AND id NOT IN (SELECT input FROM origin)"
        )
        self._db.execute(
            "DELETE FROM place WHERE number IN (SELECT place FROM temp.gone) AND number NOT IN (SELECT place FROM origin)"
        )

    def _ask(self, roots: Sequence[str], unread: Sequence[str], among: Sequence[str] | None) -> None:
        self._db.execute("DELETE FROM temp.asked")
        self._db.execute("DELETE FROM temp.gone")
        self._db.execute("DELETE FROM temp.leaving")
        given = {root: at for at, root in enumerate(roots)}
        folders = {root for root in given if Path(root).is_dir()}
        damaged = set(unread)
        judged = None if among is None else set(among)
        places = self._db.execute("SELECT number, path FROM place WHERE number != ?", (NO_PATH,))
        asked = (
            (number, given[above], _is_judged({above for above, _ in _above(path)}, damaged, judged))
            for number, path in places.fetchall()
            for above, sign in _above(path)
            if above in given and not (sign == MEMBER and above in folders)
        )
        self._db.executemany("INSERT INTO temp.asked (place, root, judged) VALUES (?, ?, ?)", asked)

    def _number(self, place: str | None) -> int:
        if place is None:
            return NO_PATH
        if place != self._last[0]:
            self._db.execute("INSERT OR IGNORE INTO place (path) VALUES (?)", (place,))
            (number,) = self._db.execute("SELECT number FROM place WHERE path = ?", (place,)).fetchone()
            self._last = (place, number)
        return self._last[1]


def _is_judged(above: Set[str], unread: Set[str], among: Set[str] | None) -> bool:
    """Whether a place with these above it can be missing."""
    return unread.isdisjoint(above) and (among is None or not among.isdisjoint(above))


def _above(path: str) -> Iterator[tuple[str, str]]:
    """The path itself, and what it may lie in: folders and archives, each with the sign that follows it in the path."""
    yield path, ""
    for at, sign in enumerate(path):
        if sign == "/" or sign == MEMBER:
            yield path[:at] or "/", sign
