"""The local index opened to be brought up to the archive, by the words of the user's that hold now.

``archive, directory → targets → follow``; ``build.py`` and ``keeper.py`` call it, under the lock of the data directory.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from indexer.archive import Archive
from indexer.editorial import read_user_words
from indexer.errors import EditorialError, IndexDamagedError, IndexMissingError, IngestError
from indexer.follow import Follower
from indexer.intake import Progress
from indexer.options import BuildOptions
from indexer.store import Merger, index_folder, read_manifest
from indexer.targets import LocalTarget

__all__ = ["Following", "SyncReport", "following"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What bringing the index up did: the last ``change`` it covers now, and as in ``IndexReport``."""

    change: int
    reanalysed: tuple[str, ...] = ()
    rejected: tuple[IngestError, ...] = ()


@dataclass(frozen=True, slots=True)
class Following:
    """A follower, what the user's words had analysed anew before it began, and what is wrong with these words."""

    follower: Follower
    target: LocalTarget
    reanalysed: tuple[str, ...]
    rejected: tuple[IngestError, ...]

    def finish(self) -> SyncReport:
        """Brings the index up, and says to where.

        Raises:
            StorageError: the archive cannot be read, or the index not be written.
        """
        change = self.follower.finish()
        self.target.tend()
        return SyncReport(change=change, reanalysed=self.reanalysed, rejected=self.rejected)


@contextmanager
def following(
    archive: Archive,
    data: str | Path,
    options: BuildOptions,
    progress: Progress = lambda _stage, _done: None,
    *,
    anew: bool = False,
    merger: Merger | None = None,
) -> Iterator[Following]:
    """Opens the index to be brought up to the archive. User's words that cannot be used leave those it was built with.

    Large merges are left to a ``merger``, if one is given.

    Raises:
        IndexDamagedError: the index cannot be opened, or covers more than the archive holds; and ``anew`` is off.
        AnalysisMismatchError: it is of another analysis, and ``anew`` is off.
        StorageError: archive or index cannot be used.
    """
    rejected: tuple[IngestError, ...] = ()
    try:
        words = read_user_words(data)
    except EditorialError as error:
        rejected = error.problems
        words = _indexed_words(data)
    last = archive.last_change()
    target = LocalTarget(
        data,
        options.analyzer.with_user_words(words),
        options.zone,
        anew=anew,
        whole_at=last,
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
        follower = Follower(archive, target, progress, commit_every_s=options.commit_every_s)
        yield Following(follower, target, follower.reanalyse(), rejected)
    finally:
        target.close()


def _indexed_words(data: str | Path) -> tuple[str, ...]:
    try:
        return read_manifest(data).user_words
    except (IndexMissingError, IndexDamagedError):
        return ()  # a new index is made, or what is wrong with this one is said by whoever opens it
