"""A clock that is set back and forth while articles are written: the order of changes is that of their numbers, not of any clock.

libfaketime stands between a writer and its clock. An engine that is open all the while must see each commit, whatever time its
files have; the versions of an article stay in their order; backups can be restored.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import IO

import orjson

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.restore import restore
from tests.conftest import ROOT
from tests.torture.counts import Counts
from tests.torture.ledger import Ledger, State, judge_index, live, open_local, read_archive, verify

__all__ = ["LONG", "SHORT", "fake_clock", "run", "set_clock"]

SHORT, LONG = 8, 300
"""Settings of the clock, with a write after each."""
LIBRARY = f"/usr/lib/{platform.machine()}-linux-gnu/faketime/libfaketime.so.1"
OFFSETS = ("+0", "-1", "-3600", "+3600", "-86400", "+86400", "-31536000", "+31536000", "-1000000000")
IDS = 12


def fake_clock(clock: Path) -> dict[str, str]:
    """The environment of a process whose clock is set by the file ``clock``."""
    return {
        **os.environ,
        "LD_PRELOAD": LIBRARY,
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }


def set_clock(clock: Path, offset: str) -> None:
    """Sets the clock so many seconds before or after the real one."""
    beside = clock.with_suffix(".new")
    beside.write_text(offset + "\n")
    beside.replace(clock)


def run(folder: Path, rounds: int, chance: Random) -> Counts:
    """Sets the clock ``rounds`` times."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = Counts()
    analyzer = Analyzer()
    data, clock = folder / "data", folder / "clock"
    ledger = Ledger()
    set_clock(clock, "+0")
    times: list[int] = []
    written: dict[str, list[int]] = {}
    with _writer(data, clock) as (asked, answers), closing(open_local(data, analyzer)) as engine:
        for number in range(rounds):
            set_clock(clock, chance.choice(OFFSETS))
            changes: State = {
                f"c{at}": None if chance.random() < 0.1 else number + 1 for at in chance.sample(range(IDS), 3)
            }
            asked.write(orjson.dumps({"changes": changes, "anew": chance.random() < 0.1}) + b"\n")
            asked.flush()
            times.append(int(answers.readline()))
            counts.rounds += 1
            counts.acknowledged += len(changes)
            ledger.sure |= changes
            for key, version in live(changes).items():
                written.setdefault(key, []).append(version)
            judge_index(engine, live(ledger.sure), counts)
    counts.note("times the clock went back", sum(later < earlier for earlier, later in pairwise(times)))
    verify(data, ledger, analyzer, counts)
    _judge_versions(data, written, counts)
    shutil.rmtree(folder / "restored", ignore_errors=True)
    restore(folder / "restored", folder / "backup.zip")
    if live(read_archive(folder / "restored", counts)) != live(ledger.sure):
        counts.lose("the backup holds another state than the last")
    return counts


@contextmanager
def _writer(data: Path, clock: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    command = [sys.executable, "-m", "tests.torture.clock_work", str(data)]
    environment = fake_clock(clock)
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"ready\n"
            yield process.stdin, process.stdout
            process.stdin.close()
            assert process.wait(60) == 0
        finally:
            process.kill()


def _judge_versions(data: Path, written: dict[str, list[int]], counts: Counts) -> None:
    """The versions of each article are the last that were written, in that order."""
    with Archive(data) as archive:
        for key, versions in written.items():
            history = archive.history(key)
            titles = [] if history is None else [each.article.title for each in history.versions]
            if titles != [f"题{key}之{version}" for version in versions[-len(titles) :]] or not titles:
                counts.fault(f"the versions of {key} are {titles}, and {versions} were written")
