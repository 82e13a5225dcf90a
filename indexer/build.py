"""From files to an index: sources → archive → target, with a report of what was taken and what was not.

The index follows the archive while inputs are still read (``follow.py``).

One process at a time writes to a data directory (``directory.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import BinaryIO
from zoneinfo import ZoneInfo

from indexer.analysis import Analyzer
from indexer.archive import KEPT_VERSIONS, Archive, RootCount, place_of
from indexer.directory import write_lock
from indexer.editorial import read_user_words
from indexer.errors import (
    EditorialError,
    IndexDamagedError,
    IndexMissingError,
    IngestError,
)
from indexer.follow import Follower
from indexer.intake import Intake, Progress
from indexer.sources import STDIN_NAME, ReadLimits, read_inputs
from indexer.store import Merger, index_folder, read_manifest
from indexer.targets import LocalTarget

__all__ = [
    "Absent",
    "BuildOptions",
    "IndexReport",
    "Part",
    "RecleanReport",
    "SyncReport",
    "delete_articles",
    "index_paths",
    "reclean",
    "sync",
]

MISSING_SHARE = 0.2
"""More than this of what is held from a path is not deleted for being missing: the path may not be mounted, or be incomplete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """How to build: ``memory_mb`` bounds what the index writer holds, ``workers`` is the number of processes that write.

    ``kept_versions`` earlier versions of each article stay in the archive. The ``analyzer`` gets the user's words of the data
    directory.
    """

    analyzer: Analyzer
    zone: ZoneInfo
    limits: ReadLimits
    workers: int = 1
    memory_mb: int = 1024
    kept_versions: int = KEPT_VERSIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """What becomes of articles that are not where they were: ``revive`` brings back what was deleted and is still in its file.

    ``delete_missing`` deletes those that earlier runs took from under the same paths and that are no longer there, unless that
    were more than a fifth of what is held from one of the paths; ``however_many`` deletes them all the same.
    """

    revive: bool = False
    delete_missing: bool = False
    however_many: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """That a run reads a part of ``roots``: ids, and what is held of a path, are as if these had been given.

    Of what is missing it judges what it reads, and ``gone``: files and folders that are no longer there.
    """

    roots: tuple[str, ...]
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReport:
    """What a run did. ``rejected`` says of each input that was left out where it is and why; ``seconds`` is wall time.

    ``duplicates`` are new articles that became one more address of another; ``stories`` those found to have reprints, or more;
    ``reanalysed`` the ids of articles that a change of ``user_words.txt`` had analysed anew; ``kept_deleted`` of those that were
    in the inputs, had been deleted, and stay so. ``deleted`` articles were missing; none was where more than a fifth of what is
    held from some of the paths is missing, which are ``refused``.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    duplicates: int = 0
    stories: int = 0
    reanalysed: tuple[str, ...] = ()
    kept_deleted: tuple[str, ...] = ()
    refused: tuple[RootCount, ...] = ()
    rejected: tuple[IngestError, ...] = ()
    change: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecleanReport:
    """What cleaning the kept pages anew did: articles that are other than before, that are the same, and pages that failed."""

    changed: int = 0
    unchanged: int = 0
    failed: tuple[IngestError, ...] = ()
    change: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What bringing the index up did: the last ``change`` it covers now, and as in ``IndexReport``."""

    change: int
    reanalysed: tuple[str, ...] = ()
    rejected: tuple[IngestError, ...] = ()


def index_paths(
    paths: Sequence[str | Path],
    data: str | Path,
    options: BuildOptions,
    *,
    absent: Absent | None = None,
    part: Part | None = None,
    merger: Merger | None = None,
    stdin: BinaryIO | None = None,
    progress: Progress = lambda _stage, _done: None,
) -> IndexReport:
    """Reads files and folders into the archive, then brings the index up to it. Bad inputs are reported, never fatal.

    Nothing is deleted, and nothing that was deleted comes back, unless ``absent`` says so. Where ``part`` is given,
    ``paths`` are a part of its roots. Who does this again and again passes the same ``merger`` each time.

    Raises:
        StorageError: the archive or the index cannot be used; what the archive took by then stays.
    """
    begin = perf_counter()
    rules = absent or Absent()
    deleted = 0
    refused: tuple[RootCount, ...] = ()
    with (
        write_lock(data),
        Archive(data, kept_versions=options.kept_versions) as archive,
        _following(archive, data, options, progress, merger=merger) as following,
    ):
        intake = Intake(archive, progress, following.follower.feed, revive=rules.revive)
        if rules.delete_missing:
            archive.origins.watch()
        roots = None if part is None else part.roots
        intake.take(
            read_inputs(paths, limits=options.limits, stdin=stdin, on_file=intake.enter, roots=roots, without=data)
        )
        intake.read_pages()
        if rules.delete_missing:
            deleted, refused = _delete_missing(archive, paths, part, intake.unread, rules)
        stories = archive.assign_stories(options.workers)
        synced = following.finish()
    counts = intake.counts
    return IndexReport(
        added=counts.added,
        updated=counts.updated,
        unchanged=counts.unchanged,
        deleted=deleted,
        duplicates=counts.duplicates,
        stories=stories,
        reanalysed=synced.reanalysed,
        kept_deleted=counts.kept_deleted,
        refused=refused,
        rejected=(*intake.rejected, *synced.rejected),
        change=synced.change,
        seconds=perf_counter() - begin,
    )


