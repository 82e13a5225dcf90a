"""Kill -9 of a service under traffic: of a worker, of whatever keeps its index, of the whole service at once.

Clients put, post and delete articles over HTTP, and note what was answered. After each kill they wait until the service is there
again, by itself or started anew; then every article that was answered for must be found by its text, once, and what was deleted
not. Now and then the service is stopped and the directory judged as by all other scenarios.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

from indexer.analysis import Analyzer
from indexer.archive import Archive
from indexer.build import sync
from tests.conftest import ROOT, article
from tests.torture.counts import Counts
from tests.torture.ledger import Ledger, State, build_options, literal, live, made, record_of, verify
from tests.torture.processes import begun_at, children_of, described

__all__ = [
    "LONG",
    "SHORT",
    "Client",
    "Service",
    "ask",
    "judge_at_rest",
    "judge_searches",
    "judge_service",
    "kill_process",
    "lay_first",
    "quoted",
    "run",
    "waited_for",
]

SHORT, LONG = 3, 120
PROGRAM = ["-m", "search.cli"]
CLIENTS = 3
IDS = 10
UP_S = 30
FOUND_S = 10
VERIFIED_EVERY = 25
MOST_SEARCHES = 20


class Service:
    """``article-search serve`` on a directory, at a port that stays the same."""

    def __init__(self, data: Path, log: Path, **settings: object) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._data = data
        self._log = log
        self._environment = os.environ | {f"ARTICLE_SEARCH_{key.upper()}": str(each) for key, each in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it is ready."""
        command = [sys.executable, *PROGRAM, "serve", "--data", str(self._data)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--bind", f"127.0.0.1:{self.port}", "--workers", "2"],
                cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Waits until it says that searches can be answered, and that they are from all that was written."""
        deadline = time.monotonic() + UP_S
        while time.monotonic() < deadline:
            try:
                status, answer = ask(self.port, "GET", "/readyz")
                if status == 200 and answer["lag"] == 0:
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.02)
        raise AssertionError(f"the service is not ready after {UP_S} s: {self._log.read_text()[-2000:]}")

    def processes(self) -> list[int]:
        """The first of it, then all others."""
        assert self._process is not None
        return [self._process.pid, *children_of(self._process.pid)]

    def kill(self, victim: str, chance: Random) -> bool:
        """Kills all of it, the first process or another one; whether it must be started anew."""
        first, *others = self.processes()
        begun = {process: begun_at(process) for process in others}
        if victim == "child" and others:
            kill_process(chance.choice(others))
            return False
        for process in [first, *(others if victim == "all" else ())]:
            kill_process(process)
        assert self._process is not None
        self._process.wait()
        deadline = time.monotonic() + UP_S
        while left := [process for process in others if begun[process] and begun_at(process) == begun[process]]:
            if time.monotonic() > deadline:
                raise AssertionError(f"processes of a service outlived it by {UP_S} s: {list(map(described, left))}")
            time.sleep(0.01)
        return True

    def stop(self) -> int:
        """Its exit status when it is told to stop."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(UP_S)
        finally:
            for process in self.processes():
                kill_process(process)


class Client(threading.Thread):
    """Writes articles of its own, one request after another, while it may; of some it waits until they can be found."""

    def __init__(
        self, name: str, port: int, go: threading.Event, chance: Random, counts: Counts, *, waits: bool = True
    ) -> None:
        super().__init__(daemon=True)
        self.ledger = Ledger()
        self.failure: str | None = None
        self.idle = threading.Event()
        self.ended = False
        self._prefix = name
        self._port = port
        self._go = go
        self._chance = chance
        self._counts = counts
        self._version = 0
        self._kinds = ("put", "put", "wait" if waits else "put", "delete", "post")

    def run(self) -> None:
        """Writes until it has ended."""
        while not self.ended:
            if not self._go.wait(0.1):
                self.idle.set()
                continue
            self.idle.clear()
            try:
                self._write()
            except (OSError, http.client.HTTPException):
                self._counts.note("requests that were cut off")
                time.sleep(0.01)
            except Exception as error:  # noqa: BLE001 - told with the next judgement
                self.failure = f"{type(error).__name__}: {error}"
        self.idle.set()

    def _write(self) -> None:
        free = [key for at in range(IDS) if (key := f"{self._prefix}{at}") not in self.ledger.begun]
        if len(free) < 3:
            time.sleep(0.01)
            return
        self._version += 1
        kind = self._chance.choice(self._kinds)
        if kind == "post":
            self._post(self._chance.sample(free, 3))
        elif kind == "delete":
            self._single("DELETE", self._chance.choice(free), None)
        else:
            self._single("PUT", self._chance.choice(free), self._version, wait=kind == "wait")

    def _single(self, method: str, key: str, version: int | None, *, wait: bool = False) -> None:
        body = None if version is None else json.dumps(record_of(key, version)).encode()
        self.ledger.begun[key] = version
        status, answer = ask(
            self._port, method, f"/api/v1/articles/{key}{'?wait=searchable' if wait else ''}", body, "application/json"
        )
        if status == 404 and method == "DELETE":
            status = 200
        if status in (200, 201, 202):
            self._sure(key, version)
            if wait and answer["searchable"] and self._total(key, version) != 1:
                self._counts.fault(f"{key} was said to be searchable, and is not found")
        elif status == 503:
            self._refused([key], answer)
        else:
            self.failure = f"{method} was answered with {status}: {answer}"

    def _post(self, keys: list[str]) -> None:
        state: State = dict.fromkeys(keys, self._version)
        lines = "".join(json.dumps(record_of(key, self._version)) + "\n" for key in keys)
        self.ledger.begun |= state
        status, answers = ask(self._port, "POST", "/api/v1/articles", lines.encode(), "application/x-ndjson")
        if status != 200:
            if status == 503:
                self._refused(keys, answers)
            else:
                self.failure = f"a post was answered with {status}: {answers}"
            return
        for key, answer in zip(keys, answers, strict=False):
            if "result" in answer:
                self._sure(key, state[key])
            elif answer["problem"]["status"] == 503:
                self._refused([key], answer["problem"])
            else:
                self.failure = f"a line was answered with {answer}"

    def _refused(self, keys: list[str], answer: Any) -> None:
        self._counts.note("writes answered with 503")
        if "nothing of this was" in answer["detail"]:
            for key in keys:
                self.ledger.begun.pop(key)

    def _sure(self, key: str, version: int | None) -> None:
        self.ledger.begun.pop(key)
        self.ledger.sure[key] = version
        self.ledger.acknowledged += 1

    def _total(self, key: str, version: int | None) -> int:
        assert version is not None
        _, answer = ask(self._port, "GET", f"/api/v1/search?match=all&q={quote(quoted(key, version))}")
        return int(answer["total"])


def run(folder: Path, rounds: int, chance: Random) -> Counts:
    """Kills a service ``rounds`` times under traffic."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = Counts()
    analyzer = Analyzer()
    data = folder / "data"
    service = Service(data, folder / "log")
    go = threading.Event()
    clients = [Client(f"t{name}-", service.port, go, Random(chance.random()), counts) for name in range(CLIENTS)]
    lay_first(data)
    service.start()
    for client in clients:
        client.start()
    try:
        for number in range(rounds):
            go.set()
            time.sleep(0.05 + chance.random() * 0.6)
            victim = chance.choices(("child", "first", "all"), (6, 2, 2))[0]
            anew = service.kill(victim, chance)
            counts.kills += 1
            counts.note(
                {"child": "killed a worker or what keeps the index", "first": "killed the first process"}.get(
                    victim, "killed all"
                )
            )
            if anew:
                service.start()
            time.sleep(chance.random() * 0.1)
            waited_for(clients, go)
            service.wait_until_ready()
            judge_service(service.port, clients, counts)
            counts.rounds += 1
            if number % VERIFIED_EVERY == VERIFIED_EVERY - 1 or number == rounds - 1:
                judge_at_rest(service, data, clients, analyzer, counts)
    finally:
        for client in clients:
            client.ended = True
        go.set()
        service.stop()
    counts.acknowledged = sum(client.ledger.acknowledged for client in clients)
    return counts


def ask(
    port: int, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
) -> tuple[int, Any]:
    """Status and content of the answer; of lines of JSON a list."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=UP_S)
    try:
        connection.request(method, path, body, {"Content-Type": kind} if body is not None else {})
        answer = connection.getresponse()
        content = answer.read()
        if "ndjson" in (answer.getheader("Content-Type") or ""):
            return answer.status, [json.loads(line) for line in content.splitlines()]
        return answer.status, json.loads(content) if content else None
    finally:
        connection.close()


def waited_for(clients: list[Client], go: threading.Event) -> None:
    """Has all clients stop between two requests."""
    go.clear()
    for client in clients:
        assert client.idle.wait(60), "a request is not answered for a minute"


def judge_service(port: int, clients: list[Client], counts: Counts) -> None:
    """Judges what the service says, as soon as its index has followed."""
    for client in clients:
        if client.failure is not None:
            counts.fault(client.failure)
            client.failure = None
        for key in list(client.ledger.begun):
            _settle(port, client.ledger, key, counts)
    state = {key: version for client in clients for key, version in client.ledger.sure.items()}
    deadline = time.monotonic() + FOUND_S
    while True:
        found = Counts()
        judge_searches(port, state, found)
        if found.clean or time.monotonic() > deadline:
            counts.add(found)
            return
        time.sleep(0.02)


def _settle(port: int, ledger: Ledger, key: str, counts: Counts) -> None:
    """What became of a write that was not answered: it is there whole, or not at all, in the archive and soon in the index."""
    deadline = time.monotonic() + FOUND_S
    while True:
        status, answer = ask(port, "GET", f"/api/v1/articles/{key}")
        version = None if status == 404 else int(answer["title"].rpartition("之")[2])
        if version in ledger.allowed(key):
            break
        if time.monotonic() > deadline:
            counts.lose(f"{key} is version {version}, and {ledger.allowed(key)} was acknowledged")
            break
        time.sleep(0.02)
    if version is not None and answer["body"] != made(key, version).body:
        counts.fault(f"{key} is not whole")
    ledger.sure[key] = version
    del ledger.begun[key]


def judge_searches(port: int, state: State, counts: Counts, *, others: int = 1) -> None:
    """Judges what searches find: each article by its text, once; and ``others`` beside."""
    shown = list(live(state).items())
    for at in range(0, len(shown), MOST_SEARCHES):
        some = shown[at : at + MOST_SEARCHES]
        searches = [{"q": quoted(key, version), "match": "all", "facets": []} for key, version in some]
        _, answers = ask(port, "POST", "/api/v1/multi-search", json.dumps(searches).encode())
        for (key, version), answer in zip(some, answers, strict=True):
            ids = [hit["id"] for hit in answer["hits"]]
            if not ids:
                counts.lose(f"{key} is not found by its text, version {version}")
            elif ids != [key]:
                (counts.double if ids.count(key) > 1 else counts.fault)(f"the text of {key} finds {ids}")
    _, answer = ask(port, "GET", "/api/v1/search?limit=1")
    if answer["total"] != len(shown) + others:
        counts.fault(f"{answer['total']} articles are found in all, of {len(shown) + others}")


def judge_at_rest(service: Service, data: Path, clients: list[Client], analyzer: Analyzer, counts: Counts) -> None:
    """Stops the service, judges the directory, and starts it again."""
    status = service.stop()
    if status != 0:
        counts.fault(f"told to stop, the service ended with {status}")
    whole = Ledger(foreign=frozenset({"first"}))
    for client in clients:
        whole.sure |= client.ledger.sure
    verify(data, whole, analyzer, counts)
    counts.note("times the directory was judged at rest")
    service.start()


def lay_first(data: Path) -> None:
    """An article of nobody's, so that there is an index to begin with."""
    with Archive(data) as archive:
        archive.put([article("first")])
    sync(data, build_options(Analyzer()))


def quoted(key: str, version: int) -> str:
    """A search for the text of that version alone."""
    return f'"{literal(key, version)}"'


def kill_process(process: int) -> None:
    """Kills a process with -9, if it is there still."""
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return
