"""Writing to the real server: several workers, clients that send and never read, that read as they send, and that go away."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from indexer.archive import Archive
from indexer.state import add_key, revoke_key
from tests.test_service import served

JSON = {"Content-Type": "application/json"}
LINES = {"Content-Type": "application/x-ndjson"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("writing") / "data"


@pytest.fixture(scope="module")
def base(data: Path) -> Iterator[str]:
    with served(data) as address:
        yield address


def ask(
    base: str, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, Any]:
    with closing(http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)) as connection:
        connection.request(method, f"/api/v1/articles{path}", body, headers or (JSON if body is not None else {}))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def line(article_id: str) -> bytes:
    return json.dumps({"id": article_id, "title": f"题{article_id}"}).encode() + b"\n"


def held(data: Path) -> dict[str, int]:
    with Archive(data) as archive:
        return {change.id: change.number for change in archive.changes(0) if change.article is not None}


def connect(base: str, **buffers: int) -> socket.socket:
    parts = urlsplit(base)
    connection = socket.socket()
    for name, size in buffers.items():
        connection.setsockopt(socket.SOL_SOCKET, getattr(socket, name), size)
    connection.settimeout(60)
    connection.connect((parts.hostname, parts.port))
    return connection


CHUNKED = {"Transfer-Encoding": "chunked"}
SEARCH, ARTICLE = b'[{"q": "x"}]', b'{"title": "x"}'


def say(base: str, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
    """What is answered to a request whose body is sent as it is, and ends there."""
    with closing(connect(base)) as connection:
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        connection.sendall("\r\n".join(lines).encode() + body)
        connection.shutdown(socket.SHUT_WR)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.headers["Content-Type"] != "text/html"
        return answer.status, [json.loads(text) for text in answer.read().splitlines()]


def test_every_write_of_many_clients_is_durable_when_it_is_answered(base: str, data: Path) -> None:
    def write(client: int) -> list[tuple[str, int]]:
        done = []
        with closing(http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)) as connection:
            for number in range(30):
                key = f"many-{client}-{number}"
                connection.request("PUT", f"/api/v1/articles/{key}", json.dumps({"title": key}).encode(), JSON)
                answer = connection.getresponse()
                assert answer.status == 201
                done.append((key, json.loads(answer.read())["change"]))
        return done

    with ThreadPoolExecutor(6) as pool:
        answered = dict(pair for pairs in pool.map(write, range(6)) for pair in pairs)
    assert len(answered) == len(set(answered.values())) == 180
    assert {key: change for key, change in held(data).items() if key.startswith("many-")} == answered
    assert ask(base, "DELETE", "/many-0-0")[0] == 200
    assert ask(base, "DELETE", "/many-0-0")[0] == 404
    assert "many-0-0" not in held(data)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"X-Forwarded-For": "127.0.0.1"}, 403),
        ({"Via": "1.1 proxy"}, 403),
        # Names with underscores would be folded into those with dashes; the server drops them, and none changes the request.
        ({"X_Forwarded_For": "203.0.113.5"}, 200),
        ({"REMOTE_ADDR": "203.0.113.5"}, 200),
        ({"SCRIPT_NAME": "/api"}, 200),
        ({"PATH_INFO": "/healthz"}, 200),
        ({"Content_Type": "text/plain"}, 200),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
def test_the_rule_holds_through_the_server(base: str, headers: dict[str, str], status: int) -> None:
    ask(base, "PUT", "/rule", b'{"title": "x"}')
    assert ask(base, "PUT", "/rule", b'{"title": "x"}', JSON | headers)[0] == status


@pytest.mark.parametrize(
    "target", ["http://evil.example/api/v1/articles/rule", "http://localhost/api/v1/articles/rule"]
)
def test_a_request_that_is_meant_for_a_proxy_is_refused(base: str, target: str) -> None:
    status, (problem,) = say(base, "PUT", target, ARTICLE, {"Host": "localhost", "Content-Length": "14"} | JSON)
    assert (status, "meant for a proxy" in problem["detail"]) == (403, True)


@pytest.mark.parametrize(
    ("target", "headers", "status"),
    [
        (f"/api/v1/search?q={'%E7' * 3000}", {}, 414),
        ("/api/v1/search?q=监督", {}, 400),
        ("/api/v1/search", {"Bad Name": "x"}, 400),
        ("/api/v1/search", {"X-Long": "x" * 9000}, 431),
        ("/api/v1/search", {"Expect": "a miracle"}, 417),
        ("/api/v1/search", {"Transfer-Encoding": "none"}, 501),
    ],
)
def test_a_request_that_is_no_http_has_its_problem_told_like_any_other(
    base: str, target: str, headers: dict[str, str], status: int
) -> None:
    answered, (problem,) = say(base, "GET", target, b"", {"Host": "localhost"} | headers)
    assert answered == problem["status"] == status
    assert problem["title"]
    assert problem["detail"]


def test_a_request_without_a_host_is_refused(base: str) -> None:
    with closing(connect(base)) as connection:
        body = b'{"title": "x"}'
        connection.sendall(
            b"PUT /api/v1/articles/x HTTP/1.0\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        assert b" 403 " in connection.makefile("rb").readline()


def test_a_body_of_any_size_is_answered_to_who_reads_only_at_the_end(base: str) -> None:
    bad = 60_000  # more than the buffers of both sides hold, either way
    body = line("big-first") + (b"{".ljust(200) + b"\n") * bad + line("big-last")
    with closing(connect(base, SO_RCVBUF=4096, SO_SNDBUF=4096)) as connection:
        connection.sendall(
            b"POST /api/v1/articles HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
            b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        connection.sendall(body)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        lines = answer.read().splitlines()
    assert len(lines) == bad + 2
    assert json.loads(lines[0])["id"] == "big-first"
    assert json.loads(lines[-1])["id"] == "big-last"
    assert json.loads(lines[-1])["line"] == bad + 2


def test_a_body_in_chunks_is_answered_while_it_is_sent(base: str, data: Path) -> None:
    def chunk(content: bytes) -> bytes:
        return b"%x\r\n%b\r\n" % (len(content), content)

    with closing(connect(base)) as connection:
        connection.sendall(
            b"POST /api/v1/articles HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
            b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        first = b"".join(line(f"chunk-{number}") for number in range(2000))
        connection.sendall(chunk(first))
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        begun = json.loads(answer.readline())
        assert (begun["line"], begun["id"], begun["result"]) == (1, "chunk-0", "created")
        assert held(data)["chunk-0"] == begun["change"]  # the rest is still to come
        connection.sendall(chunk(line("chunk-last")) + b"0\r\n\r\n")
        lines = answer.read().splitlines()
    assert len(lines) == 2000
    assert json.loads(lines[-1])["id"] == "chunk-last"


def test_of_a_body_that_breaks_off_what_was_whole_is_kept(base: str, data: Path) -> None:
    whole = b"".join(line(f"cut-{number}") for number in range(700))
    with closing(connect(base)) as connection:
        connection.sendall(
            b"POST /api/v1/articles HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
            b"Content-Length: %d\r\n\r\n" % (len(whole) + 1000)
        )
        connection.sendall(whole + b'{"id": "cut-part", "title": "x"}')
        connection.shutdown(socket.SHUT_WR)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        lines = [json.loads(text) for text in answer.read().splitlines()]
    assert [each.get("result") for each in lines] == ["created"] * 700 + [None]
    assert lines[-1]["line"] == 701
    assert "breaks off here" in lines[-1]["problem"]["detail"]
    assert "cut-part" not in held(data)


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("PUT", "/api/v1/articles/broken", ARTICLE),
        ("POST", "/api/v1/multi-search", SEARCH),
        ("POST", "/api/v1/articles", ARTICLE),
    ],
)
@pytest.mark.parametrize("end", [b"", b"zz\r\n", b"0\r\nno header\r\n\r\n", b"1\r\nxyz"])
def test_a_body_whose_chunks_are_broken_is_the_fault_of_who_sent_it(
    base: str, method: str, path: str, content: bytes, end: bytes
) -> None:
    body = b"%x\r\n%b\r\n" % (len(content), content) + end
    status, lines = say(base, method, path, body, {"Host": "localhost"} | JSON | CHUNKED)
    problem = lines[-1]["problem"] if "problem" in lines[-1] else lines[-1] | {"status": status}
    assert problem["status"] == 400
    assert "breaks off" in problem["detail"]


def test_a_body_that_is_shorter_than_it_says_is_not_taken_for_whole(base: str) -> None:
    for method, path, content in (
        ("PUT", "/api/v1/articles/short", ARTICLE),
        ("POST", "/api/v1/multi-search", SEARCH),
    ):
        headers = {"Host": "localhost", "Content-Length": str(len(content) + 5)} | JSON
        status, (problem,) = say(base, method, path, content, headers)
        assert (status, problem["detail"]) == (
            400,
            f"the body breaks off: {len(content)} of {len(content) + 5} bytes came",
        )


def test_searches_may_come_in_chunks_too(base: str) -> None:
    assert ask(base, "PUT", "/any?wait=searchable", ARTICLE)[0] == 201
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(SEARCH), SEARCH)
    status, (found,) = say(base, "POST", "/api/v1/multi-search", body, {"Host": "localhost"} | JSON | CHUNKED)
    assert status == 200
    assert found[0]["query"]["text"] == "x"


def test_clients_that_stall_are_given_up_and_searches_answered(tmp_path: Path) -> None:
    data = tmp_path / "data"
    in_headers = b"GET /api/v1/search HTTP/1.1\r\nHost: localhost\r\nX-Half: "
    in_body = (
        b"PUT /api/v1/articles/x HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b'Content-Length: 100\r\n\r\n{"title": '
    )
    with served(data, workers=1, threads=2, client_timeout_s=1) as base, ExitStack() as stalled:
        connections = [stalled.enter_context(closing(connect(base))) for _ in range(4)]
        for connection, request in zip(connections, (in_headers, in_body) * 2, strict=True):
            connection.sendall(request)
        assert ask(base, "PUT", "/a", b'{"title": "x"}')[0] == 201
        told = [connection.makefile("rb").read() for connection in connections]
        assert told[0] == told[2] == b""
        for answer in (told[1], told[3]):
            assert answer.startswith(b"HTTP/1.1 400 ")
            assert b"client_timeout_s" in answer
    assert "Traceback" not in (tmp_path / "serve.log").read_text(encoding="utf-8")


@pytest.mark.skipif(not hasattr(socket, "TCP_DEFER_ACCEPT"), reason="only Linux keeps silent connections from a server")
def test_connections_that_say_nothing_take_no_thread(tmp_path: Path) -> None:
    with served(tmp_path / "data", workers=1, threads=1) as base, ExitStack() as silent:
        connections = [silent.enter_context(closing(connect(base))) for _ in range(20)]  # 5 s each where they take one
        with closing(http.client.HTTPConnection(urlsplit(base).netloc, timeout=20)) as connection:
            connection.request("GET", "/healthz")
            assert connection.getresponse().status == 200
        connections[0].sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert connections[0].makefile("rb").readline().startswith(b"HTTP/1.1 200 ")


def test_a_client_that_goes_away_stops_nobody(base: str, data: Path) -> None:
    for number in range(6):
        connection = connect(base)
        connection.sendall(
            b"POST /api/v1/articles HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
            b"Content-Length: 100000000\r\n\r\n" + line(f"gone-{number}")
        )
        connection.close()
    until = time.monotonic() + 30
    while not {f"gone-{number}" for number in range(6)} <= held(data).keys():
        assert time.monotonic() < until
        time.sleep(0.05)
    assert ask(base, "PUT", "/after", b'{"title": "x"}')[0] == 201


def test_keys_are_made_and_revoked_while_the_service_runs(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with served(data) as base:
        assert ask(base, "PUT", "/a", b'{"title": "x"}')[0] == 201
        token, small = add_key(data, "app", "write"), add_key(data, "reader", "search")
        for _ in range(8):  # whichever worker answers
            assert ask(base, "PUT", "/a", b'{"title": "x"}')[0] == 401
            assert ask(base, "PUT", "/a", b'{"title": "x"}', JSON | {"Authorization": f"Bearer {token}"})[0] == 200
            assert ask(base, "PUT", "/a", b'{"title": "x"}', JSON | {"Authorization": f"Bearer {small}"})[0] == 403
        revoke_key(data, "app")
        for _ in range(8):
            assert ask(base, "PUT", "/a", b'{"title": "x"}', JSON | {"Authorization": f"Bearer {token}"})[0] == 401
        assert ask(base, "DELETE", "/a")[0] == 401
