"""The loop of ``index --watch``: everything once, then what changes, in batches, until the process is told to stop.

Each batch is a run of ``index_paths`` over exactly the files that changed; between batches nothing is locked. Whatever notices
tell or fail to tell, what counts is how the files stand: a scan finds what was missed. A path that is gone or is another folder
than it was (its device was unmounted) takes no article with it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic

from indexer.build import Absent, BuildOptions, IndexReport, Part, index_paths
from indexer.errors import DataLockedError, SettingsError, StorageError
from indexer.intake import Progress
from indexer.sources import STDIN_NAME
from indexer.store import Merger
from indexer.watch.files import Root, Scan, Settling, Stamp
from indexer.watch.notices import LOST, Notices

__all__ = ["Pace", "watch_paths"]

WORKERS = 1
"""Processes that index a batch: a process with threads, as this one is by then, should not fork."""
LONGEST_LOCK_WAIT_S = 1.0
"""Whoever writes longer than that is told of, and waited for between attempts: a signal then ends the wait."""
NOTICES_AT_ONCE = 10_000
SCAN_SHARE = 20
"""Scans take no more than one part in so many of the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How soon things are done, in seconds.

    A changed file is read once it has stood still for ``still``, or has been written to for ``longest``. Articles are deleted
    once nothing more has gone for ``gone``, or for ``longest``. What the paths are is looked at every ``roots``, all of their
    files every ``scan``, and every ``blind`` where the system tells nothing of changes; ``always_blind`` takes all for such. What
    failed is tried again after ``retry``.
    """

    still: float = 0.5
    longest: float = 30.0
    gone: float = 2.0
    roots: float = 2.0
    scan: float = 3600.0
    blind: float = 10.0
    retry: float = 2.0
    always_blind: bool = False


@dataclass(slots=True)
class _Followed:
    """A root, what was there when it was last looked at, the files it had, and those of them that are gone, with when."""

    root: Root
    identity: tuple[int, int] | None = None
    files: dict[str, Stamp] = field(default_factory=dict)
    gone: dict[str, float] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    blind: bool = False
    lost: bool = False
    next_scan: float = 0.0


def watch_paths(
    paths: Sequence[str | Path],
    data: str | Path,
    options: BuildOptions,
    *,
    absent: Absent | None = None,
    on_report: Callable[[IndexReport], None],
    say: Callable[[str], None],
    progress: Progress = lambda _stage, _done: None,
    pace: Pace | None = None,
) -> None:
    """Indexes files and folders, then whatever changes in them, until it is interrupted. It does not return.

    ``on_report`` is called after each run, the first, whose ``progress`` is told, and every batch; ``say`` with what else is to
    be known.

    Raises:
        SettingsError: one of the paths cannot be followed.
        StorageError: the first run failed. Later failures are said, and tried again.
    """
    if any(str(path) == STDIN_NAME for path in paths):
        raise SettingsError("standard input cannot be watched; give files and folders", setting="watch")
    watch = _Watch(paths, data, options, absent or Absent(), on_report, say, pace or Pace())
    try:
        watch.begin(progress)
        while True:
            watch.step()
    finally:
        watch.close()


class _Watch:
    def __init__(
        self,
        paths: Sequence[str | Path],
        data: str | Path,
        options: BuildOptions,
        absent: Absent,
        on_report: Callable[[IndexReport], None],
        say: Callable[[str], None],
        pace: Pace,
    ) -> None:
        self._roots = {root.path: _Followed(root) for root in (Root(path, data) for path in paths)}
        self._data = data
        self._options = replace(options, lock_wait_s=min(options.lock_wait_s, LONGEST_LOCK_WAIT_S))
        self._merger = Merger(memory_mb=options.memory_mb)
        self._absent = absent
        self._on_report = on_report
        self._say = say
        self._pace = pace
        self._queue: SimpleQueue[str] = SimpleQueue()
        self._settling = Settling(still_s=pace.still, longest_s=pace.longest)
        self._changed: dict[str, None] = {}
        self._notices: Notices | None = None
        self._next_look = 0.0
        self._not_before = 0.0
        self._trouble = ""

    def begin(self, progress: Progress) -> None:
        """Indexes everything, and follows it from then on."""
        for followed in self._roots.values():
            # Before the files are read: what changes from now on differs from this.
            followed.identity = followed.root.identity()
            followed.files = self._own(followed, followed.root.scan())
        self._on_report(self._run_all(progress))
        self._trouble = ""
        self._options = replace(self._options, workers=WORKERS)
        self._options.analyzer.words("热")  # the dictionaries are loaded now, and not for the first change
        self._notices = Notices(self._queue)
        for followed in self._roots.values():
            self._follow(followed)
            self._scan(followed)

    def _run_all(self, progress: Progress) -> IndexReport:
        while True:
            try:
                return index_paths(list(self._roots), self._data, self._options, absent=self._absent, progress=progress)
            except DataLockedError as error:
                self._wait_for(error)
                time.sleep(self._pace.retry)

    def step(self) -> None:
        """Waits for something to do, and does it."""
        self._listen()
        now = monotonic()
        if now >= self._next_look:
            self._look_at_roots()
        for followed in self._roots.values():
            if now >= followed.next_scan:
                self._scan(followed)
        self._settle(now)
        if now >= self._not_before:
            self._index(now)

    def close(self) -> None:
        if self._notices is not None:
            self._notices.close()

    def _listen(self) -> None:
        """Takes notices until something is due."""
        now = monotonic()
        due = [self._next_look, *(followed.next_scan for followed in self._roots.values())]
        if (settled := self._settling.due()) is not None:
            due.append(settled)
        if self._changed or any(self._leaving(followed) for followed in self._roots.values()):
            due.append(max(self._not_before, now + self._pace.still))
        try:
            self._notice(self._queue.get(timeout=max(0.0, min(due) - now)))
            for _ in range(NOTICES_AT_ONCE):
                self._notice(self._queue.get_nowait())
        except Empty:
            pass

    def _notice(self, path: str) -> None:
        if path == LOST:
            self._say("more changed at once than the system could tell of; all files are looked at")
            for root in self._roots.values():
                root.next_scan = 0.0
            return
        if (followed := self._root_of(path)) is not None and followed.root.holds(path):
            self._settling.touch(path, monotonic())

    def _root_of(self, path: str) -> _Followed | None:
        """The nearest of the roots that ``path`` lies in."""
        if path in self._roots:
            return self._roots[path]
        return next((self._roots[str(above)] for above in Path(path).parents if str(above) in self._roots), None)

    def _look_at_roots(self) -> None:
        self._next_look = monotonic() + self._pace.roots
        for followed in self._roots.values():
            identity = followed.root.identity()
            if identity == followed.identity:
                continue
            followed.identity = identity
            followed.lost = True  # until a scan finds files in it that were there before
            if identity is None:
                self._say(
                    f"{followed.root.path} is no longer there; none of its articles is deleted, and it is waited for"
                )
            else:
                self._follow(followed)
                followed.next_scan = 0.0

    def _follow(self, followed: _Followed) -> None:
        if self._notices is None or followed.identity is None:
            return
        why = None
        if self._pace.always_blind:
            followed.blind = True
        elif (why := self._notices.follow(followed.root.path)) is not None:
            if not followed.blind:
                self._say(f"{followed.root.path} is looked through every {self._pace.blind:g} s: {why}")
            followed.blind = True

    def _scan(self, followed: _Followed) -> None:
        """Looks for what changed, told of or not."""
        begin = monotonic()
        followed.next_scan = begin + self._pace.scan
        if followed.identity is None:
            return
        scan = followed.root.scan()
        files, unread = self._own(followed, scan), frozenset(scan.unread)
        for path, stamp in files.items():
            followed.gone.pop(path, None)
            if followed.files.get(path) != stamp:
                self._settling.touch(path, begin, again=False)
        gone = [path for path in followed.files if path not in files and not _lies_in(path, unread)]
        if followed.lost and followed.files and len(gone) == len(followed.files):
            self._say(
                f"{followed.root.path} is not the folder it was, and nothing of that is in it; no article is deleted"
            )
        else:
            followed.lost = False
            self._part_with(followed, gone, begin)
        end = monotonic()
        pause = self._pace.blind if followed.blind or scan.linked else self._pace.scan
        followed.next_scan = end + max(pause, (end - begin) * SCAN_SHARE)

    def _own(self, followed: _Followed, scan: Scan) -> dict[str, Stamp]:
        """Of the files that were found those that lie in no nearer root."""
        return {path: stamp for path, stamp in scan.files.items() if self._root_of(path) is followed}

    def _part_with(self, followed: _Followed, paths: Iterable[str], now: float) -> None:
        """Notes that files have gone; where their articles stay, that is all there is to do."""
        for path in list(paths):
            if self._absent.delete_missing:
                followed.gone.setdefault(path, now)
            else:
                del followed.files[path]

    def _settle(self, now: float) -> None:
        folders: list[str] = []
        for path, stamp in list(self._settling.still(now)):
            followed = self._root_of(path)
            if followed is None:
                continue
            if stamp is None:
                folders.append(path)
                continue
            followed.gone.pop(path, None)
            if followed.files.get(path) != stamp:
                followed.files[path] = stamp
                self._changed[path] = None
        if folders:
            self._look_at_roots()  # before anything counts as gone
            self._settle_folders(folders, now)

    def _settle_folders(self, paths: Iterable[str], now: float) -> None:
        """Of paths that are no files: looks into the folders, and notes what has gone with the others."""
        left: set[str] = set()
        for path in paths:
            root = self._root_of(path)
            if root is None or root.lost or root.identity is None:
                continue
            if not Path(path).is_dir():
                left.add(path)
                continue
            for found, stamp in root.root.scan(path).files.items():
                if root.files.get(found) != stamp and root.root.holds(found):
                    self._settling.touch(found, now, again=False)
        for followed in self._roots.values() if left else ():
            if not (followed.lost or followed.identity is None):
                self._part_with(followed, (path for path in followed.files if _lies_in(path, left)), now)

    def _leaving(self, followed: _Followed) -> tuple[str, ...]:
        """What is to be judged of the files that are gone: nothing where that was refused, and no more has gone since."""
        if followed.lost or followed.identity is None:
            return ()
        return () if followed.refused.issuperset(followed.gone) else tuple(followed.gone)

    def _due_to_leave(self, now: float) -> dict[str, _Followed]:
        due: dict[str, _Followed] = {}
        for followed in self._roots.values():
            leaving = self._leaving(followed)
            times = [followed.gone[path] for path in leaving]
            if leaving and (now >= max(times) + self._pace.gone or now >= min(times) + self._pace.longest):
                due |= dict.fromkeys(leaving, followed)
        return due

    def _index(self, now: float) -> None:
        gone = self._due_to_leave(now)
        changed = [path for path in self._changed if Path(path).is_file()]
        if not changed and not gone:
            self._changed.clear()
            return
        part = Part(roots=tuple(self._roots), gone=tuple(gone))
        try:
            report = index_paths(
                changed, self._data, self._options, absent=self._absent, part=part, merger=self._merger
            )
        except (StorageError, OSError) as error:
            self._wait_for(error)
            return
        self._trouble = ""
        self._changed.clear()
        self._on_report(report)
        refused = {root.path for root in report.refused}
        for path, followed in gone.items():
            if followed.root.absolute in refused:
                followed.refused |= {path}
            elif not refused:
                followed.files.pop(path, None)
                followed.gone.pop(path, None)

    def _wait_for(self, error: StorageError | OSError) -> None:
        """Says what stands in the way, once, and has it tried again later."""
        if str(error) != self._trouble:
            self._say(f"{error} (it is tried again until it can be done)")
        self._trouble = str(error)
        self._not_before = monotonic() + self._pace.retry


def _lies_in(path: str, places: Set[str]) -> bool:
    """Whether ``path`` is one of the places, or lies in one."""
    return path in places or any(str(above) in places for above in Path(path).parents)