def _delete_missing(
    archive: Archive, paths: Sequence[str | Path], part: Part | None, unread: Set[str], rules: Absent
) -> tuple[int, tuple[RootCount, ...]]:
    """How many articles were deleted for want of their files, and the paths of which too much is missing, so that none was."""
    places = [place_of(str(path)) for path in paths if str(path) != STDIN_NAME]
    if part is None:
        missing = archive.origins.missing(places, sorted(unread))
    else:
        roots, among = ([place_of(path) for path in of] for of in (part.roots, part.gone))
        missing = archive.origins.missing(roots, sorted(unread), among=[*places, *among])
    refused = tuple(root for root in missing.roots if root.missing > root.held * MISSING_SHARE)
    if refused and not rules.however_many:
        return 0, refused
    return archive.delete_missing(missing), ()


def reclean(
    data: str | Path, options: BuildOptions, *, progress: Progress = lambda _stage, _done: None
) -> RecleanReport:
    """Applies the present cleaning, and what was learnt of each host, to every kept page; then the index follows.

    A page that no longer gives an article is reported, and its article stays.

    Raises:
        StorageError: the archive or the index cannot be used; what was cleaned by then stays.
    """
    begin = perf_counter()
    with (
        write_lock(data),
        Archive(data, create=False, kept_versions=options.kept_versions) as archive,
        _following(archive, data, options, progress) as following,
    ):
        intake = Intake(archive, progress, following.follower.feed)
        intake.reread_pages()
        archive.assign_stories(options.workers)
        synced = following.finish()
    counts = intake.counts
    return RecleanReport(
        changed=counts.updated + counts.added + counts.duplicates,
        unchanged=counts.unchanged,
        failed=(*intake.rejected, *synced.rejected),
        change=synced.change,
        seconds=perf_counter() - begin,
    )


def sync(
    data: str | Path,
    options: BuildOptions,
    *,
    anew: bool = False,
    merger: Merger | None = None,
    progress: Progress = lambda _stage, _done: None,
) -> SyncReport:
    """Brings the index up to the archive and to ``user_words.txt``; ``anew`` builds a new index beside the old one.

    Who does this again and again passes the same ``merger`` each time (see ``LocalTarget``).

    Raises:
        StorageError: the archive or the index cannot be used; the old index goes on serving.
    """
    with (
        write_lock(data),
        Archive(data, create=False) as archive,
        _following(archive, data, options, progress, anew=anew, merger=merger) as following,
    ):
        return following.finish()


def delete_articles(ids: Sequence[str], data: str | Path, options: BuildOptions) -> int:
    """How many of ``ids`` were there and are gone from archive and index.

    Raises:
        StorageError: the archive or the index cannot be used.
    """
    with write_lock(data), Archive(data, create=False) as archive, _following(archive, data, options) as following:
        deleted = archive.delete(ids)
        following.finish()
    return deleted


@dataclass(frozen=True, slots=True)
class _Following:
    """A follower, what the user's words had analysed anew before it began, and what is wrong with these words."""

    follower: Follower
    target: LocalTarget
    reanalysed: tuple[str, ...]
    rejected: tuple[IngestError, ...]

    def finish(self) -> SyncReport:
        change = self.follower.finish()
        self.target.tend()
        return SyncReport(change=change, reanalysed=self.reanalysed, rejected=self.rejected)


@contextmanager
def _following(
    archive: Archive,
    data: str | Path,
    options: BuildOptions,
    progress: Progress = lambda _stage, _done: None,
    *,
    anew: bool = False,
    merger: Merger | None = None,
) -> Iterator[_Following]:
    """Opens the index to be brought up to the archive. User's words that cannot be used leave those it was built with."""
    rejected: tuple[IngestError, ...] = ()
    try:
        words = read_user_words(data)
    except EditorialError as error:
        rejected = error.problems
        words = _indexed_words(data)
    target = LocalTarget(
        data,
        options.analyzer.with_user_words(words),
        options.zone,
        anew=anew,
        memory_mb=options.memory_mb,
        workers=options.workers,
        merger=merger,
    )
    try:
        if target.covered > archive.last_change():
            # New changes would get numbers that the index has covered, and never reach it.
            raise IndexDamagedError(
                f"the index in {index_folder(data)} covers change {target.covered}, and the archive ends with "
                f"{archive.last_change()}: it is of another archive; build it anew: article-search rebuild",
                path=index_folder(data),
            )
        follower = Follower(archive, target, progress)
        yield _Following(follower, target, follower.reanalyse(), rejected)
    finally:
        target.close()


def _indexed_words(data: str | Path) -> tuple[str, ...]:
    try:
        return read_manifest(data).user_words
    except (IndexMissingError, IndexDamagedError):
        return ()  # a new index is made, or what is wrong with this one is said by whoever opens it
