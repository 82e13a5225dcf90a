"""Prepared articles to one generation of the index, through Whoosh's writer.

Whoosh's lock, segments, deletions, merging and commit stay in force; this module decides what a document is and nothing else
about the bytes. A generation is a folder of its own.
"""

from __future__ import annotations

from pathlib import Path

from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex, LockError
from whoosh.writing import SegmentWriter

from indexer.errors import DataLockedError, IndexDamagedError
from indexer.schema import PreparedArticle
from indexer.store.fields import document_fields, whoosh_schema

__all__ = ["IndexWriter", "create_generation"]

DEFAULT_MEMORY_MB = 1024


def create_generation(folder: Path) -> None:
    """Makes ``folder`` an empty index."""
    folder.mkdir(parents=True, exist_ok=True)
    FileIndex.create(FileStorage(str(folder)), whoosh_schema(), "MAIN").close()


class IndexWriter:
    """One batch of changes to a generation; seen by readers after ``commit``, or not at all.

    Raises:
        DataLockedError: another process is writing to the same generation.
        IndexDamagedError: the generation cannot be opened.
    """

    def __init__(self, folder: Path, *, memory_mb: int = DEFAULT_MEMORY_MB, workers: int = 1) -> None:
        try:
            index = FileStorage(str(folder)).open_index()
            # Whoosh counts a quarter of what its pool of postings really takes.
            pool_mb = max(16, memory_mb // 4 // workers)
            self._writer: SegmentWriter = index.writer(limitmb=pool_mb, procs=workers, multisegment=workers > 1)
        except LockError:
            raise DataLockedError(f"another process is writing to {folder}; wait for it to end", path=folder) from None
        except Exception as error:
            raise IndexDamagedError(
                f"the index in {folder} cannot be opened ({type(error).__name__}: {error}); "
                "build it anew: article-search rebuild",
                path=folder,
            ) from error
        self._holds_articles = index.doc_count_all() > 0

    def add(self, prepared: PreparedArticle) -> None:
        """Adds the article, in place of one with its id that an earlier batch added; a batch may hold an id once."""
        self.delete(prepared.article.id)
        self._writer.add_document(**document_fields(prepared))

    def delete(self, article_id: str) -> None:
        """Deletes the article with that id, if an earlier batch added it."""
        if self._holds_articles:
            self._writer.delete_by_term("id", article_id)

    def commit(self) -> None:
        """Makes the batch visible to readers that open from now on."""
        self._writer.commit()

    def cancel(self) -> None:
        """Drops the batch."""
        if not self._writer.is_closed:
            self._writer.cancel()
