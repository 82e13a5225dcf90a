"""The HTTP interface through Falcon's own client."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from falcon import testing

from indexer.analysis import Analyzer
from indexer.schema import clean_article
from search.engines.local import LocalEngine
from search.engines.reference import ReferenceEngine
from search.settings import Settings
from search.web.errors import problem_of
from service import create_app
from tests.conftest import ZONE
from tests.contracts.engine import CORPUS


@pytest.fixture(scope="module")
def client() -> testing.TestClient:
    engine = ReferenceEngine(map(clean_article, CORPUS), Analyzer(), ZONE, relax_share=0.5)
    return testing.TestClient(create_app(Settings(title="测试站"), engine))


def get(client: testing.TestClient, path: str, **options: Any) -> testing.Result:
    return client.simulate_get(path, **options)


def test_a_search_answers_as_the_contract_says(client: testing.TestClient) -> None:
    result = get(client, "/api/v1/search", query_string="q=监督&section=清廉之窗&facets=section,year&limit=1")
    assert result.status_code == 200
    assert result.headers["content-type"] == "application/json"
    assert "监督" in result.text
    page = result.json
    assert list(page) == ["query", "total", "partial", "took_ms", "next", "hits", "facets", "suggestion"]
    assert page["query"] == {"text": "监督", "relaxed": False, "warnings": []}
    assert page["total"] == 2
    assert list(page["hits"][0]) == [
        "id", "title", "url", "section", "authors", "source", "published", "score", "highlights",
    ]  # fmt: skip
    assert list(page["facets"]) == ["section", "year"]
    rest = get(
        client, "/api/v1/search", params={"q": "监督", "section": "清廉之窗", "limit": "1", "cursor": page["next"]}
    )
    assert rest.json["hits"][0]["id"] != page["hits"][0]["id"]


def test_explain_gives_the_parts_of_each_score(client: testing.TestClient) -> None:
    hit = get(client, "/api/v1/search", query_string="q=监督&explain=1&limit=1").json["hits"][0]
    parts = hit["explanation"]
    assert list(parts) == ["terms", "title", "factor", "characters", "window", "order"]
    assert {term["kind"] for term in parts["terms"]} == {"word", "bigram"}
    assert list(parts["terms"][0]) == ["kind", "term", "weight", "idf", "frequencies", "score"]
    assert get(client, "/api/v1/search", query_string="q=监督&explain=yes").status_code == 400


def test_a_query_in_plain_utf8_is_read_where_the_server_lets_it_through(client: testing.TestClient) -> None:
    as_wsgi_has_it = "q=监督".encode().decode("latin-1")
    assert get(client, "/api/v1/search", query_string=as_wsgi_has_it).json["query"]["text"] == "监督"


def test_blank_values_and_commas_are_values(client: testing.TestClient) -> None:
    assert get(client, "/api/v1/search", query_string="author=").json["total"] == 3
    assert get(client, "/api/v1/search", query_string="author=陈晓禾,周屿").json["total"] == 0
    assert get(client, "/api/v1/search", query_string="author=陈晓禾&author=鄒雨芯").json["total"] == 2


@pytest.mark.parametrize(
    ("path", "query", "status", "fields"),
    [
        ("/api/v1/search", "sections=x", 400, {"parameter": "sections"}),
        ("/api/v1/search", "limit=1000", 400, {"parameter": "limit"}),
        ("/api/v1/search", 'q=监 "督&strict=1', 400, {"parameter": "q", "offset": 2}),
        ("/api/v1/articles/none", "", 404, {}),
        ("/api/v1/articles/seed", "x=1", 400, {"parameter": "x"}),
        ("/api/v1/none", "", 404, {}),
        ("/static/none", "", 404, {}),
    ],
)
def test_errors_are_problems(
    client: testing.TestClient, path: str, query: str, status: int, fields: dict[str, object]
) -> None:
    result = get(client, path, query_string=query)
    assert result.status_code == status
    assert result.headers["content-type"] == "application/problem+json"
    assert {"title", "status", "detail"} <= set(result.json)
    assert result.json["status"] == status
    assert result.json["detail"]
    assert {name: result.json.get(name) for name in fields} == fields


def test_another_method_is_refused_with_those_allowed(client: testing.TestClient) -> None:
    result = client.simulate_post("/api/v1/search")
    assert (result.status_code, result.json["status"]) == (405, 405)
    assert "GET" in result.headers["allow"]


def test_an_article_comes_whole(client: testing.TestClient) -> None:
    article = get(client, "/api/v1/articles/seed").json
    assert article["captions"] == ["督查組在中峰鎮督查。 莫畏雄/攝"]
    assert article["section"] == ["清廉之窗", "基層風采"]


def test_head_answers_as_get_without_a_body(client: testing.TestClient) -> None:
    result = client.simulate_head("/api/v1/search", query_string="q=监督")
    assert (result.status_code, result.content) == (200, b"")


def test_the_probes_tell_liveness_and_readiness(client: testing.TestClient, tmp_path: Path) -> None:
    assert get(client, "/healthz").json == {"status": "ok"}
    assert get(client, "/readyz").json["articles"] == len(CORPUS)
    unready = testing.TestClient(create_app(Settings(), LocalEngine(tmp_path, Analyzer(), relax_share=0.5)))
    assert get(unready, "/healthz").status_code == 200
    for path in ("/readyz", "/api/v1/search"):
        result = get(unready, path)
        assert (result.status_code, result.headers["retry-after"]) == (503, "5")
        assert "article-search index PATH" in result.json["detail"]
    page = get(unready, "/", headers={"Accept-Language": "en"})
    assert page.status_code == 503
    assert "There is no index yet" in page.text


def test_an_unexpected_failure_tells_nothing_of_itself(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def search(self, _request: object) -> None:
            raise RuntimeError("secret")

        def version(self) -> str:
            return "1"

    client = testing.TestClient(create_app(Settings(), Broken()))  # type: ignore[arg-type]
    result = get(client, "/api/v1/search")
    assert result.status_code == 500
    assert "secret" not in result.text
    assert "secret" in caplog.text
    assert problem_of(ValueError("x")).status == 500
