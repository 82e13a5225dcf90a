"""From inputs to the archive: articles at once, crawled pages in two passes, with what was left out and why.

Between ``sources`` and ``archive``; ``build.py`` calls it. The first pass keeps each page and learns the boilerplate of its host;
the second makes articles of the pages that are pending, with what all of them taught. Both go in batches, so memory stays flat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from indexer.archive import Archive, KeptPage, PageCounts, WriteCounts, place_of
from indexer.archive.pages import page_id
from indexer.article import Article
from indexer.cleaning import HostProfile, RawPage, extract_raw
from indexer.errors import ArticleError, IngestError
from indexer.schema import clean_article
from indexer.sources import STDIN_PLACE

__all__ = ["Intake", "Progress"]

BATCH = 2_000
BATCH_CHARS = 8_000_000
"""A batch is a transaction, which waits for the disk once: so it holds many inputs, but no more text than this."""
PAGES_AT_ONCE = 500
KEPT_PROFILES = 256

Accepted = tuple[Article | RawPage, str | None]
"""An input, and the path it is from."""

Progress = Callable[[str, int], None]
"""Called with a stage, ``read`` or ``index``, and how many articles it has just done."""


@dataclass(slots=True)
class Intake:
    """Takes inputs into an archive; ``counts`` and ``rejected`` say afterwards what became of them.

    A run is :meth:`enter` and :meth:`take` for the inputs, then :meth:`read_pages`. Deleted articles stay so unless ``revive``.
    ``unread`` are the places of which something could not be read: what was in them before may still be there.
    ``on_write`` is called whenever the archive has taken articles, durably: who follows it may read its changes then.
    """

    archive: Archive
    progress: Progress = lambda _stage, _done: None
    on_write: Callable[[], None] = lambda: None
    revive: bool = False
    counts: WriteCounts = field(default_factory=WriteCounts)
    rejected: list[IngestError] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    path: str | None = None
    _place: str | None = None
    _noted: list[tuple[str, str | None]] = field(default_factory=list)
    _ids: set[str] = field(default_factory=set)
    _made: set[str] = field(default_factory=set)

    def enter(self, path: str) -> None:
        """What comes next is from ``path``."""
        self.path = path
        self._place = None if path == STDIN_PLACE else place_of(path)

    def take(self, inputs: Iterable[Article | RawPage | IngestError]) -> None:
        """Writes the articles, and keeps the pages to be read. Of two with the same id in one run, the first is taken.

        Raises:
            ArchiveError: the archive cannot be written; what was taken by then stays.
        """
        for batch in _batches(self._accepted(inputs)):
            articles = list(self._cleaned(batch))
            pages = [(item, path) for item, path in batch if isinstance(item, RawPage)]
            self._note()  # before the articles: one of a killed run whose file goes next is to be missed
            if articles:
                self.counts += self.archive.put(articles, read=True, revive=self.revive)
                self.on_write()
            kept = self.archive.pages.keep(pages, revive=self.revive) if pages else PageCounts()
            self.counts += WriteCounts(unchanged=kept.unchanged, kept_deleted=kept.kept_deleted)
            self.progress("read", len(articles) + kept.unchanged + len(kept.kept_deleted))
        self._note()

    def read_pages(self) -> None:
        """Makes articles of all pages that are pending, those of an interrupted run among them.

        Raises:
            ArchiveError: the archive cannot be written; pages not read by then stay pending.
        """
        while pages := self.archive.pages.pending(PAGES_AT_ONCE):
            self._make(pages)
            self.progress("read", len(pages))

    def reread_pages(self) -> None:
        """Makes the articles of all kept pages anew. Where that fails, the article stays as it was.

        Raises:
            ArchiveError: the archive cannot be written; what was made by then stays.
        """
        for pages in self.archive.pages.all(PAGES_AT_ONCE):
            self._make(pages)
            self.progress("read", len(pages))

    def _make(self, pages: list[KeptPage]) -> None:
        profile = lru_cache(maxsize=KEPT_PROFILES)(self.archive.pages.profile)
        made: list[tuple[KeptPage, str | None]] = []
        of_pages: dict[str, str] = {}
        articles: list[Article] = []
        for kept in pages:
            try:
                article = self._new(_article(kept, profile(kept.page.host)))
            except IngestError as error:
                place = kept.path or kept.page.url or kept.page.fallback_id
                self.rejected.append(error.at(place))
                made.append((kept, None))
            else:
                articles.append(article)
                of_pages[article.id] = page_id(kept.page)
                made.append((kept, article.id))
        self.counts += self.archive.put(articles, pages=of_pages, read=True, revive=self.revive)
        self.archive.pages.settle(made)
        self.on_write()

    def _note(self) -> None:
        if self._noted:
            self.archive.origins.note(self._noted)
            self._noted.clear()

    def _new(self, article: Article) -> Article:
        """``article``, unless another page of this run names the same address as its own."""
        if article.id in self._made:
            reason = (
                f"another page of this run became the article {article.id!r} ({article.url}); this one was left out"
            )
            raise ArticleError(reason, field="id")
        self._made.add(article.id)
        return article

    def _cleaned(self, batch: list[Accepted]) -> Iterator[Article]:
        for item, path in batch:
            if isinstance(item, Article):
                try:
                    yield clean_article(item)
                except ArticleError as error:
                    self.rejected.append(error.at(path or item.id))

    def _accepted(self, inputs: Iterable[Article | RawPage | IngestError]) -> Iterator[Accepted]:
        for item in inputs:
            if isinstance(item, IngestError):
                self.rejected.append(item)
                self.unread.add(place_of(item.path or self.path or ""))
                continue
            item_id = item.id if isinstance(item, Article) else page_id(item)
            self._noted.append((item_id, self._place))
            if item_id in self._ids:
                reason = f"the id {item_id!r} came before in this run; the first article was kept, this one left out"
                self.rejected.append(ArticleError(reason, field="id", path=self.path))
            else:
                self._ids.add(item_id)
                yield item, self.path


def _batches(items: Iterable[Accepted]) -> Iterator[list[Accepted]]:
    batch: list[Accepted] = []
    chars = 0
    for accepted in items:
        item, _ = accepted
        batch.append(accepted)
        chars += len(item.body if isinstance(item, Article) else item.text)
        if len(batch) == BATCH or chars >= BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def _article(kept: KeptPage, profile: HostProfile | None) -> Article:
    """The article of a page, under the id it had: other rules may find another address in the page.

    Raises:
        IngestError: the page holds no article.
    """
    article = clean_article(extract_raw(kept.page, profile))
    return replace(article, id=kept.article) if kept.article else article
