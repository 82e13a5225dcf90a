"""Kill -9 at any step of a backup, and of a restore over a full directory: all is as before, or all as in the backup.

Beside ``kills.py``, where one directory lives through many works, this looks at every file that a directory keeps.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from sqlite3 import connect

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.backup import back_up
from indexer.build import BuildOptions, sync
from indexer.check import check
from indexer.directory import KEPT_FILES
from indexer.errors import ArticleSearchError
from indexer.restore import read_backup, restore
from tests.conftest import article
from tests.torture.counts import Counts
from tests.torture.ledger import build_options
from tests.torture.processes import count_steps, die

__all__ = ["LONG", "SHORT", "Trial", "make_data", "run", "state_of"]

SHORT, LONG = 12, 200

State = dict[str, object]


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
        self.kills = 0
        self.restore_steps = self._count(self._restore)
        self.backup_steps = self._count(self._back_up)

    def kill_restore(self, *, step: int | None = None, after_s: float | None = None) -> str:
        """What a restore that was killed has left, ``old`` or ``new``, with an index that agrees."""
        self._begin()
        self._kill(self._restore, step, after_s)
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
        self._kill(self._back_up, step, after_s)
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

    def _kill(self, work: Callable[[], object], step: int | None, after_s: float | None) -> None:
        death = die(lambda _say: work(), self._folder / "errors", step=step, after_s=after_s)
        assert death.status in (0, -9), death.errors
        self.kills += death.status != 0

    def _restore(self) -> None:
        restore(self._data, self._backup, replace=True)

    def _back_up(self) -> None:
        back_up(self._data, self._copied, replace=True)

    def _count(self, work: Callable[[], object]) -> int:
        self._begin()
        return count_steps(work)


def run(folder: Path, rounds: int, chance: Random) -> Counts:
    """Kills ``rounds`` restores and backups, two of three at a step by chance and the others at a moment."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = Counts()
    trial = Trial(folder, build_options(Analyzer()))
    for number in range(rounds):
        kill, steps = (
            (trial.kill_restore, trial.restore_steps) if number % 2 else (trial.kill_backup, trial.backup_steps)
        )
        name = kill.__name__.removeprefix("kill_")
        try:
            left = kill(step=chance.randrange(steps)) if number % 3 else kill(after_s=chance.random() * 0.08)
        except (AssertionError, ArticleSearchError) as error:
            counts.lose(f"a {name} that was killed left neither the old state nor the new: {error}")
        else:
            counts.note(f"{name}s that left the {left} state")
        counts.rounds += 1
    counts.kills = trial.kills
    return counts
