"""Several processes on one directory at once: they write to the archive together, and index one at a time.

Each has articles of its own. Who finds the directory taken is told so, and has changed nothing; whatever else was said to be done
is done, and the index ends with all of it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

from indexer import follow, intake
from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.backup import back_up
from indexer.build import Absent, BuildOptions, index_paths, sync
from indexer.errors import DataLockedError
from indexer.restore import restore
from tests.torture.counts import Counts
from tests.torture.ledger import Ledger, State, Teller, build_options, live, made, read_archive, verify, write_records
from tests.torture.processes import Child, Death

__all__ = ["LONG", "SHORT", "run"]

SHORT, LONG = 3, 60
RIVALS = 3
STEPS = 12


def run(folder: Path, rounds: int, chance: Random) -> Counts:
    """Lets rivals loose on one directory ``rounds`` times; every other time some of them are killed."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = Counts()
    analyzer = Analyzer()
    data = folder / "data"
    ledgers = [Ledger() for _ in range(RIVALS)]
    for number in range(rounds):
        works = [_work(data, folder, name, number, chance.randrange(10**6), analyzer) for name in range(RIVALS)]
        children = [Child(work, folder / f"errors{name}") for name, work in enumerate(works)]
        if number % 2:
            children[chance.randrange(RIVALS)].kill()
            counts.kills += 1
        for name, child in enumerate(children):
            _hear(ledgers[name], child.end(), counts)
        whole = Ledger()
        for ledger in ledgers:
            whole.sure |= ledger.sure
            whole.begun |= ledger.begun
        verify(data, whole, analyzer, counts)
        for name, ledger in enumerate(ledgers):
            ledger.take({key: version for key, version in whole.sure.items() if key.startswith(f"r{name}-")})
        _judge_backup(folder, counts)
        counts.rounds += 1
    counts.acknowledged = sum(ledger.acknowledged for ledger in ledgers)
    return counts


def _work(
    data: Path, folder: Path, name: int, number: int, seed: int, analyzer: Analyzer
) -> Callable[[Callable[[str], object]], None]:
    def work(say: Callable[[str], object]) -> None:
        intake.BATCH, follow.TARGET_BATCH = 4, 7
        chance = Random(seed)
        teller = Teller(say)
        options = build_options(analyzer)
        for step in range(STEPS):
            ids = [f"r{name}-{at}" for at in chance.sample(range(15), 4)]
            state: State = {key: None if chance.random() < 0.2 else number * 100 + step for key in ids}
            try:
                action = chance.choice((_put, _put, _index, _sync, _rebuild, _save)) if step else _put
                action(data, folder / f"r{name}", state, teller, options)
            except DataLockedError:
                teller.nothing()

    return work


def _hear(ledger: Ledger, death: Death, counts: Counts) -> None:
    for line in death.said:
        ledger.hear(line)
    counts.note("times the directory was taken", sum("nothing" in line for line in death.said))
    if death.status not in (0, -9):
        counts.fault(f"it ended with {death.status}: {death.errors.strip()[-400:]}")


def _judge_backup(folder: Path, counts: Counts) -> None:
    """A backup that was taken meanwhile is of one moment, and whole."""
    backup, scratch = folder / "backup.zip", folder / "restored"
    if backup.exists():
        shutil.rmtree(scratch, ignore_errors=True)
        restore(scratch, backup)
        read_archive(scratch, counts)
        counts.note("backups restored")


def _put(data: Path, _place: Path, state: State, teller: Teller, _options: BuildOptions) -> None:
    teller.begin(state)
    with Archive(data) as archive:
        archive.put(made(key, version) for key, version in live(state).items())
        teller.sure(live(state))
        archive.delete(key for key, version in state.items() if version is None)
    teller.end()


def _index(data: Path, place: Path, state: State, teller: Teller, options: BuildOptions) -> None:
    source = write_records(place.with_suffix(".jsonl"), live(state))
    teller.begin(live(state))
    index_paths([source], data, options, absent=Absent(revive=True))
    teller.end()


def _sync(data: Path, _place: Path, _state: State, _teller: Teller, options: BuildOptions) -> None:
    sync(data, options)


def _rebuild(data: Path, _place: Path, _state: State, _teller: Teller, options: BuildOptions) -> None:
    sync(data, options, anew=True)


def _save(data: Path, place: Path, _state: State, _teller: Teller, _options: BuildOptions) -> None:
    back_up(data, place.parent / "backup.zip", replace=True)
