"""Reprints get their story: articles written since the last time are compared with all others.

The signatures of all articles (128 bytes each) are read into one array, and candidates are found in it band by band, by sorting
the new and looking the others up: an index on disk would hold 32 keys an article, and cost more to write than this to read (a
million articles: 128 MB and about a second). The texts decide, and are read from the archive for the candidates alone.

Comparing may take long, and others write meanwhile: so it holds no transaction, and an article whose text has changed by its end
is left for the next time.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.archive.arrivals import NO_SIGNATURE, touch
from indexer.archive.database import ChangeCounter, Database
from indexer.archive.signatures import sign_written
from indexer.article import derive_id
from indexer.cleaning.duplicates import BINS, likely_pairs
from indexer.cleaning.reprints import Comparable, comparables, is_reprint
from indexer.processes import end_with_parent

__all__ = ["assign_stories"]

PAIRS_AT_ONCE = 2000
TEXTS_AT_ONCE = 100
WRITTEN_AT_ONCE = 2000
"""Articles or stories of one transaction, so that nobody waits long to write."""


def assign_stories(database: Database, workers: int = 1, pause: Callable[[], None] = lambda: None) -> int:
    """How many stories were found or grew. Articles that changed their story get a change number.

    Candidates are compared by ``workers`` processes where they are many; ``pause`` is called between them. One process at a time
    may assign stories; others may write.

    A story is named after the first article that arrived of it, and keeps its name when others join.
    """
    with database.explained("read"):
        query = "SELECT 1 FROM signature WHERE compared = 0 LIMIT 1"
        if database.connection.execute(query).fetchone() is None:
            return 0
    sign_written(database)
    with database.explained("read"):
        read, held = _read(database)
        groups = _groups(database, read, held, workers, pause)
    grown = 0
    for at in range(0, len(groups), WRITTEN_AT_ONCE):
        with database.writing() as changes:
            for group in groups[at : at + WRITTEN_AT_ONCE]:
                numbers = [read.numbers[row] for row in group if _unchanged(database, read, row)]
                grown += len(numbers) > 1 and _name_story(database, numbers, changes)
    # Only now: what was compared and not yet named when this was ended is compared again.
    compared = ((read.numbers[row], read.bins(row)) for row in np.flatnonzero(read.new).tolist())
    while some := list(islice(compared, WRITTEN_AT_ONCE)):
        with database.writing():
            database.connection.executemany("UPDATE signature SET compared = 1 WHERE number = ? AND bins = ?", some)
    return grown


@dataclass(frozen=True, slots=True)
class _Read:
    """The signatures as they were at one moment: the articles' numbers, which of them are to be compared, ``uint16[n, BINS]``."""

    numbers: list[int]
    new: npt.NDArray[np.bool_]
    signatures: npt.NDArray[np.uint16]

    def bins(self, row: int) -> bytes:
        bins: bytes = self.signatures[row].tobytes()
        return bins


def _read(database: Database) -> tuple[_Read, list[list[int]]]:
    """The signatures, and the stories that are known, as rows of them."""
    db = database.connection
    numbers, new, bins = [], [], []
    db.execute("BEGIN")
    try:
        query = "SELECT number, compared, bins FROM signature WHERE bins != ? ORDER BY number"
        for number, compared, signature in db.execute(query, (NO_SIGNATURE,)):
            numbers.append(number)
            new.append(not compared)
            bins.append(signature)
        held = _held_stories(database, numbers)
    finally:
        db.execute("ROLLBACK")
    signatures = np.frombuffer(b"".join(bins), dtype=np.uint16).reshape(-1, BINS)
    return _Read(numbers, np.array(new, dtype=np.bool_), signatures), held


def _unchanged(database: Database, read: _Read, row: int) -> bool:
    """Whether the article is still there and has the text that was compared."""
    query = "SELECT 1 FROM signature WHERE number = ? AND bins = ?"
    return database.connection.execute(query, (read.numbers[row], read.bins(row))).fetchone() is not None


def _groups(
    database: Database, read: _Read, held: list[list[int]], workers: int, pause: Callable[[], None]
) -> list[list[int]]:
    """Rows of articles that are reprints of one another, those of stories that are known among them; each group ascending."""
    groups = _Groups(held)
    texts = _Texts(database.connection, read.numbers)
    pairs = likely_pairs(read.signatures, read.new)
    for earlier, later in _reprints(database, read.numbers, pairs, workers, pause):
        if groups.first(earlier) == groups.first(later):
            continue
        # A short cut may stand in several articles of one series: that does not make them one story.
        one, other = groups.fullest(earlier), groups.fullest(later)
        if (one, other) == (earlier, later) or is_reprint(texts[one], texts[other]):
            groups.join(earlier, later, max((one, other), key=lambda row: len(texts[row].codes)))
    return [group for group in groups.all() if read.new[group].any()]


