"""What /metrics says, as Prometheus' own reader has it."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from falcon import testing
from prometheus_client.parser import text_string_to_metric_families

from indexer.analysis import Analyzer
from indexer.archive import Archive, read_figures
from indexer.status import KeeperStatus, write_status
from search.engines.local import LocalEngine
from search.settings import Settings
from search.web.counters import Counters
from service import create_app, make_engine
from tests.conftest import article
from tests.test_service import served, total

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(text: str) -> Samples:
    samples: Samples = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation
        for sample in family.samples:
            key = (sample.name.removeprefix("article_search_"), frozenset(sample.labels.items()))
            assert key not in samples
            samples[key] = sample.value
    return samples


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, frozenset(labels.items())]


def client_of(data: Path) -> testing.TestClient:
    return testing.TestClient(create_app(Settings(data=str(data))))


def metrics(client: testing.TestClient) -> Samples:
    answer = client.simulate_get("/metrics?whatever=1")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return read(answer.text)


def test_requests_are_told_by_route_and_never_by_path(index_articles: Callable[..., Path]) -> None:
    client = client_of(index_articles(article("a")))
    client.simulate_get("/api/v1/articles/a")
    client.simulate_get("/api/v1/articles/missing")
    client.simulate_head("/api/v1/search")
    client.simulate_get("/api/v1/search", params={"limit": "x"})
    for number in range(50):
        client.simulate_get(f"/no/such/{number}")
    samples = metrics(client)
    articles = "/api/v1/articles/{article_id}"
    assert value(samples, "requests_total", route=articles, method="GET", status="200") == 1
    assert value(samples, "requests_total", route=articles, method="GET", status="404") == 1
    assert value(samples, "requests_total", route="/api/v1/search", method="HEAD", status="200") == 1
    assert value(samples, "requests_total", route="/api/v1/search", method="GET", status="400") == 1
    assert value(samples, "requests_total", route="other", method="GET", status="404") == 50
    assert value(samples, "request_duration_seconds_count", route=articles) == 2
    assert value(samples, "request_duration_seconds_bucket", route=articles, le="+Inf") == 2
    assert 0 < value(samples, "request_duration_seconds_sum", route=articles) < 10
    assert not any("such" in str(key) for key in samples)


def test_index_and_archive_are_told_with_what_is_between_them(index_articles: Callable[..., Path]) -> None:
    data = index_articles(article("a"), article("b"), article("c"), deleted=["c"])
    client = client_of(data)
    samples = metrics(client)
    assert value(samples, "index_up") == 1
    assert value(samples, "index_articles") == value(samples, "archive_articles") == 2
    assert value(samples, "index_generation") == 1
    assert value(samples, "index_lag_changes") == 0
    assert value(samples, "index_size_bytes") > 0
    assert value(samples, "archive_size_bytes") > 0
    assert 0 <= time.time() - value(samples, "archive_changed_timestamp_seconds") < 60
    with Archive(data) as archive:
        archive.put([article("d"), article("e")])
        samples = metrics(client)
    assert value(samples, "archive_articles") == 4
    assert value(samples, "index_lag_changes") == 2
    assert value(samples, "archive_change") == value(samples, "index_change") + 2


def test_without_an_index_or_an_archive_it_tells_the_rest(tmp_path: Path) -> None:
    client = client_of(tmp_path)
    samples = metrics(client)
    assert value(samples, "index_up") == 0
    assert ("archive_articles", frozenset()) not in samples
    with Archive(tmp_path) as archive:
        archive.put([article("d"), article("e")])
    samples = metrics(client)
    assert value(samples, "index_lag_changes") == value(samples, "archive_articles") == 2


def test_what_the_keeper_says_of_itself_is_told(tmp_path: Path) -> None:
    client = client_of(tmp_path)
    for content in ("", '{"state": "following"}', "[]"):
        (tmp_path / "keeper.json").write_text(content, encoding="utf-8")
        assert not any("keeper" in name for name, _ in metrics(client))
    write_status(tmp_path, KeeperStatus(state="rebuilding", damages=1, rebuilds=2, failures=3))
    samples = metrics(client)
    assert value(samples, "keeper_state", state="rebuilding") == 1
    assert [value(samples, f"keeper_{name}_total") for name in ("damages", "rebuilds", "failures")] == [1, 2, 3]


def test_head_is_answered_and_what_runs_is_said(tmp_path: Path) -> None:
    client = client_of(tmp_path)
    assert client.simulate_head("/metrics").status_code == 200
    (labels,) = [dict(labels) for name, labels in metrics(client) if name == "build_info"]
    assert set(labels) == {"version", "python", "index_format"}


def test_searches_that_were_cut_short_are_counted(index_articles: Callable[..., Path]) -> None:
    data = index_articles(*(article(str(number), body=f"第{number}篇监督检查") for number in range(50)))
    counters = Counters()
    settings = Settings(data=str(data))
    engine = LocalEngine(
        data, Analyzer(), relax_share=0.1, timeout_s=1e-9, on_partial=counters.count_partial, cached_answers=5
    )
    client = testing.TestClient(create_app(settings, engine, counters))
    for _ in range(2):
        assert client.simulate_get("/api/v1/search", params={"q": '"监督检查"'}).json["partial"]
    assert value(metrics(client), "partial_searches_total") == 2
    assert isinstance(make_engine(settings, counters), LocalEngine)


def test_reading_the_figures_writes_nothing(index_articles: Callable[..., Path]) -> None:
    data = index_articles(article("a"))

    def state() -> list[tuple[str, int]]:
        return sorted((path.name, path.stat().st_mtime_ns) for path in data.iterdir())

    before = state()
    figures = read_figures(data)
    assert figures is not None
    assert figures.articles == 1
    assert state() == before


def test_a_damaged_archive_has_no_figures(index_articles: Callable[..., Path]) -> None:
    data = index_articles(article("a"))
    (data / "archive.db").write_bytes(b"x" * 5000)
    assert read_figures(data) is None


def test_articles_are_counted_anew_only_after_a_change(index_articles: Callable[..., Path]) -> None:
    data = index_articles(article("a"))
    figures = read_figures(data)
    with closing(sqlite3.connect(data / "archive.db")) as db, db:
        db.execute("UPDATE article SET deleted = 1")  # behind the back of the archive, which would count a change
    assert read_figures(data, figures) == figures
    again = read_figures(data)
    assert again is not None
    assert again.articles == 0


def test_every_worker_tells_of_all_and_replaced_ones_are_counted(index_articles: Callable[..., Path]) -> None:
    data = index_articles(article("a", body="监督"))

    def scrape(base: str) -> Samples:
        with urllib.request.urlopen(f"{base}/metrics", timeout=10) as answer:
            return read(answer.read().decode())

    with served(data) as base:
        for _ in range(40):
            total(base)
        labels = {"route": "/api/v1/search", "method": "GET", "status": "200"}
        for _ in range(8):
            samples = scrape(base)
            assert value(samples, "requests_total", **labels) == 40
        assert value(samples, "worker_starts_total") == 2
        for worker in children_of_the_server(base):
            os.kill(worker, signal.SIGKILL)
        for _ in range(200):
            try:
                samples = scrape(base)
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
                continue
            if value(samples, "worker_starts_total") == 4:
                break
            time.sleep(0.1)
        assert value(samples, "worker_starts_total") == 4
        assert value(samples, "requests_total", **labels) == 40


def children_of_the_server(base: str) -> list[int]:
    """The processes that answer, found by the port they were started with."""
    found = []
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = status.read_bytes()
            parent = int((status.parent / "stat").read_text().rpartition(")")[2].split()[1])
            above = Path(f"/proc/{parent}/cmdline").read_bytes()
        except (OSError, ValueError):
            continue
        port = base.rpartition(":")[2].encode()
        if port in command and port in above:
            found.append(int(status.parent.name))
    return found


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz"])
def test_a_probe_that_takes_no_such_method_says_so_as_json(tmp_path: Path, path: str) -> None:
    answer = client_of(tmp_path).simulate_post(path)
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"
