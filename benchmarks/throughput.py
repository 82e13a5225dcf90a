"""Requests a second of the service under ``wrk``, beside an empty Falcon app under the same gunicorn; its start and its memory.

No query is sent twice, so no answer comes from a cache.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import falcon

from benchmarks.corpus import Query

__all__ = ["make_empty_app", "measure_throughput", "serving"]

CONNECTIONS, SECONDS, WORKERS = 16, 10, 2
SETTLE_S = 5
"""A worker builds its completions in the background when it has started."""
LUA = """\
local paths = {PATHS}
local at = 0
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
"""
READY_JSON = b'{"text":"' + b"x" * 3000 + b'"}'


class _Ready:
    def on_get(self, _request: falcon.Request, response: falcon.Response) -> None:
        response.content_type = falcon.MEDIA_JSON
        response.data = READY_JSON


def make_empty_app() -> falcon.App:
    """An app that answers every search with the same ready 3 kB."""
    app = falcon.App()
    app.add_route("/api/v1/search", _Ready())
    return app


def measure_throughput(data: Path, queries: list[Query], scratch: Path) -> dict[str, dict[str, float]] | None:
    """Requests a second and latency (ms) of the service and of the empty app; None without ``wrk``."""
    if shutil.which("wrk") is None:
        print("wrk is not installed: throughput is left out", file=sys.stderr)
        return None
    script = scratch / "queries.lua"
    paths = [
        f"/api/v1/search?q={urllib.parse.quote(query.text)}&match={'any' if query.kind == 'or' else 'all'}"
        for query in queries
    ]
    script.write_text(LUA.replace("PATHS", ",\n".join(f"'{path}'" for path in dict.fromkeys(paths))))
    service = _service(data)
    empty = [
        sys.executable,
        "-m",
        "gunicorn",
        "-w",
        str(WORKERS),
        "-k",
        "gthread",
        "--threads",
        "4",
        "benchmarks.throughput:make_empty_app()",
    ]
    found = {}
    for name, command in (("service", service), ("empty app", empty)):
        with _running(command) as server:
            time.sleep(SETTLE_S)
            found[name] = _wrk(server.address, script) | {
                "start_s": round(server.start_s, 2),
                "rss_mb_a_worker": round(server.rss_bytes() / 2**20),
                "own_mb_a_worker": round(server.rss_bytes("Pss") / 2**20),
            }
    return found


@contextmanager
def serving(data: Path) -> Iterator[str]:
    """The address of the service over ``data`` while it runs, its completions built."""
    with _running(_service(data)) as server:
        time.sleep(SETTLE_S)
        yield server.address


def _service(data: Path) -> list[str]:
    return [sys.executable, "-m", "search.cli", "serve", "--data", str(data), "--workers", str(WORKERS)]


@dataclass(frozen=True, slots=True)
class _Server:
    """A running service, and how long it took from its start to its first answer."""

    address: str
    pid: int
    start_s: float

    def rss_bytes(self, kind: str = "Rss") -> float:
        """Mean resident memory of the workers; with ``Pss`` shared pages count for each by its share."""
        sizes = []
        for worker in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
            rollup = Path(f"/proc/{worker}/smaps_rollup").read_text()
            sizes.append(int(re.search(rf"^{kind}:\s+(\d+)", rollup, re.MULTILINE)[1]) * 1024)  # type: ignore[index]
        return sum(sizes) / len(sizes)


@contextmanager
def _running(command: list[str]) -> Iterator[_Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    begin = time.perf_counter()
    with subprocess.Popen([*command, "--bind", address], stderr=subprocess.DEVNULL) as server:
        for _ in range(1000):
            try:
                urllib.request.urlopen(f"http://{address}/api/v1/search?q=x", timeout=5).close()
                break
            except OSError:
                time.sleep(0.02)
        try:
            yield _Server(f"http://{address}", server.pid, time.perf_counter() - begin)
        finally:
            server.terminate()
            server.wait(30)


def _wrk(base: str, script: Path) -> dict[str, float]:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-s", str(script), base]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    units = {"us": 0.001, "ms": 1.0, "s": 1000.0}
    latency = {
        f"p{percent}_ms": round(float(value) * units[unit], 3)
        for percent, value, unit in re.findall(r"(50|99)%\s+([\d.]+)(us|ms|s)", out)
    }
    rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
    assert rate is not None, out
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    return {"requests_per_s": float(rate[1]), **latency, "failed": float(failed[1]) if failed else 0.0}
