"""A target brought up to the archive, while more is still written to it.

Between ``archive`` and ``targets``; ``build.py`` calls it. The archive is the truth: only what it has made durable is handed on,
in the order of its changes, and a commit of the target covers all of it. What changes again before that commit (a copy of it
arrived, or its story was found) is withdrawn from the batch and handed on once more: the target ends with what the archive says.
"""

from __future__ import annotations

from indexer.archive import Archive, Change
from indexer.intake import Progress
from indexer.targets import Target

__all__ = ["Follower"]

TARGET_BATCH = 50_000
"""Changes after which the target commits: a run that is ended by force loses no more of its work."""


class Follower:
    """Hands the changes of an archive to a target, from the one after those it has covered."""

    def __init__(self, archive: Archive, target: Target, progress: Progress = lambda _stage, _done: None) -> None:
        self._archive = archive
        self._target = target
        self._progress = progress
        self._fed = target.covered
        self._batch: set[str] = set()
        self._again: dict[str, Change] = {}

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
        """Hands on what the archive holds by now, all of it durable.

        Raises:
            StorageError: the archive cannot be read, or the target fails.
        """
        for change in self._archive.changes(self._fed):
            self._fed = change.number
            if change.id in self._batch:
                self._again[change.id] = change
            else:
                self._batch.add(change.id)
                self._apply(change)
            self._progress("index", 1)
            if len(self._batch) == TARGET_BATCH:
                self._commit()

    def finish(self) -> int:
        """The last change of the archive, which the target has covered on return.

        Raises:
            StorageError: the archive cannot be read, or the target fails.
        """
        self.feed()
        last = self._archive.last_change()
        if self._batch or self._target.covered < last or last == 0:
            self._fed = last
            self._commit()
        return last

    def _apply(self, change: Change) -> None:
        if change.article is None:
            self._target.delete(change.id)
        else:
            self._target.add(change.article)

    def _commit(self) -> None:
        if self._again:
            self._target.withdraw(self._again.keys())
            for change in self._again.values():
                self._apply(change)
        self._target.commit(self._fed)
        self._batch.clear()
        self._again.clear()