def _reprints(
    database: Database,
    numbers: Sequence[int],
    pairs: npt.NDArray[np.int64],
    workers: int,
    pause: Callable[[], None],
) -> Iterator[tuple[int, int]]:
    """Those of the candidate ``pairs`` of rows whose texts are reprints, in their order."""
    parts = [pairs[at : at + PAIRS_AT_ONCE] for at in range(0, len(pairs), PAIRS_AT_ONCE)]
    if workers == 1 or len(parts) < 2 * workers:
        texts = _Texts(database.connection, numbers)
        for part in parts:
            yield from _compared(texts, part)
            pause()
        return
    with ProcessPoolExecutor(
        workers, mp_context=get_context("fork"), initializer=_start_worker, initargs=(database.path, numbers)
    ) as pool:
        for found in pool.map(_compared_in_worker, parts):
            yield from found
            pause()


def _compared(texts: _Texts, pairs: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    texts.load(np.unique(pairs).tolist())
    return [(earlier, later) for earlier, later in pairs.tolist() if is_reprint(texts[earlier], texts[later])]


_worker_texts: list[_Texts] = []
"""What the worker's process reads by: set once when it starts."""


def _start_worker(path: Path, numbers: Sequence[int]) -> None:
    end_with_parent()
    # NOTE: a connection must not be used in a forked process; what is read was committed before the stories were begun.
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    _worker_texts[:] = [_Texts(connection, numbers)]


def _compared_in_worker(pairs: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    return _compared(_worker_texts[0], pairs)


class _Texts:
    """The texts of some of the rows, ready to be compared; those of the last load are kept, and one that is not is read."""

    def __init__(self, db: sqlite3.Connection, numbers: Sequence[int]) -> None:
        self._db = db
        self._numbers = numbers
        self._kept: dict[int, Comparable] = {}

    def load(self, rows: Sequence[int]) -> None:
        """Reads the texts of ``rows``, and drops those of the load before."""
        # PERF: 8 µs a text when a hundred are made ready at once, 39 one by one.
        self._kept = {row: text for row in rows if (text := self._kept.get(row)) is not None}
        missing = [row for row in rows if row not in self._kept]
        for at in range(0, len(missing), TEXTS_AT_ONCE):
            some = missing[at : at + TEXTS_AT_ONCE]
            self._kept.update(zip(some, comparables([self._body(row) for row in some]), strict=True))

    def __getitem__(self, row: int) -> Comparable:
        if row not in self._kept:
            self._kept[row] = comparables([self._body(row)])[0]
        return self._kept[row]

    def _body(self, row: int) -> str:
        query = "SELECT json_extract(record, '$.body') FROM article WHERE number = ?"
        body: str = self._db.execute(query, (self._numbers[row],)).fetchone()[0]
        return body


def _held_stories(database: Database, numbers: list[int]) -> list[list[int]]:
    """The rows, as places in ``numbers``, of each story that is known, the fullest article first."""
    place = {number: at for at, number in enumerate(numbers)}
    stories: dict[str, list[int]] = defaultdict(list)
    for number, story in database.connection.execute(
        "SELECT number, story FROM article WHERE story IS NOT NULL ORDER BY length(json_extract(record, '$.body')) DESC, number"
    ):
        if number in place:
            stories[story].append(place[number])
    return list(stories.values())


def _name_story(database: Database, numbers: list[int], changes: ChangeCounter) -> bool:
    """Gives the articles one story; whether that changed any of them."""
    db = database.connection
    rows = [
        db.execute("SELECT number, id, story FROM article WHERE number = ?", (number,)).fetchone() for number in numbers
    ]
    stories = list(dict.fromkeys(story for _, _, story in rows if story))
    story = stories[0] if stories else derive_id(f"story {rows[0][1]}")
    changed = {number for number, _, held in rows if held != story}
    for other in stories[1:]:  # the new article shows that two stories were one
        changed.update(number for (number,) in db.execute("SELECT number FROM article WHERE story = ?", (other,)))
    ordered = sorted(changed)
    db.executemany("UPDATE article SET story = ? WHERE number = ?", [(story, number) for number in ordered])
    touch(db, ordered, changes)
    return bool(ordered)


class _Groups:
    """Disjoint sets of rows, each known by its first (Tarjan, 1975), and by its fullest, which others are compared with."""

    def __init__(self, held: list[list[int]]) -> None:
        self._above: dict[int, int] = {}
        self._fullest: dict[int, int] = {}
        for fullest, *others in held:
            for row in others:
                self.join(fullest, row, fullest)

    def first(self, row: int) -> int:
        """The first row of the group that ``row`` is in."""
        root = row
        while (above := self._above.get(root, root)) != root:
            root = above
        while row != root:
            row, self._above[row] = self._above[row], root
        return root

    def fullest(self, row: int) -> int:
        """The fullest row of the group that ``row`` is in."""
        first = self.first(row)
        return self._fullest.get(first, first)

    def join(self, one: int, other: int, fullest: int) -> None:
        """Makes the groups of both rows one, with its fullest row."""
        low, high = sorted((self.first(one), self.first(other)))
        if low != high:
            self._above[high] = low
        self._fullest[low] = fullest

    def all(self) -> list[list[int]]:
        """The groups of two and more, each ascending, by their first."""
        members: dict[int, list[int]] = defaultdict(list)
        for row in list(self._above):
            members[self.first(row)].append(row)
        return [sorted({first, *rows}) for first, rows in sorted(members.items())]
