"""ETags: what a client has already is not sent again, and costs no search."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import falcon.inspect
import pytest
from falcon import testing

from indexer.analysis import Analyzer
from search.engines.local import LocalEngine
from search.query.vocabulary import VocabularyFiles
from search.settings import Settings
from search.web.caching import FRESHNESS, NEVER_KEPT, Caching
from service import create_app
from tests.conftest import article
from tests.test_web_resources import client as client_fixture
from tests.test_web_resources import get

client = client_fixture
PATHS = [
    "/", "/search?q=监督", "/article/seed", "/help", "/static/style.css", "/feed?q=监督", "/robots.txt", "/favicon.ico",
    "/api/v1/search?q=监督", "/api/v1/suggest?q=zyx", "/api/v1/facets/author?q=周", "/api/v1/articles/seed",
    "/api/v1/articles/seed/similar",
]  # fmt: skip


def ask(client: testing.TestClient, address: str, **headers: str) -> testing.Result:
    path, _, query = address.partition("?")
    return get(client, path, query_string=query, headers=headers)


def tag(result: testing.Result) -> str:
    found: str = result.headers["etag"]
    assert found.startswith('W/"')
    return found


class Counting:
    """An engine that counts what it is asked for."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.asked.append(name)
        return getattr(self.engine, name)


def test_every_route_that_can_be_read_says_what_its_answers_are_made_of(client: testing.TestClient) -> None:
    routes = falcon.inspect.inspect_routes(client.app)
    readable = {
        route.path
        for route in routes
        if any(method.method == "GET" and not method.internal for method in route.methods)
    }
    unsaid = readable - FRESHNESS.keys() - NEVER_KEPT
    assert unsaid == set(), "name the route in FRESHNESS or NEVER_KEPT of search/web/caching.py"


@pytest.mark.parametrize("address", PATHS)
def test_what_a_client_has_is_not_sent_again(client: testing.TestClient, address: str) -> None:
    first = ask(client, address)
    assert first.status_code == 200
    for held in (tag(first), f'"x", {tag(first)}', tag(first).removeprefix("W/")):
        again = ask(client, address, **{"If-None-Match": held})
        assert (again.status_code, again.content) == (304, b"")
        for name in ("etag", "cache-control", "vary"):
            assert again.headers.get(name) == (first.headers.get(name) or again.headers.get(name))
    assert ask(client, address, **{"If-None-Match": '"x"'}).content == first.content or "took" in first.text


def test_a_file_that_is_kept_for_a_year_stays_so_when_it_is_asked_for_again(client: testing.TestClient) -> None:
    (address,) = re.findall(r'href="\.(/static/style\.css\?v=\w+)"', ask(client, "/").text)
    first = ask(client, address)
    again = ask(client, address, **{"If-None-Match": tag(first)})
    assert again.status_code == 304
    assert "immutable" in first.headers["cache-control"]
    assert again.headers["cache-control"] == first.headers["cache-control"]


def test_a_304_costs_no_search(index_articles: Callable[..., Path]) -> None:
    engine = Counting(LocalEngine(index_articles(article("a", body="监督")), Analyzer(), relax_share=0.5))
    client = testing.TestClient(create_app(Settings(), engine))  # type: ignore[arg-type]
    for address in ("/search?q=监督", "/feed?q=监督", "/api/v1/search?q=监督", "/api/v1/articles/a", "/article/a"):
        held = tag(ask(client, address))
        engine.asked.clear()
        assert ask(client, address, **{"If-None-Match": held}).status_code == 304
        assert engine.asked == ["version"]


def test_what_changes_an_answer_changes_its_tag(index_articles: Callable[..., Path]) -> None:
    data = index_articles(article("a", body="监督"))

    def tags(**settings: Any) -> list[str]:
        engine = LocalEngine(data, Analyzer(), relax_share=0.5, words=VocabularyFiles(data))
        client = testing.TestClient(create_app(Settings(**settings), engine))
        found = [tag(ask(client, address)) for address in ("/api/v1/search?q=a", "/api/v1/search?q=b", "/?q=a")]
        found += [tag(ask(client, "/?q=a", **{name: "en"})) for name in ("Accept-Language", "Cookie")]
        return found

    states = [tags(), tags(title="站")]
    assert tags() == states[0]
    (data / "stop_words.txt").write_text("监督\n", encoding="utf-8")
    states.append(tags())
    index_articles(article("b"))
    states.append(tags())
    every = [each for state in states for each in state]
    assert len(set(every)) == len(every) == 20


def test_a_page_of_yesterday_is_not_todays(client: testing.TestClient) -> None:
    """A page may offer "the last seven days"."""
    from search.web import caching

    class Clock(caching.datetime):
        today = "2024-05-06T23:59:59+08:00"

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return cls.fromisoformat(cls.today).astimezone(tz)

    engine = Counting(LocalEngine("nowhere", Analyzer(), relax_share=0.5))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(caching, "datetime", Clock)
        middleware = Caching(engine, settings="", zone=ZoneInfo("Asia/Shanghai"))  # type: ignore[arg-type]
        request = falcon.Request(testing.create_environ("/help"))
        before = middleware._reader(request)
        Clock.today = "2024-05-07T00:00:00+08:00"
        assert middleware._reader(request) != before


def test_an_answer_that_was_cut_short_is_not_kept(index_articles: Callable[..., Path]) -> None:
    engine = LocalEngine(index_articles(article("a", body="监督检查")), Analyzer(), relax_share=0.5, timeout_s=-1.0)
    client = testing.TestClient(create_app(Settings(), engine))
    for address in ("/api/v1/search?q=监督 检查", "/feed?q=监督 检查", "/search?q=监督 检查"):
        assert "etag" not in ask(client, address).headers, address


def test_errors_and_probes_have_no_tag(client: testing.TestClient) -> None:
    assert ask(client, "/api/v1/articles/none", **{"If-None-Match": "*"}).status_code == 404
    for address in ("/api/v1/articles/none", "/api/v1/search?limit=x", "/healthz", "/readyz", "/nowhere"):
        assert "etag" not in ask(client, address, **{"If-None-Match": "x"}).headers
    assert ask(client, "/readyz").headers["cache-control"] == "no-store"


def test_pages_vary_by_reader_and_shared_caches_are_told_what_is_private(client: testing.TestClient) -> None:
    assert ask(client, "/").headers["vary"] == "Accept-Language, Cookie, Accept-Encoding"
    assert ask(client, "/api/v1/search").headers["vary"] == "Accept-Encoding"
    assert ask(client, "/api/v1/search").headers["cache-control"] == "no-cache"
    middleware = Caching(LocalEngine("x", Analyzer(), relax_share=0.5), settings="", zone=ZoneInfo("UTC"), private=True)
    app = falcon.App(middleware=[middleware])
    app.add_route("/x", _Empty())
    assert testing.TestClient(app).simulate_get("/x").headers["cache-control"] == "private, no-cache"


class _Empty:
    def on_get(self, _request: falcon.Request, response: falcon.Response) -> None:
        response.text = "x"
