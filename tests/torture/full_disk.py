"""A full disk: a small file system of its own, filled up to a chance amount of room, while something is written.

Each time the command must end with status 2 and one line that says what could not be written, where and what to do; searches go
on; nothing that was acknowledged is lost; and the same command does it once there is room.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

from indexer import follow, intake
from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.errors import StorageError
from search.cli import main as command
from search.request import SearchRequest
from tests.torture.counts import Counts
from tests.torture.ledger import Ledger, State, Teller, live, made, open_local, verify, write_records
from tests.torture.processes import Death, die

__all__ = ["LONG", "SHORT", "can_mount", "run", "small_disk"]

SHORT, LONG = 7, 70
DISK_BYTES = 24 << 20
MOST_ROOM_BYTES = 1_200_000
"""The works write up to so much, and most of them more than half of it."""

Work = Callable[["Trial", Teller], int]


def can_mount() -> bool:
    """Whether this process may mount a file system."""
    return os.geteuid() == 0 and Path("/proc/filesystems").read_text().find("tmpfs") >= 0


@contextmanager
def small_disk(place: Path, size: int = DISK_BYTES) -> Iterator[Path]:
    """A file system of ``size`` bytes in memory, mounted at ``place``."""
    place.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


class Trial:
    """A data directory on the small disk, inputs and backups beside it, and a file that takes the room."""

    def __init__(self, disk: Path, outside: Path, chance: Random) -> None:
        self.disk, self.outside, self.chance = disk, outside, chance
        self.data = disk / "data"
        self.ballast = disk / "ballast"
        self.analyzer = Analyzer()
        self.ledger = Ledger()
        self.version = 0

    def fill(self, room: int) -> None:
        """Leaves so many bytes."""
        stat = os.statvfs(self.disk)
        with self.ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, stat.f_bavail * stat.f_frsize - room))

    def next_state(self, count: int) -> State:
        """New versions of some articles, and deletions."""
        self.version += 1
        ids = self.chance.sample(range(count * 2), count)
        return {f"f{at}": None if self.chance.random() < 0.1 else self.version for at in ids}

    def run(self, *arguments: str) -> int:
        """The exit status of a command on this directory."""
        return command([*arguments, "--data", str(self.data)])


def index(trial: Trial) -> Work:
    """A file of articles, in small transactions and commits."""
    state: State = {key: version for key, version in trial.next_state(120).items() if version is not None}
    source = write_records(trial.outside / "source.jsonl", state)

    def work(trial: Trial, teller: Teller) -> int:
        intake.BATCH, follow.TARGET_BATCH = 20, 50
        teller.begin(state)
        return trial.run("index", str(source), "--workers", "1", "--revive")

    return work


def delete(trial: Trial) -> Work:
    """Articles are deleted: on a full disk that takes room too."""
    ids = trial.chance.sample(sorted(live(trial.ledger.sure)), 5)

    def work(trial: Trial, teller: Teller) -> int:
        teller.begin(dict.fromkeys(ids))
        return trial.run("delete", *ids)

    return work


def put(trial: Trial) -> Work:
    """Single writes, as a service takes them; those that were told to be durable are."""
    batches = [trial.next_state(4) for _ in range(30)]

    def work(trial: Trial, teller: Teller) -> int:
        try:
            with Archive(trial.data) as archive:
                for batch in batches:
                    teller.begin(batch)
                    archive.put(made(key, version) for key, version in live(batch).items())
                    teller.sure(live(batch))
                    archive.delete(key for key, version in batch.items() if version is None)
                    teller.end()
        except StorageError as error:
            os.write(2, f"article-search: {error}\n".encode())
            return 2
        return 0

    return work


def merge(trial: Trial) -> Work:
    """Writes for which there is room, and a commit that merges segments for which there may be none."""
    state = trial.next_state(60)
    with Archive(trial.data) as archive:
        archive.put(made(key, version) for key, version in live(state).items())
        archive.delete(key for key, version in state.items() if version is None)
    trial.ledger.hear(json.dumps({"begin": state}))
    trial.ledger.hear(json.dumps({"end": 1}))

    def work(trial: Trial, _teller: Teller) -> int:
        follow.TARGET_BATCH = 10
        return trial.run("sync")

    return work


def rebuild(_trial: Trial) -> Work:
    """A new generation."""
    return lambda trial, _teller: trial.run("rebuild")


def save(_trial: Trial) -> Work:
    """A backup on the full disk, in place of an older one."""
    return lambda trial, _teller: trial.run("backup", str(trial.disk / "backup.zip"), "--yes")


def bring_back(trial: Trial) -> Work:
    """A backup from elsewhere in the place of what is there."""
    state = dict(trial.ledger.sure)
    trial.run("backup", str(trial.outside / "backup.zip"), "--yes")

    def work(trial: Trial, teller: Teller) -> int:
        teller.begin_whole(state)
        return trial.run("restore", str(trial.outside / "backup.zip"), "--yes")

    return work


WORKS = {
    "index": index,
    "delete": delete,
    "put": put,
    "merge": merge,
    "rebuild": rebuild,
    "backup": save,
    "restore": bring_back,
}


def run(folder: Path, rounds: int, chance: Random) -> Counts:
    """Fills the disk ``rounds`` times."""
    counts = Counts()
    folder.mkdir(parents=True, exist_ok=True)
    with small_disk(folder / "disk") as disk:
        trial = Trial(disk, folder, chance)
        _begin(trial, "index", index(trial))
        for number in range(rounds):
            name = list(WORKS)[number % len(WORKS)]
            before = len(counts.problems)
            _round(trial, name, counts)
            counts.problems[before:] = [f"{name} on a full disk: {what}" for what in counts.problems[before:]]
        counts.acknowledged = trial.ledger.acknowledged
    return counts


def _round(trial: Trial, name: str, counts: Counts) -> None:
    work = WORKS[name](trial)
    trial.fill(int(trial.chance.random() ** 2 * MOST_ROOM_BYTES))
    death = _begin(trial, name, work)
    counts.rounds += 1
    if death.status == 2:
        counts.full_disks += 1
        counts.note(f"full at {name}")
        _judge_words(death, counts)
    elif death.status != 0:
        counts.fault(f"it ended with {death.status}: {death.errors.strip()[-400:]}")
    _judge_searches(trial, counts)
    trial.ballast.unlink()
    again = _begin(trial, name, work)
    if again.status != 0:
        counts.fault(f"with room it ended with {again.status}: {again.errors.strip()[-400:]}")
    verify(trial.data, trial.ledger, trial.analyzer, counts)


def _begin(trial: Trial, name: str, work: Work) -> Death:
    """Has a child do the work; when it says that it is done, all of it is sure."""

    def child(say: Callable[[str], object]) -> None:
        os._exit(work(trial, Teller(say)))

    death = die(child, trial.outside / "errors")
    for line in death.said:
        trial.ledger.hear(line)
    if death.status == 0 and name in ("index", "delete", "restore"):
        trial.ledger.hear(json.dumps({"end": 1}))
    return death


def _judge_words(death: Death, counts: Counts) -> None:
    """One line that says what, where and what to do."""
    told = [line for line in death.errors.splitlines() if line.startswith("article-search: ")]
    if len(told) == 1 and "is damaged" in told[0]:
        counts.fault(f"it takes a full disk for damage: {told[0]}")
    if len(told) != 1 or "Traceback" in death.errors:
        counts.fault(f"it says {death.errors.strip()[-600:]!r}")
    elif not any(reason in told[0] for reason in ("No space left on device", "disk is full")):
        counts.fault(f"it does not say that the disk is full: {told[0]}")


def _judge_searches(trial: Trial, counts: Counts) -> None:
    """What was found before is found on a full disk too."""
    try:
        with closing(open_local(trial.data, trial.analyzer)) as engine:
            if not engine.search(SearchRequest(text="本段")).total:
                counts.fault("a search finds nothing")
    except StorageError as error:
        if not (trial.ledger.whole or "there is no index" in str(error)):
            counts.fault(f"a search fails: {error}")
