"""Completions, facet values, similar articles and several searches over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from falcon import testing

from indexer.analysis import Analyzer
from indexer.schema import clean_article
from search.engines.reference import ReferenceEngine
from search.settings import Settings
from search.web.assistance import MOST_BODY_BYTES, MOST_SEARCHES
from service import create_app
from tests.conftest import ZONE
from tests.contracts.engine import CORPUS


@pytest.fixture(scope="module")
def client() -> testing.TestClient:
    engine = ReferenceEngine(map(clean_article, CORPUS), Analyzer(), ZONE, relax_share=0.5)
    return testing.TestClient(create_app(Settings(), engine))


def get(client: testing.TestClient, path: str, **parameters: str) -> Any:
    return client.simulate_get(path, params=parameters).json


def post(client: testing.TestClient, searches: object) -> testing.Result:
    return client.simulate_post("/api/v1/multi-search", json=searches)


def test_completions_come_with_kind_and_count(client: testing.TestClient) -> None:
    assert get(client, "/api/v1/suggest", q="zhouyu") == {
        "query": "zhouyu",
        "suggestions": [{"text": "周屿", "kind": "author", "count": 2}],
    }
    assert len(get(client, "/api/v1/suggest", q="z", limit="1")["suggestions"]) == 1
    assert get(client, "/api/v1/suggest")["suggestions"] == []


def test_a_search_carries_its_suggestion(client: testing.TestClient) -> None:
    assert get(client, "/api/v1/search", q="资原县")["suggestion"] == "资源县"
    assert get(client, "/api/v1/search", q="资源县")["suggestion"] is None


def test_a_hit_carries_the_fields_that_are_asked_for(client: testing.TestClient) -> None:
    (hit,) = get(client, "/api/v1/search", q="资源县", fields="title,body")["hits"]
    assert list(hit) == ["id", "title", "body", "score", "highlights"]
    assert hit["body"] == CORPUS[0].body
    (hit,) = get(client, "/api/v1/search", q="资源县", fields="")["hits"]
    assert list(hit) == ["id", "score", "highlights"]
    problem = get(client, "/api/v1/search", q="资源县", fields="title,bodi")
    assert (problem["status"], problem["parameter"]) == (400, "fields")
    assert "did you mean 'body'?" in problem["detail"]


def test_the_values_of_a_facet_are_searched(client: testing.TestClient) -> None:
    assert get(client, "/api/v1/facets/author", q="周") == {
        "facet": "author",
        "values": [{"value": "周屿", "count": 2}],
    }
    assert get(client, "/api/v1/facets/author", q="周", query="乡村")["values"] == [{"value": "周屿", "count": 1}]
    assert get(client, "/api/v1/facets/author", section="国际")["values"] == [{"value": "周屿", "count": 1}]


def test_similar_articles_are_hits(client: testing.TestClient) -> None:
    hits = get(client, "/api/v1/articles/undated/similar", limit="2")["hits"]
    assert [hit["id"] for hit in hits] == ["seed", "markup"]
    assert list(hits[0]) == [
        "id", "title", "url", "section", "authors", "source", "published", "score", "highlights",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "parameters", "status", "parameter"),
    [
        ("/api/v1/suggest", {"query": "x"}, 400, "query"),
        ("/api/v1/suggest", {"q": "x", "limit": "0"}, 400, "limit"),
        ("/api/v1/suggest", {"q": "x", "limit": "x"}, 400, "limit"),
        ("/api/v1/suggest", {"q": "x", "limit": "9" * 5000}, 400, "limit"),
        ("/api/v1/suggest", {"q": "x" * 3000}, 400, "q"),
        ("/api/v1/facets/authors", {}, 404, None),
        ("/api/v1/facets/nothing-like-it", {}, 404, None),
        ("/api/v1/facets/author", {"limits": "1"}, 400, "limits"),
        ("/api/v1/articles/none/similar", {}, 404, None),
        ("/api/v1/articles/seed/similar", {"q": "x"}, 400, "q"),
    ],
)
def test_what_cannot_be_answered_is_a_problem(
    client: testing.TestClient, path: str, parameters: dict[str, str], status: int, parameter: str | None
) -> None:
    result = client.simulate_get(path, params=parameters)
    assert (result.status_code, result.json.get("parameter")) == (status, parameter)
    assert result.json["detail"]


def test_several_searches_are_answered_in_their_order_and_one_error_spoils_no_other(client: testing.TestClient) -> None:
    searches = [
        {"q": "监督", "section": ["清廉之窗"], "facets": ["year"], "limit": 1},
        {"q": "监督", "sectoin": "x"},
        {"q": "资源县", "fields": ["title"], "strict": True, "cursor": None},
        {"q": 'a "b', "strict": True},
        "监督",
        {"q": {}},
    ]
    first, second, third, fourth, fifth, sixth = post(client, searches).json
    assert (first["total"], len(first["hits"]), list(first["facets"])) == (2, 1, ["year"])
    assert (second["status"], second["parameter"]) == (400, "sectoin")
    assert "did you mean 'section'?" in second["detail"]
    assert list(third["hits"][0]) == ["id", "title", "score", "highlights"]
    assert (fourth["status"], fourth["offset"]) == (400, 2)
    assert (fifth["status"], fifth["parameter"]) == (400, "body")
    assert (sixth["status"], sixth["parameter"]) == (400, "q")


def test_a_search_of_a_list_is_answered_as_by_its_own_address(client: testing.TestClient) -> None:
    alone = get(client, "/api/v1/search", q="监督", author="周屿", facets="author", snippets="1")
    (listed,) = post(client, [{"q": "监督", "author": ["周屿"], "facets": "author", "snippets": 1}]).json
    assert {**listed, "took_ms": 0} == {**alone, "took_ms": 0}


@pytest.mark.parametrize("body", ["", "{}", "[]", "[", json.dumps([{}] * (MOST_SEARCHES + 1))])
def test_a_body_that_is_no_list_of_searches_is_refused(client: testing.TestClient, body: str) -> None:
    result = client.simulate_post("/api/v1/multi-search", body=body)
    assert (result.status_code, result.json["parameter"]) == (400, "body")


def test_a_body_that_is_too_large_is_refused(client: testing.TestClient) -> None:
    body = json.dumps([{"q": "x" * MOST_BODY_BYTES}])
    assert client.simulate_post("/api/v1/multi-search", body=body).status_code == 413


def test_a_parameter_in_the_address_of_several_searches_is_refused(client: testing.TestClient) -> None:
    result = client.simulate_post("/api/v1/multi-search", params={"q": "监督"}, json=[{"q": "监督"}])
    assert (result.status_code, result.json["parameter"]) == (400, "q")
