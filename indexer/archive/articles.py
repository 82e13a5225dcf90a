"""The articles of the archive: what is written, deleted, and read in the order of its changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from types import TracebackType

import orjson

from indexer.archive.arrivals import Outcome, WriteCounts, take
from indexer.archive.database import Database
from indexer.archive.departures import delete_article, delete_missing_article
from indexer.archive.migration import migrate
from indexer.archive.origins import Missing, Origins, note_by_hand
from indexer.archive.pages import PageShelf
from indexer.archive.stories import assign_stories
from indexer.archive.versions import KEPT_VERSIONS, History, read_history
from indexer.article import Article, article_from_stored
from indexer.errors import ArchiveError

__all__ = ["Archive", "Change"]

BATCH = 500
KEPT_WRITTEN = 5_000
"""Articles of the last write that are kept, so that who follows the archive need not read them."""

# An article as it is shown: not the copies of others, with the addresses of its own copies.
_LATEST = """
SELECT change, id, deleted OR duplicate_of IS NOT NULL, record, story, (
    SELECT json_group_array(json_extract(copy.record, '$.url'))
    FROM article AS copy WHERE copy.duplicate_of = article.number
)
FROM article
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The latest write to one article. ``article`` is None where it was deleted, or is a copy of another."""

    number: int
    id: str
    article: Article | None


class Archive:
    """The archive of a data directory, ``data``; use it in the thread that made it, or, if ``any_thread``, in one at a time.

    Of each article ``kept_versions`` earlier ones are kept.

    Raises:
        ArchiveError: the file cannot be opened, is no archive, or is of a later version.
    """

    def __init__(
        self, data: str | Path, *, create: bool = True, kept_versions: int = KEPT_VERSIONS, any_thread: bool = False
    ) -> None:
        self.data = Path(data)
        self._database = Database(data, create=create, any_thread=any_thread)
        self._db = self._database.connection
        try:
            migrate(self._database)
        except BaseException:
            self.close()
            raise
        self.pages = PageShelf(self._database)
        self.origins = Origins(self._database)
        self._kept_versions = kept_versions
        self._written: dict[int, Article] = {}

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self._database.close()

    def put(
        self,
        articles: Iterable[Article],
        *,
        pages: Mapping[str, str] | None = None,
        read: bool = False,
        revive: bool = False,
    ) -> WriteCounts:
        """Counts of what was written, all of it durable on return or, after an error, none.

        An article equal to the one held costs a look-up and no change number. One with an address whose title and body are those
        of another, but for script, punctuation and white space, becomes one more address of that one, unless they are of
        different days; so does one that was made of a page, without an address.

        ``pages`` are the ids of the kept pages that the articles were made of, by theirs. One whose page is kept no more is left
        out: meanwhile a program has written the article, or deleted it.

        What is put by hand brings deleted articles back, and is never missed in a file. What was ``read`` from inputs leaves
        them deleted unless ``revive``, and whoever reads notes where (``origins``); it leaves what was put by hand since the
        input last said something else.
        """
        counts = WriteCounts()
        written: dict[int, Article] = {}
        with self._database.writing() as changes:
            for batch in _batches(articles):
                if pages is not None:
                    batch = self.pages.still_kept(batch, pages)
                taken = take(
                    self._db,
                    batch,
                    changes,
                    read=read,
                    pages=pages is not None,
                    revive=revive,
                    kept_versions=self._kept_versions,
                )
                if not read:
                    note_by_hand(self._db, [article.id for article in batch])
                counts += taken.counts
                if len(written) < KEPT_WRITTEN:
                    written |= taken.written
        self._written = written
        return counts

    def apply(self, writes: Sequence[Article | str]) -> list[Outcome]:
        """What became of each of ``writes``, all of it durable on return or, after an error, none; a string is an id to delete.

        Articles are put and deleted by hand, as by :meth:`put` and :meth:`delete`, in their order and in one transaction.
        """
        outcomes: list[Outcome] = []
        with self._database.writing() as changes:
            for puts, group in groupby(writes, key=lambda write: isinstance(write, Article)):
                if puts:
                    for batch in _batches(write for write in group if isinstance(write, Article)):
                        taken = take(
                            self._db,
                            batch,
                            changes,
                            read=False,
                            pages=False,
                            revive=False,
                            kept_versions=self._kept_versions,
                            sign=False,
                        )
                        note_by_hand(self._db, [article.id for article in batch])
                        outcomes += [taken.outcomes[article.id] for article in batch]
                else:
                    for article_id in map(str, group):
                        there = delete_article(self._db, article_id, changes)
                        outcomes.append(
                            Outcome(article_id, "deleted", changes.last) if there else Outcome(article_id, "absent", 0)
                        )
        return outcomes

    def delete(self, ids: Iterable[str]) -> int:
        """How many of ``ids`` were there and are deleted now; a tombstone stays of each.

        With an article go its copies at other addresses; with the id of a copy that address alone.
        """
        with self._database.writing() as changes:
            return sum(delete_article(self._db, article_id, changes) for article_id in dict.fromkeys(ids))

    def delete_missing(self, missing: Missing) -> int:
        """How many articles went with their files, as ``origins`` found just before. A copy that is there takes its place.

        What a program has written since then stays.
        """
        with self._database.writing() as changes:
            ids = self.origins.still_missing(missing)
            deleted = sum(delete_missing_article(self._db, article_id, changes) for article_id in ids)
            self.origins.forget()
        return deleted

    def history(self, article_id: str) -> History | None:
        """The versions of an article that are kept, deleted ones too; None where there never was one of this id."""
        with self._database.explained("read"):
            return read_history(self._db, article_id)

    def assign_stories(self, workers: int = 1, pause: Callable[[], None] = lambda: None) -> int:
        """How many stories were found or grew: articles written since the last call are compared with all others.

        ``pause`` is called now and then; it may read the archive.
        """
        return assign_stories(self._database, workers, pause)

    def changes(self, after: int, *, limit: int = -1) -> Iterator[Change]:
        """The latest change of every article written after change ``after``, in their order; at most ``limit`` unless it is -1.

        They are as they were when the first is asked for, whatever other processes write meanwhile; through this archive nothing
        may be written until the last was taken.
        """
        with self._database.explained("read"):
            for row in self._db.execute(f"{_LATEST} WHERE change > ? ORDER BY change LIMIT ?", (after, limit)):
                yield self._change(*row)

    def latest(self, ids: Iterable[str]) -> Iterator[Change]:
        """The latest change of each article of ``ids`` that was ever written."""
        with self._database.explained("read"):
            for article_id in ids:
                for row in self._db.execute(f"{_LATEST} WHERE id = ?", (article_id,)):
                    yield self._change(*row)

    def count_changes(self, after: int) -> int:
        """How many articles were written after change ``after``."""
        with self._database.explained("read"):
            return int(self._db.execute("SELECT count(*) FROM article WHERE change > ?", (after,)).fetchone()[0])

    def last_change(self) -> int:
        """Number of the last change; 0 for an empty archive."""
        return self._database.last_change()

    def moved(self) -> int:
        """A number that changes when another connection has written to the archive; cheap enough to be asked for all the time."""
        with self._database.explained("read"):
            return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def count(self) -> int:
        """How many articles are held, deleted ones and copies of others left out."""
        query = "SELECT count(*) FROM article WHERE deleted = 0 AND duplicate_of IS NULL"
        with self._database.explained("read"):
            return int(self._db.execute(query).fetchone()[0])

    def _change(self, number: int, article_id: str, gone: int, record: str, story: str | None, copies: str) -> Change:
        if gone:
            return Change(number=number, id=article_id, article=None)
        # PERF: what was written just now is not parsed again, which takes 8 µs an article.
        article = self._written.get(number)
        if article is None:
            try:
                article = article_from_stored(orjson.loads(record))
            except (ValueError, TypeError) as error:
                raise ArchiveError(
                    f"the article {article_id!r} in {self._database.path} is damaged ({error}); see article-search check",
                    path=self._database.path,
                ) from error
        return Change(number=number, id=article_id, article=_shown(article, story, copies))


def _shown(article: Article, story: str | None, copies: str) -> Article:
    """The article with the story it was given, and with the addresses of its copies, a JSON array."""
    if copies != "[]":
        addresses = dict.fromkeys([*article.also_at, *orjson.loads(copies)])
        article = replace(article, also_at=tuple(url for url in addresses if url and url != article.url))
    return article if article.story == story else replace(article, story=story)


def _batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    """Batches in which no id comes twice."""
    batch: dict[str, Article] = {}
    for article in articles:
        if len(batch) == BATCH or article.id in batch:
            yield list(batch.values())
            batch = {}
        batch[article.id] = article
    if batch:
        yield list(batch.values())
