"""What a batch of arriving articles means for the rows of the archive: new, changed, the same as before, the same as another.

Called by ``articles.py`` within a transaction. Of articles with equal fingerprints the first that arrived is kept and shown; the
others stay in their rows, marked ``duplicate_of``, so that one of them can take its place when it is corrected.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import orjson

from indexer.archive.database import ChangeCounter
from indexer.archive.versions import keep_versions
from indexer.article import Article, article_from_stored
from indexer.cleaning.duplicates import Trace, fingerprints, traces

__all__ = [
    "NO_SIGNATURE",
    "Outcome",
    "Taken",
    "WriteCounts",
    "content_hash",
    "place_among",
    "promote_duplicates",
    "take",
    "touch",
]


NO_SIGNATURE = b""
"""Stands for a signature until it is needed: then it is computed, with others, if the text is long enough for one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a write did to one article: ``change`` is the number of its latest change, 0 where there was none to delete.

    A ``duplicate`` is shown as one more address of the article ``duplicate_of``.
    """

    id: str
    result: Literal["created", "updated", "unchanged", "duplicate", "deleted", "absent"]
    change: int
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteCounts:
    """What a batch did: articles that were new, that replaced another version, that were there already.

    ``duplicates`` are new ones that are the same as another article, and became one more address of it; ``kept_deleted`` the ids
    of those that had been deleted, and stay so.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    kept_deleted: tuple[str, ...] = ()

    def __add__(self, other: WriteCounts) -> WriteCounts:
        return WriteCounts(
            added=self.added + other.added,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
            duplicates=self.duplicates + other.duplicates,
            kept_deleted=self.kept_deleted + other.kept_deleted,
        )


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch: its counts, the articles whose rows were written, by the numbers of these changes, and outcomes.

    ``outcomes`` are by id, and leave out those that stay deleted.
    """

    counts: WriteCounts
    written: dict[int, Article]
    outcomes: dict[str, Outcome]


@dataclass(frozen=True, slots=True)
class _Held:
    """What is held of an article that arrives again."""

    number: int
    content_hash: str
    deleted: bool
    missing: bool
    duplicate_of: int | None
    fingerprint: bytes | None
    published: str | None
    change: int
    read_hash: str | None

    def is_other(self, digest: str, *, was_said: bool) -> bool:
        """Whether what arrives is other than this; not if ``was_said`` and an input had said it before a program wrote this."""
        return self.deleted or (self.content_hash != digest and not (was_said and self.read_hash == digest))


_Changed = tuple[Article, bytes, str, _Held | None]
"""An article that is new or has changed, its record, the hash of that, and what is held of it."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """An article that is new or has changed, as its row will be."""

    article: Article
    record: bytes
    content_hash: str
    held: _Held | None
    trace: Trace
    fingerprint: bytes | None
    read_hash: str | None

    @property
    def is_new(self) -> bool:
        """Whether it was not there just before."""
        return self.held is None or self.held.deleted


def content_hash(record: bytes) -> str:
    """32 hexadecimal digits that stand for an article's JSON."""
    return hashlib.blake2b(record, digest_size=16).hexdigest()


