"""Damage to the index of a running service: files cut short under its maps, emptied, removed, and bits that flip on the disk.

Others search all the while. The service must notice it by itself, build the index anew, and answer rightly again, without a
restart; a worker that dies of a map that ends is replaced. Until it has noticed, what is open may answer wrongly (a flipped bit):
that is counted, and no fault; another status than 200 or 503 is one.
"""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
from pathlib import Path
from random import Random
from urllib.parse import quote

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.build import sync
from indexer.errors import StorageError
from indexer.store import index_folder, read_manifest
from tests.torture.counts import Counts
from tests.torture.ledger import Ledger, State, build_options, live, made, verify
from tests.torture.traffic import Service, ask, judge_searches, quoted

__all__ = ["LONG", "SHORT", "run"]

SHORT, LONG = 3, 60
SCRUB_S = 1
MENDED_S = 30
SEARCHERS = 2
STATE: State = {f"a{at}": 1 for at in range(30)}
KINDS = ("flipped", "halved", "emptied", "removed", "cut")


def run(folder: Path, rounds: int, chance: Random) -> Counts:
    """Damages a file under a service ``rounds`` times."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = Counts(acknowledged=len(STATE))
    analyzer = Analyzer()
    data = folder / "data"
    for at in range(0, len(STATE), 10):
        with Archive(data) as archive:
            archive.put(made(key, version) for key, version in list(live(STATE).items())[at : at + 10])
        sync(data, build_options(analyzer))
    service = Service(data, folder / "log", scrub_interval_s=SCRUB_S)
    service.start()
    stop = threading.Event()
    searchers = [
        threading.Thread(target=_search, args=(service.port, stop, counts, Random(at))) for at in range(SEARCHERS)
    ]
    for searcher in searchers:
        searcher.start()
    try:
        for number in range(rounds):
            _round(service, data, KINDS[number % len(KINDS)], counts, chance)
    finally:
        stop.set()
        for searcher in searchers:
            searcher.join()
        status = service.stop()
    if status != 0:
        counts.fault(f"told to stop, the service ended with {status}")
    verify(data, Ledger(sure=dict(STATE)), analyzer, counts)
    return counts


def _round(service: Service, data: Path, kind: str, counts: Counts, chance: Random) -> None:
    before = _generation(data)
    path = chance.choice([path for path in index_folder(data).glob("g*/MAIN_*.*") if path.stat().st_size])
    begin = time.monotonic()
    _damage(path, kind, chance)
    counts.damages += 1
    counts.note(f"{kind} under a service")
    while _generation(data) in (before, None):
        if time.monotonic() > begin + MENDED_S:
            counts.fault(f"{path.name} {kind}: not built anew within {MENDED_S} s")
            return
        time.sleep(0.02)
    counts.note("milliseconds until the index was built anew", round(1000 * (time.monotonic() - begin)))
    service.wait_until_ready()
    deadline = time.monotonic() + MENDED_S
    while True:  # until each worker has seen it
        found = Counts()
        try:
            for _ in range(3):
                judge_searches(service.port, STATE, found, others=0)
        except (OSError, http.client.HTTPException, KeyError, ValueError) as error:
            found.fault(f"a search failed after the index was built anew: {type(error).__name__}: {error}")
        if found.clean or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    counts.add(found)
    counts.rounds += 1


def _damage(path: Path, kind: str, chance: Random) -> None:
    size = path.stat().st_size
    if kind == "removed":
        path.unlink()
    elif kind == "flipped":
        found = path.stat()
        with path.open("r+b") as file:
            at = chance.randrange(size)
            byte = os.pread(file.fileno(), 1, at)[0]
            os.pwrite(file.fileno(), bytes([byte ^ 1 << chance.randrange(8)]), at)
        os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))  # a disk does not say that a bit has flipped
    else:
        os.truncate(path, {"halved": size // 2, "emptied": 0, "cut": size - 1}[kind])


def _generation(data: Path) -> str | None:
    try:
        return read_manifest(data).generation
    except StorageError:
        return None


def _search(port: int, stop: threading.Event, counts: Counts, chance: Random) -> None:
    """Searches all the while."""
    while not stop.is_set():
        key, version = chance.choice(list(live(STATE).items()))
        try:
            status, answer = ask(port, "GET", f"/api/v1/search?match=all&limit=5&q={quote(quoted(key, version))}")
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            counts.note("searches that were cut off")
            continue
        if status == 503:
            counts.note("searches answered with 503")
        elif status != 200:
            counts.fault(f"a search was answered with {status}: {answer}")
        elif [hit["id"] for hit in answer["hits"]] != [key]:
            counts.note("wrong answers before a flipped bit was found")
        counts.note("searches meanwhile")
