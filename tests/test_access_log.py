"""The access log and the ids of requests: lines that nobody can forge, from the real server."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from falcon import testing
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import SettingsError
from search.settings import Settings
from search.web.access_log import access_line, log_file
from search.web.request_id import HEADER
from service import create_app
from tests.conftest import article
from tests.test_service import free_port

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)


def line(**environ: str) -> dict[str, Any]:
    text = access_line(environ, status=200, sent=5, took=timedelta(milliseconds=1.5), now=NOW)
    assert text.isascii()
    assert text.isprintable()
    record: dict[str, Any] = json.loads(text)
    return record


def test_a_line_says_what_was_asked_and_what_became_of_it() -> None:
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": "/api/v1/search?q=%E7%9B%91",
        "REMOTE_ADDR": "192.0.2.7",
        "HTTP_USER_AGENT": "curl/8",
        "HTTP_AUTHORIZATION": "Bearer secret",
        "HTTP_COOKIE": "secret",
        "HTTP_X_FORWARDED_FOR": "198.51.100.1",
        "article_search.request_id": "0123",
    }
    assert line(**environ) == {
        "time": "2026-01-02T03:04:05.678+00:00",
        "id": "0123",
        "client": "192.0.2.7",
        "method": "GET",
        "target": "/api/v1/search?q=%E7%9B%91",
        "status": 200,
        "bytes": 5,
        "ms": 1.5,
        "agent": "curl/8",
    }


@given(st.text(st.characters(max_codepoint=255)))
def test_whatever_stands_in_a_request_stays_within_its_line(text: str) -> None:
    record = line(RAW_URI=text, HTTP_USER_AGENT=text)
    assert record["target"] == record["agent"]
    if text.isascii():
        assert record["target"] == text


def test_utf_8_that_was_not_encoded_is_read_as_such() -> None:
    assert line(RAW_URI="/?q=监督".encode().decode("latin-1"))["target"] == "/?q=监督"


def test_a_line_without_an_id_or_an_address_is_a_line_too() -> None:
    record = line(REMOTE_ADDR="")
    assert (record["id"], record["client"], record["target"]) == ("-", None, None)


def test_a_log_that_cannot_be_written_is_told_before_anything_starts(tmp_path: Path) -> None:
    assert log_file("off") is log_file("stderr") is None
    assert log_file(str(tmp_path / "log")) == str(tmp_path / "log")
    with pytest.raises(SettingsError, match="cannot write the access log"):
        log_file(str(tmp_path / "missing/log"))


@pytest.fixture
def client(tmp_path: Path) -> testing.TestClient:
    return testing.TestClient(create_app(Settings(data=str(tmp_path))))


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/no/such", "/api/v1/search", "/api/v1/search?limit=x", "/static/no"]
)
def test_every_answer_has_an_id(client: testing.TestClient, path: str) -> None:
    ids = {client.simulate_get(path).headers[HEADER.lower()] for _ in range(2)}
    assert len(ids) == 2
    assert all(len(given) == 16 for given in ids)


@pytest.mark.parametrize("given", ["0af7651916cd43dd", "a.b:c/d=e@f+g-h_i", "x" * 64])
def test_a_sane_id_of_a_proxy_is_kept(client: testing.TestClient, given: str) -> None:
    assert client.simulate_get("/healthz", headers={HEADER: given}).headers[HEADER.lower()] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a\x1bb", "监", '"', "a\n", "<script>"])
def test_any_other_is_not(client: testing.TestClient, given: str) -> None:
    environ = {"HTTP_X_REQUEST_ID": given.encode().decode("latin-1")}
    assert len(client.simulate_get("/healthz", extras=environ).headers[HEADER.lower()]) == 16


def test_the_error_log_names_the_request(client: testing.TestClient, caplog: pytest.LogCaptureFixture) -> None:
    client.simulate_get("/api/v1/search", headers={HEADER: "of-this-request"})
    assert [record.getMessage()[:18] for record in caplog.records] == ["[of-this-request] "]


@contextmanager
def logging_server(data: Path, access_log: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    port = free_port()
    command = [sys.executable, "-m", "search.cli", "serve", "--data", str(data), "--bind", f"127.0.0.1:{port}"]
    environment = os.environ | {"ARTICLE_SEARCH_ACCESS_LOG": access_log}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as server:
        try:
            assert server.stderr is not None
            assert "Serving on" in server.stderr.readline()
            yield port, server
        finally:
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=30) == 0


def ask(port: int, path: str, **headers: str) -> http.client.HTTPResponse:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer


def raw_request(port: int, head: bytes) -> int:
    """The status of the answer to these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head + b"\r\nConnection: close\r\n\r\n")
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return int(answer.split()[1])


def lines_of(log: Path, count: int) -> list[dict[str, Any]]:
    for _ in range(100):
        lines = log.read_text(encoding="ascii").splitlines() if log.exists() else []
        if len(lines) >= count:
            break
        time.sleep(0.05)
    assert len(lines) == count
    return [json.loads(line) for line in lines]


def test_the_server_writes_a_line_for_each_request(index_articles: Callable[..., Path], tmp_path: Path) -> None:
    data, log = index_articles(article("a", body="监督")), tmp_path / "access.log"
    with logging_server(data, str(log)) as (port, server):
        answer = ask(port, "/api/v1/search?q=%E7%9B%91%E7%9D%A3", Authorization="Basic verysecret")
        record = lines_of(log, 1)[0]
        assert record["id"] == answer.headers[HEADER]
        assert record["target"] == "/api/v1/search?q=%E7%9B%91%E7%9D%A3"
        assert record["bytes"] == int(answer.headers["Content-Length"])
        assert (record["status"], record["client"], record["method"]) == (200, "127.0.0.1", "GET")
        assert 0 < record["ms"] < 10_000
        assert raw_request(port, b"GET /?q=%0A%1B HTTP/1.1\r\nHost: x\r\nUser-Agent: a\x9b1m\tb") == 200
        record = lines_of(log, 2)[1]
        assert (record["target"], record["agent"]) == ("/?q=%0A%1B", "a\\x9b1m\tb")
        # What is no HTTP is refused by the server itself, and is no request.
        assert raw_request(port, b"GET /\x1b[31m HTTP/1.1\r\nHost: x\r\nA: \x00") == 400
        assert len(lines_of(log, 2)) == 2

        log.rename(tmp_path / "access.log.1")
        server.send_signal(signal.SIGUSR1)
        for _ in range(100):
            if log.exists():
                break
            time.sleep(0.05)
        time.sleep(0.5)  # each worker opens it for itself
        for _ in range(10):
            ask(port, "/healthz")
        assert {record["target"] for record in lines_of(log, 10)} == {"/healthz"}
        assert "verysecret" not in log.read_text() + (tmp_path / "access.log.1").read_text()


def test_the_log_may_go_to_standard_error(index_articles: Callable[..., Path]) -> None:
    with logging_server(index_articles(article("a")), "stderr") as (port, server):
        ask(port, "/healthz")
        assert server.stderr is not None
        assert json.loads(server.stderr.readline())["target"] == "/healthz"


def test_no_log_is_written_unless_it_is_asked_for(index_articles: Callable[..., Path]) -> None:
    with logging_server(index_articles(article("a")), "off") as (port, server):
        ask(port, "/healthz")
    assert server.stderr is not None
    assert server.returncode == 0
