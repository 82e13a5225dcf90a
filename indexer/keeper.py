"""The keeper: brings the index up to the archive while a service runs, and mends it, so that nobody has to.

A process of its own beside those that answer (``search/web/server.py`` starts it); others write to the archive, and it looks for
what they wrote. Of several on one data directory one works, and the next takes over when its lock is free. It takes the lock of
whoever writes for one batch at a time, so a command comes in between. An index that is missing, damaged, outdated or ahead of its
archive is built anew from it. The archive itself is never mended: what is wrong with it is said (``status.py``), and again tried.
"""

from __future__ import annotations

import errno
import logging
import math
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, sleep

from indexer.archive import ARCHIVE_NAME, Archive
from indexer.directory import finish_restore, write_lock
from indexer.editorial import USER_WORDS_NAME
from indexer.errors import (
    AnalysisMismatchError,
    ArchiveError,
    ArticleSearchError,
    DataLockedError,
    IndexDamagedError,
    IndexMissingError,
    IngestError,
    StorageError,
)
from indexer.following import following
from indexer.options import BuildOptions
from indexer.scrub import Scrubber
from indexer.status import KeeperStatus, State, holding_keeper_lock, now, read_status, write_status
from indexer.store import Merger, index_folder, manifest_stamp, open_newest, read_manifest

__all__ = ["Keeper", "keep"]

POLL_S = 0.025
LONGEST_REST_S = 0.2
"""After bringing the index up the keeper rests as long as that took, at most so long: under a stream of writes batches grow, and
half of a processor is left to those who write."""
STANDBY_S = 0.25
LOOK_S = 0.5
"""So often the files of the index are looked at, and what the keeper says of itself is brought up to date."""
QUIET_S = 2.0
STORIES_AT_LATEST_S = 60.0
"""Stories are looked for when nothing was written for the first, or the second after something was."""
STORIES_SHARE = 20
"""Looking for stories reads all signatures: it may take one part in so many of the time."""
COMMIT_EVERY_S = 0.5
FIRST_RETRY_S = 0.25
LAST_RETRY_S = 10.0
WAITING_AFTER_S = 1.0
_NO_DAMAGE = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EACCES, errno.EPERM}
_Generation = tuple[str, int | None] | None
_FAULTS = (IndexDamagedError, IndexMissingError, AnalysisMismatchError)

_log = logging.getLogger("article_search.keeper")


class _StopError(Exception):
    """It was told to stop in the middle of something."""


