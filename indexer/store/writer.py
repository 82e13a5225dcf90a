"""Articles to one generation of the index: runs of articles become segments, which a commit makes one and shows.

With several workers, processes prepare, invert and write a run each, and at the commit the files of a merged segment; the parent
sends articles and takes the names of segments.

A generation is a folder of its own, with Whoosh's lock for its one writer. Files are written beside those that readers have
open, and a commit is the rename of a table of contents that names them (``contents.py``): a writer that dies leaves files
which the next commit removes.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from whoosh.filedb.filestore import FileStorage

from indexer.article import Article
from indexer.errors import DataLockedError, IndexDamagedError
from indexer.processes import end_with_parent
from indexer.schema import PreparedRun
from indexer.store.contents import Contents, SegmentEntry, read_contents, write_contents
from indexer.store.inversion import invert
from indexer.store.merge import merge_file, merged_entry
from indexer.store.merger import Merger
from indexer.store.parts import sync_file
from indexer.store.reader import open_segments
from indexer.store.segment import SEGMENT_FILES, Segment, new_name
from indexer.store.tiers import arrange

__all__ = ["IndexWriter", "create_generation"]

DEFAULT_MEMORY_MB = 1024
BYTES_AN_ARTICLE = 20_000
"""What inverting holds of an article at its height, measured over news of 500 characters with room to spare."""
MAX_RUN_ARTICLES = 2_500
SMALLEST_PART = 200
"""Articles of a run that is not worth cutting up for several workers."""
MERGED_BY_WORKERS = 10_000
"""Articles of a merge above which it is worth starting processes."""
MERGED_AT_COMMIT = 2_000
"""Usual articles of a merge that a commit with a merger does itself: 50 ms of work."""
RUN_CHARS = 3_500_000
"""Characters of the bodies of a run: what bounds its memory when articles are long."""


def create_generation(folder: Path) -> None:
    """Makes ``folder`` an empty index."""
    folder.mkdir(parents=True, exist_ok=True)
    write_contents(folder, Contents())


Prepare = Callable[[Sequence[Article]], PreparedRun]


class IndexWriter:
    """One batch of changes to a generation; seen by readers after ``commit``, or not at all.

    ``prepare`` is applied to runs of articles, in one of ``workers`` processes where there are more than one. The generation must
    hold commit number ``commit`` or a later one.

    Without a ``merger`` a commit merges all that is due. With one it does a bounded part of that and leaves the rest to the
    merger, whose results later commits take in; so it is short however large the index is.

    Raises:
        DataLockedError: another process is writing to the same generation.
        IndexDamagedError: the generation cannot be opened.
    """

    def __init__(
        self,
        folder: Path,
        prepare: Prepare,
        *,
        memory_mb: int = DEFAULT_MEMORY_MB,
        workers: int = 1,
        commit: int = 0,
        merger: Merger | None = None,
    ) -> None:
        self._folder = folder
        self._merger = merger
        self._prepare = prepare
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._written: deque[Future[SegmentEntry]] = deque()
        self._lock = FileStorage(str(folder)).lock("MAIN_WRITELOCK")
        if not self._lock.acquire(blocking=False):
            raise DataLockedError(f"another process is writing to {folder}; wait for it to end", path=folder)
        self._open = True
        self._memory = memory_mb * 2**20 // workers
        self._run_articles = max(1, min(MAX_RUN_ARTICLES, self._memory // BYTES_AN_ARTICLE))
        self._run: list[Article] = []
        self._run_chars = 0
        self._new: list[SegmentEntry] = []
        try:
            self._contents = read_contents(folder, commit=commit)
            self._segments = open_segments(folder, self._contents)
        except (OSError, ValueError) as error:
            self.cancel()
            raise IndexDamagedError(
                f"the index in {folder} cannot be opened ({type(error).__name__}: {error}); "
                "build it anew: article-search rebuild",
                path=folder,
            ) from error
        except IndexDamagedError:
            self.cancel()
            raise
        self._deleted: list[set[int]] = [set() for _ in self._segments]

    def add(self, article: Article) -> None:
        """Adds the article, in place of one with its id that an earlier batch added; a batch may hold an id once."""
        self.delete(article.id)
        if self._run_chars + len(article.body) > RUN_CHARS or len(self._run) == self._run_articles:
            self._send_run()
        self._run.append(article)
        self._run_chars += len(article.body)

    def delete(self, article_id: str) -> None:
        """Deletes the article with that id, if an earlier batch added it."""
        for segment, deleted in zip(self._segments, self._deleted, strict=True):
            doc = segment.find(article_id)
            if doc is not None:
                deleted.add(doc)

    def withdraw(self, ids: Collection[str]) -> None:
        """Takes back the articles that this batch has added with these ids; waits for the runs that are being written."""
        self._end_runs()
        kept = []
        for entry in self._new:
            segment = Segment(self._folder, entry.name, entry.deleted)
            found = {doc for article_id in ids if (doc := segment.find(article_id)) is not None}
            if len(found) + len(entry.deleted) < entry.n_docs:
                kept.append(replace(entry, deleted=tuple(sorted(found.union(entry.deleted)))))
        self._new = kept

    def commit(self) -> int:
        """The number of this commit: makes the batch visible to readers that open from now on, durably."""
        self._end_runs()
        old = [
            replace(entry, deleted=tuple(sorted(deleted.union(entry.deleted)))) if deleted else entry
            for entry, deleted in zip(self._contents.segments, self._deleted, strict=True)
        ]
        old = self._taken_in(old)
        running = self._merger.merge if self._merger else None
        arranged = arrange(
            old,
            self._new,
            most_work=MERGED_AT_COMMIT if self._merger else math.inf,
            busy={entry.name for entry in running.sources} if running else (),
        )
        entries = [
            self._merge(group) if len(group) > 1 or at == arranged.renewed else group[0]
            for at, group in enumerate(arranged.groups)
        ]
        entries = [entry if entry in old else self._made_durable(entry) for entry in entries]
        number = self._contents.number + 1
        contents = Contents(number=number, segments=tuple(entries))
        write_contents(self._folder, contents, spared=running.name if running else None)
        if self._merger and arranged.beside:
            self._merger.start(self._folder, [entries[at] for at in arranged.beside])
        self.cancel()
        return number

    def cancel(self) -> None:
        """Drops what was not committed."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
        if self._open:
            self._open = False
            self._lock.release()

    def _taken_in(self, entries: list[SegmentEntry]) -> list[SegmentEntry]:
        """The entries with what the merger has made of some of them in their place."""
        if self._merger is None:
            return entries
        merge = self._merger.merge
        if merge is not None and merge.folder != self._folder:
            self._merger.close()
        merge = self._merger.take()
        merged = merge.entry({entry.name: entry for entry in entries}) if merge else None
        if merge is None or merged is None:
            return entries
        sources = {entry.name for entry in merge.sources}
        at = next(at for at, entry in enumerate(entries) if entry.name in sources)
        taken = [entry for entry in entries if entry.name not in sources]
        taken.insert(at, merged)
        return taken

    def _merge(self, group: Sequence[SegmentEntry]) -> SegmentEntry:
        """One segment of several, its files written by the workers where there are any."""
        name = new_name()
        # The file with most work first, so that the others fill the time of the second worker.
        tasks = [(end, self._folder, name, group, self._memory) for end in sorted(SEGMENT_FILES, key=".grams".__ne__)]
        if self._workers > 1 and sum(entry.n_docs for entry in group) >= MERGED_BY_WORKERS:
            pool = self._started_pool()
            for done in [pool.submit(merge_file, *task) for task in tasks]:
                done.result()
        else:
            for task in tasks:
                merge_file(*task)
        return merged_entry(self._folder, name, group)

    def _made_durable(self, entry: SegmentEntry) -> SegmentEntry:
        """The entry with the checksums of its files, which are on disk on return."""
        for end in SEGMENT_FILES:
            sync_file(self._folder / (entry.name + end))
        files = Segment(self._folder, entry.name).files
        return replace(entry, checksums=tuple(file.checksum for file in files))

    def _send_run(self) -> None:
        """Has the run written, by a worker where there are several; waits when each has one to do and one waiting."""
        if self._workers == 1:
            self._write_run()
            return
        self._written.append(self._started_pool().submit(_write_run_in_worker, self._folder, self._run))
        self._run, self._run_chars = [], 0
        if len(self._written) > 2 * self._workers:
            self._new.append(self._written.popleft().result())

    def _write_run(self) -> None:
        self._new.append(write_run(self._folder, self._run, self._prepare))
        self._run, self._run_chars = [], 0

    def _end_runs(self) -> None:
        """Writes what is left, a part by each worker so that all end at about the same time, and waits for all runs."""
        if self._pool is None:
            # A batch of one run is not worth the processes.
            if self._run:
                self._write_run()
            return
        rest = self._run
        size = max(SMALLEST_PART, -(-len(rest) // self._workers))
        for at in range(0, len(rest), size):
            self._run = rest[at : at + size]
            self._send_run()
        while self._written:
            self._new.append(self._written.popleft().result())

    def _started_pool(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # NOTE: forked, because a segmenter of compiled code cannot be sent to a process that starts anew.
            self._pool = ProcessPoolExecutor(
                self._workers, mp_context=get_context("fork"), initializer=_start_worker, initargs=(self._prepare,)
            )
        return self._pool


def write_run(folder: Path, articles: Sequence[Article], prepare: Prepare) -> SegmentEntry:
    """The segment that was made of some articles and written to ``folder``."""
    arrays = invert(prepare(articles))
    name = new_name()
    arrays.write(folder, name)
    return SegmentEntry(name=name, n_docs=arrays.n_docs, n_chars=arrays.n_chars)


_worker_prepare: list[Prepare] = []
"""What the worker's process prepares by: set once when it starts."""


def _start_worker(prepare: Prepare) -> None:
    _worker_prepare[:] = [prepare]
    end_with_parent()


def _write_run_in_worker(folder: Path, articles: Sequence[Article]) -> SegmentEntry:
    return write_run(folder, articles, _worker_prepare[0])
