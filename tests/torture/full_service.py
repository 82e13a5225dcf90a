"""The disk of a running service is full: it says so with 503, loses nothing that it answered for, and goes on when there is room.

Clients put, post and delete over HTTP while a small file system of its own is filled up and emptied again.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from random import Random

from indexer.analysis import Analyzer
from tests.torture.counts import Counts
from tests.torture.full_disk import small_disk
from tests.torture.traffic import Client, Service, ask, judge_at_rest, judge_service, lay_first, waited_for

__all__ = ["LONG", "SHORT", "run"]

SHORT, LONG = 2, 30
CLIENTS = 3
DISK_BYTES = 64 << 20
"""More than the log of the archive may take before it is brought into the archive."""
FULL_S = 6
TAKEN_S = 30
WRITES_REFUSED = "writes answered with 503"


def run(folder: Path, rounds: int, chance: Random) -> Counts:
    """Fills the disk of a service ``rounds`` times."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = Counts()
    with small_disk(folder / "disk", DISK_BYTES) as disk:
        data = disk / "data"
        lay_first(data)
        service = Service(data, folder / "log")
        go = threading.Event()
        clients = [
            # Who waits until a write can be found waits long on a full disk, and fills nothing meanwhile.
            Client(f"t{name}-", service.port, go, Random(chance.random()), counts, waits=False)
            for name in range(CLIENTS)
        ]
        service.start()
        for client in clients:
            client.start()
        try:
            for _ in range(rounds):
                _round(service.port, disk, clients, go, counts, chance)
                service.wait_until_ready()
                judge_service(service.port, clients, counts)
                counts.rounds += 1
            judge_at_rest(service, data, clients, Analyzer(), counts)
        finally:
            for client in clients:
                client.ended = True
            go.set()
            service.stop()
    counts.acknowledged = sum(client.ledger.acknowledged for client in clients)
    return counts


def _round(port: int, disk: Path, clients: list[Client], go: threading.Event, counts: Counts, chance: Random) -> None:
    go.set()
    time.sleep(0.1 + chance.random() * 0.3)
    refused = counts.notes.get(WRITES_REFUSED, 0)
    ballast = disk / "ballast"
    _fill(disk, ballast, chance.randrange(40_000))
    deadline = time.monotonic() + FULL_S
    while counts.notes.get(WRITES_REFUSED, 0) == refused and time.monotonic() < deadline:
        time.sleep(0.02)
    if counts.notes.get(WRITES_REFUSED, 0) > refused:
        counts.full_disks += 1
    else:
        counts.note("times that the log of the archive had room for all writes")
    time.sleep(chance.random())  # the index cannot be written either
    status, answer = ask(port, "GET", "/api/v1/search?limit=1")
    if status != 200 or not answer["total"]:
        counts.fault(f"a search on a full disk was answered with {status}: {answer}")
    if ask(port, "GET", "/healthz")[0] != 200:
        counts.fault("on a full disk the service is not alive")
    ballast.unlink()
    acknowledged = sum(client.ledger.acknowledged for client in clients)
    while sum(client.ledger.acknowledged for client in clients) == acknowledged:
        if time.monotonic() > deadline + TAKEN_S:
            counts.fault("with room no write is taken")
            break
        time.sleep(0.02)
    waited_for(clients, go)


def _fill(disk: Path, ballast: Path, room: int) -> None:
    """Leaves so many bytes, or fewer: others take some of them meanwhile."""
    with ballast.open("wb") as file:
        for least in (2 << 20, room):
            found = os.statvfs(disk)
            free = found.f_bavail * found.f_frsize - least
            # NOTE: they write while these bytes are taken; what is left is theirs to fill.
            with suppress(OSError):
                os.posix_fallocate(file.fileno(), ballast.stat().st_size, max(1, free))
