"""What is recorded for ``power.py``: one process that writes, commits, merges, builds anew, backs up, restores or migrates.

``python -m tests.torture.power_work WORK DISK SAID SEED``; before each step it says what it begins, after it that it is done.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from indexer import follow, intake
from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.backup import back_up
from indexer.build import Absent, delete_articles, index_paths, sync
from indexer.restore import restore
from indexer.state import add_key, revoke_key
from tests.conftest import ROOT
from tests.torture.ledger import Ledger, State, Teller, build_options, made, write_records

__all__ = ["FIRST", "WORKS", "prepare"]

BACKED_UP: State = {f"p{at}": 1 for at in range(6)}
FIRST = frozenset({"kept", "copy", "reprint", "fixed", "gone", "page"})
"""Ids of the archive of an earlier version that is brought up to date."""

FROZEN = ROOT / "tests" / "formats" / "archive-2" / "archive.db"


class Work:
    """A directory ``data`` on a disk, the options to build with, and the teller of what is done."""

    def __init__(self, disk: Path, teller: Teller, chance: Random) -> None:
        self.disk = disk
        self.data = disk / "data"
        self.teller = teller
        self.chance = chance
        self.options = build_options(Analyzer())

    def put(self, changes: Mapping[str, int | None]) -> None:
        """Writes and deletes in the archive, as a service does."""
        self.teller.begin(changes)
        with Archive(self.data) as archive:
            written = [made(key, version) for key, version in changes.items() if version is not None]
            gone = [key for key, version in changes.items() if version is None]
            archive.put(written)
            self.teller.sure(article.id for article in written)
            if gone:
                archive.delete(gone)
        self.teller.end()

    def index(self, state: State, source: Path, *, gone: Sequence[str] = ()) -> None:
        """Reads a file of articles; those that are ``gone`` from it are deleted."""
        self.teller.begin(state | dict.fromkeys(gone))
        write_records(source, state)
        index_paths([source], self.data, self.options, absent=Absent(delete_missing=True, however_many=True))
        self.teller.end()


def writes(work: Work) -> None:
    """A new directory: files, single writes with a commit each so that segments are merged, deletions, a new generation."""
    intake.BATCH, follow.TARGET_BATCH = 7, 11
    source = work.disk.parent / "source.jsonl"
    work.index({f"f{at}": 1 for at in range(24)}, source)
    for step in range(5):
        work.put({f"p{at}": step for at in work.chance.sample(range(12), 4)} | {f"f{step}": None})
        sync(work.data, work.options)
    work.index({f"f{at}": 2 if at % 3 else 1 for at in range(8, 22)}, source, gone=["f5", "f6", "f7", "f22", "f23"])
    sync(work.data, work.options, anew=True)
    work.put({"p3": 9})
    work.teller.begin({"p3": None})
    delete_articles(["p3"], work.data, work.options)
    work.teller.end()


def backups(work: Work) -> None:
    """Two backups over one another, with writes between."""
    file = work.disk / "backup.zip"
    for step in range(2):
        state = {f"p{at}": step + 1 for at in range(6 + step * 3)}
        work.put(state)
        work.teller.backup(state, sure=False)
        back_up(work.data, file, replace=True)
        work.teller.backup(state, sure=True)


def restores(work: Work) -> None:
    """A backup over what was written later, twice."""
    for step in range(2):
        work.put({"later": step, "p2": step + 2})
        sync(work.data, work.options)
        restore_anew(work)
    work.put({"last": 3})


def restore_anew(work: Work) -> None:
    """A backup into a directory that is there or not."""
    work.teller.begin_whole(BACKED_UP)
    restore(work.data, work.disk / "backup.zip", replace=True)
    work.teller.end()


def keys(work: Work) -> None:
    """Keys are made and revoked."""
    there: set[str] = set()
    for name in ("first", "second", "first", "third", "second", "first", "third"):
        work.teller.key(name, counts=name not in there, sure=False)
        if name in there:
            revoke_key(work.data, name)
        else:
            add_key(work.data, name, "write")
        there ^= {name}
        work.teller.key(name, counts=name in there, sure=True)


def migration(work: Work) -> None:
    """An archive of an earlier version is opened, and written to."""
    work.put({"new": 1})
    work.put({"new": 2, "more": 1})


def prepare(name: str, disk: Path) -> Ledger:
    """Lays what the work of that name begins with, all of it durable, and says what it is."""
    ledger = Ledger()
    if name.startswith("restore"):
        work = Work(disk, Teller(ledger.hear), Random(0))
        work.put(BACKED_UP)
        back_up(work.data, disk / "backup.zip")
        work.teller.backup(BACKED_UP, sure=True)
        sync(work.data, work.options)
        if name == "restore_anew":
            shutil.rmtree(work.data)
            ledger = replace(ledger, sure={})
    elif name == "migration":
        (disk / "data").mkdir()
        shutil.copy(FROZEN, disk / "data" / "archive.db")
        ledger = replace(ledger, foreign=FIRST)
    return ledger


WORKS: dict[str, Callable[[Work], None]] = {
    "writes": writes,
    "backups": backups,
    "restores": restores,
    "restore_anew": restore_anew,
    "migration": migration,
    "keys": keys,
}


def main(name: str, disk: str, said: str, seed: str) -> None:
    """Does the work of that name."""
    descriptor = os.open(said, os.O_WRONLY | os.O_APPEND)
    teller = Teller(lambda line: os.write(descriptor, line.encode()))
    WORKS[name](Work(Path(disk), teller, Random(int(seed))))


if __name__ == "__main__":
    main(*sys.argv[1:])
