"""From files to an index: sources → archive → target, with a report of what was taken and what was not.

One process at a time writes to a data directory: a kernel lock on ``write.lock`` there, which dies with its holder.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import BinaryIO, TypeVar
from zoneinfo import ZoneInfo

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.article import Article
from indexer.errors import ArticleError, DataLockedError, IngestError, StorageError
from indexer.schema import clean_article
from indexer.sources import ReadLimits, read_inputs
from indexer.targets import LocalTarget, Target

__all__ = ["BuildOptions", "IndexReport", "Progress", "delete_articles", "index_paths", "sync"]

ARCHIVE_BATCH = 500
TARGET_BATCH = 50_000

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """How to build: ``memory_mb`` bounds what the index writer holds, ``workers`` is the number of processes that write."""

    analyzer: Analyzer
    zone: ZoneInfo
    limits: ReadLimits
    workers: int = 1
    memory_mb: int = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReport:
    """What a run did. ``rejected`` says of each input that was left out where it is and why; ``seconds`` is wall time."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    rejected: tuple[IngestError, ...] = ()
    change: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class _Intake:
    """Keeps apart, in one pass over the inputs, the articles to take and the errors to report."""

    rejected: list[IngestError] = field(default_factory=list)
    path: str | None = None
    _ids: set[str] = field(default_factory=set)

    def enter(self, path: str) -> None:
        """What comes next is from ``path``."""
        self.path = path

    def articles(self, inputs: Iterable[Article | IngestError]) -> Iterator[Article]:
        """The articles to take, cleaned; the rest is in ``rejected`` afterwards."""
        for item in inputs:
            if isinstance(item, IngestError):
                self.rejected.append(item)
            elif item.id in self._ids:
                reason = f"the id {item.id!r} came before in this run; the first article was kept, this one left out"
                self.rejected.append(ArticleError(reason, field="id", path=self.path))
            else:
                self._ids.add(item.id)
                yield clean_article(item)


Progress = Callable[[str, int], None]
"""Called with a stage, ``read`` or ``index``, and how many articles it has just done."""


def index_paths(
    paths: Sequence[str | Path],
    data: str | Path,
    options: BuildOptions,
    *,
    stdin: BinaryIO | None = None,
    progress: Progress = lambda _stage, _done: None,
) -> IndexReport:
    """Reads files and folders into the archive, then brings the index up to it. Bad inputs are reported, never fatal.

    Raises:
        StorageError: the archive or the index cannot be used; what the archive took by then stays.
    """
    begin = perf_counter()
    intake = _Intake()
    inputs = read_inputs(paths, limits=options.limits, stdin=stdin, on_file=intake.enter)
    added = updated = unchanged = 0
    with _write_lock(data), Archive(data) as archive:
        for batch in _batched(intake.articles(inputs), ARCHIVE_BATCH):
            counts = archive.put(batch)
            added, updated, unchanged = added + counts.added, updated + counts.updated, unchanged + counts.unchanged
            progress("read", len(batch))
        target = LocalTarget(data, options.analyzer, options.zone, memory_mb=options.memory_mb, workers=options.workers)
        _follow(archive, target, progress)
        change = archive.last_change()
    return IndexReport(
        added=added,
        updated=updated,
        unchanged=unchanged,
        rejected=tuple(intake.rejected),
        change=change,
        seconds=perf_counter() - begin,
    )


def sync(
    data: str | Path, options: BuildOptions, *, anew: bool = False, progress: Progress = lambda _stage, _done: None
) -> int:
    """The last change of the archive, which the index has covered on return; ``anew`` builds a new index beside the old one.

    Raises:
        StorageError: the archive or the index cannot be used; the old index goes on serving.
    """
    with _write_lock(data), Archive(data, create=False) as archive:
        target = LocalTarget(
            data, options.analyzer, options.zone, anew=anew, memory_mb=options.memory_mb, workers=options.workers
        )
        _follow(archive, target, progress)
        return archive.last_change()


def delete_articles(ids: Sequence[str], data: str | Path, options: BuildOptions) -> int:
    """How many of ``ids`` were there and are gone from archive and index.

    Raises:
        StorageError: the archive or the index cannot be used.
    """
    with _write_lock(data), Archive(data, create=False) as archive:
        deleted = archive.delete(ids)
        _follow(archive, LocalTarget(data, options.analyzer, options.zone))
    return deleted


def _follow(archive: Archive, target: Target, progress: Progress = lambda _stage, _done: None) -> None:
    """Applies to ``target`` what the archive holds after the change it has covered, in committed batches."""
    last = archive.last_change()
    try:
        for batch in _batched(archive.changes(target.covered), TARGET_BATCH):
            for change in batch:
                if change.article is None:
                    target.delete(change.id)
                else:
                    target.add(change.article)
                progress("index", 1)
            target.commit(batch[-1].number)
        if target.covered < last or last == 0:
            target.commit(last)
    finally:
        target.close()


@contextmanager
def _write_lock(data: str | Path) -> Iterator[None]:
    path = Path(data) / "write.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a")
    except OSError as error:
        raise StorageError(
            f"cannot write to the data directory {path.parent}: {error.strerror}; choose another with --data", path=path
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataLockedError(
                f"another process is writing to {path.parent}; try again when it has ended", path=path
            ) from None
        yield


def _batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
