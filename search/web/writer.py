"""The writer of one process of the service: the writes of all its threads, put into the archive a transaction at a time.

Between ``articles.py`` and the archive. A transaction costs a wait for the disk, and only one can be open; so whoever's turn it
is writes what all who wait have brought, and they find theirs done when their turn comes. The processes of a service take turns
by a kernel lock on the data directory, which dies with its holder: SQLite's own waiting is sleeping, a millisecond at least.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from indexer.archive import ARCHIVE_NAME, Archive, Outcome
from indexer.article import Article
from indexer.directory import finish_restore
from indexer.errors import ArchiveError, StorageError
from indexer.store import manifest_stamp, read_manifest
from search.errors import NotWrittenError

__all__ = ["ArticleWriter"]

MOST_AT_ONCE = 2_000
"""Articles after which a transaction takes no more writes: others wait for it."""

_log = logging.getLogger("article_search")


@dataclass(slots=True, eq=False)
class _Job:
    """What one thread wants written, and what became of it: outcomes or an error, neither while it waits."""

    writes: Sequence[Article | str]
    outcomes: list[Outcome] | None = None
    error: BaseException | None = None

    @property
    def is_done(self) -> bool:
        return self.outcomes is not None or self.error is not None


class ArticleWriter:
    """Writes to the archive of a data directory, for any number of threads; opened by the first write, after a fork.

    Of each article ``kept_versions`` earlier ones are kept.
    """

    def __init__(self, data: str | Path, *, kept_versions: int) -> None:
        self._data = Path(data)
        self._path = str(self._data / ARCHIVE_NAME)
        self._kept_versions = kept_versions
        self._waiting: deque[_Job] = deque()
        self._turn = threading.Lock()
        self._archive: Archive | None = None
        self._folder = -1
        self._identity: tuple[int, int] | None = None

    def write(self, writes: Sequence[Article | str]) -> list[Outcome]:
        """What became of each, durable on return; articles (cleaned) are put, and a string is an id to delete.

        Raises:
            NotWrittenError: the archive cannot be written; nothing of ``writes`` was.
        """
        job = _Job(writes)
        self._waiting.append(job)
        with self._turn:
            while not job.is_done:
                self._write_waiting()
        if job.outcomes is None:
            raise _explained(job.error) from job.error
        return job.outcomes

    def close(self) -> None:
        """Lets go of the archive until the next write."""
        with self._turn:
            self._drop()

    def _write_waiting(self) -> None:
        """Writes what waits in one transaction; where that fails for one of many, each by itself."""
        jobs = list(self._next_jobs())
        try:
            outcomes = iter(self._commit([write for job in jobs for write in job.writes]))
            for job in jobs:
                job.outcomes = [next(outcomes) for _ in job.writes]
        except BaseException as error:
            if len(jobs) == 1 or not isinstance(error, Exception) or _concerns_all(error):
                for job in jobs:
                    job.error = error
            else:
                for job in jobs:
                    self._write_alone(job)
            if not isinstance(error, Exception):
                raise

    def _next_jobs(self) -> Iterator[_Job]:
        taken = 0
        while self._waiting and taken < MOST_AT_ONCE:
            job = self._waiting.popleft()
            taken += len(job.writes)
            yield job

    def _write_alone(self, job: _Job) -> None:
        try:
            job.outcomes = self._commit(job.writes)
        except Exception as error:  # noqa: BLE001  it is raised in the thread whose job this is
            job.error = error

    def _commit(self, writes: Sequence[Article | str]) -> list[Outcome]:
        try:
            archive = self._opened()
            with self._alone():
                outcomes = archive.apply(writes)
            if self._identity != _identity(self._path):
                raise ArchiveError(f"{self._path} was replaced while it was written", path=self._path)
        except BaseException:
            self._drop()
            raise
        return outcomes

    def _opened(self) -> Archive:
        if self._archive is not None and self._identity != _identity(self._path):
            self._drop()  # it was replaced: what went into the old file would be lost
        if self._archive is None:
            finish_restore(self._data)
            self._refuse_to_begin_anew()
            self._archive = Archive(self._data, kept_versions=self._kept_versions, any_thread=True)
            self._identity = _identity(self._path)
            self._folder = os.open(self._data, os.O_RDONLY | os.O_DIRECTORY)
        return self._archive

    def _refuse_to_begin_anew(self) -> None:
        """An archive that is gone is not made again while there is an index of it: a backup has to be brought back."""
        if (
            _identity(self._path) is None
            and manifest_stamp(self._data) is not None
            and read_manifest(self._data).change
        ):
            raise ArchiveError(f"there is no archive at {self._path}, and there is an index of one", path=self._path)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        fcntl.flock(self._folder, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._folder, fcntl.LOCK_UN)

    def _drop(self) -> None:
        if self._archive is not None:
            self._archive.close()
        if self._folder >= 0:
            os.close(self._folder)
        self._archive, self._folder = None, -1


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116  PERF: 2 µs instead of 5, twice a write
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _concerns_all(error: Exception) -> bool:
    """Whether the archive is at fault (no room, locked, not to be written) and not what was to be written."""
    cause = error.__cause__
    return isinstance(error, StorageError | OSError) and not isinstance(
        cause, sqlite3.DataError | sqlite3.IntegrityError
    )


def _explained(error: BaseException | None) -> Exception:
    """The error that who asked is told; where the archive lies and what is wrong with it is for the log."""
    if not isinstance(error, StorageError | OSError):
        return RuntimeError("an article could not be written")
    _log.error("%s", error)
    cause = error.__cause__ or error
    text = str(cause).lower()
    if "full" in text or getattr(cause, "errno", None) == errno.ENOSPC:
        return NotWrittenError("the disk of the archive is full; nothing of this was written")
    if "locked" in text or "busy" in text:
        return NotWrittenError("the archive is busy; nothing of this was written")
    return NotWrittenError("the archive cannot be written; nothing of this was, and the log of the service has more")
