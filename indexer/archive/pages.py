"""Crawled pages as they came, and what was learnt of their hosts, so that better cleaning can be applied without the files.

A page is kept before it is read: it is *pending* until an article was made of it, so an interrupted run goes on where it
stopped, and all pages of a run are read with what the whole run taught of their hosts.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from indexer.archive.database import Database
from indexer.archive.origins import as_text
from indexer.article import Article, derive_id
from indexer.cleaning import HostLearner, HostProfile, RawPage, page_text

__all__ = ["KeptPage", "PageCounts", "PageShelf", "page_id"]

COMPRESSION = 1  # PERF: level 6 makes pages a tenth smaller and takes three times as long.

_HELD = """
SELECT text_hash, article, (SELECT deleted FROM article WHERE article.id = page.article) FROM page WHERE id = ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """A page that is kept: ``article`` is the id of the article made of it, None for none yet; ``path`` where it was read."""

    page: RawPage
    article: str | None
    path: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCounts:
    """Pages that are to be read, pages that were kept as they are already, and ids of articles of such that were deleted."""

    pending: int = 0
    unchanged: int = 0
    kept_deleted: tuple[str, ...] = ()


def page_id(page: RawPage) -> str:
    """The id under which a page is kept: that of the article it becomes."""
    return derive_id(page.url) if page.url else page.fallback_id


class PageShelf:
    """The pages and hosts of one archive."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._db = database.connection

    def keep(self, pages: Sequence[tuple[RawPage, str | None]], *, revive: bool = False) -> PageCounts:
        """Keeps pages with the paths they were read from, those that are new or changed as pending, and learns from these.

        One whose article was deleted is pending again if ``revive``.
        """
        changed: list[RawPage] = []
        kept_deleted: list[str] = []
        unchanged = 0
        with self._database.writing():
            for page, path in pages:
                text = page.text.encode("utf-8", "surrogatepass")
                digest = hashlib.blake2b(text, digest_size=16).digest()
                before, article, deleted = self._db.execute(_HELD, (page_id(page),)).fetchone() or (None, None, None)
                if before == digest and not deleted:
                    unchanged += 1
                    continue
                if before == digest and not revive:
                    kept_deleted.append(str(article))
                    continue
                changed.append(page)
                self._db.execute(
                    "INSERT INTO page (id, host, url, path, pending, text_hash, text) VALUES (?, ?, ?, ?, 1, ?, ?)"
                    " ON CONFLICT (id) DO UPDATE SET host = excluded.host, url = excluded.url, path = excluded.path,"
                    " pending = 1, text_hash = excluded.text_hash, text = excluded.text",
                    (
                        page_id(page),
                        as_text(page.host),
                        page.url,
                        path and as_text(path),
                        digest,
                        zlib.compress(text, COMPRESSION),
                    ),
                )
            self._learn(changed)
        return PageCounts(pending=len(changed), unchanged=unchanged, kept_deleted=tuple(kept_deleted))

    def pending(self, limit: int) -> list[KeptPage]:
        """At most ``limit`` of the pages no article was made of yet."""
        with self._database.explained("read"):
            return list(self._read("WHERE pending = 1 ORDER BY id LIMIT ?", (limit,)))

    def all(self, batch: int) -> Iterator[list[KeptPage]]:
        """Every page, ``batch`` at a time."""
        last = ""
        while True:
            with self._database.explained("read"):
                pages = list(self._read("WHERE id > ? ORDER BY id LIMIT ?", (last, batch)))
            if not pages:
                return
            last = page_id(pages[-1].page)
            yield pages

    def settle(self, made: Sequence[tuple[KeptPage, str | None]]) -> None:
        """Notes the article that was made of each page; None where none could be.

        A page that never became an article is dropped, and one that no longer does will be tried again: either is named again in
        the next run that reads it.
        """
        read = [(article, page_id(kept.page)) for kept, article in made if article is not None]
        failed = [(page_id(kept.page),) for kept, article in made if article is None]
        with self._database.writing():
            self._db.executemany("UPDATE page SET pending = 0, article = ? WHERE id = ?", read)
            self._db.executemany("DELETE FROM page WHERE id = ? AND article IS NULL", failed)
            self._db.executemany("UPDATE page SET pending = 0, text_hash = NULL WHERE id = ?", failed)

    def still_kept(self, articles: Sequence[Article], pages: Mapping[str, str]) -> list[Article]:
        """Those of the articles whose pages, ``pages`` by the ids of the articles, are kept still."""
        query = "SELECT 1 FROM page WHERE id = ?"
        with self._database.explained("read"):
            return [item for item in articles if self._db.execute(query, (pages[item.id],)).fetchone()]

    def profile(self, host: str) -> HostProfile | None:
        """What was learnt of ``host``; None where nothing was."""
        with self._database.explained("read"):
            row = self._db.execute("SELECT lines FROM host WHERE host = ?", (host,)).fetchone()
        return HostLearner.from_bytes(row[0]).profile() if row else None

    def _learn(self, pages: Sequence[RawPage]) -> None:
        learners: dict[str, HostLearner] = {}
        counts: dict[str, int] = {}
        for page in pages:
            host = as_text(page.host)
            learners.setdefault(host, HostLearner()).add(page_text(page))
            counts[host] = counts.get(host, 0) + 1
        for host, learner in learners.items():
            held = self._db.execute("SELECT pages, lines FROM host WHERE host = ?", (host,)).fetchone()
            if held is not None:
                known = HostLearner.from_bytes(held[1])
                known.merge(learner)
                learner = known
            total = counts[host] + (held[0] if held else 0)
            self._db.execute(
                "INSERT OR REPLACE INTO host (host, pages, lines) VALUES (?, ?, ?)", (host, total, learner.to_bytes())
            )

    def _read(self, condition: str, values: tuple[object, ...]) -> Iterator[KeptPage]:
        query = f"SELECT id, article, host, url, path, text FROM page {condition}"  # noqa: S608  conditions are ours
        rows = self._db.execute(query, values)
        for kept_id, article, host, url, path, text in rows:
            page = RawPage(
                text=zlib.decompress(text).decode("utf-8", "surrogatepass"), url=url, fallback_id=kept_id, host=host
            )
            yield KeptPage(page=page, article=article, path=path)
