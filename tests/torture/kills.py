"""Kill -9 at random moments of indexing, merging, switching generations, deleting, making keys, backing up and restoring.

One directory goes through all of it. Each round a process begins something, says what it begins and what it was told, and is
killed; or one of its workers is. Then the directory is opened as the next command would, brought up, and judged.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median

from indexer import follow, intake
from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.backup import back_up
from indexer.build import Absent, BuildOptions, index_paths, sync
from indexer.restore import restore
from indexer.state import KeyRing, add_key, revoke_key
from indexer.store import Merger, tiers, writer
from tests.torture.counts import Counts
from tests.torture.ledger import (
    Ledger,
    State,
    Teller,
    build_options,
    judge_backup,
    judge_keys,
    live,
    made,
    verify,
    write_records,
)
from tests.torture.processes import Death, die

__all__ = ["LONG", "SHORT", "Field", "run"]

SHORT, LONG = 20, 400
IDS = 30
MERGED_S = 20
LARGEST_STEP = 4_000
"""Calls of C functions at which a process is killed that is killed by its step."""


class Field:
    """A data directory that has lived through a lot, and what is known of it."""

    def __init__(self, folder: Path, chance: Random) -> None:
        self.data = folder / "data"
        self.backup = folder / "backup.zip"
        self.folder = folder
        self.chance = chance
        self.analyzer = Analyzer()
        self.ledger = Ledger()
        self.saved: State = {}
        self._version = 0

    def options(self, workers: int = 1) -> BuildOptions:
        """How to build."""
        return build_options(self.analyzer, workers)

    def next_version(self) -> int:
        """A version that no article had."""
        self._version += 1
        return self._version

    def some(self, prefix: str, most: int) -> State:
        """Some of the articles that begin with a letter, each in a new version or deleted."""
        ids = self.chance.sample(range(IDS), self.chance.randint(1, most))
        return {f"{prefix}{at}": None if self.chance.random() < 0.2 else self.next_version() for at in ids}


Action = Callable[[Teller], object]


def put(field: Field) -> Action:
    """Several transactions, as a service has them, each acknowledged for itself."""
    batches = [field.some("p", 6) for _ in range(12)]

    def work(teller: Teller) -> None:
        with Archive(field.data) as archive:
            for batch in batches:
                _put(archive, batch, teller)

    return work


def follow_up(field: Field) -> Action:
    """Writes, each followed by a commit of the index: a few articles a segment, so that segments are merged."""
    batches = [field.some("p", 6) for _ in range(4)]

    def work(teller: Teller) -> None:
        follow.TARGET_BATCH = 4
        for batch in batches:
            with Archive(field.data) as archive:
                _put(archive, batch, teller)
            sync(field.data, field.options())

    return work


def merge_beside(field: Field) -> Action:
    """As a keeper does it: commits go on while a process beside merges, and what it made is put in."""
    batches = [field.some("p", 6) for _ in range(8)]

    def work(teller: Teller) -> None:
        tiers.SMALL, writer.MERGED_AT_COMMIT = 2, 4
        merger = Merger(memory_mb=64)
        try:
            for batch in batches:
                with Archive(field.data) as archive:
                    _put(archive, batch, teller)
                sync(field.data, field.options(), merger=merger)
            deadline = time.monotonic() + MERGED_S
            while merger.merge is not None and not merger.ready() and time.monotonic() < deadline:
                time.sleep(0.01)
            sync(field.data, field.options(), merger=merger)
        finally:
            merger.close()

    return work


def keys(field: Field) -> Action:
    """Keys of the HTTP interface are made and revoked. A restore may change them too, so they are judged at once."""
    names = {key.name for key in KeyRing(field.data).read() if key.revoked is None}
    field.ledger.keys, field.ledger.keys_begun = dict.fromkeys(names, True), {}
    steps = [f"k{field.chance.randrange(8)}" for _ in range(12)]

    def work(teller: Teller) -> None:
        there = set(names)
        for name in steps:
            teller.key(name, counts=name not in there, sure=False)
            if name in there:
                revoke_key(field.data, name)
            else:
                add_key(field.data, name, "write")
            there ^= {name}
            teller.key(name, counts=name in there, sure=True)

    return work


def index(field: Field) -> Action:
    """A file is read in place of what was in it before, by one or two workers, in small transactions, runs and commits."""
    chance = field.chance
    before = {key: version for key, version in live(field.ledger.sure).items() if key.startswith("f")}
    state: State = {
        f"f{at}": before[f"f{at}"] if f"f{at}" in before and chance.random() < 0.5 else field.next_version()
        for at in range(IDS)
        if chance.random() < 0.8
    }
    gone = dict.fromkeys(before.keys() - state.keys())
    source = write_records(field.folder / "source.jsonl", state)
    workers = chance.choice((1, 1, 2))

    def work(teller: Teller) -> None:
        intake.BATCH, follow.TARGET_BATCH, writer.MAX_RUN_ARTICLES, writer.MERGED_BY_WORKERS = 4, 10, 5, 10
        left = list(state)

        def read(stage: str, done: int) -> None:
            if stage == "read":
                teller.sure(left[:done])
                del left[:done]

        teller.begin(state | gone)
        absent = Absent(delete_missing=True, however_many=True)
        index_paths([source], field.data, field.options(workers), absent=absent, progress=read)
        teller.end()

    return work


def rebuild(field: Field) -> Action:
    """A new generation beside the old one, and the switch."""
    workers = field.chance.choice((1, 2))

    def work(_teller: Teller) -> None:
        follow.TARGET_BATCH, writer.MAX_RUN_ARTICLES, writer.MERGED_BY_WORKERS = 20, 5, 10
        sync(field.data, field.options(workers), anew=True)

    return work


def save(field: Field) -> Action:
    """A backup in place of the one before."""
    state = dict(field.ledger.sure)

    def work(teller: Teller) -> None:
        teller.backup(state, sure=False)
        back_up(field.data, field.backup, replace=True)
        teller.backup(state, sure=True)

    return work


def bring_back(field: Field) -> Action:
    """The last backup in place of all that is there."""
    state = field.saved

    def work(teller: Teller) -> None:
        teller.begin_whole(state)
        restore(field.data, field.backup, replace=True)
        teller.end()

    return work


ACTIONS = {
    "put": put,
    "commit": follow_up,
    "merge": merge_beside,
    "index": index,
    "keys": keys,
    "rebuild": rebuild,
    "backup": save,
    "restore": bring_back,
}
WEIGHTS = (2, 3, 3, 6, 1, 3, 2, 2)


def run(folder: Path, rounds: int, chance: Random) -> Counts:
    """Begins ``rounds`` works after one another, and kills them."""
    folder.mkdir(parents=True, exist_ok=True)
    field = Field(folder, chance)
    counts = Counts()
    durations: dict[str, list[float]] = {}
    for name in ("put", "index", "backup", "restore"):  # how long they take, and something to begin with
        death = _begin(field, name, counts, after_s=None, step=None)
        durations[name] = [death.seconds]
    for _ in range(rounds):
        (name,) = chance.choices(list(ACTIONS), WEIGHTS)
        known = durations.setdefault(name, [0.2])
        after_s = chance.random() * median(known[-9:]) * 1.1
        step = chance.randrange(LARGEST_STEP) if chance.random() < 0.3 else None
        victim = "child" if name in ("index", "merge") and chance.random() < 0.3 else "self"
        death = _begin(field, name, counts, after_s=None if step else after_s, step=step, victim=victim)
        counts.rounds += 1
        if death.status == 0 and step is None:
            known.append(death.seconds)
        else:
            counts.kills += death.status != 0
            counts.note(f"killed at {name}", death.status != 0)
    counts.acknowledged = field.ledger.acknowledged
    return counts


def _begin(
    field: Field, name: str, counts: Counts, *, after_s: float | None, step: int | None, victim: str = "self"
) -> Death:
    """Has something begun and perhaps killed, and judges what is left."""
    action = ACTIONS[name](field)
    death = die(lambda say: action(Teller(say)), field.folder / "errors", after_s=after_s, step=step, victim=victim)
    for line in death.said:
        field.ledger.hear(line)
    before = len(counts.problems)
    if name == "keys":
        judge_keys(field.data, field.ledger, counts)
    if death.status not in (0, -9) and not _explained(death.errors):
        counts.fault(f"it ended with {death.status}: {death.errors.strip()[-400:]}")
    verify(field.data, field.ledger, field.analyzer, counts)
    if name == "backup":
        _judge_backup(field, counts)
    counts.problems[before:] = [f"{name} was killed: {what}" for what in counts.problems[before:]]
    return death


def _explained(errors: str) -> bool:
    """Whether a process says that its worker was killed: by us, or at the step that the worker has from it."""
    last = errors.strip().rpartition("\n")[2]
    return last.startswith("indexer.errors.StorageError: a process that ") and "was ended" in last


def _judge_backup(field: Field, counts: Counts) -> None:
    scratch = field.folder / "restored"
    shutil.rmtree(scratch, ignore_errors=True)
    field.saved = judge_backup(field.backup, scratch, field.ledger, counts)
    field.ledger.backups = [field.saved]


def _put(archive: Archive, batch: State, teller: Teller) -> None:
    written = [made(key, version) for key, version in batch.items() if version is not None]
    gone = [key for key, version in batch.items() if version is None]
    teller.begin(batch)
    archive.put(written)
    teller.sure(article.id for article in written)
    archive.delete(gone)
    teller.end()
