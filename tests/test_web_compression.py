"""Smaller answers for who takes them."""

from __future__ import annotations

import json
import zlib

import brotli
import falcon
import pytest
from falcon import testing
from hypothesis import given
from hypothesis import strategies as st

from search.web.compression import SMALLEST_BYTES, Compression, choose_coding, codings
from tests.test_web_resources import client as client_fixture
from tests.test_web_resources import get

client = client_fixture


def unpacked(result: testing.Result) -> bytes:
    coding = result.headers.get("content-encoding")
    if coding == "gzip":
        return zlib.decompress(result.content, wbits=31)
    return brotli.decompress(result.content) if coding == "br" else result.content  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0", None),
        ("*", "br"),
        ("*;q=0", None),
        ("br;q=0, *", "gzip"),
        ("gzip;q=0.2, identity;q=0.5", None),
        ("gzip;q=0.5, identity;q=0.2", "gzip"),
        ("gzip;q=much", None),
        ("gzip ; q=0.3", "gzip"),
        ("deflate", None),
        (",,;;==", None),
    ],
)
def test_the_coding_is_the_clients_choice(header: str, coding: str | None) -> None:
    assert choose_coding(header) == coding


@given(st.text())
def test_no_header_is_too_odd(header: str) -> None:
    assert choose_coding(header) in (None, *codings())


@pytest.mark.parametrize("coding", ["gzip", "br"])
@pytest.mark.parametrize("path", ["/", "/static/style.css", "/api/v1/search", "/feed", "/api/v1/export"])
def test_an_answer_is_the_same_when_it_is_unpacked(client: testing.TestClient, path: str, coding: str) -> None:
    plain = get(client, path)
    packed = get(client, path, headers={"Accept-Encoding": coding})
    assert packed.headers["content-encoding"] == coding
    assert "Accept-Encoding" in plain.headers["vary"]
    assert packed.headers["vary"] == plain.headers["vary"]
    assert len(packed.content) < len(plain.content)
    one, other = unpacked(packed), plain.content
    if path == "/api/v1/search":
        one, other = (json.dumps(json.loads(body) | {"took_ms": 0}).encode() for body in (one, other))
    if path != "/":  # which says how long it took
        assert one == other
    if path not in ("/api/v1/export",):
        assert int(packed.headers["content-length"]) == len(packed.content)
        assert packed.headers["etag"] == plain.headers["etag"]


def test_small_answers_and_pictures_stay_as_they_are(client: testing.TestClient) -> None:
    for path in ("/api/v1/suggest", "/favicon.ico", "/robots.txt"):
        assert "content-encoding" not in get(client, path, headers={"Accept-Encoding": "gzip"}).headers
    assert "vary" not in get(client, "/favicon.ico").headers


def test_without_brotli_there_is_gzip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "brotli", None)
    codings.cache_clear()
    choose_coding.cache_clear()
    try:
        assert list(codings()) == ["gzip"]
        assert choose_coding("br, gzip;q=0.1") == "gzip"
        assert choose_coding("br") is None
    finally:
        codings.cache_clear()
        choose_coding.cache_clear()


class _Resource:
    """Answers with what a test gives it."""

    def __init__(self, content_type: str, body: bytes, **headers: str) -> None:
        self._content_type = content_type
        self._body = body
        self._headers = headers

    def on_get(self, _request: falcon.Request, response: falcon.Response) -> None:
        response.content_type = self._content_type
        response.data = self._body
        response.set_headers(self._headers)


@pytest.mark.parametrize(
    ("content_type", "size", "headers", "packed"),
    [
        ("text/html; charset=utf-8", SMALLEST_BYTES, {}, True),
        ("text/html", SMALLEST_BYTES - 1, {}, False),
        ("application/problem+json", 5_000, {}, True),
        ("application/atom+xml", 5_000, {}, True),
        ("image/png", 5_000, {}, False),
        ("application/zip", 5_000, {}, False),
        ("text/plain", 5_000, {"Content-Encoding": "zstd"}, False),
    ],
)
def test_what_is_compressed(content_type: str, size: int, headers: dict[str, str], packed: bool) -> None:
    app = falcon.App(middleware=[Compression()])
    app.add_route("/x", _Resource(content_type, b"x" * size, **headers))
    result = testing.TestClient(app).simulate_get("/x", headers={"Accept-Encoding": "gzip"})
    assert (result.headers.get("content-encoding") == "gzip") is packed
