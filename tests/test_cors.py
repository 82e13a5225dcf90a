"""What pages of other origins may read."""

from __future__ import annotations

import pytest
from falcon import testing

from indexer.analysis import Analyzer
from indexer.errors import SettingsError
from indexer.schema import clean_article
from search.engines.reference import ReferenceEngine
from search.settings import Settings
from search.web.cors import parse_origins
from service import create_app
from tests.conftest import ZONE
from tests.contracts.engine import CORPUS

SITE = "https://www.example.org"
READ = (
    "/api/v1/search?q=监督",
    "/api/v1/suggest?q=监",
    "/api/v1/facets/section",
    "/api/v1/articles/a",
    "/api/v1/articles/a/similar",
)


def client_of(origins: str) -> testing.TestClient:
    engine = ReferenceEngine(map(clean_article, CORPUS), Analyzer(), ZONE, relax_share=0.5)
    return testing.TestClient(create_app(Settings(cors_origins=origins), engine))


def get(client: testing.TestClient, target: str, origin: str | None = SITE) -> testing.Result:
    path, _, query = target.partition("?")
    return client.simulate_get(path, query_string=query, headers={"Origin": origin} if origin else None)


def preflight(client: testing.TestClient, path: str, method: str, origin: str = SITE) -> testing.Result:
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    return client.simulate_request("OPTIONS", path, headers=headers)


def cors_headers(result: testing.Result) -> dict[str, str]:
    return {name: value for name, value in result.headers.items() if name.startswith("access-control-")}


@pytest.mark.parametrize("target", READ)
def test_by_default_no_page_of_another_origin_may_read(target: str) -> None:
    result = get(client_of(""), target)
    assert cors_headers(result) == {}
    assert "origin" not in result.headers.get("vary", "").lower()
    assert cors_headers(preflight(client_of(""), target.partition("?")[0], "GET")) == {}


@pytest.mark.parametrize("target", READ)
def test_a_listed_origin_may_read_and_caches_are_told_that_answers_differ(target: str) -> None:
    client = client_of(f"{SITE}, http://localhost:3000")
    allowed = get(client, target)
    assert allowed.headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-credentials" not in allowed.headers
    assert "ETag" in allowed.headers["access-control-expose-headers"]
    for other in (None, "https://evil.example", "null", "http://www.example.org", SITE + ".evil.example"):
        refused = get(client, target, other)
        assert cors_headers(refused) == {}
        assert "Origin" in refused.headers["vary"]
    assert (
        get(client, target, "http://localhost:3000").headers["access-control-allow-origin"] == "http://localhost:3000"
    )


def test_a_star_lets_every_origin_read() -> None:
    result = get(client_of("*"), READ[0], "https://any.example")
    assert result.headers["access-control-allow-origin"] == "*"
    assert "origin" not in result.headers.get("vary", "").lower()


def test_a_page_may_read_what_was_wrong_with_its_request() -> None:
    result = get(client_of(SITE), "/api/v1/search?sort=best")
    assert (result.status_code, result.headers["access-control-allow-origin"]) == (400, SITE)
    missing = get(client_of(SITE), "/api/v1/articles/none")
    assert (missing.status_code, missing.headers["access-control-allow-origin"]) == (404, SITE)


def test_a_preflight_allows_reading_and_never_writing() -> None:
    client = client_of(SITE)
    for target in READ:
        asked = preflight(client, target.partition("?")[0], "GET")
        assert asked.status_code == 200
        assert asked.headers["access-control-allow-methods"] == "GET, HEAD"
        assert "Authorization" in asked.headers["access-control-allow-headers"]
        assert int(asked.headers["access-control-max-age"]) > 0
    writing = preflight(client, "/api/v1/articles/a", "PUT")
    assert "PUT" not in writing.headers["access-control-allow-methods"]
    assert cors_headers(preflight(client, "/api/v1/search", "GET", "https://evil.example")) == {}


@pytest.mark.parametrize("path", ["/", "/search", "/article/a", "/api/v1/multi-search", "/readyz", "/nothing"])
def test_nothing_but_the_reading_interface_is_for_other_origins(path: str) -> None:
    client = client_of("*")
    assert cors_headers(get(client, path)) == {}
    assert cors_headers(preflight(client, path, "POST")) == {}


def test_origins_are_written_as_browsers_send_them() -> None:
    assert parse_origins("") == frozenset()
    assert parse_origins("HTTPS://Www.Example.ORG/ http://a.example:80,https://b.example:8443, http://[::1]:3000") == {
        "https://www.example.org",
        "http://a.example",
        "https://b.example:8443",
        "http://[::1]:3000",
    }
    assert parse_origins("https://例子.example") == {"https://xn--fsqu00a.example"}


@pytest.mark.parametrize(
    "given",
    ["www.example.org", "ftp://a.example", "https://", "https://a.example/path", "https://u@a.example", "null",
     "https://a.example:x", "https://[::1", "https://a.example?x", "https://*.example.org"],
)  # fmt: skip
def test_what_is_no_origin_is_refused_when_the_service_starts(given: str) -> None:
    with pytest.raises(SettingsError, match="cors_origins") as caught:
        client_of(given)
    assert caught.value.setting == "cors_origins"
