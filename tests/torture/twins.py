"""Two services on one data directory under traffic, and kills of one of them: the other goes on, and takes over its index.

Half of the clients write to each; what either has answered for is found through both.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from random import Random

from indexer.analysis import Analyzer
from indexer.status import read_status
from tests.torture.counts import Counts
from tests.torture.ledger import Ledger, verify
from tests.torture.traffic import Client, Service, judge_service, lay_first, waited_for

__all__ = ["LONG", "SHORT", "run"]

SHORT, LONG = 1, 40
CLIENTS = 2
"""Of each service."""


def run(folder: Path, rounds: int, chance: Random) -> Counts:
    """Kills one of two services ``rounds`` times."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = Counts()
    data = folder / "data"
    lay_first(data)
    services = [Service(data, folder / f"log{at}") for at in range(2)]
    go = threading.Event()
    clients = [
        Client(f"t{at}x{name}-", service.port, go, Random(chance.random()), counts)
        for at, service in enumerate(services)
        for name in range(CLIENTS)
    ]
    for each in (*services, *clients):
        each.start()
    try:
        for _ in range(rounds):
            _round(data, services, go, counts, chance)
            waited_for(clients, go)
            for service in services:
                service.wait_until_ready()
                judge_service(service.port, clients, counts)
            counts.rounds += 1
    finally:
        for client in clients:
            client.ended = True
        go.set()
        statuses = [service.stop() for service in services]
    if statuses != [0, 0]:
        counts.fault(f"told to stop, the services ended with {statuses}")
    whole = Ledger(foreign=frozenset({"first"}))
    for client in clients:
        whole.sure |= client.ledger.sure
    verify(data, whole, Analyzer(), counts)
    counts.acknowledged = sum(client.ledger.acknowledged for client in clients)
    return counts


def _round(data: Path, services: list[Service], go: threading.Event, counts: Counts, chance: Random) -> None:
    go.set()
    time.sleep(0.1 + chance.random() * 0.5)
    victim = chance.choice(services)
    keeper = read_status(data)
    counts.note("killed the one that keeps the index", keeper is not None and keeper.pid in victim.processes())
    anew = victim.kill(chance.choice(("all", "all", "first", "child")), chance)
    counts.kills += 1
    time.sleep(chance.random() * 0.5)  # the other serves alone
    if anew:
        victim.start()
