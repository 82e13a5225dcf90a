"""What writing over HTTP costs beside a bare loop of SQLite commits: ``python -m benchmarks.writes [--news FILE] [--rounds N]``.

Each round, in one run on one disk: a loop that commits one row of an article's record at a time (WAL, ``synchronous=FULL``);
``PUT`` of single articles by four keep-alive clients (``wrk``) to the service with two workers; ``POST`` of all articles as lines
by one client and by two at once. Where the service indexes by itself, also how long a written article takes to be found, and how
long searches take with and without writes beside them.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import perf_counter, sleep

from benchmarks.corpus import default_news, read_news

__all__ = ["main"]

CLIENTS, WORKERS, SECONDS, ROUNDS = 4, 2, 4, 3
LAG_WRITES, LAG_PAUSE_S, LAG_LIMIT_S = 200, 0.05, 10.0
QUERIES = ("监督", "经济发展", "乡村振兴", "习近平", '"人民"', "科技创新 企业", "农业 OR 粮食", "台风")
# Each request is of a new id and title, so none is unchanged or a duplicate of another.
LUA = """\
local bodies = {}
for line in io.lines("BODIES") do bodies[#bodies + 1] = line end
local at = 0
request = function()
  at = at + 1
  local body = '{"title":"' .. at .. ' ' .. bodies[at % #bodies + 1]
  return wrk.format("PUT", "/api/v1/articles/RUN-" .. at, {["Content-Type"] = "application/json"}, body)
end
"""


def main() -> int:
    """Runs the rounds and prints medians as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.writes", description=__doc__)
    parser.add_argument("--news", type=Path, default=default_news(), help="news-broadcast.jsonl.gz")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--folder", type=Path, help="where the data directories are made: the disk that is measured")
    options = parser.parse_args()
    news = read_news(options.news)
    found: dict[str, list[float]] = {}
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            for name, value in measure_round(news, Path(folder)).items():
                found.setdefault(name, []).append(value)
                print(f"round {number + 1}: {name} {value:,.1f}", file=sys.stderr)
    medians = {name: round(statistics.median(values), 2) for name, values in found.items()}
    for name in ("put_per_s", "post_per_s", "post_by_two_per_s"):
        medians[f"{name.removesuffix('_per_s')}_to_bare"] = round(medians[name] / medians["bare_commits_per_s"], 2)
    print(json.dumps({"medians": medians, "rounds": found}, ensure_ascii=False, indent=1))
    return 0


def measure_round(news: list[dict[str, object]], folder: Path) -> dict[str, float]:
    """Figures of one round: rates a second, and milliseconds."""
    lines = [json.dumps(article, ensure_ascii=False).encode() for article in news]
    found = {"bare_commits_per_s": bare_commits(lines, folder / "bare.db")}
    with served(folder / "puts") as address:
        found["put_per_s"], found["put_failed"] = put_rate(news, address, folder)
    with served(folder / "posts") as address:
        found["post_per_s"] = post_rate(lines, address, clients=1)
    with served(folder / "posts by two") as address:
        found["post_by_two_per_s"] = post_rate(lines, address, clients=2)
        if indexes_by_itself(address):
            found |= measure_lag(news, address)
    return found


def bare_commits(lines: list[bytes], path: Path) -> float:
    """Commits a second of a loop that does nothing else."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE article (number INTEGER PRIMARY KEY, record TEXT NOT NULL)")
        rows = [line.decode() for line in lines]
        begin, done = perf_counter(), 0
        while perf_counter() < begin + SECONDS:
            db.execute("BEGIN IMMEDIATE")
            db.execute("INSERT INTO article (record) VALUES (?)", (rows[done % len(rows)],))
            db.execute("COMMIT")
            done += 1
        return done / (perf_counter() - begin)


def put_rate(news: list[dict[str, object]], address: str, folder: Path) -> tuple[float, float]:
    """Articles a second put one by one, and how many of them failed."""
    bodies = folder / "bodies"
    with bodies.open("w", encoding="utf-8") as file:
        for article in news:
            rest = {name: value for name, value in article.items() if name not in ("id", "title")}
            title = json.dumps(article["title"], ensure_ascii=False)[1:]
            file.write(f"{title},{json.dumps(rest, ensure_ascii=False)[1:]}\n")
    script = folder / "puts.lua"
    script.write_text(LUA.replace("BODIES", str(bodies)).replace("RUN", "put"))
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", "-s", str(script), f"http://{address}"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate, failed = re.search(r"Requests/sec:\s+([\d.]+)", out), re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    assert rate is not None, out
    return float(rate[1]), float(failed[1]) if failed else 0.0


def post_rate(lines: list[bytes], address: str, *, clients: int) -> float:
    """Articles a second posted as lines, by some clients at once, each a part of them."""
    bodies = [b"\n".join(lines[at::clients]) for at in range(clients)]
    counts: list[int] = []
    threads = [threading.Thread(target=lambda body=body: counts.append(post(address, body))) for body in bodies]
    begin = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = perf_counter() - begin
    assert sum(counts) == len(lines), counts
    return len(lines) / seconds


def post(address: str, body: bytes) -> int:
    """How many of the lines were taken."""
    answer = request(address, "POST", "/api/v1/articles", body, "application/x-ndjson")
    return sum(b'"change"' in line for line in answer.splitlines())


def request(address: str, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> bytes:
    """The body of the answer to one request."""
    with closing(http.client.HTTPConnection(address, timeout=120)) as connection:
        connection.request(method, path, body, {"Content-Type": kind} if body is not None else {})
        return connection.getresponse().read()


def indexes_by_itself(address: str) -> bool:
    """Whether an article that was written can be found without more being done."""
    body = json.dumps({"title": "台风"}).encode()
    return json.loads(request(address, "PUT", "/api/v1/articles/first?wait=searchable", body))["searchable"] is True


def measure_lag(news: list[dict[str, object]], address: str) -> dict[str, float]:
    """Milliseconds from the answer to a write until a search finds it, and of searches without and with writes beside them."""
    search_times(address, lambda: sleep(SECONDS))  # what a worker does once is not measured
    quiet = search_times(address, lambda: sleep(SECONDS))
    lags: list[float] = []

    def write() -> None:
        for number in range(LAG_WRITES):
            marker = f"标记{number}号"
            body = json.dumps({**news[number], "id": f"lag-{number}", "title": marker}).encode()
            request(address, "PUT", f"/api/v1/articles/lag-{number}", body)
            begin = perf_counter()
            query = urllib.parse.urlencode({"q": f'"{marker}"', "limit": 0, "facets": ""})
            while perf_counter() < begin + LAG_LIMIT_S:
                if json.loads(request(address, "GET", f"/api/v1/search?{query}"))["total"]:
                    break
                sleep(0.005)
            lags.append((perf_counter() - begin) * 1000)
            sleep(LAG_PAUSE_S)

    busy = search_times(address, write)
    return {
        "searchable_p50_ms": statistics.median(lags),
        "searchable_p99_ms": statistics.quantiles(lags, n=100)[98],
        "search_p95_ms": statistics.quantiles(quiet, n=20)[18],
        "search_p95_beside_writes_ms": statistics.quantiles(busy, n=20)[18],
    }


def search_times(address: str, meanwhile) -> list[float]:  # type: ignore[no-untyped-def]
    """Milliseconds of searches by four clients while something is done."""
    times: list[float] = []
    stop = threading.Event()

    def search(client: int) -> None:
        at = client
        with closing(http.client.HTTPConnection(address, timeout=60)) as connection:
            while not stop.is_set():
                query = urllib.parse.urlencode({"q": QUERIES[at % len(QUERIES)], "offset": at % 97})
                begin = perf_counter()
                connection.request("GET", f"/api/v1/search?{query}")
                connection.getresponse().read()
                times.append((perf_counter() - begin) * 1000)
                at += 1
                sleep(0.02)  # people read what they found

    threads = [threading.Thread(target=search, args=(client,)) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        meanwhile()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    return times


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The address of a service over an empty data directory."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "search.cli", "serve", "--data", str(data), "--bind", address]
    with subprocess.Popen([*command, "--workers", str(WORKERS)], stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            assert "Serving on" in server.stderr.readline()
            sleep(1)  # workers load their dictionaries
            yield address
        finally:
            server.terminate()
            server.wait(30)


if __name__ == "__main__":
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed")
    sys.exit(main())
