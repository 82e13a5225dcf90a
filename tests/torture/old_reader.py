"""A reader that holds on to an old state of the index while it is written, merged and built anew many times.

What it reads must stay what it was, to the last answer; and when it lets go nothing of it may be left, on disk or in memory.
An hour of a service is simulated by the commits and rebuilds that come in one: to the reader time is nothing else.
"""

from __future__ import annotations

import gc
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.build import sync
from indexer.errors import IndexDamagedError
from indexer.store import index_folder, read_manifest
from search import SearchRequest
from search.engines.local import LocalEngine
from search.page import Page
from tests.torture.counts import Counts
from tests.torture.ledger import Ledger, State, build_options, judge_index, literal, live, made, open_local, verify
from tests.torture.processes import Death, die

__all__ = ["LONG", "SHORT", "run"]

SHORT, LONG = 8, 1_000
"""Commits while the reader holds on."""
REBUILD_EVERY = 7
FIRST: State = {f"a{at}": 1 for at in range(30)}


class Reader:
    """An engine with a state of the index that it does not let go."""

    def __init__(self, data: Path, analyzer: Analyzer) -> None:
        self.engine = open_local(data, analyzer)
        self._held: Any = self.engine._current()
        self._expected = self._answers()

    def same(self) -> bool:
        """Whether everything is as at first: each file to the last byte, and the answers."""
        try:
            for segment in self._held.snapshot.segments:
                for file in segment.files:
                    file.release()  # so that pages are read from the files, not from memory
                    file.verify()
        except IndexDamagedError:
            return False
        return self._answers() == self._expected

    def let_go(self) -> None:
        """Forgets the old state."""
        self._held = None
        self.engine.search(SearchRequest(limit=1))
        gc.collect()

    def _answers(self) -> list[Page]:
        texts = ["", "本段", *(f'"{literal(key, version)}"' for key, version in live(FIRST).items())]
        return [self._answer(SearchRequest(text=text, match="all", limit=50, fields=("body",))) for text in texts]

    def _answer(self, request: SearchRequest) -> Page:
        page = self.engine._answer(self._held, request, self.engine._vocabulary())
        return replace(page, took_ms=0)


def run(folder: Path, rounds: int, chance: Random) -> Counts:
    """Commits ``rounds`` times under a reader."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = Counts()
    analyzer = Analyzer()
    data = folder / "data"
    ledger = Ledger(sure=dict(FIRST))
    with Archive(data) as archive:
        archive.put(made(key, version) for key, version in live(FIRST).items())
    sync(data, build_options(analyzer))
    reader = Reader(data, analyzer)
    begin = perf_counter()
    with closing(reader.engine):
        for number in range(rounds):
            changes: State = {
                f"a{at}": None if chance.random() < 0.2 else number + 2 for at in chance.sample(range(40), 5)
            }
            death = _write(folder, data, changes, analyzer, anew=number % REBUILD_EVERY == 0)
            ledger.sure |= changes
            counts.acknowledged += len(changes)
            counts.rounds += 1
            if death.status != 0:
                counts.fault(f"it ended with {death.status}: {death.errors.strip()[-400:]}")
            if not reader.same():
                counts.fault(f"the old state is another after {number + 1} commits")
            judge_index(
                reader.engine, ledger.sure, counts
            )  # the same engine shows the newest state to whoever asks now
        counts.note("seconds that an old state was held", round(perf_counter() - begin))
        reader.let_go()
        _judge_rest(data, reader.engine, counts)
    verify(data, ledger, analyzer, counts)
    return counts


def _write(folder: Path, data: Path, changes: State, analyzer: Analyzer, *, anew: bool) -> Death:
    def work(_say: object) -> None:
        with Archive(data) as archive:
            archive.put(made(key, version) for key, version in live(changes).items())
            archive.delete(key for key, version in changes.items() if version is None)
        sync(data, build_options(analyzer), anew=anew)

    return die(work, folder / "errors")


def _judge_rest(data: Path, engine: LocalEngine, counts: Counts) -> None:
    """What is left of old states: one generation on disk besides the current at most, and none of their files mapped."""
    maps = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    kept = [line for line in maps if str(index_folder(data)) in line and "(deleted)" in line]
    if kept:
        counts.fault(f"{len(kept)} removed files are mapped still: {kept[0]}")
    generations = sorted(path.name for path in index_folder(data).glob("g*"))
    current = read_manifest(data).generation
    if len(generations) > 2 or generations[-1] != current:
        counts.fault(f"there are {generations}, and {current} is current")
    size = sum(path.stat().st_size for path in index_folder(data).rglob("*") if path.is_file())
    counts.note("bytes of the index at the end", size)