def keep(data: str | Path, options: BuildOptions, stop: Callable[[], bool], *, scrub_interval_s: float = 0) -> None:
    """Keeps the index of a data directory until ``stop`` says so; waits its turn where another process does."""
    said = False
    while not stop():
        try:
            if not Path(data).exists():
                Path(data).mkdir(parents=True)
                _log.warning("made the data directory %s, which was not there", data)
            with holding_keeper_lock(data) as held:
                if held:
                    Keeper(data, options, stop, scrub_interval_s=scrub_interval_s).run()
        except OSError as error:
            if not said:
                _log.warning("cannot write to %s (%s): it is served as it is", data, error.strerror)
            said = True
        _wait(STANDBY_S, stop)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is looked at to notice that there is something to do."""

    archive: int
    manifest: tuple[int, int, int] | None
    words: tuple[int, int] | None


class Keeper:
    """Looks after one data directory, whose keeper it must be."""

    def __init__(
        self, data: str | Path, options: BuildOptions, stop: Callable[[], bool], *, scrub_interval_s: float = 0
    ) -> None:
        self._data = Path(data)
        self._options = replace(options, commit_every_s=COMMIT_EVERY_S)
        self._stop = stop
        self._scrubber = Scrubber(self._data, options.analyzer.fingerprint, scrub_interval_s)
        self._merger = Merger(memory_mb=options.memory_mb)
        self._archive: Archive | None = None
        self._file: int | None = None
        self._seen: _Seen | None = None
        self._fault: tuple[StorageError, _Generation] | None = None
        self._fault_said = False
        self._rejected: tuple[IngestError, ...] = ()
        self._written_at = -math.inf
        self._unlooked_since = math.inf
        self._stories_after = -math.inf
        self._next_look = -math.inf
        self._retry_s = FIRST_RETRY_S
        self._waiting_since: float | None = None
        before = read_status(self._data) or KeeperStatus()
        self._status = replace(before, pid=os.getpid(), state="following", problem=None, since=now())

    def run(self) -> None:
        """Keeps the index until it is told to stop."""
        self._say(state="following")
        try:
            while not self._stop():
                _wait(self.step(), self._stop)
        finally:
            self._merger.close()
            self._close_archive()
            self._say(state="ended", problem=None)

    def step(self) -> float:
        """Does what there is to do; so many seconds later there may be more."""
        begin = monotonic()
        try:
            self._look()
        except _StopError:
            return 0
        except DataLockedError:
            return self._waits()
        except (ArticleSearchError, OSError) as error:
            if isinstance(error, ArchiveError):
                self._close_archive()  # else it stays open: where the disk is full it could not be opened again
            self._seen = None
            return self._failed(str(error))
        except Exception as error:  # noqa: BLE001
            # Damage within an array may make anything of what is computed from it.
            _log.exception("the index cannot be kept; it is looked through")
            self._close_archive()
            return self._failed(f"{type(error).__name__}: {error}", verify=True)
        self._retry_s, self._waiting_since = FIRST_RETRY_S, None
        if self._status.state != "following":
            if self._status.state != "waiting":
                _log.warning("the index of %s follows its archive again", self._data)
            self._say(state="following", problem=None)
        return min(max(POLL_S, monotonic() - begin), LONGEST_REST_S)

    def _look(self) -> None:
        finish_restore(self._data)
        archive = self._opened_archive()
        if self._fault is None:
            try:
                self._attend(archive)
            except _FAULTS as fault:
                if _no_damage(fault):
                    raise
                # Without its traceback, which would keep the reading of the archive open that it came from.
                self._fault = fault.with_traceback(None), _generation(self._data)
        if self._fault is not None:
            self._rebuild(archive, *self._fault)

    def _attend(self, archive: Archive) -> None:
        """Brings the index up where there is something to bring up, else does what has time.

        Raises:
            IndexDamagedError, IndexMissingError, AnalysisMismatchError: it is to be built anew.
        """
        seen = _Seen(archive.moved(), manifest_stamp(self._data), _words_stamp(self._data))
        if seen != self._seen:
            covered = self._change_covered(archive)
            if self._seen is None or seen.words != self._seen.words or covered < archive.last_change():
                self._bring_up(archive)
            if self._seen is None or seen.archive != self._seen.archive:
                self._written_at = monotonic()
                self._unlooked_since = min(self._unlooked_since, self._written_at)
            self._seen = replace(seen, manifest=manifest_stamp(self._data))
        elif self._merger.ready():
            self._bring_up(archive)
        elif self._stories_due():
            self._assign_stories(archive)
        else:
            self._watch()

    def _change_covered(self, archive: Archive) -> int:
        """The change that the index covers, if it is one of this archive and analysis."""
        manifest = read_manifest(self._data)
        manifest.check_analysis(self._options.analyzer.fingerprint, self._data)
        if manifest.change > archive.last_change():
            raise IndexDamagedError(
                f"the index in {self._data} covers change {manifest.change}, and the archive ends with {archive.last_change()}: "
                "it is of another archive",
                path=self._data,
            )
        return manifest.change

    def _bring_up(self, archive: Archive) -> None:
        failed = self._merger.failures
        with (
            write_lock(self._data),
            following(archive, self._data, self._options, self._progress, merger=self._merger) as target,
        ):
            target.finish()
        if self._merger.failures > failed:
            self._mend_if_damaged()  # a merge does not take in what is damaged
        if target.rejected != self._rejected:
            self._rejected = target.rejected
            for error in target.rejected:
                _log.warning("%s; the index keeps the words it has", error)

    def _rebuild(self, archive: Archive, fault: StorageError, generation: _Generation) -> None:
        """Builds the index anew because of the ``fault`` of a generation, unless another process has just done so."""
        with write_lock(self._data):
            self._merger.close()
            options = replace(self._options, commit_every_s=math.inf)
            if not _opens(self._data, options):
                # Nothing is served meanwhile, so all processors may work for it.
                options = replace(options, workers=max(1, os.cpu_count() or 1))
            elif _generation(self._data) != generation:
                self._fault, self._fault_said = None, False
                return
            if not self._fault_said and not (isinstance(fault, IndexMissingError) and archive.last_change() == 0):
                self._fault_said = True
                _log.warning("the index is built anew from the archive: %s", fault)
                self._say(
                    state="rebuilding",
                    problem=str(fault),
                    damages=self._status.damages + isinstance(fault, IndexDamagedError),
                    rebuilds=self._status.rebuilds + 1,
                )
            with following(archive, self._data, options, self._progress, anew=True) as target:
                target.finish()
        self._fault, self._fault_said, self._seen = None, False, None
        self._scrubber.restart()

    def _stories_due(self) -> bool:
        at = monotonic()
        quiet = at - self._written_at >= QUIET_S or at - self._unlooked_since >= STORIES_AT_LATEST_S
        return self._unlooked_since < math.inf and quiet and at >= self._stories_after

    def _assign_stories(self, archive: Archive) -> None:
        begin = monotonic()
        with write_lock(self._data):
            found = archive.assign_stories(pause=self._pause)
        self._unlooked_since = math.inf
        self._stories_after = monotonic() + STORIES_SHARE * (monotonic() - begin)
        if found:
            self._seen = None

    def _watch(self) -> None:
        """Looks whether the files of the index are what they were."""
        if (at := monotonic()) >= self._next_look:
            self._next_look = at + LOOK_S
            self._scrubber.look()
            self._say_progress()
        self._scrubber.advance()

    def _opened_archive(self) -> Archive:
        path = self._data / ARCHIVE_NAME
        file = _inode(path)
        if file != self._file:
            self._close_archive()
        if self._archive is None:
            if file is None and _covered(self._data):
                raise ArchiveError(
                    f"there is no archive at {path}, and the index covers change {_covered(self._data)} of one: bring back a "
                    "backup with article-search restore FILE, or remove the index to begin with nothing",
                    path=path,
                )
            self._archive = Archive(self._data, kept_versions=self._options.kept_versions)
            self._file = _inode(path)
        return self._archive

    def _close_archive(self) -> None:
        if self._archive is not None:
            self._archive.close()
            self._archive = None
        self._seen = None

    def _progress(self, _stage: str, _done: int) -> None:
        self._pause()

    def _pause(self) -> None:
        if self._stop():
            raise _StopError

    def _waits(self) -> float:
        at = monotonic()
        if self._waiting_since is None:
            self._waiting_since = at
        if at - self._waiting_since >= WAITING_AFTER_S and self._status.state == "following":
            self._say(state="waiting")
        return POLL_S

    def _failed(self, problem: str, *, verify: bool = False) -> float:
        if (self._status.state, self._status.problem) != ("failing", problem):
            _log.error("the index of %s cannot be kept up: %s", self._data, problem)
        self._say(state="failing", problem=problem, failures=self._status.failures + 1)
        if verify:
            self._mend_if_damaged()
        wait, self._retry_s = self._retry_s, min(2 * self._retry_s, LAST_RETRY_S)
        return wait

    def _mend_if_damaged(self) -> None:
        try:
            self._scrubber.verify()
        except _FAULTS as fault:
            self._fault = fault.with_traceback(None), _generation(self._data)  # the next attempt builds it anew
        except (StorageError, OSError) as error:
            _log.error("the index cannot be looked through: %s", error)

    def _say_progress(self) -> None:
        scrubber = self._scrubber
        self._say(
            scrub_began=scrubber.began or self._status.scrub_began,
            scrub_ended=scrubber.ended or self._status.scrub_ended,
            # In hundredths of all, so that the file is not written for each chunk.
            scrub_bytes=scrubber.done - scrubber.done % max(1, scrubber.total // 100),
            scrub_total=scrubber.total,
        )

    def _say(self, *, state: State | None = None, **changed: object) -> None:
        status = replace(self._status, **changed)  # type: ignore[arg-type]
        if state is not None and state != status.state:
            status = replace(status, state=state, since=now())
        if status != self._status or state is not None:
            self._status = status
            try:
                write_status(self._data, status)
            except OSError as error:
                _log.warning("cannot write to %s: %s", self._data, error.strerror)


def _wait(seconds: float, stop: Callable[[], bool]) -> None:
    until = monotonic() + seconds
    while not stop() and (left := until - monotonic()) > 0:
        sleep(min(left, POLL_S))


def _words_stamp(data: Path) -> tuple[int, int] | None:
    try:
        found = (data / USER_WORDS_NAME).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _covered(data: Path) -> int:
    """The change that the index covers; 0 where that cannot be said."""
    try:
        return read_manifest(data).change
    except StorageError:
        return 0


def _generation(data: Path) -> _Generation:
    """What tells a generation from one of the same name that took its place."""
    try:
        name = read_manifest(data).generation
    except StorageError:
        return None
    return name, _inode(index_folder(data) / name)


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _opens(data: Path, options: BuildOptions) -> bool:
    try:
        open_newest(data, analysis=options.analyzer.fingerprint)
    except StorageError:
        return False
    return True


def _no_damage(fault: BaseException) -> bool:
    """Whether the index may be sound and only could not be opened: too many open files, no right to read it."""
    cause = fault.__cause__
    return isinstance(cause, OSError) and cause.errno in _NO_DAMAGE
