"""A service that is not for all to read: without a key no route gives anything away, whatever the client has already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import falcon.inspect
import pytest
from falcon import testing

from indexer.analysis import Analyzer
from indexer.state import add_key, revoke_key
from search.engines.local import LocalEngine
from search.settings import Settings
from search.web.access import OPEN_ROUTES
from service import create_app
from tests.conftest import LocalClient, article

SEALED = "密封卷宗"
ORIGIN = "https://www.example.org"


@pytest.fixture
def data(index_articles: Callable[..., Path]) -> Path:
    return index_articles(article("seed", title=SEALED, body=f"{SEALED}的正文", section=(SEALED,), authors=("周屿",)))


@pytest.fixture
def closed(data: Path) -> LocalClient:
    settings = Settings(data=str(data), public_read=False, cors_origins=ORIGIN, base_url="https://example.org")
    return LocalClient(create_app(settings, LocalEngine(data, Analyzer(), relax_share=0.5)))


def closed_addresses(client: testing.TestClient) -> Iterator[tuple[str, str]]:
    """Route and an address of it, of all that is not open."""
    for route in falcon.inspect.inspect_routes(client.app):
        if route.path not in OPEN_ROUTES and any(
            method.method == "GET" and not method.internal for method in route.methods
        ):
            yield route.path, route.path.replace("{article_id}", "seed").replace("{name}", "section")


def ask(client: testing.TestClient, method: str, path: str, **headers: str) -> testing.Result:
    query = "facet=author" if path == "/values" else ""
    return client.simulate_request(method, path, query_string=query, headers={"Origin": ORIGIN, **headers})


def test_every_route_refuses_who_has_no_key_and_says_nothing_more(closed: LocalClient, data: Path) -> None:
    token = add_key(data, "reader", "search")
    seen = 0
    for route, path in closed_addresses(closed):
        for method in ("GET", "HEAD"):
            with_key = ask(closed, method, path, Authorization=f"Bearer {token}")
            assert with_key.status_code in (200, 303), (method, path)
            for authorization in ("", "Basic eDp5", "Bearer", "Bearer as_wrong", f"Bearer {token}x", token):
                headers = {"Authorization": authorization} if authorization else {}
                for tag in ("", "*", with_key.headers.get("etag", "")):
                    asked = headers | ({"If-None-Match": tag} if tag else {})
                    refused = ask(closed, method, path, **asked)
                    assert refused.status_code == 401, (method, path, asked)
                    assert refused.headers["www-authenticate"].startswith("Bearer ")
                    assert {"etag", "x-total-count", "set-cookie", "location"}.isdisjoint(refused.headers)
                    assert SEALED not in refused.text
            seen += 1
        options = ask(closed, "OPTIONS", path)
        assert (options.status_code, options.content) == (200, b""), route
    assert seen > 20
    searches = closed.simulate_post("/api/v1/multi-search", json=[{"q": SEALED}])
    assert (searches.status_code, SEALED in searches.text) == (401, False)


def test_a_key_in_the_address_or_a_cookie_is_none(closed: LocalClient, data: Path) -> None:
    token = add_key(data, "reader", "search")
    for name in ("key", "token", "access_token", "authorization"):
        assert closed.simulate_get("/api/v1/search", params={name: token}).status_code == 401
        assert closed.simulate_get("/", headers={"Cookie": f"{name}={token}"}).status_code == 401


def test_what_was_kept_is_not_confirmed_once_the_key_is_revoked(closed: LocalClient, data: Path) -> None:
    key: dict[str, Any] = {"Authorization": f"Bearer {add_key(data, 'reader', 'search')}"}
    tags = {path: ask(closed, "GET", path, **key).headers.get("etag") for _, path in closed_addresses(closed)}
    kept = {path: tag for path, tag in tags.items() if tag}
    assert len(kept) > 10
    for path, tag in kept.items():
        again = ask(closed, "GET", path, **key, **{"If-None-Match": tag})
        assert (again.status_code, again.headers["cache-control"]) == (304, "private, no-cache"), path
    revoke_key(data, "reader")
    for path, tag in kept.items():
        assert ask(closed, "GET", path, **key, **{"If-None-Match": tag}).status_code == 401, path


def test_what_anyone_may_have_stays_open(closed: LocalClient) -> None:
    for path in ("/healthz", "/readyz", "/static/style.css", "/favicon.ico", "/box.js", "/robots.txt"):
        result = ask(closed, "GET", path)
        assert result.status_code == 200, path
        assert SEALED.encode() not in result.content
