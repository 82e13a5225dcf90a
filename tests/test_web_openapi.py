"""The description of the interface says what the service does, no less and no more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import falcon.inspect
import pytest
from falcon import testing
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from indexer.schema import FACETS
from search.request import PARAMETERS
from search.web.caching import FRESHNESS
from search.web.openapi import shown_path
from search.web.operations import OPERATIONS, Operation, Parameter
from search.web.schemas import SCHEMAS
from tests.test_web_resources import client as client_fixture
from tests.test_web_resources import get

client = client_fixture

BY_ROUTE = {(operation.method, operation.path): operation for operation in OPERATIONS}
UNDER_API = [operation for operation in OPERATIONS if operation.path.startswith("/api/") and operation.method == "GET"]


@pytest.fixture(scope="module")
def document(client: testing.TestClient) -> dict[str, Any]:
    found: dict[str, Any] = get(client, "/openapi.json").json
    return found


def address_of(operation: Operation) -> str:
    name = "section" if "facets" in operation.path else "style.css"
    return operation.path.replace("{article_id}", "seed").replace("{name}", name)


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    whole = {"components": {"schemas": SCHEMAS}}
    registry: Registry[Any] = Registry().with_resource("urn:all", Resource.from_contents(whole, DRAFT202012))
    return Draft202012Validator(json.loads(json.dumps(schema).replace('"#/', '"urn:all#/')), registry=registry)


def routes(client: testing.TestClient) -> Iterator[tuple[str, str]]:
    for route in falcon.inspect.inspect_routes(client.app):
        for method in route.methods:
            if not method.internal and method.method not in ("HEAD", "OPTIONS"):
                yield method.method, route.path


def test_every_route_is_described_and_nothing_that_is_none(client: testing.TestClient) -> None:
    there = set(routes(client))
    assert there - BY_ROUTE.keys() == set(), "describe the route: a line in OPERATIONS of search/web/operations.py"
    assert BY_ROUTE.keys() - there == set(), "described without a route"
    assert FRESHNESS.keys() - {path for _, path in BY_ROUTE} == set()


def test_whatever_can_be_read_answers_head_too(client: testing.TestClient) -> None:
    heads = {
        route.path
        for route in falcon.inspect.inspect_routes(client.app)
        for method in route.methods
        if method.method == "HEAD"
    }
    assert {path for method, path in routes(client) if method == "GET"} - heads == set()


def test_the_description_is_valid_openapi(client: testing.TestClient, document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()
    for schema in SCHEMAS.values():
        validator(schema).check_schema(schema)
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert described == {(method, shown_path(BY_ROUTE[method, path])) for method, path in routes(client)}
    names = [operation.name for operation in OPERATIONS]
    assert len(set(names)) == len(names)
    used = set(re.findall(r"#/components/schemas/(\w+)", json.dumps([document["paths"], SCHEMAS])))
    writes = {"ArticleToWrite", "WriteResult", "LineResult"}
    assert used | writes == SCHEMAS.keys()


ANSWERS = [
    ("/api/v1/search", ""),
    ("/api/v1/search", "q=监督&facets=section,author,source,year,month&group=story&offsets=1&explain=1"),
    ("/api/v1/search", "q=没有日期 xyz&fields=summary,body,captions,also_at,story,url"),
    ("/api/v1/search", 'q="监督&limit=0&facets='),
    ("/api/v1/suggest", "q=zyx"),
    ("/api/v1/suggest", "q=zyx&format=opensearch"),
    ("/api/v1/facets/author", "q=周&query=监督"),
    ("/api/v1/facets/section", ""),
    ("/api/v1/articles/seed", ""),
    ("/api/v1/articles/undated", ""),
    ("/api/v1/articles/seed/similar", "limit=3"),
    ("/api/v1/export", "fields=id,title"),
    ("/api/v1/export", "format=csv"),
    ("/openapi.json", ""),
    ("/healthz", ""),
    ("/demo", ""),
    ("/box.js", ""),
    ("/metrics", ""),
    ("/readyz", ""),
    ("/feed", "q=监督"),
    ("/robots.txt", ""),
    ("/favicon.ico", ""),
    ("/static/style.css", ""),
    ("/static/icon.svg", ""),
    ("/", ""),
    ("/search", "q=监督"),
    ("/article/seed", "q=监督"),
    ("/values", "facet=author"),
    ("/help", ""),
    ("/docs", ""),
]


@pytest.mark.parametrize(("path", "query"), ANSWERS)
def test_real_answers_are_as_described(
    client: testing.TestClient, document: dict[str, Any], path: str, query: str
) -> None:
    result = get(client, path, query_string=query)
    assert result.status_code == 200
    hold_to_description(document, path, result)


def hold_to_description(document: dict[str, Any], path: str, result: testing.Result, method: str = "get") -> None:
    (template,) = [each for each in document["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each), path)]
    response = document["paths"][template][method]["responses"][str(result.status_code)]
    media = result.headers["content-type"].partition(";")[0]
    schema = response["content"][media]["schema"]
    if media == "application/x-ndjson":
        for line in result.content.splitlines():
            validator(schema).validate(json.loads(line))
    elif media.endswith("json"):
        validator(schema).validate(result.json)


def test_every_answer_that_is_described_was_looked_at(client: testing.TestClient) -> None:
    asked = {path for path, _ in ANSWERS}
    wanted = {address_of(BY_ROUTE[route]) for route in routes(client) if route[0] == "GET"}
    assert wanted - asked == {"/opensearch.xml", "/language"}  # the one needs a setting, the other only leads back


def test_the_way_to_another_language_is_described_as_the_one_back(
    client: testing.TestClient, document: dict[str, Any]
) -> None:
    described = document["paths"]["/language"]["get"]
    assert described["responses"].keys() == {"303", "default"}
    assert [each["name"] for each in described["parameters"]] == ["lang", "to"]
    for language in described["parameters"][0]["schema"]["enum"]:
        result = get(client, "/language", params={"lang": language, "to": "help"})
        assert (result.status_code, result.headers["location"]) == (303, "help")
        assert result.cookies["article_search_language"].value == language


def test_the_facets_and_parameters_of_the_page_of_values_are_described(
    client: testing.TestClient, document: dict[str, Any]
) -> None:
    described = {each["name"]: each["schema"] for each in document["paths"]["/values"]["get"]["parameters"]}
    assert {"facet", "value", "q", "section", "from"} <= described.keys()
    assert {"limit", "offset", "facets"}.isdisjoint(described)
    for facet in described["facet"]["enum"]:
        assert get(client, "/values", params={"facet": facet}).status_code == 200


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/api/v1/search", "limit=x", 400),
        ("/api/v1/search", 'strict=1&q="', 400),
        ("/api/v1/articles/none", "", 404),
        ("/api/v1/facets/none", "", 404),
        ("/api/v1/articles/none/similar", "", 404),
        ("/api/v1/export", "limit=1", 400),
        ("/feed", "sort=x", 400),
        ("/opensearch.xml", "", 404),
        ("/search", "sort=x", 400),
        ("/values", "facet=none", 404),
        ("/article/none", "", 404),
        ("/static/none", "", 404),
    ],
)
def test_real_errors_are_as_described(
    client: testing.TestClient, document: dict[str, Any], path: str, query: str, status: int
) -> None:
    result = get(client, path, query_string=query)
    assert result.status_code == status
    hold_to_description(document, path, result)


def test_several_searches_are_as_described(client: testing.TestClient, document: dict[str, Any]) -> None:
    body = [{"q": "监督", "limit": 1, "section": ["清廉之窗"], "explain": True}, {"limit": -1}]
    taken = document["paths"]["/api/v1/multi-search"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    validator(taken).validate(body)
    for content in (json.dumps(body), "{"):
        result = client.simulate_post("/api/v1/multi-search", body=content)
        hold_to_description(document, "/api/v1/multi-search", result, "post")


def example_of(parameter: Parameter) -> str:
    schema = parameter.schema
    if schema.get("type") == "array":
        return str(schema["items"].get("enum", ["x"])[0])
    if "enum" in schema:
        return str(schema["enum"][-1])
    return str(schema.get("minimum", "2024" if parameter.name in ("from", "to") else "x"))


@pytest.mark.parametrize("operation", UNDER_API, ids=lambda operation: operation.name)
def test_every_parameter_that_is_described_is_taken_and_no_other(
    client: testing.TestClient, operation: Operation
) -> None:
    described = {parameter.name for parameter in operation.parameters if parameter.place == "query"}
    cursor = get(client, "/api/v1/search", query_string="limit=1").json["next"]
    for parameter in operation.parameters:
        if parameter.place == "query":
            value = cursor if parameter.name == "cursor" else example_of(parameter)
            result = get(client, address_of(operation), query_string=urlencode({parameter.name: value}))
            assert result.status_code == 200, (parameter.name, result.text)
    for name in {*PARAMETERS, "query", "format", "wait", "v"} - described:
        result = get(client, address_of(operation), query_string=f"{name}=1")
        assert (result.status_code, result.json.get("parameter")) == (400, name)


@pytest.mark.parametrize("operation", UNDER_API, ids=lambda operation: operation.name)
def test_a_value_beyond_what_is_described_is_refused(client: testing.TestClient, operation: Operation) -> None:
    for parameter in operation.parameters:
        schema = parameter.schema
        choices = schema.get("enum") or schema.get("items", {}).get("enum")
        wrong = [str(schema["minimum"] - 1), str(schema["maximum"] + 1)] if "minimum" in schema else []
        wrong += ["none-of-them"] if choices else []
        wrong += ["x" * (schema["maxLength"] + 1)] if "maxLength" in schema else []
        for value in wrong if parameter.place == "query" else []:
            result = get(client, address_of(operation), query_string=urlencode({parameter.name: value}))
            assert (result.status_code, result.json.get("parameter")) == (400, parameter.name), value


def test_a_default_that_is_described_is_the_one_that_is_taken(client: testing.TestClient) -> None:
    for operation in UNDER_API:
        given = {
            parameter.name: ",".join(default) if isinstance(default, list) else str(default)
            for parameter in operation.parameters
            if (default := parameter.schema.get("default")) is not None
        }
        plain, said = (get(client, address_of(operation), query_string=urlencode(query)) for query in ({}, given))
        assert re.sub(r'"took_ms":[\d.]+', "", plain.text) == re.sub(r'"took_ms":[\d.]+', "", said.text)


def test_the_page_shows_every_operation_with_addresses_that_work(client: testing.TestClient) -> None:
    for language, words in (("en", "HTTP interface"), ("zh-CN", "HTTP 接口"), ("zh-TW", "HTTP 介面")):
        page = get(client, "/docs", headers={"Accept-Language": language})
        assert words in page.text
        for method, path in routes(client):
            assert f"<code>{method} {shown_path(BY_ROUTE[method, path])}</code>" in page.text
    for operation in OPERATIONS:
        for example in operation.examples:
            if example != "opensearch.xml":
                path, _, query = f"/{example.removeprefix('./')}".partition("?")
                assert get(client, path, query_string=query).status_code == 200, example


def test_the_facets_of_the_description_are_those_there_are(client: testing.TestClient) -> None:
    for name in FACETS:
        assert get(client, f"/api/v1/facets/{name}").status_code == 200
