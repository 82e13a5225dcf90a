"""A target brought up to the archive, while more is still written to it.

Between ``archive`` and ``targets``; ``following.py`` opens it. The archive is the truth: only what it has made durable is handed
on, in the order of its changes, and a commit of the target covers all of it. What changes again before that commit (a copy of it
arrived, or its story was found) is withdrawn from the batch and handed on once more: the target ends with what the archive says.

Other processes may write to the archive at any moment. So a commit never covers more than was read: the number of the last change
is asked for before the changes are read, and not after.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from time import monotonic

from indexer.archive import Archive, Change
from indexer.intake import Progress
from indexer.targets import Target

__all__ = ["Follower"]

TARGET_BATCH = 50_000
"""Changes after which the target commits: a run that is ended by force loses no more of its work."""
COMMIT_SHARE = 10
"""Commits for the sake of time take at most one part in so many of it."""
PAGE = 1_000
"""Changes that are read at once: as long as one reading lasts, SQLite cannot shorten its journal."""


class Follower:
    """Hands the changes of an archive to a target, from the one after those it has covered.

    The target commits when it was given much, or anything ``commit_every_s`` seconds ago.
    """

    def __init__(
        self,
        archive: Archive,
        target: Target,
        progress: Progress = lambda _stage, _done: None,
        *,
        commit_every_s: float = math.inf,
    ) -> None:
        self._archive = archive
        self._target = target
        self._progress = progress
        self._fed = target.covered
        self._batch: set[str] = set()
        self._again: dict[str, Change] = {}
        self._commit_every_s = self._commit_after_s = commit_every_s
        self._committed_at = monotonic()

    def reanalyse(self) -> tuple[str, ...]:
        """Ids of the articles that other words of the user's have a part in; they are handed on again, and committed.

        Raises:
            StorageError: the archive cannot be read, or the target fails.
        """
        stale = self._target.stale
        if stale is None:
            return ()
        for change in self._archive.latest(stale):
            self._apply(change)
            self._progress("analyse", 1)
        self._target.commit(self._target.covered)
        return stale

    def feed(self) -> None:
        """Hands on what the archive holds by now, all of it durable; what is written meanwhile may wait for the next time.

        Raises:
            StorageError: the archive cannot be read, or the target fails.
        """
        last = self._archive.last_change()
        before = -1
        while before < self._fed < last:
            before = self._fed
            self._hand_on(self._archive.changes(self._fed, limit=PAGE))
            if self._batch and monotonic() - self._committed_at >= self._commit_after_s:
                self._commit()

    def finish(self) -> int:
        """The number of the change that the target has covered on return: all that was in the archive when this was called.

        Raises:
            StorageError: the archive cannot be read, or the target fails.
        """
        self.feed()
        last = self._archive.last_change()
        # What came meanwhile, as it is at one moment: however much others write, this ends. And nothing is missing that was
        # there before, as it might be when an article was written again while the pages were read.
        self._hand_on(self._archive.changes(self._fed))
        self._fed = max(self._fed, last)
        if self._batch or self._target.covered < self._fed or self._fed == 0:
            self._commit()
        return self._fed

    def _hand_on(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self._fed = change.number
            if change.id in self._batch:
                self._again[change.id] = change
            else:
                self._batch.add(change.id)
                self._apply(change)
            self._progress("index", 1)
            if len(self._batch) == TARGET_BATCH:
                self._commit()

    def _apply(self, change: Change) -> None:
        if change.article is None:
            self._target.delete(change.id)
        else:
            self._target.add(change.article)

    def _commit(self) -> None:
        begin = monotonic()
        if self._again:
            self._target.withdraw(self._again.keys())
            for change in self._again.values():
                self._apply(change)
        self._target.commit(self._fed)
        self._batch.clear()
        self._again.clear()
        self._committed_at = monotonic()
        self._commit_after_s = max(self._commit_every_s, COMMIT_SHARE * (self._committed_at - begin))
