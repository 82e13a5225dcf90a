"""The target seam: where the articles of the archive go to be found."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from indexer.article import Article

__all__ = ["Target"]


class Target(Protocol):
    """Takes the changes of the archive in their order, in batches; used by one thread.

    Within a batch an id comes at most once, and once more after it was withdrawn. What was added or deleted is seen by searches
    after ``commit``, all of it or, after a crash, none; applying a change again does no harm. A target that fails raises a
    ``StorageError``.
    """

    @property
    def covered(self) -> int:
        """Number of the last change that was committed; 0 for an empty target."""

    @property
    def stale(self) -> tuple[str, ...] | None:
        """Ids of the articles that other words of the user's have a part in: they go in again first, in a batch of their own.

        None where the words are those it was built with, or once such a batch was committed.
        """

    def add(self, article: Article) -> None:
        """Adds the article, or replaces the one with its id."""

    def delete(self, article_id: str) -> None:
        """Removes the article with that id; does nothing when there is none."""

    def withdraw(self, ids: Collection[str]) -> None:
        """Takes back what this batch has added under these ids, because they changed again. It may wait for work under way."""

    def commit(self, change: int) -> None:
        """Makes the batch visible; the target has now covered ``change``."""

    def close(self) -> None:
        """Drops what was not committed and frees what is held."""
