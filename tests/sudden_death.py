"""A process that dies at a chosen step, as with ``kill -9``; run as a script, it kills many a backup and restore.

``python -m tests.sudden_death 1000`` prints how many left the old state, how many the new, and fails when one left another.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.backup import back_up
from indexer.build import BuildOptions, sync
from indexer.check import check
from indexer.directory import KEPT_FILES
from indexer.restore import read_backup, restore
from indexer.sources import ReadLimits
from tests.conftest import ZONE, article

State = dict[str, object]


def dies(work: Callable[[], object], *, step: int | None = None, after_s: float | None = None) -> bool:
    """Whether a process that does ``work`` died, at that call of a C function or after that time, before it was done."""
    # A plain fork: what measures coverage in processes of multiprocessing would run, and fail, after the last step too.
    child = os.fork()
    if child == 0:
        try:
            _work(work, step)
        except BaseException:  # noqa: BLE001 - told, and told apart by its status
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if after_s is not None:
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL), status
    return status != 0


def count_steps(work: Callable[[], object]) -> int:
    """How many calls of C functions ``work`` is."""
    count = 0

    def note(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event == "c_call"

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def _work(work: Callable[[], object], step: int | None) -> None:
    left = step

    def note(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal left
        if event == "c_call" and left is not None:
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    if step is not None:
        sys.setprofile(note)
    work()
    sys.setprofile(None)


def make_data(data: Path, name: str, options: BuildOptions, *, count: int) -> Path:
    """A data directory with everything that a backup holds, all of it told by ``name``."""
    with Archive(data) as archive:
        archive.put(article(f"{name}{n}", body=f"{name}的第{n}篇。" * 50) for n in range(count))
    sync(data, options)
    with closing(connect(data / "state.db")) as state:
        state.execute("CREATE TABLE note (text TEXT)")
        state.execute("INSERT INTO note VALUES (?)", (name,))
        state.commit()
    for file in KEPT_FILES:
        if file.endswith((".txt", ".toml")):
            (data / file).write_text(f"# {name}\n", encoding="utf-8")
    return data


def state_of(data: Path) -> State:
    """All that a data directory keeps, but for the index."""
    with Archive(data, create=False) as archive:
        state: State = {"articles": [change.article for change in archive.changes(0)], "change": archive.last_change()}
    for file in KEPT_FILES:
        path = data / file
        if path.suffix != ".db":
            state[file] = path.read_text(encoding="utf-8") if path.exists() else None
    with closing(connect(data / "state.db")) as notes:
        state["state.db"] = notes.execute("SELECT text FROM note").fetchall()
    return state


class Trial:
    """Two data directories and a backup of the second, which is restored over copies of the first."""

    def __init__(self, folder: Path, options: BuildOptions) -> None:
        self._folder = folder
        self._options = options
        self._first = make_data(folder / "first", "旧", options, count=30)
        second = make_data(folder / "second", "新", options, count=20)
        (second / "pins.txt").unlink()
        self._backup = folder / "backup.zip"
        back_up(second, self._backup)
        self._old, self._new = state_of(self._first), state_of(second)
        self._data = folder / "data"
        self._copied = folder / "copied.zip"
        self.restore_steps = self._count(self._restore)
        self.backup_steps = self._count(self._back_up)

    def kill_restore(self, *, step: int | None = None, after_s: float | None = None) -> str:
        """What a restore that was killed has left, ``old`` or ``new``, with an index that agrees."""
        self._begin()
        dies(self._restore, step=step, after_s=after_s)
        with Archive(self._data, create=False) as archive:  # as a service reads it, before anything was mended
            change = archive.last_change()
        assert change in (self._old["change"], self._new["change"])
        sync(self._data, self._options)
        found = state_of(self._data)
        assert found in (self._old, self._new)
        assert check(self._data, self._options).findings == ()
        return "old" if found == self._old else "new"

    def kill_backup(self, *, step: int | None = None, after_s: float | None = None) -> str:
        """What a backup that was killed has left of the file that it replaces, ``old`` or ``new``; both can be restored."""
        self._begin()
        shutil.copyfile(self._backup, self._copied)
        dies(self._back_up, step=step, after_s=after_s)
        articles = read_backup(self._copied).articles
        assert articles in (20, 30)
        target = self._folder / "from-copied"
        shutil.rmtree(target, ignore_errors=True)
        restore(target, self._copied)
        assert state_of(target) == (self._new if articles == 20 else self._old)
        self._back_up()  # what the killed one left is no hindrance
        assert not list(self._folder.glob(".*"))
        return "old" if articles == 20 else "new"

    def _begin(self) -> None:
        shutil.rmtree(self._data, ignore_errors=True)
        shutil.copytree(self._first, self._data)

    def _restore(self) -> None:
        restore(self._data, self._backup, replace=True)

    def _back_up(self) -> None:
        back_up(self._data, self._copied, replace=True)

    def _count(self, work: Callable[[], object]) -> int:
        self._begin()
        return count_steps(work)


def main(count: int) -> None:
    chance = random.Random(count)
    options = BuildOptions(analyzer=Analyzer(), zone=ZONE, limits=ReadLimits())
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder), options)
        for kill, steps in ((trial.kill_restore, trial.restore_steps), (trial.kill_backup, trial.backup_steps)):
            left: Counter[str] = Counter()
            for number in range(count):
                if number % 3:
                    left[kill(step=chance.randrange(steps))] += 1
                else:
                    left[kill(after_s=chance.random() * 0.08)] += 1
            print(  # noqa: T201
                f"{kill.__name__}: {count} killed, {left['old']} left the old state, {left['new']} the new"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]))
