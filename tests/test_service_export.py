"""Exports, ETags and feeds of the real server."""

from __future__ import annotations

import http.client
import json
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.conftest import article
from tests.test_service import served

ARTICLES = 3_000


@pytest.fixture
def data(index_articles: Callable[..., Path]) -> Path:
    return index_articles(
        *(article(f"{number:05}", body=f"监督{number}。" + "河边的风。" * 300) for number in range(ARTICLES))
    )


def ask(base: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_an_export_goes_on_as_it_began_while_the_index_is_written(
    data: Path, index_articles: Callable[..., Path]
) -> None:
    with served(data) as base, urllib.request.urlopen(f"{base}/api/v1/export?sort=oldest", timeout=60) as answer:
        assert answer.headers["X-Total-Count"] == str(ARTICLES)
        first = answer.readline()
        index_articles(
            article("00000", body="改了。"), deleted=[f"{number:05}" for number in range(1, 2_000)], data=data
        )
        status, _, content = ask(base, "/api/v1/search?limit=0")
        assert (status, json.loads(content)["total"]) == (200, ARTICLES - 1_999)
        lines = [json.loads(line) for line in [first, *answer]]
    assert [line["id"] for line in lines] == [f"{number:05}" for number in range(ARTICLES)]
    assert all(line["body"].startswith("监督") for line in lines)


def test_clients_that_break_off_do_not_keep_others_from_exporting(data: Path) -> None:
    with served(data) as base:
        for encoding in ("identity", "gzip"):
            for _ in range(12):  # more than may run at once
                connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
                connection.request("GET", "/api/v1/export", headers={"Accept-Encoding": encoding})
                answer = connection.getresponse()
                assert answer.status in (200, 503)
                answer.read(10)
                answer.close()
                connection.close()
        content = b""
        for _ in range(100):  # that a client has gone is seen with the next piece that is sent to it
            status, _, content = ask(base, "/api/v1/export?fields=id")
            if status == 200:
                break
            time.sleep(0.2)
        assert len(content.splitlines()) == ARTICLES


def test_every_worker_gives_the_same_etag_and_curl_reads_what_is_compressed(data: Path) -> None:
    with served(data) as base:
        for path in ("/api/v1/search?q=%E7%9B%91%E7%9D%A3", "/feed", "/"):
            tags = {ask(base, path)[1]["etag"] for _ in range(12)}
            assert len(tags) == 1
            assert {ask(base, path, **{"If-None-Match": tags.copy().pop()})[0] for _ in range(8)} == {304}
        plain = subprocess.run(["curl", "-s", f"{base}/api/v1/export"], capture_output=True, check=True, timeout=60)
        packed = subprocess.run(
            ["curl", "-s", "--compressed", f"{base}/api/v1/export"], capture_output=True, check=True, timeout=60
        )
        assert plain.stdout == packed.stdout
        assert plain.stdout.count(b"\n") == ARTICLES