def take(
    db: sqlite3.Connection,
    articles: Sequence[Article],
    changes: ChangeCounter,
    *,
    read: bool,
    pages: bool,
    revive: bool,
    kept_versions: int,
    sign: bool = True,
) -> Taken:
    """Writes ``articles``, no id twice among them, and says what became of them.

    Of what was ``read`` from inputs, that which they said before leaves what a program has written since, unless ``revive``.
    ``pages`` says that they were made of crawled pages, which may be duplicates without an address too; a record without one may
    not: the program that gave it its id must find it. Deleted articles come back if not ``read``, if ``revive``, or if it was
    their file that had been missing; ``kept_versions`` are kept of what is replaced. Unless ``sign``, signatures are left to
    whoever compares them.
    """
    held = _held(db, [article.id for article in articles])
    changed: list[_Changed] = []
    kept_deleted: list[str] = []
    outcomes: dict[str, Outcome] = {}
    agreed: list[tuple[str, int]] = []
    for article in articles:
        before = held.get(article.id)
        if before is not None and before.deleted and read and not (revive or before.missing):
            kept_deleted.append(article.id)
            continue
        record = orjson.dumps(article)
        digest = content_hash(record)
        if before is None or before.is_other(digest, was_said=read and not revive):
            changed.append((article, record, digest, before))
        else:
            outcomes[article.id] = Outcome(article.id, "unchanged", before.change)
            if read and before.read_hash != digest:
                agreed.append((digest, before.number))
    db.executemany("UPDATE article SET read_hash = ? WHERE number = ?", agreed)
    arrivals = _arrivals(changed, read=read, pages=pages, sign=sign)
    replaced = [each.held.number for each in arrivals if each.held and each.held.content_hash != each.content_hash]
    if replaced:
        keep_versions(db, replaced, changes.now, kept_versions)
    _leave_old_places(db, arrivals, changes)
    if not pages:  # what a record says of an article is not to be undone by cleaning its old page anew
        db.executemany("DELETE FROM page WHERE article = ?", [(each.article.id,) for each in arrivals if each.held])
    written, same_as = _write(db, arrivals, changes)
    outcomes |= _outcomes(db, arrivals, written, same_as)
    new = sum(arrival.is_new for arrival in arrivals)
    duplicates = sum(arrival.is_new and arrival.article.id in same_as for arrival in arrivals)
    counts = WriteCounts(
        added=new - duplicates,
        updated=len(arrivals) - new,
        unchanged=len(articles) - len(arrivals) - len(kept_deleted),
        duplicates=duplicates,
        kept_deleted=tuple(kept_deleted),
    )
    return Taken(counts, written, outcomes)


def place_among(kept: list[tuple[int, str | None]], number: int, published: str | None) -> int:
    """The first of the ``kept`` articles with the same fingerprint that the article ``number`` is the same as, or itself.

    Articles of different days are different: an announcement is made anew each year, word for word. One without a date may be of
    any day. An article that is the same as none is added to ``kept``.
    """
    for other, day in kept:
        if other == number or _may_be_one_day(published, day):
            return other
    kept.append((number, published))
    return number


def promote_duplicates(db: sqlite3.Connection, number: int, changes: ChangeCounter) -> None:
    """Puts the first duplicate of the article ``number``, which is itself no longer the same, in its place."""
    rows = db.execute("SELECT number FROM article WHERE duplicate_of = ? ORDER BY number", (number,)).fetchall()
    if not rows:
        return
    first = rows[0][0]
    db.execute("UPDATE article SET duplicate_of = ? WHERE duplicate_of = ?", (first, number))
    db.execute("UPDATE article SET duplicate_of = NULL WHERE number = ?", (first,))
    record = db.execute("SELECT record FROM article WHERE number = ?", (first,)).fetchone()[0]
    signature = traces([article_from_stored(orjson.loads(record))])[0].signature
    if signature is not None:
        db.execute("INSERT OR REPLACE INTO signature (number, bins) VALUES (?, ?)", (first, signature))
    touch(db, [first], changes)


def touch(db: sqlite3.Connection, numbers: Iterable[int], changes: ChangeCounter) -> None:
    """Gives articles that are shown differently now the next change numbers, so that every index follows."""
    db.executemany("UPDATE article SET change = ? WHERE number = ?", [(changes.next(), number) for number in numbers])


def _may_be_one_day(one: str | None, other: str | None) -> bool:
    short, long = sorted(((one or "")[:10], (other or "")[:10]), key=len)
    return long.startswith(short)


def _arrivals(changed: list[_Changed], *, read: bool, pages: bool, sign: bool) -> list[_Arrival]:
    articles = [article for article, *_ in changed]
    # PERF: of an article that comes by itself, 35 µs instead of 120; many are signed at once in 11 each.
    found = traces(articles) if sign else [Trace(known, NO_SIGNATURE) for known in fingerprints(articles)]
    return [
        _Arrival(
            article,
            record,
            digest,
            held,
            trace,
            trace.fingerprint if article.url or pages else None,
            digest if read else held.read_hash if held else None,
        )
        for (article, record, digest, held), trace in zip(changed, found, strict=True)
    ]


def _held(db: sqlite3.Connection, ids: list[str]) -> dict[str, _Held]:
    wanted = f"id IN ({_places(ids)})"
    columns = "id, number, content_hash, deleted, missing, duplicate_of, fingerprint, published, change, read_hash"
    rows = db.execute(f"SELECT {columns} FROM article WHERE {wanted}", ids)  # noqa: S608
    return {
        article_id: _Held(number, digest, bool(deleted), bool(missing), *rest)
        for article_id, number, digest, deleted, missing, *rest in rows
    }


