"""Lost power: of all that a process did to its disk, what was not durable by then is dropped, kept or torn, and the rest opened.

Each image of a disk that a loss of power may leave is opened as the next command would open it: it must hold every write that
had been acknowledged, whole ones of what was under way, and an index that needs no repair.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from random import Random

from indexer.analysis import Analyzer
from indexer.archive import Archive
from tests.torture.counts import Counts
from tests.torture.ledger import Ledger, judge_backup, judge_keys, verify
from tests.torture.power_work import WORKS, prepare
from tests.torture.recording import Recording, record
from tests.torture.storage import Drop, Operation, Said, Synced, crash

__all__ = ["LONG", "SHORT", "in_memory", "judge", "recorded", "run"]

SHORT, LONG = 30, 600
"""Images of lost power, over all kinds of work."""

DROPS = (
    Drop(share=1.0),
    Drop(share=0.0),
    Drop(share=0.5),
    Drop(share=0.5, torn=True),
    Drop(share=0.3, in_order=True),
    Drop(share=0.3, in_order=True, torn=True),
)


def run(folder: Path, rounds: int, chance: Random) -> Counts:
    """Loses power ``rounds`` times."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = Counts()
    analyzer = Analyzer()
    image = in_memory()
    shares = {"writes": 0.5, "restores": 0.2, "restore_anew": 0.1, "backups": 0.1, "migration": 0.05, "keys": 0.05}
    for name, share in shares.items():
        recording, ledger = recorded(name, folder / name, chance.randrange(1000))
        counts.note(f"operations recorded of {name}", len(recording.operations))
        images = max(1, round(rounds * share))
        counts.add(judge(recording, ledger, image, images, chance, analyzer))
    shutil.rmtree(image)
    return counts


def in_memory() -> Path:
    """A new folder in memory where there is one: what is only opened, and not trusted to a disk, need not wait for any."""
    memory = Path("/dev/shm")  # noqa: S108
    return Path(tempfile.mkdtemp(prefix="torture-", dir=memory if memory.is_dir() else None))


def recorded(name: str, folder: Path, seed: int) -> tuple[Recording, Ledger]:
    """What the work of that name does to its disk, and what is on it at first."""
    assert name in WORKS
    disk = folder / "disk"
    disk.mkdir(parents=True)
    ledger = prepare(name, disk)
    command = [sys.executable, "-m", "tests.torture.power_work", name, str(disk), str(folder / "said"), str(seed)]
    return record(command, disk, folder / "said", folder / "strace.log"), ledger


def judge(recording: Recording, first: Ledger, image: Path, rounds: int, chance: Random, analyzer: Analyzer) -> Counts:
    """Judges ``rounds`` images of a disk, on which there was at first what ``first`` says."""
    counts = Counts()
    for point in _points(recording.operations, rounds, chance):
        disk = crash(recording.start, recording.operations, point, chance.choice(DROPS), chance)
        shutil.rmtree(image / "disk", ignore_errors=True)
        shutil.rmtree(image / "restored", ignore_errors=True)
        (image / "disk").mkdir(parents=True)
        disk.write_to(image / "disk")
        ledger = _heard(first, recording.operations[:point])
        before = len(counts.problems)
        if ledger.foreign:
            _judge_first(image / "disk" / "data", counts)
        judge_keys(image / "disk" / "data", ledger, counts)
        verify(image / "disk" / "data", ledger, analyzer, counts)
        judge_backup(image / "disk" / "backup.zip", image / "restored", ledger, counts)
        counts.problems[before:] = [f"power lost after operation {point}: {what}" for what in counts.problems[before:]]
        counts.rounds += 1
        counts.lost_powers += 1
    counts.acknowledged += _heard(first, recording.operations).acknowledged
    return counts


def _points(operations: list[Operation], rounds: int, chance: Random) -> Iterator[int]:
    """When the power is lost: half the times just after something was told or made durable, else anywhere."""
    telling = [number + 1 for number, each in enumerate(operations) if isinstance(each, Said | Synced)]
    for number in range(rounds):
        yield chance.choice(telling) if number % 2 else chance.randrange(len(operations) + 1)


def _heard(first: Ledger, operations: Iterable[Operation]) -> Ledger:
    ledger = deepcopy(first)
    for operation in operations:
        if isinstance(operation, Said):
            ledger.hear(operation.text)
    return ledger


def _judge_first(data: Path, counts: Counts) -> None:
    """A migrated archive holds what it held."""
    with Archive(data) as archive:
        ids = {change.id for change in archive.changes(0) if change.article is not None}
        history = archive.history("fixed")
    if not {"kept", "reprint", "fixed"} <= ids or history is None or history.versions[-1].article.title != "新题":
        counts.lose(f"articles of the archive that was brought up to date: {sorted(ids)}")