def _leave_old_places(db: sqlite3.Connection, arrivals: list[_Arrival], changes: ChangeCounter) -> None:
    """Frees the place of each corrected article among those it was the same as."""
    for arrival in arrivals:
        held = arrival.held
        if held is None or held.deleted:
            continue
        if (held.fingerprint, held.published) == (arrival.fingerprint, arrival.article.published):
            continue
        db.execute("UPDATE article SET fingerprint = NULL, duplicate_of = NULL WHERE number = ?", (held.number,))
        if held.duplicate_of is None:
            promote_duplicates(db, held.number, changes)
        else:
            touch(db, [held.duplicate_of], changes)


def _write(
    db: sqlite3.Connection, arrivals: list[_Arrival], changes: ChangeCounter
) -> tuple[dict[int, Article], dict[str, int]]:
    """Writes the rows: the articles by the numbers of their changes, and of duplicates the number of their like by their id."""
    if not arrivals:
        return {}, {}
    kept = _kept(db, [arrival.fingerprint for arrival in arrivals if arrival.fingerprint is not None])
    next_number = db.execute("SELECT coalesce(max(number), 0) + 1 FROM article").fetchone()[0]
    rows, signatures, unsigned, written, same_as = [], [], [], {}, {}
    for arrival in arrivals:
        article, held = arrival.article, arrival.held
        number = held.number if held else next_number
        next_number += held is None
        same = number
        if arrival.fingerprint is not None:
            same = place_among(kept.setdefault(arrival.fingerprint, []), number, article.published)
        if same != number:
            same_as[article.id] = same
        if arrival.trace.signature is not None and same == number:
            signatures.append((number, arrival.trace.signature))
        elif held:
            unsigned.append((number,))
        change = changes.next()
        written[change] = article
        rows.append(
            (
                number,
                article.id,
                change,
                arrival.content_hash,
                article.title,
                article.published,
                None if same == number else same,
                article.story,
                arrival.fingerprint,
                changes.now,
                arrival.record.decode(),
                arrival.read_hash,
            )
        )
    db.executemany(
        "INSERT INTO article (number, id, change, content_hash, title, published, duplicate_of, story, fingerprint,"
        " written_at, record, read_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (number) DO UPDATE SET"
        " change = excluded.change, deleted = 0, missing = 0, deleted_at = NULL, written_at = excluded.written_at,"
        " content_hash = excluded.content_hash, title = excluded.title, published = excluded.published,"
        " duplicate_of = excluded.duplicate_of, story = excluded.story, fingerprint = excluded.fingerprint,"
        " record = excluded.record, read_hash = excluded.read_hash",
        rows,
    )
    if signatures:
        db.executemany("INSERT OR REPLACE INTO signature (number, bins) VALUES (?, ?)", signatures)
    if unsigned:
        db.executemany("DELETE FROM signature WHERE number = ?", unsigned)
    touch(db, sorted(set(same_as.values())), changes)
    return written, same_as


def _outcomes(
    db: sqlite3.Connection, arrivals: list[_Arrival], written: dict[int, Article], same_as: dict[str, int]
) -> dict[str, Outcome]:
    outcomes = {}
    for arrival, change in zip(arrivals, written, strict=True):
        article_id = arrival.article.id
        if article_id in same_as:
            row = db.execute("SELECT id FROM article WHERE number = ?", (same_as[article_id],)).fetchone()
            outcomes[article_id] = Outcome(article_id, "duplicate", change, row[0])
        else:
            outcomes[article_id] = Outcome(article_id, "created" if arrival.is_new else "updated", change)
    return outcomes


def _kept(db: sqlite3.Connection, fingerprints: list[bytes]) -> dict[bytes, list[tuple[int, str | None]]]:
    """Fingerprint → numbers and dates of the articles that are shown for it, in the order of arrival."""
    wanted = f"fingerprint IN ({_places(fingerprints)}) AND duplicate_of IS NULL AND deleted = 0"
    query = f"SELECT fingerprint, number, published FROM article WHERE {wanted} ORDER BY number"  # noqa: S608
    kept: dict[bytes, list[tuple[int, str | None]]] = {}
    for fingerprint, number, published in db.execute(query, fingerprints):
        kept.setdefault(fingerprint, []).append((number, published))
    return kept


def _places(values: Sequence[object]) -> str:
    """As many question marks: the values themselves never become part of a statement."""
    return ", ".join("?" * len(values))
